//! The hidden `generate` command: completions and man pages for packagers, where the shells and `man` look for them; JSON
//! schemas and the codebook of a study, for whoever reads what other commands write.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;

use super::{print, print_json};
use crate::cli;
use crate::exit::Exit;
use crate::files::write_whole;
use crate::pipeline::status::Status;
use crate::views::report::Report;
use crate::views::study::{codebook, schema};

const SHELLS: [(Shell, &str); 3] = [
    (Shell::Bash, "bash-completion/completions/second-ear"),
    (Shell::Zsh, "zsh/site-functions/_second-ear"),
    (Shell::Fish, "fish/vendor_completions.d/second-ear.fish"),
];

/// Writes files for packages, or prints one text.
pub fn dispatch(args: cli::Generate) -> Result<Exit> {
    match args.printed {
        None => for_packages(&args.out.unwrap_or_default())?,
        Some(cli::Printed::Codebook) => print(&codebook::page())?,
        Some(cli::Printed::Schema { of }) => print_json(&match of {
            cli::SchemaOf::Report => schema::of::<Report>(),
            cli::SchemaOf::Status => schema::of::<Status>(),
            cli::SchemaOf::Study => schema::study(),
        })?,
    }
    Ok(Exit::Done)
}

fn for_packages(out: &Path) -> Result<()> {
    for (shell, path) in SHELLS {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut cli::Cli::command(), "second-ear", &mut script);
        write_whole(&out.join(path), |file| Ok(file.write_all(&script)?))?;
    }
    let made = tempfile::tempdir().context("make a working folder")?;
    clap_mangen::generate_to(cli::Cli::command(), &made).context("make man pages")?;
    for page in fs::read_dir(&made)? {
        let page = page?;
        let bytes = fs::read(page.path())?;
        let path = out.join("man/man1").join(page.file_name());
        write_whole(&path, |file| Ok(file.write_all(&bytes)?))?;
    }
    Ok(())
}

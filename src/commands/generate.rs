//! The hidden `generate` command: completions and man pages for packagers, where the shells and `man` look for them.

use std::fs;
use std::io::Write;

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli;
use crate::exit::Exit;
use crate::files::write_whole;

const SHELLS: [(Shell, &str); 3] = [
    (Shell::Bash, "bash-completion/completions/second-ear"),
    (Shell::Zsh, "zsh/site-functions/_second-ear"),
    (Shell::Fish, "fish/vendor_completions.d/second-ear.fish"),
];

/// Writes them.
pub fn dispatch(args: cli::Generate) -> Result<Exit> {
    for (shell, path) in SHELLS {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut cli::Cli::command(), "second-ear", &mut script);
        write_whole(&args.out.join(path), |out| Ok(out.write_all(&script)?))?;
    }
    let made = tempfile::tempdir().context("make a working folder")?;
    clap_mangen::generate_to(cli::Cli::command(), &made).context("make man pages")?;
    for page in fs::read_dir(&made)? {
        let page = page?;
        let bytes = fs::read(page.path())?;
        let path = args.out.join("man/man1").join(page.file_name());
        write_whole(&path, |out| Ok(out.write_all(&bytes)?))?;
    }
    Ok(Exit::Done)
}

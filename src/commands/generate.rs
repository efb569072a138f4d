//! The hidden `generate` command: completions and man pages for packagers, where the shells and `man` look for them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli;
use crate::exit::Exit;

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
        let path = args.out.join(path);
        make_folder(path.parent().unwrap_or(&args.out))?;
        fs::write(&path, script).with_context(|| path.display().to_string())?;
    }
    let man = args.out.join("man/man1");
    make_folder(&man)?;
    clap_mangen::generate_to(cli::Cli::command(), &man).context(man.display().to_string())?;
    Ok(Exit::Done)
}

fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| path.display().to_string())
}

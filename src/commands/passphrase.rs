//! The passphrase of task pages: asked for at the terminal without echo, or read from a file. It is never an argument,
//! which other users of a machine can see and the log keeps.

use std::io::IsTerminal;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::tasks::bundle::Format;
use crate::tasks::page::Passphrase;

/// The passphrase, where one is wanted.
///
/// # Errors
/// A format that cannot be encrypted is asked for too; there is no terminal to ask at; the passphrase is too short.
pub fn of(ask: bool, file: Option<&Path>, formats: &[Format]) -> Result<Option<Passphrase>> {
    if !ask && file.is_none() {
        return Ok(None);
    }
    if let Some(format) = formats.iter().find(|format| **format != Format::Html) {
        bail!(
            "only pages can be under a passphrase: {} files hold their texts, and their audio beside them, readable. \
             Write --format html alone",
            format.code()
        );
    }
    let typed = match file {
        Some(file) => first_line(file)?,
        None => asked()?,
    };
    Ok(Some(Passphrase::new(&typed)?))
}

fn first_line(file: &Path) -> Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
    Ok(text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default().to_string())
}

fn asked() -> Result<String> {
    ensure!(
        std::io::stdin().is_terminal(),
        "there is no terminal to ask for the passphrase at: name a file with --passphrase-file"
    );
    let typed = rpassword::prompt_password("Passphrase of the pages: ")?;
    let again = rpassword::prompt_password("Again: ")?;
    ensure!(typed == again, "the two passphrases differ: nothing was written");
    Ok(typed)
}

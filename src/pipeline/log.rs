//! `log`: which command changed a workspace, when, with which files, and what came of it. In: a workspace that a
//! command works on. Out: its entry, begun when the workspace is opened for writing and ended when the command is; and
//! entries as text. Left to others: which commands those are (`workspace`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use whisper::models::file_sha256;
use whisper::redact;

use super::scores;
use super::workspace::Workspace;
use crate::config;
use crate::exit::Interrupted;
use crate::store::{LogEntry, LoggedFile, Store};
use crate::views::progress::shown;

/// An entry that has not ended.
pub struct OpenEntry {
    number: i64,
    entry: LogEntry,
    imported: Vec<LoggedFile>,
    before: BTreeMap<String, i64>,
}

impl OpenEntry {
    /// Begins an entry for this process.
    pub fn begin(store: &mut Store) -> Result<Self> {
        let entry = LogEntry {
            started: jiff::Timestamp::now().to_string(),
            version: env!("CARGO_PKG_VERSION").to_string(),
            arguments: hidden(
                std::env::args_os().skip(1).map(|a| redact(&a.to_string_lossy())).collect(),
            ),
            ..LogEntry::default()
        };
        let before = store.counts()?;
        Ok(Self { number: store.begin_entry(&entry)?, entry, imported: Vec::new(), before })
    }

    /// Notes files that are about to be imported; what is no file is none of them.
    pub fn imports(&mut self, files: &[PathBuf]) {
        self.imported.extend(files.iter().filter_map(|path| logged(path)));
    }

    /// Ends it; what is said of the workspace is how it is now.
    pub fn end(mut self, workspace: &mut Workspace, outcome: String) -> Result<()> {
        let mut named = vec![workspace.dir.join(config::FILE)];
        let lexicon = workspace.config.lexicon.trim();
        named.extend((!lexicon.is_empty()).then(|| workspace.dir.join(lexicon)));
        for engine in workspace.config.decode.whose() {
            named.extend(scores::calibration_path(workspace, engine.as_ref())?);
        }
        self.imported.extend(named.iter().filter_map(|path| logged(path)));
        self.entry.files = self.imported;
        let after = workspace.store.counts()?;
        let names = self.before.keys().chain(after.keys());
        let of = |counts: &BTreeMap<String, i64>, name| counts.get(name).copied().unwrap_or(0);
        let changed = names.map(|name| (name.clone(), of(&after, name) - of(&self.before, name)));
        self.entry.changed = Some(changed.filter(|(_, by)| *by != 0).collect());
        self.entry.ended = Some(jiff::Timestamp::now().to_string());
        self.entry.outcome = Some(outcome);
        workspace.store.end_entry(self.number, &self.entry)
    }
}

/// The arguments of `forget` without the name of who is forgotten.
fn hidden(arguments: Vec<String>) -> Vec<String> {
    const NAMING: [&str; 4] = ["--speaker", "--recording", "--validator", "--clip"];
    if arguments.iter().find(|a| !a.starts_with('-')).is_none_or(|command| command != "forget") {
        return arguments;
    }
    let mut names = false;
    let hide = |argument: String| {
        let option = argument.split('=').next().unwrap_or_default().to_string();
        let after = std::mem::replace(&mut names, NAMING.contains(&&*argument));
        match (after, NAMING.contains(&&*option) && option != argument) {
            (true, _) => "[withdrawn]".to_string(),
            (false, true) => format!("{option}=[withdrawn]"),
            (false, false) => argument,
        }
    };
    arguments.into_iter().map(hide).collect()
}

fn logged(path: &Path) -> Option<LoggedFile> {
    if !path.is_file() {
        return None;
    }
    let sha256 = file_sha256(path).ok()?;
    Some(LoggedFile { path: path.to_string_lossy().into_owned(), sha256 })
}

/// What an entry says of how a command ended.
pub fn outcome<T>(result: &Result<T>) -> String {
    const LONGEST: usize = 500;
    match result {
        Ok(_) => "done".into(),
        Err(error) if error.is::<Interrupted>() => "stopped".into(),
        Err(error) => {
            let why = format!("failed: {error:#}");
            why[..why.floor_char_boundary(LONGEST)].to_string()
        }
    }
}

/// Entries for a terminal, each with its files.
pub fn text(entries: &[LogEntry]) -> String {
    let mut t = String::new();
    for entry in entries {
        let outcome = entry.outcome.as_deref().unwrap_or("not ended: killed, or still running");
        let changed = entry.changed.iter().flatten().map(|(name, by)| format!(", {name} {by:+}"));
        t.push_str(&format!(
            "{}  {}\n    {}{}\n",
            entry.started,
            shown(&entry.arguments.join(" ")),
            shown(outcome),
            changed.collect::<String>()
        ));
        for LoggedFile { path, sha256 } in &entry.files {
            t.push_str(&format!("    {sha256}  {}\n", shown(path)));
        }
    }
    t
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_of_a_withdrawal_does_not_name_whom_it_is_about() {
        let words = |text: &str| text.split(' ').map(String::from).collect::<Vec<_>>();
        for (typed, kept) in [
            ("forget ws --speaker ana --yes", "forget ws --speaker [withdrawn] --yes"),
            ("-q forget ws --clip=c1", "-q forget ws --clip=[withdrawn]"),
            ("forget ws --resume", "forget ws --resume"),
            ("tasks ws --speaker ana", "tasks ws --speaker ana"),
        ] {
            assert_eq!(hidden(words(typed)), words(kept));
        }
    }
}

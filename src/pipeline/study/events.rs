//! The log of a study. In: what commands did to the workspace. Out: rows. Arguments and paths may name people.

use anyhow::Result;

use super::material::Material;
use crate::store::LogEntry;
use crate::views::study::events::{ChangeRow, EventRow, FileRow, Outcome};
use crate::views::study::files::TableFolder;

/// All entries: a number that SQLite takes.
const ALL: usize = i64::MAX as usize;

/// What an entry says of a command that failed, before the reason.
const FAILED: &str = "failed";

/// Writes the tables.
pub fn write(study: &Material, out: &mut TableFolder) -> Result<()> {
    let entries: Vec<(u64, LogEntry)> = (1..).zip(study.workspace.store.log(ALL)?).collect();
    let mut events = out.open::<EventRow>()?;
    let mut changes = out.open::<ChangeRow>()?;
    let mut files = out.open::<FileRow>()?;
    for (event, entry) in entries {
        events.put(&row(study, event, &entry)?)?;
        for (what, by) in entry.changed.into_iter().flatten() {
            changes.put(&ChangeRow { event, what, by })?;
        }
        for (number, file) in (1..).zip(entry.files) {
            files.put(&FileRow {
                event,
                number,
                sha256: file.sha256,
                path: study.named(&file.path),
            })?;
        }
    }
    out.close(events)?;
    out.close(changes)?;
    out.close(files)
}

fn row(study: &Material, event: u64, entry: &LogEntry) -> Result<EventRow> {
    let (outcome, failure) = came_of(entry.outcome.as_deref());
    let command = entry.arguments.iter().find(|argument| !argument.starts_with('-'));
    Ok(EventRow {
        event,
        started: entry.started.clone(),
        ended: entry.ended.clone(),
        program: entry.version.clone(),
        command: command.cloned().unwrap_or_default(),
        arguments: study.named(&serde_json::to_string(&entry.arguments)?),
        outcome,
        failure: failure.and_then(|why| study.named(why)),
    })
}

fn came_of(outcome: Option<&str>) -> (Outcome, Option<&str>) {
    match outcome {
        None => (Outcome::Unfinished, None),
        Some("done") => (Outcome::Done, None),
        Some("stopped") => (Outcome::Stopped, None),
        Some(other) => {
            let why = other.strip_prefix(FAILED).unwrap_or(other).trim_start_matches([':', ' ']);
            (Outcome::Failed, Some(why).filter(|why| !why.is_empty()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outcome_of_a_command_is_one_of_four_and_the_reason_stands_apart() {
        for (kept, wanted) in [
            (None, (Outcome::Unfinished, None)),
            (Some("done"), (Outcome::Done, None)),
            (Some("stopped"), (Outcome::Stopped, None)),
            (Some("failed"), (Outcome::Failed, None)),
            (Some("failed: no space left"), (Outcome::Failed, Some("no space left"))),
        ] {
            assert_eq!(came_of(kept), wanted);
        }
    }
}

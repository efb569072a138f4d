//! `consent DIR import`: a table of statements changes what is known of recordings. In: CSV or JSON lines with the
//! columns of manifests, each row about a recording (`recording`, `path`) or all of a speaker (`speaker`). Out: the
//! recordings, changed; rows that match nothing or make no sense, named; what the change costs. Left to others: the rule
//! (`domain`), the columns' meaning (`manifest`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use serde::Serialize;
use serde_json::Value;

use super::{Permits, today};
use crate::domain::{ConsentNote, DataUse, Decision, Facts, Failures, Recording, RecordingId};
use crate::pipeline::manifest::agreed;
use crate::pipeline::workspace::Workspace;
use crate::store::Draft;
use crate::tables::{self, Layout, Table};
use crate::text::tidy;

/// Longest cell that is read, characters.
const LONGEST: usize = 4096;

/// Columns that say which recordings a row is about.
const ABOUT: [&str; 3] = ["recording", "path", "speaker"];
/// Columns that say what holds of them.
const SAID: [&str; 7] = [
    "consent",
    "consent_by",
    "consent_date",
    "consent_text",
    "consent_purposes",
    "consent_until",
    "licence",
];

/// What an import changed, and what that costs.
#[derive(Debug, Default, Serialize)]
pub struct Changed {
    /// Rows that were read and taken.
    pub rows: usize,
    /// Recordings of which something new is known.
    pub changed: usize,
    /// Recordings whose statement was the same already.
    pub unchanged: usize,
    /// Purposes that recordings lost, with how many recordings lost each.
    pub lost: BTreeMap<&'static str, usize>,
    /// Purposes that recordings gained, likewise.
    pub gained: BTreeMap<&'static str, usize>,
    /// Settled clips that later datasets leave out and earlier ones would have had.
    pub leave_datasets: usize,
    /// Settled clips that later rounds of training leave out.
    pub leave_training: usize,
    /// Waiting clips that are handed out no more.
    pub leave_tasks: usize,
    /// Of clips that lost `review`, those in task files that have not all come back: they are in people's hands.
    pub handed_out: usize,
    /// Recordings whose note is still a refusal, though the row names purposes.
    pub still_refused: Vec<String>,
    /// Columns that mean nothing here.
    pub ignored_columns: BTreeSet<String>,
    /// Rows and files that failed, with the reason.
    #[serde(flatten)]
    pub failed: Failures,
}

/// A row: which recordings, and what is said.
#[derive(Debug, Default)]
struct StatementRow {
    about: BTreeMap<&'static str, String>,
    said: Facts,
}

/// Reads statements and keeps them.
///
/// # Errors
/// The file cannot be read as a table at all.
pub fn import(workspace: &mut Workspace, file: &Path) -> Result<Changed> {
    let mut done = Changed::default();
    let rows = read(file, &mut done)?;
    let before = workspace.store.recordings_by_id()?;
    let today = today();
    let old = Permits::on(workspace, before.values(), today)?;
    let mut facts: BTreeMap<RecordingId, Facts> = BTreeMap::new();
    for (place, row) in rows {
        let found: Vec<&Recording> = before.values().filter(|r| row.is_about(r)).collect();
        if found.is_empty() {
            done.failed
                .push(format!("{place}: no recording of this workspace has {}", row.named()));
            continue;
        }
        done.rows += 1;
        for recording in found {
            let known = facts.remove(&recording.id).unwrap_or_else(|| recording.facts.clone());
            facts.insert(recording.id.clone(), row.said.clone().or(known));
        }
    }
    facts.retain(|id, facts| {
        let same = before.get(id).is_some_and(|r| r.facts == *facts);
        done.unchanged += usize::from(same);
        !same
    });
    done.changed = facts.len();
    workspace.store.keep_facts(&facts)?;
    let after = workspace.store.recordings_by_id()?;
    let new = Permits::on(workspace, after.values(), today)?;
    for id in facts.keys() {
        let (had, has) = (old.uses(id), new.uses(id));
        had.difference(&has).for_each(|u| *done.lost.entry(u.code()).or_default() += 1);
        has.difference(&had).for_each(|u| *done.gained.entry(u.code()).or_default() += 1);
        let refused = new.statements.get(id).filter(|s| {
            s.note == ConsentNote::Refused
                && s.consent.purposes.as_ref().is_some_and(|p| !p.is_empty())
        });
        done.still_refused.extend(refused.map(|s| s.path.clone()));
    }
    cost(workspace, &old, &new, &mut done)?;
    Ok(done)
}

/// Counts the clips that leave datasets, training and tasks.
fn cost(workspace: &Workspace, old: &Permits, new: &Permits, done: &mut Changed) -> Result<()> {
    let loses = |id: &RecordingId, purpose| old.allows(id, purpose) && !new.allows(id, purpose);
    let handed_out = workspace.store.handed_out()?;
    workspace.store.each_clip(Draft::Decided, |row| {
        let recording = &row.clip.recording;
        let with_text = row.consensus.as_ref().is_some_and(|c| c.verdict.gives_text());
        if with_text {
            done.leave_datasets += usize::from(loses(recording, DataUse::Publish));
            done.leave_training += usize::from(loses(recording, DataUse::Train));
        }
        if row.consensus.is_none() && loses(recording, DataUse::Review) {
            let decision = row.routed.as_ref().map(|r| &r.decision);
            let waits = matches!(decision, Some(Decision::Human { .. }));
            done.leave_tasks += usize::from(waits);
            done.handed_out += usize::from(handed_out.contains(&row.clip.id));
        }
        Ok(())
    })
}

impl StatementRow {
    /// All that is named must fit.
    fn is_about(&self, recording: &Recording) -> bool {
        self.about.iter().all(|(column, value)| match *column {
            "recording" => recording.id.as_str() == value,
            "path" => is_path(&recording.path, value),
            _ => {
                let segments = recording.facts.segments.iter().filter_map(|s| s.speaker.as_ref());
                recording.facts.speaker.iter().chain(segments).any(|speaker| speaker == value)
            }
        })
    }

    fn named(&self) -> String {
        let named = self.about.iter().map(|(column, value)| format!("{column} '{value}'"));
        named.collect::<Vec<_>>().join(" and ")
    }
}

/// A path as it was ingested, or the end of one, from a folder on.
fn is_path(ingested: &str, value: &str) -> bool {
    let value = value.trim_start_matches("./");
    ingested == value
        || ingested.strip_suffix(value).is_some_and(|rest| rest.ends_with(['/', '\\']))
}

/// The rows of a file, each with its place.
fn read(file: &Path, done: &mut Changed) -> Result<Vec<(String, StatementRow)>> {
    let bytes = tables::read(file)?;
    let name = file.display().to_string();
    let mut rows = Vec::new();
    let json = bytes.trim_ascii_start().first() == Some(&b'{');
    let mut take = |line: u64, row: Result<StatementRow, String>| {
        let place = format!("{name} line {line}");
        match row {
            Ok(row) => rows.push((place, row)),
            Err(why) => done.failed.push(format!("{place}: {why}")),
        }
    };
    if json {
        for (line, text) in tables::lines(&bytes) {
            let cells = text.and_then(tables::object).map(|fields| {
                fields.into_iter().map(|(name, value)| match value {
                    Value::Null => (name, String::new()),
                    Value::String(text) => (name, text),
                    Value::Array(list) => {
                        let words = list.iter().map(|v| v.as_str().unwrap_or("?"));
                        (name, words.collect::<Vec<_>>().join(" "))
                    }
                    other => (name, other.to_string()),
                })
            });
            take(line, cells.and_then(|cells| row_of(cells, &mut done.ignored_columns)));
        }
        return Ok(rows);
    }
    let layout = Layout { known: |name| canonical(name).is_some(), ..Layout::STRICT };
    let table = Table::open(&bytes, layout).map_err(|why| anyhow!("{name}: {why}"))?;
    let about =
        |t: &Table| t.names().iter().any(|n| canonical(n).is_some_and(|n| ABOUT.contains(&n)));
    let Some(table) = table.filter(about) else {
        bail!(
            "{name} has no column 'path', 'recording' or 'speaker': the first line must name the columns"
        );
    };
    let ignored = &mut done.ignored_columns;
    let records = table.rows(|record| {
        let cells = record.cells().map(|(name, cell)| Ok((name.to_string(), cell?.to_string())));
        row_of(cells.collect::<Result<Vec<_>, String>>()?.into_iter(), ignored)
    });
    records.for_each(|(line, row)| take(line, row));
    Ok(rows)
}

/// The column's name here.
fn canonical(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase();
    let name = match name.as_str() {
        "license" => "licence",
        "speaker_id" | "client_id" => "speaker",
        "audio" | "audio_filepath" | "file_name" | "file" => "path",
        other => other,
    };
    ABOUT.into_iter().chain(SAID).find(|known| *known == name)
}

fn row_of(
    cells: impl Iterator<Item = (String, String)>,
    ignored: &mut BTreeSet<String>,
) -> Result<StatementRow, String> {
    let mut known: BTreeMap<&'static str, String> = BTreeMap::new();
    for (name, value) in cells {
        let value = value.trim();
        match canonical(&name) {
            None => drop(ignored.insert(name.chars().take(60).collect())),
            Some(_) if value.is_empty() => {}
            Some(column) if value.chars().nth(LONGEST).is_some() => {
                return Err(format!("'{column}' has over {LONGEST} characters"));
            }
            Some(column) => drop(known.insert(column, tidy(value))),
        }
    }
    let about: BTreeMap<&'static str, String> =
        ABOUT.into_iter().filter_map(|name| Some((name, known.remove(name)?))).collect();
    if about.is_empty() {
        return Err("no path, recording or speaker: which recordings is it about?".into());
    }
    if known.is_empty() {
        return Err(format!("says nothing: fill in one of {}", SAID.join(", ")));
    }
    let said = Facts {
        licence: known.remove("licence"),
        consent: known.remove("consent"),
        agreed: agreed(&mut |name| known.remove(name))?,
        ..Facts::default()
    };
    Ok(StatementRow { about, said })
}

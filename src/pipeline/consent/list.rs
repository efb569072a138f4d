//! `consent DIR`: what every recording may be used for, and where that comes from. In: a workspace. Out: rows for a
//! terminal or a program. Left to others: the rule (`domain`).

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;

use super::{Permits, today};
use crate::domain::{ConsentSource, DataUse, DataUses, Day, Recording, data_uses_text};
use crate::pipeline::workspace::Workspace;
use crate::views::progress::shown;

/// The recordings of a workspace and their consent.
#[derive(Debug, Serialize)]
pub struct ConsentList {
    /// The day that the list is about.
    pub today: Day,
    /// What a recording without a statement may be used for.
    pub default: DataUses,
    /// Recordings that may be used for each purpose.
    pub allowed: BTreeMap<&'static str, usize>,
    /// Recordings by where their purposes come from.
    pub sources: BTreeMap<&'static str, usize>,
    /// In order of ingestion.
    pub recordings: Vec<ConsentRow>,
}

/// A recording and its consent.
#[derive(Debug, Serialize)]
pub struct ConsentRow {
    /// Its id.
    pub recording: String,
    /// As ingested.
    pub path: String,
    /// Who speaks, or null.
    pub speaker: Option<String>,
    /// What it may be used for today.
    pub purposes: DataUses,
    /// Where that comes from.
    pub source: ConsentSource,
    /// The last day on which consent holds, or null.
    pub until: Option<Day>,
    /// Who consented, or null.
    pub by: Option<String>,
    /// When, or null.
    pub date: Option<Day>,
    /// To which version of which text, or null.
    pub text: Option<String>,
    /// The free note, or null.
    pub note: Option<String>,
    /// Of the audio, or null.
    pub licence: Option<String>,
}

/// Lists every recording.
pub fn list(workspace: &Workspace) -> Result<ConsentList> {
    let recordings = workspace.store.recordings()?;
    let today = today();
    let permits = Permits::on(workspace, recordings.iter().map(|row| &row.recording), today)?;
    let rows: Vec<ConsentRow> =
        recordings.into_iter().map(|row| consent_row(&permits, row.recording)).collect();
    let allowed = |purpose: &DataUse| rows.iter().filter(|r| r.purposes.contains(purpose)).count();
    let mut sources: BTreeMap<&'static str, usize> = BTreeMap::new();
    rows.iter().for_each(|row| *sources.entry(row.source.code()).or_default() += 1);
    Ok(ConsentList {
        today,
        default: permits.default.clone(),
        allowed: DataUse::ALL.iter().map(|purpose| (purpose.code(), allowed(purpose))).collect(),
        sources,
        recordings: rows,
    })
}

fn consent_row(permits: &Permits, recording: Recording) -> ConsentRow {
    let (purposes, source) = permits.standing(&recording.id);
    let facts = recording.facts;
    ConsentRow {
        recording: recording.id.to_string(),
        path: recording.path,
        speaker: facts.speaker,
        purposes,
        source,
        until: facts.agreed.until,
        by: facts.agreed.by,
        date: facts.agreed.date,
        text: facts.agreed.text,
        note: facts.consent,
        licence: facts.licence,
    }
}

impl ConsentList {
    /// As text, for a terminal.
    pub fn text(&self) -> String {
        let mut t = format!("{:<34} {:<8} {:<10} recording\n", "purposes", "source", "until");
        for row in &self.recordings {
            let purposes = data_uses_text(&row.purposes);
            let until = row.until.map_or("-".into(), |day| day.to_string());
            let (source, path) = (row.source.code(), shown(&row.path));
            t += &format!("{purposes:<34} {source:<8} {until:<10} {path}\n");
        }
        let allowed = self.allowed.iter().map(|(purpose, n)| format!("{purpose} {n}"));
        t += &format!(
            "{} recordings; of them for {} (on {}; without a statement: {})\n",
            self.recordings.len(),
            allowed.collect::<Vec<_>>().join(", "),
            self.today,
            data_uses_text(&self.default)
        );
        t
    }
}

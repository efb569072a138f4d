//! What each recording of a workspace may be used for today. In: a workspace. Out: a yes or a reason for each recording
//! and purpose, and what is left out because of it, in words. Left to others: the rule itself (`domain::permitted`),
//! listing and importing statements (`consent/list`, `consent/import`).

mod import;
mod list;

use std::collections::BTreeMap;

use anyhow::{Error, Result};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;

use super::workspace::Workspace;
use crate::domain::{
    Consent, ConsentNote, ConsentSource, DataUse, DataUses, Day, Facts, Recording, RecordingId,
    WhyNot, permitted, standing,
};
use crate::text::consent_note;
use crate::views::lang::{Lang, t};
use crate::views::progress::{Console, shown};

pub use import::import;
pub use list::list;

/// Today, in UTC: the same on every machine.
pub fn today() -> Day {
    Day(jiff::Timestamp::now().to_zoned(TimeZone::UTC).date())
}

/// What a team says of a recording's consent, with its note understood.
struct Statement {
    path: String,
    consent: Consent,
    note: ConsentNote,
}

/// What the recordings of a workspace may be used for.
pub struct Permits {
    statements: BTreeMap<RecordingId, Statement>,
    default: DataUses,
    today: Day,
}

impl Permits {
    /// Of a workspace, today.
    pub fn of(workspace: &Workspace) -> Result<Self> {
        let recordings = workspace.store.recordings_by_id()?;
        Self::on(workspace, recordings.values(), today())
    }

    /// Of some recordings of a workspace, on a day.
    pub fn on<'r>(
        workspace: &Workspace,
        recordings: impl IntoIterator<Item = &'r Recording>,
        today: Day,
    ) -> Result<Self> {
        let default = workspace.config.consent.uses().map_err(Error::msg)?;
        let statement = |r: &Recording| (r.id.clone(), Statement::of(&r.path, &r.facts));
        Ok(Self { statements: recordings.into_iter().map(statement).collect(), default, today })
    }

    /// Whether a recording may be used for a purpose.
    ///
    /// # Errors
    /// Why not. A recording that nobody knows has no statement.
    pub fn check(&self, recording: &RecordingId, purpose: DataUse) -> Result<(), WhyNot> {
        let Some(Statement { consent, note, .. }) = self.statements.get(recording) else {
            return Err(WhyNot::NoStatement(purpose));
        };
        permitted(consent, note, &self.default, self.today, purpose)
    }

    /// The same as yes or no.
    pub fn allows(&self, recording: &RecordingId, purpose: DataUse) -> bool {
        self.check(recording, purpose).is_ok()
    }

    /// What a recording may be used for, and where that comes from.
    fn standing(&self, recording: &RecordingId) -> (DataUses, ConsentSource) {
        match self.statements.get(recording) {
            Some(s) => standing(&s.consent, &s.note, &self.default, self.today),
            None => (self.default.clone(), ConsentSource::Default),
        }
    }

    /// What a recording may be used for.
    pub fn uses(&self, recording: &RecordingId) -> DataUses {
        self.standing(recording).0
    }
}

impl Statement {
    fn of(path: &str, facts: &Facts) -> Self {
        Self {
            path: path.to_string(),
            consent: facts.agreed.clone(),
            note: consent_note(facts.consent.as_deref().unwrap_or_default()),
        }
    }
}

/// How many recordings may not be used for each purpose; purposes that all may be used for are left out.
pub fn barred(workspace: &Workspace) -> Result<BTreeMap<&'static str, usize>> {
    let permits = Permits::of(workspace)?;
    let barred = |purpose: DataUse| {
        let not = permits.statements.keys().filter(|id| !permits.allows(id, purpose)).count();
        (purpose.code(), not)
    };
    Ok(DataUse::ALL.into_iter().map(barred).filter(|(_, n)| *n > 0).collect())
}

/// Settled clips that may not be used for a purpose.
pub fn settled_without(workspace: &Workspace, purpose: DataUse) -> Result<WithoutConsent> {
    let permits = Permits::of(workspace)?;
    let mut without = WithoutConsent::to(purpose);
    if permits.statements.keys().all(|id| permits.allows(id, purpose)) {
        return Ok(without);
    }
    workspace.store.each_of(workspace.store.settled()?, |row| {
        without.bars(&permits, &row.clip.recording);
        Ok(())
    })?;
    Ok(without)
}

/// Clips that wait for a person and may not be handed out.
pub fn not_reviewed(workspace: &Workspace) -> Result<WithoutConsent> {
    let permits = Permits::of(workspace)?;
    let mut without = WithoutConsent::to(DataUse::Review);
    if permits.statements.keys().all(|id| permits.allows(id, DataUse::Review)) {
        return Ok(without);
    }
    for waiting in workspace.store.waiting(false)? {
        without.bars(&permits, &waiting.recording);
    }
    Ok(without)
}

/// Clips that are left out, because consent for a purpose is missing.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WithoutConsent {
    /// The purpose.
    pub purpose: DataUse,
    /// Clips left out.
    pub clips: usize,
    /// Their recordings, by id.
    pub recordings: BTreeMap<String, BarredRecording>,
}

/// A recording that may not be used for a purpose.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BarredRecording {
    /// As ingested.
    pub path: String,
    /// Why not.
    pub why: String,
    /// Its clips that are left out.
    pub clips: usize,
}

impl WithoutConsent {
    /// Nothing yet.
    pub fn to(purpose: DataUse) -> Self {
        Self { purpose, clips: 0, recordings: BTreeMap::new() }
    }

    /// Whether a clip of this recording is left out; it is counted.
    pub fn bars(&mut self, permits: &Permits, recording: &RecordingId) -> bool {
        let Err(why) = permits.check(recording, self.purpose) else { return false };
        self.clips += 1;
        let barred = self.recordings.entry(recording.to_string()).or_insert_with(|| {
            let path = permits.statements.get(recording).map_or("", |s| &s.path).to_string();
            BarredRecording { path, why: why.to_string(), clips: 0 }
        });
        barred.clips += 1;
        true
    }

    /// Tells people.
    pub fn say(&self, left_out_of: &str, console: Console) {
        self.lines(console.lang, left_out_of).into_iter().for_each(|line| console.say(line));
    }

    /// For people: how many clips, of which recordings, why, and what to do; nothing where nothing is left out.
    pub fn lines(&self, lang: Lang, left_out_of: &str) -> Vec<String> {
        const NAMED: usize = 10;
        if self.clips == 0 {
            return Vec::new();
        }
        let recordings = self.recordings.len();
        let mut lines = vec![t!(
            lang,
            "consent.left_out",
            n = self.clips,
            recordings = t!(lang, "say.recordings", n = recordings),
            what = left_out_of,
            purpose = self.purpose.code()
        )];
        for BarredRecording { path, why, clips } in self.recordings.values().take(NAMED) {
            let clips = t!(lang, "text.plain_clips", n = *clips);
            let line = t!(lang, "consent.recording", path = shown(path), clips = clips, why = why);
            lines.push(format!("  {line}"));
        }
        if recordings > NAMED {
            let more = t!(lang, "consent.more", n = recordings - NAMED);
            lines.push(format!("  {more}"));
        }
        lines
    }
}

impl Default for WithoutConsent {
    fn default() -> Self {
        Self::to(DataUse::Review)
    }
}

//! Which recordings' clips go into a dataset: those with consent to publish, of the licences that were asked for, whose
//! audio is there. In: a workspace, licences. Out: why a recording's clips are left out. Left to others: clips (`dataset`).

use std::collections::BTreeSet;

use anyhow::Result;

use crate::domain::{DataUse, Recording, RecordingId};
use crate::pipeline::consent::{Permits, WithoutConsent};
use crate::pipeline::workspace::Workspace;

/// The name on the command line of a licence that nobody stated.
const NONE: &str = "none";

/// What decides.
pub struct Choice {
    /// What recordings may be used for.
    pub permits: Permits,
    /// In lower case; empty: every licence.
    licences: BTreeSet<String>,
    audio_removed: BTreeSet<RecordingId>,
    /// Clips left out because of consent.
    pub without_consent: WithoutConsent,
}

impl Choice {
    /// Of a workspace; `licences` as they were typed.
    pub fn of(workspace: &Workspace, licences: &[String]) -> Result<Self> {
        let licences = licences.iter().map(|l| l.trim().to_lowercase()).filter(|l| !l.is_empty());
        Ok(Self {
            permits: Permits::of(workspace)?,
            licences: licences.collect(),
            audio_removed: workspace.store.audio_removed()?,
            without_consent: WithoutConsent::to(DataUse::Publish),
        })
    }

    /// Why a clip of a recording is left out; it is counted by consent.
    pub fn leaves_out(&mut self, recording: &Recording) -> Option<&'static str> {
        if self.without_consent.bars(&self.permits, &recording.id) {
            return Some("no_consent_to_publish");
        }
        let licence = recording.facts.licence.as_deref().map(str::trim).unwrap_or_default();
        let licence = if licence.is_empty() { NONE.into() } else { licence.to_lowercase() };
        if !self.licences.is_empty() && !self.licences.contains(&licence) {
            return Some(if licence == NONE { "licence_unknown" } else { "other_licence" });
        }
        self.audio_removed.contains(&recording.id).then_some("audio_removed")
    }
}

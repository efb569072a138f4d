//! Which clips go into a dataset: those with consent to publish, of the licences, languages and agreement that were asked
//! for, whose audio is there. In: a workspace, filters. Out: why a clip is left out. Left to others: clips (`items`).

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use super::Filters;
use crate::domain::{DataUse, Language, Recording, RecordingId};
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
    /// Empty: every language.
    languages: BTreeSet<Language>,
    min_agreement: f64,
    audio_removed: BTreeSet<RecordingId>,
    /// Clips left out because of consent.
    pub without_consent: WithoutConsent,
}

impl Choice {
    /// Of a workspace; filters as they were typed.
    pub fn of(workspace: &Workspace, filters: Filters) -> Result<Self> {
        let typed = |all: Vec<String>| {
            let tidy = all.into_iter().map(|one| one.trim().to_lowercase());
            tidy.filter(|one| !one.is_empty()).collect::<BTreeSet<_>>()
        };
        let language = |code: String| {
            code.parse::<Language>().map_err(anyhow::Error::msg).context("--language")
        };
        Ok(Self {
            permits: Permits::of(workspace)?,
            licences: typed(filters.licences),
            languages: typed(filters.languages).into_iter().map(language).collect::<Result<_>>()?,
            min_agreement: filters.min_agreement,
            audio_removed: workspace.store.audio_removed()?,
            without_consent: WithoutConsent::to(DataUse::Publish),
        })
    }

    /// Why a clip of a recording is left out; it is counted by consent.
    pub fn leaves_out(
        &mut self,
        recording: &Recording,
        language: &Language,
        agreement: Option<f64>,
    ) -> Option<&'static str> {
        if self.without_consent.bars(&self.permits, &recording.id) {
            return Some("no_consent_to_publish");
        }
        let licence = recording.facts.licence.as_deref().map(str::trim).unwrap_or_default();
        let licence = if licence.is_empty() { NONE.into() } else { licence.to_lowercase() };
        if !self.licences.is_empty() && !self.licences.contains(&licence) {
            return Some(if licence == NONE { "licence_unknown" } else { "other_licence" });
        }
        if !self.languages.is_empty() && !self.languages.contains(language) {
            return Some("other_language");
        }
        if agreement.is_some_and(|share| share < self.min_agreement) {
            return Some("low_agreement");
        }
        self.audio_removed.contains(&recording.id).then_some("audio_removed")
    }
}

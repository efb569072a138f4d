//! The clips of a round, with texts, weights and uses. In: nothing. Out: types, and what is asked of them. Left to
//! others: gathering them (`gather`), their audio (`sounds`), training.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{ClipId, Language, RecordingId, Span, Used, hex_digest};
use crate::text::normalise;
use crate::training::split::{self, SplitItem, Unit};

/// A clip with its text.
#[derive(Clone, Debug)]
pub struct Material {
    /// The clip.
    pub clip: ClipId,
    /// Where it is.
    pub recording: RecordingId,
    /// Where in it.
    pub span: Span,
    /// Who speaks.
    pub speaker: String,
    /// The language of the text.
    pub language: Language,
    /// What people settled, or the accepted draft.
    pub text: String,
    /// Share of the answers that are behind the text; 1 for drafts.
    pub weight: f32,
    /// What it is for.
    pub used: Used,
}

/// All of it.
#[derive(Clone, Debug)]
pub struct Materials {
    /// In order of clip ids, whatever the order of ingestion.
    pub clips: Vec<Material>,
    /// Clips that nobody reviewed and whose drafts may be repeated, in the order in which that is tried; no text yet.
    pub unreviewed: Vec<Material>,
    /// What no two splits share.
    pub unit: Unit,
    /// Settled clips left out, by reason.
    pub left_out: BTreeMap<&'static str, usize>,
    /// Clips that may be learnt from and not judged by: consent to evaluate is missing.
    pub not_judged: BTreeSet<ClipId>,
}

/// What is said, as splits compare it.
pub fn said(m: &Material) -> String {
    normalise::normalise(&m.text, &m.language)
}

/// As splits take it; `text`: what is said.
pub fn item<'a>(m: &'a Material, text: &'a str) -> SplitItem<'a> {
    SplitItem {
        clip: m.clip.as_str(),
        speaker: &m.speaker,
        recording: m.recording.as_str(),
        text,
        length: m.span.len(),
    }
}

/// The part of each clip for cross-validation; `None` where they cannot be kept apart by `unit`.
pub fn folds(clips: &[&Material], unit: Unit, most: usize) -> Option<Vec<usize>> {
    let texts: Vec<String> = clips.iter().map(|m| said(m)).collect();
    let items: Vec<SplitItem> = clips.iter().zip(&texts).map(|(m, t)| item(m, t)).collect();
    split::folds(&items, unit, most)
}

/// Digest of what is learnt from and judged by: clips, texts, weights, uses.
pub fn digest(clips: &[Material]) -> String {
    let mut lines: Vec<String> = clips
        .iter()
        .map(|m| format!("{}\t{}\t{}\t{}\n", m.clip, m.used.code(), m.weight, m.text))
        .collect();
    lines.sort();
    hex_digest(lines.concat().as_bytes())
}

impl Materials {
    /// Clips of one use.
    pub fn of(&self, used: Used) -> impl Iterator<Item = &Material> {
        self.clips.iter().filter(move |m| m.used == used)
    }

    /// What each clip is for.
    pub fn used(&self) -> Vec<(ClipId, Used)> {
        self.clips.iter().map(|m| (m.clip.clone(), m.used)).collect()
    }

    /// How many clips have each use.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for m in &self.clips {
            *counts.entry(m.used.code().to_string()).or_default() += 1;
        }
        counts
    }

    /// Corrections of one use that are a fair test of a model that learnt from `learnt`. What is held out is one unless
    /// that held something of its unit, or where texts are kept apart of its text; what is learnt from, unless it held
    /// its text. Without consent to evaluate none is.
    pub fn unseen<'a>(&'a self, used: Used, learnt: &BTreeSet<ClipId>) -> Vec<&'a Material> {
        let known: Vec<&Material> =
            self.clips.iter().filter(|m| learnt.contains(&m.clip)).collect();
        let texts: BTreeSet<String> = known.iter().map(|m| said(m)).collect();
        let units: BTreeSet<String> = known.iter().map(|m| self.unit_of(m)).collect();
        let (by_unit, by_text) = match (used, self.unit) {
            (Used::Train | Used::Replay, _) => (false, true),
            (_, Unit::Speaker) => (true, false),
            (_, Unit::Recording | Unit::Text) => (true, true),
        };
        let seen = |m: &&Material| {
            by_unit && units.contains(&self.unit_of(m)) || by_text && texts.contains(&said(m))
        };
        let judged = |m: &&Material| !self.not_judged.contains(&m.clip);
        self.of(used).filter(judged).filter(|m| !seen(m)).collect()
    }

    /// The unit of the paired bootstrap for a clip: as they were split.
    pub fn unit_of(&self, m: &Material) -> String {
        match self.unit {
            Unit::Speaker => m.speaker.clone(),
            Unit::Recording => m.recording.to_string(),
            Unit::Text => m.clip.to_string(),
        }
    }
}

//! The report: human-in-the-loop rates and what stands behind them, as data (JSON, version 2).
//! In: counts and rates. Out: a [`Report`]. Left to others: counting (pipeline), estimating
//! (statistics), text (`text`), page (`page`), pictures (`charts`).

pub mod cost;
pub mod drift;
pub mod engines;
pub mod fairness;
pub mod methods;
pub mod rounds;
pub mod score;
mod text;
pub mod versions;
pub mod words;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::guarantee::GuaranteeReport;
use super::lang::Lang;
use super::languages::LanguageSupport;
use super::numbers::Wer;
use super::people::Work;
use crate::statistics::rate::{Rate, Share};
use cost::Cost;
use drift::Drift;
use engines::Engines;
use fairness::Fairness;
use rounds::{Round, Target};
use score::Score;
use versions::Versions;

/// Version of the JSON.
pub const VERSION: u32 = 2;

/// How much needs a person (or, by reason, how much has the reason), of clips that are not dropped.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Human {
    /// Of the clips, taken as independent.
    pub clips: Share,
    /// Of the clips, by speaker.
    pub clips_by_speaker: Rate,
    /// Of the seconds, by speaker.
    pub seconds: Rate,
    /// Of the draft words, by speaker.
    pub words: Rate,
}

/// Drafts against what people settled on.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Drafts {
    /// Settled clips whose text differs from the draft, punctuation and case included.
    pub changed: Share,
    /// Settled clips with at least one word error.
    pub words_changed: Share,
    /// Word errors of the settled drafts, which are the hard ones.
    pub settled: Wer,
    /// The same as a rate, by speaker.
    pub settled_wer: Rate,
    /// WER of all drafts, settled or not: Hajek's ratio with weights, by speaker.
    pub all_wer: Rate,
}

/// What is wrong in the drafts that were accepted, from random audits.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct ResidualError {
    /// Accepted clips, audited ones included.
    pub accepted: u64,
    /// Drawn for an audit.
    pub drawn: u64,
    /// Of them, settled with a text.
    pub settled: u64,
    /// Of them, settled without one: they say nothing about words.
    pub without_text: u64,
    /// Settled audits with at least one word error, each clip alike.
    pub with_error: Share,
    /// Share of accepted drafts with an error, weighted.
    pub with_error_weighted: Rate,
    /// The same, by Horvitz and Thompson.
    pub with_error_mean: Rate,
    /// WER of the accepted drafts of these recordings.
    pub wer: Rate,
    /// The same, about speakers like these.
    pub wer_by_speaker: Rate,
    /// The same about these recordings, helped by the expected WER of every accepted clip.
    pub wer_with_model: Rate,
}

/// A region or a round.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Group {
    /// Clips that are not dropped.
    pub clips: u64,
    /// Of them, for people.
    pub human_clips: u64,
    /// Speakers.
    pub speakers: u64,
    /// Seconds.
    pub seconds: f64,
    /// Of them, for people.
    pub human_seconds: f64,
    /// How much needs a person.
    pub human: Human,
    /// Drafts against settled texts.
    pub drafts: Drafts,
    /// What is wrong in accepted drafts.
    pub residual_error: ResidualError,
}

/// What one reason sends to people; a clip counts under each of its reasons.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ByReason {
    /// Clips with this reason for people to review.
    pub clips: u64,
    /// Their seconds.
    pub seconds: f64,
    /// Their share of all clips, seconds and words.
    pub human: Human,
    /// Settled clips with this reason whose text differs from the draft.
    pub changed: Share,
    /// WER of their drafts, by speaker.
    pub settled_wer: Rate,
}

/// What people did.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct People {
    /// Who answered.
    pub validators: u64,
    /// Current answers: each validator's latest for a clip.
    pub answers: u64,
    /// Of them, by verdict.
    pub verdicts: BTreeMap<String, u64>,
    /// Clips settled.
    pub settled_clips: u64,
    /// Active seconds, where the task file measured them.
    pub active_seconds: f64,
    /// Answers with measured time.
    pub timed_answers: u64,
    /// Median active seconds per answer.
    pub median_active_seconds: Option<f64>,
    /// Active seconds per second of audio.
    pub active_per_audio_second: Option<f64>,
}

/// Everything.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Report {
    /// Version of this JSON.
    pub version: u32,
    /// Workspace id.
    pub workspace: String,
    /// Model, by its name in the settings.
    pub model: String,
    /// What there is for each language of its clips.
    pub languages: Vec<LanguageSupport>,
    /// What `wer` stands for: WER; CER where all languages are counted by characters; WER/CER.
    pub error_rate: &'static str,
    /// Recordings.
    pub recordings: u64,
    /// Recordings that failed: path and reason.
    pub failed: Vec<(String, String)>,
    /// Seconds of all recordings.
    pub input_seconds: f64,
    /// Seconds in each state; they add up to `input_seconds`.
    pub seconds: BTreeMap<&'static str, f64>,
    /// Clips in each state.
    pub clips: BTreeMap<&'static str, u64>,
    /// Settled clips that no rate measures: consent to evaluate is missing.
    pub without_consent_to_evaluate: u64,
    /// Speakers of the decided clips.
    pub speakers: u64,
    /// How much needs a person.
    pub human: Human,
    /// Drafts against settled texts.
    pub drafts: Drafts,
    /// What is wrong in accepted drafts.
    pub residual_error: ResidualError,
    /// By reason.
    pub by_reason: BTreeMap<String, ByReason>,
    /// By region, declared or inferred; `unknown` where there is none.
    pub by_region: BTreeMap<String, Group>,
    /// What people's share is measured at, round after round.
    pub target: Target,
    /// The learning curve: by round of adaptation, each weighted by itself.
    pub by_round: Vec<Round>,
    /// The rounds of adaptation themselves, those that were rejected included, as stored.
    pub rounds: Vec<crate::domain::Round>,
    /// Whether regions are served equally.
    pub fairness: Fairness,
    /// How good the score is; null until scored clips are settled.
    pub score: Option<Score>,
    /// What people's work costs.
    pub cost: Cost,
    /// What people did.
    pub people: People,
    /// Validators, batches, agreement, checks.
    pub work: Work,
    /// The guarantee on accepted drafts; null when none is asked for.
    pub guarantee: Option<GuaranteeReport>,
    /// Withdrawals so far: all numbers are of what is left.
    pub withdrawals: Vec<crate::domain::Withdrawal>,
    /// What exactly made these numbers.
    pub versions: Versions,
    /// Engines side by side; null where no engine has texts.
    pub engines: Option<Engines>,
    /// Month by month; null where all recordings are of one.
    pub drift: Option<Drift>,
}

impl Report {
    /// What `wer` stands for, in words.
    pub fn error_words(&self, lang: Lang) -> &'static str {
        match self.error_rate {
            "WER" => lang.phrase("errors.words"),
            "CER" => lang.phrase("errors.characters"),
            _ => lang.phrase("errors.any"),
        }
    }
}

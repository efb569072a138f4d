//! What exactly made the numbers of a report: versions and digests.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

/// Enough to make the same numbers again.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Versions {
    /// Version of second-ear.
    pub second_ear: &'static str,
    /// Version of the columns of `report --csv`.
    pub clips_csv: u32,
    /// Clips by the digest of the model that drafted them (first 16 hex digits of its SHA-256).
    pub models: BTreeMap<String, u64>,
    /// Clips by decode policy.
    pub policies: BTreeMap<String, u64>,
    /// The calibration in use; with several engines, that of the first.
    pub calibration: Calibration,
    /// Those of the other engines in the settings, in their order.
    pub other_calibrations: Vec<Calibration>,
    /// The lexicon in use.
    pub lexicon: Lexicon,
    /// Settings that shift the numbers.
    pub settings: Settings,
    /// Confidence level of all intervals.
    pub level: f64,
    /// Replicates of every bootstrap interval and permutation test.
    pub replicates: u64,
}

/// The calibration.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Calibration {
    /// Its file, `shipped` for the one inside the program.
    pub file: String,
    /// Its format.
    pub format: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Model that it is for.
    pub model: String,
    /// Decode policy that it is for.
    pub policy: String,
    /// Clips that it was fitted on.
    pub clips: u64,
    /// Names of the sets of these clips.
    pub sets: Vec<String>,
    /// Clips of this workspace that adjusted it; 0: none did.
    pub own_clips: u64,
}

/// The lexicon.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Lexicon {
    /// Entries in use.
    pub entries: u64,
    /// SHA-256 over them.
    pub sha256: String,
}

/// Settings of `[routing]` and `[tasks]` that shift the numbers.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Settings {
    /// Score from which a draft is accepted.
    pub accept_score: f64,
    /// Added for speakers with full regional evidence.
    pub region_shift: f64,
    /// Whether regional words send a clip to a person.
    pub review_lexicon_hits: bool,
    /// Share of accepted drafts drawn at random.
    pub audit_rate: f64,
    /// Seed of the draws; the bootstrap takes it too.
    pub seed: u64,
    /// Most clips for people, as a share.
    pub max_human_share: Option<f64>,
    /// Most minutes for people.
    pub max_human_minutes: Option<f64>,
    /// Answers wanted for each clip.
    pub validators: u32,
    /// Share of tasks without the draft.
    pub blind_share: f64,
}

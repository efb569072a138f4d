//! A round: what was learnt from which corrections, what it measured, whether it was promoted.
//! In: nothing of ours. Out: types, kept as they are in the workspace. Left to others: making one
//! (`training`, `pipeline::adapt`).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One attempt at a better model, with all that makes it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AdaptationRound")]
pub struct Round {
    /// From 1; 0 stands for the model of the settings.
    pub number: u32,
    /// RFC 3339.
    pub created: String,
    /// The settings' model, by its name there.
    pub base: String,
    /// The round whose model was in use, the old model of the verdict; 0: the settings' model.
    pub parent: u32,
    /// First 16 hex digits of the SHA-256 of the parent's model file.
    pub parent_model: String,
    /// First 16 hex digits of the SHA-256 of the model file that training began from.
    pub start_model: String,
    /// The seed of every draw.
    pub seed: u64,
    /// Digest of what was learnt from and measured on: clips, texts, weights, splits.
    pub data_digest: String,
    /// How it was trained, as settings: the recipe.
    pub recipe: serde_json::Value,
    /// Clips, by what they were used for (`train`, `dev`, `test`, `replay`, `retention en test`, ...).
    pub clips: BTreeMap<String, usize>,
    /// Seconds of audio learnt from.
    pub train_seconds: f64,
    /// Mean loss (nats per token) of each epoch.
    pub losses: Vec<f64>,
    /// Share of the new weights in the average with those that training began from.
    pub share: f64,
    /// Averages that were tried, from the largest share of new weights.
    pub averages: Vec<Average>,
    /// Wall seconds of training.
    pub wall_seconds: f64,
    /// What was measured, old against new.
    pub measured: Vec<Measured>,
    /// What came of it.
    pub verdict: RoundVerdict,
}

/// An average of old and new weights that might have been taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Average {
    /// Share of the new weights.
    pub share: f64,
    /// SHA-256 of its model file: two workspaces that come to the same weights can tell, whatever was promoted. Empty in rounds
    /// of earlier versions.
    #[serde(default)]
    pub sha256: String,
    /// Word error rate on `dev`; `None` where that is empty.
    pub dev: Option<f64>,
    /// Word error rate on each retention set (its dev clips), less that of the model that training began from.
    pub retention_sets: BTreeMap<String, f64>,
    /// What it worsens, which one nearer to the old model may do without: then the next one is judged. Empty where it was never
    /// judged, too.
    pub too_far: Vec<String>,
}

/// One set of clips under two models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measured {
    /// Which set: `test`, `retention en`, `retention fr`, `retention fr: volunteers` (a kind of its speech), ...
    pub set: String,
    /// Clips.
    pub clips: usize,
    /// Units of the bootstrap: speakers, recordings or clips.
    pub units: usize,
    /// Words of the references.
    pub words: usize,
    /// Word error rate of the parent; on a retention set, that of the model that training began from.
    pub before: f64,
    /// Word error rate of the new model.
    pub after: f64,
    /// Difference after - before: 95 % interval of the paired bootstrap.
    pub difference: [f64; 2],
    /// Share of the bootstrap's replicates in which the new model has fewer word errors.
    pub better: f64,
    /// Share of them in which it has more.
    #[serde(default)]
    pub worse: f64,
    /// Bound on the difference with a confidence of 90 %, one-sided: what may be lost, as far as this set can show.
    #[serde(default = "unbounded")]
    pub at_most: f64,
}

/// Of rounds of earlier versions, which did not say.
fn unbounded() -> f64 {
    1.0
}

/// Whether the new model is used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum RoundVerdict {
    /// It is: it measured better and nothing got worse.
    Promoted {
        /// First 16 hex digits of the SHA-256 of its file.
        model: String,
        /// All of them.
        sha256: String,
        /// The file, in the workspace's folder.
        file: String,
    },
    /// It is not; the old model stays.
    Rejected {
        /// Why, in words.
        why: Vec<String>,
    },
}

impl Round {
    /// Digest of the model that it made, when it was promoted.
    pub fn model(&self) -> Option<&str> {
        match &self.verdict {
            RoundVerdict::Promoted { model, .. } => Some(model),
            RoundVerdict::Rejected { .. } => None,
        }
    }

    /// Whether its training began from the model that `other` made.
    pub fn began_from(&self, other: &Self) -> bool {
        other.model() == Some(&self.start_model)
    }
}

/// What a clip was used for in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Used {
    /// A settled correction that was learnt from.
    Train,
    /// A settled correction that settings were chosen by.
    Dev,
    /// A settled correction that judged.
    Test,
    /// An accepted draft that was learnt from, as it is.
    Replay,
}

impl Used {
    /// The name in the database.
    pub fn code(self) -> &'static str {
        match self {
            Used::Train => "train",
            Used::Dev => "dev",
            Used::Test => "test",
            Used::Replay => "replay",
        }
    }

    /// Whether the model has seen it.
    pub fn learnt(self) -> bool {
        matches!(self, Used::Train | Used::Replay)
    }
}

impl std::str::FromStr for Used {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let all = [Used::Train, Used::Dev, Used::Test, Used::Replay];
        all.into_iter().find(|u| u.code() == s).ok_or_else(|| format!("'{s}' is no use of a clip"))
    }
}

/// A round for tests; `promoted`: digest, checksum and file of its model.
#[cfg(test)]
pub fn example_round(
    number: u32,
    parent: u32,
    promoted: Option<(String, String, String)>,
) -> Round {
    let verdict = match promoted {
        Some((model, sha256, file)) => RoundVerdict::Promoted { model, sha256, file },
        None => RoundVerdict::Rejected { why: vec!["no better".into()] },
    };
    Round {
        number,
        created: "t".into(),
        base: "base".into(),
        parent,
        parent_model: "p".into(),
        start_model: "s".into(),
        seed: 1,
        data_digest: "d".into(),
        recipe: serde_json::json!({ "rate": 1e-5 }),
        clips: BTreeMap::from([("corrections".into(), 3)]),
        train_seconds: 1.5,
        losses: vec![1.0, 0.5],
        share: 0.6,
        averages: Vec::new(),
        wall_seconds: 2.0,
        measured: Vec::new(),
        verdict,
    }
}

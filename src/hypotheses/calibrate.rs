//! The calibrated score: P(draft has no word error) of a hypothesis, its expected word error rate,
//! and P(wrong) of each word.
//! In: a calibration file (JSON), features. Out: probabilities, or the reason why there are none.
//! Left to others: fitting one (`fit`, `adjust`), what score is good enough (routing).

use std::collections::BTreeSet;
use std::fmt;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::adjust::Adjustment;
use super::logistic::Logistic;
use super::{features, word_features};
use crate::domain::{DecodePolicy, Features, Hypothesis, Language, Pass, Probability, Region};

/// Names the file format; raised when a reader of the old one would go wrong.
pub const FORMAT: &str = "second-ear calibration 2";

/// The texts of the calibrations that ship, both for Whisper base: of clips that are decoded alone, and of windows.
const SHIPPED: [&str; 2] = [
    include_str!("../../models/calibration/base-f16.json"),
    include_str!("../../models/calibration/base-int8-windows.json"),
];

/// A fitted score with everything that says where it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// [`FORMAT`].
    pub format: String,
    /// What it was fitted on and by whom, in words.
    pub note: String,
    /// First 16 hex digits of the model file's SHA-256.
    pub model: String,
    /// [`crate::domain::DecodePolicy::id`].
    pub policy: String,
    /// Languages with enough clips in the data: the scores hold for these alone.
    #[serde(default = "before_languages_were_noted")]
    pub languages: BTreeSet<Language>,
    /// SHA-256 over all clips and their error counts.
    pub digest: String,
    /// The ridge penalty.
    pub l2: f64,
    /// One fit for each set of features that a hypothesis may have; the last that it has counts.
    pub fits: Vec<Fit>,
    /// P(wrong) of a word, from [`word_features::NAMES`].
    #[serde(default)]
    pub word: Option<WordFit>,
    /// What a workspace's own answers made of it.
    #[serde(default)]
    pub adjustment: Option<Adjustment>,
    /// Where the fits are for drafts that come from windows: those for clips that are decoded alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone: Option<Box<Calibration>>,
}

/// Files of versions that noted no languages were fitted on French and English.
fn before_languages_were_noted() -> BTreeSet<Language> {
    ["en", "fr"].into_iter().filter_map(|code| code.parse().ok()).collect()
}

/// Which features a hypothesis has; each set holds the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Of the decoding alone.
    #[serde(alias = "heard")] // in files of earlier versions
    Decoded,
    /// And of a word list.
    Words,
    /// And of a second decoding: slowed, or of the clip alone where the draft comes from a window.
    Slowed,
}

impl Tier {
    /// From the cheapest to the dearest.
    pub const ALL: [Tier; 3] = [Tier::Decoded, Tier::Words, Tier::Slowed];

    /// Names of the features, in order; `in_window`: of drafts that come from a window.
    pub fn names(self, in_window: bool) -> Vec<&'static str> {
        let mut names = features::DECODED.to_vec();
        if self >= Tier::Words {
            names.extend(features::WORDS);
        }
        match (self >= Tier::Slowed, in_window) {
            (false, _) => {}
            (true, false) => names.extend(features::SLOWED),
            (true, true) => names.extend(features::ALONE),
        }
        names
    }

    /// The numbers, in the order of the names; `None` where a hypothesis lacks some.
    pub fn of(self, features: &Features) -> Option<Vec<f64>> {
        let mut values = features.decoded.clone();
        if self >= Tier::Words {
            values.extend(features.words.as_ref()?);
        }
        if self >= Tier::Slowed {
            values.extend(features.slowed.as_ref()?);
        }
        let right = values.len() == self.names(features.in_window).len()
            && values.iter().all(|x| x.is_finite());
        right.then_some(values)
    }
}

/// A fit for one set of features.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// Which features.
    pub tier: Tier,
    /// Their names, in the order of the weights.
    pub features: Vec<String>,
    /// Standardisation and weights of P(no word error).
    pub score: Logistic,
    /// The same for the expected word error rate.
    pub wer: Logistic,
    /// How it does on clips that it was not fitted on.
    pub cross_validation: CrossValidation,
    /// Likewise, set by set.
    pub sets: Vec<SetSummary>,
}

/// A fit of P(wrong) of a word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WordFit {
    /// Names of the features, in the order of the weights.
    pub features: Vec<String>,
    /// Standardisation and weights.
    pub wrong: Logistic,
    /// How it does on words of clips that it was not fitted on.
    pub cross_validation: CrossValidation,
}

/// One set of clips in the data of a calibration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetSummary {
    /// Its name.
    pub name: String,
    /// Clips.
    pub clips: usize,
    /// Clips with at least one word error.
    pub with_errors: usize,
    /// Distinct speakers, as far as they are named.
    pub speakers: usize,
    /// Word error rate.
    pub wer: Option<f64>,
    /// Cross-validated expected word error rate.
    pub expected_wer: Option<f64>,
    /// Cross-validated AUROC on this set; `None` when all its clips have the same outcome.
    pub auroc: Option<f64>,
    /// Cross-validated normalised cross entropy on this set; likewise.
    pub nce: Option<f64>,
}

/// Cross-validated quality over all sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrossValidation {
    /// Folds; no speaker is in two of them, save those with more than a fold's share of clips.
    pub folds: usize,
    /// Clips, or words.
    pub of: usize,
    /// See [`crate::statistics::metrics`].
    pub auroc: Option<f64>,
    /// Expected calibration error.
    pub ece: f64,
    /// Brier score.
    pub brier: f64,
    /// Normalised cross entropy.
    pub nce: Option<f64>,
}

/// Why a hypothesis has no score. A missing score is never read as certainty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoScore {
    /// The calibration belongs to another model.
    Model {
        /// The calibration's.
        calibrated: String,
        /// The hypothesis's.
        used: String,
    },
    /// The calibration belongs to another decode policy.
    Policy {
        /// The calibration's.
        calibrated: String,
        /// The hypothesis's.
        used: String,
    },
    /// Features that do not fit the calibration or are no numbers.
    Features,
}

impl fmt::Display for NoScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoScore::Model { calibrated, used } => {
                write!(f, "the calibration is for model {calibrated}, not {used}; run calibrate")
            }
            NoScore::Policy { calibrated, used } => write!(
                f,
                "the calibration is for decode policy {calibrated}, not {used}; run calibrate"
            ),
            NoScore::Features => write!(f, "the features do not fit the calibration"),
        }
    }
}

impl Calibration {
    /// The one that ships for a decode policy; where none does, that of clips decoded alone, which then does not fit.
    pub fn shipped(policy: &str) -> Result<Self> {
        Ok(Self::parsed(policy)?.0)
    }

    /// Its text.
    pub fn shipped_text(policy: &str) -> Result<&'static str> {
        Ok(Self::parsed(policy)?.1)
    }

    fn parsed(policy: &str) -> Result<(Self, &'static str)> {
        let mut first = None;
        for text in SHIPPED {
            let one = Self::parse(text).context("a calibration that ships with second-ear")?;
            if one.fits(&one.model, policy).is_ok() {
                return Ok((one, text));
            }
            first.get_or_insert((one, text));
        }
        first.context("no calibration ships with second-ear")
    }

    /// Reads a calibration file's text.
    ///
    /// # Errors
    /// Another format, other features than this version computes, lengths that do not agree,
    /// scales that are not above 0.
    pub fn parse(json: &str) -> Result<Self> {
        let format = serde_json::from_str::<serde_json::Value>(json).context("read it as JSON")?;
        let format = format.get("format").and_then(|f| f.as_str()).unwrap_or_default();
        ensure!(format == FORMAT, "format '{format}' is not '{FORMAT}'; run calibrate again");
        let calibration: Self = serde_json::from_str(json).context("read the calibration")?;
        calibration.check()?;
        Ok(calibration)
    }

    fn check(&self) -> Result<()> {
        if let Some(alone) = &self.alone {
            ensure!(
                alone.alone.is_none(),
                "a calibration within a calibration within a calibration"
            );
            alone.check()?;
        }
        ensure!(!self.fits.is_empty(), "the calibration holds no fit");
        let engine = self.adjustment.as_ref().and_then(|a| a.engine.as_ref());
        ensure!(
            engine.is_none_or(|fit| fit.is_sound()),
            "the fit of an engine's confidence is broken"
        );
        for fit in &self.fits {
            ensure!(
                fit.features == fit.tier.names(self.alone.is_some()),
                "the calibration was made for other features; run calibrate again"
            );
            fit.score.check(fit.features.len())?;
            fit.wer.check(fit.features.len())?;
        }
        if let Some(word) = &self.word {
            ensure!(
                word.features == word_features::NAMES,
                "the calibration was made for other features of words; run calibrate again"
            );
            word.wrong.check(word.features.len())?;
        }
        Ok(())
    }

    /// The file's text.
    pub fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Whether drafts in a language were among those it was fitted or adjusted on.
    pub fn covers(&self, language: &Language) -> bool {
        let adjusted = self.adjustment.as_ref().is_some_and(|a| a.languages.contains(language));
        adjusted || self.languages.contains(language)
    }

    /// Whether hypotheses made by `model` under `policy` can be scored.
    pub fn fits(&self, model: &str, policy: &str) -> Result<(), NoScore> {
        let other = |calibrated: &str, used: &str| (calibrated.to_string(), used.to_string());
        if model != self.model {
            let (calibrated, used) = other(&self.model, model);
            return Err(NoScore::Model { calibrated, used });
        }
        let serves = DecodePolicy::calibrated_as;
        if serves(policy) != serves(&self.policy) {
            let (calibrated, used) = other(&self.policy, policy);
            return Err(NoScore::Policy { calibrated, used });
        }
        Ok(())
    }

    /// Expected word error rate of a hypothesis with these features, in [0, 1]; `None` where there is
    /// no score.
    pub fn expected_wer(
        &self,
        features: &Features,
        model: &str,
        policy: &str,
        region: Option<&Region>,
    ) -> Option<f64> {
        self.fits(model, policy).ok()?;
        let (fit, values) = self.fit(features)?;
        let wer = fit.wer.predict(&values);
        let adjusted = self.adjustment.as_ref().map_or(wer, |a| a.wer(wer, region));
        Some(adjusted).filter(|p| p.is_finite())
    }

    /// P(no word error) of a hypothesis with these features, made by `model` under `policy`, of a
    /// speaker of `region`.
    pub fn score(
        &self,
        features: &Features,
        model: &str,
        policy: &str,
        region: Option<&Region>,
    ) -> Result<Probability, NoScore> {
        self.fits(model, policy)?;
        let p = self.unadjusted(features).ok_or(NoScore::Features)?;
        let p =
            self.adjustment.as_ref().map_or(p, |a| a.score(a.beside(p, features.engine), region));
        Probability::new(p).ok_or(NoScore::Features)
    }

    /// P(no word error) before a workspace's own answers, whatever the model; `None` where the
    /// features do not fit.
    pub fn unadjusted(&self, features: &Features) -> Option<f64> {
        self.fit(features).map(|(fit, values)| fit.score.predict(&values))
    }

    /// Expected word error rate before a workspace's own answers; likewise.
    pub fn unadjusted_wer(&self, features: &Features) -> Option<f64> {
        self.fit(features).map(|(fit, values)| fit.wer.predict(&values))
    }

    /// Where the fit for an engine's drafts begins, whose policy this is: from the numbers of clips that are decoded alone. It
    /// holds for no language until answers say what these numbers mean for that engine.
    pub fn before_any_answer(self, policy: &str) -> Self {
        let alone = match self.alone {
            Some(alone) => *alone,
            None => self,
        };
        let note = format!("{} For the drafts of another engine, before any answer.", alone.note);
        let (policy, languages) = (policy.to_string(), BTreeSet::new());
        Self { note, policy, languages, adjustment: None, ..alone }
    }

    /// P(wrong) of each word of a draft, in the order of [`word_features::word_features`]; `None`
    /// for words without a letter or digit, and where the calibration does not fit. `used`: the model and policy that it must
    /// be for.
    pub fn words_wrong(
        &self,
        hypothesis: &Hypothesis,
        used: (&str, &str),
        regional: &dyn Fn(&Language, &str) -> bool,
    ) -> Option<Vec<Option<Probability>>> {
        self.fits(used.0, used.1).ok()?;
        let fit = self.of(hypothesis.pass == Pass::Window).word.as_ref()?;
        let words = word_features::word_features(hypothesis, regional)?;
        let wrong = |values: Vec<f64>| Probability::clamped(fit.wrong.predict(&values));
        Some(words.into_iter().map(|values| values.map(wrong)).collect())
    }

    /// What holds for drafts that come from a window, or do not.
    fn of(&self, in_window: bool) -> &Self {
        if in_window { self } else { self.alone.as_deref().unwrap_or(self) }
    }

    /// The fit with the most features that a hypothesis has.
    fn fit(&self, features: &Features) -> Option<(&Fit, Vec<f64>)> {
        let fits = self.of(features.in_window).fits.iter();
        let known = fits.filter_map(|fit| Some((fit, fit.tier.of(features)?)));
        // A fit of clips decoded alone knows nothing of what windows are compared with.
        let fitting = known.filter(|(fit, values)| fit.features.len() == values.len());
        fitting.max_by_key(|(fit, _)| fit.tier)
    }
}

#[cfg(test)]
mod tests;

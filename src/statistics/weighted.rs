//! Rates in all accepted drafts from the few that were reviewed, each with the probability of that.
//! In: reviewed clips with inclusion probability, word errors, words. Out: values with intervals.
//! Left to others: who was drawn (routing), which clips were settled (pipeline).
//!
//! Clips were drawn one by one, each with its own probability pi (Poisson sampling). Two questions,
//! two intervals. *These recordings*: how far is the rate among all of their clips? Only the draw
//! varies, so speakers do not matter. *Speakers like these*: clips of one speaker are alike, so whole
//! speakers vary. Both use Student's t; both are approximate, and too hopeful with few errors.

use super::interval::student;
use super::rate::Missing;
use crate::domain::Estimate;

/// A reviewed clip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampledClip {
    /// Probability that it was reviewed (and answered), in (0, 1].
    pub inclusion: f64,
    /// Word errors of its draft (or any other count).
    pub errors: f64,
    /// Words of its reference (or anything to divide by).
    pub words: f64,
    /// Word errors that a model expected before it was reviewed.
    pub model_errors: f64,
    /// Words that the draft has.
    pub model_words: f64,
    /// Its speaker, numbered from 0 without gap.
    pub speaker: usize,
}

fn sums(reviewed: &[SampledClip]) -> (f64, f64) {
    reviewed
        .iter()
        .fold((0.0, 0.0), |(e, n), h| (e + h.errors / h.inclusion, n + h.words / h.inclusion))
}

/// Hajek's ratio `sum(E / pi) / sum(N / pi)` (1971); `None` without words.
pub fn hajek(reviewed: &[SampledClip]) -> Option<f64> {
    let (errors, words) = sums(reviewed);
    (words > 0.0).then(|| errors / words)
}

/// The ends of `value +- t * sqrt(variance)`, not under zero.
fn ends(value: f64, variance: f64, freedom: f64) -> Result<(f64, f64), Missing> {
    signed_ends(value, variance, freedom).map(|(low, high)| (low.max(0.0), high))
}

/// The same of what may be under zero.
fn signed_ends(value: f64, variance: f64, freedom: f64) -> Result<(f64, f64), Missing> {
    if freedom < 1.0 {
        return Err(Missing::OneSpeaker);
    }
    if variance.is_nan() || variance <= 1e-18 {
        return Err(Missing::NoVariation);
    }
    let half = student(freedom) * variance.sqrt();
    Ok((value - half, value + half))
}

/// The interval of [`hajek`] about these recordings: variance
/// `sum((1 - pi) / pi^2 (E - R N)^2) / sum(N / pi)^2` (Sarndal, Swensson and Wretman 1992, 5.6), n - 1
/// degrees of freedom.
///
/// # Errors
/// Nothing reviewed; one clip; no variation (all alike, or every clip was certain to be reviewed).
pub fn hajek_design(reviewed: &[SampledClip]) -> Result<(f64, f64), Missing> {
    let ratio = hajek(reviewed).ok_or(Missing::NothingCounted)?;
    let of = |h: &SampledClip| h.errors - ratio * h.words;
    ends(ratio, poisson(reviewed, of) / sums(reviewed).1.powi(2), reviewed.len() as f64 - 1.0)
}

/// `sum((1 - pi) / pi^2 x^2)`: the variance of `sum(x / pi)` under Poisson sampling, estimated.
fn poisson(reviewed: &[SampledClip], x: impl Fn(&SampledClip) -> f64) -> f64 {
    reviewed.iter().map(|h| (1.0 - h.inclusion) / h.inclusion.powi(2) * x(h).powi(2)).sum()
}

/// The interval of [`hajek`] about speakers like these: the linearised variance
/// `G / (G - 1) sum_g (sum_g (E - R N) / pi)^2 / sum(N / pi)^2` over G speakers, G - 1 degrees.
///
/// # Errors
/// Nothing reviewed; one speaker; no variation.
pub fn hajek_by_speaker(reviewed: &[SampledClip]) -> Result<(f64, f64), Missing> {
    paired_by_speaker(reviewed).map(|(low, high)| (low.max(0.0), high))
}

/// The same where `errors` are the errors of one text less those of another text of the same clip: a paired difference of
/// two rates, which may be under zero.
///
/// # Errors
/// As [`hajek_by_speaker`].
pub fn paired_by_speaker(reviewed: &[SampledClip]) -> Result<(f64, f64), Missing> {
    let ratio = hajek(reviewed).ok_or(Missing::NothingCounted)?;
    let speakers = reviewed.iter().map(|h| h.speaker + 1).max().unwrap_or(0);
    let mut residuals = vec![0.0; speakers];
    let mut there = vec![false; speakers];
    for h in reviewed {
        residuals[h.speaker] += (h.errors - ratio * h.words) / h.inclusion;
        there[h.speaker] = true;
    }
    let groups = there.iter().filter(|t| **t).count() as f64;
    if groups < 2.0 {
        return Err(Missing::OneSpeaker);
    }
    let squares: f64 = residuals.iter().map(|r| r * r).sum();
    signed_ends(ratio, groups / (groups - 1.0) * squares / sums(reviewed).1.powi(2), groups - 1.0)
}

/// What a model expects of all clips, reviewed or not.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Expected {
    /// Word errors.
    pub errors: f64,
    /// Words.
    pub words: f64,
}

/// The difference estimator: the model's totals over all clips, corrected by what the reviewed ones
/// show, `(M_E + sum((E - m_E) / pi)) / (M_N + sum((N - m_N) / pi))`. It is AIPW with known
/// probabilities (Robins, Rotnitzky and Zhao 1994): a bad model costs precision, never bias.
///
/// # Errors
/// Nothing reviewed, or nothing to divide by.
pub fn difference(reviewed: &[SampledClip], all: Expected) -> Result<f64, Missing> {
    if reviewed.is_empty() {
        return Err(Missing::NoneSettled);
    }
    let (errors, words) = totals(reviewed, all);
    if words > 0.0 { Ok((errors / words).max(0.0)) } else { Err(Missing::NothingCounted) }
}

fn totals(reviewed: &[SampledClip], all: Expected) -> (f64, f64) {
    reviewed.iter().fold((all.errors, all.words), |(e, n), h| {
        (e + (h.errors - h.model_errors) / h.inclusion, n + (h.words - h.model_words) / h.inclusion)
    })
}

/// The interval of [`difference`] about these recordings: as [`hajek_design`], with the residuals
/// `(E - m_E) - R (N - m_N)`.
///
/// # Errors
/// As [`difference`]; one clip; no variation.
pub fn difference_design(reviewed: &[SampledClip], all: Expected) -> Result<(f64, f64), Missing> {
    let ratio = difference(reviewed, all)?;
    let of = |h: &SampledClip| (h.errors - h.model_errors) - ratio * (h.words - h.model_words);
    ends(
        ratio,
        poisson(reviewed, of) / totals(reviewed, all).1.powi(2),
        reviewed.len() as f64 - 1.0,
    )
}

/// Horvitz and Thompson's mean over `all` clips (1952) of a loss in [0, 1], here whether a draft has
/// an error: `sum(L / pi) / all`, with the variance of Poisson sampling; pairs are (pi, loss).
///
/// # Errors
/// No clips, nothing reviewed; one clip; no loss at all.
pub fn horvitz_thompson(reviewed: &[(f64, f64)], all: u64) -> Result<Estimate, Missing> {
    if all == 0 || reviewed.is_empty() {
        return Err(Missing::NoneSettled);
    }
    let n = all as f64;
    let value = reviewed.iter().map(|(pi, loss)| loss / pi).sum::<f64>() / n;
    let variance: f64 =
        reviewed.iter().map(|(pi, loss)| (1.0 - pi) / pi.powi(2) * loss.powi(2)).sum();
    let (low, high) = ends(value, variance / (n * n), reviewed.len() as f64 - 1.0)?;
    Ok(Estimate { value, low, high: high.min(1.0) })
}

#[cfg(test)]
mod tests;

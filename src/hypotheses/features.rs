//! Cheap numbers that tell good hypotheses from bad ones.
//! In: a `Hypothesis`. Out: `Features`, in the order of [`NAMES`], finite for every hypothesis.
//! Left to others: their weights (`calibrate`). A change here makes old calibrations unusable:
//! they carry the names that they were fitted with.

use super::guard::{self, Sign};
use super::text::{has_word, words};
use crate::domain::{Features, Hypothesis, Probability};

/// The features, in order.
pub const NAMES: [&str; 20] = [
    "mean_logprob",
    "min_logprob",
    "p10_logprob",
    "sum_logprob",
    "share_below_half",
    "worst_word_logprob",
    "tokens",
    "words_per_second",
    "seconds",
    "log_seconds",
    "compression_ratio",
    "p_no_speech",
    "p_language",
    "language_entropy",
    "rms_db",
    "range_db",
    "clipped",
    "decoded_again",
    "disagreement",
    "signs",
];

/// Log-probabilities below this tell nothing more.
const FLOOR: f64 = -12.0;

/// The features of a hypothesis. Log-probabilities count tokens with a letter or digit only; where
/// there is none they are at their floor. What could not be had (p(no speech) of a scripted
/// hypothesis, levels of pure silence) is at its least confident value.
pub fn features(hypothesis: &Hypothesis) -> Features {
    let h = hypothesis;
    let mut logprobs: Vec<f64> = h
        .tokens
        .iter()
        .filter(|t| has_word(&t.text))
        .map(|t| if t.logprob.is_nan() { FLOOR } else { t.logprob.clamp(FLOOR, 0.0) })
        .collect();
    logprobs.sort_by(f64::total_cmp);
    let n = logprobs.len();
    let sum: f64 = logprobs.iter().sum();
    let low = logprobs.iter().filter(|&&l| l < 0.5f64.ln()).count();
    let seconds = if h.seconds.is_finite() { h.seconds.clamp(0.05, 60.0) } else { 0.05 };
    let text = words(&h.text);
    let again = h.replaced.as_deref();
    let disagreement = again.map_or(0.0, |first| {
        let first = words(first);
        strsim::generic_levenshtein(&first, &text) as f64
            / first.len().max(text.len()).max(1) as f64
    });
    // A clip decoded again, for whatever sign, is told apart by `decoded_again`.
    let signs = guard::signs(h).iter().filter(|s| !matches!(s, Sign::KnownPhrase { .. })).count();
    let p = |p: Option<Probability>, missing: f64| p.map_or(missing, Probability::get);
    Features(vec![
        if n == 0 { FLOOR } else { sum / n as f64 },
        logprobs.first().copied().unwrap_or(FLOOR),
        logprobs.get(n / 10).copied().unwrap_or(FLOOR),
        if n == 0 { FLOOR } else { sum.max(-200.0) },
        if n == 0 { 1.0 } else { low as f64 / n as f64 },
        worst_word(h),
        n as f64,
        text.len() as f64 / seconds.max(1.0),
        seconds,
        seconds.ln(),
        guard::compression_ratio(&h.text),
        p(h.p_no_speech, 1.0),
        p(h.p_language, 0.0),
        h.language_entropy.filter(|e| e.is_finite()).unwrap_or(0.0),
        decibels(h.level.rms_db),
        decibels(h.level.range_db),
        if h.level.clipped.is_finite() { h.level.clipped } else { 0.0 },
        f64::from(again.is_some()),
        disagreement,
        signs as f64,
    ])
}

/// Log-probability of the least likely word (the sum over its tokens).
fn worst_word(h: &Hypothesis) -> f64 {
    let mut worst = 0.0f64;
    let mut word = 0.0f64;
    let mut any = false;
    for token in &h.tokens {
        if token.text.starts_with(' ') {
            word = 0.0;
        }
        if has_word(&token.text) {
            any = true;
            word += if token.logprob.is_nan() { FLOOR } else { token.logprob.clamp(FLOOR, 0.0) };
            worst = worst.min(word);
        }
    }
    if any { worst.max(2.0 * FLOOR) } else { 2.0 * FLOOR }
}

/// Levels of pure silence are minus infinity.
fn decibels(db: f64) -> f64 {
    if db.is_nan() { -100.0 } else { db.clamp(-100.0, 100.0) }
}

#[cfg(test)]
pub mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{ClipId, Level, Millis, Pass, Token};

    /// A hypothesis of some tokens.
    pub fn hypothesis(tokens: &[(&str, f64)], seconds: f64) -> Hypothesis {
        let tokens: Vec<Token> = tokens
            .iter()
            .map(|(text, logprob)| Token {
                text: text.to_string(),
                p: Probability::clamped(logprob.exp()),
                logprob: *logprob,
                start: Millis(0),
                end: Millis(0),
            })
            .collect();
        Hypothesis {
            clip: ClipId::from_stored("c"),
            model: "m".into(),
            policy: "p".into(),
            language: "fr".parse().unwrap(),
            text: tokens.iter().map(|t| t.text.as_str()).collect::<String>().trim().into(),
            tokens,
            p_no_speech: None,
            p_language: None,
            best_language: None,
            language_entropy: None,
            pass: Pass::Short,
            replaced: None,
            variants: Vec::new(),
            seconds,
            level: Level::default(),
        }
    }

    fn named(f: &Features, name: &str) -> f64 {
        f.0[NAMES.iter().position(|n| *n == name).unwrap()]
    }

    #[test]
    fn punctuation_does_not_count() {
        let h = hypothesis(&[(" ap", -0.1), ("puyez", -0.5), (".", -9.0), (" sur", -0.2)], 2.0);
        let f = features(&h);
        assert!((named(&f, "mean_logprob") + 0.8 / 3.0).abs() < 1e-12);
        assert_eq!(named(&f, "min_logprob"), -0.5);
        assert_eq!(named(&f, "worst_word_logprob"), -0.6);
        assert_eq!(named(&f, "tokens"), 3.0);
    }

    #[test]
    fn a_second_decoding_that_differs_shows() {
        let mut h = hypothesis(&[(" oui", -0.1), (" madame", -0.1)], 1.0);
        assert_eq!(named(&features(&h), "decoded_again"), 0.0);
        h.replaced = Some("oui oui".into());
        assert_eq!(named(&features(&h), "disagreement"), 0.5);
    }

    proptest! {
        #[test]
        fn every_feature_of_every_hypothesis_is_finite(
            texts in prop::collection::vec("\\PC{0,4}", 0..6),
            logprob in prop_oneof![Just(f64::NEG_INFINITY), Just(f64::NAN), -50.0f64..0.0],
            seconds in prop_oneof![Just(0.0), Just(f64::NAN), 0.0f64..30.0],
            level in prop_oneof![Just(f64::NEG_INFINITY), Just(f64::NAN), -120.0f64..0.0],
        ) {
            let tokens: Vec<(&str, f64)> = texts.iter().map(|t| (t.as_str(), logprob)).collect();
            let mut h = hypothesis(&tokens, seconds);
            h.level = Level { rms_db: level, peak_db: level, range_db: level, clipped: level };
            let f = features(&h);
            prop_assert_eq!(f.0.len(), NAMES.len());
            prop_assert!(f.0.iter().all(|x| x.is_finite()), "{:?}", f);
        }
    }
}

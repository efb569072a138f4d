//! Numbers that tell good hypotheses from bad ones.
//! In: a `Hypothesis`. Out: `Features`, in the order of [`DECODED`], [`WORDS`] and [`SLOWED`], finite for
//! every hypothesis.
//! Left to others: their weights (`calibrate`). A change here makes old calibrations unusable:
//! they carry the names that they were fitted with.

use super::familiar::familiarity;
use super::guard::{self, Sign};
use crate::domain::{Features, Hypothesis, Language, Pass, Probability, Token};
use crate::text::words::{has_word, words};

/// From the decoding itself, in order.
pub const DECODED: [&str; 37] = [
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
    "entropy_mean",
    "entropy_max",
    "entropy_sum",
    "margin_min",
    "margin_mean",
    "margin_p10",
    "margins_under_1",
    "margins_under_2",
    "end_logprob",
    "end_entropy",
    "first_logprob",
    "all_mean_logprob",
    "all_min_logprob",
    "words_under_half",
    "words_under_80",
    "words",
    "log_p_all_words",
];
/// From a word list, in order.
pub const WORDS: [&str; 6] =
    ["zipf_least", "zipf_mean", "unknown_words", "very_rare_words", "rare_words", "homophones"];
/// From the slowed decoding, or from the model's own of a text that another engine wrote, in order.
pub const SLOWED: [&str; 2] = ["slowed_disagreement", "slowed_same"];
/// From the decoding alone of a clip whose text comes from a window, in order.
pub const ALONE: [&str; 6] = [
    "alone_disagreement",
    "alone_same",
    "alone_mean_logprob",
    "alone_least_logprob",
    "alone_words_less",
    "alone_first_word_same",
];

/// Log-probabilities below this tell nothing more.
const FLOOR: f64 = -12.0;
/// Likewise for margins above this.
const WIDE: f64 = 10.0;

/// The features of a hypothesis. Unless said otherwise they count tokens with a letter or digit only;
/// where there is none they are at their least confident value. So is what is unavailable (p(no
/// speech) of a scripted hypothesis, levels of pure silence). `regional` says whether a word
/// belongs to the lexicon.
pub fn features(hypothesis: &Hypothesis, regional: &dyn Fn(&Language, &str) -> bool) -> Features {
    let h = hypothesis;
    let own = words(&h.text);
    let second = |text: &str| {
        let apart = disagreement(&words(text), &own, |_, text| text);
        vec![apart.min(1.0), f64::from(apart == 0.0)]
    };
    let in_window = h.pass == Pass::Window;
    let slowed = match h.pass {
        Pass::Short | Pass::Full => h.slowed.as_deref().map(second),
        Pass::Given => h.alone.as_ref().map(|own| second(&own.text)),
        Pass::Window => h.alone.as_ref().map(|alone| {
            let mut values = second(&alone.text);
            let others = words(&alone.text);
            values.extend([bounded(alone.mean_logprob), bounded(alone.least_logprob)]);
            values.push((own.len() as f64 - others.len() as f64).clamp(-10.0, 10.0));
            values.push(f64::from(own.first() == others.first()));
            values
        }),
    };
    let words = familiarity(&h.text, &h.language, regional)
        .map(|f| vec![f.least, f.mean, f.unknown, f.very_rare, f.rare, f.homophones]);
    let mut decoded = of_text(h);
    decoded.extend(of_choices(h));
    let engine = h.engine_confidence.map(Probability::get);
    Features { in_window, decoded, words, slowed, engine }
}

/// The first twenty.
fn of_text(h: &Hypothesis) -> Vec<f64> {
    let mut logprobs: Vec<f64> = spoken(h).map(logprob).collect();
    logprobs.sort_by(f64::total_cmp);
    let n = logprobs.len();
    let sum: f64 = logprobs.iter().sum();
    let low = logprobs.iter().filter(|&&l| l < 0.5f64.ln()).count();
    let seconds = if h.seconds.is_finite() { h.seconds.clamp(0.05, 60.0) } else { 0.05 };
    let text = words(&h.text);
    let again = h.replaced.as_deref();
    let apart = again.map_or(0.0, |first| disagreement(&words(first), &text, usize::max));
    // A clip decoded again, for whatever sign, is told apart by `decoded_again`.
    let signs = guard::signs(h).iter().filter(|s| !matches!(s, Sign::KnownPhrase { .. })).count();
    let p = |p: Option<Probability>, missing: f64| p.map_or(missing, Probability::get);
    vec![
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
        apart,
        signs as f64,
    ]
}

/// The others: how the tokens were chosen among their rivals.
fn of_choices(h: &Hypothesis) -> Vec<f64> {
    let mut entropies: Vec<f64> = spoken(h).map(entropy).collect();
    let mut margins: Vec<f64> = spoken(h).map(margin).collect();
    let mut all: Vec<f64> = h.tokens.iter().map(logprob).collect();
    for (numbers, missing) in [(&mut entropies, 5.0), (&mut margins, 0.0), (&mut all, FLOOR)] {
        if numbers.is_empty() {
            numbers.push(missing);
        }
    }
    margins.sort_by(f64::total_cmp);
    let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
    let under = |limit: f64| margins.iter().filter(|m| **m < limit).count() as f64;
    let words = word_logprobs(h);
    let words_under = |p: f64| words.iter().filter(|l| **l < p.ln()).count() as f64;
    let end = h.end.map(|end| (bounded(end.logprob), end.entropy));
    let (end_logprob, end_entropy) = end.unwrap_or((FLOOR, 3.0));
    vec![
        mean(&entropies),
        entropies.iter().copied().fold(0.0, f64::max),
        entropies.iter().sum(),
        margins[0],
        mean(&margins),
        margins[margins.len() / 10],
        under(1.0),
        under(2.0),
        end_logprob,
        if end_entropy.is_finite() { end_entropy } else { 3.0 },
        spoken(h).next().map_or(FLOOR, logprob),
        mean(&all),
        all.iter().copied().fold(0.0, f64::min),
        words_under(0.5),
        words_under(0.8),
        words.len() as f64,
        words.iter().map(|l| l.max(1e-4f64.ln())).sum(),
    ]
}

/// Whether a token has a letter or digit.
pub fn is_spoken(token: &Token) -> bool {
    has_word(&token.text)
}

fn spoken(h: &Hypothesis) -> impl Iterator<Item = &Token> {
    h.tokens.iter().filter(|t| is_spoken(t))
}

fn logprob(token: &Token) -> f64 {
    bounded(token.logprob)
}

fn bounded(logprob: f64) -> f64 {
    if logprob.is_nan() { FLOOR } else { logprob.clamp(FLOOR, 0.0) }
}

/// Where it was not kept: the least that the token's probability allows.
fn entropy(token: &Token) -> f64 {
    let p = token.p.get().clamp(1e-6, 1.0 - 1e-6);
    let least = -(p * p.ln() + (1.0 - p) * (1.0 - p).ln());
    token.entropy.filter(|e| e.is_finite()).unwrap_or(least).max(0.0)
}

/// Where it was not kept: the least that the token's probability allows.
fn margin(token: &Token) -> f64 {
    let p = token.p.get().clamp(1e-6, 1.0 - 1e-6);
    let kept = token.margin.filter(|m| m.is_finite());
    kept.unwrap_or((p / (1.0 - p)).ln()).clamp(0.0, WIDE)
}

/// Word edits over the length that `of` makes of both lengths, 1 or more.
fn disagreement(first: &[String], text: &[String], of: fn(usize, usize) -> usize) -> f64 {
    let edits = strsim::generic_levenshtein(&first.to_vec(), &text.to_vec());
    edits as f64 / of(first.len(), text.len()).max(1) as f64
}

/// Log-probability of each word: the sum over its tokens with a letter or digit.
fn word_logprobs(h: &Hypothesis) -> Vec<f64> {
    let mut words: Vec<f64> = Vec::new();
    let mut open = false;
    for token in &h.tokens {
        open &= !token.text.starts_with(' ');
        if has_word(&token.text) {
            match words.last_mut().filter(|_| open) {
                Some(word) => *word += logprob(token),
                None => words.push(logprob(token)),
            }
            open = true;
        }
    }
    words
}

/// Log-probability of the least likely word.
fn worst_word(h: &Hypothesis) -> f64 {
    let worst = word_logprobs(h).into_iter().reduce(f64::min);
    worst.map_or(2.0 * FLOOR, |worst| worst.max(2.0 * FLOOR))
}

/// Levels of pure silence are minus infinity.
fn decibels(db: f64) -> f64 {
    if db.is_nan() { -100.0 } else { db.clamp(-100.0, 100.0) }
}

#[cfg(test)]
pub mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Alone, ClipId, End, Level, Millis};

    /// A hypothesis of some tokens.
    pub fn hypothesis(tokens: &[(&str, f64)], seconds: f64) -> Hypothesis {
        let tokens: Vec<Token> = tokens
            .iter()
            .map(|(text, logprob)| Token {
                text: text.to_string(),
                p: Probability::clamped(logprob.exp()),
                logprob: *logprob,
                entropy: None,
                margin: None,
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
            end: None,
            slowed: None,
            alone: None,
            engine_confidence: None,
            variants: Vec::new(),
            seconds,
            level: Level::default(),
        }
    }

    fn of(h: &Hypothesis) -> Features {
        features(h, &|_, _| false)
    }

    fn named(f: &Features, name: &str) -> f64 {
        f.decoded[DECODED.iter().position(|n| *n == name).unwrap()]
    }

    #[test]
    fn punctuation_does_not_count() {
        let h = hypothesis(&[(" ap", -0.1), ("puyez", -0.5), (".", -9.0), (" sur", -0.2)], 2.0);
        let f = of(&h);
        assert!((named(&f, "mean_logprob") + 0.8 / 3.0).abs() < 1e-12);
        assert_eq!(named(&f, "min_logprob"), -0.5);
        assert_eq!(named(&f, "worst_word_logprob"), -0.6);
        assert_eq!(named(&f, "tokens"), 3.0);
    }

    #[test]
    fn a_second_decoding_that_differs_shows() {
        let mut h = hypothesis(&[(" oui", -0.1), (" madame", -0.1)], 1.0);
        assert_eq!(named(&of(&h), "decoded_again"), 0.0);
        h.replaced = Some("oui oui".into());
        assert_eq!(named(&of(&h), "disagreement"), 0.5);
    }

    #[test]
    fn a_window_is_compared_with_the_clip_alone() {
        let mut h = hypothesis(&[(" oui", -0.1), (" madame", -0.2)], 1.0);
        h.pass = Pass::Window;
        h.slowed = Some("non".into());
        let of = |h: &Hypothesis| features(h, &|_, _| false);
        assert_eq!((of(&h).in_window, of(&h).slowed), (true, None));
        let alone =
            |text: &str| Alone { text: text.into(), mean_logprob: -1.0, least_logprob: -20.0 };
        h.alone = Some(alone("Oui, Madame !"));
        assert_eq!(of(&h).slowed, Some(vec![0.0, 1.0, -1.0, FLOOR, 0.0, 1.0]));
        h.alone = Some(alone("non"));
        assert_eq!(of(&h).slowed, Some(vec![1.0, 0.0, -1.0, FLOOR, 1.0, 0.0]));
        assert_eq!(ALONE.len(), 6);
    }

    #[test]
    fn a_slowed_decoding_that_differs_shows_and_a_missing_one_is_no_agreement() {
        let mut h = hypothesis(&[(" oui", -0.1), (" madame", -0.1)], 1.0);
        assert_eq!(of(&h).slowed, None);
        h.slowed = Some("Oui, Madame !".into());
        assert_eq!(of(&h).slowed, Some(vec![0.0, 1.0]));
        h.slowed = Some("oui oui non madame non".into());
        assert_eq!(of(&h).slowed, Some(vec![1.0, 0.0]));
    }

    #[test]
    fn words_are_tokens_that_no_space_parts() {
        let h = hypothesis(
            &[(" ap", -0.1), ("puyez", -0.5), ("-", -9.0), ("le", -0.2), (" a", -2.0)],
            2.0,
        );
        assert_eq!(word_logprobs(&h), [-0.8, -2.0]);
        let f = of(&h);
        assert_eq!((named(&f, "words"), named(&f, "words_under_half")), (2.0, 2.0));
        assert_eq!(named(&f, "all_min_logprob"), -9.0);
    }

    #[test]
    fn rivals_that_were_kept_count_others_are_guessed_from_the_probability() {
        let mut h = hypothesis(&[(" oui", 0.5f64.ln())], 1.0);
        assert!((named(&of(&h), "entropy_mean") - 2f64.ln()).abs() < 1e-9);
        assert!(named(&of(&h), "margin_min").abs() < 1e-9);
        h.tokens[0].entropy = Some(1.5);
        h.tokens[0].margin = Some(3.0);
        h.end = Some(End { logprob: -0.25, entropy: 0.5 });
        let f = of(&h);
        assert_eq!((named(&f, "entropy_max"), named(&f, "margin_mean")), (1.5, 3.0));
        assert_eq!((named(&f, "end_logprob"), named(&f, "end_entropy")), (-0.25, 0.5));
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
            h.slowed = texts.first().cloned();
            let f = of(&h);
            let all = [f.decoded, f.words.unwrap(), f.slowed.unwrap_or(vec![0.0; SLOWED.len()])];
            prop_assert_eq!(all.iter().map(Vec::len).collect::<Vec<_>>(), [DECODED.len(), WORDS.len(), SLOWED.len()]);
            prop_assert!(all.concat().iter().all(|x| x.is_finite()), "{:?}", all);
        }
    }
}

//! Which results of workers are taken. In: what a run asked for, a hypothesis. Out: nothing, or the reason against
//! it. Left to others: reading messages, what becomes of the clip. Pure.

use crate::domain::{Hypothesis, LanguageChoice, Samples, Token};
use crate::workers::refusal::Refusal;

/// Most tokens of a text: Whisper's window holds no more.
const TOKENS: usize = 448;
/// Most bytes of a text.
const TEXT: usize = 16 * 1024;
/// Most regional forms that were tried, and bytes of each.
const VARIANTS: (usize, usize) = (256, 1024);
/// A logarithm of a probability that was rounded may be this far above 0.
const ROUNDED: f64 = 1e-3;

/// What all results of a run have in common.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// First 16 hex digits of the model's SHA-256.
    pub model: String,
    /// The decode policy.
    pub policy: String,
}

/// What was asked for of a clip.
#[derive(Clone, Debug)]
pub struct Due {
    /// Its length.
    pub length: Samples,
    /// The language to decode in.
    pub language: LanguageChoice,
    /// Its result was taken.
    pub taken: bool,
    /// Results that were refused.
    pub refused: u32,
}

impl Due {
    /// Of a clip that nobody has answered for.
    pub fn new(length: Samples, language: LanguageChoice) -> Self {
        Self { length, language, taken: false, refused: 0 }
    }
}

/// Whether a hypothesis answers what was asked.
///
/// # Errors
/// The first reason against it.
pub fn check(h: &Hypothesis, wanted: &Wanted, due: &Due) -> Result<(), Refusal> {
    let no = |wrong: bool, why: Refusal| if wrong { Err(why) } else { Ok(()) };
    no(h.model != wanted.model, Refusal::OtherModel)?;
    no(h.policy != wanted.policy, Refusal::OtherPolicy)?;
    let language = match &due.language {
        LanguageChoice::Fixed(language) => *language == h.language,
        LanguageChoice::Auto => true,
    };
    no(!language, Refusal::OtherLanguage)?;
    no(!text_fits(h), Refusal::TooMuchText)?;
    let tokens: String = h.tokens.iter().map(|t| t.text.as_str()).collect();
    no(!tokens.split_whitespace().eq(h.text.split_whitespace()), Refusal::OtherText)?;
    no(!numbers_are(h), Refusal::NotANumber)?;
    no(!times_fit(h, due.length), Refusal::OutsideTheClip)
}

fn text_fits(h: &Hypothesis) -> bool {
    let short = |text: &str| text.len() <= TEXT;
    let variant = |text: &str| text.len() <= VARIANTS.1;
    h.tokens.len() <= TOKENS
        && short(&h.text)
        && h.tokens.iter().map(|t| t.text.len()).sum::<usize>() <= TEXT
        && [&h.replaced, &h.slowed].into_iter().flatten().all(|text| short(text))
        && h.alone.iter().all(|alone| short(&alone.text))
        && h.variants.len() <= VARIANTS.0
        && h.variants
            .iter()
            .all(|v| variant(&v.term) && variant(&v.standard) && variant(&v.regional))
}

fn numbers_are(h: &Hypothesis) -> bool {
    let log = |x: f64| x.is_finite() && x <= ROUNDED;
    let some = |x: Option<f64>| x.is_none_or(f64::is_finite);
    let token = |t: &Token| {
        let same = (t.logprob.exp() - t.p.get()).abs() <= ROUNDED;
        log(t.logprob) && same && some(t.entropy) && some(t.margin)
    };
    let level = [h.level.rms_db, h.level.peak_db, h.level.range_db];
    h.tokens.iter().all(token)
        && h.end.is_none_or(|end| log(end.logprob) && end.entropy.is_finite())
        && h.alone.iter().all(|a| log(a.mean_logprob) && log(a.least_logprob))
        && some(h.language_entropy)
        && h.variants.iter().all(|v| v.log_ratio.is_finite())
        && level.iter().all(|x| x.is_finite())
        && (0.0..=1.0).contains(&h.level.clipped)
}

fn times_fit(h: &Hypothesis, length: Samples) -> bool {
    let end = (length.seconds() * 1000.0).ceil() as u64;
    let token = |t: &Token| t.start <= t.end && t.end.0 <= end;
    (h.seconds - length.seconds()).abs() < 1e-3 && h.tokens.iter().all(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ClipId, DecodePolicy, Level, Millis, Probability, Variant};
    use crate::hypotheses::scripted::Script;

    /// A hypothesis as a worker sends it for a clip of a second.
    fn good() -> Hypothesis {
        let script = Script::parse(r#"{"clip": "c", "text": "bonjour à tous"}"#).unwrap();
        let level = Level { rms_db: -20.0, peak_db: -3.0, range_db: 30.0, clipped: 0.0 };
        let clip = ClipId::from_stored("c");
        let auto = LanguageChoice::Auto;
        script.transcribe(&clip, &[0.1; 16_000], level, &auto, &DecodePolicy::default()).unwrap()
    }

    #[track_caller]
    fn judged(change: impl FnOnce(&mut Hypothesis), expected: Result<(), Refusal>) {
        let mut h = good();
        let wanted = Wanted { model: h.model.clone(), policy: h.policy.clone() };
        let due = Due::new(Samples(16_000), LanguageChoice::Fixed("fr".parse().unwrap()));
        change(&mut h);
        assert_eq!(check(&h, &wanted, &due), expected);
    }

    #[test]
    fn a_hypothesis_of_the_runs_own_is_taken() {
        judged(|_| {}, Ok(()));
        judged(|h| (h.text, h.tokens) = (String::new(), Vec::new()), Ok(()));
    }

    #[test]
    fn each_kind_of_result_that_does_not_fit_has_its_reason() {
        use Refusal::*;
        judged(|h| h.model = "f".repeat(16), Err(OtherModel));
        judged(|h| h.policy.push('x'), Err(OtherPolicy));
        judged(|h| h.language = "en".parse().unwrap(), Err(OtherLanguage));
        judged(|h| h.slowed = Some("a".repeat(TEXT + 1)), Err(TooMuchText));
        judged(|h| h.tokens = vec![h.tokens[0].clone(); TOKENS + 1], Err(TooMuchText));
        let variant = Variant {
            term: "x".repeat(2000),
            standard: String::new(),
            regional: String::new(),
            log_ratio: 0.0,
        };
        judged(|h| h.variants.push(variant), Err(TooMuchText));
        judged(|h| h.text = "bonsoir".into(), Err(OtherText));
        judged(|h| h.tokens.clear(), Err(OtherText));
        judged(|h| h.tokens[0].logprob = 0.5, Err(NotANumber));
        judged(|h| h.tokens[0].logprob = f64::NAN, Err(NotANumber));
        judged(|h| h.tokens[0].p = Probability::ONE, Err(NotANumber));
        judged(|h| h.tokens[0].entropy = Some(f64::INFINITY), Err(NotANumber));
        judged(|h| h.level.rms_db = f64::NEG_INFINITY, Err(NotANumber));
        judged(|h| h.tokens[2].end = Millis(1001), Err(OutsideTheClip));
        judged(|h| h.tokens[2].start = Millis(u64::MAX), Err(OutsideTheClip));
        judged(|h| h.seconds = 2.0, Err(OutsideTheClip));
    }
}

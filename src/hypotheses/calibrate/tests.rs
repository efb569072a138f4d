//! The shipped calibration, and what is refused.

use super::*;
use crate::domain::{DecodePolicy, Weights};
use crate::hypotheses::features::tests::hypothesis;

/// Features in the middle of the data that a calibration was fitted on.
fn average(c: &Calibration) -> Features {
    let means = &c.fits.last().unwrap().score.means;
    let (decoded, words) = (features::DECODED.len(), features::WORDS.len());
    Features {
        in_window: c.alone.is_some(),
        decoded: means[..decoded].to_vec(),
        words: Some(means[decoded..decoded + words].to_vec()),
        slowed: Some(means[decoded + words..].to_vec()),
        engine: None,
    }
}

fn score(c: &Calibration, f: &Features) -> Result<Probability, NoScore> {
    c.score(f, &c.model, &c.policy, None)
}

#[test]
fn the_shipped_calibration_is_for_the_default_policy_and_says_how_good_it_is() {
    let c = Calibration::shipped("").unwrap();
    assert_eq!(c.policy, DecodePolicy::default().id());
    assert_eq!(c.fits.iter().map(|f| f.tier).collect::<Vec<_>>(), Tier::ALL);
    for fit in &c.fits {
        assert!(fit.cross_validation.auroc.unwrap() > 0.85, "{:?}", fit.cross_validation);
        assert!(fit.cross_validation.ece < 0.05);
        assert!(fit.sets.iter().map(|s| s.clips).sum::<usize>() > 500);
    }
    assert!(c.word.as_ref().unwrap().cross_validation.auroc.unwrap() > 0.8);
    assert_eq!(Calibration::parse(&c.to_json().unwrap()).unwrap(), c);
}

#[test]
fn drafts_of_windows_have_a_calibration_of_their_own_and_clips_alone_theirs() {
    let policy = DecodePolicy { weights: Weights::Int8, ..DecodePolicy::default() };
    let c = Calibration::shipped(&policy.id()).unwrap();
    assert_eq!(c.policy, policy.id());
    let alone = c.alone.as_deref().unwrap();
    let (shared, single) = (average(&c), average(alone));
    assert_eq!(
        c.unadjusted(&shared),
        Some(c.fits[2].score.predict(&c.fits[2].tier.of(&shared).unwrap()))
    );
    assert_eq!(c.unadjusted(&single), alone.unadjusted(&single));
    // One that was fitted on clips alone scores a draft of a window by what both have.
    let words = Features { slowed: None, ..shared.clone() };
    assert_eq!(alone.unadjusted(&shared), alone.unadjusted(&words));
    assert!(alone.unadjusted(&words).is_some());
}

#[test]
fn another_model_policy_or_feature_has_no_score() {
    let c = Calibration::shipped("").unwrap();
    let f = average(&c);
    let p = score(&c, &f).unwrap().get();
    assert!(p > 0.0 && p < 1.0);
    let held = format!("{}-bf16", c.policy);
    assert_eq!(c.score(&f, &c.model, &held, None).unwrap().get(), p);
    assert!(matches!(c.score(&f, "x", &c.policy, None), Err(NoScore::Model { .. })));
    assert!(matches!(c.score(&f, &c.model, "x", None), Err(NoScore::Policy { .. })));
    assert_eq!(c.expected_wer(&f, "x", &c.policy, None), None);
    let short = Features { decoded: vec![0.0], ..Features::default() };
    assert_eq!(score(&c, &short), Err(NoScore::Features));
    let mut broken = f;
    broken.decoded[0] = f64::NAN;
    assert_eq!(score(&c, &broken), Err(NoScore::Features));
}

#[test]
fn a_hypothesis_is_scored_by_the_most_that_is_known_of_it() {
    let c = Calibration::shipped("").unwrap();
    let all = average(&c);
    let words = Features { slowed: None, ..all.clone() };
    let decoded = Features { words: None, ..words.clone() };
    let by = |n: usize, f: &Features| c.fits[n].score.predict(&c.fits[n].tier.of(f).unwrap());
    assert_eq!(c.unadjusted(&all), Some(by(2, &all)));
    assert_eq!(c.unadjusted(&words), Some(by(1, &words)));
    assert_eq!(c.unadjusted(&decoded), Some(by(0, &decoded)));
    // a slowed decoding without a word list
    let odd = Features { words: None, ..all };
    assert_eq!(c.unadjusted(&odd), Some(by(0, &odd)));
}

#[test]
fn a_word_that_was_hard_to_decode_is_more_likely_wrong() {
    let c = Calibration::shipped("").unwrap();
    let mut h = hypothesis(&[(" bonjour", -0.01), (" réonlingue", -3.0), (" ...", -0.1)], 2.0);
    h.policy = c.policy.clone();
    let wrong = c.words_wrong(&h, (&c.model, &h.policy), &|_, _| false).unwrap();
    assert_eq!((wrong.len(), wrong[2]), (3, None));
    assert!(wrong[0].unwrap() < wrong[1].unwrap(), "{wrong:?}");
    assert_eq!(c.words_wrong(&h, ("x", &h.policy), &|_, _| false), None);
}

#[test]
fn a_file_for_other_features_or_of_another_format_is_refused() {
    let json = Calibration::shipped("").unwrap().to_json().unwrap();
    let other = json.replace("\"mean_logprob\"", "\"mean_loudness\"");
    assert!(Calibration::parse(&other).unwrap_err().to_string().contains("other features"));
    let old = json.replace(FORMAT, "second-ear calibration 1");
    assert!(Calibration::parse(&old).unwrap_err().to_string().contains("calibration 1"));
    assert!(Calibration::parse("{}").is_err());
}

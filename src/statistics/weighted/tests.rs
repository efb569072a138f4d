//! The weighted rates against statsmodels, against themselves, and against the truth.

use super::*;
use crate::statistics::bootstrap::word;
use proptest::prelude::*;

fn plain(inclusion: f64, errors: f64, words: f64, speaker: usize) -> SampledClip {
    SampledClip { inclusion, errors, words, model_errors: 0.0, model_words: 0.0, speaker }
}

#[test]
fn ratios_and_intervals_are_those_of_statsmodels_and_of_the_textbook_in_numpy() {
    let fixture = include_str!("../../../tests/data/statistics/weighted.json");
    let fixture: serde_json::Value = serde_json::from_str(fixture).unwrap();
    let cases = fixture.as_array().unwrap();
    assert!(cases.len() >= 4);
    for case in cases {
        let column =
            |name: &str| -> Vec<f64> { serde_json::from_value(case[name].clone()).unwrap() };
        let (pi, e, n, s) = (column("pi"), column("errors"), column("words"), column("speaker"));
        let (me, mn) = (column("model_errors"), column("model_words"));
        let reviewed: Vec<SampledClip> = (0..pi.len())
            .map(|i| SampledClip {
                model_errors: me[i],
                model_words: mn[i],
                ..plain(pi[i], e[i], n[i], s[i] as usize)
            })
            .collect();
        let all = Expected {
            errors: case["all_errors"].as_f64().unwrap(),
            words: case["all_words"].as_f64().unwrap(),
        };
        let near = |ours: f64, name: &str| {
            let theirs = case[name].as_f64().unwrap();
            assert!((ours - theirs).abs() < 1e-9, "{name}: {ours} is not {theirs}");
        };
        near(hajek(&reviewed).unwrap(), "hajek");
        let (low, high) = hajek_by_speaker(&reviewed).unwrap();
        near(low, "by_speaker_low");
        near(high, "by_speaker_high");
        let (low, high) = hajek_design(&reviewed).unwrap();
        near(low, "design_low");
        near(high, "design_high");
        near(difference(&reviewed, all).unwrap(), "difference");
        let (low, high) = difference_design(&reviewed, all).unwrap();
        near(low, "difference_low");
        near(high, "difference_high");
        let losses: Vec<_> =
            reviewed.iter().map(|h| (h.inclusion, f64::from(h.errors > 0.0))).collect();
        let ht = horvitz_thompson(&losses, case["all_clips"].as_u64().unwrap()).unwrap();
        near(ht.value, "ht");
        near(ht.low, "ht_low");
        near(ht.high, "ht_high");
    }
}

#[test]
fn a_paired_difference_is_worked_out_by_hand_and_turns_round_with_its_sides() {
    // Three speakers of ten words each; one text has 1, 2, 0 errors more than the other.
    let of = |sign: f64| [1.0, 2.0, 0.0].map(|e| sign * e).into_iter().enumerate();
    let clips = |sign| of(sign).map(|(i, e)| plain(0.5, e, 10.0, i)).collect::<Vec<_>>();
    let more = clips(1.0);
    assert!((hajek(&more).unwrap() - 0.1).abs() < 1e-12);
    let (low, high) = paired_by_speaker(&more).unwrap();
    // Residuals of 0, 2 and -2 (weight 2); variance 3 / 2 * 8 / 60^2; Student's t of 2 degrees: 4.303.
    let half = 4.302652729911275 * (1.5_f64 * 8.0 / 3600.0).sqrt();
    assert!(
        (low - (0.1 - half)).abs() < 1e-9 && (high - (0.1 + half)).abs() < 1e-9,
        "{low} {high}"
    );
    let (mirrored_low, mirrored_high) = paired_by_speaker(&clips(-1.0)).unwrap();
    assert!((mirrored_low + high).abs() < 1e-12 && (mirrored_high + low).abs() < 1e-12);
    assert_eq!(hajek_by_speaker(&more), Ok((0.0, high)), "a rate is not under zero");
}

/// A finite population of 400 clips, audited at 10 % again and again.
fn audits(each: &mut dyn FnMut(&[SampledClip], Expected, f64)) {
    let unit = |at: u64| (word(5, at) >> 11) as f64 / (1u64 << 53) as f64;
    let clips: Vec<SampledClip> = (0..400u64)
        .map(|i| {
            let words = 3.0 + (unit(i) * 12.0).floor();
            let rate = 0.15 * unit(1000 + i);
            let errors = (0..words as u64).filter(|w| unit(5000 + i * 20 + w) < rate).count();
            let model = SampledClip {
                model_errors: rate * words,
                model_words: words,
                ..plain(0.1, 0.0, 0.0, 0)
            };
            SampledClip {
                errors: errors as f64,
                words: words + f64::from(unit(3000 + i) < 0.1),
                ..model
            }
        })
        .collect();
    let all = clips.iter().fold(Expected::default(), |a, c| Expected {
        errors: a.errors + c.model_errors,
        words: a.words + c.model_words,
    });
    let truth =
        clips.iter().map(|c| c.errors).sum::<f64>() / clips.iter().map(|c| c.words).sum::<f64>();
    for trial in 0..1000u64 {
        let drawn = |i: u64| word(77 + trial, i) as f64 / (u64::MAX as f64) < 0.1;
        let reviewed: Vec<SampledClip> =
            clips.iter().zip(0u64..).filter(|(_, i)| drawn(*i)).map(|(c, _)| *c).collect();
        each(&reviewed, all, truth);
    }
}

#[test]
fn over_many_draws_the_estimates_centre_on_the_truth_and_their_intervals_hold_it() {
    let (mut hajek_sum, mut difference_sum, mut held, mut truth_of) = (0.0, 0.0, [0u32; 2], 0.0);
    let mut squares = [0.0; 2];
    audits(&mut |reviewed, all, truth| {
        let (h, d) = (hajek(reviewed).unwrap(), difference(reviewed, all).unwrap());
        hajek_sum += h;
        difference_sum += d;
        squares[0] += (h - truth).powi(2);
        squares[1] += (d - truth).powi(2);
        let holds = |e: (f64, f64)| u32::from(e.0 <= truth && truth <= e.1);
        held[0] += holds(hajek_design(reviewed).unwrap());
        held[1] += holds(difference_design(reviewed, all).unwrap());
        truth_of = truth;
    });
    assert!(
        (hajek_sum / 1000.0 / truth_of - 1.0).abs() < 0.03,
        "{} {truth_of}",
        hajek_sum / 1000.0
    );
    assert!((difference_sum / 1000.0 / truth_of - 1.0).abs() < 0.03, "{}", difference_sum / 1000.0);
    assert!(squares[1] < squares[0], "a good model must help: {squares:?}");
    for held in held {
        assert!((900..=980).contains(&held), "{held} of 1000 intervals hold the truth");
    }
}

#[test]
fn no_errors_or_one_speaker_is_said_and_not_guessed() {
    let clean = [plain(0.1, 0.0, 5.0, 0), plain(0.1, 0.0, 7.0, 1)];
    assert_eq!(hajek(&clean), Some(0.0));
    assert_eq!(hajek_design(&clean), Err(Missing::NoVariation));
    assert_eq!(
        hajek_by_speaker(&[plain(0.1, 1.0, 5.0, 0), plain(0.1, 0.0, 7.0, 0)]),
        Err(Missing::OneSpeaker)
    );
    assert_eq!(hajek_design(&[]), Err(Missing::NothingCounted));
    assert_eq!(difference(&[], Expected { errors: 1.0, words: 9.0 }), Err(Missing::NoneSettled));
    assert_eq!(horvitz_thompson(&[], 4), Err(Missing::NoneSettled));
}

proptest! {
    /// With everybody reviewed for certain, every estimate is the plain rate, whatever the model says.
    #[test]
    fn a_census_is_the_plain_rate(clips in prop::collection::vec((0u32..9, 1u32..20, 0.0..9.0f64), 1..30)) {
        let reviewed: Vec<SampledClip> = clips.iter().enumerate().map(|(i, (e, n, m))| {
            let (e, n) = (f64::from(*e), f64::from(*n));
            SampledClip { model_errors: *m, model_words: n + 1.0, ..plain(1.0, e, n, i) }
        }).collect();
        let all = reviewed.iter().fold(Expected::default(), |a, h| Expected {
            errors: a.errors + h.model_errors, words: a.words + h.model_words,
        });
        let (e, n) = reviewed.iter().fold((0.0, 0.0), |(e, n), h| (e + h.errors, n + h.words));
        prop_assert!((hajek(&reviewed).unwrap() - e / n).abs() < 1e-9);
        prop_assert!((difference(&reviewed, all).unwrap() - e / n).abs() < 1e-9);
        prop_assert_eq!(hajek_design(&reviewed).err().is_some(), true);
    }

    /// A common factor on all probabilities (clips that nobody answered yet) does not move Hajek's ratio.
    #[test]
    fn hajeks_ratio_does_not_mind_unanswered_audits(
        clips in prop::collection::vec((0u32..9, 1u32..20, 0.05..1.0f64), 1..30), answered in 0.1..1.0f64,
    ) {
        let of = |factor: f64| -> Vec<SampledClip> {
            clips.iter().map(|(e, n, pi)| plain(pi * factor, f64::from(*e), f64::from(*n), 0)).collect()
        };
        prop_assert!((hajek(&of(1.0)).unwrap() - hajek(&of(answered)).unwrap()).abs() < 1e-9);
    }
}

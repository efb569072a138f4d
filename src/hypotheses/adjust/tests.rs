//! Adjustments by made-up answers whose outcome is known.

use super::*;

/// Clips whose log-odds of being right are `slope` times the score's plus `intercept`, drawn evenly.
fn clips(n: usize, slope: f64, intercept: f64) -> Vec<CalibrationSample> {
    (0..n)
        .map(|i| {
            let score = (i % 97) as f64 / 97.0 * 0.9 + 0.05;
            let p = sigmoid(intercept + slope * log_odds(score));
            let right = ((i * 7919) % 1009) as f64 / 1009.0 < p;
            CalibrationSample {
                speaker: format!("s{}", i % 23),
                region: None,
                language: "fr".parse().unwrap(),
                score,
                expected_wer: 1.0 - score,
                weight: 1.0,
                right,
                wer: f64::from(!right),
                words: 1.0,
                engine: None,
            }
        })
        .collect()
}

/// With a calibration of French.
fn fitted(clips: &[CalibrationSample]) -> Result<Adjustment, Refused> {
    fit("w", clips, &BTreeSet::from(["fr".parse().unwrap()]))
}

#[test]
fn a_language_that_the_calibration_was_not_fitted_on_counts_once_answers_say_that_it_holds() {
    let mut german = clips(250, 1.0, 0.0);
    german.iter_mut().for_each(|clip| clip.language = "de".parse().unwrap());
    let adjusted = fitted(&german).unwrap();
    assert_eq!(adjusted.languages, BTreeSet::from(["de".parse().unwrap()]));
}

#[test]
fn a_score_that_is_too_sure_is_taken_down() {
    let a = fitted(&clips(250, 0.6, -1.0)).unwrap();
    let Map::Platt { slope, intercept } = a.score else { panic!("{:?}", a.score) };
    assert!((slope - 0.6).abs() < 0.2 && (intercept + 1.0).abs() < 0.3, "{slope} {intercept}");
    assert!(a.log_loss_after < a.log_loss_before);
    assert!(a.score(0.9, None) < 0.7 && a.wer(0.1, None) > 0.3);
}

#[test]
fn many_clips_may_ask_for_steps() {
    // nearly always right from .8 up, half of the time below, whatever the score says
    let mut all = clips(1500, 1.0, 0.0);
    for (i, clip) in all.iter_mut().enumerate() {
        clip.right = if clip.score > 0.8 { i % 50 != 0 } else { (i * 31) % 7 < 3 };
    }
    let a = fitted(&all).unwrap();
    assert!(matches!(a.score, Map::Isotonic { .. }), "{:?}", a.score);
    assert!(a.score(0.3, None) < 0.55 && a.score(0.75, None) < 0.55 && a.score(0.85, None) > 0.9);
}

#[test]
fn weights_stand_for_the_clips_that_nobody_reviewed() {
    let mut all = clips(400, 1.0, 0.0);
    all.retain(|clip| clip.score < 0.5 || clip.right || clip.score > 0.8);
    let biased = fitted(&all).map_or(0.65, |a| a.score(0.65, None));
    for clip in &mut all {
        if (0.5..0.8).contains(&clip.score) {
            clip.weight = 0.65;
        }
    }
    let weighted = fitted(&all).map_or(0.65, |a| a.score(0.65, None));
    assert!(weighted <= biased, "{weighted} {biased}");
}

#[test]
fn a_region_with_answers_enough_gets_its_own_shift_and_others_the_pool() {
    let quebec: Region = "fr-CA-QC".parse().unwrap();
    let mut all = clips(400, 0.5, 0.5);
    for (i, clip) in all.iter_mut().enumerate() {
        if i % 2 == 0 {
            clip.region = Some(quebec.clone());
            clip.right &= i % 3 != 0;
        } else if i % 40 == 1 {
            clip.region = "fr-BE".parse().ok();
        }
    }
    let a = fitted(&all).unwrap();
    assert_eq!(a.regions.len(), 1);
    assert!(a.regions["fr-CA-QC"].log_odds < -0.2, "{:?}", a.regions);
    assert!(a.score(0.7, Some(&quebec)) < a.score(0.7, None));
    assert_eq!(a.score(0.7, "fr-BE".parse().ok().as_ref()), a.score(0.7, None));
}

#[test]
fn what_cannot_be_fitted_is_refused_with_the_reason() {
    assert_eq!(fitted(&clips(20, 1.0, 0.0)), Err(Refused::TooFew { have: 20, need: 60 }));
    let mut right = clips(100, 1.0, 0.0);
    right.iter_mut().for_each(|clip| clip.right = true);
    assert!(matches!(fitted(&right), Err(Refused::OneSided { wrong: 0, .. })));
    let mut uneven = clips(100, 0.6, 0.0);
    uneven[0].weight = 1000.0;
    assert!(matches!(fitted(&uneven), Err(Refused::FewEffective { .. })));
    let mut all = clips(300, 1.0, 0.0);
    for (i, clip) in all.iter_mut().enumerate() {
        clip.right = ((i / 97 * 31 + i * 7) % 100) as f64 / 100.0 < clip.score;
    }
    if let Err(why) = fitted(&all) {
        assert!(matches!(why, Refused::NoBetter { .. }), "{why}");
        assert!(why.to_string().contains("held out"));
    }
}

/// Half of the clips are right; an engine knows which, as often as `knows` in ten, and its score says nothing.
fn of_an_engine(knows: usize) -> Vec<CalibrationSample> {
    let mut all = clips(200, 1.0, 0.0);
    for (i, clip) in all.iter_mut().enumerate() {
        clip.right = (i * 7919) % 1009 < 505;
        clip.wer = f64::from(!clip.right);
        let says = if (i * 31) % 10 < knows { clip.right } else { i % 2 == 0 };
        clip.engine = (i % 20 > 0).then_some(if says { 0.95 } else { 0.6 });
    }
    all
}

#[test]
fn an_engine_s_own_confidence_counts_where_it_tells_more_and_a_missing_one_is_no_certainty() {
    let a = fitted(&of_an_engine(9)).unwrap();
    assert!(a.engine.is_some() && a.log_loss_after < a.log_loss_before, "{a:?}");
    let score = |engine| a.score(a.beside(0.5, engine), None);
    assert!(score(Some(0.95)) > 0.7 && score(Some(0.6)) < 0.3, "{a:?}");
    assert!(score(None) < 0.5, "{a:?}");
    let nothing = fitted(&of_an_engine(0)).unwrap();
    assert_eq!(nothing.engine, None);
    assert_eq!(nothing.beside(0.5, Some(0.95)), 0.5);
}

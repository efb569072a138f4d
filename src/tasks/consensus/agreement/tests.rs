//! Agreement against hand-made examples and another implementation.

use super::*;
use crate::statistics::bootstrap::ratio;
use crate::tasks::consensus::words::plain;

fn units(texts: &[&[&str]]) -> Vec<Unit> {
    texts.iter().map(|unit| unit.iter().map(|t| plain(t)).collect()).collect()
}

#[test]
fn full_agreement_is_one_and_single_texts_do_not_count() {
    let all = agreement(&units(&[&["a b", "A b."], &["c", "c", "c"], &["alone"]]));
    assert_eq!((all.clips, all.texts), (2, 5));
    assert_eq!(all.alpha.unwrap().value, 1.0);
    assert_eq!(all.exact.unwrap().value, 1.0);
    assert_eq!(all.pairwise_wer.unwrap().value, 0.0);
    assert_eq!(agreement(&[]).alpha, None);
}

#[test]
fn alpha_is_that_of_a_hand_made_example() {
    // Two clips of two texts: distances within 0.5 and 0; between all six pairs: (a,b)/(a,c) 0.5,
    // (a b)/(x y) 1 twice, (a c)/(x y) 1 twice, equal pair 0. De = 4.5 / 6, Do = (0.5 + 0) / 2.
    let all = agreement(&units(&[&["a b", "a c"], &["x y", "x y"]]));
    assert!((all.alpha.unwrap().value - (1.0 - 0.25 / 0.75)).abs() < 1e-12);
    assert_eq!(all.exact.unwrap().value, 0.5);
    assert_eq!(all.pairwise_wer.unwrap().value, 0.25);
}

/// Written by scripts/people-fixture.py with the PyPI packages krippendorff and crowd-kit.
const OTHERS: &str = include_str!("../../../../tests/data/people/others.json");

#[test]
fn alpha_is_that_of_the_krippendorff_package() {
    let fixture: serde_json::Value = serde_json::from_str(OTHERS).unwrap();
    let mut compared = 0;
    for case in fixture["alpha"].as_array().unwrap() {
        let texts: Vec<Vec<String>> = serde_json::from_value(case["units"].clone()).unwrap();
        let units: Vec<Unit> = texts.iter().map(|u| u.iter().map(|t| plain(t)).collect()).collect();
        let ours = agreement(&units).alpha.unwrap();
        let theirs = case["alpha"].as_f64().unwrap();
        assert!((ours.value - theirs).abs() < 1e-9, "{} {theirs}", ours.value);
        assert!(ours.low <= ours.value && ours.value <= ours.high);
        compared += 1;
    }
    assert!(compared >= 3);
}

#[test]
fn intervals_are_those_of_the_one_bootstrap() {
    let all = agreement(&units(&[&["a b", "a c"], &["x y", "x y"], &["m", "m", "n"]]));
    // Of each clip: pairs that are the same, and pairs.
    let exact = ratio(&[(0.0, 1.0), (1.0, 1.0), (1.0, 3.0)], SEED).unwrap();
    assert_eq!(all.exact, Some(exact));
}

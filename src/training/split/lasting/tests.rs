//! A split without memory: fair shares, nothing shared, and that what was learnt is seldom tested.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::Samples;

const SHARES: Shares = Shares { train: 0.7, dev: 0.1, test: 0.2 };

/// A clip: its name, speaker, text and seconds.
#[derive(Clone, Debug)]
struct Said {
    clip: String,
    speaker: String,
    text: String,
    seconds: u64,
}

/// Clips of a set: `speakers` take turns unequally, each clip has a text of its own.
fn said(set: u64, clips: usize, speakers: usize) -> Vec<Said> {
    let one = |n: usize| {
        let of = |what: &str| draw(set, &format!("{what} {n}"));
        // The first speakers say most.
        let speaker = (of("speaker").powi(2) * speakers as f64) as usize;
        Said {
            clip: format!("{set} clip {n:04}"),
            speaker: format!("{set} speaker {speaker}"),
            text: format!("{set} says {n}"),
            seconds: 1 + (of("seconds") * 9.0) as u64,
        }
    };
    (0..clips).map(one).collect()
}

fn item(said: &Said) -> SplitItem<'_> {
    let Said { clip, speaker, text, seconds } = said;
    // A recording for each speaker.
    SplitItem { clip, speaker, recording: speaker, text, length: Samples(seconds * 16_000) }
}

fn made(said: &[Said]) -> Splits {
    let items: Vec<SplitItem> = said.iter().map(item).collect();
    lasting(&items, SHARES)
}

/// Shares of the speech: train, dev, test.
fn shares(said: &[Said], splits: &[Split]) -> [f64; 3] {
    let total: u64 = said.iter().map(|s| s.seconds).sum();
    Split::ALL.map(|split| {
        let of = said.iter().zip(splits).filter(|(_, s)| **s == split);
        of.map(|(s, _)| s.seconds).sum::<u64>() as f64 / total as f64
    })
}

#[test]
fn a_hundred_and_fifty_clips_of_one_speaker_are_cut_near_to_70_10_20() {
    for set in 0..100 {
        let said = said(set, 150, 1);
        let made = made(&said);
        assert_eq!((made.unit, made.shared_texts), (Unit::Text, 0));
        let [train, dev, test] = shares(&said, &made.splits);
        assert!((0.13..=0.27).contains(&test), "{set}: {test}");
        assert!((0.06..=0.14).contains(&dev), "{set}: {dev}");
        assert!(train >= 0.6, "{set}: {train}");
    }
}

#[test]
fn few_speakers_leave_none_of_the_parts_empty_and_learn_from_most() {
    for set in 0..100 {
        for speakers in 2..9 {
            let said = said(set, 40 * speakers, speakers);
            let made = made(&said);
            assert_eq!(made.unit, Unit::Speaker);
            let [train, dev, test] = shares(&said, &made.splits);
            assert!(train > 0.0 && test > 0.0, "{set}, {speakers}: {train} {test}");
            assert_eq!(dev > 0.0, speakers > 2, "{set}, {speakers}");
            assert!(
                speakers < 5 || (train > 0.45 && test < 0.35),
                "{set}, {speakers}: {train} {test}"
            );
        }
    }
}

#[test]
fn twenty_clips_are_enough_for_all_three_parts() {
    for set in 0..200 {
        let said = said(set, 20, 1);
        let [train, dev, test] = shares(&said, &made(&said).splits);
        assert!(train > 0.5 && dev > 0.0 && test > 0.05, "{set}: {train} {dev} {test}");
    }
}

/// Of the clips that were in train at one size, the share that is in test at the next, in percent, over many sets.
fn learnt_and_tested(sizes: &[(usize, usize)]) -> f64 {
    let (mut learnt, mut tested) = (0, 0);
    for set in 0..100 {
        for pair in sizes.windows(2) {
            let [(few, ours), (many, others)] = [pair[0], pair[1]];
            let all = said(set, many, others);
            // Speakers come one after the other.
            let names: BTreeSet<String> = (0..ours).map(|n| format!("{set} speaker {n}")).collect();
            let first: Vec<Said> =
                all.iter().filter(|s| names.contains(&s.speaker)).take(few).cloned().collect();
            let before = made(&first).splits;
            let after = made(&all).splits;
            let now: BTreeMap<&str, Split> =
                all.iter().map(|s| s.clip.as_str()).zip(after).collect();
            for (s, _) in first.iter().zip(before).filter(|(_, split)| *split == Split::Train) {
                learnt += 1;
                tested += usize::from(now[s.clip.as_str()] == Split::Test);
            }
        }
    }
    100.0 * f64::from(tested as u32) / f64::from(learnt)
}

#[test]
fn what_was_learnt_is_seldom_tested_later() {
    let one = learnt_and_tested(&[(75, 1), (150, 1), (225, 1), (300, 1)]);
    let many = learnt_and_tested(&[(75, 12), (150, 12), (225, 12), (300, 12)]);
    let joining = learnt_and_tested(&[(150, 6), (300, 12), (450, 18)]);
    let few = learnt_and_tested(&[(75, 3), (150, 5), (300, 7)]);
    println!("one {one:.2} %, many {many:.2} %, joining {joining:.2} %, few {few:.2} %");
    assert!(one < 0.5 && many < 2.0 && joining < 5.0 && few < 3.0);
}

proptest! {
    #[test]
    fn the_order_of_clips_is_nothing_and_no_unit_is_cut(set: u64, clips in 0usize..60, speakers in 1usize..9) {
        let said = said(set, clips, speakers);
        let forth = made(&said);
        let back: Vec<Said> = said.iter().rev().cloned().collect();
        let mut again = made(&back).splits;
        again.reverse();
        prop_assert_eq!(&again, &forth.splits);
        let mut places: BTreeMap<&str, BTreeSet<Split>> = BTreeMap::new();
        for (s, split) in said.iter().zip(&forth.splits) {
            let unit = if forth.unit == Unit::Text { &s.text } else { &s.speaker };
            places.entry(unit).or_default().insert(*split);
        }
        prop_assert!(places.values().all(|p| p.len() == 1));
        prop_assert!(clips == 0 || forth.splits.contains(&Split::Train));
    }
}

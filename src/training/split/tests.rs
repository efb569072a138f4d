//! What must hold of any split.

use super::*;
use proptest::prelude::*;

fn item<'a>(clip: &'a str, speaker: &'a str, recording: &'a str, text: &'a str) -> SplitItem<'a> {
    SplitItem { clip, speaker, recording, text, length: Samples::from_seconds(3.0) }
}

fn count(splits: &[Split], split: Split) -> usize {
    splits.iter().filter(|s| **s == split).count()
}

fn names(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("{i:03}")).collect()
}

#[test]
fn few_speakers_are_never_shared_and_no_split_is_empty_without_need() {
    let clips = names(30);
    for speakers in 2..6 {
        let names = names(speakers);
        let items: Vec<_> =
            (0..30).map(|i| item(&clips[i], &names[i % speakers], "r", &clips[i])).collect();
        let made = split(&items, Shares::default());
        assert_eq!((made.unit, made.shared_texts), (Unit::Speaker, 0));
        for (speaker, group) in names.iter().zip(0..) {
            let of = made.splits.iter().enumerate().filter(|(i, _)| i % speakers == group);
            assert_eq!(of.map(|(_, s)| s).collect::<BTreeSet<_>>().len(), 1, "{speaker}");
        }
        assert!(count(&made.splits, Split::Test) > 0);
        assert_eq!(count(&made.splits, Split::Dev) > 0, speakers > 2);
    }
}

#[test]
fn one_speaker_is_split_by_recording_then_by_text() {
    let clips = names(40);
    let recordings = names(8);
    let by_recording: Vec<_> =
        (0..40).map(|i| item(&clips[i], "anne", &recordings[i / 5], &clips[i])).collect();
    let made = split(&by_recording, Shares::default());
    assert_eq!((made.unit, made.shared_texts), (Unit::Recording, 0));
    // every recording says the same five things: only the texts can be kept apart
    let same: Vec<_> =
        (0..40).map(|i| item(&clips[i], "anne", &recordings[i / 5], &clips[i % 5])).collect();
    let made = split(&same, Shares::default());
    assert_eq!((made.unit, made.shared_texts), (Unit::Text, 0));
    assert!(Split::ALL.iter().all(|s| count(&made.splits, *s) > 0));
    let one: Vec<_> = (0..40).map(|i| item(&clips[i], "anne", "r", &clips[i])).collect();
    let made = split(&one, Shares::default());
    assert_eq!(made.unit, Unit::Text);
    assert_eq!(count(&made.splits, Split::Train), 32);
    assert_eq!(count(&made.splits, Split::Dev), 4);
}

#[test]
fn speakers_of_the_same_long_text_stay_together_but_a_yes_joins_nobody() {
    let clips = names(24);
    let speakers = names(12);
    let items: Vec<_> = (0..24)
        .map(|i| {
            let text = match i {
                0..12 => "oui",
                12 | 13 => "les étés sont chauds et secs",
                _ => clips[i].as_str(),
            };
            item(&clips[i], &speakers[i % 12], "r", text)
        })
        .collect();
    let made = split(&items, Shares::default());
    assert_eq!(made.unit, Unit::Speaker);
    assert_eq!(made.splits[12], made.splits[13]);
    assert_eq!(made.shared_texts, 1);
    assert!(Split::ALL.iter().all(|s| count(&made.splits, *s) > 0));
}

#[test]
fn everybody_reading_the_same_script_is_still_split_by_speaker() {
    let clips = names(20);
    let speakers = names(10);
    let text = ["un deux trois quatre cinq", "six sept huit neuf dix"];
    let items: Vec<_> =
        (0..20).map(|i| item(&clips[i], &speakers[i / 2], "r", text[i % 2])).collect();
    let made = split(&items, Shares::default());
    assert_eq!((made.unit, made.shared_texts), (Unit::Speaker, 2));
    assert_eq!(count(&made.splits, Split::Train), 16);
}

#[test]
fn shares_are_checked_and_nothing_goes_where_the_share_is_zero() {
    let clips = names(10);
    let items: Vec<_> = (0..10).map(|i| item(&clips[i], &clips[i], "r", &clips[i])).collect();
    let made = split(&items, Shares { train: 3.0, dev: 0.0, test: 1.0 });
    assert_eq!(count(&made.splits, Split::Dev), 0);
    assert!((7..=8).contains(&count(&made.splits, Split::Train)));
    assert_eq!(split(&[], Shares::default()).splits, []);
    assert_eq!(split(&items[..1], Shares::default()).splits, [Split::Train]);
}

proptest! {
    #[test]
    fn neither_speakers_nor_order_leak(
        clips in prop::collection::vec((0usize..6, 0usize..6, 0usize..20, 1u64..9), 0..40),
    ) {
        let names = names(40);
        let items: Vec<_> = clips.iter().enumerate().map(|(i, (speaker, recording, text, seconds))| {
            SplitItem {
                length: Samples(seconds * 16_000),
                ..item(&names[i], &names[*speaker], &names[*recording], &names[*text])
            }
        }).collect();
        let made = split(&items, Shares::default());
        let mut places: BTreeMap<&str, BTreeSet<Split>> = BTreeMap::new();
        for (item, split) in items.iter().zip(&made.splits) {
            let key = match made.unit {
                Unit::Speaker => item.speaker,
                Unit::Recording => item.recording,
                Unit::Text => item.text,
            };
            places.entry(key).or_default().insert(*split);
        }
        prop_assert!(places.values().all(|splits| splits.len() == 1));
        if made.unit != Unit::Speaker {
            prop_assert_eq!(made.shared_texts, 0);
        }
        let mut backwards = items.clone();
        backwards.reverse();
        let mut again = split(&backwards, Shares::default()).splits;
        again.reverse();
        prop_assert_eq!(again, made.splits);
    }
}

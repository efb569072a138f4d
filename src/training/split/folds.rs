//! Parts of what is learnt from, for cross-validation. In: the clips of the train split. Out: the part of
//! each. Left to others: training without one part and judging by it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Shares, SplitItem, Unit, durations, groups};

/// Cuts clips into at most `most` parts of like durations that share no `unit` (and no text, as far as
/// [`super::split`] keeps texts together): the part of each clip, from 0. `None` where these clips alone
/// cannot be kept apart in that way. Deterministic, whatever the order of clips.
pub fn folds(items: &[SplitItem], unit: Unit, most: usize) -> Option<Vec<usize>> {
    let (found, groups) = groups(items, Shares { train: 1.0, dev: 1.0, test: 1.0 }, most.min(3));
    let different: BTreeSet<usize> = groups.iter().copied().collect();
    let parts = most.min(different.len());
    if found != unit || parts < 2 {
        return None;
    }
    let name = |group: usize| {
        let of = items.iter().zip(&groups).filter(|(_, g)| **g == group);
        of.map(|(item, _)| item.clip).min()
    };
    let mut order: Vec<(u64, Option<&str>, usize)> = durations(items, &groups)
        .into_iter()
        .map(|(group, length)| (length, name(group), group))
        .collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut lengths = vec![0; parts];
    let mut part = BTreeMap::new();
    for (length, _, group) in order {
        let shortest = (0..parts).min_by_key(|&n| lengths[n])?;
        lengths[shortest] += length;
        part.insert(group, shortest);
    }
    Some(groups.iter().map(|group| part[group]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Samples;

    fn item<'a>(clip: &'a str, speaker: &'a str, text: &'a str, seconds: u64) -> SplitItem<'a> {
        SplitItem { clip, speaker, recording: speaker, text, length: Samples(16_000 * seconds) }
    }

    #[test]
    fn parts_are_alike_and_share_no_text_or_speaker() {
        let names: Vec<String> = (0..40).map(|n| format!("clip {n:02}")).collect();
        let texts: Vec<String> = (0..40).map(|n| format!("text {}", n % 30)).collect();
        let one: Vec<SplitItem> =
            (0..40).map(|n| item(&names[n], "ann", &texts[n], 2 + n as u64 % 5)).collect();
        let parts = folds(&one, Unit::Text, 4).unwrap();
        for n in 0..10 {
            assert_eq!(parts[n], parts[n + 30], "the same text");
        }
        for part in 0..4 {
            let of = (0..40).filter(|n| parts[*n] == part);
            let seconds: u64 = of.map(|n| 2 + n as u64 % 5).sum();
            assert!((34..=46).contains(&seconds), "{seconds} of 160 s");
        }
        let back: Vec<SplitItem> = one.iter().rev().copied().collect();
        let mut again = folds(&back, Unit::Text, 4).unwrap();
        again.reverse();
        assert_eq!(again, parts);

        let speakers = ["ann", "bea", "cid", "dan", "eve"];
        let many: Vec<SplitItem> =
            (0..40).map(|n| item(&names[n], speakers[n % 5], &names[n], 3)).collect();
        let parts = folds(&many, Unit::Speaker, 4).unwrap();
        assert!((0..35).all(|n| parts[n] == parts[n + 5]), "a speaker is in one part");
        assert_eq!(parts.iter().collect::<BTreeSet<_>>().len(), 4);
    }

    #[test]
    fn what_cannot_be_kept_apart_is_not_cut() {
        let same: Vec<SplitItem> = ["a", "b", "c"].map(|c| item(c, "ann", "oui", 1)).to_vec();
        assert_eq!(folds(&same, Unit::Text, 4), None, "one text");
        let two = [item("a", "ann", "oui", 1), item("b", "ann", "non", 1)];
        assert_eq!(folds(&two, Unit::Text, 4), Some(vec![0, 1]));
        assert_eq!(folds(&two, Unit::Speaker, 4), None, "one speaker is left");
        assert_eq!(folds(&two, Unit::Text, 1), None);
        assert_eq!(folds(&[], Unit::Text, 4), None);
    }
}

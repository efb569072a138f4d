//! Groups of clips that stay together. In: clips and what they have in common. Out: a group number
//! for each clip. Left to others: which groups go where.

use std::collections::BTreeMap;

use super::SplitItem;

/// Clips of the same key are one group.
pub fn units<'a>(items: &[SplitItem<'a>], key: fn(&SplitItem<'a>) -> &'a str) -> Vec<usize> {
    let mut numbers = BTreeMap::new();
    items
        .iter()
        .map(|item| {
            let next = numbers.len();
            *numbers.entry(key(item)).or_insert(next)
        })
        .collect()
}

/// Groups that share a text for which `counts` holds become one (union-find).
pub fn joined(items: &[SplitItem], groups: &[usize], counts: &dyn Fn(&str) -> bool) -> Vec<usize> {
    let mut parents: Vec<usize> = (0..groups.iter().max().map_or(0, |m| m + 1)).collect();
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (item, &group) in items.iter().zip(groups).filter(|(item, _)| counts(item.text)) {
        let other = *first.entry(item.text).or_insert(group);
        let (a, b) = (root(&mut parents, group), root(&mut parents, other));
        parents[a.max(b)] = a.min(b);
    }
    groups.iter().map(|&group| root(&mut parents, group)).collect()
}

/// The group that stands for `of`; halves the path on the way.
fn root(parents: &mut [usize], mut of: usize) -> usize {
    while parents[of] != of {
        parents[of] = parents[parents[of]];
        of = parents[of];
    }
    of
}

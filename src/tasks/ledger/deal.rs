//! The deal: clips that wait, the most urgent first, to people. Pure.
//!
//! Everybody gets about as many. Clips of one recording go to one person where that costs nobody much: they are each other's
//! context.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use super::Ledger;
use crate::domain::{ClipId, RecordingId};

/// How many more clips than the one with the fewest a person may get, at most, so that clips of a recording stay together; of a
/// small share a tenth.
const AHEAD: usize = 10;

/// What was dealt.
#[derive(Debug, Default, PartialEq)]
pub struct Deal {
    /// For each person the places of their clips in the list, in its order.
    pub shares: Vec<Vec<usize>>,
    /// Clips that others have already, as many as are wanted.
    pub taken: usize,
}

/// Deals clips to people, each clip to as many as may have it: `wanted` less those who have or answered it. Nobody gets more
/// than `most` or a clip that they had before.
pub fn deal<R: Borrow<RecordingId>>(
    clips: &[(&ClipId, R)],
    people: &[String],
    wanted: u32,
    most: usize,
    ledger: &Ledger,
) -> Deal {
    let ahead = (clips.len() * wanted as usize / people.len().max(1) / 10).clamp(1, AHEAD);
    let mut deal = Deal { shares: vec![Vec::new(); people.len()], taken: 0 };
    // How many clips of a recording each person has.
    let mut together: BTreeMap<(&RecordingId, usize), usize> = BTreeMap::new();
    for (place, (clip, recording)) in clips.iter().enumerate() {
        let recording: &RecordingId = recording.borrow();
        let free = ledger.free(clip, wanted);
        deal.taken += usize::from(free == 0);
        let mut may: Vec<usize> = match free {
            0 => Vec::new(),
            _ => (0..people.len()).filter(|&n| !ledger.knows(clip, &people[n])).collect(),
        };
        for _ in 0..free {
            may.retain(|&n| deal.shares[n].len() < most);
            let load = |n: usize| deal.shares[n].len();
            let Some(least) = may.iter().map(|&n| load(n)).min() else { break };
            let near = may.iter().copied().filter(|&n| load(n) < least + ahead);
            let of_recording = |n: usize| together.get(&(recording, n)).copied().unwrap_or(0);
            // The most of the recording, then the fewest clips, then the first named.
            let chosen = near.max_by_key(|&n| {
                (of_recording(n), std::cmp::Reverse(load(n)), std::cmp::Reverse(n))
            });
            let Some(chosen) = chosen else { break };
            *together.entry((recording, chosen)).or_default() += 1;
            deal.shares[chosen].push(place);
            may.retain(|&n| n != chosen);
        }
    }
    deal
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    fn people(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn clips(count: usize, recordings: usize) -> Vec<(ClipId, Arc<RecordingId>)> {
        let recording = |n: usize| Arc::new(RecordingId::from_stored(format!("r{n}")));
        let clip = |n: usize| ClipId::from_stored(format!("c{n:04}"));
        (0..count).map(|n| (clip(n), recording(n % recordings))).collect()
    }

    fn dealt(clips: &[(ClipId, Arc<RecordingId>)], who: &[&str], wanted: u32, most: usize) -> Deal {
        let listed: Vec<_> = clips.iter().map(|(clip, r)| (clip, Arc::clone(r))).collect();
        deal(&listed, &people(who), wanted, most, &Ledger::default())
    }

    #[test]
    fn everybody_gets_about_as_many_and_recordings_stay_together() {
        let all = clips(100, 4);
        let deal = dealt(&all, &["ana", "ben"], 1, usize::MAX);
        let sizes: Vec<usize> = deal.shares.iter().map(Vec::len).collect();
        assert!(sizes.iter().sum::<usize>() == 100 && sizes[0].abs_diff(sizes[1]) <= AHEAD);
        let of = |share: &[usize]| share.iter().map(|n| n % 4).collect::<BTreeSet<_>>();
        let shared = of(&deal.shares[0]).intersection(&of(&deal.shares[1])).count();
        assert!(shared <= 2, "of four recordings {shared} were cut apart");
    }

    #[test]
    fn two_answers_are_of_two_people_and_nobody_gets_more_than_asked_for() {
        let all = clips(6, 1);
        let deal = dealt(&all, &["ana", "ben"], 2, usize::MAX);
        assert_eq!(deal.shares[0], deal.shares[1], "there is nobody else");
        let deal = dealt(&all, &["ana", "ben", "carl"], 1, 1);
        assert_eq!(deal.shares, [vec![0], vec![1], vec![2]], "the most urgent");
    }

    proptest! {
        #[test]
        fn no_clip_goes_to_more_people_than_wanted_nor_twice_to_one(
            count in 0..60usize, recordings in 1..5usize, wanted in 1..4u32,
            persons in 1..6usize, most in 1..40usize,
            out in prop::collection::vec((0..60usize, 0..6usize), 0..40),
        ) {
            let all = clips(count, recordings);
            let names: Vec<String> = (0..6).map(|n| format!("p{n}")).collect();
            let mut ledger = Ledger::default();
            for (clip, person) in out {
                if let Some((clip, _)) = all.get(clip) {
                    ledger.is_out(clip.clone(), &names[person..=person], 1);
                }
            }
            let listed: Vec<_> = all.iter().map(|(clip, r)| (clip, Arc::clone(r))).collect();
            let deal = deal(&listed, &names[..persons], wanted, most, &ledger);
            for (n, (clip, _)) in all.iter().enumerate() {
                let got = deal.shares.iter().flatten().filter(|&&place| place == n).count();
                prop_assert!(got <= ledger.free(clip, wanted));
            }
            for (name, share) in names.iter().zip(&deal.shares) {
                prop_assert!(share.len() <= most);
                prop_assert!(share.is_sorted() && share.windows(2).all(|two| two[0] < two[1]));
                prop_assert!(share.iter().all(|&n| !ledger.knows(&all[n].0, name)));
            }
        }
    }
}

//! Who has which clip, and who gets which of those that wait. In: batches that are out, answers, clips in order of urgency.
//! Out: a share for each person. Left to others: reading the store, writing the files. Pure.
//!
//! A clip takes as many people as answers are wanted. A person takes one of these places who was handed it, or who answered it;
//! a batch that is open to all takes as many as it asks answers for. Who would rather not answer a clip gives the place up.

mod deal;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::ClipId;
use crate::text::names::Names;

pub use deal::deal;

/// Who has what.
#[derive(Debug, Default)]
pub struct Ledger {
    names: Names,
    clips: BTreeMap<ClipId, Places>,
}

/// The places of a clip.
#[derive(Debug, Default)]
struct Places {
    /// Those who were handed it, or answered it.
    people: BTreeSet<String>,
    /// Those who would rather not answer it.
    declined: BTreeSet<String>,
    /// Answers that batches ask for which are open to all.
    open: u32,
    /// Those who answered it.
    answered: BTreeSet<String>,
}

impl Ledger {
    /// A clip is in a batch that was handed to these people, or without any to whoever opens it, `wanted` of them.
    pub fn is_out(&mut self, clip: ClipId, people: &[String], wanted: u32) {
        let people: Vec<String> = people.iter().map(|name| self.person(name)).collect();
        let places = self.clips.entry(clip).or_default();
        match people.is_empty() {
            true => places.open += wanted,
            false => places.people.extend(people),
        }
    }

    /// Somebody answered a clip, or declined to.
    pub fn answered(&mut self, clip: ClipId, person: &str, declined: bool) {
        let person = self.person(person);
        let places = self.clips.entry(clip).or_default();
        match declined {
            true => drop(places.declined.insert(person)),
            false => drop(places.answered.insert(person)),
        }
    }

    /// The name under which a person is known.
    fn person(&mut self, name: &str) -> String {
        self.names.meet(name);
        self.names.one(name)
    }

    /// How many more people may have a clip that waits, of which `wanted` are to answer: one more where all of them have and
    /// it waits all the same, because they disagree.
    pub fn free(&self, clip: &ClipId, wanted: u32) -> usize {
        let Some(places) = self.clips.get(clip) else { return wanted as usize };
        let named = places.people.difference(&places.declined);
        // An answer of somebody who was not handed the clip by name is to a file that is open to all.
        let (unasked, open) =
            (places.answered.difference(&places.people).count(), places.open as usize);
        let is_under_way =
            open > unasked || named.clone().any(|name| !places.answered.contains(name));
        let free = (wanted as usize).saturating_sub(named.count() + unasked.max(open));
        free.max(usize::from(!is_under_way))
    }

    /// Whether a person has, had or declined a clip.
    pub fn knows(&self, clip: &ClipId, person: &str) -> bool {
        let Some(places) = self.clips.get(clip) else { return false };
        let person = self.names.one(person);
        [&places.people, &places.declined, &places.answered].iter().any(|of| of.contains(&person))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(name: &str) -> ClipId {
        ClipId::from_stored(name)
    }

    #[test]
    fn a_clip_that_somebody_has_or_answered_is_not_handed_to_another() {
        let mut ledger = Ledger::default();
        ledger.is_out(clip("a"), &["Ana".into()], 1);
        ledger.answered(clip("b"), "Ben", false);
        for (name, free) in [("a", 0), ("b", 1), ("c", 2)] {
            assert_eq!(ledger.free(&clip(name), 1 + u32::from(free > 0)), free, "{name}");
        }
        assert_eq!(ledger.free(&clip("a"), 2), 1, "of two one has it");
        ledger.answered(clip("a"), "ANA", false);
        assert_eq!(ledger.free(&clip("a"), 2), 1, "she is one person, however she writes her name");
        assert!(ledger.knows(&clip("a"), "ana") && !ledger.knows(&clip("a"), "Ben"));
    }

    #[test]
    fn who_would_rather_not_gives_the_place_up_and_is_not_asked_again() {
        let mut ledger = Ledger::default();
        ledger.is_out(clip("a"), &["Ana".into()], 1);
        ledger.answered(clip("a"), "Ana", true);
        assert_eq!(ledger.free(&clip("a"), 1), 1);
        assert!(ledger.knows(&clip("a"), "Ana"));
    }

    #[test]
    fn a_file_that_is_open_to_all_takes_the_places_of_those_who_answer_it() {
        let mut ledger = Ledger::default();
        ledger.is_out(clip("a"), &[], 2);
        assert_eq!(ledger.free(&clip("a"), 3), 1);
        ledger.answered(clip("a"), "Ana", false);
        assert_eq!(ledger.free(&clip("a"), 3), 1, "her answer is one of the two");
        ledger.is_out(clip("a"), &["Carl".into()], 3);
        assert_eq!(ledger.free(&clip("a"), 3), 0);
    }

    #[test]
    fn where_people_disagree_one_more_is_asked_once_all_have_answered() {
        let mut ledger = Ledger::default();
        ledger.is_out(clip("a"), &["Ana".into()], 2);
        ledger.is_out(clip("a"), &["Ben".into()], 2);
        ledger.answered(clip("a"), "Ana", false);
        assert_eq!(ledger.free(&clip("a"), 2), 0, "Ben has not answered");
        ledger.answered(clip("a"), "Ben", false);
        assert_eq!(ledger.free(&clip("a"), 2), 1);
        ledger.is_out(clip("a"), &["Carl".into()], 2);
        assert_eq!(ledger.free(&clip("a"), 2), 0);
    }
}

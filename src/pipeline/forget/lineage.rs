//! Which rounds rest on what is to go: those that used it, those that began from such a round's model, and those that were
//! judged against one. In: rounds. Out: their numbers, and the round to fall back to. Pure.

use std::collections::BTreeSet;

use crate::domain::Round;

/// The rounds that rest on those in `direct`, these too.
pub fn resting_on(rounds: &[Round], direct: &[u32]) -> BTreeSet<u32> {
    let mut all: BTreeSet<u32> = direct.iter().copied().collect();
    // A round rests on earlier ones alone.
    for round in rounds {
        let began = |other: &&Round| other.number < round.number && round.began_from(other);
        let start = rounds.iter().rfind(began).map(|other| other.number);
        if all.contains(&round.parent) || start.is_some_and(|number| all.contains(&number)) {
            all.insert(round.number);
        }
    }
    all
}

/// The last promoted round of this settings' model that stays; 0: there is none.
pub fn fallback(rounds: &[Round], gone: &BTreeSet<u32>, base: &str) -> u32 {
    let stays = |round: &&Round| {
        round.base == base && round.model().is_some() && !gone.contains(&round.number)
    };
    rounds.iter().rfind(stays).map_or(0, |round| round.number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::example_round;

    fn round(number: u32, parent: u32, start: &str) -> Round {
        let model = format!("m{number}");
        let promoted = Some((model.clone(), model, format!("models/round-{number}.bin")));
        Round { start_model: start.into(), ..example_round(number, parent, promoted) }
    }

    #[test]
    fn what_was_trained_from_or_judged_against_a_withdrawn_round_goes_with_it() {
        let rounds =
            [round(1, 0, "base"), round(2, 1, "base"), round(3, 0, "m2"), round(4, 0, "base")];
        let gone = |direct: &[u32]| resting_on(&rounds, direct).into_iter().collect::<Vec<_>>();
        assert_eq!(gone(&[1]), [1, 2, 3]);
        assert_eq!(gone(&[2]), [2, 3]);
        assert_eq!(gone(&[4]), [4]);
        assert_eq!(gone(&[]), Vec::<u32>::new());
        let gone = resting_on(&rounds, &[2]);
        assert_eq!(fallback(&rounds, &gone, "base"), 4);
        assert_eq!(fallback(&rounds[..3], &gone, "base"), 1);
        assert_eq!(fallback(&rounds, &gone, "small"), 0);
    }
}

//! A round of adaptation in words. In: a round. Out: lines for a terminal. Left to others: making it.

use super::report::rounds::{learnt_from, losses, measured};
use crate::domain::{Round, RoundVerdict};

/// What was learnt from, what was measured, the verdict; of a dry run what is known beforehand.
pub fn text(round: &Round, dry_run: bool) -> String {
    let n = round.number;
    let parent = match round.parent {
        0 => format!("the model {}", round.base),
        parent => format!("the model of round {parent}"),
    };
    let mut t = format!(
        "Round {n}{} from {parent}\n  clips: {}\n  sound learnt from: {:.1} min\n",
        if dry_run { " (dry run)" } else { "" },
        learnt_from(&round.clips),
        round.train_seconds / 60.0
    );
    if dry_run {
        return t;
    }
    t.push_str(&format!(
        "  loss by epoch: {}; {:.1} min of training; {:.0} % of the new weights\n",
        losses(&round.losses),
        round.wall_seconds / 60.0,
        100.0 * round.share
    ));
    for m in &round.measured {
        t.push_str(&format!("  {}\n", measured(m)));
    }
    match &round.verdict {
        RoundVerdict::Promoted { file, .. } => {
            t.push_str(&format!("  promoted: {file} is in use\n"));
        }
        RoundVerdict::Kept { why } => {
            t.push_str("  not promoted, the old model stays:\n");
            for why in why {
                t.push_str(&format!("    {why}\n"));
            }
        }
    }
    t
}

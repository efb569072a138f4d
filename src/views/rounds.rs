//! A round of adaptation in words. In: a round. Out: lines for a terminal. Left to others: making it.

use crate::domain::{Measured, Round, RoundVerdict};

/// What was learnt from, what was measured, the verdict; of a dry run what is known beforehand.
pub fn text(round: &Round, dry_run: bool) -> String {
    let n = round.number;
    let clips: Vec<String> = round.clips.iter().map(|(what, n)| format!("{n} {what}")).collect();
    let parent = match round.parent {
        0 => format!("the model {}", round.base),
        parent => format!("the model of round {parent}"),
    };
    let mut t = format!(
        "Round {n}{} from {parent}\n  clips: {}\n  sound learnt from: {:.1} min\n",
        if dry_run { " (dry run)" } else { "" },
        clips.join(", "),
        round.train_seconds / 60.0
    );
    if dry_run {
        return t;
    }
    let losses: Vec<String> = round.losses.iter().map(|l| format!("{l:.3}")).collect();
    t.push_str(&format!(
        "  loss by epoch: {}; {:.1} min of training; {:.0} % of the new weights\n",
        losses.join(", "),
        round.wall_seconds / 60.0,
        100.0 * round.share
    ));
    for m in &round.measured {
        t.push_str(&measured(m));
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

fn measured(m: &Measured) -> String {
    let [low, high] = m.difference.map(|d| 100.0 * d);
    format!(
        "  {:<12} WER {:5.1} % -> {:5.1} %  (difference {low:+.1} to {high:+.1} points, 95 %; {} clips, {} words)\n",
        m.set,
        100.0 * m.before,
        100.0 * m.after,
        m.clips,
        m.words
    )
}

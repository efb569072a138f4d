//! A round of adaptation in words. In: a round. Out: lines for a terminal. Left to others: making it.

use super::lang::Lang;
use super::report::rounds::{learnt_from, losses, measured};
use crate::domain::{Average, Round, RoundVerdict};

/// What was learnt from, what was measured, the verdict; of a dry run what is known beforehand.
pub fn text(round: &Round, dry_run: bool) -> String {
    let n = round.number;
    let parent = match round.parent {
        0 => format!("the model {}", round.base),
        parent => format!("the model of round {parent}"),
    };
    let mut t = format!(
        "Round {n}{} from {parent}\n  clips: {}\n  audio trained on: {:.1} min\n",
        if dry_run { " (dry run)" } else { "" },
        learnt_from(&round.clips),
        round.train_seconds / 60.0
    );
    if dry_run {
        return t;
    }
    t.push_str(&format!(
        "  loss by epoch: {}; {:.1} min of training; {:.0} % of the new weights\n",
        losses(Lang::ENGLISH, &round.losses),
        round.wall_seconds / 60.0,
        100.0 * round.share
    ));
    if !round.averages.is_empty() {
        t.push_str(&format!("  {}\n", tried(&round.averages)));
    }
    for m in &round.measured {
        t.push_str(&format!("  {}\n", measured(Lang::ENGLISH, m)));
    }
    match &round.verdict {
        RoundVerdict::Promoted { file, .. } => {
            t.push_str(&format!("  promoted: {file} is in use\n"));
        }
        RoundVerdict::Rejected { why } => {
            t.push_str("  not promoted, the old model stays:\n");
            for why in why {
                t.push_str(&format!("    {why}\n"));
            }
        }
    }
    t
}

/// Each share of new weights with its word error rate on dev, and which of them were judged and went too far.
fn tried(averages: &[Average]) -> String {
    let one = |a: &Average| {
        let dev = a.dev.map_or("not known".into(), |rate| format!("{:.1} %", 100.0 * rate));
        let far = if a.too_far.is_empty() { "" } else { " (too far)" };
        format!("{:.0} %: {dev}{far}", 100.0 * a.share)
    };
    let all: Vec<String> = averages.iter().map(one).collect();
    format!("WER on dev by share of the new weights: {}", all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::example_round;

    #[test]
    fn the_averages_that_were_tried_are_a_line() {
        let average = |share, dev, too_far: &[&str]| Average {
            sha256: String::new(),
            share,
            dev,
            retention_sets: [("retention fr".to_string(), 0.01)].into(),
            too_far: too_far.iter().map(|why| why.to_string()).collect(),
        };
        let mut round = example_round(1, 0, None);
        assert!(!text(&round, false).contains("WER on dev"), "a dry run says nothing of it");
        round.averages = vec![
            average(1.0, Some(0.2), &[]),
            average(0.85, Some(0.2049), &["retention fr is worse"]),
            average(0.7, None, &[]),
        ];
        let line = "  WER on dev by share of the new weights: 100 %: 20.0 %, 85 %: 20.5 % (too far), 70 %: not known\n";
        assert!(text(&round, false).contains(line), "{}", text(&round, false));
    }
}

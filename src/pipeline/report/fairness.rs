//! Each named region against all other clips: human rate, draft WER, error left.

use std::collections::BTreeMap;

use super::groups::by_speaker;
use crate::statistics::fairness::{Difference, compare, holm};
use crate::statistics::rate::Missing;
use crate::views::clips::{Part, ReportRow};
use crate::views::report::Group;
use crate::views::report::fairness::{Comparison, ComparisonResult, Fairness, Measure};

const MEASURES: [Measure; 3] = [Measure::HumanRate, Measure::DraftWer, Measure::ResidualError];
/// Corrected p-values up to this show a difference.
const SHOWN: f64 = 0.05;

/// What a clip adds to a measure: (part, of).
fn adds(row: &ReportRow, measure: Measure) -> Option<(f64, f64)> {
    match measure {
        Measure::HumanRate => (!row.is_dropped()).then(|| (f64::from(row.is_human()), 1.0)),
        Measure::DraftWer if row.part == Part::NoSpeech => None,
        Measure::ResidualError if !row.is_accepted() => None,
        Measure::DraftWer | Measure::ResidualError => {
            row.truth().map(|(weight, errors, words)| (weight * errors, weight * words))
        }
    }
}

/// Compares, corrects, and says so.
pub fn fairness(
    rows: &[&ReportRow],
    by_region: &BTreeMap<String, Group>,
    rate: &str,
    seed: u64,
) -> Fairness {
    let mut comparisons = Vec::new();
    for (region, group) in by_region.iter().filter(|(region, _)| *region != "unknown") {
        for measure in MEASURES {
            // A part of the region that nobody reviewed yet cannot be compared: see `groups::all_wer`.
            let unreviewed = match measure {
                Measure::HumanRate => None,
                Measure::DraftWer => {
                    group.drafts.all_wer.missing.filter(|_| group.drafts.all_wer.value.is_none())
                }
                Measure::ResidualError => group
                    .residual_error
                    .wer
                    .missing
                    .filter(|_| group.residual_error.wer.value.is_none()),
            };
            comparisons.push(comparison(rows, region, measure, unreviewed, seed));
        }
    }
    for measure in MEASURES {
        let mut tested: Vec<&mut Comparison> =
            comparisons.iter_mut().filter(|c| c.measure == measure && c.p.is_some()).collect();
        let p: Vec<f64> = tested.iter().filter_map(|c| c.p).collect();
        for (c, corrected) in tested.iter_mut().zip(holm(&p)) {
            c.p_holm = Some(corrected);
            c.outcome = match c.difference {
                Some(d) if corrected <= SHOWN && d > 0.0 => ComparisonResult::Higher,
                Some(d) if corrected <= SHOWN && d < 0.0 => ComparisonResult::Lower,
                _ => ComparisonResult::NotShown,
            };
        }
    }
    Fairness::new(comparisons, rate)
}

fn comparison(
    rows: &[&ReportRow],
    region: &str,
    measure: Measure,
    unreviewed: Option<Missing>,
    seed: u64,
) -> Comparison {
    let side = |here: bool| {
        by_speaker(rows.iter().filter(|r| (r.region == region) == here).filter_map(|r| {
            let (part, of) = adds(r, measure)?;
            Some((*r, part, of))
        }))
    };
    let (group, others) = (side(true), side(false));
    let compared = match unreviewed {
        Some(why) => Err(why),
        None => compare(&group, &others, seed),
    };
    let (found, missing) = match compared {
        Ok(Difference { estimate, p }) => (Some((estimate, p)), None),
        Err(why) => (None, Some(why)),
    };
    Comparison {
        region: region.to_string(),
        measure,
        speakers: group.len() as u64,
        other_speakers: others.len() as u64,
        difference: found.map(|f| f.0.value),
        low: found.map(|f| f.0.low),
        high: found.map(|f| f.0.high),
        p: found.map(|f| f.1),
        p_holm: None,
        outcome: ComparisonResult::CannotSay,
        missing,
    }
}

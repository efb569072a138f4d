//! The learning curve: each round's rates by itself, and by region within it. In: rows. Out: what
//! [`crate::views::report::rounds`] shows. A round is weighed from its own clips (`weights`).

use std::collections::BTreeMap;

use super::grouped;
use super::groups::{drafts, group, human, speakers, spoken_for};
use super::people_needed::{SettledDraft, people_needed};
use super::weights::of_round;
use crate::domain::{RoutingSettings, Samples};
use crate::statistics::bootstrap::interval;
use crate::statistics::rate::{Method, Missing, Rate};
use crate::views::clips::ReportRow;
use crate::views::report::rounds::{Round, Step, Target};

/// The target where the settings guarantee nothing.
const TARGET: f64 = 0.1;

/// What all rounds are held against.
pub fn target(settings: &RoutingSettings) -> Target {
    Target {
        risk: settings.target_risk.unwrap_or(TARGET),
        measure: settings.target_measure,
        set: settings.target_risk.is_some(),
    }
}

/// Every round, and every model within it.
pub fn by_round(all: &[&ReportRow], target: Target, seed: u64) -> Vec<Round> {
    let rounds = grouped(all, |r| (r.round, r.model.clone()));
    let each = rounds.into_iter().map(|((round, model), rows)| {
        let (own, whole) = of_round(&rows);
        let rows: Vec<&ReportRow> = own.iter().collect();
        let by_region: BTreeMap<String, Step> = grouped(&rows, |r| r.region.clone())
            .into_iter()
            .map(|(region, rows)| (region, step(&rows, target, seed)))
            .collect();
        Round {
            round,
            model,
            whole,
            group: group(&rows, seed),
            human_at_target: human_at_target(&rows, target, seed),
            minutes_per_hour: minutes_per_hour(&rows, seed),
            by_region,
        }
    });
    each.collect()
}

fn step(rows: &[&ReportRow], target: Target, seed: u64) -> Step {
    let kept: Vec<&ReportRow> = rows.iter().copied().filter(|r| !r.is_dropped()).collect();
    Step {
        clips: kept.len() as u64,
        draft_wer: drafts(rows, seed).all_wer,
        for_people: human(&kept, seed, ReportRow::is_human).clips_by_speaker,
        human_at_target: human_at_target(rows, target, seed),
        minutes_per_hour: minutes_per_hour(rows, seed),
    }
}

/// The share of the drafts that people would have to review ([`people_needed`]).
fn human_at_target(rows: &[&ReportRow], target: Target, seed: u64) -> Rate {
    let settled: Vec<&ReportRow> = match spoken_for(rows) {
        Ok(drafts) => drafts.into_iter().filter(|r| r.truth().is_some()).collect(),
        Err(why) => return Rate::none(Method::ClusterBootstrap, why),
    };
    let numbers = speakers(&settled);
    let drafts = settled.iter().filter_map(|row| {
        let (weight, errors, words) = row.truth()?;
        let speaker = numbers[row.speaker.as_str()];
        Some(SettledDraft { speaker, weight, score: row.score, errors, words })
    });
    people_needed(&drafts.collect::<Vec<_>>(), numbers.len(), target, seed)
}

/// Sums of one speaker, in minutes and samples: active time, audio reviewed in it; reviews of settled
/// clips, these clips; clips for people, all clips.
type Sums = [f64; 6];

/// Active minutes of people for an hour of the round's audio, reviewed or not: minutes for an hour reviewed,
/// times reviews of a settled clip, times the share of seconds for people. Where all is timed and
/// settled, this is active time over audio; until then, answers without a time and clips that wait
/// count like the others.
fn minutes_per_hour(rows: &[&ReportRow], seed: u64) -> Rate {
    let kept: Vec<&ReportRow> = rows.iter().copied().filter(|r| !r.is_dropped()).collect();
    let numbers = speakers(&kept);
    let mut sums: Vec<Sums> = vec![Sums::default(); numbers.len()];
    for row in &kept {
        let length = row.length.0 as f64;
        let human = f64::from(row.is_human());
        let settled = human * f64::from(row.verdict.is_some());
        let adds = [
            row.active_seconds / 60.0,
            row.timed_answers as f64 * length,
            settled * row.answers as f64 * length,
            settled * length,
            human * length,
            row.stands * length,
        ];
        let of = &mut sums[numbers[row.speaker.as_str()]];
        of.iter_mut().zip(adds).for_each(|(sum, add)| *sum += add);
    }
    let added = |times: Option<&[f64]>| {
        let mut all = Sums::default();
        for (i, one) in sums.iter().enumerate() {
            let n = times.map_or(1.0, |t| t[i]);
            all.iter_mut().zip(one).for_each(|(sum, add)| *sum += n * add);
        }
        all
    };
    let rate = |[active, timed, reviews, settled, human, all]: Sums| {
        (timed > 0.0 && settled > 0.0 && all > 0.0).then(|| {
            let a_reviewed_hour = active / Samples(1).seconds() * 3600.0 / timed;
            a_reviewed_hour * (reviews / settled) * (human / all)
        })
    };
    let total = added(None);
    let value = rate(total);
    let ends = match total {
        _ if value.is_some() => interval(numbers.len(), seed, |times| rate(added(Some(times)))),
        [.., all] if all <= 0.0 => Err(Missing::NothingCounted),
        [_, timed, ..] if timed <= 0.0 => Err(Missing::NotTimed),
        _ => Err(Missing::NoneSettled),
    };
    let counts = (kept.len() as u64, numbers.len() as u64);
    Rate::new(Method::ClusterBootstrap, counts, value, ends)
}

#[cfg(test)]
mod tests;

//! Rates of a group of clips: how much needs a person, how good the drafts are, what is left.

use std::collections::{BTreeMap, BTreeSet};

use super::weights::cell;
use crate::domain::Samples;
use crate::statistics::bootstrap;
use crate::statistics::interval::korn_graubard;
use crate::statistics::rate::{Method, Missing, Rate, Share};
use crate::statistics::weighted::{
    Expected, SampledClip, difference, difference_design, hajek, hajek_by_speaker, hajek_design,
    horvitz_thompson,
};
use crate::views::clips::{Part, ReportRow};
use crate::views::numbers::Wer;
use crate::views::report::{ByReason, Drafts, Group, Human, ResidualError};

/// Sums of (part, of) by speaker, in the order of their first clips' ids: what the speakers are called, by name or
/// pseudonym, changes no number.
pub fn by_speaker<'r>(rows: impl Iterator<Item = (&'r ReportRow, f64, f64)>) -> Vec<(f64, f64)> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut sums: Vec<(&str, (f64, f64))> = Vec::new();
    // Clips of a recording follow each other: most have the speaker of the clip before.
    let mut before: Option<(&str, usize)> = None;
    for (row, part, of) in rows {
        let place = match before {
            Some((name, place)) if name == row.speaker => place,
            _ => *places.entry(&row.speaker).or_insert(sums.len()),
        };
        if place == sums.len() {
            sums.push((&row.clip, (0.0, 0.0)));
        }
        before = Some((&row.speaker, place));
        let (first, sum) = &mut sums[place];
        *first = row.clip.as_str().min(first);
        sum.0 += part;
        sum.1 += of;
    }
    sums.sort_by_key(|(first, _)| *first);
    sums.into_iter().map(|(_, sum)| sum).collect()
}

/// `sum(part) / sum(of)` of some clips with its cluster-bootstrap interval.
pub fn clustered(rows: &[&ReportRow], seed: u64, of: impl Fn(&ReportRow) -> (f64, f64)) -> Rate {
    let speakers = by_speaker(rows.iter().map(|r| (*r, of(r).0, of(r).1)));
    let sum = speakers.iter().fold((0.0, 0.0), |a, s| (a.0 + s.0, a.1 + s.1));
    let value = (sum.1 > 0.0).then(|| sum.0 / sum.1);
    let ends = bootstrap::ratio(&speakers, seed).map(|e| (e.low, e.high));
    let counts = (rows.len() as u64, speakers.len() as u64);
    Rate::new(Method::ClusterBootstrap, counts, value, ends)
}

/// Numbers the speakers of some clips, in the order of their first clips' ids.
pub fn speakers<'r>(rows: &[&'r ReportRow]) -> BTreeMap<&'r str, usize> {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    for row in rows {
        let clip = first.entry(&row.speaker).or_insert(&row.clip);
        *clip = row.clip.as_str().min(clip);
    }
    let mut order: Vec<(&str, &str)> = first.into_iter().map(|(name, clip)| (clip, name)).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, name)| name).zip(0..).collect()
}

/// Of clips that are not dropped, those that `counts`.
pub fn human(rows: &[&ReportRow], seed: u64, counts: impl Fn(&ReportRow) -> bool) -> Human {
    let one = |r: &ReportRow| f64::from(counts(r));
    let amount = |of: &dyn Fn(&ReportRow) -> f64| {
        clustered(rows, seed, |r| (one(r) * of(r), r.stands * of(r)))
    };
    Human {
        clips: Share::new(rows.iter().filter(|r| counts(r)).count() as u64, rows.len() as u64),
        clips_by_speaker: amount(&|_| 1.0),
        // Whole samples: their sums are exact in any order.
        seconds: amount(&|r| r.length.0 as f64),
        words: amount(&|r| r.draft_words as f64),
    }
}

/// Settled drafts, and what they say of all.
pub fn drafts(rows: &[&ReportRow], seed: u64) -> Drafts {
    let settled: Vec<&ReportRow> =
        rows.iter().copied().filter(|r| !r.is_dropped() && r.errors.is_some()).collect();
    let of = |counts: fn(&&&ReportRow) -> bool| {
        Share::new(settled.iter().filter(counts).count() as u64, settled.len() as u64)
    };
    let mut wer = Wer::default();
    for row in &settled {
        wer.add(row.errors.unwrap_or(0) as usize, row.reference_words.unwrap_or(0) as usize);
    }
    Drafts {
        changed: of(|r| r.changed == Some(true)),
        words_changed: of(|r| r.errors > Some(0)),
        settled: wer,
        settled_wer: settled_wer(&settled, seed),
        all_wer: all_wer(rows),
    }
}

fn settled_wer(settled: &[&ReportRow], seed: u64) -> Rate {
    clustered(settled, seed, |r| {
        (r.errors.unwrap_or(0) as f64, r.reference_words.unwrap_or(0) as f64)
    })
}

/// Reviewed clips for the weighted estimators, with the numbering of their speakers.
pub fn reviewed(rows: &[&ReportRow]) -> (Vec<SampledClip>, u64) {
    let truths: Vec<&ReportRow> = rows.iter().copied().filter(|r| r.truth().is_some()).collect();
    let numbers = speakers(&truths);
    let reviewed = truths.iter().filter_map(|r| {
        let (weight, errors, words) = r.truth()?;
        Some(SampledClip {
            inclusion: 1.0 / weight,
            errors,
            words,
            model_errors: r.expected_errors(),
            model_words: r.draft_words as f64,
            speaker: numbers[r.speaker.as_str()],
        })
    });
    (reviewed.collect(), numbers.len() as u64)
}

/// The drafts among some clips. Both the routed and the accepted part must have something settled,
/// where they have clips: else a part would be passed over in silence.
pub fn spoken_for<'r>(rows: &[&'r ReportRow]) -> Result<Vec<&'r ReportRow>, Missing> {
    spoken_for_by(rows, |row| row.weight.is_some())
}

/// The same of some of the settled clips.
pub fn spoken_for_by<'r>(
    rows: &[&'r ReportRow],
    speaks: impl Fn(&ReportRow) -> bool,
) -> Result<Vec<&'r ReportRow>, Missing> {
    let drafts: Vec<&ReportRow> =
        rows.iter().copied().filter(|r| r.part != Part::NoSpeech).collect();
    let cells = |rows: &mut dyn Iterator<Item = &&ReportRow>| {
        rows.map(|r| cell(r)).collect::<BTreeSet<_>>()
    };
    let settled = cells(&mut drafts.iter().filter(|r| speaks(r)));
    match drafts.is_empty() {
        true => Err(Missing::NothingCounted),
        false if settled.is_empty() => Err(Missing::NoneSettled),
        false if cells(&mut drafts.iter()) != settled => Err(Missing::PartUnsettled),
        false => Ok(drafts),
    }
}

/// WER of all drafts.
fn all_wer(rows: &[&ReportRow]) -> Rate {
    let method = Method::HajekBySpeaker;
    let drafts = match spoken_for(rows) {
        Ok(drafts) => drafts,
        Err(why) => return Rate::none(method, why),
    };
    let (reviewed, speakers) = reviewed(&drafts);
    let counts = (reviewed.len() as u64, speakers);
    Rate::new(method, counts, hajek(&reviewed), hajek_by_speaker(&reviewed))
}

/// What is wrong in accepted drafts. Sums over all of them need all of them: of a round whose clips were
/// drafted again only ratios are left.
pub fn residual_error(rows: &[&ReportRow]) -> ResidualError {
    let accepted: Vec<&ReportRow> = rows.iter().copied().filter(|r| r.is_accepted()).collect();
    let gone = accepted.iter().any(|r| r.stands != 1.0);
    let drawn = accepted.iter().filter(|r| r.is_human());
    let (mut settled, mut without_text, mut wrong) = (0, 0, 0);
    let mut weighted = Vec::new();
    for row in drawn.clone() {
        without_text += u64::from(row.verdict.is_some() && row.errors.is_none());
        if let Some((weight, errors, _)) = row.truth() {
            settled += 1;
            wrong += u64::from(errors > 0.0);
            weighted.push((weight, errors > 0.0));
        }
    }
    let (reviewed, speakers) = reviewed(&accepted);
    let expected = accepted.iter().fold(Expected::default(), |sum, r| Expected {
        errors: sum.errors + r.expected_errors(),
        words: sum.words + r.draft_words as f64,
    });
    let counts = (settled, speakers);
    let why = if accepted.is_empty() { Missing::NothingCounted } else { Missing::NoneSettled };
    let rate = |method: Method, value: Option<f64>, ends: Result<(f64, f64), Missing>| match settled
    {
        0 => Rate::none(method, why),
        _ if gone && matches!(method, Method::HorvitzThompson | Method::Difference) => {
            Rate::none(method, Missing::DraftedAgain)
        }
        _ => Rate::new(method, counts, value, ends),
    };
    let shared = korn_graubard(&weighted);
    let losses: Vec<_> = weighted.iter().map(|(w, bad)| (1.0 / w, f64::from(*bad))).collect();
    let mean = horvitz_thompson(&losses, accepted.len() as u64);
    let mean_value = losses.iter().map(|(pi, loss)| loss / pi).sum::<f64>() / accepted.len() as f64;
    ResidualError {
        accepted: accepted.len() as u64,
        drawn: drawn.count() as u64,
        settled,
        without_text,
        with_error: Share::new(wrong, settled),
        with_error_weighted: rate(
            Method::KornGraubard,
            shared.map(|s| s.0),
            shared.map(|s| s.1).ok_or(why),
        ),
        with_error_mean: rate(
            Method::HorvitzThompson,
            Some(mean_value),
            mean.map(|e| (e.low, e.high)),
        ),
        wer: rate(Method::HajekDesign, hajek(&reviewed), hajek_design(&reviewed)),
        wer_by_speaker: rate(Method::HajekBySpeaker, hajek(&reviewed), hajek_by_speaker(&reviewed)),
        wer_with_model: rate(
            Method::Difference,
            difference(&reviewed, expected).ok(),
            difference_design(&reviewed, expected),
        ),
    }
}

/// Everything about a region or a round.
pub fn group(rows: &[&ReportRow], seed: u64) -> Group {
    let kept: Vec<&ReportRow> = rows.iter().copied().filter(|r| !r.is_dropped()).collect();
    let seconds = |of: &dyn Fn(&&&ReportRow) -> bool| {
        kept.iter().filter(of).map(|r| r.length).sum::<Samples>().seconds()
    };
    Group {
        clips: kept.len() as u64,
        human_clips: kept.iter().filter(|r| r.is_human()).count() as u64,
        speakers: speakers(&kept).len() as u64,
        seconds: seconds(&|_| true),
        human_seconds: seconds(&|r| r.is_human()),
        human: human(&kept, seed, ReportRow::is_human),
        drafts: drafts(rows, seed),
        residual_error: residual_error(rows),
    }
}

/// By reason, of clips that people are to review.
pub fn by_reason(kept: &[&ReportRow], seed: u64) -> BTreeMap<String, ByReason> {
    let codes: BTreeSet<&str> =
        kept.iter().filter(|r| r.is_human()).flat_map(|r| r.reasons.iter().copied()).collect();
    let reason = |code: &str| {
        let has = |r: &ReportRow| r.is_human() && r.reasons.contains(&code);
        let rows: Vec<&ReportRow> = kept.iter().copied().filter(|r| has(r)).collect();
        let settled: Vec<&ReportRow> =
            rows.iter().copied().filter(|r| r.errors.is_some()).collect();
        let changed = settled.iter().filter(|r| r.changed == Some(true)).count();
        ByReason {
            clips: rows.len() as u64,
            seconds: rows.iter().map(|r| r.length).sum::<Samples>().seconds(),
            human: human(kept, seed, has),
            changed: Share::new(changed as u64, settled.len() as u64),
            settled_wer: settled_wer(&settled, seed),
        }
    };
    codes.into_iter().map(|code| (code.to_string(), reason(code))).collect()
}

#[cfg(test)]
mod tests;

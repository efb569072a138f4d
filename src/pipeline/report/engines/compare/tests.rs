//! Engines compared on clips made by hand.

use super::*;
use crate::domain::Measure;
use crate::pipeline::report::rows::tests::row;
use crate::pipeline::report::weights::weigh;
use crate::views::clips::Part;

const TARGET: Target = Target { risk: 0.05, measure: Measure::Wer, set: false };

fn source(name: &str, calibrated: bool) -> Source {
    Source { name: name.into(), own: name == "base", in_use: name == "base", calibrated }
}

/// Clips of ten words each: id, part, inclusion, errors of base, nova, canary.
fn compared<'r>(rows: &'r [ReportRow], errors: &[[u64; 3]]) -> Compared<'r> {
    let clip = |(row, errors): (&'r ReportRow, &[u64; 3])| {
        let read = |score: f64, errors: u64| Some(Reading { score: Some(score), errors });
        ComparedClip {
            row,
            errors: errors.to_vec(),
            read: vec![None, read(1.0 - errors[1] as f64 / 10.0, errors[1]), None],
            blind: false,
        }
    };
    let settled = rows.iter().filter(|r| r.errors.is_some());
    Compared {
        sources: vec![source("base", true), source("nova", true), source("canary", false)],
        population: rows.iter().collect(),
        clips: settled.zip(errors).map(clip).collect(),
        recordings: 1,
        left_out: LeftOut::default(),
    }
}

fn rows() -> Vec<ReportRow> {
    let mut rows = vec![
        row("a", "human", Part::Reasons, 1.0, Some(4)),
        row("b", "human", Part::Reasons, 1.0, Some(2)),
        row("c", "human", Part::Accepted, 0.25, Some(1)),
        row("d", "auto", Part::Accepted, 0.25, None),
    ];
    weigh(&mut rows);
    rows
}

#[test]
fn rates_and_differences_are_by_weight_on_the_same_clips_as_worked_out_by_hand() {
    let rows = rows();
    let e = compared(&rows, &[[4, 1, 0], [2, 0, 2], [1, 0, 1]]).engines(TARGET, 1);
    let names: Vec<&str> = e.compared.iter().map(|one| one.engine.as_str()).collect();
    assert_eq!((names, e.clips, e.recordings), (vec!["nova", "canary", "base"], 3, 1));
    // Weights 1, 1, 4 and ten words each: 60 words.
    let wers: Vec<f64> = e.compared.iter().map(|one| one.wer.value.unwrap()).collect();
    for (ours, by_hand) in wers.iter().zip([1.0 / 60.0, 6.0 / 60.0, 10.0 / 60.0]) {
        assert!((ours - by_hand).abs() < 1e-12, "{wers:?}");
    }
    let difference = e.compared[2].difference.unwrap();
    assert!((difference.value.unwrap() - 9.0 / 60.0).abs() < 1e-12);
    // 3, 2 and 4 more errors by weight; residuals 1.5, 0.5, -2; three speakers; t of 2 degrees.
    let half = 4.302652729911275 * (1.5_f64 * (2.25 + 0.25 + 4.0)).sqrt() / 60.0;
    let (low, high) = (difference.low.unwrap(), difference.high.unwrap());
    assert!((low - (0.15 - half)).abs() < 1e-9 && (high - (0.15 + half)).abs() < 1e-9);
    assert_eq!(e.compared[0].difference, None);
    assert!(
        e.says.contains("nova, canary and base (local model) cannot be told apart"),
        "{}",
        e.says
    );
    assert!((e.compared[0].by_region["fr-CA-QC"].value.unwrap() - 1.0 / 60.0).abs() < 1e-12);
}

#[test]
fn accepted_drafts_that_nobody_audited_leave_no_comparison() {
    let mut rows = rows();
    rows.remove(2);
    let e = compared(&rows, &[[4, 1, 0], [2, 0, 2]]).engines(TARGET, 1);
    assert_eq!(e.compared[0].wer.missing, Some(Missing::PartUnsettled));
    assert!(e.says.contains("none settled yet"), "{}", e.says);
}

#[test]
fn the_share_for_people_is_measured_where_an_engine_was_read_and_has_a_score() {
    let rows = rows();
    let e = compared(&rows, &[[4, 1, 0], [2, 0, 2], [1, 0, 1]]).engines(TARGET, 1);
    let of = |name: &str| e.compared.iter().find(|one| one.engine == name).unwrap();
    // All of 6 stand with a mean WER of 0.1 / 6.
    assert_eq!((of("nova").people.value, of("nova").people_missing), (Some(0.0), None));
    assert_eq!(of("base").people_missing, Some(NoShare::NotRead));
    assert_eq!(of("canary").people_missing, Some(NoShare::NotRead));
    assert_eq!(of("canary").people.value, None);
    let strict = Target { risk: 0.01, ..TARGET };
    let e = compared(&rows, &[[4, 1, 0], [2, 0, 2], [1, 0, 1]]).engines(strict, 1);
    assert!((e.compared[0].people.value.unwrap() - 1.0 / 6.0).abs() < 1e-12);
}

#[test]
fn clips_without_a_draft_in_sight_are_compared_apart_from_thirty_on() {
    for (count, apart) in [(29, false), (30, true)] {
        let mut rows: Vec<ReportRow> = (0..count + 5)
            .map(|n| row(&format!("{n:02}"), "human", Part::Reasons, 1.0, Some(1)))
            .collect();
        weigh(&mut rows);
        let errors: Vec<[u64; 3]> = (0..rows.len() as u64).map(|n| [n % 3, 0, 1]).collect();
        let mut all = compared(&rows, &errors);
        all.clips.iter_mut().take(count).for_each(|clip| clip.blind = true);
        let e = all.engines(TARGET, 1);
        let blind = e.compared[0].blind_wer;
        assert_eq!((e.blind_clips, blind.is_some()), (count as u64, apart));
        assert!(blind.is_none_or(|rate| rate.clips == count as u64 && rate.value == Some(0.0)));
        assert_eq!(e.compared[1].blind_difference.is_some(), apart);
    }
}

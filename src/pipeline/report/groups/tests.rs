//! Rates of groups on clips made by hand.

use super::*;

fn row(speaker: &str, part: Part, errors: Option<u64>, weight: Option<f64>) -> ReportRow {
    let human = part == Part::Reasons || errors.is_some();
    ReportRow {
        clip: String::new(),
        recording: String::new(),
        speaker: speaker.into(),
        region: "fr-BE".into(),
        length: Samples(16_000),
        round: 0,
        model: String::new(),
        policy: String::new(),
        decision: if human { "human" } else { "auto" },
        part,
        reasons: if human { vec!["no_score"] } else { vec![] },
        score: None,
        expected_wer: None,
        draw: 0.0,
        inclusion: 1.0,
        weight,
        state: "settled",
        draft_words: 5,
        verdict: errors.map(|_| "corrected"),
        changed: errors.map(|e| e > 0),
        errors,
        reference_words: errors.map(|_| 5),
        answers: 0,
        timed_answers: 0,
        active_seconds: 0.0,
        paid: 0.0,
        current: true,
        stands: 1.0,
        capped_answers: 0,
    }
}

#[test]
fn sums_are_each_speakers_own_however_their_clips_are_mixed() {
    let clip = |clip: &str, speaker: &str| ReportRow {
        clip: clip.into(),
        ..row(speaker, Part::Reasons, None, None)
    };
    let rows = [clip("5", "b"), clip("2", "b"), clip("1", "c"), clip("4", "a"), clip("3", "b")];
    let sums = [(1.0, 2.0), (10.0, 20.0), (3.0, 4.0), (5.0, 6.0), (100.0, 200.0)];
    let added = by_speaker(rows.iter().zip(sums).map(|(row, (part, of))| (row, part, of)));
    assert_eq!(added, [(3.0, 4.0), (111.0, 222.0), (5.0, 6.0)], "by their first clips");
    let all: Vec<&ReportRow> = rows.iter().collect();
    assert_eq!(speakers(&all).into_iter().collect::<Vec<_>>(), [("a", 2), ("b", 1), ("c", 0)]);
}

#[test]
fn the_accepted_part_is_not_passed_over_in_silence() {
    let routed = row("a", Part::Reasons, Some(2), Some(1.0));
    let routed_too = row("b", Part::Reasons, Some(0), Some(1.0));
    let accepted = row("c", Part::Accepted, None, None);
    let audited = row("d", Part::Accepted, Some(1), Some(10.0));

    let blind = drafts(&[&routed, &routed_too, &accepted], 1);
    assert_eq!(blind.settled_wer.value, Some(0.2), "the settled ones are known");
    assert_eq!((blind.all_wer.value, blind.all_wer.missing), (None, Some(Missing::PartUnsettled)));
    assert_eq!(drafts(&[&accepted], 1).all_wer.missing, Some(Missing::NoneSettled));

    let seen = drafts(&[&routed, &routed_too, &accepted, &audited], 1);
    // (2 * 1 + 0 * 1 + 1 * 10) errors of (5 + 5 + 50) words
    assert!((seen.all_wer.value.unwrap() - 12.0 / 60.0).abs() < 1e-12);
}

#[test]
fn audits_speak_for_accepted_drafts_and_only_for_them() {
    let routed = row("a", Part::Reasons, Some(5), Some(1.0));
    let accepted = row("c", Part::Accepted, None, None);
    let [clean, wrong] = [0, 1].map(|e| row("d", Part::Accepted, Some(e), Some(2.0)));
    let of = residual_error(&[&routed, &accepted, &clean, &wrong]);
    assert_eq!((of.accepted, of.drawn, of.settled, of.with_error.part), (3, 2, 2, 1));
    assert!((of.wer.value.unwrap() - 0.1).abs() < 1e-12);
    assert_eq!(of.wer_by_speaker.missing, Some(Missing::OneSpeaker));
    let none = residual_error(&[&routed, &accepted]);
    assert_eq!((none.wer.value, none.wer.missing), (None, Some(Missing::NoneSettled)));
    assert_eq!(residual_error(&[&routed]).wer.missing, Some(Missing::NothingCounted));
}

#[test]
fn a_reason_counts_of_all_clips() {
    let routed = row("a", Part::Reasons, Some(5), Some(1.0));
    let accepted = row("b", Part::Accepted, None, None);
    let reasons = by_reason(&[&routed, &accepted, &accepted, &accepted], 1);
    assert_eq!(reasons.keys().collect::<Vec<_>>(), ["no_score"]);
    let r = &reasons["no_score"];
    assert_eq!((r.clips, r.human.clips.of, r.human.seconds.value), (1, 4, Some(0.25)));
}

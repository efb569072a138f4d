//! Rounds whose rates are worked out by hand.

use super::super::rows::tests::row;
use super::*;
use crate::domain::Measure;
use crate::views::clips::Part;

const WER_10: Target = Target { risk: 0.1, measure: Measure::Wer, set: false };

/// A draft of ten words, reviewed by a person for certain, with score and errors.
fn reviewed(clip: &str, speaker: &str, score: f64, errors: u64) -> ReportRow {
    ReportRow {
        speaker: speaker.into(),
        score: Some(score),
        state: "settled",
        ..row(clip, "human", Part::Reasons, 1.0, Some(errors))
    }
}

fn refs(rows: &[ReportRow]) -> Vec<&ReportRow> {
    rows.iter().collect()
}

/// Two rounds, two speakers. Mean WER from the highest score down, round 0: 0, 0, 1/10, 3/10 of
/// which the mean of three is 0.033 and of four 0.1; with a fifth clip of 6/10 it is 0.2.
fn two_rounds() -> Vec<ReportRow> {
    let mut rows = vec![
        reviewed("a", "ana", 0.9, 0),
        reviewed("b", "ana", 0.8, 0),
        reviewed("c", "bo", 0.7, 1),
        reviewed("d", "bo", 0.6, 3),
        reviewed("e", "bo", 0.5, 6),
        reviewed("f", "ana", 0.9, 0),
        reviewed("g", "bo", 0.4, 1),
    ];
    for row in &mut rows[5..] {
        (row.round, row.model) = (1, "m1".into());
    }
    rows
}

#[test]
fn people_needed_at_a_target_fall_from_a_round_to_the_next_as_counted_by_hand() {
    let mut rows = two_rounds();
    crate::pipeline::report::weights::weigh(&mut rows);
    let rounds = by_round(&refs(&rows), WER_10, 1);
    assert_eq!(
        rounds.iter().map(|r| (r.round, r.model.as_str())).collect::<Vec<_>>(),
        [(0, "m"), (1, "m1")]
    );
    let value = |r: &Round| r.human_at_target.value.unwrap();
    // Four of five may stand (mean WER 0.1 of them, just at the target); then both.
    assert!((value(&rounds[0]) - 0.2).abs() < 1e-12, "{}", value(&rounds[0]));
    assert!(value(&rounds[1]).abs() < 1e-12);
    // Word errors over words: 10 of 50, then 1 of 20.
    let wer: Vec<f64> = rounds.iter().map(|r| r.group.drafts.all_wer.value.unwrap()).collect();
    assert!((wer[0] - 0.2).abs() < 1e-12 && (wer[1] - 0.05).abs() < 1e-12, "{wer:?}");
    // Speakers are drawn again: only ana's clips need nobody, of bo's 0.1, 0.3, 0.6 one may stand.
    let ends = (rounds[0].human_at_target.low.unwrap(), rounds[0].human_at_target.high.unwrap());
    assert!(ends.0.abs() < 1e-12 && (ends.1 - 2.0 / 3.0).abs() < 1e-12, "{ends:?}");
    let region = &rounds[0].by_region["fr-CA-QC"];
    assert_eq!((region.clips, region.human_at_target), (5, rounds[0].human_at_target));
}

#[test]
fn an_error_or_none_needs_more_people_than_words_do() {
    let rows = two_rounds();
    let (own, _) = of_round(&refs(&rows[..5]));
    let clips = Target { risk: 0.1, measure: Measure::Clips, set: true };
    // Accepting the third clip already means an error in a third of them.
    let people = human_at_target(&refs(&own), clips, 1).value.unwrap();
    assert!((people - 0.6).abs() < 1e-12, "{people}");
    let half = Target { risk: 0.6, ..clips };
    assert!(human_at_target(&refs(&own), half, 1).value.unwrap().abs() < 1e-12);
}

#[test]
fn an_audit_counts_for_those_it_was_drawn_from_when_a_later_model_took_them() {
    // Of one reason and four audits at 0.25, round 0 had 17 clips.
    let mut rows = vec![reviewed("reason", "ana", 0.1, 5)];
    for (clip, errors) in [("a", 0), ("b", 0), ("c", 0), ("d", 4)] {
        let audit = row(clip, "human", Part::Accepted, 0.25, Some(errors));
        let score = Some(0.9 - errors as f64 / 10.0);
        rows.push(ReportRow { score, speaker: "bo".into(), state: "settled", ..audit });
    }
    rows.iter_mut().for_each(|r| r.current = false);
    let round = by_round(&refs(&rows), WER_10, 1).remove(0);
    assert!(!round.whole);
    // All 16 stand (mean WER 0.1 in them); 5 of 17 were for people.
    assert!((round.human_at_target.value.unwrap() - 1.0 / 17.0).abs() < 1e-12);
    assert!((round.group.human.clips_by_speaker.value.unwrap() - 5.0 / 17.0).abs() < 1e-12);
    assert!((round.group.human.seconds.value.unwrap() - 5.0 / 17.0).abs() < 1e-12);
    // (5 + 4 * 4) errors of 170 words
    assert!((round.group.drafts.all_wer.value.unwrap() - 21.0 / 170.0).abs() < 1e-12);
    let residual = round.group.residual_error;
    assert!((residual.wer.value.unwrap() - 0.1).abs() < 1e-12);
    assert_eq!(residual.wer_with_model.missing, Some(Missing::DraftedAgain));
    assert_eq!(
        (residual.with_error_mean.value, residual.with_error_mean.missing),
        (None, Some(Missing::DraftedAgain))
    );
}

#[test]
fn minutes_an_hour_are_active_time_over_audio_and_say_why_when_they_are_not_known() {
    // Four clips of 2 s; people review two of them, 6 s and 10 s of work: 16 s of 8 s is two hours per hour.
    let timed = |clip: &str, speaker: &str, seconds: f64| ReportRow {
        answers: 1,
        timed_answers: 1,
        active_seconds: seconds,
        ..reviewed(clip, speaker, 0.5, 1)
    };
    let accepted = |clip: &str, speaker: &str| ReportRow {
        speaker: speaker.into(),
        ..row(clip, "auto", Part::Accepted, 0.1, None)
    };
    let mut rows = vec![
        timed("a", "ana", 6.0),
        accepted("b", "ana"),
        timed("c", "bo", 10.0),
        accepted("d", "bo"),
    ];
    let minutes = |rows: &[ReportRow]| minutes_per_hour(&refs(rows), 1);
    assert!((minutes(&rows).value.unwrap() - 120.0).abs() < 1e-9);
    assert_eq!(minutes(&rows).low.map(f64::round), Some(90.0), "ana twice");
    // A third answer on a clip that nobody timed, and a clip that waits, count like the others.
    rows.push(ReportRow { timed_answers: 0, active_seconds: 0.0, ..timed("e", "bo", 0.0) });
    rows.push(ReportRow { verdict: None, errors: None, ..reviewed("f", "bo", 0.5, 0) });
    // 240 minutes for an hour reviewed, each clip reviewed once, four clips of six.
    let more = minutes(&rows);
    assert!((more.value.unwrap() - 240.0 * 4.0 / 6.0).abs() < 1e-9, "{more:?}");

    let untimed = [reviewed("a", "ana", 0.5, 1), accepted("b", "ana")];
    assert_eq!(minutes(&untimed).missing, Some(Missing::NotTimed));
    assert_eq!(minutes(&[]).missing, Some(Missing::NothingCounted));
    let unsettled = [ReportRow { verdict: None, errors: None, ..timed("a", "ana", 3.0) }];
    assert_eq!(minutes(&unsettled).missing, Some(Missing::NoneSettled));
}

#[test]
fn where_people_needed_cannot_be_had_a_reason_stands() {
    let target = |rows: &[ReportRow]| {
        let (own, _) = of_round(&refs(rows));
        human_at_target(&refs(&own), WER_10, 1)
    };
    assert_eq!(target(&[]).missing, Some(Missing::NothingCounted));
    let unsettled = row("a", "human", Part::Reasons, 1.0, None);
    assert_eq!(target(&[unsettled]).missing, Some(Missing::NoneSettled));
    // The accepted part is not passed over in silence.
    let accepted = row("b", "auto", Part::Accepted, 0.1, None);
    let part = target(&[reviewed("a", "ana", 0.9, 0), accepted]);
    assert_eq!(part.missing, Some(Missing::PartUnsettled));
    let unscored = ReportRow { score: None, ..reviewed("a", "ana", 0.9, 0) };
    assert_eq!(target(std::slice::from_ref(&unscored)).missing, Some(Missing::NoScore));
    // One without a score goes to people, whatever else.
    let one = target(&[unscored, reviewed("b", "ana", 0.9, 0)]);
    assert_eq!((one.value, one.missing), (Some(0.5), Some(Missing::OneSpeaker)));
}

#[test]
fn every_reason_against_a_new_model_is_said_in_french() {
    use crate::training::gate::Objection;
    use crate::views::lang::Lang;
    use crate::views::report::rounds::objection;
    let french: Lang = "fr".parse().unwrap();
    let (set, sound, text) = ("retention en".into(), "silence".into(), "Merci.".into());
    for (why, said) in [
        (Objection::NoTest, "pas d’extraits de test"),
        (Objection::NotBetter { better: 0.615 }, "61,5\u{a0}% des répliques"),
        (Objection::RetentionWorse { set, by: 0.013 }, "sur retention en, il est moins bon de 1,3"),
        (Objection::TextFromNothing { sound, text }, "il écrit \"Merci.\" pour silence"),
    ] {
        let stored = why.to_string();
        assert!(objection(french, &stored).contains(said), "{}", objection(french, &stored));
        assert_eq!(objection(Lang::ENGLISH, &stored), stored);
    }
}

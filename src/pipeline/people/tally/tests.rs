//! A few answers, counted by hand.

use super::*;
use crate::domain::{Blind, Flag, Verdict};
use crate::pipeline::pay::Pay;

fn clip(name: &str) -> ClipId {
    ClipId::from_stored(name)
}

fn batch() -> BatchId {
    BatchId::derive("w", None, [(clip("a"), "1".to_string())].into_iter())
}

/// Clips of 2 s in two regions, and what was handed out of them in one batch that pays 0.5 per clip.
fn known(handed_out: impl IntoIterator<Item = HandedOut>) -> AnsweredClips {
    let facts = |region: &str| ClipFacts {
        seconds: 2.0,
        region: region.into(),
        language: Some("fr".parse().unwrap()),
    };
    let clips = [("a", "fr-CA-QC"), ("b", "fr-CA-QC"), ("c", "unknown"), ("d", "unknown")];
    let mut known = AnsweredClips {
        clips: clips.map(|(name, region)| (clip(name), facts(region))).into(),
        pay: Pay { of_batch: [(batch(), 0.5)].into(), per_clip: 0.1 },
        ..AnsweredClips::default()
    };
    handed_out.into_iter().for_each(|out| known.drafts.add(out));
    known
}

fn out(name: &str, draft: &str) -> HandedOut {
    HandedOut { batch: Some(batch()), ..HandedOut::new(clip(name), draft) }
}

/// A text for what was handed out, after 9 s.
fn answer(who: &str, out: &HandedOut, text: &str) -> Answer {
    Answer {
        clip: out.clip.clone(),
        batch: out.batch.clone(),
        validator: who.into(),
        verdict: if text == out.draft { Verdict::AsIs } else { Verdict::Corrected },
        text: text.into(),
        draft_digest: out.digest(),
        tags: Vec::new(),
        active_seconds: Some(9.0),
        listened: None,
        answered_at: String::new(),
        purpose: out.purpose,
        marks: Vec::new(),
    }
}

fn tally(answers: &[Answer], known: &AnsweredClips) -> Tally {
    let mut tally = Tally::default();
    answers.iter().for_each(|answer| tally.add(answer, known));
    tally
}

#[test]
fn time_and_pay_count_measured_answers_of_known_clips() {
    let (a, b) = (out("a", "un mot"), out("b", "deux mots"));
    let known = known([a.clone(), b.clone()]);
    let untimed = Answer { active_seconds: None, verdict: Verdict::Skip, ..answer("ana", &b, "") };
    let elsewhere = Answer { clip: clip("gone"), ..answer("ana", &a, "un mot") };
    let alone = Answer { batch: None, ..answer("bob", &a, "un mot") };
    let tally = tally(&[answer("ana", &a, "un mot"), untimed, elsewhere, alone], &known);
    let handed_out = [(batch(), Batch { clips: 2, ..Batch::default() })];
    let batches = tally.batches(handed_out.into(), Some(201.0));
    let of = &batches[batch().as_str()];
    assert_eq!((of.answers, of.validators, of.active_seconds), (2, 1, 9.0));
    assert_eq!(of.hourly, Some(0.5 / 9.0 * 3600.0));
    assert!(of.under_floor, "{of:?}");
    let people = tally.validators(&BTreeMap::new());
    let ana = &people["ana"];
    assert_eq!((ana.answers, ana.skips, ana.reports), (2, 1, 0));
    assert_eq!((ana.median_seconds, ana.minutes_per_audio_minute), (Some(9.0), Some(4.5)));
    assert_eq!(people["bob"].hourly, Some(0.1 / 9.0 * 3600.0));
    assert_eq!(ana.weight, Reliability::default().weight());
}

#[test]
fn a_batch_without_answers_is_flagged_by_the_pay_expected_of_it() {
    let expected = |hourly| Batch { expected_hourly: Some(hourly), ..Batch::default() };
    let flagged = |batch_of: Batch, floor| {
        let all = Tally::default().batches([(batch(), batch_of)].into(), floor);
        all[batch().as_str()].under_floor
    };
    assert!(flagged(expected(9.0), Some(10.0)));
    assert!(!flagged(expected(10.0), Some(10.0)) && !flagged(expected(9.0), None));
    assert!(!flagged(Batch::default(), Some(10.0)));
}

#[test]
fn drafts_are_compared_apart_by_what_people_saw_of_them() {
    let shown = out("a", "un mot");
    let marked = HandedOut { marked: true, ..out("b", "un mot") };
    let blind = HandedOut { blind: Blind::Drawn, ..out("c", "un mot") };
    let poor = HandedOut { blind: Blind::PoorDraft, ..out("d", "un mot") };
    let known = known([shown.clone(), marked.clone(), blind.clone(), poor.clone()]);
    let texts = [(&shown, "un mot"), (&marked, "un not"), (&blind, "deux mots"), (&poor, "rien")];
    let answers = texts.map(|(out, text)| answer("ana", out, text));
    let tally = tally(&answers, &known);
    let drafts = tally.drafts();
    let counted = |wer: &crate::views::numbers::Wer| (wer.clips, wer.errors, wer.words);
    assert_eq!(counted(&drafts.shown), (1, 0, 2));
    assert_eq!(counted(&drafts.marked), (1, 1, 2));
    assert_eq!(counted(&drafts.blind), (1, 2, 2));
    assert_eq!(drafts.seeded_caught, None);
    let people = tally.validators(&BTreeMap::new());
    let edited = people["ana"].edited.unwrap();
    assert_eq!((edited.part, edited.of), (1, 2), "of those shown");
}

#[test]
fn checks_count_for_the_person_and_never_as_texts_that_agree() {
    let mut handed_out = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let purpose = Purpose::Seeded;
        let truth = Some("le mot juste".to_string());
        handed_out.push(HandedOut { purpose, truth, ..out(name, "le mot faux") });
    }
    let gold = HandedOut { purpose: Purpose::Gold, batch: None, ..out("a", "oui") };
    let mut known = known(handed_out.iter().chain([&gold]).cloned());
    known.gold.insert(clip("a"), "non".into());
    let texts = ["le mot juste", "le mot faux", "le mot faux", "le mot faux"];
    let mut answers: Vec<Answer> =
        handed_out.iter().zip(texts).map(|(out, text)| answer("ana", out, text)).collect();
    answers.extend([answer("ana", &gold, "oui"), answer("ana", &gold, "oui")]);
    answers.push(answer("ana", &gold, "non"));
    let tally = tally(&answers, &known);
    assert_eq!(tally.agreement().texts, 0);
    let drafts = tally.drafts();
    let caught = drafts.seeded_caught.unwrap();
    assert_eq!((caught.part, caught.of), (1, 4));
    assert_eq!((drafts.gold_shown.errors, drafts.gold_shown.words), (2, 3));
    let people = tally.validators(&BTreeMap::new());
    let ana = &people["ana"];
    assert_eq!(ana.gold.wer, Some(2.0 / 3.0));
    assert_eq!(ana.flags, [Flag::GoldErrors, Flag::PlantedErrors]);
}

#[test]
fn people_agree_by_region_on_the_clips_that_several_wrote() {
    let (a, b, c) = (out("a", "un mot"), out("b", "deux mots"), out("c", "trois"));
    let known = known([a.clone(), b.clone(), c.clone()]);
    let answers = [
        answer("ana", &a, "un mot"),
        answer("bob", &a, "un mot"),
        answer("ana", &b, "deux mots"),
        answer("bob", &b, "deux maux"),
        answer("carl", &c, "trois"),
    ];
    let tally = tally(&answers, &known);
    let (all, by_region) = (tally.agreement(), tally.agreement_by_region(&known));
    assert_eq!((all.clips, all.texts, all.exact.unwrap().value), (2, 4, 0.5));
    assert_eq!(by_region.keys().collect::<Vec<_>>(), ["fr-CA-QC"]);
    assert_eq!(by_region["fr-CA-QC"], all);
    let people = tally.validators(&BTreeMap::new());
    assert_eq!((people["ana"].agreement.clips, people["carl"].agreement.clips), (2, 0));
}

#[test]
fn quick_work_and_words_that_differ_are_for_a_person_to_look_at() {
    let a = out("a", "un mot");
    let known = known([a.clone()]);
    let quick = Answer { active_seconds: Some(1.5), ..answer("ana", &a, "un mot") };
    let tally = tally(&vec![quick; 10], &known);
    let poor = Reliability { words: 100, errors: 60 };
    let people = tally.validators(&[("ana".to_string(), poor)].into());
    assert_eq!(people["ana"].flags, [Flag::Fast, Flag::WordsDiffer]);
}

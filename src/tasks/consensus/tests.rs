//! When answers settle a clip, ask for one more, or need somebody who decides.

use proptest::prelude::*;

use super::*;
use crate::domain::ClipId;

fn said(verdict: Verdict, text: &str) -> Answer {
    Answer {
        clip: ClipId::from_stored("c"),
        batch: None,
        validator: String::new(),
        verdict,
        text: text.into(),
        draft_digest: String::new(),
        tags: Vec::new(),
        active_seconds: None,
        listened: None,
        answered_at: String::new(),
        purpose: Purpose::Task,
        marks: Vec::new(),
    }
}

fn texts(all: &[&str]) -> Vec<Answer> {
    all.iter().map(|text| said(Verdict::Corrected, text)).collect()
}

fn settings(most: u32) -> TaskSettings {
    TaskSettings { max_validators: most, min_agreement: 0.6, ..TaskSettings::default() }
}

fn settled(answers: &[Answer], wanted: u32, machine: &str) -> Settlement {
    let votes =
        Votes { answers: answers.to_vec(), wanted, machine: Some(machine.into()), truth: None };
    settle(&votes, &settings(3), &|_| 1.0)
}

/// Verdict, text, support.
fn end(settlement: Settlement) -> (Verdict, String, u32) {
    match settlement {
        Settlement::Settled(c) => (c.verdict, c.text, c.support),
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_answer_settles_when_one_is_wanted() {
    let got = end(settled(&texts(&["il fait frette"]), 1, "il fait fret"));
    assert_eq!(got, (Verdict::Corrected, "il fait frette".into(), 1));
    assert_eq!(settled(&texts(&["il fait frette"]), 2, "il fait fret"), Settlement::Waiting);
}

#[test]
fn a_skip_settles_nothing_and_a_control_answer_does_not_count() {
    assert_eq!(settled(&[said(Verdict::Skip, "")], 1, "x"), Settlement::Waiting);
    let control = Answer { purpose: Purpose::Seeded, ..said(Verdict::AsIs, "x") };
    assert_eq!(settled(&[control], 1, "x"), Settlement::Waiting);
}

#[test]
fn a_tie_asks_for_one_more_and_then_for_an_adjudicator() {
    let two = texts(&["le char rouge", "le chat rouge"]);
    assert_eq!(settled(&two, 2, "rien"), Settlement::Waiting);
    assert_eq!(end(settled(&two, 2, "le chat bouge")).1, "le chat rouge");
    let three = texts(&["le char", "le chat", "le rat"]);
    assert_eq!(settled(&three, 2, "rien du tout"), Settlement::Contested);
    let decided = Answer { purpose: Purpose::Adjudication, ..said(Verdict::Corrected, "le rat") };
    let all = [&three[..], &[decided]].concat();
    assert_eq!(end(settled(&all, 2, "rien du tout")), (Verdict::Corrected, "le rat".into(), 2));
}

#[test]
fn texts_far_apart_ask_for_one_more_even_without_a_tie() {
    let far = texts(&["a b c d e f", "x y z u v w"]);
    assert_eq!(settled(&far, 2, "a b c d e f"), Settlement::Waiting);
}

#[test]
fn a_verdict_needs_more_votes_than_any_other() {
    let split = [said(Verdict::Corrected, "oui"), said(Verdict::NotSpeech, "")];
    assert_eq!(settled(&split, 2, "oui"), Settlement::Waiting);
    let three = [&split[..], &[said(Verdict::NotSpeech, "")]].concat();
    assert_eq!(end(settled(&three, 2, "oui")), (Verdict::NotSpeech, String::new(), 2));
}

#[test]
fn one_report_of_personal_data_goes_to_the_adjudicator_and_to_nobody_else() {
    let report = said(Verdict::PersonalData, "");
    assert_eq!(end(settled(std::slice::from_ref(&report), 1, "oui")).0, Verdict::PersonalData);
    assert_eq!(settled(std::slice::from_ref(&report), 2, "oui"), Settlement::Contested);
    let outvoted = [&texts(&["oui", "oui"])[..], &[report]].concat();
    assert_eq!(settled(&outvoted, 2, "oui"), Settlement::Contested);
    let check = Answer { purpose: Purpose::Seeded, ..said(Verdict::Offensive, "") };
    assert_eq!(
        settled(&[&texts(&["oui"])[..], &[check]].concat(), 1, "oui"),
        Settlement::Contested
    );
    let decided = Answer { purpose: Purpose::Adjudication, ..said(Verdict::AsIs, "oui") };
    assert_eq!(end(settled(&[&outvoted[..], &[decided]].concat(), 2, "oui")).1, "oui");
}

#[test]
fn only_those_to_whom_an_adjudication_was_handed_decide() {
    let three = texts(&["le char", "le chat", "le rat"]);
    let stray = Answer {
        purpose: Purpose::Adjudication,
        marks: vec![Mark::NotHandedToThem],
        ..said(Verdict::Corrected, "le rat")
    };
    let all = [&three[..], std::slice::from_ref(&stray)].concat();
    assert_eq!(settled(&all, 2, "rien du tout"), Settlement::Contested);
    let at = |text: &str, time: &str, marks: Vec<Mark>| Answer {
        answered_at: time.into(),
        marks,
        ..Answer { text: text.into(), ..stray.clone() }
    };
    let real = at("le chat", "2026-11-23T10:00:00Z", vec![]);
    let future = at("le char", "2999-01-01T00:00:00Z", vec![Mark::TimeInFuture]);
    let all = [&three[..], &[real, future]].concat();
    assert_eq!(end(settled(&all, 2, "rien du tout")).1, "le chat");
}

#[test]
fn as_is_and_corrected_count_together_against_other_verdicts() {
    let answers = [
        said(Verdict::AsIs, "oui"),
        said(Verdict::Corrected, "oui."),
        said(Verdict::NotSpeech, ""),
    ];
    assert_eq!(end(settled(&answers, 3, "oui")), (Verdict::AsIs, "oui".into(), 2));
}

#[test]
fn who_is_known_to_mishear_weighs_less() {
    let by = |validator: &str, text: &str| Answer {
        validator: validator.into(),
        ..said(Verdict::Corrected, text)
    };
    let gold = |n: usize| Votes {
        answers: vec![by("good", "un deux trois quatre"), by("poor", &format!("non {n}"))],
        truth: Some("un deux trois quatre".into()),
        ..Votes::default()
    };
    let mut clips: Vec<Votes> = (0..30).map(gold).collect();
    for votes in &mut clips {
        votes.answers.iter_mut().for_each(|a| a.purpose = Purpose::Gold);
    }
    clips.push(Votes {
        answers: vec![by("good", "le char"), by("poor", "le chat")],
        wanted: 2,
        ..Votes::default()
    });
    let (settled, known) = settle_all(&clips, &settings(2), &BTreeSet::new());
    assert_eq!(end(settled[30].clone()).1, "le char");
    assert!(known["good"].weight() > 1.0 && known["poor"].weight() < 0.5, "{known:?}");
    assert!(settled[..30].iter().all(|s| *s == Settlement::Waiting), "gold settles nothing");
}

proptest! {
    #[test]
    fn the_order_of_answers_does_not_matter(
        (answers, mixed) in prop::collection::vec((0..9usize, "[abAB.]{1,2}( [ab]){0,2}"), 0..7)
            .prop_map(|v| v.iter().enumerate().map(|(n, (i, t))| {
                Answer { validator: format!("v{n}"), ..said(Verdict::ALL[*i], t) }
            }).collect::<Vec<_>>())
            .prop_flat_map(|v| (Just(v.clone()), Just(v).prop_shuffle())),
        wanted in 0..4u32,
        machine in prop::option::of("[ab]( [ab]){0,2}"),
    ) {
        let votes = |answers: Vec<Answer>| Votes { answers, wanted, machine: machine.clone(), truth: None };
        let (first, _) = settle_all(&[votes(answers.clone())], &settings(4), &BTreeSet::new());
        let (second, _) = settle_all(&[votes(mixed)], &settings(4), &BTreeSet::new());
        prop_assert_eq!(&first, &second);
        let counted = answers.iter().filter(|a| a.verdict != Verdict::Skip).count();
        match &first[0] {
            Settlement::Settled(c) => {
                prop_assert!(c.support <= c.answers && c.agreement > 0.0 && c.agreement <= 1.0 + 1e-9);
                prop_assert!(c.verdict.gives_text() != c.text.is_empty());
            }
            Settlement::Waiting => prop_assert!(counted < 4, "nobody waits for ever"),
            Settlement::Contested => {
                prop_assert!(counted >= 4 || answers.iter().any(|a| a.verdict.withholds()));
            }
        }
    }
}

#[test]
fn whose_weight_somebody_lifted_has_an_ordinary_one() {
    let by = |validator: &str, text: &str| Answer {
        validator: validator.into(),
        ..said(Verdict::Corrected, text)
    };
    // Carl errs on twenty known texts: in a vote his word weighs little, and Ana's and Ben's draw is broken by the draft.
    let poor = (0..20).map(|_| Votes {
        truth: Some("un deux trois quatre cinq".into()),
        wanted: 1,
        answers: vec![by("carl", "rien de tout cela ici")],
        ..Votes::default()
    });
    let mut clips: Vec<Votes> = poor.collect();
    clips.push(Votes {
        wanted: 2,
        answers: vec![by("ana", "a b c d e"), by("carl", "a b c d f")],
        ..Votes::default()
    });
    let voted = |ordinary: &[&str]| {
        let ordinary = ordinary.iter().map(ToString::to_string).collect();
        settle_all(&clips, &settings(2), &ordinary).0.pop().unwrap()
    };
    let Settlement::Settled(weighed) = voted(&[]) else { panic!("Ana's word weighs more") };
    assert_eq!(weighed.text, "a b c d e");
    assert_ne!(voted(&["carl"]), Settlement::Settled(weighed), "two ordinary words are a draw");
}

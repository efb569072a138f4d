//! Votes against hand-made examples, another implementation, and what must always hold.

use proptest::prelude::*;

use super::*;

fn equal<'a>(texts: &'a [&str]) -> Vec<Voice<'a>> {
    texts.iter().map(|text| Voice { text, weight: 1.0 }).collect()
}

#[test]
fn each_word_is_voted_on_by_itself() {
    // Nobody wrote all of it.
    let texts = ["il fait frette ce soir", "il fait fret à matin", "y fait frette à matin"];
    let voted = vote(&equal(&texts), None);
    assert_eq!(voted.text, "il fait frette à matin");
    assert_eq!((voted.support, voted.tied), (0, false));
    assert!((voted.agreement - (2.0 + 3.0 + 2.0 + 2.0 + 2.0) / 15.0).abs() < 1e-9);
}

#[test]
fn the_texts_own_spelling_is_kept_where_somebody_wrote_just_these_words() {
    let voted =
        vote(&equal(&["Il fait frette, hein ?", "il fait frette hein", "Il fait frais"]), None);
    assert_eq!((voted.text.as_str(), voted.support), ("Il fait frette, hein ?", 2));
}

#[test]
fn a_word_that_most_left_out_is_left_out() {
    let voted = vote(&equal(&["le gros chat", "le chat", "le chat dort"]), None);
    assert_eq!(voted.text, "le chat");
}

#[test]
fn the_machine_breaks_ties_and_outvotes_nobody_who_agrees() {
    let two = ["le char rouge", "le chat rouge"];
    let voted = vote(&equal(&two), Some("le chat bouge"));
    assert_eq!((voted.text.as_str(), voted.tied), ("le chat rouge", false));
    assert!(vote(&equal(&two), Some("le rat rouge")).tied);
    // Two light voices together, and the machine beside a heavy one.
    let voices = [
        Voice { text: "char", weight: 0.5 },
        Voice { text: "char", weight: 0.51 },
        Voice { text: "chat", weight: 1.0 },
    ];
    assert_eq!(vote(&voices, Some("chat")).text, "char");
}

#[test]
fn weight_counts() {
    let voices = [
        Voice { text: "char", weight: 0.4 },
        Voice { text: "char", weight: 0.4 },
        Voice { text: "chat", weight: 1.5 },
    ];
    assert_eq!(vote(&voices, None).text, "chat");
}

proptest! {
    #[test]
    fn the_order_of_voices_does_not_matter(
        (texts, mixed) in prop::collection::vec("[abAB.]{1,2}( [ab]){0,3}", 1..6)
            .prop_flat_map(|v| (Just(v.clone()), Just(v).prop_shuffle())),
        machine in prop::option::of("[ab]( [ab]){0,2}"),
    ) {
        let voices = |t: &[String]| -> Vec<(String, f64)> {
            t.iter().map(|t| (t.clone(), 0.5 + t.len() as f64 / 10.0)).collect()
        };
        let run = |t: &[String]| {
            let v = voices(t);
            let v: Vec<Voice<'_>> = v.iter().map(|(text, weight)| Voice { text, weight: *weight }).collect();
            vote(&v, machine.as_deref())
        };
        prop_assert_eq!(run(&texts), run(&mixed));
    }

    #[test]
    fn what_everybody_wrote_wins(text in "[abc]{1,3}( [abc]{1,3}){0,6}", n in 1..5usize, machine in "[abc]( [abc]){0,4}") {
        let voted = vote(&equal(&vec![text.as_str(); n]), Some(&machine));
        prop_assert_eq!(voted, Voted { text, support: n, agreement: 1.0, tied: false });
    }

    #[test]
    fn two_who_agree_on_everything_are_never_outvoted_by_one_and_the_machine(
        agreed in "[abc]( [abc]){0,4}", other in "[abc]( [abc]){0,4}",
    ) {
        let voted = vote(&equal(&[&agreed, &agreed, &other]), Some(&other));
        prop_assert_eq!(voted.text, agreed);
    }
}

/// Written by scripts/people-fixture.py with the PyPI package crowd-kit.
const OTHERS: &str = include_str!("../../../../tests/data/people/others.json");

#[test]
fn votes_are_at_least_as_right_as_those_of_crowd_kit() {
    let fixture: serde_json::Value = serde_json::from_str(OTHERS).unwrap();
    let (mut ours, mut theirs, mut same, mut all) = (0, 0, 0, 0);
    for case in fixture["rover"].as_array().unwrap() {
        let texts: Vec<String> = serde_json::from_value(case["texts"].clone()).unwrap();
        let voices: Vec<Voice<'_>> = texts.iter().map(|text| Voice { text, weight: 1.0 }).collect();
        let voted = plain(&vote(&voices, None).text);
        let (rover, truth) =
            (plain(case["rover"].as_str().unwrap()), plain(case["truth"].as_str().unwrap()));
        ours += crate::tasks::consensus::words::word_edits(&voted, &truth);
        theirs += crate::tasks::consensus::words::word_edits(&rover, &truth);
        same += usize::from(voted == rover);
        all += 1;
    }
    assert!(all >= 40 && same * 10 >= all * 6, "{same} of {all} alike");
    assert!(ours <= theirs + theirs / 20, "{ours} word errors, crowd-kit {theirs}");
}

//! What each piece of evidence counts, alone and together.

use super::*;
use crate::domain::{MatchKind, RegionalSource, Variant};
use crate::routing::evidence::tests::clip;
use crate::routing::lexicon::Lexicon;

fn inferred(clips: &[Evidence]) -> Option<Accent> {
    let lexicon = Lexicon::built_in().unwrap();
    let hits: Vec<_> = clips.iter().map(|c| lexicon.hits_in_clip(c)).collect();
    accents(clips, &hits).into_values().next()
}

fn clips(declared: Option<&str>, texts: &[&str]) -> Vec<Evidence> {
    let clips = texts.iter().enumerate().map(|(i, text)| Evidence {
        text: text.to_string(),
        declared_region: declared.map(|r| r.parse().unwrap()),
        ..clip(i)
    });
    clips.collect()
}

fn accent(declared: Option<&str>, texts: &[&str]) -> Option<(String, f64)> {
    inferred(&clips(declared, texts)).map(|a| (a.region.as_str().to_string(), a.strength))
}

#[test]
fn three_hits_say_more_than_one() {
    let (region, one) = accent(None, &["c'est pantoute"]).unwrap();
    assert_eq!((region.as_str(), one), ("fr-CA-QC", 0.5));
    let (_, three) = accent(None, &["pantoute", "un chum", "une sloche"]).unwrap();
    assert_eq!(three, 0.875);
    let (_, repeated) = accent(None, &["pantoute", "pantoute", "pantoute"]).unwrap();
    assert!(one < repeated && repeated < three, "{repeated}");
}

#[test]
fn a_hit_of_several_regions_is_split_unless_one_was_declared() {
    let (_, split) = accent(None, &["septante"]).unwrap();
    assert!((split - (1.0 - (-1.0f64 / 3.0).exp2())).abs() < 1e-12, "{split}");
    let (region, both) = accent(Some("fr-CH"), &["septante"]).unwrap();
    assert_eq!((region.as_str(), both), ("fr-CH", 0.75));
    // "fr-CA" holds both of the entry's regions: the whole weight, in one piece
    let whole = inferred(&clips(Some("fr-CA"), &["icitte"])).unwrap();
    assert_eq!((whole.region.as_str(), whole.strength, whole.pieces.len()), ("fr-CA", 0.75, 2));
}

#[test]
fn regions_that_end_level_stand_for_the_one_that_holds_them() {
    assert_eq!(accent(None, &["viens icitte"]), Some(("fr-CA".into(), 0.5)));
    // of Québec, Acadia and Louisiana, two are Canada's
    let (region, strength) = accent(None, &["trente piasses"]).unwrap();
    assert_eq!(region, "fr-CA");
    assert!((strength - (1.0 - (-2.0f64 / 3.0).exp2())).abs() < 1e-12);
    // one more word decides
    assert_eq!(accent(None, &["icitte", "pantoute"]).unwrap().0, "fr-CA-QC");
    // Belgium, Switzerland and Congo have nothing in common but the language: the first that is named
    assert_eq!(accent(None, &["septante"]).unwrap().0, "fr-BE");
    // plain France is no region
    assert_eq!(accent(None, &["un esquiche-moi, peuchère"]).unwrap().0, "fr-FR-MARSEILLE");
    let told = inferred(&clips(None, &["viens icitte"])).unwrap();
    assert_eq!(told.pieces.len(), 1, "one word is one piece: {:?}", told.pieces);
}

#[test]
fn a_declared_region_is_evidence_but_plain_standard_is_none() {
    assert_eq!(accent(Some("fr-CA-QC"), &["bonjour"]), Some(("fr-CA-QC".into(), 0.5)));
    assert_eq!(accent(Some("fr-FR"), &["bonjour"]), None);
    assert_eq!(accent(Some("fr"), &["bonjour"]), None);
    assert_eq!(accent(None, &["bonjour"]), None);
    // words may point to a part of what was declared
    let found = accent(Some("fr-FR"), &["une traboule"]);
    assert_eq!(found, Some(("fr-FR-LYON".into(), 0.5)));
}

#[test]
fn a_very_ambiguous_word_counts_only_beside_other_evidence() {
    assert_eq!(accent(None, &["mon char est là"]), None);
    assert_eq!(accent(None, &["mon char", "ma blonde"]), None);
    let (_, alone) = accent(None, &["pantoute"]).unwrap();
    let (_, joined) = accent(None, &["pantoute", "ma blonde"]).unwrap();
    assert!(joined > alone);
    let (_, declared) = accent(Some("fr-CA-QC"), &["mon char"]).unwrap();
    assert_eq!(declared, 1.0 - (-1.5f64).exp2());
}

#[test]
fn two_validators_who_hear_an_accent_say_more_than_one_and_four_no_more_than_two() {
    let tagged = |names: &[&str], region: &str| {
        let mut clips = clips(None, &["bonjour", "bonsoir"]);
        for (n, name) in names.iter().enumerate() {
            clips[n % 2].accents_marked.push((name.to_string(), region.parse().unwrap()));
        }
        inferred(&clips).map(|a| a.strength)
    };
    let of = |weight: f64| Some(1.0 - (-weight).exp2());
    assert_eq!(tagged(&["ana"], "fr-BE"), of(2.0 / 3.0));
    assert_eq!(tagged(&["ana", "ana"], "fr-BE"), of(2.0 / 3.0), "one person counts once");
    assert_eq!(tagged(&["ana", "bob"], "fr-BE"), of(4.0 / 3.0));
    assert_eq!(tagged(&["ana", "bob", "cem", "dia"], "fr-BE"), of(4.0 / 3.0));
    assert_eq!(tagged(&["ana", "bob"], "fr-FR"), None, "plain standard is no accent");
}

#[test]
fn a_likely_form_counts_like_a_near_one_and_an_unlikely_one_not_at_all() {
    let with = |log_ratio| {
        let mut clips = clips(None, &["ça ne me plaît pas du tout"]);
        clips[0].variants = vec![Variant {
            term: "pantoute".into(),
            standard: "du tout".into(),
            regional: "pantoute".into(),
            log_ratio,
        }];
        inferred(&clips)
    };
    let found = with(2.0).unwrap();
    assert_eq!(found.strength, 1.0 - (-0.5f64).exp2());
    let RegionalSource::Lexicon { match_kind: how, .. } = &found.pieces[0].source else { panic!() };
    assert_eq!(*how, MatchKind::LikelyForm);
    assert!(with(-2.9).is_some(), "a twentieth as likely is enough");
    assert_eq!(with(-3.1), None);
}

#[test]
fn each_piece_is_told_with_its_weight_and_they_add_up_to_the_strength() {
    let mut clips = clips(Some("fr-CA-QC"), &["icitte", "il a garoché", "viens ici"]);
    clips[2].replaced = Some("viens icitte, pantoute".into());
    clips[2].accents_marked = vec![("ana".into(), "fr-CA-QC".parse().unwrap())];
    let accent = inferred(&clips).unwrap();
    let said: Vec<String> = accent.pieces.iter().map(|p| p.to_string()).collect();
    assert_eq!(
        said,
        [
            "'icitte' in the draft (2 clips) (+1.50)",
            "fr-CA-QC was declared (+1.00)",
            "'pantoute' in a second decoding (+1.00)",
            "1 validator marked fr-CA-QC (+0.67)",
            "'garoché', one letter from garrocher (+0.50)",
        ]
    );
    let weight: f64 = accent.pieces.iter().map(|p| p.weight).sum();
    assert!((accent.strength - (1.0 - (-weight).exp2())).abs() < 1e-12);
}

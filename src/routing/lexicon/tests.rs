//! The built-in lexicon on sentences, and its speed.

use super::*;

fn terms(lexicon: &Lexicon, text: &str) -> Vec<String> {
    lexicon.hits(text).into_iter().map(|hit| hit.entry.term.clone()).collect()
}

#[test]
fn regional_words_and_idioms_are_found_in_any_case_and_with_any_apostrophe() {
    let lexicon = Lexicon::built_in().unwrap();
    assert!(lexicon.entries().len() > 200);
    for (text, term) in [
        ("Il fait FRETTE à matin.", "frette"),
        ("Arrête de me niaiser, tu me niaises.", "niaiser"),
        ("Ça n’a pas d’allure !", "pas d'allure"),
        ("ça n'a pas d' allure", "pas d'allure"),
        ("Je suis allée magasiner au centre.", "magasiner"),
        ("Tire-toi une bûche.", "tire-toi une bûche"),
        ("Lâche pas la patate", "lâche pas la patate"),
        ("Septante-et-un francs", "septante"),
        ("Je me suis encoublé dans l'escalier.", "s'encoubler"),
        ("Y a dégun ici.", "dégun"),
        ("Il faut dire oufti", "oufti"),
        ("chu pas sûr", "chu"),
        ("Et passe la wassingue.", "wassingue"),
    ] {
        assert!(
            terms(&lexicon, text).iter().any(|t| t == term),
            "{text}: {:?}",
            terms(&lexicon, text)
        );
    }
}

#[test]
fn standard_sentences_that_look_alike_are_left_alone() {
    let lexicon = Lexicon::built_in().unwrap();
    for text in [
        "Elle est au CHU de Nantes.",
        "Il avance sans confiance.",
        "Il a réalisé le meilleur temps de la course.",
        "Ça fait deux jours que je t'attends.",
        "Non, peut-être pas.",
        "Entre midi et deux heures.",
        "Il les essuie avec soin.",
        "Le magasin est fermé, les magasins aussi.",
        "Un roman poignant, ils empoignaient la corde.",
        "La vocation du traversant.",
        "Des abeilles et une chicorée.",
        "Appuyez sur le dièse pour accéder à la messagerie.",
    ] {
        assert_eq!(terms(&lexicon, text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_misspelt_long_word_counts_as_near_but_an_ordinary_word_does_not() {
    let lexicon = Lexicon::built_in().unwrap();
    for (text, term, matched) in [
        ("on va magaziner demain", "magasiner", "magaziner"),
        ("il a garoché ses bottes", "garrocher", "garoché"),
        ("une débarbouilette", "débarbouillette", "débarbouilette"),
    ] {
        let hits = lexicon.hits(text);
        let hit = hits.iter().find(|h| h.entry.term == term).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((hit.matched.as_str(), hit.match_kind), (matched, MatchKind::NearForm));
    }
    for word in
        ["gavroche", "pognon", "chicorée", "vocation", "clignoter", "traverser", "marocaine"]
    {
        assert!(lexicon.hits(word).is_empty(), "{word}: {:?}", lexicon.hits(word));
    }
}

#[test]
fn the_second_decoding_adds_what_the_first_one_lost() {
    let lexicon = Lexicon::built_in().unwrap();
    let clip = Evidence {
        text: "viens ici, c'est frette".into(),
        replaced: Some("viens icitte c'est frette".into()),
        ..crate::routing::evidence::tests::clip(0)
    };
    let hits = lexicon.hits_in_clip(&clip);
    let found: Vec<_> = hits.iter().map(|h| (h.entry.term.as_str(), h.match_kind)).collect();
    assert_eq!(found, [("frette", MatchKind::Draft), ("icitte", MatchKind::SecondDecode)]);
}

#[test]
fn a_workspace_adds_entries_and_replaces_built_in_ones() {
    let own = "term\tkind\tregions\tambiguity\tpattern\n\
               frette\tword\tfr-CA-QC\t2\t\\bfrettes?\\b\n\
               barguiner\tword\tfr-CA-ACAD\t0\n";
    let lexicon = Lexicon::with_workspace(Some(("lexicon.tsv", own))).unwrap();
    let hits = lexicon.hits("barguiner, c'est frette");
    assert_eq!(hits.len(), 2);
    assert!(hits.iter().any(|h| h.entry.term == "frette" && h.entry.ambiguity == Ambiguity::Much));
    let error = Lexicon::with_workspace(Some(("lexicon.tsv", "rien"))).unwrap_err();
    assert!(error.to_string().contains("lexicon.tsv, line 1"));
}

#[test]
fn every_pattern_of_the_built_in_list_is_sound_and_its_near_forms_belong_to_it() {
    let lexicon = Lexicon::built_in().unwrap();
    for (i, entry) in lexicon.entries.iter().enumerate() {
        let pattern = lexicon.pattern(i).expect(&entry.pattern);
        assert!(!pattern.is_match(""), "{}", entry.pattern);
        for word in &entry.near {
            assert!(pattern.is_match(word), "{}: {word}", entry.term);
        }
    }
}

#[test]
fn ten_thousand_clips_are_searched_in_seconds() {
    let lexicon = Lexicon::built_in().unwrap();
    let clips = [
        "Pour réentendre ce message, appuyez sur cinq, pour le message précédent appuyez sur quatre.",
        "Je suis allée magasiner hier, il faisait pas mal frette pis les traversiers étaient annulés.",
        "L'hiver la température est comprise entre deux et cinq degrés, avec des averses.",
    ];
    let start = std::time::Instant::now();
    let hits: usize = (0..10_000).map(|i| lexicon.hits(clips[i % 3]).len()).sum();
    eprintln!("10000 clips: {:?}, {hits} hits", start.elapsed());
    assert_eq!(hits, 3333 * 3);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

#[test]
fn a_pattern_that_needs_its_boundaries_to_stand_is_matched_with_them() {
    // Without `\b` the first would begin with `{2}`, which repeats nothing.
    let own = "term\tkind\tregions\tambiguity\tpattern\n\
               tuque\tword\tfr-CA-QC\t0\t\\b{2}tuques?\\b\nfrette\tword\tfr-CA-QC\t0\t\\bfrettes?\\b\n";
    let lexicon = Lexicon::with_workspace(Some(("lexicon.tsv", own))).unwrap();
    let terms = |text: &str| -> Vec<String> {
        lexicon.hits(text).iter().map(|h| h.entry.term.clone()).collect()
    };
    assert_eq!(terms("il fait frette"), ["frette"]);
    assert!(terms("une tuque").contains(&"tuque".to_string()));
    assert!(terms("des afrettes").is_empty());
}

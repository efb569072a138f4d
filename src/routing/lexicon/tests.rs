//! The built-in lexicon on sentences, and its speed.

use super::*;

fn code(language: &str) -> Option<Language> {
    language.parse().ok()
}

/// What is found in a text of a language.
fn terms_of(lexicon: &Lexicon, language: &str, text: &str) -> Vec<String> {
    let hits = lexicon.hits(text, code(language).as_ref());
    hits.into_iter().map(|hit| hit.entry.term.clone()).collect()
}

fn terms(lexicon: &Lexicon, text: &str) -> Vec<String> {
    terms_of(lexicon, "fr", text)
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
        let hits = lexicon.hits(text, code("fr").as_ref());
        let hit = hits.iter().find(|h| h.entry.term == term).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((hit.matched.as_str(), hit.match_kind), (matched, MatchKind::NearForm));
    }
    for word in
        ["gavroche", "pognon", "chicorée", "vocation", "clignoter", "traverser", "marocaine"]
    {
        let hits = lexicon.hits(word, code("fr").as_ref());
        assert!(hits.is_empty(), "{word}: {hits:?}");
    }
}

#[test]
fn english_words_are_found_in_english_and_standard_sentences_that_look_alike_are_left_alone() {
    let lexicon = Lexicon::built_in().unwrap();
    for (text, term) in [
        ("It is closed OUTWITH term time.", "outwith"),
        ("I didn’t, I didnae!", "didnae"),
        ("There's nowt in the ginnel.", "nowt"),
        ("We might could go.", "might could"),
        ("Forty lakhs, please.", "lakh"),
        ("We are having a braai.", "braai"),
        ("See you this arvo.", "arvo"),
        ("It is closed, can or not?", "can or not"),
    ] {
        let found = terms_of(&lexicon, "en", text);
        assert!(found.iter().any(|t| t == term), "{text}: {found:?}");
    }
    for text in [
        "Captain Kirk read the messages.",
        "The grand piano is in the hall.",
        "I was up until the wee hours.",
        "Lake Garda and the Baltic sea.",
        "The composer Arvo Pärt was born in Estonia.",
        "She'll be right back.",
        "The servo motor turns the robot.",
        "Stunners and mothering in the parade.",
    ] {
        assert_eq!(terms_of(&lexicon, "en", text), Vec::<String>::new(), "{text}");
    }
    let near = lexicon.hits("a hoecaks", code("en").as_ref());
    assert_eq!((near.len(), near[0].match_kind), (1, MatchKind::NearForm));
}

#[test]
fn entries_of_one_language_are_not_found_in_texts_of_another() {
    let lexicon = Lexicon::built_in().unwrap();
    let both = "pantoute, nowt, magaziner, hoecaks";
    assert_eq!(terms_of(&lexicon, "fr", both), ["magasiner", "pantoute"]);
    assert_eq!(terms_of(&lexicon, "en", both), ["nowt", "hoecake"]);
    assert!(terms_of(&lexicon, "de", both).is_empty());
    assert_eq!(lexicon.hits(both, None).len(), 4, "any language");
    // A clip has the language that it was decoded in, in its draft and its second decoding.
    let english = Evidence {
        language: code("en"),
        text: "pantoute".into(),
        replaced: Some("nowt, tuque".into()),
        ..crate::routing::evidence::tests::clip(0)
    };
    let hits = lexicon.hits_in_clip(&english);
    let found: Vec<_> = hits.iter().map(|h| h.entry.term.as_str()).collect();
    assert_eq!(found, ["nowt", "toque"]);
}

#[test]
fn a_workspace_entry_replaces_a_built_in_one_of_its_own_language_alone() {
    let own = "term\tkind\tregions\tambiguity\nnowt\tword\tfr-BE\t0\n";
    let lexicon = Lexicon::with_workspace(Some(("lexicon.tsv", own))).unwrap();
    assert_eq!(terms_of(&lexicon, "en", "nowt"), ["nowt"]);
    assert_eq!(terms_of(&lexicon, "fr", "nowt"), ["nowt"]);
    assert_eq!(lexicon.hits("nowt", None).len(), 2);
}

#[test]
fn a_word_that_people_confirm_for_one_language_counts_in_that_language() {
    let confirmed = |term: &str, region: &str| confirmed::Confirmed {
        term: term.into(),
        regions: vec![region.into()],
        meaning: String::new(),
        validators: ["ana", "ben"].map(String::from).into(),
        clips: 2,
        in_use: true,
        kind: Kind::Word,
    };
    let all =
        [confirmed("nowt", "fr-BE"), confirmed("nowt", "en-GB-WLS"), confirmed("scanner", "en-IE")];
    let lexicon = Lexicon::built_in().unwrap().with_confirmed(&all).unwrap();
    assert_eq!(terms_of(&lexicon, "fr", "nowt"), ["nowt"], "new in French");
    assert_eq!(terms_of(&lexicon, "en", "nowt"), ["nowt"], "known in English");
    assert!(terms_of(&lexicon, "fr", "scanner").is_empty());
    let hits = lexicon.hits("scanner", code("en").as_ref());
    assert_eq!(hits[0].entry.ambiguity, Ambiguity::Some, "an ordinary word counts half");
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
    let hits = lexicon.hits("barguiner, c'est frette", None);
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
    let french = code("fr");
    let start = std::time::Instant::now();
    let hits: usize = (0..10_000).map(|i| lexicon.hits(clips[i % 3], french.as_ref()).len()).sum();
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
        lexicon.hits(text, None).iter().map(|h| h.entry.term.clone()).collect()
    };
    assert_eq!(terms("il fait frette"), ["frette"]);
    assert!(terms("une tuque").contains(&"tuque".to_string()));
    assert!(terms("des afrettes").is_empty());
}

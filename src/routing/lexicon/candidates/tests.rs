//! Candidates of made-up corpora, in which what is regional is known.

use super::*;

fn clip(n: usize, region: &str, speaker: usize, text: &str, draft: &str, each: f64) -> SaidClip {
    let word = |(at, word): (usize, &str)| TimedWord {
        word: word.to_string(),
        start: at as f64 * each,
        end: (at + 1) as f64 * each,
    };
    SaidClip {
        clip: ClipId::from_stored(format!("c{n}")),
        recording: crate::domain::RecordingId::from_stored(format!("r{n}")),
        speaker: format!("{region} {speaker}"),
        region: region.parse().ok(),
        language: "fr".parse().unwrap(),
        text: text.into(),
        draft: draft.split(' ').enumerate().map(word).collect(),
    }
}

/// Frequent words are listed; others are not.
fn zipf(_: &Language, word: &str) -> Option<f64> {
    let common = [
        "il", "fait", "bien", "beau", "ici", "on", "va", "voir", "à", "matin", "dans", "la",
        "maison",
    ];
    Some(if common.contains(&word) { 6.0 } else { 0.0 })
}

/// Forty clips of two speakers in each of two regions; `special` is said in every fifth of the first region, where drafts have
/// `drafted`.
fn corpus(special: &str, drafted: &str) -> Vec<SaidClip> {
    let plain = ["il fait bien beau ici", "on va voir la maison", "on va bien voir"];
    let mut clips = Vec::new();
    for (place, region) in ["fr-CA-QC", "fr-FR-PAC"].into_iter().enumerate() {
        for n in 0..40 {
            let (text, draft) = match (place, n % 5) {
                (0, 0) => (format!("il fait {special} ici"), format!("il fait {drafted} ici")),
                _ => (plain[n % 3].to_string(), plain[n % 3].to_string()),
            };
            clips.push(clip(100 * place + n, region, n / 5 % 2, &text, &draft, 0.3));
        }
    }
    clips
}

fn terms(found: &[Candidate]) -> Vec<(&str, Why)> {
    found.iter().map(|c| (c.term.as_str(), c.why)).collect()
}

#[test]
fn a_word_of_one_region_is_found_with_what_drafts_have_for_it() {
    let found = candidates(&corpus("frette", "frais"), &zipf, &|_, _| false);
    assert_eq!(terms(&found), [("frette", Why::Regional)]);
    let frette = &found[0];
    assert_eq!((frette.clips, frette.elsewhere, frette.missed), ([8, 40], [0, 40], [8, 8]));
    assert_eq!((frette.instead.as_deref(), frette.speakers), (Some("frais"), 2));
    assert!(frette.false_discovery_rate < 0.1 && frette.log_odds.unwrap().1[0] > 0.0);
    assert_eq!(frette.region.as_ref().unwrap().as_str(), "fr-CA-QC");
    assert!(candidates(&corpus("frette", "frais"), &zipf, &|_, term| term == "frette").is_empty());
}

#[test]
fn without_clips_of_elsewhere_only_rare_words_stand_out() {
    let mut clips = corpus("frette", "frais");
    clips.retain(|clip| clip.region.as_ref().is_some_and(|region| region.as_str() == "fr-CA-QC"));
    let found = candidates(&clips, &zipf, &|_, _| false);
    assert_eq!(
        terms(&found),
        [("frette", Why::Regional)],
        "'voir' is frequent here, and in the list"
    );
}

#[test]
fn a_phrase_of_ordinary_words_is_found_whole() {
    let found = candidates(&corpus("beau à matin", "beau à matin"), &zipf, &|_, _| false);
    assert!(terms(&found).iter().any(|(term, _)| term.contains("à matin")), "{:?}", terms(&found));
    assert!(found.iter().all(|c| c.kind == Kind::Idiom || c.term == "matin" || c.term == "à"));
}

#[test]
fn nothing_is_found_where_regions_speak_alike() {
    let mut clips = corpus("bien beau", "bien beau");
    // Which region a clip is of says nothing now.
    for (n, clip) in clips.iter_mut().enumerate() {
        clip.region = ["fr-CA-QC", "fr-FR-PAC"][n % 2].parse().ok();
    }
    assert_eq!(terms(&candidates(&clips, &zipf, &|_, _| false)), []);
}

#[test]
fn a_word_that_people_write_and_the_model_never_does_is_found_without_a_region() {
    let mut clips = corpus("dépanneur", "des panneurs");
    clips.iter_mut().for_each(|clip| clip.region = None);
    let found = candidates(&clips, &zipf, &|_, _| false);
    assert_eq!(terms(&found), [("dépanneur", Why::Unwritten)]);
    assert_eq!(found[0].missed, [8, 8]);
}

#[test]
fn a_phrase_that_runs_together_has_a_pace_under_one() {
    let mut clips = vec![];
    for n in 0..5 {
        clips.push(clip(n, "fr-CA-QC", n, "pas pantoute", "pas pantoute", 0.1 + 0.001 * n as f64));
        clips.push(clip(
            50 + n,
            "fr-CA-QC",
            n,
            "pantoute mais pas ici",
            "pantoute mais pas ici",
            0.3,
        ));
    }
    let fast = pace::pace(&clips, "pas pantoute").unwrap();
    assert!(
        (fast.ratio - 0.34).abs() < 0.02 && fast.interval[1] < 0.5 && fast.said == 5,
        "{fast:?}"
    );
    assert_eq!(pace::pace(&clips, "pas"), None);
    assert_eq!(pace::pace(&clips, "mais pas"), None, "said together alone");
}

//! Why a person should review one clip, and how urgently. In: its evidence, its lexicon hits, its speaker's
//! accent. Out: reasons. Left to others: the random draw and the budget (`budget`).

use super::accent::Accent;
use super::evidence::Evidence;
use super::lexicon::{Ambiguity, Hit, Kind};
use crate::domain::{
    Bar, BarRule, MatchKind, Probability, Reason, Region, RoutingSettings, Threshold,
};
use crate::text::hallucinations::known_phrase;

/// What a clip calls for, before the draw and the budget.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// Nothing: the draft would stand.
    Accept,
    /// No text, and taken for silence or noise by the model.
    NoSpeech,
    /// A person should listen; at least one reason.
    Listen(Vec<Reason>),
}

/// Judges one clip by `bar`, what its draft must reach.
pub fn call(
    clip: &Evidence,
    hits: &[Hit],
    accent: Option<&Accent>,
    settings: &RoutingSettings,
    bar: Threshold,
) -> Call {
    if !clip.has_text() {
        let silent = clip.p_no_speech.is_some_and(|p| p.get() >= settings.no_speech);
        return if silent { Call::NoSpeech } else { Call::Listen(vec![Reason::NoOutput]) };
    }
    let mut reasons: Vec<Reason> = confidence(clip, accent, settings, bar).into_iter().collect();
    reasons.extend(whatever_the_score(clip, hits, accent, settings));
    if reasons.is_empty() { Call::Accept } else { Call::Listen(reasons) }
}

/// Reasons of a clip with text that no score outweighs.
pub fn whatever_the_score(
    clip: &Evidence,
    hits: &[Hit],
    accent: Option<&Accent>,
    settings: &RoutingSettings,
) -> Vec<Reason> {
    let made_up = known_phrase(&clip.text).map(|phrase| format!("known phrase '{phrase}'"));
    let signs = clip.signs.iter().cloned().chain(made_up);
    let mut reasons: Vec<Reason> =
        signs.map(|sign| Reason::SuspectedHallucination { sign }).collect();
    reasons.extend(clip.doubted.as_ref().map(|(pair, log_odds)| Reason::RememberedCorrection {
        wrote: pair.wrote.clone(),
        said: pair.said.clone(),
        odds: log_odds.exp().min(MOST_ODDS),
    }));
    reasons.extend(always_reviewed(clip, accent, settings));
    reasons.extend(other_language(clip, settings));
    if settings.review_lexicon_hits {
        // a form that is only likely stands in no text that a person could look at
        let plain = |h: &&Hit| {
            h.entry.ambiguity == Ambiguity::None && h.match_kind != MatchKind::LikelyForm
        };
        reasons.extend(hits.iter().filter(plain).map(|hit| {
            let (term, matched) = (hit.entry.term.clone(), hit.matched.clone());
            match hit.entry.kind {
                Kind::Word => Reason::RegionalWord { term, matched },
                Kind::Idiom => Reason::Idiom { term, matched },
            }
        }));
    }
    reasons
}

/// Of a remembered correction: a number that people can read.
const MOST_ODDS: f64 = 1000.0;

/// The score that a speaker with this evidence must reach where no guarantee is asked for:
/// `accept_score + region_shift * strength`, and never beyond half-way between `accept_score` and 1,
/// so that a region by itself cannot force review.
pub fn threshold(accent: Option<&Accent>, settings: &RoutingSettings) -> f64 {
    let base = settings.accept_score;
    let shift = settings.region_shift * accent.map_or(0.0, |a| a.strength);
    (base + shift).min((base + 1.0) / 2.0)
}

/// What the score of a draft with this evidence must reach.
pub fn least_score(accent: Option<&Accent>, settings: &RoutingSettings, bar: Threshold) -> Bar {
    let (least, rule) = match bar {
        Threshold::Setting => (threshold(accent, settings), BarRule::Setting),
        Threshold::Certified { score } => (score, BarRule::Certified),
        Threshold::Conservative { target, .. } => (1.0 - target / 2.0, BarRule::Conservative),
    };
    Bar { least: Probability::clamped(least), rule }
}

fn confidence(
    clip: &Evidence,
    accent: Option<&Accent>,
    settings: &RoutingSettings,
    bar: Threshold,
) -> Option<Reason> {
    let Some(score) = clip.score else {
        return Some(Reason::NoScore);
    };
    let under = |threshold: f64| Reason::LowConfidence {
        score,
        threshold: Probability::clamped(threshold),
    };
    match bar {
        Threshold::Setting if score.get() < settings.accept_score => {
            Some(under(settings.accept_score))
        }
        Threshold::Setting => {
            let accent = accent.filter(|a| score.get() < threshold(Some(a), settings))?;
            let Accent { region, strength, pieces } = accent.clone();
            Some(Reason::RegionalEvidence { region, strength, pieces })
        }
        Threshold::Certified { score: least } => (score.get() < least).then(|| under(least)),
        Threshold::Conservative { target, measure } => {
            // Where it fails, the score is under 1 - target / 2 as well: see `expected_loss`.
            let expected = clip.expected_loss(measure).unwrap_or(1.0);
            (expected > target / 2.0).then(|| under(1.0 - target / 2.0))
        }
    }
}

/// The clip's region, declared or else inferred, lies in one that the team always reviews.
fn always_reviewed(
    clip: &Evidence,
    accent: Option<&Accent>,
    settings: &RoutingSettings,
) -> Option<Reason> {
    let inferred = accent.filter(|a| a.names_a_region()).map(|a| &a.region);
    let mut regions = clip.declared_region.iter().chain(inferred);
    let within = |region: &&Region| {
        settings.always_review_regions.iter().any(|always| region.is_within(always))
    };
    regions.find(within).map(|region| Reason::RegionAlwaysReviewed { region: region.clone() })
}

/// Clips shorter than this are taken for another language too often to say anything: of 333 real clips
/// under 2 s in the expected language 204 were, of 389 longer ones 63. Their score knows p(language).
const LANGUAGE_SECONDS: f64 = 2.0;

/// Another language is more likely than the expected one, which has less than `min_language`.
/// Where p(expected) is unknown, 1 - p(the other) bounds it.
fn other_language(clip: &Evidence, settings: &RoutingSettings) -> Option<Reason> {
    let (language, p) = clip.best_language.as_ref()?;
    if clip.length.seconds() < LANGUAGE_SECONDS {
        return None;
    }
    if clip.expected.is_empty() || clip.expected.contains(language) {
        return None;
    }
    let expected = clip.p_expected.unwrap_or(p.complement());
    let other = expected.get() < settings.min_language && expected.get() < p.get();
    other.then(|| Reason::WrongLanguage { language: language.as_str().into(), p: *p })
}

/// Who goes first, 0 to 1, with u = 1 - score (1 without score):
/// random audit 1; suspected hallucination .90 + .05 u; wrong language .85 + .05 u; no output .80;
/// no score .75; regional word or idiom, a remembered correction, and a region that is always reviewed, .50 + .25 u; low confidence and
/// regional evidence .75 u.
/// The most urgent reason counts. Audits come first because every guarantee rests on them.
pub fn priority(reasons: &[Reason], score: Option<Probability>) -> f64 {
    let u = score.map_or(1.0, |p| p.complement().get());
    let urgency = |reason: &Reason| match reason {
        Reason::RandomAudit { .. } => 1.0,
        Reason::SuspectedHallucination { .. } => 0.90 + 0.05 * u,
        Reason::WrongLanguage { .. } => 0.85 + 0.05 * u,
        Reason::NoOutput => 0.80,
        Reason::NoScore => 0.75,
        Reason::RegionalWord { .. }
        | Reason::Idiom { .. }
        | Reason::RememberedCorrection { .. }
        | Reason::RegionAlwaysReviewed { .. } => 0.50 + 0.25 * u,
        Reason::LowConfidence { .. } | Reason::RegionalEvidence { .. } => 0.75 * u,
    };
    reasons.iter().map(urgency).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Measure;
    use crate::domain::Samples;
    use crate::routing::evidence::tests::clip;
    use crate::routing::lexicon::Lexicon;
    use proptest::prelude::*;

    fn codes(clip: &Evidence, accent: Option<&Accent>) -> Vec<&'static str> {
        let lexicon = Lexicon::built_in().unwrap();
        let hits = lexicon.hits_in_clip(clip);
        let settings = RoutingSettings {
            accept_score: 0.6,
            always_review_regions: vec!["fr-BE".parse().unwrap()],
            ..Default::default()
        };
        match call(clip, &hits, accent, &settings, Threshold::Setting) {
            Call::Accept => vec![],
            Call::NoSpeech => vec!["no_speech"],
            Call::Listen(reasons) => reasons.iter().map(Reason::code).collect(),
        }
    }

    fn quebec(strength: f64) -> Accent {
        Accent { region: "fr-CA-QC".parse().unwrap(), strength, pieces: Vec::new() }
    }

    #[test]
    fn a_region_that_the_team_always_reviews_is_a_reason_of_its_own() {
        let belgian = |declared: Option<&str>| Evidence {
            declared_region: declared.map(|r| r.parse().unwrap()),
            ..clip(0)
        };
        let accent = |strength| {
            Some(Accent { region: "fr-BE".parse().unwrap(), strength, pieces: Vec::new() })
        };
        assert_eq!(codes(&belgian(Some("fr-BE-LIEGE")), None), ["region_always_reviewed"]);
        assert!(codes(&belgian(Some("fr-CA")), None).is_empty());
        assert_eq!(codes(&belgian(None), accent(0.5).as_ref()), ["region_always_reviewed"]);
        assert!(codes(&belgian(None), accent(0.4).as_ref()).is_empty(), "too little to name one");
        let silent = Evidence {
            text: String::new(),
            p_no_speech: Probability::new(0.9),
            ..belgian(Some("fr-BE"))
        };
        assert_eq!(codes(&silent, None), ["no_speech"]);
    }

    #[test]
    fn a_form_that_is_only_likely_sends_no_clip_to_a_person() {
        let variant = crate::domain::Variant {
            term: "pantoute".into(),
            standard: "du tout".into(),
            regional: "pantoute".into(),
            log_ratio: 5.0,
        };
        assert!(codes(&Evidence { variants: vec![variant], ..clip(0) }, None).is_empty());
    }

    #[test]
    fn each_reason_comes_from_its_own_evidence() {
        let base = clip(0);
        let p = |p| Probability::new(p);
        assert!(codes(&base, None).is_empty());
        assert_eq!(codes(&Evidence { score: p(0.5), ..base.clone() }, None), ["low_confidence"]);
        assert_eq!(codes(&Evidence { score: None, ..base.clone() }, None), ["no_score"]);
        let odd = Evidence { signs: vec!["ha ha ha ha".into()], ..base.clone() };
        assert_eq!(codes(&odd, None), ["suspected_hallucination"]);
        let credits =
            Evidence { text: "Sous-titrage Société Radio-Canada".into(), ..base.clone() };
        assert_eq!(codes(&credits, None), ["suspected_hallucination"]);
        let word = Evidence {
            text: "il fait frais".into(),
            replaced: Some("pantoute".into()),
            ..base.clone()
        };
        assert_eq!(codes(&word, None), ["regional_word"]);
        let idiom = Evidence { text: "lâche pas la patate".into(), ..base.clone() };
        assert_eq!(codes(&idiom, None), ["idiom"]);
        let ambiguous = Evidence { text: "un dépanneur".into(), ..base.clone() };
        assert!(codes(&ambiguous, None).is_empty());
    }

    #[test]
    fn silence_is_dropped_only_when_the_model_says_so() {
        let empty = Evidence { text: " … ".into(), score: None, ..clip(0) };
        let with = |p| Evidence { p_no_speech: p, ..empty.clone() };
        assert_eq!(codes(&with(Probability::new(0.9)), None), ["no_speech"]);
        assert_eq!(codes(&with(Probability::new(0.2)), None), ["no_output"]);
        assert_eq!(codes(&with(None), None), ["no_output"]);
    }

    #[test]
    fn another_language_must_be_likelier_and_the_expected_one_unlikely() {
        let other = |language: &str, p, expected: Option<f64>| Evidence {
            best_language: Some((language.parse().unwrap(), Probability::clamped(p))),
            p_expected: expected.and_then(Probability::new),
            ..clip(0)
        };
        assert_eq!(codes(&other("en", 0.8, Some(0.1)), None), ["wrong_language"]);
        assert_eq!(codes(&other("en", 0.8, None), None), ["wrong_language"]);
        assert!(codes(&other("en", 0.3, Some(0.45)), None).is_empty());
        assert!(codes(&other("fr", 0.9, Some(0.9)), None).is_empty());
        let short = Evidence { length: Samples::from_seconds(1.9), ..other("en", 0.8, Some(0.1)) };
        assert!(codes(&short, None).is_empty());
        let any = Evidence { expected: vec![], ..other("en", 0.8, Some(0.1)) };
        assert!(codes(&any, None).is_empty());
    }

    #[test]
    fn regional_evidence_asks_for_more_only_between_the_two_thresholds() {
        let scored = |p| Evidence { score: Probability::new(p), ..clip(0) };
        assert_eq!(codes(&scored(0.65), Some(&quebec(0.875))), ["regional_evidence"]);
        assert!(codes(&scored(0.65), Some(&quebec(0.4))).is_empty());
        assert!(codes(&scored(0.71), Some(&quebec(1.0))).is_empty());
        assert_eq!(codes(&scored(0.59), Some(&quebec(1.0))), ["low_confidence"]);
    }

    #[test]
    fn with_a_guarantee_only_the_proven_score_or_the_drafts_own_risk_counts() {
        let settings = RoutingSettings::default();
        let judge = |score: f64, wer: Option<f64>, bar| {
            let clip = Evidence { score: Probability::new(score), expected_wer: wer, ..clip(0) };
            call(&clip, &[], Some(&quebec(1.0)), &settings, bar) == Call::Accept
        };
        let certified = Threshold::Certified { score: 0.3 };
        assert!(judge(0.3, None, certified) && !judge(0.29, None, certified));
        let clips = Threshold::Conservative { target: 0.1, measure: Measure::Clips };
        assert!(judge(0.96, None, clips) && !judge(0.94, Some(0.01), clips));
        let wer = Threshold::Conservative { target: 0.1, measure: Measure::Wer };
        assert!(judge(0.8, Some(0.04), wer) && !judge(0.8, Some(0.06), wer));
        assert!(judge(0.96, Some(0.06), wer), "P(any error) bounds the WER");
    }

    proptest! {
        #[test]
        fn a_region_alone_never_forces_review(
            accept_score in 0.0..1.0f64, region_shift in 0.0..=1.0f64, strength in 0.0..=1.0f64,
        ) {
            let settings = RoutingSettings { accept_score, region_shift, ..Default::default() };
            let sure = Evidence {
                score: Probability::new((accept_score + 1.0) / 2.0),
                declared_region: Some("fr-CA-QC".parse().unwrap()),
                ..clip(0)
            };
            prop_assert_eq!(call(&sure, &[], Some(&quebec(strength)), &settings, Threshold::Setting), Call::Accept);
        }

        #[test]
        fn an_oddity_never_drops_a_clip(
            text in "(Merci|Sous-titrage Société Radio-Canada|oui|a b c){1,3}",
            sign in prop::option::of("[a-z]{1,5}"), p in prop::option::of(0.0..=1.0f64),
        ) {
            let odd = Evidence {
                text, signs: sign.into_iter().collect(),
                p_no_speech: p.and_then(Probability::new), ..clip(0)
            };
            let call = call(&odd, &[], None, &RoutingSettings::default(), Threshold::Setting);
            prop_assert_ne!(call, Call::NoSpeech);
        }

        #[test]
        fn less_sure_goes_first(a in 0.0..=1.0f64, b in 0.0..=1.0f64) {
            let of = |p| priority(&[Reason::NoScore, Reason::NoOutput][..0], Probability::new(p))
                + priority(&[Reason::Idiom { term: String::new(), matched: String::new() }], Probability::new(p));
            prop_assert_eq!(a < b, of(a) > of(b));
            prop_assert!((0.0..=1.0).contains(&of(a)));
        }
    }
}

//! What must hold of any routing.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::domain::Samples;
use crate::routing::evidence::tests::clip;

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::built_in().unwrap());

fn workspace() -> impl Strategy<Value = Vec<Evidence>> {
    let text = prop::sample::select(vec![
        "bonjour à tous",
        "",
        "il fait frette",
        "Sous-titrage Société Radio-Canada",
        "oui",
        "lâche pas la patate",
        "mon char",
        "…",
    ]);
    let one = (
        text,
        prop::option::of(0.0..=1.0f64),
        prop::option::of(0.0..=1.0f64),
        1u64..15,
        0u8..4,
        prop::option::of(prop::sample::select(vec!["fr-CA-QC", "fr-FR", "fr-BE"])),
        0u8..10,
    );
    prop::collection::vec(one, 0..40).prop_map(|clips| {
        let made = clips.into_iter().enumerate();
        made.map(|(i, (text, score, p_no_speech, seconds, speaker, region, frozen))| {
            let mut evidence = Evidence {
                text: text.into(),
                score: score.and_then(Probability::new),
                p_no_speech: p_no_speech.and_then(Probability::new),
                length: Samples(seconds * 16_000),
                speaker: format!("speaker {speaker}"),
                declared_region: region.map(|r| r.parse().unwrap()),
                ..clip(i)
            };
            if frozen == 0 {
                let audit = Reason::RandomAudit { rate: Probability::clamped(0.05) };
                evidence.frozen = Some(Routed {
                    clip: evidence.clip.clone(),
                    decision: Decision::Human { reasons: vec![audit], priority: 1.0 },
                    score: None,
                    inclusion: Probability::clamped(0.05),
                    region: None,
                    evidence: Vec::new(),
                    bar: None,
                });
            }
            evidence
        })
        .collect()
    })
}

fn settings() -> impl Strategy<Value = RoutingSettings> {
    let share = prop::option::of(0.0..=1.0f64);
    let minutes = prop::option::of(0.0..5.0f64);
    (0.0..=1.0f64, 0.01..=0.5f64, 0u64..1000, share, minutes).prop_map(
        |(accept_score, audit_rate, seed, max_human_share, max_human_minutes)| RoutingSettings {
            accept_score,
            audit_rate,
            seed,
            max_human_share,
            max_human_minutes,
            ..Default::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_clip_gets_one_decision_that_holds_together(
        clips in workspace(), settings in settings(),
    ) {
        let routed = route(&clips, &settings, &LEXICON, &Thresholds::setting());
        prop_assert_eq!(routed.len(), clips.len());
        for (routed, clip) in routed.iter().zip(&clips) {
            prop_assert_eq!(&routed.clip, &clip.clip);
            if let Some(frozen) = &clip.frozen {
                prop_assert_eq!(routed, frozen);
                continue;
            }
            let pi = routed.inclusion.get();
            match &routed.decision {
                Decision::Human { reasons, priority } => {
                    prop_assert!(!reasons.is_empty() && (0.0..=1.0).contains(priority));
                    let audited = reasons.iter().any(|r| r.code() == "random_audit");
                    prop_assert!(pi > 0.0);
                    prop_assert_eq!(pi < 1.0, audited);
                }
                Decision::Auto { over_budget } => {
                    let budget = settings.max_human_share.or(settings.max_human_minutes);
                    prop_assert!(over_budget.is_empty() || budget.is_some());
                    prop_assert!(budget.is_some() || pi == settings.audit_rate);
                }
                Decision::Dropped { .. } => {
                    prop_assert!(!clip.has_text());
                    prop_assert!(clip.p_no_speech.is_some_and(|p| p.get() >= settings.no_speech));
                }
            }
        }
    }

    #[test]
    fn the_budget_holds_over_all_that_people_review(clips in workspace(), settings in settings()) {
        let routed = route(&clips, &settings, &LEXICON, &Thresholds::setting());
        let human = |decision: &Decision| matches!(decision, Decision::Human { .. });
        let reviewed = clips.iter().zip(&routed).filter(|(_, r)| human(&r.decision));
        let reviewed: Vec<_> = reviewed.map(|(clip, _)| clip).collect();
        let frozen: Vec<_> = clips.iter().filter(|c| c.frozen.is_some()).collect();
        let minutes = |clips: &[&Evidence]| {
            clips.iter().map(|c| c.length.seconds()).sum::<f64>() / 60.0
        };
        if let Some(share) = settings.max_human_share {
            let most = (share * clips.len() as f64 + 1e-9).floor() as usize;
            prop_assert!(reviewed.len() <= most.max(frozen.len()));
        }
        if let Some(most) = settings.max_human_minutes {
            prop_assert!(minutes(&reviewed) <= most.max(minutes(&frozen)) + 1e-9);
        }
    }

    #[test]
    fn neither_order_nor_repetition_changes_a_decision(
        clips in workspace(), settings in settings(), shift in 0usize..40,
    ) {
        let routed = route(&clips, &settings, &LEXICON, &Thresholds::setting());
        let mut moved = clips.clone();
        moved.reverse();
        let middle = shift.min(moved.len());
        moved.rotate_left(middle);
        let mut again = route(&moved, &settings, &LEXICON, &Thresholds::setting());
        again.sort_by(|a, b| a.clip.cmp(&b.clip));
        prop_assert_eq!(again, routed);
    }
}

#[test]
fn clips_are_audited_as_often_as_they_say() {
    let clips: Vec<Evidence> = (0..40)
        .map(|i| match i % 4 {
            0 => Evidence { text: String::new(), p_no_speech: Probability::new(0.9), ..clip(i) },
            1 => Evidence { score: Probability::new(0.1), ..clip(i) },
            _ => clip(i),
        })
        .collect();
    let seeds = 2000;
    let mut audited = vec![0; clips.len()];
    for seed in 0..seeds {
        let settings = RoutingSettings { seed, audit_rate: 0.2, ..Default::default() };
        for (i, routed) in
            route(&clips, &settings, &LEXICON, &Thresholds::setting()).iter().enumerate()
        {
            let human = matches!(routed.decision, Decision::Human { .. });
            audited[i] += u32::from(human);
            assert_eq!(routed.inclusion.get(), if i % 4 == 1 { 1.0 } else { 0.2 });
        }
    }
    for (i, n) in audited.into_iter().enumerate() {
        let share = f64::from(n) / seeds as f64;
        let expected = if i % 4 == 1 { 1.0 } else { 0.2 };
        // 4.5 standard errors of a share of 2000
        assert!((share - expected).abs() < 0.041, "clip {i}: {share}");
    }
}

#[test]
fn under_a_tight_budget_the_weighted_counts_stay_unbiased() {
    // one clip in three has a reason; clips differ in length; the budget cuts both kinds
    let clips: Vec<Evidence> = (0..60)
        .map(|i| {
            let score = Probability::new(if i % 3 == 0 { 0.01 * i as f64 } else { 0.95 });
            Evidence { score, length: Samples(16_000 * (1 + i as u64 % 7)), ..clip(i) }
        })
        .collect();
    let seeds = 600;
    for minutes in [0.2, 0.6, 1.5] {
        let mut weighted = vec![0.0; clips.len()];
        for seed in 0..seeds {
            let settings = RoutingSettings {
                seed,
                audit_rate: 0.25,
                max_human_minutes: Some(minutes),
                ..Default::default()
            };
            for (i, routed) in
                route(&clips, &settings, &LEXICON, &Thresholds::setting()).iter().enumerate()
            {
                if matches!(routed.decision, Decision::Human { .. }) {
                    weighted[i] += 1.0 / routed.inclusion.get() / seeds as f64;
                }
            }
        }
        let mean = weighted.iter().sum::<f64>() / clips.len() as f64;
        assert!((mean - 1.0).abs() < 0.1, "{minutes} min: {mean}");
    }
}

#[test]
fn what_the_budget_cuts_keeps_its_reasons_and_joins_the_audited_pool() {
    let clips: Vec<Evidence> =
        (0..20).map(|i| Evidence { score: Probability::new(0.02 * i as f64), ..clip(i) }).collect();
    let settings =
        RoutingSettings { audit_rate: 0.05, max_human_share: Some(0.5), ..Default::default() };
    let routed = route(&clips, &settings, &LEXICON, &Thresholds::setting());
    let cut: Vec<_> = routed
        .iter()
        .filter_map(|r| match &r.decision {
            Decision::Auto { over_budget } => Some((over_budget.len(), r.inclusion.get(), r.score)),
            _ => None,
        })
        .collect();
    assert_eq!(cut.len(), 10);
    assert!(cut.iter().all(|&(reasons, pi, _)| reasons == 1 && pi == 0.05));
    // the least sure are reviewed first
    assert!(matches!(routed[0].decision, Decision::Human { .. }));
    assert!(matches!(routed[1].decision, Decision::Human { .. }));
}

#[test]
fn a_speakers_words_name_a_region_and_shift_the_threshold_of_all_their_clips() {
    let mut clips = vec![
        Evidence { text: "pantoute, j'ai mon chum, une sloche".into(), ..clip(0) },
        Evidence { score: Probability::new(0.65), ..clip(1) },
        Evidence { score: Probability::new(0.65), speaker: "bob".into(), ..clip(2) },
    ];
    let settings = RoutingSettings { accept_score: 0.6, audit_rate: 0.0, ..Default::default() };
    let routed = route(&clips, &settings, &LEXICON, &Thresholds::setting());
    let codes = |r: &Routed| match &r.decision {
        Decision::Human { reasons, .. } => reasons.iter().map(Reason::code).collect(),
        _ => vec![],
    };
    assert_eq!(codes(&routed[0]), ["regional_word"; 3]);
    assert_eq!(codes(&routed[1]), ["regional_evidence"]);
    assert_eq!(routed[1].region.as_ref().map(|r| r.as_str()), Some("fr-CA-QC"));
    assert!(codes(&routed[2]).is_empty() && routed[2].region.is_none());
    clips[1].declared_region = Some("fr-CA".parse().unwrap());
    let routed = route(&clips, &settings, &LEXICON, &Thresholds::setting());
    assert_eq!(routed[1].region.as_ref().map(|r| r.as_str()), Some("fr-CA"));
}

#[test]
fn the_random_sample_goes_out_first_where_a_guarantee_waits_for_it() {
    let clips: Vec<Evidence> =
        (0..200).map(|i| Evidence { score: Probability::new(0.2), ..clip(i) }).collect();
    let routed = |target_risk| {
        let settings = RoutingSettings { target_risk, audit_rate: 0.3, ..Default::default() };
        let first =
            |r: &Routed| matches!(r.decision, Decision::Human { priority, .. } if priority == 1.0);
        let routed = route(&clips, &settings, &LEXICON, &Thresholds::setting());
        let sampled = |r: &Routed| draw(settings.seed, &r.clip) < settings.audit_rate;
        assert!(routed.iter().all(|r| r.inclusion == Probability::ONE));
        (routed.iter().filter(|r| first(r)).count(), routed.iter().filter(|r| sampled(r)).count())
    };
    let (first, sampled) = routed(Some(0.05));
    assert!(first == sampled && sampled > 30, "{first} of {sampled}");
    assert_eq!(routed(None).0, 0);
}

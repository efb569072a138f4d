//! What is packed comes back; what is damaged is an error.

use proptest::prelude::*;

use super::*;
use crate::domain::{Alone, ClipId, End, Level, Millis, Pass, Variant};

/// A hypothesis of every kind of thing that there may be.
fn example() -> Hypothesis {
    let token = |text: &str, logprob: f64, entropy, margin, start, end| Token {
        text: text.into(),
        p: p_of(logprob),
        logprob,
        entropy,
        margin,
        start: Millis(start),
        end: Millis(end),
    };
    Hypothesis {
        clip: ClipId::from_stored("aa_0000000000_0000000001"),
        model: "m".into(),
        policy: "p".into(),
        language: "fr".parse().unwrap(),
        text: "C'est l'été.".into(),
        tokens: vec![
            token(" C'est", -0.012345678901234567, Some(0.1234), Some(3.5), 120, 480),
            token(" l'", f64::from(-0.3f32), Some(1.0 / 3.0), None, 470, 470),
            token("été.", -300.0, None, Some(12.000_05), 500, 1_000_000),
        ],
        p_no_speech: Probability::new(0.25),
        p_language: Probability::new(0.1 + 0.2),
        best_language: Some(("en".parse().unwrap(), Probability::clamped(0.7))),
        language_entropy: Some(1.5),
        pass: Pass::Full,
        replaced: Some("c'est".into()),
        end: Some(End { logprob: -0.1, entropy: 0.2 }),
        slowed: Some(String::new()),
        alone: Some(Alone {
            text: "c'est l'été".into(), mean_logprob: -0.25, least_logprob: -3.0
        }),
        engine_confidence: Probability::new(0.1 + 0.7),
        variants: vec![Variant {
            term: "icitte".into(),
            standard: "ici".into(),
            regional: "icitte".into(),
            log_ratio: -4.08,
        }],
        seconds: 4.375,
        level: Level { rms_db: -23.4, peak_db: -3.0, range_db: 31.0, clipped: 1e-5 },
    }
}

fn again(h: &Hypothesis) -> Hypothesis {
    unpack(&pack(h), h.clip.as_str(), h.model.clone(), h.policy.clone()).unwrap()
}

#[test]
fn everything_comes_back_and_takes_a_quarter_of_the_json() {
    let full = example();
    assert_eq!(again(&full), full);
    let bare = Hypothesis {
        text: "autre chose".into(),
        tokens: Vec::new(),
        p_no_speech: None,
        p_language: None,
        best_language: None,
        language_entropy: None,
        pass: Pass::Short,
        replaced: None,
        end: None,
        slowed: None,
        alone: None,
        engine_confidence: None,
        variants: Vec::new(),
        ..example()
    };
    assert_eq!(again(&bare), bare);
    let shared = Hypothesis { pass: Pass::Window, ..example() };
    assert_eq!(again(&shared), shared);
    let given = Hypothesis { pass: Pass::Given, engine_confidence: None, ..example() };
    assert_eq!(again(&given), given);
    let long =
        Hypothesis { tokens: vec![full.tokens.clone(); 5].concat(), variants: Vec::new(), ..full };
    let json = serde_json::to_string(&long).unwrap().len();
    assert!(pack(&long).len() * 4 < json, "{} of {json} bytes", pack(&long).len());
}

#[test]
fn a_probability_that_is_not_its_logarithms_stays_what_it_is() {
    let mut h = example();
    h.tokens[0].p = Probability::clamped(0.5);
    assert_eq!(again(&h).tokens[0].p.get(), 0.5);
}

#[test]
fn bytes_that_end_early_or_go_on_are_an_error_and_no_panic() {
    let bytes = pack(&example());
    let read = |bytes: &[u8]| unpack(bytes, "c", "m".into(), "p".into());
    for length in 0..bytes.len() {
        assert!(read(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
    }
    assert!(read(&[&bytes[..], &[0]].concat()).is_err());
    let newer = format!("{:#}", read(&[99]).unwrap_err());
    assert!(newer.contains("update second-ear"), "{newer}");
}

proptest! {
    #[test]
    fn numbers_and_texts_come_back_to_the_bit(
        texts in prop::collection::vec("\\PC{0,5}", 0..5),
        numbers in prop::collection::vec((any::<u64>(), -20.0f64..0.0, 0.0f64..20.0, 0u32..100_000), 5),
        times in prop::collection::vec(any::<u64>(), 10),
        text in "\\PC{0,9}",
    ) {
        let mut h = example();
        h.tokens = texts.iter().zip(&numbers).enumerate().map(|(i, (text, n))| Token {
            text: text.clone(),
            p: Probability::clamped(n.2 / 20.0),
            logprob: n.1,
            entropy: Some(f64::from_bits(n.0)).filter(|x| !x.is_nan()),
            margin: Some(f64::from(n.3) / 1e4),
            start: Millis(times[2 * i]),
            end: Millis(times[2 * i + 1]),
        }).collect();
        h.text = text;
        prop_assert_eq!(again(&h), h);
    }

    #[test]
    fn whatever_the_bytes_reading_them_ends(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = unpack(&[&[VERSION], &bytes[..]].concat(), "c", "m".into(), "p".into());
    }
}

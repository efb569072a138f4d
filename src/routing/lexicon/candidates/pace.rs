//! Whether a phrase is said faster than its words are elsewhere: reduced pronunciation marks set phrases. In: clips with timed
//! drafts. Out: the ratio of both times. Pure.

use std::collections::BTreeMap;

use serde::Serialize;

use super::SaidClip;

/// Times that a phrase, and each of its words elsewhere, must have been said.
const LEAST: usize = 3;

/// How long a phrase takes against its words elsewhere: under 1 it is faster.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pace {
    /// Geometric mean of the ratios.
    pub ratio: f64,
    /// Its interval of 95 %, by the normal approximation of the mean logarithm.
    pub interval: [f64; 2],
    /// Times that it was said.
    pub said: usize,
}

/// Of a phrase of several words; `None` where it, or one of its words elsewhere, was not written often enough to be timed.
pub fn pace(clips: &[SaidClip], phrase: &str) -> Option<Pace> {
    let words: Vec<&str> = phrase.split(' ').collect();
    if words.len() < 2 {
        return None;
    }
    let (mut together, mut alone): (Vec<f64>, BTreeMap<&str, Vec<f64>>) = Default::default();
    for clip in clips {
        let mut n = 0;
        while n < clip.draft.len() {
            let here = &clip.draft[n..];
            let whole = here.len() >= words.len()
                && words.iter().zip(here).all(|(word, drafted)| *word == drafted.word);
            if whole {
                together.push(here[words.len() - 1].end - here[0].start);
                n += words.len();
                continue;
            }
            if let Some(word) = words.iter().find(|word| **word == here[0].word) {
                alone.entry(word).or_default().push(here[0].end - here[0].start);
            }
            n += 1;
        }
    }
    let mean = |times: &Vec<f64>| times.iter().sum::<f64>() / times.len() as f64;
    let mut expected = 0.0;
    for word in &words {
        expected += alone.get(word).filter(|times| times.len() >= LEAST).map(mean)?;
    }
    let logs: Vec<f64> =
        together.iter().filter(|time| **time > 0.0).map(|time| (time / expected).ln()).collect();
    if logs.len() < LEAST || expected <= 0.0 {
        return None;
    }
    let (n, middle) = (logs.len() as f64, mean(&logs));
    let variance = logs.iter().map(|log| (log - middle).powi(2)).sum::<f64>() / (n - 1.0);
    let half = 1.96 * (variance / n).sqrt();
    let interval = [(middle - half).exp(), (middle + half).exp()];
    Some(Pace { ratio: middle.exp(), interval, said: logs.len() })
}

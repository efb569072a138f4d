//! How much people agree. In: the words that several people wrote of the same clips. Out:
//! Krippendorff's alpha, pairwise word error rate, share of exact matches, with bootstrap intervals.
//! Pure; chance is seeded.
//!
//! Distance of two texts: word edits over the words of the longer, in [0, 1].
//! alpha = 1 - Do / De: mean distance within clips over mean distance between any two texts
//! (Krippendorff, Content Analysis, 2004, ch. 11, with a metric of one's own). Intervals:
//! percentiles over clips drawn with replacement, De held as observed (as in Krippendorff's own
//! bootstrap), which takes clips as independent.

use super::words::{distance, word_edits};
use crate::domain::{Agreement, Estimate};
use crate::statistics::bootstrap::{REPLICATES, percentiles, resample};

/// Above this many pairs of texts, De is estimated from as many pairs drawn at random.
const MOST_PAIRS: usize = 200_000;
const SEED: u64 = 1;

/// The texts of one clip, as plain words; one text of each person.
pub type Unit = Vec<Vec<String>>;

/// Sums of one clip over its pairs of texts.
#[derive(Clone, Copy, Default)]
struct Sums {
    /// Distances of ordered pairs over (texts - 1), as alpha weighs them.
    distance: f64,
    texts: f64,
    edits: f64,
    words: f64,
    exact: f64,
    pairs: f64,
}

/// Measures it; units with fewer than two texts do not count.
pub fn agreement(units: &[Unit]) -> Agreement {
    let units: Vec<&Unit> = units.iter().filter(|u| u.len() >= 2).collect();
    let sums: Vec<Sums> = units.iter().map(|u| within(u)).collect();
    let texts: Vec<&Vec<String>> = units.iter().flat_map(|u| u.iter()).collect();
    let expected = between(&texts);
    let [alpha, pairwise_wer, exact] = estimates(
        &sums,
        [&|s| 1.0 - s.distance / s.texts / expected, &|s| s.edits / s.words.max(1.0), &|s| {
            s.exact / s.pairs
        }],
    );
    let some = !sums.is_empty();
    Agreement {
        clips: units.len() as u64,
        texts: texts.len() as u64,
        alpha: (units.len() >= 2 && expected > 0.0).then_some(alpha),
        pairwise_wer: some.then_some(pairwise_wer),
        exact: some.then_some(exact),
    }
}

/// Numbers of all clips, each with its interval; the same draws serve all of them.
fn estimates(sums: &[Sums], numbers: [&dyn Fn(Sums) -> f64; 3]) -> [Estimate; 3] {
    let mut times = vec![1.0; sums.len()];
    let all = total(sums, &times);
    let drawn: Vec<Sums> = (0..REPLICATES)
        .map(|replicate| {
            resample(SEED, replicate, &mut times);
            total(sums, &times)
        })
        .collect();
    numbers.map(|number| {
        let value = number(all);
        let ends = percentiles(drawn.iter().map(|sums| number(*sums)).collect());
        let (low, high) = ends.unwrap_or((value, value));
        Estimate { value, low, high }
    })
}

fn within(unit: &Unit) -> Sums {
    let n = unit.len() as f64;
    let mut sums = Sums { texts: n, ..Sums::default() };
    for (i, a) in unit.iter().enumerate() {
        for b in &unit[..i] {
            sums.distance += 2.0 * distance(a, b) / (n - 1.0);
            sums.edits += word_edits(a, b) as f64;
            sums.words += (a.len() + b.len()) as f64 / 2.0;
            sums.exact += f64::from(a == b);
            sums.pairs += 1.0;
        }
    }
    sums
}

/// Mean distance of two different texts among all.
fn between(texts: &[&Vec<String>]) -> f64 {
    let n = texts.len();
    let pairs = n * n.saturating_sub(1) / 2;
    if pairs == 0 {
        return 0.0;
    }
    if pairs <= MOST_PAIRS {
        let sum: f64 = (0..n)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| distance(texts[i], texts[j]))
            .sum();
        return sum / pairs as f64;
    }
    let mut random = fastrand::Rng::with_seed(SEED);
    let drawn = (0..MOST_PAIRS).map(|_| {
        let i = random.usize(..n);
        let j = (i + random.usize(1..n)) % n;
        distance(texts[i], texts[j])
    });
    drawn.sum::<f64>() / MOST_PAIRS as f64
}

/// The sums over all clips, each so many times.
fn total(sums: &[Sums], times: &[f64]) -> Sums {
    sums.iter().zip(times).fold(Sums::default(), |a, (b, n)| Sums {
        distance: a.distance + n * b.distance,
        texts: a.texts + n * b.texts,
        edits: a.edits + n * b.edits,
        words: a.words + n * b.words,
        exact: a.exact + n * b.exact,
        pairs: a.pairs + n * b.pairs,
    })
}

#[cfg(test)]
mod tests;

//! Which examples make a step, and as what tokens. In: examples. Out: batches, padded token rows.
//! Left to others: their sound (`network`), weights (whoever chose the examples).

use super::network::Texts;
use super::ops::Targets;
use super::recipe::Recipe;
use crate::random;

/// Something to learn.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// 16 kHz mono, at most 30 s.
    pub samples: Vec<f32>,
    /// Encoder frames that decoding gives such a clip, 50 per second.
    pub frames: usize,
    /// What decoding begins with: start, language, task, no timestamps.
    pub prompt: Vec<u32>,
    /// The text's tokens, its leading space included.
    pub text: Vec<u32>,
    /// The end-of-text token.
    pub end: u32,
    /// How much it counts, above 0.
    pub weight: f32,
}

/// A shuffle that depends on seed and round only.
fn shuffled<T>(items: &mut [T], seed: u64, round: u64) {
    let seed = random::word(seed, round);
    for i in (1..items.len()).rev() {
        items.swap(i, random::draw(seed, i as u64, i + 1));
    }
}

/// Batches of at most `size` for one epoch: shuffled, short and long examples in one, since a step is as large for a
/// batch of single words as for one of sentences. Each is in order of length, for [`parts`]. The same for the same
/// seed and epoch.
pub fn batches(frames: &[usize], size: usize, seed: u64, epoch: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..frames.len()).collect();
    shuffled(&mut order, seed, epoch as u64);
    let mut batches: Vec<Vec<usize>> = order.chunks(size).map(<[usize]>::to_vec).collect();
    batches.iter_mut().for_each(|batch| batch.sort_by_key(|&i| frames[i]));
    batches
}

/// A batch in parts that are computed together: padded to their longest, at most `most` frames, or one example.
pub fn parts<'a>(batch: &'a [usize], frames: &[usize], most: usize) -> Vec<&'a [usize]> {
    let mut parts = Vec::new();
    let mut rest = batch;
    while !rest.is_empty() {
        let mut longest = 0;
        let fit = rest.iter().enumerate().take_while(|&(n, &i)| {
            longest = longest.max(frames[i]);
            n == 0 || (n + 1) * longest <= most
        });
        let (part, others) = rest.split_at(fit.count());
        parts.push(part);
        rest = others;
    }
    parts
}

/// Prompt and text go in; what should come out is the text and its end, each weighing as its example;
/// what follows the prompt's own tokens is not learnt.
pub fn texts(examples: &[&Example], recipe: &Recipe) -> Texts {
    let length = |e: &Example| e.prompt.len() + e.text.len();
    let longest = examples.iter().map(|e| length(e)).max().unwrap_or(0);
    let mut texts = Texts {
        inputs: Vec::new(),
        targets: Targets { smoothing: recipe.smoothing as f32, ..Targets::default() },
    };
    for e in examples {
        let mut input: Vec<u32> = e.prompt.iter().chain(&e.text).copied().collect();
        let mut ids: Vec<u32> = input.iter().skip(1).copied().chain([e.end]).collect();
        let mut weights = vec![0.0; e.prompt.len() - 1];
        weights.resize(ids.len(), e.weight);
        input.resize(longest, e.end);
        ids.resize(longest, e.end);
        weights.resize(longest, 0.0);
        texts.inputs.push(input);
        texts.targets.ids.extend(ids);
        texts.targets.weights.extend(weights);
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::super::recipe::Part;
    use super::*;

    #[test]
    fn an_epoch_sees_everything_once_and_is_the_same_for_the_same_seed() {
        let frames: Vec<usize> = (0..50).map(|i| i * 7919 % 1500).collect();
        let epoch = batches(&frames, 4, 1, 0);
        let mut seen: Vec<usize> = epoch.iter().flatten().copied().collect();
        seen.sort();
        assert_eq!(seen, (0..50).collect::<Vec<_>>());
        assert_eq!(epoch, batches(&frames, 4, 1, 0));
        assert_ne!(epoch, batches(&frames, 4, 1, 1));
        assert_ne!(epoch, batches(&frames, 4, 2, 0));
        assert!(epoch.iter().all(|b| b.is_sorted_by_key(|&i| frames[i])), "{epoch:?}");
        let of = |i: usize| epoch.iter().filter_map(move |b| b.get(i)).map(|&i| frames[i]);
        assert!(of(3).sum::<usize>() > 2 * of(0).sum::<usize>(), "short and long in one batch");
    }

    #[test]
    fn short_examples_are_computed_together_and_long_ones_alone() {
        let frames = [100, 200, 500, 1500, 1500, 700, 900];
        let of = |batch: &'static [usize]| parts(batch, &frames, 1500);
        assert_eq!(of(&[0, 1, 2]), [&[0, 1, 2][..]], "three times 500");
        assert_eq!(of(&[0, 1, 2, 5]), [&[0, 1, 2][..], &[5]]);
        assert_eq!(of(&[5, 6, 3, 4, 0]), [&[5][..], &[6], &[3], &[4], &[0]], "700 would be padded");
        assert!(of(&[]).is_empty());
    }

    #[test]
    fn only_text_and_end_are_learnt() {
        let example = |text: &[u32], weight| Example {
            samples: Vec::new(),
            frames: 0,
            prompt: vec![1, 2, 3],
            text: text.to_vec(),
            end: 9,
            weight,
        };
        let (long, short) = (example(&[5, 6], 1.0), example(&[7], 0.5));
        let texts = texts(&[&long, &short], &Recipe::of(Part::All, 1));
        assert_eq!(texts.inputs, [[1, 2, 3, 5, 6], [1, 2, 3, 7, 9]]);
        assert_eq!(texts.targets.ids, [2, 3, 5, 6, 9, 2, 3, 7, 9, 9]);
        assert_eq!(texts.targets.weights, [0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.5, 0.5, 0.0]);
    }
}

//! When tokens are said, from where the decoder looked while it wrote them. In: attention to the encoder's frames.
//! Out: the frame at which each token begins. Left to others: the attention (`engine`). Pure.
//!
//! Source: `timing.py` of OpenAI's Whisper: softmax over the frames, each frame's weights made comparable over the tokens
//! (mean 0, variance 1), a median over seven frames, the mean over the heads, then dynamic time warping.

/// Frames that a median is taken of.
const MEDIAN: usize = 7;
/// Frames that are filtered at once.
const LANES: usize = 16;

/// The attention of a text: for each token that was fed, for each head, a score for each encoder frame, before the softmax.
#[derive(Clone, Debug, Default)]
pub struct Attention {
    /// Heads of a row.
    pub heads: usize,
    /// Frames of a head.
    pub frames: usize,
    /// Row by row, head by head.
    pub scores: Vec<f32>,
}

impl Attention {
    /// The frame at which each row's token begins, in order. Of the frames the first `within` hold sound.
    pub fn starts(&self, within: usize) -> Vec<usize> {
        let within = within.min(self.frames).max(1);
        let rows = self.scores.len() / (self.heads * self.frames).max(1);
        if rows == 0 {
            return Vec::new();
        }
        let mut weights = vec![0.0; rows * within];
        let mut of_head = vec![0.0; rows * within];
        for head in 0..self.heads {
            for (row, out) in of_head.chunks_exact_mut(within).enumerate() {
                let from = (row * self.heads + head) * self.frames;
                out.copy_from_slice(&self.scores[from..from + within]);
                softmax(out);
            }
            comparable(&mut of_head, within);
            for (row, sum) in of_head.chunks_exact(within).zip(weights.chunks_exact_mut(within)) {
                add_median(row, sum);
            }
        }
        warp(&weights, within)
    }
}

fn softmax(scores: &mut [f32]) {
    let best = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - best).exp();
        sum += *score;
    }
    scores.iter_mut().for_each(|score| *score /= sum);
}

/// Each column gets mean 0 and variance 1.
fn comparable(rows: &mut [f32], columns: usize) {
    let count = (rows.len() / columns) as f32;
    let (mut mean, mut variance) = (vec![0.0f32; columns], vec![0.0f32; columns]);
    for row in rows.chunks_exact(columns) {
        mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += x / count);
    }
    for row in rows.chunks_exact(columns) {
        let apart = row.iter().zip(&mean).map(|(x, mean)| x - mean);
        variance.iter_mut().zip(apart).for_each(|(variance, x)| *variance += x * x / count);
    }
    for row in rows.chunks_exact_mut(columns) {
        for ((x, mean), variance) in row.iter_mut().zip(&mean).zip(&variance) {
            *x = if *variance > 0.0 { (*x - mean) / variance.sqrt() } else { 0.0 };
        }
    }
}

/// Adds to `sum` the running median of a row, which is mirrored at its ends.
fn add_median(row: &[f32], sum: &mut [f32]) {
    let half = MEDIAN / 2;
    if row.len() <= half {
        sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        return;
    }
    let mut mirrored: Vec<f32> = row[1..=half].iter().rev().copied().collect();
    mirrored.extend_from_slice(row);
    mirrored.extend(row[row.len() - 1 - half..row.len() - 1].iter().rev());
    mirrored.resize(mirrored.len() + LANES, 0.0);
    for (n, sum) in sum.chunks_mut(LANES).enumerate() {
        let mut around = [[0.0; LANES]; MEDIAN];
        for (k, lanes) in around.iter_mut().enumerate() {
            lanes.copy_from_slice(&mirrored[n * LANES + k..n * LANES + k + LANES]);
        }
        sum.iter_mut().zip(median(around)).for_each(|(sum, x)| *sum += x);
    }
}

/// The median of seven in each lane: those comparisons of a sorting network that the middle one needs. Source: `opt_med7` of
/// Devillard, "Fast median search" (1998).
fn median(mut p: [[f32; LANES]; MEDIAN]) -> [f32; LANES] {
    #[rustfmt::skip]
    const SWAPS: [(usize, usize); 13] = [
        (0, 5), (0, 3), (1, 6), (2, 4), (0, 1), (3, 5), (2, 6), (2, 3), (3, 6), (4, 5), (1, 4), (1, 3), (3, 4),
    ];
    for (a, b) in SWAPS {
        let (before, from) = p.split_at_mut(b);
        for (x, y) in before[a].iter_mut().zip(&mut from[0]) {
            (*x, *y) = if *x > *y { (*y, *x) } else { (*x, *y) };
        }
    }
    p[MEDIAN / 2]
}

/// How a cell of the path was entered.
#[derive(Clone, Copy, PartialEq)]
enum Entered {
    /// From the row above, one column before.
    Aslant,
    /// From the row above, the same column.
    Above,
    /// From the same row, one column before.
    Before,
}

/// The path through `weights` (rows of `columns`) from the first row and column to the last that gathers most, and never goes
/// back: the column at which it enters each row.
fn warp(weights: &[f32], columns: usize) -> Vec<usize> {
    let rows = weights.len() / columns;
    let mut entered = Vec::with_capacity(rows * columns);
    // What the best path to a cell gathers; a row and a column of walls are before the first ones.
    let (mut above, mut here) = (vec![f32::NEG_INFINITY; columns + 1], vec![0.0; columns + 1]);
    above[0] = 0.0;
    for row in weights.chunks_exact(columns) {
        here[0] = f32::NEG_INFINITY;
        for (column, weight) in row.iter().enumerate() {
            let (aslant, down, right) = (above[column], above[column + 1], here[column]);
            let (best, from) = if aslant > down && aslant > right {
                (aslant, Entered::Aslant)
            } else if down > aslant && down > right {
                (down, Entered::Above)
            } else {
                (right, Entered::Before)
            };
            here[column + 1] = best + weight;
            entered.push(from);
        }
        std::mem::swap(&mut above, &mut here);
    }
    let (mut starts, mut row, mut column) = (vec![0; rows], rows - 1, columns - 1);
    loop {
        match entered[row * columns + column] {
            _ if row == 0 => return starts,
            Entered::Before if column > 0 => {
                column -= 1;
                continue;
            }
            Entered::Aslant => {
                starts[row] = column;
                column -= 1;
            }
            Entered::Above | Entered::Before => starts[row] = column,
        }
        row -= 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Tokens that look at one frame after another, `each` frames long.
    fn looking(rows: usize, each: usize, heads: usize) -> Attention {
        let frames = rows * each;
        let mut scores = Vec::new();
        for row in 0..rows {
            for _ in 0..heads {
                scores.extend((0..frames).map(|frame| if frame / each == row { 5.0 } else { 0.0 }));
            }
        }
        Attention { heads, frames, scores }
    }

    #[test]
    fn tokens_begin_where_the_decoder_looks() {
        let starts = looking(5, 20, 2).starts(100);
        assert_eq!(starts.len(), 5);
        for (row, start) in starts.iter().enumerate() {
            assert!(start.abs_diff(row * 20) <= 1, "{starts:?}");
        }
    }

    #[test]
    fn without_tokens_or_with_hardly_any_sound_nothing_breaks() {
        assert!(Attention::default().starts(100).is_empty());
        assert_eq!(looking(3, 20, 1).starts(1), [0, 0, 0]);
        let flat = Attention { heads: 1, frames: 10, scores: vec![0.0; 30] };
        assert!(flat.starts(10).is_sorted());
    }

    proptest! {
        #[test]
        fn starts_are_in_order_and_inside(scores in prop::collection::vec(-9.0f32..9.0, 120..=120), within in 0usize..40) {
            let attention = Attention { heads: 2, frames: 20, scores };
            let starts = attention.starts(within);
            prop_assert_eq!(starts.len(), 3);
            prop_assert!(starts.is_sorted() && starts[0] == 0 && starts[2] < within.clamp(1, 20));
        }

        #[test]
        fn a_running_median_is_the_middle_of_seven(row in prop::collection::vec(-9.0f32..9.0, 4..60)) {
            let mut sum = vec![0.0; row.len()];
            add_median(&row, &mut sum);
            let at = |i: isize| {
                let last = row.len() as isize - 1;
                let i = i.abs();
                row[if i > last { 2 * last - i } else { i } as usize]
            };
            for (i, median) in (0isize..).zip(&sum) {
                let mut seven: Vec<f32> = (i - 3..=i + 3).map(at).collect();
                seven.sort_by(f32::total_cmp);
                prop_assert_eq!(*median, seven[3]);
            }
        }
    }
}

//! One long stretch of speech -> clips no longer than allowed, cut where speech is least likely.
//! In: a span and the probabilities of its frames. Out: spans that tile it. Left to others:
//! everything shorter.

use std::collections::VecDeque;

use super::super::detect::FRAME;
use crate::domain::{Samples, Span};

/// Frames on each side of a cut that it is judged by (128 ms): a longer pause is a better place.
const REACH: usize = 8;
/// What any cut costs, in units of probability: fewer cuts unless others are clearly better.
const CUT: f64 = 0.1;

/// Cuts `span` into parts between `min` and `max` (at least twice `min`) long, at the frame
/// borders whose surroundings have the lowest sum of speech probabilities.
///
/// Dynamic programming over the borders: best(b) = cost(b) + the least best(a) of all a with
/// min <= b - a <= max, which a queue of candidates finds in constant time each.
pub fn split(span: Span, probabilities: &[f32], min: Samples, max: Samples) -> Vec<Span> {
    if span.len() <= max {
        return vec![span];
    }
    let borders = borders(span);
    let mut best = vec![f64::INFINITY; borders.len()];
    let mut from = vec![0; borders.len()];
    best[0] = 0.0;
    let mut queue: VecDeque<usize> = VecDeque::new(); // rising in position and in cost
    let mut ripe = 0;
    for b in 1..borders.len() {
        while ripe < b && borders[ripe] + min <= borders[b] {
            while queue.back().is_some_and(|&a| best[a] >= best[ripe]) {
                queue.pop_back();
            }
            queue.push_back(ripe);
            ripe += 1;
        }
        while queue.front().is_some_and(|&a| borders[a] + max < borders[b]) {
            queue.pop_front();
        }
        if let Some(&a) = queue.front() {
            let last = b + 1 == borders.len();
            best[b] = best[a] + if last { 0.0 } else { cost(borders[b], probabilities) };
            from[b] = a;
        }
    }
    if best.last().is_none_or(|cost| cost.is_infinite()) {
        return evenly(span, max);
    }
    let mut parts = Vec::new();
    let mut b = borders.len() - 1;
    while b > 0 {
        parts.push(Span::new(borders[from[b]], borders[b]));
        b = from[b];
    }
    parts.reverse();
    parts
}

/// Start, the frame borders inside, end.
fn borders(span: Span) -> Vec<Samples> {
    let first = span.start.0 / FRAME.0 + 1;
    let last = span.end.0.div_ceil(FRAME.0);
    let inside = (first..last).map(|frame| Samples(frame * FRAME.0));
    [span.start].into_iter().chain(inside).chain([span.end]).collect()
}

/// What a cut at a frame border costs: the probability of speech around it, near frames counting
/// most, and a little for cutting at all.
fn cost(border: Samples, probabilities: &[f32]) -> f64 {
    let frame = (border.0 / FRAME.0) as usize;
    let (mut sum, mut weights) = (0.0, 0.0);
    for distance in 0..REACH {
        let weight = (REACH - distance) as f64;
        for near in [frame.checked_sub(distance + 1), Some(frame + distance)] {
            if let Some(&p) = near.and_then(|i| probabilities.get(i)) {
                sum += weight * f64::from(p);
                weights += weight;
            }
        }
    }
    CUT + if weights > 0.0 { sum / weights } else { 0.0 }
}

/// As few equal parts as `max` allows: where the frame borders leave no choice.
fn evenly(span: Span, max: Samples) -> Vec<Span> {
    let count = span.len().0.div_ceil(max.0.max(1));
    let border = |i: u64| span.start + Samples(span.len().0 * i / count);
    (0..count).map(|i| Span::new(border(i), border(i + 1))).collect()
}

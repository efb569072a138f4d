//! One long stretch of speech -> clips no longer than allowed, cut where speech is least likely.
//! In: a span and the probabilities of its frames. Out: spans that tile it. Left to others:
//! everything shorter.

use std::collections::VecDeque;

use super::super::detect::FRAME;
use crate::domain::{Samples, Span};

/// Frames on each side of a cut that it is judged by (256 ms): a longer pause is a better place,
/// and its middle the best one, up to the usual joining gap.
const REACH: usize = 16;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(s: f64) -> Samples {
        Samples::from_seconds(s)
    }

    fn cuts(track: &[f32]) -> Vec<f64> {
        let span = Span::new(Samples(0), Samples(track.len() as u64 * FRAME.0));
        let parts = split(span, track, seconds(1.0), seconds(15.0));
        parts[1..].iter().map(|part| part.start.seconds()).collect()
    }

    #[test]
    fn a_long_speech_is_cut_in_the_middle_of_its_longest_pause() {
        let mut track = vec![0.95; 1_250]; // 20 s
        track[400..405].fill(0.05);
        track[700..718].fill(0.05);
        assert_eq!(cuts(&track), [709.0 * 0.016]);
    }

    #[test]
    fn without_a_pause_the_least_likely_frame_is_cut() {
        let mut track = vec![0.95; 1_250];
        track[800] = 0.7;
        let cut = cuts(&track);
        assert_eq!(cut.len(), 1);
        assert!((cut[0] - 800.5 * 0.016).abs() < 0.02, "{cut:?}");
    }

    #[test]
    fn a_pause_where_no_clip_may_end_is_not_used() {
        let mut track = vec![0.95; 1_250];
        track[20..40].fill(0.0); // within the first second
        track[900..903].fill(0.5);
        assert!(cuts(&track).iter().all(|&at| (1.0..=19.0).contains(&at)));
    }

    #[test]
    fn ten_hours_of_song_are_split_in_linear_time() {
        let track = vec![0.99; 2_250_000];
        let cuts = cuts(&track);
        assert!((2_400..3_000).contains(&cuts.len()), "{}", cuts.len());
    }

    #[test]
    fn where_frame_borders_leave_no_choice_the_parts_are_equal() {
        let span = Span::new(Samples(7), Samples(7 + 32_001));
        let parts = split(span, &[1.0; 200], Samples(16_000), Samples(32_000));
        assert_eq!(parts[0].end, parts[1].start);
        assert!(parts.iter().all(|p| (16_000..=32_000).contains(&p.len().0)), "{parts:?}");
    }
}

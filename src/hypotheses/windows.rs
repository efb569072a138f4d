//! Clips that are decoded together, in the sound of their recording as it is: a word is understood better among its neighbours
//! (docs/lab/context.md). In: where clips lie, and when words were said. Out: which clips share a window, and whose each word is.
//! Left to others: sound, decoding. Pure.

use std::ops::Range;

use crate::domain::{DecodePolicy, Samples, Span};

/// A clip, and who speaks in it as far as that was declared.
#[derive(Clone, Copy, Debug)]
pub struct Neighbour<'a> {
    /// Where it lies in its recording.
    pub span: Span,
    /// The declared speaker.
    pub speaker: Option<&'a str>,
    /// What lies before it was withdrawn: no window holds both sides.
    pub apart: bool,
}

/// Which clips share a window: runs of neighbours in order of time. A window is no longer than the policy says, and ends at a longer
/// pause and where another speaker was declared. A clip that fits into none is alone.
pub fn plan(clips: &[Neighbour], policy: &DecodePolicy) -> Vec<Range<usize>> {
    let most = match policy.has_windows() {
        true => Samples::from_seconds(policy.window_seconds),
        false => Samples(0),
    };
    let pause = Samples::from_seconds(policy.window_pause_seconds);
    let mut windows: Vec<Range<usize>> = Vec::new();
    for (n, clip) in clips.iter().enumerate() {
        let joins = windows.last().is_some_and(|window| {
            let (first, last) = (&clips[window.start], &clips[n - 1]);
            clip.span.end.0.saturating_sub(first.span.start.0) <= most.0
                && clip.span.start >= last.span.end
                && clip.span.start - last.span.end <= pause
                && clip.speaker == last.speaker
                && !clip.apart
        });
        match windows.last_mut() {
            Some(window) if joins => window.end = n + 1,
            _ => windows.push(n..n + 1),
        }
    }
    windows
}

/// A text's tokens, clip by clip: each word goes, whole, to the clip that holds its middle, else to the nearest. `starts_word`, `times`:
/// of each token; seconds, as `clips` are. Words follow each other, and so do clips.
pub fn share(
    starts_word: &[bool],
    times: &[(f64, f64)],
    clips: &[(f64, f64)],
) -> Vec<Range<usize>> {
    let mut shares = vec![0..0; clips.len()];
    let (mut token, mut clip) = (0, 0);
    while token < times.len() {
        let end = (token + 1..times.len()).find(|n| starts_word[*n]).unwrap_or(times.len());
        let middle = (times[token].0 + times[end - 1].1) / 2.0;
        let nearest = (clip..clips.len())
            .min_by(|a, b| apart(middle, clips[*a]).total_cmp(&apart(middle, clips[*b])));
        while let Some(nearest) = nearest
            && clip < nearest
        {
            clip += 1;
            shares[clip] = token..token;
        }
        if let Some(share) = shares.get_mut(clip) {
            share.end = end;
        }
        token = end;
    }
    shares.iter_mut().skip(clip + 1).for_each(|later| *later = token..token);
    shares
}

/// Seconds from a moment to a clip; none inside.
fn apart(at: f64, (start, end): (f64, f64)) -> f64 {
    (start - at).max(at - end).max(0.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Weights;

    fn spans(bounds: &[(f64, f64)]) -> Vec<Neighbour<'static>> {
        let span = |&(a, b)| Span::new(Samples::from_seconds(a), Samples::from_seconds(b));
        bounds.iter().map(|b| Neighbour { span: span(b), speaker: None, apart: false }).collect()
    }

    fn policy() -> DecodePolicy {
        DecodePolicy {
            window_seconds: 14.0,
            window_pause_seconds: 5.0,
            weights: Weights::Int8,
            ..DecodePolicy::default()
        }
    }

    #[test]
    fn a_window_ends_when_it_is_full_at_a_long_pause_and_where_the_speaker_changes() {
        let full = spans(&[(0.0, 6.0), (7.0, 14.0), (14.5, 16.0), (17.0, 40.0), (41.0, 42.0)]);
        assert_eq!(plan(&full, &policy()), [0..2, 2..3, 3..4, 4..5]);
        let pause = spans(&[(0.0, 1.0), (6.0, 7.0), (12.5, 13.0)]);
        assert_eq!(plan(&pause, &policy()), [0..2, 2..3]);
        let mut two = spans(&[(0.0, 1.0), (2.0, 3.0), (4.0, 5.0)]);
        two[2].speaker = Some("b");
        assert_eq!(plan(&two, &policy()), [0..2, 2..3]);
        two[2] = Neighbour { speaker: None, apart: true, ..two[2] };
        assert_eq!(plan(&two, &policy()), [0..2, 2..3], "something between was withdrawn");
        assert!(plan(&[], &policy()).is_empty());
    }

    #[test]
    fn without_windows_or_what_computes_them_every_clip_is_alone() {
        let none = DecodePolicy { window_seconds: 0.0, ..policy() };
        let other = DecodePolicy { weights: Weights::Bf16, ..policy() };
        for alone in [none, other] {
            assert_eq!(plan(&spans(&[(0.0, 1.0), (2.0, 3.0)]), &alone), [0..1, 1..2]);
        }
    }

    #[test]
    fn a_word_goes_whole_to_the_clip_of_its_middle_or_to_the_nearest() {
        let clips = [(0.0, 2.0), (3.0, 5.0), (6.0, 7.0), (8.0, 9.0)];
        // Two words, the second of two tokens that ends in the next clip; one in a pause, nearer to the third clip.
        let times = [(0.0, 1.0), (1.0, 1.5), (1.5, 2.4), (5.6, 5.8)];
        let starts = [true, true, false, true];
        assert_eq!(share(&starts, &times, &clips), [0..3, 3..3, 3..4, 4..4]);
        assert_eq!(share(&[], &[], &clips), vec![0..0; 4]);
    }

    proptest! {
        #[test]
        fn every_token_is_of_one_clip_in_order(
            steps in prop::collection::vec((0.0f64..2.0, any::<bool>()), 0..30),
            count in 1usize..6,
        ) {
            let mut at = 0.0;
            let times: Vec<_> = steps.iter().map(|(step, _)| {
                at += step;
                (at - step, at)
            }).collect();
            let starts: Vec<bool> = steps.iter().map(|(_, starts)| *starts).collect();
            let clips: Vec<_> = (0..count).map(|n| (n as f64 * 4.0, n as f64 * 4.0 + 3.0)).collect();
            let shares = share(&starts, &times, &clips);
            prop_assert_eq!(shares.len(), count);
            let mut next = 0;
            for range in shares {
                prop_assert_eq!(range.start, next);
                prop_assert!(range.end >= range.start);
                next = range.end;
            }
            prop_assert_eq!(next, times.len());
        }
    }
}

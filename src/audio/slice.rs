//! Speech probabilities -> pieces that tile the recording: clips, silence, rejects. Pure.
//!
//! Frames over the threshold, and their neighbours over a lower one, are speech; pauses under
//! `join_gap` do not end a clip; clips get padding out of the pauses around them; what is too
//! short grows into the silence around it, else joins its nearest neighbour; what is too long is
//! cut where speech is least likely (see [`mod@split`]).
//! In: probabilities and settings. Out: [`Piece`]s. Left to others: what is said in them.

mod parts;
mod split;

use std::ops::Range;

pub use self::parts::slice_parts;
use self::split::split;
use super::detect::FRAME;
use crate::domain::{Piece, RejectReason, Samples, SliceSettings, Span};

/// Speech goes on while the probability stays over this share of the threshold. Lower shares join
/// neighbouring prompts over faint noise (58 clips for 63 prompts at 0.5, 64 at 0.8).
const GO_ON: f64 = 0.8;

/// A stretch of audio: speech frames with pauses under the joining gap.
struct Sound {
    span: Span,
    speech: Samples,
}

/// Tiles `[0, length)` with pieces; `probabilities` holds one number for each [`FRAME`].
///
/// Every clip lasts between the shortest and the longest allowed; only a recording that is
/// itself shorter than the shortest becomes a shorter clip, if it has speech. All speech of
/// `min_speech_seconds` and more lies in clips. The settings must pass [`SliceSettings::check`].
pub fn slice(length: Samples, probabilities: &[f32], settings: &SliceSettings) -> Vec<Piece> {
    let sounds = sounds(length, probabilities, settings);
    let enough = Samples::from_seconds(settings.min_speech_seconds);
    let (speech, blips): (Vec<Sound>, Vec<Sound>) =
        sounds.into_iter().partition(|sound| sound.speech >= enough);
    let mut clips = padded(&speech, length, Samples::from_seconds(settings.padding_seconds));
    if length < settings.min() {
        if !clips.is_empty() {
            clips = vec![Span::new(Samples(0), length)];
        }
    } else {
        lengthen(&mut clips, length, settings.min());
    }
    let clips: Vec<Span> = clips
        .into_iter()
        .flat_map(|clip| split(clip, probabilities, settings.min(), settings.max()))
        .collect();
    tile(length, &clips, &blips)
}

/// Runs of speech frames, joined over short pauses.
fn sounds(length: Samples, probabilities: &[f32], settings: &SliceSettings) -> Vec<Sound> {
    let gap = Samples::from_seconds(settings.join_gap_seconds);
    let mut sounds: Vec<Sound> = Vec::new();
    for run in runs(probabilities, settings.speech_threshold) {
        let edge = |frame: usize| Samples(frame as u64 * FRAME.0).min(length);
        let span = Span::new(edge(run.start), edge(run.end));
        match sounds.last_mut() {
            Some(last) if span.start - last.span.end < gap => {
                last.span.end = span.end;
                last.speech += span.len();
            }
            _ => sounds.push(Sound { span, speech: span.len() }),
        }
    }
    sounds
}

/// Frames over `threshold`, with the frames around them that stay over a lower one.
fn runs(probabilities: &[f32], threshold: f64) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < probabilities.len() {
        let on = |p: &f32| f64::from(*p) > threshold * GO_ON;
        let Some(start) = probabilities[at..].iter().position(on).map(|i| at + i) else { break };
        let end = probabilities[start..].iter().position(|p| !on(p));
        let end = end.map_or(probabilities.len(), |i| start + i);
        if probabilities[start..end].iter().any(|&p| f64::from(p) > threshold) {
            runs.push(start..end);
        }
        at = end;
    }
    runs
}

/// Speech with padding, at most half of the pause to its neighbour.
fn padded(speech: &[Sound], length: Samples, padding: Samples) -> Vec<Span> {
    let middle = |i: usize| {
        let (left, right) = (speech[i].span.end, speech[i + 1].span.start);
        Samples(left.0.midpoint(right.0))
    };
    (0..speech.len())
        .map(|i| {
            let floor = if i == 0 { Samples(0) } else { middle(i - 1) };
            let ceiling = if i + 1 == speech.len() { length } else { middle(i) };
            let span = speech[i].span;
            Span::new(
                span.start.saturating_sub(padding).max(floor),
                (span.end + padding).min(ceiling),
            )
        })
        .collect()
}

/// Brings every clip to `min`: out of the silence around it, else together with a neighbour.
fn lengthen(clips: &mut Vec<Span>, length: Samples, min: Samples) {
    let mut i = 0;
    while i < clips.len() {
        let clip = clips[i];
        if clip.len() >= min {
            i += 1;
            continue;
        }
        let floor = if i == 0 { Samples(0) } else { clips[i - 1].end };
        let ceiling = clips.get(i + 1).map_or(length, |next| next.start);
        let (before, after) = (clip.start - floor, ceiling - clip.end);
        if ceiling - floor >= min {
            let wanted = min - clip.len();
            let right = Samples(wanted.0.div_ceil(2)).max(wanted.saturating_sub(before)).min(after);
            clips[i] = Span::new(clip.start - (wanted - right), clip.end + right);
        } else if i > 0 && (i + 1 == clips.len() || before <= after) {
            clips[i - 1].end = clip.end;
            clips.remove(i);
        } else {
            clips[i + 1].start = clip.start;
            clips.remove(i);
        }
    }
}

/// Clips, and what lies between them: rejected sounds and silence.
fn tile(length: Samples, clips: &[Span], blips: &[Sound]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = Samples(0);
    let mut blips = blips.iter().peekable();
    let ends = clips.iter().map(|c| (c.start, Some(*c))).chain([(length, None)]);
    for (limit, clip) in ends {
        while let Some(blip) = blips.next_if(|blip| blip.span.start < limit) {
            let (start, end) = (blip.span.start.max(at), blip.span.end.min(limit));
            if start >= end {
                continue;
            }
            silence(&mut pieces, at, start);
            let why = RejectReason::TooShort;
            pieces.push(Piece::Reject { span: Span::new(start, end), why });
            at = end;
        }
        silence(&mut pieces, at, limit);
        at = limit;
        if let Some(span) = clip {
            pieces.push(Piece::Clip { span });
            at = span.end;
        }
    }
    pieces
}

fn silence(pieces: &mut Vec<Piece>, start: Samples, end: Samples) {
    if start < end {
        pieces.push(Piece::Silence { span: Span::new(start, end) });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Probabilities from (seconds, probability) stretches.
    fn track(stretches: &[(f64, f32)]) -> (Samples, Vec<f32>) {
        let frames = |s: f64| Samples::from_seconds(s).index() / FRAME.index();
        let track: Vec<f32> =
            stretches.iter().flat_map(|&(s, p)| std::iter::repeat_n(p, frames(s))).collect();
        (Samples(track.len() as u64 * FRAME.0), track)
    }

    fn sliced(stretches: &[(f64, f32)]) -> (Vec<(f64, f64)>, usize) {
        let (length, track) = track(stretches);
        let pieces = slice(length, &track, &SliceSettings::default());
        let clips = pieces.iter().filter_map(|piece| match piece {
            Piece::Clip { span } => Some((span.start.seconds(), span.end.seconds())),
            _ => None,
        });
        let rejects = pieces.iter().filter(|piece| matches!(piece, Piece::Reject { .. })).count();
        (clips.collect(), rejects)
    }

    fn near(clips: &[(f64, f64)], wanted: &[(f64, f64)]) {
        let close = |a: f64, b: f64| (a - b).abs() < 0.05;
        let all = clips.iter().zip(wanted).all(|(a, b)| close(a.0, b.0) && close(a.1, b.1));
        assert!(all && clips.len() == wanted.len(), "{clips:?} instead of {wanted:?}");
    }

    #[test]
    fn two_sentences_with_a_long_pause_are_two_padded_clips() {
        let (clips, rejects) =
            sliced(&[(2.0, 0.0), (3.0, 0.9), (2.0, 0.0), (3.0, 0.9), (2.0, 0.0)]);
        near(&clips, &[(1.75, 5.25), (6.75, 10.25)]);
        assert_eq!(rejects, 0);
    }

    #[test]
    fn a_breath_does_not_end_a_clip() {
        let (clips, _) = sliced(&[(1.0, 0.0), (2.0, 0.9), (0.3, 0.0), (2.0, 0.9), (1.0, 0.0)]);
        near(&clips, &[(0.75, 5.55)]);
    }

    #[test]
    fn speech_starts_at_the_threshold_and_goes_on_a_little_under_it() {
        let (clips, _) = sliced(&[(2.0, 0.45), (2.0, 0.9), (2.0, 0.45)]);
        near(&clips, &[(0.0, 6.0)]);
        assert!(sliced(&[(6.0, 0.45)]).0.is_empty());
    }

    #[test]
    fn one_word_grows_to_the_shortest_clip_and_to_whichever_side_has_room() {
        near(&sliced(&[(3.0, 0.0), (0.2, 0.9), (3.0, 0.0)]).0, &[(2.6, 3.6)]);
        near(&sliced(&[(0.2, 0.9), (3.0, 0.0)]).0, &[(0.0, 1.0)]);
        near(&sliced(&[(3.0, 0.0), (0.2, 0.9)]).0, &[(2.2, 3.2)]);
    }

    #[test]
    fn a_word_without_room_joins_the_nearer_neighbour() {
        let (clips, _) = sliced(&[(5.0, 0.9), (0.6, 0.0), (0.1, 0.9), (0.52, 0.0), (5.0, 0.9)]);
        assert_eq!(clips.len(), 2, "{clips:?}");
        near(&clips[1..], &[(5.35, 11.2)]);
    }

    #[test]
    fn a_click_is_a_reject_and_not_a_clip() {
        let (clips, rejects) = sliced(&[(2.0, 0.0), (0.04, 0.9), (2.0, 0.0)]);
        assert_eq!((clips.len(), rejects), (0, 1));
    }

    #[test]
    fn a_recording_of_one_short_word_is_one_clip_as_long_as_itself() {
        near(&sliced(&[(0.2, 0.0), (0.3, 0.9), (0.2, 0.0)]).0, &[(0.0, 0.672)]);
        assert!(sliced(&[(0.7, 0.0)]).0.is_empty());
    }

    #[test]
    fn nothing_becomes_nothing() {
        assert!(slice(Samples(0), &[], &SliceSettings::default()).is_empty());
    }

    fn any_track() -> impl Strategy<Value = Vec<f32>> {
        let stretch = (1usize..400, 0.0f32..1.0, 0.0f32..0.6);
        prop::collection::vec(stretch, 0..40).prop_map(|stretches| {
            let wave = |i: usize, depth: f32| depth * (i as f32 * 0.7).sin().abs();
            let stretch = |(n, p, depth): &(usize, f32, f32)| -> Vec<f32> {
                (0..*n).map(|i| (p + wave(i, *depth)).min(1.0)).collect()
            };
            stretches.iter().flat_map(stretch).collect()
        })
    }

    fn any_settings() -> impl Strategy<Value = SliceSettings> {
        let numbers =
            (0.3f64..3.0, 0.0f64..20.0, 0.05f64..0.9, 0.05f64..1.5, 0.0f64..0.8, 0.0f64..0.3);
        numbers.prop_map(|(min, more, threshold, gap, padding, speech)| SliceSettings {
            min_seconds: min,
            max_seconds: 2.0 * min + more,
            speech_threshold: threshold,
            join_gap_seconds: gap,
            padding_seconds: padding,
            min_speech_seconds: speech,
        })
    }

    proptest! {
        #[test]
        fn pieces_tile_any_recording_and_keep_to_their_lengths_and_no_speech_is_silence(
            track in any_track(),
            tail in 0u64..256,
            settings in any_settings(),
        ) {
            prop_assert_eq!(settings.check(), Ok(()));
            let length = Samples((track.len() as u64 * FRAME.0).saturating_sub(tail));
            let pieces = slice(length, &track, &settings);
            let mut at = Samples(0);
            for piece in &pieces {
                prop_assert_eq!(piece.span().start, at);
                prop_assert!(piece.span().len() > Samples(0));
                at = piece.span().end;
                if let Piece::Clip { span } = piece {
                    prop_assert!(span.len() <= settings.max(), "{:?}", span);
                    let shortest = settings.min().min(length);
                    prop_assert!(span.len() >= shortest, "{:?}", span);
                }
            }
            prop_assert_eq!(at, length);
            for (frame, &p) in track.iter().enumerate() {
                let middle = Samples(frame as u64 * FRAME.0 + 1);
                let loud = f64::from(p) > settings.speech_threshold && middle < length;
                let within = |piece: &&Piece| {
                    piece.span().start <= middle && middle < piece.span().end
                };
                let silent = matches!(pieces.iter().find(within), Some(Piece::Silence { .. }));
                prop_assert!(!(loud && silent), "frame {} is speech", frame);
            }
            prop_assert_eq!(slice(length, &track, &settings), pieces, "twice the same");
        }
    }
}

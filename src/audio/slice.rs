//! Speech probabilities -> pieces that tile the recording: clips, silence, rejects. Pure.
//!
//! Frames over the threshold, and their neighbours over a lower one, are speech; pauses under
//! `join_gap` do not end a clip; clips get padding out of the pauses around them; what is too
//! short grows into the silence around it, else joins its nearest neighbour; what is too long is
//! cut where speech is least likely (see [`split`]).
//! In: probabilities and settings. Out: [`Piece`]s. Left to others: what is said in them.

mod split;

use std::ops::Range;

use self::split::split;
use super::detect::FRAME;
use crate::domain::{Piece, RejectReason, Samples, SliceSettings, Span};

/// Speech goes on while the probability stays over this share of the threshold.
const GO_ON: f64 = 0.5;

/// A stretch of sound: speech frames with pauses under the joining gap.
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

/// Frames over `threshold`, with the frames around them that stay over its lower half.
fn runs(probabilities: &[f32], threshold: f64) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let go_on: f64 = std::env::var("GO_ON").ok().and_then(|v| v.parse().ok()).unwrap_or(GO_ON); // TEMP
    let mut at = 0;
    while at < probabilities.len() {
        let on = |p: &f32| f64::from(*p) > threshold * go_on;
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

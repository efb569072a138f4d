//! Parts of a recording, each sliced as if it were one. In: what slicing needs, and the parts. Out: pieces that tile the
//! whole recording; what lies in no part is a reject. Pure.

use super::slice;
use crate::audio::detect::FRAME;
use crate::domain::{Cut, Piece, RejectReason, Samples, SliceSettings, Span};

/// Pieces of a recording of which only some parts are asked for (in order of time, none over another): no clip is of
/// two parts. Without parts it is the whole. [`Cut::Keep`]: each part is one clip, whatever its pauses; one that is longer
/// than clips may be is cut like any, one that is shorter than any speech is a reject.
pub fn slice_parts(
    length: Samples,
    probabilities: &[f32],
    settings: &SliceSettings,
    parts: &[Span],
    cut: Cut,
) -> Vec<Piece> {
    let whole = [Span::new(Samples(0), length)];
    let parts = match (parts, cut) {
        ([], Cut::Slice) => return slice(length, probabilities, settings),
        ([], Cut::Keep) => &whole,
        (parts, _) => parts,
    };
    let outside = |start, end| {
        let why = RejectReason::OutsideSegments;
        (start < end).then(|| Piece::Reject { span: Span::new(start, end), why })
    };
    let (mut pieces, mut at) = (Vec::new(), Samples(0));
    for part in parts {
        let (start, end) = (part.start.max(at), part.end.min(length));
        if start >= end {
            continue;
        }
        pieces.extend(outside(at, start));
        if cut == Cut::Keep && end - start <= settings.max() {
            pieces.push(kept(Span::new(start, end), settings));
            at = end;
            continue;
        }
        // A part may begin within a frame: its frames are up to one frame early.
        let first = (start.0 / FRAME.0) as usize;
        let frames = (end - start).0.div_ceil(FRAME.0) as usize;
        let own = probabilities.iter().skip(first).take(frames).copied().collect::<Vec<_>>();
        let own = slice(end - start, &own, settings);
        pieces.extend(own.into_iter().map(|piece| piece.moved(start)));
        at = end;
    }
    pieces.extend(outside(at, length));
    pieces
}

/// A part that is one clip.
fn kept(span: Span, settings: &SliceSettings) -> Piece {
    match span.len() >= settings.min_given() {
        true => Piece::Clip { span },
        false => Piece::Reject { span, why: RejectReason::TooShort },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_part_that_is_kept_is_one_clip_whatever_its_pauses_unless_it_is_too_long_or_too_short() {
        let seconds = Samples::from_seconds;
        let length = seconds(60.0);
        let frames = length.0.div_ceil(FRAME.0) as usize;
        // Two seconds of speech, two of silence.
        let loud = |frame: usize| (frame as u64 * FRAME.0 / 32_000).is_multiple_of(2);
        let track: Vec<f32> = (0..frames).map(|n| if loud(n) { 0.9 } else { 0.0 }).collect();
        let parts = [(0.5, 9.5), (9.5, 9.9), (10.0, 10.01), (20.0, 50.0), (58.0, 61.0)];
        let parts = parts.map(|(a, b)| Span::new(seconds(a), seconds(b)));
        let settings = SliceSettings::default();
        let pieces = slice_parts(length, &track, &settings, &parts, Cut::Keep);
        let clip = |start: f64, end: f64| {
            let span = Span::new(seconds(start), seconds(end));
            pieces.contains(&Piece::Clip { span })
        };
        assert!(clip(0.5, 9.5) && clip(9.5, 9.9) && clip(58.0, 60.0), "{pieces:?}");
        let tiny = Piece::Reject { span: parts[2], why: RejectReason::TooShort };
        assert!(pieces.contains(&tiny), "{pieces:?}");
        let within = |p: &&Piece| matches!(p, Piece::Clip { span } if span.start >= parts[3].start && span.end <= parts[3].end);
        assert!(pieces.iter().filter(within).count() > 3, "{pieces:?}");
        let whole = slice_parts(seconds(8.0), &track[..500], &settings, &[], Cut::Keep);
        assert_eq!(whole, [Piece::Clip { span: Span::new(Samples(0), seconds(8.0)) }]);
    }

    #[test]
    fn no_clip_is_of_two_parts_and_what_lies_between_is_a_reject() {
        let seconds = Samples::from_seconds;
        let length = seconds(12.0);
        let track = vec![0.9; length.0.div_ceil(FRAME.0) as usize];
        let parts = [(1.0, 4.0), (4.0, 6.0), (8.0, 99.0)];
        let parts = parts.map(|(a, b)| Span::new(seconds(a), seconds(b)));
        let pieces = slice_parts(length, &track, &SliceSettings::default(), &parts, Cut::Slice);
        let spans: Vec<_> = pieces
            .iter()
            .map(|p| {
                (matches!(p, Piece::Clip { .. }), p.span().start.seconds(), p.span().end.seconds())
            })
            .collect();
        assert_eq!(
            spans,
            [
                (false, 0.0, 1.0),
                (true, 1.0, 4.0),
                (true, 4.0, 6.0),
                (false, 6.0, 8.0),
                (true, 8.0, 12.0)
            ]
        );
        let why = RejectReason::OutsideSegments;
        assert!(
            pieces.iter().all(|p| !matches!(p, Piece::Reject { why: other, .. } if *other != why))
        );
        let whole = slice_parts(length, &track, &SliceSettings::default(), &[], Cut::Slice);
        assert_eq!(whole, slice(length, &track, &SliceSettings::default()));
    }

    proptest! {
        #[test]
        fn pieces_of_any_parts_tile_the_recording(
            track in prop::collection::vec(0.0f32..1.0, 0..2000),
            bounds in prop::collection::vec(0u64..600_000, 0..12),
            keep in any::<bool>(),
        ) {
            let length = Samples(track.len() as u64 * FRAME.0);
            let mut bounds = bounds;
            bounds.sort_unstable();
            let parts: Vec<Span> =
                bounds.chunks_exact(2).map(|b| Span::new(Samples(b[0]), Samples(b[1]))).collect();
            let mut at = Samples(0);
            let cut = if keep { Cut::Keep } else { Cut::Slice };
            for piece in slice_parts(length, &track, &SliceSettings::default(), &parts, cut) {
                prop_assert_eq!(piece.span().start, at);
                prop_assert!(piece.span().len() > Samples(0));
                at = piece.span().end;
            }
            prop_assert_eq!(at, length);
        }
    }
}

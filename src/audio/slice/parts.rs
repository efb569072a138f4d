//! Parts of a recording, each sliced as if it were one. In: what slicing needs, and the parts. Out: pieces that tile the
//! whole recording; what lies in no part is a reject. Pure.

use super::slice;
use crate::audio::detect::FRAME;
use crate::domain::{Piece, RejectReason, Samples, SliceSettings, Span};

/// Pieces of a recording of which only some parts are asked for (in order of time, none over another): no clip is of
/// two parts. Without parts it is the whole.
pub fn slice_parts(
    length: Samples,
    probabilities: &[f32],
    settings: &SliceSettings,
    parts: &[Span],
) -> Vec<Piece> {
    if parts.is_empty() {
        return slice(length, probabilities, settings);
    }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_clip_is_of_two_parts_and_what_lies_between_is_a_reject() {
        let seconds = Samples::from_seconds;
        let length = seconds(12.0);
        let track = vec![0.9; length.0.div_ceil(FRAME.0) as usize];
        let parts = [(1.0, 4.0), (4.0, 6.0), (8.0, 99.0)];
        let parts = parts.map(|(a, b)| Span::new(seconds(a), seconds(b)));
        let pieces = slice_parts(length, &track, &SliceSettings::default(), &parts);
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
        let whole = slice_parts(length, &track, &SliceSettings::default(), &[]);
        assert_eq!(whole, slice(length, &track, &SliceSettings::default()));
    }

    proptest! {
        #[test]
        fn pieces_of_any_parts_tile_the_recording(
            track in prop::collection::vec(0.0f32..1.0, 0..2000),
            bounds in prop::collection::vec(0u64..600_000, 0..12),
        ) {
            let length = Samples(track.len() as u64 * FRAME.0);
            let mut bounds = bounds;
            bounds.sort_unstable();
            let parts: Vec<Span> =
                bounds.chunks_exact(2).map(|b| Span::new(Samples(b[0]), Samples(b[1]))).collect();
            let mut at = Samples(0);
            for piece in slice_parts(length, &track, &SliceSettings::default(), &parts) {
                prop_assert_eq!(piece.span().start, at);
                prop_assert!(piece.span().len() > Samples(0));
                at = piece.span().end;
            }
            prop_assert_eq!(at, length);
        }
    }
}

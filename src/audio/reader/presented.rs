//! What a container presents of its media. In: pieces of the media, from its start. Out: those within the
//! segments of an edit list, silence where it says so. Left to others: reading edit lists.

use std::collections::VecDeque;

use super::demux::{Piece, Why};

/// One stretch of media, frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Silence in front of it.
    pub silence: u64,
    /// Its first frame in the media.
    pub from: u64,
    /// The frame behind its last one; `u64::MAX`: to the end.
    pub to: u64,
}

/// The stretches still to come.
pub struct Presented {
    channels: usize,
    segments: VecDeque<Segment>,
    /// Frames of media so far.
    position: u64,
}

impl Presented {
    /// `segments` in order and apart; none: all of it.
    pub fn new(channels: usize, segments: &[Segment]) -> Self {
        let all = Segment { silence: 0, from: 0, to: u64::MAX };
        let segments = if segments.is_empty() { vec![all] } else { segments.to_vec() };
        Self { channels, segments: segments.into(), position: 0 }
    }

    /// Whether nothing more is presented.
    pub fn done(&self) -> bool {
        self.segments.is_empty()
    }

    /// Passes on what is presented of a piece.
    pub fn push(&mut self, mut piece: Piece, ready: &mut VecDeque<Piece>) {
        let mut frames = piece.frames(self.channels);
        while let Some(segment) = self.segments.front_mut() {
            if segment.silence > 0 {
                ready.push_back(Piece::Silence(std::mem::take(&mut segment.silence), Why::Pause));
            }
            let (from, to) = (segment.from, segment.to);
            let hidden = from.saturating_sub(self.position).min(frames);
            piece.drop_front(hidden, self.channels);
            (self.position, frames) = (self.position + hidden, frames - hidden);
            if frames == 0 {
                return;
            }
            let shown = to.saturating_sub(self.position).min(frames);
            if shown == frames {
                self.position += frames;
                if self.position == to {
                    self.segments.pop_front();
                }
                return ready.push_back(piece);
            }
            if shown > 0 {
                ready.push_back(piece.split_front(shown, self.channels));
            }
            (self.position, frames) = (self.position + shown, frames - shown);
            self.segments.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is presented of media of 100 numbered frames, in blocks of `block`; silence is 0.
    fn presented(segments: &[(u64, u64, u64)], block: usize) -> Vec<f32> {
        let segments: Vec<Segment> =
            segments.iter().map(|&(silence, from, to)| Segment { silence, from, to }).collect();
        let (mut presented, mut ready) = (Presented::new(1, &segments), VecDeque::new());
        let media: Vec<f32> = (1..=100).map(|i| i as f32).collect();
        for block in media.chunks(block) {
            presented.push(Piece::Samples(block.to_vec()), &mut ready);
        }
        let samples = ready.into_iter().flat_map(|piece| match piece {
            Piece::Samples(samples) => samples,
            Piece::Silence(frames, _) => vec![0.0; frames as usize],
        });
        samples.collect()
    }

    #[test]
    fn what_is_outside_the_segments_never_comes_out() {
        for block in [1, 3, 7, 100] {
            assert_eq!(presented(&[(0, 97, u64::MAX)], block), [98.0, 99.0, 100.0]);
            assert_eq!(presented(&[(2, 0, 2), (1, 4, 5)], block), [0.0, 0.0, 1.0, 2.0, 0.0, 5.0]);
            assert_eq!(presented(&[(0, 1, 2), (0, 2, 3)], block), [2.0, 3.0]);
            assert_eq!(presented(&[], block).len(), 100);
        }
    }
}

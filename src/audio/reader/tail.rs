//! Padding at the end of a track. In: pieces. Out: pieces, without the padding that the header declares
//! if the track does end there: a header that speaks for the first of two joined files does not count.

use std::collections::VecDeque;

use super::demux::Piece;

/// What may turn out to be padding.
pub struct Tail {
    channels: usize,
    /// Frames until the padding begins; `None`: nothing is held back.
    left: Option<u64>,
    padding: u64,
    held: Vec<f32>,
}

impl Tail {
    /// `valid` frames are followed by `padding` ones.
    pub fn new(channels: usize, valid: Option<u64>, padding: u64) -> Self {
        Self { channels, left: valid.filter(|_| padding > 0), padding, held: Vec::new() }
    }

    /// Passes on what is surely no padding.
    pub fn push(&mut self, piece: Piece, ready: &mut VecDeque<Piece>) {
        let frames = piece.frames(self.channels);
        let Some(left) = self.left else { return ready.push_back(piece) };
        if frames <= left {
            self.left = Some(left - frames);
            return ready.push_back(piece);
        }
        let held = (self.held.len() / self.channels) as u64;
        match piece {
            Piece::Samples(mut samples) if frames - left + held <= self.padding => {
                self.held.extend(samples.drain(left as usize * self.channels..));
                self.left = Some(0);
                if !samples.is_empty() {
                    ready.push_back(Piece::Samples(samples));
                }
            }
            piece => {
                // More than the header knows of.
                self.left = None;
                if !self.held.is_empty() {
                    ready.push_back(Piece::Samples(std::mem::take(&mut self.held)));
                }
                ready.push_back(piece);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(padding: u64, pieces: &[usize]) -> usize {
        let (mut tail, mut ready) = (Tail::new(1, Some(10), padding), VecDeque::new());
        for &frames in pieces {
            tail.push(Piece::Samples(vec![0.5; frames]), &mut ready);
        }
        ready.iter().map(|piece| piece.frames(1) as usize).sum()
    }

    #[test]
    fn padding_is_dropped_at_the_end_alone() {
        assert_eq!(given(5, &[8, 7]), 10);
        assert_eq!(given(5, &[8, 8]), 16);
        assert_eq!(given(5, &[8, 4, 3]), 10);
        assert_eq!(given(5, &[8, 4, 4]), 16);
        assert_eq!(given(5, &[8, 4, 3, 90]), 105);
        assert_eq!(given(0, &[8, 90]), 98);
    }
}

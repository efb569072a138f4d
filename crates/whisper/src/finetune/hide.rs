//! SpecAugment: parts of a spectrogram are hidden, another lot at every look. In: a spectrogram.
//! Out: the same with holes. Left to others: whether (`recipe`).
//!
//! Source: Park et al., "SpecAugment", 2019, with masks for short clips: two of at most 15 of 80 bands,
//! two of at most a twelfth of the sound and 0.4 s, in four looks of five.

use crate::random::{draw, word};

/// Most bands of one mask.
const BANDS: usize = 16;
/// Most frames of one mask: 0.4 s.
const FRAMES: usize = 40;

/// Hides bands and stretches of `mel` (bands rows of `width`), whose first `sound` frames are sound, as
/// seed, epoch and example say. Hidden is 0, the middle of the scale.
pub fn hide(
    mel: &mut [f32],
    width: usize,
    sound: usize,
    (seed, epoch, example): (u64, usize, usize),
) {
    let seed = word(word(seed, epoch as u64), example as u64);
    if draw(seed, 0, 5) == 0 {
        return;
    }
    let bands = mel.len() / width;
    let sound = sound.min(width).max(2);
    for mask in 0..2 {
        let height = draw(seed, 1 + mask, BANDS);
        let from = draw(seed, 3 + mask, bands - height);
        mel[from * width..(from + height) * width].fill(0.0);
        let length = draw(seed, 5 + mask, (sound / 12).clamp(2, FRAMES));
        let from = draw(seed, 7 + mask, sound - length);
        mel.chunks_exact_mut(width).for_each(|row| row[from..from + length].fill(0.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_small_differ_from_look_to_look_and_come_again() {
        let look = |epoch| {
            let mut mel = vec![1.0f32; 80 * 500];
            hide(&mut mel, 500, 300, (1, epoch, 3));
            mel
        };
        let looks: Vec<Vec<f32>> = (0..20).map(look).collect();
        assert_eq!(looks[4], look(4));
        let hidden =
            |mel: &[f32]| mel.iter().filter(|v| **v == 0.0).count() as f64 / mel.len() as f64;
        assert!(looks.iter().all(|mel| hidden(mel) < 0.5));
        let whole = looks.iter().filter(|mel| hidden(mel) == 0.0).count();
        assert!((1..10).contains(&whole), "{whole} of 20 looks without a hole");
        assert!(looks.iter().all(|mel| mel.chunks(500).any(|row| row[350] == 1.0)));
    }
}

//! Heads of the decoder whose attention follows the words through the sound. In: a model's header. Out: layers and heads.
//! Left to others: what is made of their attention (`align`).
//!
//! Source: `_ALIGNMENT_HEADS` of OpenAI's `whisper/__init__.py`, found there by trying all. A model that was trained further
//! keeps those of the one it began as; of any other all heads in the upper half of its layers are taken, as transformers does.

use crate::models::ggml::Header;

type Heads = &'static [(usize, usize)];

const TINY_EN: Heads = &[(1, 0), (2, 0), (2, 5), (3, 0), (3, 1), (3, 2), (3, 3), (3, 4)];
const TINY: Heads = &[(2, 2), (3, 0), (3, 2), (3, 3), (3, 4), (3, 5)];
const BASE_EN: Heads = &[(3, 3), (4, 7), (5, 1), (5, 5), (5, 7)];
const BASE: Heads = &[(3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6)];
#[rustfmt::skip]
const SMALL_EN: Heads = &[
    (6, 6), (7, 0), (7, 3), (7, 8), (8, 2), (8, 5), (8, 7), (9, 0), (9, 4), (9, 8), (9, 10), (10, 0), (10, 1), (10, 2),
    (10, 3), (10, 6), (10, 11), (11, 2), (11, 4),
];
#[rustfmt::skip]
const SMALL: Heads = &[
    (5, 3), (5, 9), (8, 0), (8, 4), (8, 7), (8, 8), (9, 0), (9, 7), (9, 9), (10, 5),
];
#[rustfmt::skip]
const MEDIUM_EN: Heads = &[
    (11, 4), (14, 1), (14, 12), (14, 14), (15, 4), (16, 0), (16, 4), (16, 9), (17, 12), (17, 14), (18, 7), (18, 10),
    (18, 15), (20, 0), (20, 3), (20, 9), (20, 14), (21, 12),
];
const MEDIUM: Heads = &[(13, 15), (15, 4), (15, 15), (16, 1), (20, 0), (23, 4)];
#[rustfmt::skip]
const LARGE_V2: Heads = &[
    (10, 12), (13, 17), (16, 11), (16, 12), (16, 13), (17, 15), (17, 16), (18, 4), (18, 11), (18, 19), (19, 11), (21, 2),
    (21, 3), (22, 3), (22, 9), (22, 12), (23, 5), (23, 7), (23, 13), (25, 5), (26, 1), (26, 12), (27, 15),
];
#[rustfmt::skip]
const LARGE_V3: Heads = &[
    (7, 0), (10, 17), (12, 18), (13, 12), (16, 1), (17, 14), (19, 11), (21, 4), (24, 1), (25, 6),
];
const TURBO: Heads = &[(2, 4), (2, 11), (3, 3), (3, 6), (3, 11), (3, 14)];

/// Layer and head of each, sorted.
pub fn following(header: &Header) -> Vec<(usize, usize)> {
    let (layers, heads) = (header.n_text_layer as usize, header.n_text_head as usize);
    let known = match (layers, header.n_audio_layer, header.is_multilingual()) {
        (4, 4, true) => TINY,
        (4, 4, false) => TINY_EN,
        (6, 6, true) => BASE,
        (6, 6, false) => BASE_EN,
        (12, 12, true) => SMALL,
        (12, 12, false) => SMALL_EN,
        (24, 24, true) => MEDIUM,
        (24, 24, false) => MEDIUM_EN,
        (32, 32, true) if header.n_mels == 80 => LARGE_V2,
        (32, 32, true) => LARGE_V3,
        (4, 32, true) => TURBO,
        _ => &[],
    };
    if known.is_empty() || known.iter().any(|(_, head)| *head >= heads) {
        return (layers / 2..layers).flat_map(|l| (0..heads).map(move |h| (l, h))).collect();
    }
    known.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_model_has_its_heads_and_an_unknown_one_those_of_its_upper_layers() {
        let of = |n_vocab, audio, layers, heads, mels| {
            let numbers = [n_vocab, 1500, 512, heads, audio, 448, 512, heads, layers, mels, 1];
            following(&Header::from_numbers(numbers).unwrap())
        };
        assert_eq!(of(51_865, 6, 6, 8, 80), BASE);
        assert_eq!(of(51_864, 6, 6, 8, 80), BASE_EN);
        assert_eq!(of(51_865, 6, 2, 8, 80), (0..8).map(|h| (1, h)).collect::<Vec<_>>());
        for heads in [
            TINY_EN, TINY, BASE_EN, BASE, SMALL_EN, SMALL, MEDIUM_EN, MEDIUM, LARGE_V2, LARGE_V3,
            TURBO,
        ] {
            assert!(heads.is_sorted());
        }
    }
}

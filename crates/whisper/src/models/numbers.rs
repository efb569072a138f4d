//! Numbers as bytes: f32, f16 and q8_0 blocks, little-endian. In: f32 values or bytes. Out: the
//! other. Left to others: which tensor is stored how (`layout`).

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

/// Values in one q8_0 block.
pub const BLOCK: usize = 32;

/// A float type that model files store plainly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Float {
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary16.
    F16,
    /// The upper half of a binary32, as some training runs keep their weights.
    Bf16,
}

impl Float {
    /// Bytes of one number.
    pub fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::Bf16 => 2,
        }
    }

    /// Replaces `numbers` by those in `bytes`, whose length is a multiple of [`Float::bytes`].
    pub fn decode(self, bytes: &[u8], numbers: &mut Vec<f32>) {
        numbers.clear();
        match self {
            Self::F32 => {
                numbers.extend(bytes.as_chunks().0.iter().map(|b: &[u8; 4]| f32::from_le_bytes(*b)))
            }
            Self::F16 => {
                // Eight by eight where the processor can.
                let halves = bytes.as_chunks().0.iter().map(|b: &[u8; 2]| f16::from_le_bytes(*b));
                let halves: Vec<f16> = halves.collect();
                numbers.resize(halves.len(), 0.0);
                halves.convert_to_f32_slice(numbers);
            }
            Self::Bf16 => numbers.extend(
                bytes.as_chunks().0.iter().map(|b: &[u8; 2]| bf16::from_le_bytes(*b).to_f32()),
            ),
        }
    }

    /// Appends `numbers`, rounded to nearest even where 16 bits are narrower.
    pub fn encode(self, numbers: &[f32], bytes: &mut Vec<u8>) {
        match self {
            Self::F32 => bytes.extend(numbers.iter().flat_map(|n| n.to_le_bytes())),
            Self::F16 => bytes.extend(numbers.iter().flat_map(|n| f16::from_f32(*n).to_le_bytes())),
            Self::Bf16 => {
                bytes.extend(numbers.iter().flat_map(|n| bf16::from_f32(*n).to_le_bytes()))
            }
        }
    }
}

/// Appends `numbers` (a multiple of [`BLOCK`]) as ggml's `block_q8_0`: a block is the f16 scale
/// d = max|x| / 127, then 32 signed bytes round(x / d), halves away from zero; all zero for d = 0.
/// Source: `quantize_row_q8_0_ref` of ggml.
pub fn encode_q8_0(numbers: &[f32], bytes: &mut Vec<u8>) {
    for block in numbers.as_chunks::<BLOCK>().0 {
        let largest = block.iter().fold(0.0f32, |max, x| max.max(x.abs()));
        let scale = largest / 127.0;
        let inverse = if scale == 0.0 { 0.0 } else { 1.0 / scale };
        bytes.extend(f16::from_f32(scale).to_le_bytes());
        bytes.extend(block.iter().map(|x| (x * inverse).round() as i8 as u8));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_f16_survives_a_round_trip() {
        let bytes: Vec<u8> = (0..=u16::MAX)
            .filter(|b| !f16::from_bits(*b).is_nan())
            .flat_map(u16::to_le_bytes)
            .collect();
        let (mut numbers, mut again) = (Vec::new(), Vec::new());
        Float::F16.decode(&bytes, &mut numbers);
        Float::F16.encode(&numbers, &mut again);
        assert_eq!(again, bytes);
    }

    #[test]
    fn a_block_of_zeros_is_34_zero_bytes() {
        let mut bytes = Vec::new();
        encode_q8_0(&[0.0; BLOCK], &mut bytes);
        assert_eq!(bytes, [0; 34]);
    }

    proptest! {
        #[test]
        fn a_quantised_number_is_within_half_a_step(
            block in prop::collection::vec(-8.0f32..8.0, BLOCK)
        ) {
            let mut bytes = Vec::new();
            encode_q8_0(&block, &mut bytes);
            let scale = f16::from_le_bytes([bytes[0], bytes[1]]).to_f32();
            let largest = block.iter().fold(0.0f32, |max, x| max.max(x.abs()));
            for (x, q) in block.iter().zip(&bytes[2..]) {
                let error = (x - scale * f32::from(*q as i8)).abs();
                // half a step, and the rounding of the scale to f16
                prop_assert!(error <= largest / 127.0 * 0.5 + largest * 0.001 + 1e-6, "{x} off by {error}");
            }
        }
    }
}

//! Hypotheses as they lie in the store. In: a hypothesis. Out: some 30 bytes per token that give the same
//! numbers back, to the last bit. Left to others: clip, model and policy, which are columns beside it.
//!
//! Lengths and counts are variable-length (seven bits a byte, lowest first), other numbers 64-bit floats,
//! little-endian, or shorter where that loses nothing: a float of 32 bits, or ten-thousandths. A token's
//! probability is left out where it is the exponential of its logarithm, the text where it is that of
//! the tokens. The first byte is the version.

mod read;
mod write;

use anyhow::{Context, Result};

use crate::domain::{Hypothesis, Probability, Token};
use read::Reader;
use write::Writer;

const VERSION: u8 = 1;

/// What a hypothesis has, a bit each.
mod has {
    pub const TEXT: u64 = 1;
    pub const FULL_PASS: u64 = 1 << 1;
    pub const P_NO_SPEECH: u64 = 1 << 2;
    pub const P_LANGUAGE: u64 = 1 << 3;
    pub const BEST_LANGUAGE: u64 = 1 << 4;
    pub const LANGUAGE_ENTROPY: u64 = 1 << 5;
    pub const REPLACED: u64 = 1 << 6;
    pub const END: u64 = 1 << 7;
    pub const SLOWED: u64 = 1 << 8;
    pub const WINDOW_PASS: u64 = 1 << 9;
    pub const ALONE: u64 = 1 << 10;
    pub const GIVEN_PASS: u64 = 1 << 11;
    pub const ENGINE_CONFIDENCE: u64 = 1 << 12;
}

/// What a token has, a bit each.
mod token {
    pub const SPACE: u8 = 1;
    pub const P: u8 = 1 << 1;
    pub const ENTROPY: u8 = 1 << 2;
    pub const ROUND_ENTROPY: u8 = 1 << 3;
    pub const MARGIN: u8 = 1 << 4;
    pub const ROUND_MARGIN: u8 = 1 << 5;
    pub const SHORT_LOGPROB: u8 = 1 << 6;
}

/// As bytes.
pub fn pack(h: &Hypothesis) -> Vec<u8> {
    let mut out = Writer::default();
    out.byte(VERSION);
    out.hypothesis(h);
    out.0
}

/// From bytes, and the columns beside them.
pub fn unpack(bytes: &[u8], clip: &str, model: String, policy: String) -> Result<Hypothesis> {
    let mut from = Reader(bytes);
    let h = match from.byte()? {
        VERSION => from.hypothesis(clip, model, policy),
        other => Err(anyhow::anyhow!("version {other} is not known: update second-ear")),
    };
    h.context("a hypothesis as it is stored")
}

/// The text that tokens make.
fn text_of(tokens: &[Token]) -> String {
    tokens.iter().map(|t| t.text.as_str()).collect::<String>().trim().to_string()
}

/// The probability that goes with a logarithm.
fn p_of(logprob: f64) -> Probability {
    Probability::clamped(logprob.exp())
}

/// Ten-thousandths, where that is all there is to a number.
fn ten_thousandths(x: f64) -> Option<u64> {
    let n = (x * 1e4).round();
    let whole = (0.0..4e9).contains(&n) && (n / 1e4).to_bits() == x.to_bits();
    whole.then_some(n as u64)
}

#[cfg(test)]
mod tests;

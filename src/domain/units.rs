//! Units as types: time in samples or milliseconds, probabilities in [0, 1].
//! Integers for time, so that spans add up exactly.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

/// Samples per second of everything after decoding; Whisper's rate.
pub const SAMPLE_RATE: u32 = 16_000;

/// A count or a position in samples at [`SAMPLE_RATE`].
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Samples(pub u64);

impl Samples {
    /// The nearest whole sample; negative and non-finite seconds become zero.
    pub fn from_seconds(seconds: f64) -> Self {
        Self((seconds * f64::from(SAMPLE_RATE)).round().max(0.0) as u64)
    }

    /// Seconds, exact to the sample (one sample is 0.0000625 s).
    pub fn seconds(self) -> f64 {
        self.0 as f64 / f64::from(SAMPLE_RATE)
    }

    /// As an index into a buffer.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The difference, or zero where `other` is larger.
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for Samples {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Samples {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Samples {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Sum for Samples {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self(0), Add::add)
    }
}

/// A count or a position in milliseconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub u64);

/// A number in [0, 1]; never NaN. Missing confidence is `Option::None`, never 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Probability(f64);

impl Probability {
    /// Certain.
    pub const ONE: Self = Self(1.0);
    /// Impossible.
    pub const ZERO: Self = Self(0.0);

    /// `None` for NaN and for numbers outside [0, 1].
    pub fn new(p: f64) -> Option<Self> {
        (0.0..=1.0).contains(&p).then_some(Self(p))
    }

    /// The nearest probability; NaN becomes zero, the cautious reading of a confidence.
    pub fn clamped(p: f64) -> Self {
        Self(if p.is_nan() { 0.0 } else { p.clamp(0.0, 1.0) })
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }

    /// 1 - p.
    pub fn complement(self) -> Self {
        Self(1.0 - self.0)
    }
}

impl TryFrom<f64> for Probability {
    type Error = String;
    fn try_from(p: f64) -> Result<Self, String> {
        Self::new(p).ok_or_else(|| format!("{p} is not a probability (0 to 1)"))
    }
}

impl From<Probability> for f64 {
    fn from(p: Probability) -> f64 {
        p.0
    }
}

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_and_seconds_agree_to_the_sample() {
        for n in [0, 1, 15_999, 16_000, 576_000_001] {
            assert_eq!(Samples::from_seconds(Samples(n).seconds()), Samples(n));
        }
    }

    #[test]
    fn a_probability_is_never_nan_nor_outside_its_range() {
        assert_eq!(Probability::new(f64::NAN), None);
        assert_eq!(Probability::new(1.001), None);
        assert_eq!(Probability::clamped(f64::NAN).get(), 0.0);
        assert_eq!(Probability::clamped(7.0), Probability::ONE);
        assert!(serde_json::from_str::<Probability>("-0.1").is_err());
    }
}

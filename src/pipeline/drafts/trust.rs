//! Whether an engine's confidence is one. In: all numbers of an import. Out: whether they are kept, and why not. Pure.
//!
//! Several engines write a number where they have none: always 0.0, always 1.0, -1.0. What never varies says nothing, and
//! what lies outside of 0 to 1 is no probability. Missing confidence is never taken for certainty.

use std::fmt;

use serde::Serialize;

/// What became of a confidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Trust {
    /// It varies, and is kept: `calibrate` asks what it tells.
    Kept {
        /// Numbers.
        count: usize,
    },
    /// It is taken for missing.
    Missing {
        /// Why.
        why: String,
    },
}

/// What engines write where they have no number.
const SENTINEL: f64 = -1.0;

impl Trust {
    /// Looks at all numbers of a kind.
    pub fn of(numbers: impl Iterator<Item = f64>) -> Self {
        let missing = |why: &str| Self::Missing { why: why.to_string() };
        let all: Vec<f64> = numbers.collect();
        let said = all.iter().filter(|x| x.is_finite() && **x != SENTINEL);
        let (mut least, mut most, mut count) = (f64::INFINITY, f64::NEG_INFINITY, 0);
        for x in said {
            (least, most, count) = (least.min(*x), most.max(*x), count + 1);
        }
        match count {
            0 if all.is_empty() => missing("there is none"),
            0 => missing("it is -1.0 or no number throughout"),
            _ if least < 0.0 || most > 1.0 => missing("some of it lies outside of 0 to 1"),
            _ if least == most => missing(&format!("it is {least:?} throughout")),
            _ => Self::Kept { count },
        }
    }

    /// A number, where it is kept.
    pub fn keeps(&self, number: Option<f64>) -> Option<f64> {
        let kept = matches!(self, Self::Kept { .. });
        number.filter(|x| kept && (0.0..=1.0).contains(x))
    }
}

impl fmt::Display for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kept { count } => write!(f, "kept ({count} numbers)"),
            Self::Missing { why } => write!(f, "missing: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confidence_that_never_varies_is_missing_and_the_import_says_so() {
        let of = |numbers: &[f64]| Trust::of(numbers.iter().copied());
        for (numbers, why) in [
            (&[][..], "there is none"),
            (&[0.0, 0.0], "0.0 throughout"),
            (&[1.0], "1.0 throughout"),
            (&[0.7, 0.7, f64::NAN], "0.7 throughout"),
            (&[-1.0, -1.0], "-1.0"),
            (&[f64::NAN], "no number"),
            (&[0.5, -12.5], "outside of 0 to 1"),
            (&[55.0, 99.0], "outside of 0 to 1"),
        ] {
            let trust = of(numbers);
            assert!(trust.to_string().contains(why), "{numbers:?}: {trust}");
            assert_eq!(trust.keeps(Some(0.5)), None);
        }
        let kept = of(&[0.5, 0.9, -1.0, f64::NAN]);
        assert_eq!(kept, Trust::Kept { count: 2 });
        assert_eq!(
            (kept.keeps(Some(0.5)), kept.keeps(Some(-1.0)), kept.keeps(None)),
            (Some(0.5), None, None)
        );
    }
}

//! The range of a setting. In: its name, value and range. Out: nothing, or what is wrong with it in one sentence. Left
//! to others: which ranges there are.

use std::fmt::Debug;

/// Refuses a number that is outside of `low` to `high`, or none.
pub fn within<T: PartialOrd + Debug>(name: &str, value: T, low: T, high: T) -> Result<(), String> {
    if low <= value && value <= high {
        return Ok(());
    }
    Err(format!("{name} is {value:?}; it must be a number from {low:?} to {high:?}"))
}

/// Refuses a share that is not between 0 and 1, both excluded.
pub fn inside(name: &str, value: f64, example: &str) -> Result<(), String> {
    if value > 0.0 && value < 1.0 {
        return Ok(());
    }
    Err(format!("{name} is {value:?}; it must lie between 0 and 1: {example}"))
}

//! Random bytes of the operating system, for keys. In: how many. Out: bytes. Draws that a rerun must repeat are no
//! business of this file: they are hashes of a seed (`domain::draw`).

use anyhow::{Context, Result};

/// So many bytes that nobody can foresee.
///
/// # Errors
/// The operating system gives none.
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).context("ask the operating system for random bytes")?;
    Ok(bytes)
}

/// So many bytes as hexadecimal digits.
///
/// # Errors
/// As [`bytes`].
pub fn hex<const N: usize>() -> Result<String> {
    Ok(bytes::<N>()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_keys_are_alike() {
        assert_ne!(bytes::<32>().unwrap(), bytes::<32>().unwrap());
        assert_eq!(hex::<32>().unwrap().len(), 64);
    }
}

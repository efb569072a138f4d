//! Hashes under a key: HMAC-SHA-256. Without the key nobody can try texts out. In: a key, a text. Out: hexadecimal digits. Left to
//! others: keys (`pipeline::random`, store), what is hashed (`pseudonym`, `tombstones`).

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The longest key, bytes: SHA-256 takes so many at a time.
const BLOCK: usize = 64;

/// The hash of a text; of a longer key the first bytes count.
pub fn keyed(key: &[u8], text: &str) -> String {
    // Zeros behind a key are a part of it, by the definition of HMAC; a key of one block always fits.
    let mut block = [0; BLOCK];
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_rfc_4231() {
        let tests = [
            (
                vec![0x0b; 20],
                "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe".to_vec(),
                "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
        ];
        for (key, text, wanted) in tests {
            assert_eq!(keyed(&key, text), wanted);
        }
    }
}

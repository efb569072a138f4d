//! A page under a passphrase. In: the passphrase, random bytes, the page's data piece by piece. Out: the same data
//! encrypted: AES-256-GCM under a key that PBKDF2 makes of the passphrase, as WebCrypto opens it (`unlock.js`). Left to
//! others: asking for the passphrase (commands), random bytes (pipeline).
//!
//! Each page has a salt and nonces of its own, so no two pages share a key. Pieces are numbered in their nonces: none
//! can be moved or left out. The last one says how many there are.

use std::fmt;

use aes_gcm::aead::Aead;
use aes_gcm::{Aes256Gcm, KeyInit};
use anyhow::{Context, Result, anyhow};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::text::tidy;

/// Rounds of PBKDF2-HMAC-SHA-256: what OWASP asks for at least.
const ROUNDS: u32 = 600_000;
/// Characters of the shortest passphrase: whoever has the file may try as many as they like.
const SHORTEST: usize = 12;
/// Bytes of the salt.
const SALT_BYTES: usize = 16;
/// Random bytes of a nonce; the number of the piece is the rest.
const NONCE_BYTES: usize = 8;

/// What opens a page. It has no `Display`, and `Debug` does not tell it.
#[derive(Clone)]
pub struct Passphrase(String);

impl Passphrase {
    /// As typed; blanks and composed characters are made uniform, as the page does it too.
    ///
    /// # Errors
    /// It is too short: how long it must be.
    pub fn new(typed: &str) -> Result<Self> {
        let passphrase = tidy(typed);
        match passphrase.chars().count() {
            n if n >= SHORTEST => Ok(Self(passphrase)),
            _ => Err(anyhow!(
                "the passphrase is too short: take {SHORTEST} characters or more, such as four words; whoever has the \
                 file can try as many as they like"
            )),
        }
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(not shown)")
    }
}

/// Encrypts the pieces of one page.
pub struct Seal {
    cipher: Aes256Gcm,
    salt: [u8; SALT_BYTES],
    nonce: [u8; NONCE_BYTES],
    next: u32,
}

impl Seal {
    /// A seal for one page; `salt` and `nonce` are random, and new for each page.
    pub fn new(passphrase: &Passphrase, salt: [u8; SALT_BYTES], nonce: [u8; NONCE_BYTES]) -> Self {
        let mut key = [0; 32];
        pbkdf2::pbkdf2_hmac::<Sha256>(passphrase.0.as_bytes(), &salt, ROUNDS, &mut key);
        Self { cipher: Aes256Gcm::new(&key.into()), salt, nonce, next: 0 }
    }

    /// What the page needs to know beside the passphrase.
    pub(super) fn parameters(&self) -> Value {
        json!({
            "version": 1,
            "kdf": "PBKDF2-HMAC-SHA-256",
            "rounds": ROUNDS,
            "salt": BASE64_STANDARD.encode(self.salt),
            "cipher": "AES-256-GCM",
            "nonce": BASE64_STANDARD.encode(self.nonce),
        })
    }

    /// The next piece, as a JSON string.
    pub(super) fn piece(&mut self, text: &str) -> Result<String> {
        let mut nonce = [0; NONCE_BYTES + 4];
        nonce[..NONCE_BYTES].copy_from_slice(&self.nonce);
        nonce[NONCE_BYTES..].copy_from_slice(&self.next.to_be_bytes());
        self.next = self.next.checked_add(1).context("too many clips for one page")?;
        let sealed = self.cipher.encrypt(&nonce.into(), text.as_bytes());
        let sealed = sealed.map_err(|_| anyhow!("encrypt a piece of the page"))?;
        Ok(format!("\"{}\"", BASE64_STANDARD.encode(sealed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_passphrase_is_refused_and_no_log_tells_one() {
        for short in ["", "eleven char", "  eleven   char  "] {
            assert!(Passphrase::new(short).unwrap_err().to_string().contains("12"), "{short}");
        }
        let passphrase = Passphrase::new(" quatre  mots faciles à dire\n").unwrap();
        assert_eq!(passphrase.0, "quatre mots faciles à dire");
        assert!(!format!("{passphrase:?}").contains("mots"));
    }

    #[test]
    fn a_piece_opens_with_its_own_number_alone() {
        let passphrase = Passphrase::new("quatre mots faciles à dire").unwrap();
        let mut seal = Seal::new(&passphrase, [1; SALT_BYTES], [2; NONCE_BYTES]);
        let pieces = [seal.piece("un").unwrap(), seal.piece("un").unwrap()];
        assert_ne!(pieces[0], pieces[1]);
        let bytes = |piece: &str| BASE64_STANDARD.decode(piece.trim_matches('"')).unwrap();
        let open = |number: u8, piece: &str| {
            let mut nonce = [2; NONCE_BYTES + 4];
            nonce[NONCE_BYTES..].copy_from_slice(&[0, 0, 0, number]);
            seal.cipher.decrypt(&nonce.into(), bytes(piece).as_slice())
        };
        assert_eq!(open(1, &pieces[1]).unwrap(), b"un");
        assert!(open(0, &pieces[1]).is_err());
    }
}

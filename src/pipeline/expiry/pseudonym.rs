//! Names that say who is one person, and not who it is. In: a workspace, a name. Out: a name under a key that stays in
//! the workspace's database. Left to others: which names (`due`).

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::pipeline::workspace::Workspace;

/// The database's note on the key of pseudonyms.
const KEY: &str = "pseudonym key";
/// What every pseudonym of a validator begins with.
const PREFIX: &str = "validator-";
/// Digits behind it.
const DIGITS: usize = 16;
/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Bytes that SHA-256 takes at a time.
const BLOCK: usize = 64;

/// The workspace's key; drawn where there is none yet.
pub fn key(workspace: &mut Workspace) -> Result<[u8; KEY_BYTES]> {
    if let Some(hex) = workspace.store.meta(KEY)? {
        return read(&hex);
    }
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key).context("draw a key for pseudonyms")?;
    workspace.store.set_meta(KEY, &hex(&key))?;
    Ok(key)
}

fn read(hex: &str) -> Result<[u8; KEY_BYTES]> {
    const DAMAGED: &str = "the key of pseudonyms is damaged";
    ensure!(hex.len() == 2 * KEY_BYTES && hex.is_ascii(), DAMAGED);
    let mut key = [0; KEY_BYTES];
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).context(DAMAGED)?;
    }
    Ok(key)
}

/// The pseudonym of a name, where the workspace has given any.
pub fn known(workspace: &Workspace, name: &str) -> Result<Option<String>> {
    let hex = workspace.store.meta(KEY)?;
    Ok(hex.map(|hex| read(&hex)).transpose()?.map(|key| of(&key, name)))
}

/// The pseudonym of a name: the same each time in a workspace, and another one elsewhere.
pub fn of(key: &[u8; KEY_BYTES], name: &str) -> String {
    let digest = hex(&hmac(key, format!("validator\n{name}").as_bytes()));
    format!("{PREFIX}{}", &digest[..DIGITS])
}

/// Whether a name is a pseudonym already.
pub fn is_one(name: &str) -> bool {
    let digits = name.strip_prefix(PREFIX);
    digits.is_some_and(|d| d.len() == DIGITS && d.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// HMAC-SHA-256 (RFC 2104); the key is shorter than a block.
fn hmac(key: &[u8; KEY_BYTES], text: &[u8]) -> [u8; 32] {
    let pad = |with: u8| {
        let mut block = [with; BLOCK];
        block.iter_mut().zip(key).for_each(|(b, k)| *b ^= k);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_is_the_same_each_time_and_does_not_tell_the_name() {
        let (ours, theirs) = ([1; KEY_BYTES], [2; KEY_BYTES]);
        assert_eq!(of(&ours, "Zoé"), of(&ours, "Zoé"));
        assert_ne!(of(&ours, "Zoé"), of(&theirs, "Zoé"));
        assert!(is_one(&of(&ours, "Zoé")) && !of(&ours, "Zoé").contains("Zo"));
        assert!(!is_one("validator-7") && !is_one("ana"));
    }

    /// Test case 1 of RFC 4231, its key of 20 bytes filled up with zeros, as HMAC itself fills it up.
    #[test]
    fn the_hash_is_hmac_sha_256() {
        let mut key = [0; KEY_BYTES];
        key[..20].fill(0x0b);
        assert_eq!(hex(&hmac(&key, b"Hi There"))[..16], *"b0344c61d8db3853");
    }
}

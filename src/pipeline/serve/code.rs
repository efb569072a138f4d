//! Completion codes: proof that a person finished a batch. In: the workspace's key, a batch, a person. Out: ten characters. Left to
//! others: when a batch is done.
//!
//! A code is HMAC-SHA-256 of batch and person under a key that never leaves the workspace: nobody can make one up, and whoever has
//! the workspace can tell whose it is.

use anyhow::Result;

use crate::domain::{BatchId, KEY_BYTES, keyed};
use crate::pipeline::random;
use crate::pipeline::workspace::Workspace;

/// The database's note on the key.
const KEY: &str = "serve key";

/// Characters of a code: 40 bits.
const CHARACTERS: usize = 10;

/// Makes codes, and tokens for sessions.
#[derive(Clone)]
pub struct Codes {
    key: String,
}

impl Codes {
    /// Of a workspace; the first time its key is drawn.
    pub fn of(workspace: &mut Workspace) -> Result<Self> {
        if workspace.store.meta(KEY)?.is_none() {
            workspace.store.set_meta(KEY, &random::hex::<KEY_BYTES>()?)?;
        }
        Ok(Self::read(workspace)?.unwrap_or(Self { key: String::new() }))
    }

    /// Of a workspace that was served before.
    pub fn read(workspace: &Workspace) -> Result<Option<Self>> {
        Ok(workspace.store.meta(KEY)?.map(|key| Self { key }))
    }

    /// The code of a batch that a person finished.
    pub fn code(&self, batch: &BatchId, validator: &str) -> String {
        let mut code = self.keyed(&format!("completion\n{batch}\n{validator}"));
        code.truncate(CHARACTERS);
        code.to_uppercase()
    }

    /// The same text gives the same digits, which nobody else can foresee: 64 of them, hexadecimal.
    pub fn keyed(&self, text: &str) -> String {
        keyed(self.key.as_bytes(), text)
    }

    /// Whose code it is: the batch and the person.
    pub fn whose(&self, workspace: &Workspace, code: &str) -> Result<Option<(BatchId, String)>> {
        let code = code.trim().to_uppercase();
        for batch in workspace.store.batches()?.into_iter().filter(|batch| batch.served) {
            for person in batch.people {
                if self.code(&batch.id, &person) == code {
                    return Ok(Some((batch.id, person)));
                }
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_of_one_batch_one_person_and_one_workspace() {
        let (ours, other) = (Codes { key: "0b".repeat(32) }, Codes { key: "0c".repeat(32) });
        let (a, b) = (BatchId::from_stored("a"), BatchId::from_stored("b"));
        let code = ours.code(&a, "ana");
        assert_eq!(code, ours.code(&a, "ana"));
        assert!(code.len() == CHARACTERS && code.chars().all(|c| c.is_ascii_hexdigit()));
        assert!(
            [ours.code(&b, "ana"), ours.code(&a, "ben"), other.code(&a, "ana")]
                .iter()
                .all(|c| *c != code)
        );
    }
}

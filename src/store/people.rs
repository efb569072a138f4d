//! What the team knows of people and of clips: gold texts, names for credit.

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::params;

use super::Store;
use crate::domain::ClipId;

impl Store {
    /// Clips are of known text from now on; a new text replaces an old one.
    pub fn keep_gold(&mut self, gold: &[(ClipId, String)]) -> Result<()> {
        let tx = self.write()?;
        for (clip, text) in gold {
            tx.execute(
                "INSERT INTO gold (clip, text) VALUES (?1, ?2)
                 ON CONFLICT (clip) DO UPDATE SET text = excluded.text",
                params![clip.as_str(), text],
            )?;
        }
        tx.commit()?;
        Ok(())
    }

    /// The clips of known text.
    pub fn gold(&self) -> Result<BTreeMap<ClipId, String>> {
        let mut statement = self.db.prepare("SELECT clip, text FROM gold")?;
        let rows = statement
            .query_map([], |r| Ok((ClipId::from_stored(r.get::<_, String>(0)?), r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A validator wants to be named, or with an empty name not to be, unless an earlier import had a
    /// wish of a later time (`wished`: RFC 3339 in UTC; empty, not known: earlier than any).
    pub fn keep_credit(&mut self, validator: &str, name: &str, wished: &str) -> Result<()> {
        let tx = self.write()?;
        tx.execute(
            "INSERT INTO credits (validator, name, wished) VALUES (?1, ?2, ?3)
             ON CONFLICT (validator) DO UPDATE SET name = excluded.name, wished = excluded.wished
             WHERE excluded.wished >= wished",
            params![validator, name, wished],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// Names of those who want to be named, by validator.
    pub fn credits(&self) -> Result<BTreeMap<String, String>> {
        let mut statement =
            self.db.prepare("SELECT validator, name FROM credits WHERE name <> ''")?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

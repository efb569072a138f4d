//! Guarantees: audits in their order, and the log of tests, certificates and alarms.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use rusqlite::params;

use super::Store;
use crate::domain::{Basis, ClipId, Entry, StoredEntry};

impl Store {
    /// The position of every audit that has one.
    pub fn audit_positions(&self) -> Result<BTreeMap<ClipId, u64>> {
        let mut statement = self.db.prepare("SELECT clip, position FROM audits")?;
        let rows = statement
            .query_map([], |r| Ok((ClipId::from_stored(r.get::<_, String>(0)?), r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The log of guarantees that rest on this basis, oldest first.
    pub fn guarantees(&self, basis: &Basis) -> Result<Vec<StoredEntry>> {
        let mut statement = self.db.prepare(
            "SELECT id, created, body FROM certificates
             WHERE model = ?1 AND policy = ?2 AND calibration = ?3 AND target = ?4 ORDER BY id",
        )?;
        let Basis { model, policy, calibration, guarantee } = basis;
        let target = serde_json::to_string(guarantee)?;
        let mut rows = statement.query(params![model, policy, calibration, target])?;
        let mut log = Vec::new();
        while let Some(row) = rows.next()? {
            let id: u64 = row.get(0)?;
            let body: String = row.get(2)?;
            let entry = serde_json::from_str(&body).with_context(|| format!("certificate {id}"))?;
            log.push(StoredEntry { id, created: row.get(1)?, entry });
        }
        Ok(log)
    }

    /// Keeps what a look found, in one transaction: audits behind those there are, entries likewise.
    pub fn keep_look(
        &mut self,
        basis: &Basis,
        joined: &[ClipId],
        entries: &[Entry],
        created: &str,
    ) -> Result<()> {
        let tx = self.write()?;
        for clip in joined {
            tx.execute(
                "INSERT INTO audits (position, clip)
                 SELECT COALESCE(MAX(position) + 1, 0), ?1 FROM audits",
                params![clip.as_str()],
            )?;
        }
        let Basis { model, policy, calibration, guarantee } = basis;
        let target = serde_json::to_string(guarantee)?;
        for entry in entries {
            tx.execute(
                "INSERT INTO certificates (created, model, policy, calibration, target, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![created, model, policy, calibration, target, serde_json::to_string(entry)?],
            )?;
        }
        tx.commit()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Guarantee, GuaranteeEvent, Measure, Scope};

    #[test]
    fn audits_keep_their_place_and_the_log_belongs_to_its_basis() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::create(&dir.path().join("state.db"), "w").unwrap();
        let guarantee = Guarantee { target: 0.05, measure: Measure::Wer, confidence: 0.9 };
        let basis =
            Basis { model: "m".into(), policy: "p".into(), calibration: "c".into(), guarantee };
        let clip = |n: u32| ClipId::from_stored(format!("clip{n}"));
        let event = GuaranteeEvent::Opened { start: 0.9, horizon: 100, from: 0 };
        let entry = Entry { scope: Scope::Pooled { apart: vec!["fr-CA".parse().unwrap()] }, event };
        store.keep_look(&basis, &[clip(3), clip(1)], std::slice::from_ref(&entry), "t").unwrap();
        store.keep_look(&basis, &[clip(2)], &[], "t").unwrap();
        let places = store.audit_positions().unwrap();
        assert_eq!([1, 2, 3].map(|n| places[&clip(n)]), [1, 2, 0]);
        let log = store.guarantees(&basis).unwrap();
        assert_eq!((log.len(), &log[0].entry), (1, &entry));
        let other = Guarantee { target: 0.1, ..guarantee };
        assert!(store.guarantees(&Basis { guarantee: other, ..basis }).unwrap().is_empty());
    }
}

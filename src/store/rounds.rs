//! Rounds of adaptation, and which of them is in use.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use rusqlite::params;

use super::Store;
use crate::domain::{ClipId, Round, RoundVerdict, Used};

/// The note on the round in use.
const IN_USE: &str = "round in use";

impl Store {
    /// Clips that people settled since the latest round used its own; before the first, all that are settled.
    pub fn settled_since_round(&self) -> Result<u64> {
        let sql = "SELECT count(*) FROM pieces p WHERE p.settled AND NOT EXISTS
                   (SELECT 1 FROM round_clips r WHERE r.clip = p.clip)";
        Ok(self.db.query_row(sql, [], |row| row.get(0))?)
    }

    /// Keeps a round and what each clip was used for; a promoted one is in use from this transaction on.
    pub fn keep_round(&mut self, round: &Round, used: &[(ClipId, Used)]) -> Result<()> {
        let body = serde_json::to_string(round)?;
        let tx = self.write()?;
        tx.execute(
            "INSERT INTO rounds (number, created, base, parent, model, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![round.number, round.created, round.base, round.parent, round.model(), body],
        )?;
        for (clip, used) in used {
            tx.execute(
                "INSERT INTO round_clips (round, clip, used) VALUES (?1, ?2, ?3)",
                params![round.number, clip.as_str(), used.code()],
            )?;
        }
        if matches!(round.verdict, RoundVerdict::Promoted { .. }) {
            tx.execute(
                "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)",
                params![IN_USE, round.number.to_string()],
            )?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Every attempt, in order.
    pub fn rounds(&self) -> Result<Vec<Round>> {
        let mut statement = self.db.prepare("SELECT number, body FROM rounds ORDER BY number")?;
        let mut rows = statement.query([])?;
        let mut rounds = Vec::new();
        while let Some(row) = rows.next()? {
            let (number, body): (u32, String) = (row.get(0)?, row.get(1)?);
            rounds.push(serde_json::from_str(&body).with_context(|| format!("round {number}"))?);
        }
        Ok(rounds)
    }

    /// Clips that the model of a round has learnt from: in that round, and in those whose models it began from; none
    /// for 0.
    pub fn clips_learnt_by(&self, round: u32) -> Result<BTreeSet<ClipId>> {
        let rounds = self.rounds()?;
        let mut statement =
            self.db.prepare("SELECT clip, used FROM round_clips WHERE round = ?1")?;
        let mut learnt = BTreeSet::new();
        let mut next = rounds.iter().find(|r| r.number == round);
        while let Some(round) = next {
            let mut rows = statement.query([round.number])?;
            while let Some(row) = rows.next()? {
                let used: Used = row.get::<_, String>(1)?.parse().map_err(anyhow::Error::msg)?;
                if used.learnt() {
                    learnt.insert(ClipId::from_stored(row.get::<_, String>(0)?));
                }
            }
            next = rounds.iter().find(|r| r.number < round.number && round.began_from(r));
        }
        Ok(learnt)
    }

    /// The round in use with this model in the settings; `None`: the settings' model itself.
    pub fn round_in_use(&self, base: &str) -> Result<Option<Round>> {
        let number: u32 = self.meta(IN_USE)?.and_then(|n| n.parse().ok()).unwrap_or(0);
        let found = self.rounds()?.into_iter().find(|r| r.number == number);
        Ok(found.filter(|r| r.base == base && r.model().is_some()))
    }

    /// Puts a promoted round in use again; 0: the settings' model.
    pub fn use_round(&mut self, number: u32) -> Result<()> {
        let rounds = self.rounds()?;
        let known = rounds.iter().any(|r| r.number == number && r.model().is_some());
        ensure!(number == 0 || known, "there is no promoted round {number}");
        self.set_meta(IN_USE, &number.to_string())
    }

    /// The round of each model that a round made, by the model's digest; all others are round 0.
    pub fn rounds_by_model(&self) -> Result<BTreeMap<String, u32>> {
        let rounds = self.rounds()?;
        Ok(rounds.iter().filter_map(|r| Some((r.model()?.to_string(), r.number))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(number: u32, parent: u32, model: Option<&str>) -> Round {
        let promoted = model.map(|m| (m.to_string(), m.to_string(), format!("{number}.bin")));
        crate::domain::example_round(number, parent, promoted)
    }

    #[test]
    fn the_last_promoted_round_is_in_use_until_another_is_chosen() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::create(&dir.path().join("state.db"), "w").unwrap();
        assert_eq!(store.round_in_use("base").unwrap(), None);
        let (first, second, third) =
            (round(1, 0, Some("m1")), round(2, 1, None), round(3, 1, Some("m3")));
        let second = Round { start_model: "m1".into(), ..second };
        let clip = |n: u32| ClipId::from_stored(format!("clip{n}"));
        let used = [(clip(1), Used::Train), (clip(2), Used::Test)];
        store.keep_round(&first, &used).unwrap();
        store.keep_round(&second, &[(clip(1), Used::Dev), (clip(2), Used::Replay)]).unwrap();
        store.keep_round(&third, &[(clip(3), Used::Dev)]).unwrap();
        let learnt = |round| store.clips_learnt_by(round).unwrap();
        assert_eq!(
            learnt(3),
            BTreeSet::new(),
            "its own dev clip, and it began from the settings' model"
        );
        assert_eq!(learnt(2), BTreeSet::from([clip(1), clip(2)]), "its own, and the first round's");
        assert_eq!(learnt(0), BTreeSet::new());
        assert_eq!(store.rounds().unwrap(), [first.clone(), second, third.clone()]);
        assert_eq!(store.round_in_use("base").unwrap(), Some(third));
        assert_eq!(store.round_in_use("small").unwrap(), None, "another model was chosen");
        store.use_round(1).unwrap();
        assert_eq!(store.round_in_use("base").unwrap(), Some(first));
        assert!(store.use_round(2).is_err(), "never promoted");
        store.use_round(0).unwrap();
        assert_eq!(store.round_in_use("base").unwrap(), None);
        let models = BTreeMap::from([("m1".to_string(), 1), ("m3".to_string(), 3)]);
        assert_eq!(store.rounds_by_model().unwrap(), models);
    }
}

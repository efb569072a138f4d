//! What the memory of corrections tried on drafts, and what came of it: kept as it comes. In: pairs with how a draft sounds with
//! them. Out: the same. Left to others: what is tried (`routing/memory`), how a draft sounds (`pipeline/memory`).

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use rusqlite::{Transaction, params};

use super::Store;
use crate::domain::{ClipId, Suggestion, WordPair};

/// Notes of pairs that the team took out of the memory: the rest of the key is a digest, which gives no text away.
const REMOVED: &str = "removed pair ";

impl Store {
    /// Keeps what was tried on a draft, each with its prior; `None`: the model cannot say.
    pub fn keep_suggestions(
        &mut self,
        clip: &ClipId,
        (model, policy): (&str, &str),
        tried: &[(WordPair, f64, Option<f64>)],
    ) -> Result<()> {
        let tx = self.write()?;
        for (pair, log_prior, log_ratio) in tried {
            let pair = serde_json::to_string(pair)?;
            tx.execute(
                "INSERT OR REPLACE INTO suggestions (clip, model, policy, pair, log_ratio, log_prior)
                 SELECT clip, ?2, ?3, ?4, ?5, ?6 FROM pieces WHERE clip = ?1",
                params![clip.as_str(), model, policy, pair, log_ratio, log_prior],
            )?;
        }
        tx.commit()?;
        Ok(())
    }

    /// The pairs that were tried on the drafts of a model and a policy, whatever came of them.
    pub fn tried(&self, model: &str, policy: &str) -> Result<BTreeMap<ClipId, BTreeSet<WordPair>>> {
        let sql = "SELECT clip, pair FROM suggestions WHERE model = ?1 AND policy = ?2";
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query([model, policy])?;
        let mut tried: BTreeMap<ClipId, BTreeSet<WordPair>> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let clip = ClipId::from_stored(row.get::<_, String>(0)?);
            tried.entry(clip).or_default().insert(pair(&row.get::<_, String>(1)?)?);
        }
        Ok(tried)
    }

    /// Every pair that was tried on any draft.
    pub fn tried_pairs(&self) -> Result<Vec<WordPair>> {
        let mut statement = self.db.prepare("SELECT DISTINCT pair FROM suggestions")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|text| pair(&text?)).collect()
    }

    /// What was tried on a draft, where the model could say how it sounds.
    pub fn suggestions(&self, clip: &ClipId, model: &str, policy: &str) -> Result<Vec<Suggestion>> {
        let mut statement = self.db.prepare_cached(
            "SELECT pair, log_ratio, log_prior FROM suggestions
             WHERE clip = ?1 AND model = ?2 AND policy = ?3 AND log_ratio IS NOT NULL ORDER BY pair",
        )?;
        let mut rows = statement.query([clip.as_str(), model, policy])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(Suggestion {
                pair: pair(&row.get::<_, String>(0)?)?,
                log_ratio: row.get(1)?,
                log_prior: row.get(2)?,
            });
        }
        Ok(found)
    }

    /// The likeliest pair of each draft of a model and a policy with these log odds or more.
    pub fn likeliest(
        &self,
        model: &str,
        policy: &str,
        from: f64,
    ) -> Result<BTreeMap<ClipId, (WordPair, f64)>> {
        let mut statement = self.db.prepare(
            "SELECT clip, pair, log_ratio + log_prior AS odds FROM suggestions
             WHERE model = ?1 AND policy = ?2 AND odds >= ?3 ORDER BY odds, pair",
        )?;
        let mut rows = statement.query(params![model, policy, from])?;
        let mut all = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let clip = ClipId::from_stored(row.get::<_, String>(0)?);
            all.insert(clip, (pair(&row.get::<_, String>(1)?)?, row.get(2)?));
        }
        Ok(all)
    }

    /// Gives what was tried the priors of today; what has none any more goes.
    pub fn renew_suggestions(&mut self, prior: impl Fn(&WordPair) -> Option<f64>) -> Result<()> {
        let tx = self.write()?;
        for text in pairs(&tx)? {
            match prior(&pair(&text)?) {
                Some(prior) => tx.execute(
                    "UPDATE suggestions SET log_prior = ?2 WHERE pair = ?1 AND log_prior <> ?2",
                    params![text, prior],
                )?,
                None => tx.execute("DELETE FROM suggestions WHERE pair = ?1", [text])?,
            };
        }
        tx.commit()?;
        Ok(())
    }

    /// Takes out what was tried on some drafts of a model and a policy.
    pub fn remove_tried(
        &mut self,
        (model, policy): (&str, &str),
        pairs: &[(ClipId, WordPair)],
    ) -> Result<()> {
        if pairs.is_empty() {
            return Ok(());
        }
        let tx = self.write()?;
        for (clip, pair) in pairs {
            let row = params![clip.as_str(), model, policy, serde_json::to_string(pair)?];
            tx.execute(
                "DELETE FROM suggestions WHERE clip = ?1 AND model = ?2 AND policy = ?3 AND pair = ?4",
                row,
            )?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Takes out what was tried of a pair.
    pub fn remove_suggestions(&mut self, pair: &WordPair) -> Result<()> {
        let (tx, text) = (self.write()?, serde_json::to_string(pair)?);
        tx.execute("DELETE FROM suggestions WHERE pair = ?1", [text])?;
        tx.commit()?;
        Ok(())
    }

    /// After a withdrawal: takes out what was tried of pairs that `stays` says no to, and the decisions on those clips, whose
    /// reasons may quote it. The next run decides anew.
    pub fn forget_suggestions(&mut self, stays: impl Fn(&WordPair) -> bool) -> Result<()> {
        self.overwrite_deleted()?;
        let tx = self.write()?;
        for text in pairs(&tx)? {
            if stays(&pair(&text)?) {
                continue;
            }
            for sql in [
                "UPDATE pieces SET decision = 'none', priority = NULL
                 WHERE clip IN (SELECT clip FROM suggestions WHERE pair = ?1)",
                "DELETE FROM decisions WHERE clip IN (SELECT clip FROM suggestions WHERE pair = ?1)",
                "DELETE FROM suggestions WHERE pair = ?1",
            ] {
                tx.execute(sql, [&text])?;
            }
        }
        tx.commit()?;
        Ok(())
    }

    /// Notes that the team took a pair out, or takes that back.
    pub fn keep_removed(&mut self, digest: &str, removed: bool) -> Result<()> {
        let (tx, key) = (self.write()?, format!("{REMOVED}{digest}"));
        match removed {
            true => {
                tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, '')", [key])?
            }
            false => tx.execute("DELETE FROM meta WHERE key = ?1", [key])?,
        };
        tx.commit()?;
        Ok(())
    }

    /// Digests of the pairs that the team took out.
    pub fn removed_pairs(&self) -> Result<BTreeSet<String>> {
        Ok(self.metas(REMOVED)?.into_iter().map(|(digest, _)| digest).collect())
    }
}

fn pairs(tx: &Transaction) -> Result<Vec<String>> {
    let mut statement = tx.prepare("SELECT DISTINCT pair FROM suggestions")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn pair(text: &str) -> Result<WordPair> {
    serde_json::from_str(text).context("a pair of words as it is stored")
}

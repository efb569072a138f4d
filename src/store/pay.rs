//! What was paid, and appeals. In: rows. Out: rows. Left to others: what is due, what a decision changes.

use anyhow::Result;
use rusqlite::{Row, params};

use super::Store;
use crate::domain::{Appeal, AppealDecision, Payment};

impl Store {
    /// Notes payments, those that are new; how many are.
    pub fn keep_payments(&mut self, payments: &[Payment]) -> Result<usize> {
        let tx = self.write()?;
        let mut new = 0;
        for payment in payments {
            let sql = "INSERT OR IGNORE INTO payments (id, validator, amount, paid_on, note)
                       VALUES (?1, ?2, ?3, ?4, ?5)";
            let Payment { validator, amount, paid_on, note } = payment;
            new += tx.execute(sql, params![payment.id(), validator, amount, paid_on, note])?;
        }
        tx.commit()?;
        Ok(new)
    }

    /// All payments, the oldest first.
    pub fn payments(&self) -> Result<Vec<Payment>> {
        let mut statement = self.db.prepare(
            "SELECT validator, amount, paid_on, note FROM payments ORDER BY paid_on, validator, id",
        )?;
        let rows = statement.query_map([], |r| {
            Ok(Payment {
                validator: r.get(0)?,
                amount: r.get(1)?,
                paid_on: r.get(2)?,
                note: r.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes an appeal; its number.
    pub fn keep_appeal(&mut self, appeal: &Appeal) -> Result<u32> {
        let tx = self.write()?;
        tx.execute(
            "INSERT INTO appeals (validator, about, opened, says) VALUES (?1, ?2, ?3, ?4)",
            params![appeal.validator, appeal.about.code(), appeal.opened, appeal.says],
        )?;
        let number = tx.last_insert_rowid();
        tx.commit()?;
        Ok(number.try_into()?)
    }

    /// Notes what was decided on an appeal; an earlier decision is replaced.
    pub fn decide_appeal(&mut self, number: u32, decision: &AppealDecision) -> Result<()> {
        let tx = self.write()?;
        let AppealDecision { outcome, decided_by, decided, answer } = decision;
        tx.execute(
            "UPDATE appeals SET outcome = ?2, decided_by = ?3, decided = ?4, answer = ?5 WHERE number = ?1",
            params![number, outcome.code(), decided_by, decided, answer],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// All appeals, in the order in which they came.
    pub fn appeals(&self) -> Result<Vec<Appeal>> {
        let mut statement = self.db.prepare(
            "SELECT number, validator, about, opened, says, outcome, decided_by, decided, answer
             FROM appeals ORDER BY number",
        )?;
        let mut rows = statement.query([])?;
        let mut appeals = Vec::new();
        while let Some(row) = rows.next()? {
            appeals.push(Appeal {
                number: row.get(0)?,
                validator: row.get(1)?,
                about: row.get::<_, String>(2)?.parse().map_err(anyhow::Error::msg)?,
                opened: row.get(3)?,
                says: row.get(4)?,
                decision: decision(row)?,
            });
        }
        Ok(appeals)
    }
}

fn decision(row: &Row) -> Result<Option<AppealDecision>> {
    let Some(outcome) = row.get::<_, Option<String>>(5)? else { return Ok(None) };
    Ok(Some(AppealDecision {
        outcome: outcome.parse().map_err(anyhow::Error::msg)?,
        decided_by: row.get(6)?,
        decided: row.get(7)?,
        answer: row.get(8)?,
    }))
}

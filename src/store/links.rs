//! Links to the server. In: hashes of tokens. Out: whom they let in. Left to others: drawing tokens, what a link shows.

use anyhow::{Result, ensure};
use rusqlite::{OptionalExtension, Row, params};

use super::Store;
use crate::domain::{Link, LinkRole, SessionEnd};

const COLUMNS: &str = "hash, role, validator, study, session, created, revoked, ended";

fn read(row: &Row) -> Result<Link> {
    let ended = row.get::<_, Option<String>>(7)?.map(|end| end.parse::<SessionEnd>());
    Ok(Link {
        hash: row.get(0)?,
        role: row.get::<_, String>(1)?.parse::<LinkRole>().map_err(anyhow::Error::msg)?,
        validator: row.get(2)?,
        study: row.get(3)?,
        session: row.get(4)?,
        created: row.get(5)?,
        revoked: row.get(6)?,
        ended: ended.transpose().map_err(anyhow::Error::msg)?,
    })
}

impl Store {
    /// Keeps a link; one that is there stays as it is.
    ///
    /// # Errors
    /// A withdrawal is not finished: a link of somebody who leaves must not come in beside it.
    pub fn keep_link(&mut self, link: &Link) -> Result<()> {
        ensure!(
            self.forgetting()?.is_none(),
            "a withdrawal was cut short: run `second-ear forget DIR --resume` first"
        );
        let tx = self.write()?;
        tx.execute(
            &format!(
                "INSERT OR IGNORE INTO links ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
            ),
            params![
                link.hash,
                link.role.code(),
                link.validator,
                link.study,
                link.session,
                link.created,
                link.revoked,
                link.ended.map(SessionEnd::code),
            ],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// The link with this hash.
    pub fn link(&self, hash: &str) -> Result<Option<Link>> {
        let sql = format!("SELECT {COLUMNS} FROM links WHERE hash = ?1");
        let mut statement = self.db.prepare_cached(&sql)?;
        statement.query_row([hash], |row| Ok(read(row))).optional()?.transpose()
    }

    /// Every link, the oldest first.
    pub fn links(&self) -> Result<Vec<Link>> {
        let sql = format!("SELECT {COLUMNS} FROM links ORDER BY created, hash");
        let mut statement = self.db.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut links = Vec::new();
        while let Some(row) = rows.next()? {
            links.push(read(row)?);
        }
        Ok(links)
    }

    /// Links open nothing from now on; how many did.
    pub fn revoke_links(&mut self, hashes: &[&str], when: &str) -> Result<usize> {
        let tx = self.write()?;
        let mut revoked = 0;
        for hash in hashes {
            let sql = "UPDATE links SET revoked = ?2 WHERE hash = ?1 AND revoked IS NULL";
            revoked += tx.execute(sql, params![hash, when])?;
        }
        tx.commit()?;
        Ok(revoked)
    }

    /// A session of a crowd platform has ended. One that gave its batch back, or whose time was over, frees what nobody answered of
    /// it; one that was done stays so.
    pub fn end_session(&mut self, hash: &str, end: SessionEnd, when: &str) -> Result<bool> {
        let tx = self.write()?;
        let sql = "UPDATE links SET ended = ?2 WHERE hash = ?1 AND ended IS NOT 'done'";
        let ended = tx.execute(sql, params![hash, end.code()])? > 0;
        if ended && end != SessionEnd::Done {
            tx.execute(
                "UPDATE batches SET reclaimed = ?2 WHERE reclaimed IS NULL AND served AND session IS NOT NULL
                   AND session = (SELECT session FROM links WHERE hash = ?1)
                   AND id IN (SELECT batch FROM batch_people
                              WHERE validator = (SELECT validator FROM links WHERE hash = ?1))",
                params![hash, when],
            )?;
        }
        tx.commit()?;
        Ok(ended)
    }
}

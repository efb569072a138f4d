//! What a crowd platform says became of its sessions. In: its list of submissions (CSV, as Prolific exports it). Out: sessions that
//! were returned or whose time was over free what nobody answered. Left to others: paying, approving.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;
use serde::Serialize;

use crate::domain::{Failures, LinkRole, SessionEnd};
use crate::pipeline::workspace::Workspace;
use crate::tables::{self, Layout, Table};

/// What was read.
#[derive(Debug, Default, Serialize)]
pub struct Submissions {
    /// Sessions that gave their batch back.
    pub returned: usize,
    /// Sessions whose time was over.
    pub timed_out: usize,
    /// Sessions with another status: nothing follows from it here.
    pub others: usize,
    /// Sessions that never came in here.
    pub unknown: usize,
    /// Rows that could not be read.
    pub failed: Failures,
}

/// Prolific's names of the columns, in lower case.
fn is_wanted(column: &str) -> bool {
    ["submission id", "session_id", "session", "status"].contains(&column)
}

/// Reads the list.
pub fn read(workspace: &mut Workspace, file: &Path, now: Timestamp) -> Result<Submissions> {
    let bytes = tables::read(file)?;
    let name = file.display();
    let layout = Layout { known: is_wanted, ..Layout::STRICT };
    let table = Table::open(&bytes, layout).map_err(|why| anyhow!("{name}: {why}"))?;
    let table = table.with_context(|| {
        format!("{name} has no column \"Submission id\" or \"Status\": export the submissions of the study as CSV")
    })?;
    let rows = table.rows(|row| {
        let (mut session, mut status) = (String::new(), String::new());
        for (column, cell) in row.cells() {
            match column {
                "status" => status = cell?.trim().to_string(),
                column if is_wanted(column) => session = cell?.trim().to_string(),
                _ => {}
            }
        }
        Ok((session, status))
    });
    let links = workspace.store.links()?;
    let mut read = Submissions::default();
    for (line, row) in rows {
        let (session, status) = match row {
            Ok(row) => row,
            Err(why) => {
                read.failed.push(format!("{name}:{line}: {why}"));
                continue;
            }
        };
        if session.is_empty() || status.is_empty() {
            read.failed.push(format!("{name}:{line}: the row has no submission id or no status"));
            continue;
        }
        let is_it = |link: &&crate::domain::Link| {
            link.role == LinkRole::Session && link.session.as_deref() == Some(&*session)
        };
        let Some(link) = links.iter().find(is_it) else {
            read.unknown += 1;
            continue;
        };
        let (end, count) = match status.to_uppercase().replace(['_', ' '], "-").as_str() {
            "RETURNED" => (SessionEnd::Returned, &mut read.returned),
            "TIMED-OUT" => (SessionEnd::TimedOut, &mut read.timed_out),
            _ => {
                read.others += 1;
                continue;
            }
        };
        workspace.store.end_session(&link.hash, end, &now.to_string())?;
        *count += 1;
    }
    Ok(read)
}

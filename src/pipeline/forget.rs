//! `forget`: a speaker, a recording, a validator or a clip leaves the workspace, with all that rests on them. First the
//! intent is stored; from then on the withdrawal goes to its end whatever kills it: rows in one transaction, then
//! files, then the bytes of deleted rows. The next command that writes finishes one that was cut short.

mod account;
mod calibrations;
mod exports;
mod lineage;
mod plan;
#[cfg(test)]
mod tests;
mod text;

use anyhow::{Result, ensure};

use super::memory;
use super::random;
use super::settle;
use super::workspace::Workspace;
use crate::domain::{KEY_BYTES, Target};
use crate::store::{Erasure, FileLock, Forgetting, Lock};

pub use account::Account;
pub use calibrations::CalibrationChange;
pub use exports::{Standing, left_of, remove as remove_outputs, standing};
pub use plan::Plan;
pub use text::standing_lines;

/// What would go; nothing is changed.
///
/// # Errors
/// There is nothing of that name: names that look like it are told.
pub fn preview(workspace: &Workspace, target: &Target) -> Result<Account> {
    let plan = Plan::of(workspace, target)?;
    Account::of(workspace, plan)
}

/// Forgets; a withdrawal that was cut short has been finished before (`settle::change`).
///
/// # Errors
/// As [`preview`]. What has begun is finished by the next command.
pub fn forget(workspace: &mut Workspace, target: &Target) -> Result<Account> {
    workspace.store.key_tombstones(&random::hex::<KEY_BYTES>()?)?;
    let plan = Plan::of(workspace, target)?;
    let mut account = Account::of(workspace, plan.clone())?;
    workspace.store.begin_forgetting(&plan.erasure)?;
    let done = finish(workspace)?;
    account.done(done.unwrap_or_default());
    Ok(account)
}

/// What the steps of a withdrawal did.
#[derive(Debug, Default)]
pub struct Done {
    /// What became of the outputs that held something of it.
    pub outputs: Vec<exports::Removed>,
    /// What became of the score.
    pub calibrations: Vec<CalibrationChange>,
}

/// Finishes a withdrawal that has begun; `None`: there is none.
pub fn finish(workspace: &mut Workspace) -> Result<Option<Done>> {
    let Some(mut stage) = workspace.store.forgetting()? else { return Ok(None) };
    // A batch that is being made would bring back what goes.
    let _lock = FileLock::take(&workspace.dir, Lock::HandOut)?;
    let mut done = Done::default();
    loop {
        stage = match stage {
            Forgetting::Rows(erasure) => {
                workspace.store.forget_rows(&erasure)?;
                Forgetting::Files(erasure)
            }
            Forgetting::Files(erasure) => {
                done = files(workspace, &erasure)?;
                workspace.store.forgot_files(&erasure)?;
                Forgetting::Scrub
            }
            Forgetting::Scrub => {
                workspace.store.scrub()?;
                workspace.store.forgot()?;
                return Ok(Some(done));
            }
        };
    }
}

/// Everything beside the rows: settled texts and the score as they are without what went, files, exports.
fn files(workspace: &mut Workspace, erasure: &Erasure) -> Result<Done> {
    settle::settle(workspace)?;
    memory::forget(workspace)?;
    plan::remove(workspace, erasure)?;
    let calibrations = calibrations::renew(workspace, &erasure.calibrations)?;
    let outputs = exports::remove(workspace, &erasure.outputs)?;
    exports::write_left(workspace)?;
    Ok(Done { outputs, calibrations })
}

/// Refuses to let anything out while a withdrawal is unfinished.
pub fn none_pending(workspace: &Workspace) -> Result<()> {
    ensure!(
        workspace.store.forgetting()?.is_none(),
        "a withdrawal was cut short: run `second-ear forget {} --resume` first",
        workspace.dir.display()
    );
    Ok(())
}

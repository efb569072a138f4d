//! Exit codes, computed from what happened, in this one place.

use std::process::ExitCode;

/// Ctrl-C stopped the command; everything finished so far is kept.
#[derive(Debug, thiserror::Error)]
#[error("stopped; run the same command again to continue")]
pub struct Interrupted;

/// How a command ended. 2 is clap's: the command line made no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: everything asked for was done.
    Done,
    /// 1: the command could not do its work; stderr says why and what to do.
    Failed,
    /// 3: done, except for the files or rows named on stderr.
    SomeFailed,
    /// 4: another second-ear is writing the workspace.
    Locked,
    /// 130: stopped by Ctrl-C; the same command goes on from there.
    Interrupted,
}

impl Exit {
    /// Done, or some failed when any did.
    pub fn of_failures(failures: usize) -> Self {
        if failures == 0 { Exit::Done } else { Exit::SomeFailed }
    }

    /// What an error that ended the command means.
    pub fn of_error(error: &anyhow::Error) -> Self {
        if error.is::<crate::store::Locked>() {
            Exit::Locked
        } else if error.is::<Interrupted>() {
            Exit::Interrupted
        } else {
            Exit::Failed
        }
    }
}

/// What an error that ended the command means for a person and what to do, where its own words do not say it.
pub fn advice(error: &anyhow::Error) -> Option<&'static str> {
    crate::store::advice(error)
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::SomeFailed => 3,
            Exit::Locked => 4,
            Exit::Interrupted => 130,
        })
    }
}

//! Instead of `distributed`, in a build without the feature `nats`: the same names, and nobody can make one.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Result;
use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;

use super::workspace::Workspace;
use crate::views::progress::Console;
use crate::workers::event::{Job, Settings, WorkerEvent};

/// Says so.
pub const LACKING: &str =
    "this second-ear was built without NATS: build it with the feature `nats`";

/// How a run is distributed: it is not.
#[derive(Clone, Copy, Debug)]
pub enum Distributed {}

/// Who has clips transcribed elsewhere: nobody.
pub enum Coordinator {}

impl Coordinator {
    /// Never called.
    pub fn of(_: &Workspace, how: &Distributed, _: Option<(&str, &Path)>) -> Result<Self> {
        match *how {}
    }

    /// Never called.
    pub async fn start(
        self,
        _: Vec<Job>,
        _: Settings,
        _: Arc<AtomicBool>,
        _: Sender<WorkerEvent>,
        _: Console,
    ) -> Result<JoinSet<()>> {
        match self {}
    }
}

//! Commands that only read note what they write for others, so that `forget` knows of it. In: a workspace, files. Out:
//! notes in its database; where that cannot be written, a remark. Left to others: the files.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use whisper::models::file_sha256;

use super::forget;
use super::workspace::{DATABASE, Workspace};
use crate::domain::OutputKind;
use crate::store::{Holds, NewOutput, Output, Store};
use crate::views::progress::Console;

/// Notes of one command.
pub struct Notes {
    store: Option<Store>,
    /// Withdrawals when the command began to read.
    before: usize,
    console: Console,
}

impl Notes {
    /// For a workspace; where nobody may write there, it is said once and nothing is noted.
    ///
    /// # Errors
    /// A withdrawal was cut short: what it is about must not go out.
    pub fn of(workspace: &Workspace, console: Console) -> Result<Self> {
        forget::none_pending(workspace)?;
        let before = workspace.store.withdrawals()?.len();
        let mut notes = Self { store: None, before, console };
        match Store::open(&workspace.dir.join(DATABASE)) {
            Ok(store) => notes.store = Some(store),
            Err(error) => notes.lost(&error),
        }
        Ok(notes)
    }

    /// Notes files that are about to be written; nothing where that cannot be.
    pub fn note(&mut self, new: &[NewOutput<'_>]) -> Vec<Output> {
        let Some(store) = &mut self.store else { return Vec::new() };
        match store.note_outputs(new) {
            Ok(noted) => noted,
            Err(error) => {
                self.lost(&error);
                Vec::new()
            }
        }
    }

    /// Notes one file that holds everything, and has no record beside it, around writing it.
    pub fn everything<T>(
        &mut self,
        kind: OutputKind,
        place: &Path,
        write: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let place = PathBuf::from(place);
        let new = NewOutput { kind, place: place.clone(), batch: None, holds: Holds::Everything };
        let noted = self.note(&[new]);
        let written = write();
        self.nobody_left(&place)?;
        if written.is_ok() {
            self.written(&noted, &file_sha256(&place)?);
        } else {
            self.failed(&noted);
        }
        written
    }

    /// Notes the content of a file that was written.
    pub fn written(&mut self, noted: &[Output], sha256: &str) {
        let Some(store) = &mut self.store else { return };
        if let Some(error) = noted.iter().find_map(|o| store.output_written(o, sha256).err()) {
            self.lost(&error);
        }
    }

    /// Nobody was withdrawn since the command began to read.
    ///
    /// # Errors
    /// Somebody was, and may be in what was written: what to do.
    pub fn nobody_left(&self, place: &Path) -> Result<()> {
        let Some(store) = &self.store else { return Ok(()) };
        ensure!(
            store.withdrawals()?.len() == self.before && store.forgetting()?.is_none(),
            "somebody was withdrawn while {} was written: delete it, then run the same command again",
            place.display()
        );
        Ok(())
    }

    /// Takes notes back: the files could not be written.
    pub fn failed(&mut self, noted: &[Output]) {
        let Some(store) = &mut self.store else { return };
        if let Some(error) = noted.iter().find_map(|output| store.output_failed(output).err()) {
            self.lost(&error);
        }
    }

    fn lost(&mut self, error: &anyhow::Error) {
        self.store = None;
        self.console.problem(format!(
            "What is written now could not be noted in the workspace, so that a later `forget` will not know of it: \
             {error:#}"
        ));
    }
}

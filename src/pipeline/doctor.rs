//! `doctor`: looks at a workspace and says what to do about each thing that is wrong. It changes nothing, but that
//! `--fix` removes what killed commands left.

mod database;
mod leftovers;
mod lock;
mod models;
mod recordings;
mod settings;
mod space;

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use serde::Serialize;

use super::workspace::{DATABASE, Workspace};
use crate::config::Config;
use crate::files;
use crate::store::{Holder, Lock, Store, holder};
use crate::views::progress::Console;

/// What may be asked.
#[derive(Clone, Copy, Debug)]
pub struct DoctorOptions {
    /// Hash every recording, instead of comparing its size and time.
    pub deep: bool,
    /// Remove what killed commands left.
    pub fix: bool,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which check found it.
    pub check: &'static str,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub advice: String,
}

/// What was looked at and found.
#[derive(Debug, Default, Serialize)]
pub struct Checkup {
    /// Checks that were made.
    pub checks: Vec<&'static str>,
    /// Checks that were not: they need a database and settings that can be read.
    pub not_made: Vec<&'static str>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// The process that writes the workspace now; null: none.
    pub writer: Option<String>,
    /// What `--fix` removed.
    pub removed: Vec<PathBuf>,
}

impl Checkup {
    fn add(&mut self, check: &'static str, found: Vec<(String, String)>) {
        self.checks.push(check);
        let findings = found.into_iter();
        self.findings.extend(findings.map(|(problem, advice)| Finding { check, problem, advice }));
    }

    /// As text, for a terminal.
    pub fn text(&self) -> String {
        const SHOWN: usize = 20;
        let mut t = String::new();
        for check in &self.checks {
            let of: Vec<_> = self.findings.iter().filter(|f| f.check == *check).collect();
            if of.is_empty() {
                t.push_str(&format!("{check}: fine\n"));
            }
            for Finding { problem, advice, .. } in of.iter().take(SHOWN) {
                t.push_str(&format!("{check}: {problem}\n    {advice}\n"));
            }
            if of.len() > SHOWN {
                t.push_str(&format!("{check}: and {} more (--json lists all)\n", of.len() - SHOWN));
            }
        }
        for check in &self.not_made {
            t.push_str(&format!("{check}: not checked, what it needs cannot be read\n"));
        }
        if let Some(process) = &self.writer {
            t.push_str(&format!("Process {process} is writing the workspace now.\n"));
        }
        for path in &self.removed {
            t.push_str(&format!("Removed {}.\n", path.display()));
        }
        t
    }
}

/// Looks at everything; one check that cannot be made does not keep the others from it.
pub fn examine(dir: &Path, options: DoctorOptions, console: Console) -> Result<Checkup> {
    ensure!(dir.is_dir(), "{} is no folder: name a workspace", dir.display());
    let mut checkup = Checkup::default();
    let config = Config::read(dir);
    checkup.add("settings", settings::findings(&config));
    let lock = holder(dir, Lock::Write);
    checkup.add("lock", lock::findings(&lock));
    if let Holder::Process(process) = lock {
        checkup.writer = Some(process);
    }
    let database = dir.join(DATABASE);
    let store = Store::open_to_read(&database);
    checkup.add("database", database::findings(&store));
    if let Ok(store) = &store {
        checkup.add("counts", database::counts(store));
        let found = match store.recordings() {
            Ok(mut all) => {
                let removed = store.audio_removed().unwrap_or_default();
                all.retain(|row| !removed.contains(&row.recording.id));
                recordings::findings(&all, options.deep, console)
            }
            Err(error) => vec![(format!("{error:#}"), database::RESTORE.into())],
        };
        checkup.add("recordings", found);
    } else {
        checkup.not_made.extend(["counts", "recordings"]);
    }
    if let (Ok(config), Ok(store)) = (config, store) {
        checkup.add("model", models::findings(Workspace::looked_at(dir, config, store)));
    } else {
        checkup.not_made.push("model");
    }
    let folders = [dir.to_path_buf(), dir.join("models")];
    if options.fix {
        checkup.removed = folders.iter().flat_map(|f| files::leftovers::sweep(f)).collect();
    }
    let left: Vec<_> = folders.iter().flat_map(|f| files::leftovers::of(f)).collect();
    checkup.add("leftovers", leftovers::findings(&left));
    let needed = database.metadata().map_or(0, |found| found.len());
    checkup.add("space", space::findings(dir, needed));
    Ok(checkup)
}

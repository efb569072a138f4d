//! An open workspace: settings, database, and the write lock where a command writes.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::config::{self, Config};
use crate::domain::LanguageChoice;
use crate::hypotheses::models::{self, ModelFile};
use crate::store::{Store, WriteLock};

const DATABASE: &str = "state.db";

/// A workspace that a command works on.
pub struct Workspace {
    /// Its folder.
    pub dir: PathBuf,
    /// Its settings.
    pub config: Config,
    /// Its database.
    pub store: Store,
    _lock: Option<WriteLock>,
}

impl Workspace {
    /// Opens it for reading: other processes may write meanwhile.
    pub fn read(dir: &Path) -> Result<Self> {
        let config = Config::read(dir)?;
        let store = Store::open(&dir.join(DATABASE))?;
        Ok(Self { dir: dir.to_path_buf(), config, store, _lock: None })
    }

    /// Opens it for writing, alone.
    pub fn write(dir: &Path) -> Result<Self> {
        let config = Config::read(dir)?;
        let lock = WriteLock::take(dir)?;
        let store = Store::open(&dir.join(DATABASE))?;
        Ok(Self { dir: dir.to_path_buf(), config, store, _lock: Some(lock) })
    }

    /// Makes a new one; a folder that holds a workspace already is refused.
    pub fn init(dir: &Path, language: LanguageChoice, model: &str) -> Result<Self> {
        if dir.join(config::FILE).exists() || dir.join(DATABASE).exists() {
            bail!("{} is a workspace already: choose another folder", dir.display());
        }
        let recorded = models::choose(model)?;
        std::fs::create_dir_all(dir).with_context(|| format!("make {}", dir.display()))?;
        let lock = WriteLock::take(dir)?;
        let config = Config::new(language, &recorded.name);
        let id = crate::domain::hex_digest(format!("{dir:?} {:?}", fresh()).as_bytes());
        let mut store = Store::create(&dir.join(DATABASE), &id[..16])?;
        if let Some(sha256) = recorded.sha256 {
            store.set_meta(&format!("model {}", config.model), &sha256)?;
        }
        // Last: with it, the folder is a workspace.
        let path = dir.join(config::FILE);
        std::fs::write(&path, config.commented()?)
            .with_context(|| format!("write {}", path.display()))?;
        Ok(Self { dir: dir.to_path_buf(), config, store, _lock: Some(lock) })
    }

    /// The model in use, its checksum verified.
    pub fn model(&self) -> Result<ModelFile> {
        let recorded = self.store.meta(&format!("model {}", self.config.model))?;
        models::resolve(&self.config.model, recorded.as_deref())
    }
}

/// Something that differs from one `init` to the next, so that answers to another workspace's
/// tasks can be told apart.
fn fresh() -> (Option<std::time::Duration>, u32) {
    (
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok(),
        std::process::id(),
    )
}

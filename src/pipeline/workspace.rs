//! An open workspace: settings, database, and the write lock where a command writes.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use whisper::models::languages::Known;
use whisper::models::registry::Registry;
use whisper::models::{self, ModelFile, Origin};

use super::log::OpenEntry;
use super::random;
use crate::config::{self, Config};
use crate::domain::{
    Hypothesis, KEY_BYTES, Language, LanguageChoice, Naming, Recording, Round, RoundVerdict,
    RoutingSettings, draft_seed,
};
use crate::files::write_text;
use crate::store::{FileLock, Lock, Store};

/// The database's name in a workspace.
pub const DATABASE: &str = "state.db";

/// The database's note on the key of pseudonyms.
const PSEUDONYM_KEY: &str = "pseudonym key";

/// A workspace that a command works on.
pub struct Workspace {
    /// Its folder.
    pub dir: PathBuf,
    /// Its settings.
    pub config: Config,
    /// Its database.
    pub store: Store,
    lock: Option<FileLock>,
    /// What the log says of the command that writes.
    entry: Option<OpenEntry>,
}

impl Workspace {
    /// Opens it for reading alone: other processes may write meanwhile.
    pub fn read(dir: &Path) -> Result<Self> {
        let config = Config::read(dir)?;
        let store = Store::open_to_read(&dir.join(DATABASE))?;
        Ok(Self::looked_at(dir, config, store))
    }

    /// One whose parts were opened for reading.
    pub fn looked_at(dir: &Path, config: Config, store: Store) -> Self {
        Self { dir: dir.to_path_buf(), config, store, lock: None, entry: None }
    }

    /// Opens it for writing, alone; as it lies there (`settle::write_settled` finishes an interrupted import). The log
    /// gets an entry, which [`Self::end`] ends; without it, the entry says that the command failed.
    pub fn write(dir: &Path) -> Result<Self> {
        let config = Config::read(dir)?;
        let lock = FileLock::take(dir, Lock::Write)?;
        let store = Store::open(&dir.join(DATABASE))?;
        Self::written(dir, config, store, lock)
    }

    /// Opens it for the server: it adds batches and answers beside whatever command writes (`store::Lock` says how that goes).
    ///
    /// # Errors
    /// It is served already.
    pub fn serve(dir: &Path) -> Result<Self> {
        let config = Config::read(dir)?;
        let lock = FileLock::take(dir, Lock::Serve)?;
        let store = Store::open(&dir.join(DATABASE))?;
        Self::written(dir, config, store, lock)
    }

    /// Another connection for a thread of a server that runs.
    pub fn beside(&self) -> Result<Self> {
        let store = Store::open(&self.dir.join(DATABASE))?;
        Ok(Self::looked_at(&self.dir, self.config.clone(), store))
    }

    fn written(dir: &Path, config: Config, mut store: Store, lock: FileLock) -> Result<Self> {
        let entry = Some(OpenEntry::begin(&mut store)?);
        Ok(Self { dir: dir.to_path_buf(), config, store, lock: Some(lock), entry })
    }

    /// Notes in the log which files are about to be imported.
    pub fn imports(&mut self, files: &[PathBuf]) {
        if let Some(entry) = &mut self.entry {
            entry.imports(files);
        }
    }

    /// Ends the entry of the log.
    pub fn end(&mut self, outcome: String) -> Result<()> {
        self.entry.take().map_or(Ok(()), |entry| entry.end(self, outcome))
    }

    /// Makes a new one; a folder that holds a workspace already is refused.
    pub fn init(dir: &Path, language: LanguageChoice, model: &str) -> Result<Self> {
        if dir.join(config::FILE).exists() || dir.join(DATABASE).exists() {
            bail!("{} is a workspace already: choose another folder", dir.display());
        }
        let own = own_file(model)?;
        if let LanguageChoice::Fixed(language) = &language
            && let Some(why) = Known::of(model)?.lacks(language)
        {
            bail!("{why}: choose another model with --model, or another language");
        }
        std::fs::create_dir_all(dir).with_context(|| format!("make {}", dir.display()))?;
        let lock = FileLock::take(dir, Lock::Write)?;
        let name = own.as_ref().map_or(model.to_string(), |(path, _)| path.clone());
        let mut config = Config::new(language, &name);
        config.decode.weights = whisper::fastest_weights();
        let id = crate::domain::hex_digest(format!("{dir:?} {:?}", fresh()).as_bytes());
        let mut store = Store::create(&dir.join(DATABASE), &id[..16])?;
        store.set_meta(PSEUDONYM_KEY, &random::hex::<KEY_BYTES>()?)?;
        if let Some((path, sha256)) = own {
            store.set_meta(&recorded(&path), &sha256)?;
        }
        // Last: with it, the folder is a workspace.
        write_text(&dir.join(config::FILE), &config.commented()?)?;
        let mut workspace = Self::written(dir, config, store, lock)?;
        workspace.end("done".into())?;
        Ok(workspace)
    }

    /// The model in use, its checksum verified. A file that is in no registry must have the one
    /// that was recorded when the workspace first used it.
    pub fn model(&mut self) -> Result<ModelFile> {
        if let Some((path, sha256)) = self.adapted()? {
            return models::resolve_recorded(&path, &sha256, &mut |_| {}).with_context(|| {
                "the model of the round in use; `second-ear model rollback DIR` goes back to the one before"
            });
        }
        self.settings_model()
    }

    /// The settings' model, whichever round is in use; verified as [`Self::model`] is.
    pub fn settings_model(&mut self) -> Result<ModelFile> {
        let name = self.config.model.clone();
        if let Some(sha256) = self.store.meta(&recorded(&name))? {
            return models::resolve_recorded(Path::new(&name), &sha256, &mut |_| {});
        }
        let file = models::resolve(&name, &models::default_dir(), &mut |_| {})?;
        if file.origin == Origin::OwnFile && self.lock.is_some() {
            self.store.set_meta(&recorded(&name), &file.sha256)?;
        }
        Ok(file)
    }

    /// The settings of routing, with the seed of the model in use.
    pub fn routing(&self) -> Result<RoutingSettings> {
        let settings = self.config.routing.clone();
        let round = self.store.round_in_use(&self.config.model)?;
        let seed = draft_seed(settings.seed, round.as_ref().and_then(Round::model));
        Ok(RoutingSettings { seed, ..settings })
    }

    /// The round in use; 0: the settings' model as it is.
    pub fn round(&self) -> Result<u32> {
        Ok(self.store.round_in_use(&self.config.model)?.map_or(0, |r| r.number))
    }

    /// File and checksum of the round in use.
    fn adapted(&self) -> Result<Option<(PathBuf, String)>> {
        let round = self.store.round_in_use(&self.config.model)?;
        Ok(round.and_then(|r| match r.verdict {
            RoundVerdict::Promoted { file, sha256, .. } => Some((self.dir.join(file), sha256)),
            RoundVerdict::Rejected { .. } => None,
        }))
    }

    /// The language of a clip's text: as declared, as set, or as the model detected it.
    pub fn language_of(&self, recording: &Recording, h: Option<&Hypothesis>) -> Option<Language> {
        recording.facts.language.clone().or(match &self.config.language {
            LanguageChoice::Fixed(language) => Some(language.clone()),
            LanguageChoice::Auto => h.map(|h| h.language.clone()),
        })
    }

    /// How exports call people: by their names where that is asked for, else by pseudonyms.
    ///
    /// # Errors
    /// The workspace has no key for pseudonyms: nothing leaves it with names instead.
    pub fn naming(&self, names: bool) -> Result<Naming> {
        if names {
            return Ok(Naming::AsTyped);
        }
        let key = self.store.meta(PSEUDONYM_KEY)?;
        key.and_then(|key| Naming::with_key(&key))
            .context("the workspace has no key for pseudonyms: is its database damaged?")
    }

    /// Where the model in use is, if it is there; not verified.
    pub fn model_path(&self) -> Option<PathBuf> {
        if let Some((path, _)) = self.adapted().ok()? {
            return path.canonicalize().ok();
        }
        let registry = Registry::embedded().ok()?;
        let path = match registry.get(&self.config.model) {
            Some(wanted) => models::default_dir().join(wanted.file_name()),
            None => PathBuf::from(&self.config.model),
        };
        path.canonicalize().ok()
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // Where the disk is full, say, the entry stays as that of a killed command.
        let _ = self.end("failed".into());
    }
}

/// The database's note on a model file that is in no registry.
fn recorded(path: &str) -> String {
    format!("sha256 of {path}")
}

/// Path and checksum of a model that is a file of the team's own; `None` for a registered name.
fn own_file(model: &str) -> Result<Option<(String, String)>> {
    let registry = Registry::embedded()?;
    if registry.get(model).is_some() || !Path::new(model).exists() {
        registry.find(model)?;
        return Ok(None);
    }
    let file = models::resolve(model, &models::default_dir(), &mut |_| {})?;
    let path = file.path.canonicalize()?;
    Ok(Some((path.to_string_lossy().into_owned(), file.sha256)))
}

/// Something that differs from one `init` to the next, so that answers to another workspace's
/// tasks can be told apart.
fn fresh() -> (Option<std::time::Duration>, u32) {
    (std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok(), std::process::id())
}

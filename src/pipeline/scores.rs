//! Scores of a workspace's drafts: the calibration in use, the models that it is for, the lexicon.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};

use super::lexicon;
use super::workspace::Workspace;
use crate::domain::{
    DecodePolicy, EngineName, Features, Hypothesis, Language, Pass, Probability, Region,
    RoutingSettings, Scoring, hex_digest, tokens_by_word,
};
use crate::hypotheses::calibrate::{Calibration, NoScore};
use crate::hypotheses::features;
use crate::hypotheses::second::{self, Judge, Regional};
use crate::routing::lexicon::Lexicon;

/// What `calibrate` writes into a workspace.
pub const OWN_FILE: &str = "calibration.json";

/// Scores drafts.
pub struct Scorer {
    /// The calibration of the model's own drafts.
    pub own: Arc<Calibration>,
    /// Those of engines' drafts: of the engines in the settings, in their order.
    engines: Vec<(EngineName, Arc<Calibration>)>,
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
        Self::of_engines(workspace, workspace.config.decode.engine.iter().cloned())
    }

    /// The same with the calibrations of these engines, whatever the settings name.
    pub fn of_engines(
        workspace: &Workspace,
        engines: impl IntoIterator<Item = EngineName>,
    ) -> Result<Self> {
        let of = |engine: EngineName| {
            let calibration = Arc::new(of_engine(workspace, &engine)?);
            anyhow::Ok((engine, calibration))
        };
        let lexicon = Arc::new(lexicon::lexicon(workspace)?);
        Ok(Self {
            own: Arc::new(own_calibration(workspace)?),
            engines: engines.into_iter().map(of).collect::<Result<_>>()?,
            regional: regional(Arc::clone(&lexicon)),
            lexicon,
            aliases: workspace.store.metas(ALIAS)?,
        })
    }

    /// For the model's own drafts, whoever's are routed, less what a workspace's own answers made of another model's scores.
    pub fn of_own_without_adjustment(self) -> Self {
        let own = Arc::new(Calibration { adjustment: None, ..(*self.own).clone() });
        Self { own, engines: Vec::new(), ..self }
    }

    /// The calibration of an engine's drafts, where it is one of these.
    pub fn of_engine(&self, name: &str) -> Option<&Calibration> {
        let known = self.engines.iter().find(|(engine, _)| engine.as_str() == name);
        known.map(|(_, calibration)| &**calibration)
    }

    /// The calibration for a policy; `None`: it takes the drafts of an engine that is none of these.
    fn of_policy(&self, policy: &str) -> Option<&Calibration> {
        match DecodePolicy::engine_of(policy) {
            None => Some(&self.own),
            Some(name) => self.of_engine(name),
        }
    }

    /// Those of the drafts that are routed, and whose drafts these are: of each engine in the settings, or (`None`) the
    /// model's own.
    pub fn routed(&self) -> Vec<(Option<&EngineName>, &Calibration)> {
        match self.engines.is_empty() {
            true => vec![(None, &*self.own)],
            false => self.engines.iter().map(|(engine, c)| (Some(engine), &**c)).collect(),
        }
    }

    /// The engines of whose drafts no answer says yet what a score of them means.
    pub fn unfitted(&self) -> impl Iterator<Item = &EngineName> {
        let unfitted = self.engines.iter().filter(|(_, c)| c.adjustment.is_none());
        unfitted.map(|(engine, _)| engine)
    }

    /// What scores a draft, and the policy that it must be for: a text that another engine wrote has a calibration of its own,
    /// and the model's own drafts keep theirs beside such texts.
    pub fn scoring_of<'a>(&'a self, h: &'a Hypothesis) -> Option<(&'a Calibration, &'a str)> {
        match h.pass {
            Pass::Given => Some((self.of_policy(&h.policy)?, &h.policy)),
            _ => Some((&self.own, DecodePolicy::own_id(&h.policy))),
        }
    }

    /// Whether answers of this workspace shaped any score.
    pub fn is_adjusted(&self) -> bool {
        self.own.adjustment.is_some() || self.routed().iter().any(|(_, c)| c.adjustment.is_some())
    }

    /// The model whose calibration serves for `model`.
    pub fn scored_as<'a>(&'a self, model: &'a str) -> &'a str {
        self.aliases.iter().find(|(from, _)| from == model).map_or(model, |(_, to)| to)
    }

    /// Whether hypotheses of this model and policy can be scored; of several engines, those of all.
    pub fn fits(&self, model: &str, policy: &str) -> Result<(), NoScore> {
        let model = self.scored_as(model);
        DecodePolicy::each_id(policy).iter().try_for_each(|policy| match self.of_policy(policy) {
            Some(calibration) => calibration.fits(model, policy),
            None => {
                let (calibrated, used) = (self.own.policy.clone(), policy.to_string());
                Err(NoScore::Policy { calibrated, used })
            }
        })
    }

    /// Whether the calibration of a draft is for its model and policy.
    pub fn holds_for(&self, h: &Hypothesis) -> bool {
        let model = self.scored_as(&h.model);
        self.scoring_of(h)
            .is_some_and(|(calibration, policy)| calibration.fits(model, policy).is_ok())
    }

    /// The calibration to be judged by for a language: of those in use the first that does not cover it, if there is one.
    pub fn weakest(&self, language: &Language) -> &Calibration {
        let routed = self.routed();
        let lacking = routed.iter().find(|(_, calibration)| !calibration.covers(language));
        lacking.or(routed.first()).map_or(&self.own, |(_, calibration)| calibration)
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
        let engines = self.engines.iter().map(|(_, calibration)| calibration);
        let all = engines.chain([&self.own]).map(|calibration| calibration.to_json());
        Ok(all.collect::<Result<Vec<_>>>()?.concat())
    }

    /// What decisions note of it.
    pub fn scoring(&self, workspace: &Workspace) -> Result<Scoring> {
        let texts = self.routed().into_iter();
        let texts = texts.map(|(engine, _)| calibration_text(workspace, engine));
        let texts: Vec<String> = texts.collect::<Result<_>>()?;
        Ok(Scoring {
            digest: self.digest()?,
            program: env!("CARGO_PKG_VERSION").into(),
            calibration: hex_digest(texts.concat().as_bytes()),
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
        let (calibration, policy) = self.scoring_of(h)?;
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
        let (calibration, policy) = self.scoring_of(h)?;
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

/// Whether a word of a language belongs to a lexicon.
pub fn regional(lexicon: Arc<Lexicon>) -> Regional {
    Arc::new(move |language: &Language, word: &str| !lexicon.hits(word, Some(language)).is_empty())
}

/// Where `calibrate` writes: one file per round and engine, because what was fitted to one model's scores says nothing about
/// another's. `None`: for the model's own drafts.
pub fn path_of(workspace: &Workspace, engine: Option<&EngineName>) -> Result<PathBuf> {
    let path = round_path(workspace, workspace.round()?);
    Ok(match engine {
        None => path,
        Some(engine) => path.with_extension(format!("{engine}.json")),
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

/// Where the calibration of drafts lies; `None`: it is one that ships, or none was fitted yet.
pub fn calibration_path(
    workspace: &Workspace,
    engine: Option<&EngineName>,
) -> Result<Option<PathBuf>> {
    let path = path_of(workspace, engine)?;
    let named = workspace.config.calibration.trim();
    Ok(match (engine, named.is_empty()) {
        (None, false) => Some(workspace.dir.join(named)),
        _ => path.exists().then_some(path),
    })
}

/// The text of the calibration of drafts.
pub fn calibration_text(workspace: &Workspace, engine: Option<&EngineName>) -> Result<String> {
    match (calibration_path(workspace, engine)?, engine) {
        (Some(path), _) => read(&path),
        (None, None) => Ok(Calibration::shipped_text(&workspace.config.decode.id())?.to_string()),
        (None, Some(engine)) => of_engine(workspace, engine)?.to_json(),
    }
}

/// That of an engine's drafts.
fn of_engine(workspace: &Workspace, engine: &EngineName) -> Result<Calibration> {
    match calibration_path(workspace, Some(engine))? {
        Some(path) => Calibration::parse(&read(&path)?).with_context(|| path.display().to_string()),
        None => {
            let policy = workspace.config.decode.of(engine).id();
            Ok(own_calibration(workspace)?.before_any_answer(&policy))
        }
    }
}

/// That of the model's own drafts: which the settings name, or the workspace's own, or one that ships.
pub fn own_calibration(workspace: &Workspace) -> Result<Calibration> {
    match calibration_path(workspace, None)? {
        None => Calibration::shipped(&workspace.config.decode.own().id()),
        Some(path) => Calibration::parse(&read(&path)?).with_context(|| path.display().to_string()),
    }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .with_context(|| format!("read the calibration {}", path.display()))
}

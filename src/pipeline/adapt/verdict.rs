//! The judgement of a round: which average of old and new weights, and whether it is better than the old.
//! In: trained parameters. Out: a model file, what was measured, the verdict. Left to others: keeping it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use whisper::Engine;
use whisper::finetune::average;
use whisper::models::weights;

use super::anchors::{Anchor, Purpose, nothings};
use super::cross;
use super::learn::{Learnt, folder};
use super::sounds::{Sound, hear};
use super::{Plan, Workspace};
use crate::domain::{Average, ClipId, Hypothesis, Language, Measured, RoundVerdict, Used, Weights};
use crate::exit::Interrupted;
use crate::text::word_errors::{WordErrors, word_errors};
use crate::training::gate::{self, Candidate, Objection, Pair};
use crate::views::progress::{Console, Unit};

/// Shares of the new weights that are tried, from the largest.
const SHARES: [f64; 4] = [1.0, gate::PREFERRED_SHARE, 0.7, 0.4];

/// The outcome.
pub struct Judged {
    /// Share of the new weights in the average taken.
    pub share: f64,
    /// All averages that were tried.
    pub averages: Vec<Average>,
    /// What was measured.
    pub measured: Vec<Measured>,
    /// The verdict.
    pub verdict: RoundVerdict,
    /// The new model's file, in the workspace.
    pub file: PathBuf,
}

/// A held-out clip.
pub struct Held<'a> {
    /// Its sound.
    pub sound: &'a Sound,
    /// What is said.
    pub text: &'a str,
    /// Unit of the bootstrap.
    pub unit: String,
}

/// Chooses an average and judges it; where something else suffers from it, those nearer to the old model.
pub fn judge(
    workspace: &Workspace,
    plan: &Plan,
    sounds: &BTreeMap<ClipId, Sound>,
    learnt: Learnt,
    stop: &AtomicBool,
    console: Console,
) -> Result<Judged> {
    let ears = Ears { workspace, plan, stop, console, before: RefCell::default() };
    let dev = ears.corrections(sounds, Used::Dev);
    let anchor_dev = ears.anchors(Purpose::Dev);
    let held = workspace.config.decode.weights;
    let rivals = Rivals::load(plan, held)?;
    let before: Vec<f64> =
        anchor_dev.values().map(|set| ears.rate(&rivals.start, set)).collect::<Result<_>>()?;
    let (mut candidates, mut files) = (Vec::new(), Vec::new());
    for share in SHARES {
        let sha256 = ears.write(&learnt, share, &candidate_path(workspace, share))?;
        let engine = Engine::load(&candidate_path(workspace, share), &sha256, held)?;
        let after = anchor_dev.values().map(|set| ears.rate(&engine, set));
        let after: Vec<f64> = after.collect::<Result<_>>()?;
        let anchors = after.iter().zip(&before).map(|(after, before)| after - before).collect();
        let dev = if dev.is_empty() { 0.0 } else { ears.rate(&engine, &dev)? };
        candidates.push(Candidate { share, dev, retention: anchors });
        files.push(sha256);
    }
    drop(learnt); // the files have it; further trainings want the memory
    let words_of = |h: &Held| word_errors(h.text, "", &h.sound.language).reference_words;
    let words = dev.iter().map(words_of).sum();
    let best = gate::choose(&candidates, words).context("no average was tried")?;
    let mut averages: Vec<Average> = candidates
        .iter()
        .map(|c| Average {
            share: c.share,
            dev: (!dev.is_empty()).then_some(c.dev),
            retention_sets: anchor_dev.keys().cloned().zip(c.retention.iter().copied()).collect(),
            too_far: Vec::new(),
        })
        .collect();
    let nearer = averages.iter_mut().zip(&files).skip(best);
    let taken = gate::descend(nearer, |(average, sha256)| {
        let share = average.share;
        let new = Engine::load(&candidate_path(workspace, share), sha256, held)?;
        let (measured, why) = ears.verdict(&rivals, &new, sounds, share)?;
        if gate::too_far(&why) {
            average.too_far = why.iter().map(Objection::to_string).collect();
            let why = average.too_far.join("; ");
            console.say(format!("{:.0} % of the new weights: {why}", 100.0 * share));
        }
        anyhow::Ok(((share, new.model().to_string(), sha256.clone(), measured), why))
    })?;
    let ((share, id, sha256, measured), why) = taken.context("no average was judged")?;
    let name = format!("round-{}-{}.bin", plan.round.number, &id[..8]);
    let file = PathBuf::from("models").join(&name);
    let verdict = if why.is_empty() {
        let from = candidate_path(workspace, share);
        std::fs::rename(&from, workspace.dir.join(&file)).context("name the new model's file")?;
        RoundVerdict::Promoted { model: id, sha256, file: file.to_string_lossy().into_owned() }
    } else {
        RoundVerdict::Rejected { why: why.iter().map(Objection::to_string).collect() }
    };
    Ok(Judged { share, averages, measured, verdict, file })
}

/// What a new model is compared with.
struct Rivals {
    /// The model in use, which it must do better than.
    old: Arc<Engine>,
    /// The model that training began from, which other people's speech and silence must not suffer against. Were this
    /// the model in use, half a point could be lost in every round, and one model's luck with the anchors would hold up
    /// all that follow.
    start: Arc<Engine>,
}

impl Rivals {
    fn load(plan: &Plan, held: Weights) -> Result<Self> {
        let old = Engine::load(&plan.parent.path, &plan.parent.sha256, held)?;
        let start = match plan.start.sha256 == plan.parent.sha256 {
            true => Arc::clone(&old),
            false => Engine::load(&plan.start.path, &plan.start.sha256, held)?,
        };
        Ok(Self { old, start })
    }
}

fn candidate_path(workspace: &Workspace, share: f64) -> PathBuf {
    folder(workspace).join(format!("candidate-{share:.2}.bin"))
}

/// Who hears held-out clips.
pub struct Ears<'a> {
    /// The workspace of the round.
    pub workspace: &'a Workspace,
    /// The round.
    pub plan: &'a Plan<'a>,
    /// Set by Ctrl-C.
    pub stop: &'a AtomicBool,
    /// Progress goes there.
    pub console: Console,
    /// Word errors of the model that a clip's are compared with, by clip, so that each is heard by it once.
    before: RefCell<BTreeMap<ClipId, WordErrors>>,
}

impl Ears<'_> {
    fn corrections<'a>(&'a self, sounds: &'a BTreeMap<ClipId, Sound>, used: Used) -> Vec<Held<'a>> {
        let held = self.plan.materials.of(used).map(|m| {
            let unit = self.plan.materials.unit_of(m);
            Some(Held { sound: sounds.get(&m.clip)?, text: &m.text, unit })
        });
        held.flatten().collect()
    }

    fn anchors(&self, purpose: Purpose) -> BTreeMap<String, Vec<Held<'_>>> {
        let mut sets: BTreeMap<String, Vec<Held>> = BTreeMap::new();
        for anchor in self.plan.anchors.iter().filter(|a| a.purpose == purpose) {
            let Anchor { set, sound, text, speaker, .. } = anchor;
            sets.entry(set.clone()).or_default().push(Held { sound, text, unit: speaker.clone() });
        }
        sets
    }

    /// Writes the model with this share of new weights; its SHA-256.
    pub fn write(&self, learnt: &Learnt, share: f64, path: &Path) -> Result<String> {
        let values = learnt.trained.values.iter();
        let mixed = values.map(|(name, new)| {
            let old = learnt.start.get(name).with_context(|| format!("no old {name}"))?;
            Ok((name.clone(), average(old, new, share as f32)))
        });
        let mixed = mixed.collect::<Result<BTreeMap<_, _>>>()?;
        weights::rewrite(&self.plan.start.path, path, &mixed)
    }

    fn hear(&self, engine: &Arc<Engine>, sounds: &[&Sound], what: &str) -> Result<Vec<Hypothesis>> {
        let workers = self.workspace.config.worker_count(self.plan.options.workers);
        let workers = (0..workers).map(|_| engine.worker()).collect::<Result<Vec<_>>>()?;
        let progress = self.console.progress(what, Unit::Things("clips"), sounds.len() as u64);
        let heard = hear(workers, sounds, &self.workspace.config.decode, self.stop, &progress);
        if self.stop.load(Ordering::Relaxed) {
            return Err(Interrupted.into());
        }
        heard
    }

    fn errors(&self, engine: &Arc<Engine>, held: &[Held], what: &str) -> Result<Vec<WordErrors>> {
        let sounds: Vec<&Sound> = held.iter().map(|h| h.sound).collect();
        let heard = self.hear(engine, &sounds, what)?;
        let compare =
            |(h, heard): (&Held, &Hypothesis)| word_errors(h.text, &heard.text, &h.sound.language);
        Ok(held.iter().zip(&heard).map(compare).collect())
    }

    fn rate(&self, engine: &Arc<Engine>, held: &[Held]) -> Result<f64> {
        let all: WordErrors = self.errors(engine, held, "choose")?.into_iter().sum();
        Ok(all.errors as f64 / all.reference_words.max(1) as f64)
    }

    /// New against its rivals on everything that judges. With few test clips more are judged by models that
    /// learnt from the others, unless anchors or silence have kept the old model already.
    fn verdict(
        &self,
        Rivals { old, start }: &Rivals,
        new: &Arc<Engine>,
        sounds: &BTreeMap<ClipId, Sound>,
        share: f64,
    ) -> Result<(Vec<Measured>, Vec<Objection>)> {
        let seed = self.plan.round.seed;
        let test = self.corrections(sounds, Used::Test);
        let mut pairs = self.pairs(old, new, &test)?;
        let test = gate::measure("test", &pairs, seed);
        let mut anchors = Vec::new();
        for (set, held) in self.anchors(Purpose::Test) {
            let pairs = self.pairs(start, new, &held)?;
            anchors.extend(gate::measure(&format!("retention {set}"), &pairs, seed));
        }
        let made_up = self.made_up(start, new)?;
        let mut crossed = None;
        if pairs.len() < gate::FEW && gate::others(&anchors, made_up.clone()).is_empty() {
            let more = cross::pairs(self, old, sounds, share)?;
            if !more.is_empty() {
                pairs.extend(more);
                crossed = gate::measure("cross-validation", &pairs, seed);
            }
        }
        let why = gate::judge(crossed.as_ref().or(test.as_ref()), &anchors, made_up);
        Ok((test.into_iter().chain(crossed).chain(anchors).collect(), why))
    }

    /// Word errors under both models.
    pub fn pairs(&self, old: &Arc<Engine>, new: &Arc<Engine>, held: &[Held]) -> Result<Vec<Pair>> {
        let before = self.before(old, held)?;
        let after = self.errors(new, held, "new model")?;
        let pair = |((h, before), after): ((&Held, &WordErrors), &WordErrors)| Pair {
            unit: h.unit.clone(),
            words: before.reference_words,
            before: before.errors,
            after: after.errors,
        };
        Ok(held.iter().zip(&before).zip(&after).map(pair).collect())
    }

    /// Word errors of the old model.
    fn before(&self, old: &Arc<Engine>, held: &[Held]) -> Result<Vec<WordErrors>> {
        let known = held.iter().map(|h| self.before.borrow().get(&h.sound.clip).copied());
        if let Some(known) = known.collect() {
            return Ok(known);
        }
        let errors = self.errors(old, held, "model before")?;
        let clips = held.iter().map(|h| h.sound.clip.clone());
        self.before.borrow_mut().extend(clips.zip(errors.iter().copied()));
        Ok(errors)
    }

    /// Sounds without speech in which the new model hears words and the one that training began from none.
    fn made_up(&self, start: &Arc<Engine>, new: &Arc<Engine>) -> Result<Vec<Objection>> {
        let language = self.plan.materials.clips.first().map(|m| m.language.clone());
        let language: Language = language.context("no clip to take the language of")?;
        let nothings: Vec<(&str, Sound)> = nothings()
            .into_iter()
            .map(|(name, samples)| {
                let clip = ClipId::from_stored(format!("nothing-{name}"));
                (name, Sound { clip, samples, language: language.clone() })
            })
            .collect();
        let sounds: Vec<&Sound> = nothings.iter().map(|(_, s)| s).collect();
        let before = self.hear(start, &sounds, "model before")?;
        let after = self.hear(new, &sounds, "new model")?;
        // As routing takes it: no text, or one that the model itself takes for no speech.
        let nobody = self.workspace.config.routing.no_speech;
        let silent =
            |h: &Hypothesis| h.text.is_empty() || h.p_no_speech.is_some_and(|p| p.get() >= nobody);
        let made_up = nothings.iter().zip(before.iter().zip(&after));
        let made_up = made_up.filter(|(_, (before, after))| silent(before) && !silent(after));
        Ok(made_up
            .map(|((name, _), (_, after))| Objection::TextFromNothing {
                sound: name.to_string(),
                text: after.text.clone(),
            })
            .collect())
    }
}

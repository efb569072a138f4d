//! What models make of held-out clips. In: a round, an engine. Out: word errors on corrections, on retention sets and
//! on sounds without speech. Left to others: training, and what follows from the numbers (`verdict`).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::material::Material;
use super::prepared::Prepared;
use super::retention::{Purpose, RetentionClip, nothings};
use super::sounds::Sound;
use crate::domain::{ClipId, Hypothesis, Language, Used};
use crate::text::word_errors::{WordErrors, word_errors};
use crate::training::gate::{Objection, Pair};
use whisper::Engine;

/// A held-out clip.
pub struct HeldOut<'a> {
    sound: &'a Sound,
    text: &'a str,
    /// Unit of the bootstrap.
    unit: String,
    /// What kind of speech of a retention set; empty: not said.
    kind: &'a str,
}

/// Measures models on held-out clips of a round.
pub struct Evaluator<'a> {
    round: &'a Prepared,
    /// Word errors of the model that a clip's are compared with, by clip, so that each is decoded by it once.
    before: RefCell<BTreeMap<ClipId, WordErrors>>,
}

impl<'a> Evaluator<'a> {
    /// One that has measured nothing yet.
    pub fn of(round: &'a Prepared) -> Self {
        Self { round, before: RefCell::default() }
    }

    /// Corrections of one use.
    pub fn corrections(&self, used: Used) -> Vec<HeldOut<'a>> {
        self.held_out(self.round.plan.materials.of(used))
    }

    /// Corrections whose sound is there.
    pub fn held_out(&self, clips: impl Iterator<Item = &'a Material>) -> Vec<HeldOut<'a>> {
        let Prepared { plan, sounds, .. } = self.round;
        let held_out = clips.filter_map(|m| {
            let unit = plan.materials.unit_of(m);
            Some(HeldOut { sound: sounds.get(&m.clip)?, text: &m.text, unit, kind: "" })
        });
        held_out.collect()
    }

    /// Retention clips by set.
    pub fn retention(&self, purpose: Purpose) -> BTreeMap<&'a str, Vec<HeldOut<'a>>> {
        let mut sets: BTreeMap<&str, Vec<HeldOut>> = BTreeMap::new();
        for clip in self.round.plan.retention(purpose) {
            let RetentionClip { set, kind, sound, text, speaker, .. } = clip;
            sets.entry(set).or_default().push(HeldOut { sound, text, unit: speaker.clone(), kind });
        }
        sets
    }

    /// The word error rate of a model.
    pub fn rate(&self, engine: &Arc<Engine>, clips: &[HeldOut]) -> Result<f64> {
        let all: WordErrors = self.errors(engine, clips, "choose")?.into_iter().sum();
        Ok(all.errors as f64 / all.reference_words.max(1) as f64)
    }

    /// Word errors of the model in use and of a new one.
    pub fn against_old(&self, new: &Arc<Engine>, clips: &[HeldOut]) -> Result<Vec<Pair>> {
        self.pairs(&self.round.old, new, clips)
    }

    /// Word errors of the model that training began from and of a new one.
    pub fn against_start(&self, new: &Arc<Engine>, clips: &[HeldOut]) -> Result<Vec<Pair>> {
        self.pairs(&self.round.start, new, clips)
    }

    fn pairs(&self, old: &Arc<Engine>, new: &Arc<Engine>, clips: &[HeldOut]) -> Result<Vec<Pair>> {
        let before = self.before(old, clips)?;
        let after = self.errors(new, clips, "new model")?;
        let pair = |((clip, before), after): ((&HeldOut, &WordErrors), &WordErrors)| Pair {
            unit: clip.unit.clone(),
            kind: clip.kind.to_string(),
            words: before.reference_words,
            before: before.errors,
            after: after.errors,
        };
        Ok(clips.iter().zip(&before).zip(&after).map(pair).collect())
    }

    /// Word errors of the model that a new one is compared with.
    fn before(&self, old: &Arc<Engine>, clips: &[HeldOut]) -> Result<Vec<WordErrors>> {
        let known = clips.iter().map(|h| self.before.borrow().get(&h.sound.clip).copied());
        if let Some(known) = known.collect() {
            return Ok(known);
        }
        let errors = self.errors(old, clips, "model before")?;
        let ids = clips.iter().map(|h| h.sound.clip.clone());
        self.before.borrow_mut().extend(ids.zip(errors.iter().copied()));
        Ok(errors)
    }

    fn errors(
        &self,
        engine: &Arc<Engine>,
        clips: &[HeldOut],
        what: &str,
    ) -> Result<Vec<WordErrors>> {
        let sounds: Vec<&Sound> = clips.iter().map(|h| h.sound).collect();
        let decoded = self.round.transcribe(engine, &sounds, what, |plain| plain)?;
        let compare = |(clip, h): (&HeldOut, &Hypothesis)| {
            word_errors(clip.text, &h.text, &clip.sound.language)
        };
        Ok(clips.iter().zip(&decoded).map(compare).collect())
    }

    /// Sounds without speech of which a new model makes words, and the one that training began from none.
    pub fn made_up(&self, new: &Arc<Engine>) -> Result<Vec<Objection>> {
        let Prepared { plan, start, no_speech, .. } = self.round;
        let language = plan.materials.clips.first().map(|m| m.language.clone());
        let language: Language = language.context("no clip to take the language of")?;
        let nothings = nothings().into_iter().map(|(name, samples)| {
            let clip = ClipId::from_stored(format!("nothing-{name}"));
            (name, Sound { clip, samples, language: language.clone() })
        });
        let (names, sounds): (Vec<&str>, Vec<Sound>) = nothings.unzip();
        let sounds: Vec<&Sound> = sounds.iter().collect();
        let before = self.round.transcribe(start, &sounds, "model before", |plain| plain)?;
        let after = self.round.transcribe(new, &sounds, "new model", |plain| plain)?;
        // As routing takes it: no text, or one that the model itself takes for no speech.
        let silent = |h: &Hypothesis| {
            h.text.is_empty() || h.p_no_speech.is_some_and(|p| p.get() >= *no_speech)
        };
        let made_up = names.iter().zip(before.iter().zip(after));
        let made_up = made_up.filter(|(_, (before, after))| silent(before) && !silent(after));
        let kept = |(name, (_, after)): (&&str, (_, Hypothesis))| Objection::TextFromNothing {
            sound: name.to_string(),
            text: after.text,
        };
        Ok(made_up.map(kept).collect())
    }
}

/// Words of the references.
pub fn words(clips: &[HeldOut]) -> usize {
    let words = |h: &HeldOut| word_errors(h.text, "", &h.sound.language).reference_words;
    clips.iter().map(words).sum()
}

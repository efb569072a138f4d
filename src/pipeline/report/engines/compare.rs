//! Estimates of a comparison of engines: error rates, paired differences, people needed. In: the errors of each engine's
//! text on the same clips, with weights. Out: [`Engines`]. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::no_share;
use crate::pipeline::report::groups::{speakers, spoken_for_by};
use crate::pipeline::report::people_needed::{SettledDraft, people_needed};
use crate::statistics::rate::{Method, Missing, Rate};
use crate::statistics::weighted::{SampledClip, hajek, hajek_by_speaker, paired_by_speaker};
use crate::views::clips::ReportRow;
use crate::views::lang::Lang;
use crate::views::report::engines::{
    EngineResult, Engines, LEAST_BLIND, LeftOut, NoShare, says, says_of_drafts,
};
use crate::views::report::rounds::Target;

/// Whose texts are compared.
#[derive(Clone, Debug)]
pub struct Source {
    /// The engine's name, or the model's.
    pub name: String,
    /// Whether these are the model's own drafts.
    pub own: bool,
    /// Whether its drafts go out.
    pub in_use: bool,
    /// Whether scores of its drafts are fitted.
    pub calibrated: bool,
}

/// What the model makes of an engine's draft.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// P(no error), by the engine's calibration.
    pub score: Option<f64>,
    /// Word errors of the draft that would go out.
    pub errors: u64,
}

/// A settled clip.
pub struct ComparedClip<'r> {
    /// With its weight.
    pub row: &'r ReportRow,
    /// Errors of each text, in the order of the sources.
    pub errors: Vec<u64>,
    /// Readings, in the same order; none before the first run.
    pub read: Vec<Option<Reading>>,
    /// Whether nobody saw a draft.
    pub blind: bool,
}

/// What is compared.
#[derive(Default)]
pub struct Compared<'r> {
    /// Whose texts.
    pub sources: Vec<Source>,
    /// Clips that the compared ones stand for.
    pub population: Vec<&'r ReportRow>,
    /// The clips.
    pub clips: Vec<ComparedClip<'r>>,
    /// Recordings of them.
    pub recordings: u64,
    /// Settled clips that are not compared.
    pub left_out: LeftOut,
}

impl Compared<'_> {
    /// The estimates.
    pub fn engines(self, target: Target, seed: u64) -> Engines {
        let whole = Subset::new(&self.population, &self.clips, |_| true);
        let blind = Subset::new(&self.population, &self.clips, |clip| clip.blind);
        let blind_clips = blind.clips.len() as u64;
        let blind = Some(blind).filter(|_| blind_clips >= LEAST_BLIND);
        let regions: BTreeSet<&str> = self.clips.iter().map(|c| c.row.region.as_str()).collect();
        let regions: BTreeMap<&str, Subset> = regions
            .into_iter()
            .map(|region| {
                let population = self.population.iter().copied().filter(|r| r.region == region);
                let here = |clip: &ComparedClip| clip.row.region == region;
                (region, Subset::new(&population.collect::<Vec<_>>(), &self.clips, here))
            })
            .collect();
        let wers: Vec<Rate> = (0..self.sources.len()).map(|at| whole.wer(at)).collect();
        let mut order: Vec<usize> = (0..wers.len()).collect();
        let rank = |at: &usize| wers[*at].value.unwrap_or(f64::INFINITY);
        order.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
        let shares = self.shares(target, seed);
        let first = order.first().copied().unwrap_or_default();
        let result = |at: usize| {
            let Source { name, own, in_use, .. } = &self.sources[at];
            let more = |of: &Subset| (at != first).then(|| of.difference(at, first));
            let (people, people_missing) = shares[at];
            EngineResult {
                engine: name.clone(),
                own: *own,
                in_use: *in_use,
                wer: wers[at],
                difference: more(&whole),
                blind_wer: blind.as_ref().map(|blind| blind.wer(at)),
                blind_difference: blind.as_ref().and_then(more),
                by_region: regions
                    .iter()
                    .map(|(region, here)| (region.to_string(), here.wer(at)))
                    .collect(),
                people,
                people_missing,
            }
        };
        let compared: Vec<EngineResult> = order.into_iter().map(result).collect();
        let clips = self.clips.len() as u64;
        Engines {
            says: says(Lang::ENGLISH, &compared),
            says_of_drafts: says_of_drafts(Lang::ENGLISH, blind_clips, clips),
            clips,
            recordings: self.recordings,
            blind_clips,
            left_out: self.left_out,
            target,
            compared,
        }
    }

    /// How much people would have to review of each engine's drafts: on the clips that were read for all engines that a score
    /// is fitted for.
    fn shares(&self, target: Target, seed: u64) -> Vec<(Rate, Option<NoShare>)> {
        let read = |clip: &ComparedClip, at: usize| clip.read.get(at).copied().flatten();
        let missing: Vec<Option<NoShare>> = (0..self.sources.len())
            .map(|at| {
                let is_read = self.clips.iter().any(|clip| read(clip, at).is_some());
                no_share(&self.sources[at], is_read)
            })
            .collect();
        let rated: Vec<usize> = (0..missing.len()).filter(|at| missing[*at].is_none()).collect();
        let all_read = |clip: &ComparedClip| rated.iter().all(|at| read(clip, *at).is_some());
        let of = Subset::new(&self.population, &self.clips, all_read);
        let share = |at: usize| {
            if let Some(why) = missing[at].map(|_| Missing::NoScore).or(of.missing) {
                return Rate::none(Method::ClusterBootstrap, why);
            }
            let drafts = of.clips.iter().zip(&of.numbers).filter_map(|(clip, speaker)| {
                let (Reading { score, errors }, (weight, _, words)) =
                    (read(clip, at)?, clip.row.truth()?);
                Some(SettledDraft {
                    speaker: *speaker,
                    weight,
                    score,
                    errors: errors as f64,
                    words,
                })
            });
            people_needed(&drafts.collect::<Vec<_>>(), of.speakers, target, seed)
        };
        (0..missing.len()).map(|at| (share(at), missing[at])).collect()
    }
}

/// Some of the clips, and why they cannot stand for the population where they cannot.
struct Subset<'c> {
    clips: Vec<&'c ComparedClip<'c>>,
    /// Their speakers, numbered.
    numbers: Vec<usize>,
    speakers: usize,
    missing: Option<Missing>,
}

impl<'c> Subset<'c> {
    fn new(
        population: &[&ReportRow],
        clips: &'c [ComparedClip<'c>],
        wanted: impl Fn(&ComparedClip) -> bool,
    ) -> Self {
        let clips: Vec<&ComparedClip> = clips.iter().filter(|clip| wanted(clip)).collect();
        let rows: Vec<&ReportRow> = clips.iter().map(|clip| clip.row).collect();
        let ids: BTreeSet<&str> = rows.iter().map(|row| row.clip.as_str()).collect();
        let of = speakers(&rows);
        let missing = spoken_for_by(population, |row| ids.contains(row.clip.as_str())).err();
        let numbers = rows.iter().map(|row| of[row.speaker.as_str()]).collect();
        Self { numbers, speakers: of.len(), missing, clips }
    }

    fn wer(&self, at: usize) -> Rate {
        self.rate(|clip| clip.errors[at] as f64, hajek_by_speaker)
    }

    /// Errors of one source that those of another are fewer by.
    fn difference(&self, at: usize, other: usize) -> Rate {
        let more = |clip: &ComparedClip| clip.errors[at] as f64 - clip.errors[other] as f64;
        self.rate(more, paired_by_speaker)
    }

    fn rate(
        &self,
        errors: impl Fn(&ComparedClip) -> f64,
        ends: impl Fn(&[SampledClip]) -> Result<(f64, f64), Missing>,
    ) -> Rate {
        let method = Method::HajekBySpeaker;
        if let Some(why) = self.missing {
            return Rate::none(method, why);
        }
        let sampled = self.clips.iter().zip(&self.numbers).filter_map(|(clip, speaker)| {
            let (weight, _, words) = clip.row.truth()?;
            Some(SampledClip {
                inclusion: 1.0 / weight,
                errors: errors(clip),
                words,
                model_errors: 0.0,
                model_words: 0.0,
                speaker: *speaker,
            })
        });
        let sampled: Vec<SampledClip> = sampled.collect();
        let counts = (sampled.len() as u64, self.speakers as u64);
        Rate::new(method, counts, hajek(&sampled), ends(&sampled))
    }
}

#[cfg(test)]
mod tests;

//! Clips that check people, mixed into a batch: known texts and planted errors. Which ones is drawn by
//! the batch's own clips, so that the same batch gets the same ones.

use std::collections::{BTreeMap, BTreeSet};

use super::is_drawn;
use super::item::{CheckClips, Item};
use crate::domain::{ClipId, Purpose, Reason, RecordingId, TaskSettings, draw, hex_digest};
use crate::tasks::plant::{plant, vocabulary};

/// What checks may be made of.
pub struct Checks {
    gold: Vec<(Item, String)>,
    settled: Vec<(Item, String)>,
    vocabulary: BTreeSet<String>,
}

impl Checks {
    /// Of what was found, without clips of `barred` recordings (unreadable, or without consent).
    pub fn new(found: &mut CheckClips, barred: &BTreeSet<RecordingId>) -> Self {
        let mut gold = std::mem::take(&mut found.gold);
        let mut settled = std::mem::take(&mut found.settled);
        let allowed = |(item, _): &(Item, String)| !barred.contains(&item.clip.recording);
        settled.retain(allowed);
        gold.retain(allowed);
        let vocabulary = vocabulary(settled.iter().chain(&gold).map(|(_, text)| text.as_str()));
        Self { gold, settled, vocabulary }
    }

    /// The checks for a batch of these tasks: none that its validator `answered` before.
    pub fn pick(
        &self,
        tasks: &[Item],
        answered: &BTreeSet<ClipId>,
        settings: &TaskSettings,
        seed: u64,
    ) -> Vec<Item> {
        let digests: String = tasks.iter().map(|t| t.row.draft_digest.as_str()).collect();
        let name = hex_digest(digests.as_bytes());
        let here: BTreeSet<&ClipId> = tasks.iter().map(|t| &t.clip.id).collect();
        // A share of a few tasks is a fraction of a clip: rounded up as often as it says.
        let number = |share: f64, what: &str| {
            let wanted = share * tasks.len() as f64;
            let more = draw(seed, &format!("{what}\n{name}")) < wanted.fract();
            wanted.floor() as usize + usize::from(more)
        };
        let first = |from: &[(Item, String)], what: &str| {
            let mut order: Vec<(u64, usize)> = Vec::new();
            for (n, (item, _)) in from.iter().enumerate() {
                if !here.contains(&item.clip.id) && !answered.contains(&item.clip.id) {
                    let at = draw(seed, &format!("{what}\n{name}\n{}", item.clip.id));
                    order.push((at.to_bits(), n));
                }
            }
            order.sort_unstable();
            order.into_iter().map(|(_, n)| n).collect::<Vec<usize>>()
        };
        let usual = usual(tasks);
        let gold = first(&self.gold, "gold").into_iter().map(|n| {
            let (item, text) = &self.gold[n];
            item.clone().with_draft(item.row.draft.clone(), Purpose::Gold, text.clone(), &usual)
        });
        let mut picked: Vec<Item> = gold.take(number(settings.gold_share, "gold")).collect();
        let seeded = first(&self.settled, "seeded").into_iter().filter_map(|n| {
            let (item, text) = &self.settled[n];
            // Where a task's box would be empty there is nothing to plant an error in.
            if is_drawn(settings.blind_share, "blind", seed, &item.clip.id) {
                return None;
            }
            let name = format!("{name}\n{}", item.clip.id);
            let planted = plant(text, &self.vocabulary, seed, &name)?;
            Some(item.clone().with_draft(planted, Purpose::Seeded, text.clone(), &usual))
        });
        picked.extend(seeded.take(number(settings.seeded_error_share, "seeded")));
        picked
    }
}

/// Reasons that tasks of a batch give and that quote nothing, the commonest first: a check gives no other.
fn usual(tasks: &[Item]) -> Vec<Reason> {
    let quotes = |r: &Reason| {
        matches!(
            r,
            Reason::RegionalWord { .. }
                | Reason::Idiom { .. }
                | Reason::RememberedCorrection { .. }
        )
    };
    let plain = tasks.iter().flat_map(|task| &task.reasons).filter(|r| !quotes(r));
    let mut counts: BTreeMap<&str, (usize, &Reason)> = BTreeMap::new();
    for reason in plain {
        counts.entry(reason.code()).or_insert((0, reason)).0 += 1;
    }
    let mut usual: Vec<(usize, &Reason)> = counts.into_values().collect();
    usual.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
    usual.into_iter().map(|(_, reason)| reason.clone()).collect()
}

/// What is said around a clip is what this batch says of its neighbours: a check's right text would give
/// it away.
pub fn hide_truths(chunk: &mut [Item]) {
    let checks = chunk.iter().filter(|item| item.out.purpose.is_control());
    let drafts: BTreeMap<ClipId, String> =
        checks.map(|item| (item.clip.id.clone(), item.out.draft.clone())).collect();
    for item in chunk {
        let contexts = [&mut item.row.context_before, &mut item.row.context_after];
        for (beside, context) in item.beside.iter().zip(contexts) {
            if let Some(draft) = beside.as_ref().and_then(|clip| drafts.get(clip)) {
                context.clone_from(draft);
            }
        }
    }
}

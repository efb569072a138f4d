//! The clips of a dataset with their texts and facts, and their splits. In: a workspace. Out: items. Left to others:
//! whether a recording's clips may go in (`choice`), audio (`staging`), files (`training::export`).

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::choice::Choice;
use super::papers;
use crate::domain::{Consensus, Decision, Naming, Recording, RecordingId, Span};
use crate::pipeline::workspace::Workspace;
use crate::store::{ClipRow, Draft};
use crate::text::normalise;
use crate::training::export::{About, Item, ItemConsent, LabelSource, Papers, one_line};
use crate::training::split::{self, Shares, Split, SplitItem};

/// All items, in the order of recordings; what is left out is counted by reason.
pub fn of(
    workspace: &Workspace,
    recordings: &BTreeMap<RecordingId, Recording>,
    with_auto: bool,
    naming: &Naming,
    choice: &mut Choice,
    left_out: &mut BTreeMap<&'static str, usize>,
) -> Result<Vec<Item>> {
    let gold = workspace.store.gold()?;
    let withheld = workspace.store.withheld()?;
    let mut items = Vec::new();
    workspace.store.each_clip(Draft::Decided, |row| {
        let withheld = withheld.get(&row.clip.id).map(|verdict| verdict.code());
        if let Some(why) = withheld.or(gold.contains_key(&row.clip.id).then_some("gold")) {
            *left_out.entry(why).or_default() += 1;
            return Ok(());
        }
        let Some(recording) = recordings.get(&row.clip.recording) else { return Ok(()) };
        let Some((text, source)) = text(&row, with_auto) else { return Ok(()) };
        let Some(language) = workspace.language_of(recording, row.hypothesis.as_ref()) else {
            *left_out.entry("language_unknown").or_default() += 1;
            return Ok(());
        };
        let agreement = row.consensus.as_ref().map(|settled| settled.agreement);
        if let Some(why) = choice.leaves_out(recording, &language, agreement) {
            *left_out.entry(why).or_default() += 1;
            return Ok(());
        }
        let agreed = &recording.facts.agreed;
        let declared = recording.region(row.clip.span).cloned();
        let routed = row.routed.as_ref();
        items.push(Item {
            text,
            draft: row.hypothesis.as_ref().map(|_| one_line(row.draft())),
            score: routed.and_then(|routed| routed.score).map(f64::from),
            agreement,
            speaker: recording.speaker(row.clip.span).map(|name| naming.speaker(name)),
            region_inferred: routed.and_then(|r| r.region.clone()).filter(|_| declared.is_none()),
            region: declared,
            language,
            licence: recording.facts.licence.clone(),
            consent: ItemConsent {
                date: agreed.date,
                text: agreed.text.clone(),
                purposes: choice.permits.uses(&recording.id),
                until: agreed.until,
            },
            source,
            split: Split::Train,
            start: row.clip.span.start,
            end: row.clip.span.end,
            recording: row.clip.recording,
            clip: row.clip.id,
        });
        Ok(())
    })?;
    Ok(items)
}

/// The text of a clip, on one line, and whose it is; a clip without one does not go in.
fn text(row: &ClipRow, with_auto: bool) -> Option<(String, LabelSource)> {
    let accepted = row.routed.as_ref().is_some_and(|r| matches!(r.decision, Decision::Auto { .. }));
    let settled =
        |c: &Consensus| c.verdict.gives_text().then(|| (c.text.clone(), LabelSource::Human));
    let (text, source) = match &row.consensus {
        Some(consensus) => settled(consensus)?,
        None if with_auto && accepted => (row.draft().to_string(), LabelSource::Auto),
        None => return None,
    };
    Some((one_line(&text), source)).filter(|(text, _)| !text.is_empty())
}

/// Gives each item its split; what is known of the dataset then.
pub fn assign_splits(
    workspace: &Workspace,
    items: &mut [Item],
    recordings: &BTreeMap<RecordingId, Recording>,
) -> Result<About> {
    let speaker = |item: &Item| {
        let span = Span::new(item.start, item.end);
        recordings.get(&item.recording).map_or(String::new(), |r| r.speaker_key(span))
    };
    let keys: Vec<(String, String)> = items
        .iter()
        .map(|item| (speaker(item), normalise::normalise(&item.text, &item.language)))
        .collect();
    let known: Vec<SplitItem> = items
        .iter()
        .zip(&keys)
        .map(|(item, (speaker, text))| SplitItem {
            clip: item.clip.as_str(),
            speaker,
            recording: item.recording.as_str(),
            text,
            length: item.end - item.start,
        })
        .collect();
    let splits = split::split(&known, Shares::default());
    for (item, split) in items.iter_mut().zip(splits.splits) {
        item.split = split;
    }
    let title = workspace.config.dataset.title.trim();
    Ok(About {
        name: if title.is_empty() { papers::folder_name(workspace) } else { title.to_string() },
        version: env!("CARGO_PKG_VERSION").to_string(),
        model: workspace.config.model.clone(),
        dataset_version: None,
        unit: splits.unit,
        shared_texts: splits.shared_texts,
        credits: workspace
            .store
            .credits()?
            .into_values()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        papers: Papers::default(),
    })
}

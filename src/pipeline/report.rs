//! `report`: one walk over what the store knows becomes rows, rows become a [`Report`].

mod cost;
mod drift;
mod engines;
mod fairness;
mod groups;
pub mod naming;
mod people_needed;
mod rounds;
mod rows;
mod score;
mod versions;
mod weights;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;

use super::guarantee;
use super::languages;
use super::people;
use super::scores::Scorer;
use super::tasks::title;
use super::workspace::Workspace;
use crate::domain::Language;
use crate::files::write_whole;
use crate::store::RecordingState;
use crate::views::clips::{self, ReportRow};
use crate::views::front::Front;
use crate::views::report::drift::Drift;
use crate::views::report::versions::Versions;
use crate::views::report::{Report, VERSION};

/// The state of affairs of a workspace, and the rows that its rates are made of.
pub fn report(workspace: &Workspace) -> Result<(Report, Vec<ReportRow>)> {
    let store = &workspace.store;
    let seed = workspace.config.routing.seed;
    let scorer = Scorer::of(workspace)?;
    let walked = rows::walk(workspace, &scorer)?;
    let all: Vec<&ReportRow> = walked.rows.iter().collect();
    let kept: Vec<&ReportRow> = all.iter().copied().filter(|r| !r.is_dropped()).collect();
    let mut failed = Vec::new();
    let mut recordings = 0;
    for row in store.recordings()? {
        recordings += 1;
        if let RecordingState::Failed(error) = row.state {
            failed.push((row.recording.path, error));
        }
    }
    let total = store.totals()?.account;
    let target = rounds::target(&workspace.config.routing);
    let of_regions = || -> BTreeMap<String, _> {
        let regions = grouped(&all, |r| r.region.clone()).into_iter();
        regions.map(|(region, rows)| (region, groups::group(&rows, seed))).collect()
    };
    let (by_round, (by_region, by_reason)) = rayon::join(
        || rounds::by_round(&all, target, seed),
        || (of_regions(), groups::by_reason(&kept, seed)),
    );
    let support = |(language, clips): (&Language, &u64)| {
        languages::support(scorer.weakest(language), language, Some(*clips))
    };
    let languages: Vec<_> = walked.languages.iter().map(support).collect();
    let error_rate = crate::views::languages::rate(&languages);
    let report = Report {
        version: VERSION,
        workspace: store.workspace()?,
        model: workspace.config.model.clone(),
        error_rate,
        languages,
        recordings,
        failed,
        input_seconds: total.sum().seconds(),
        seconds: total.seconds(),
        clips: walked.states,
        without_consent_to_evaluate: walked.unmeasured,
        speakers: kept.iter().map(|r| &r.speaker).collect::<BTreeSet<_>>().len() as u64,
        human: groups::human(&kept, seed, ReportRow::is_human),
        drafts: groups::drafts(&all, seed),
        residual_error: groups::residual_error(&all),
        by_reason,
        fairness: fairness::fairness(&all, &by_region, error_rate, seed),
        by_region,
        target,
        by_round,
        rounds: store.rounds()?,
        score: score::score(&all, seed),
        cost: cost::cost(&kept, &workspace.config.tasks, seed),
        people: walked.people,
        work: people::work(workspace)?,
        guarantee: guarantee::guarantee(workspace)?,
        withdrawals: store.withdrawals()?,
        versions: versions::versions(workspace, &scorer, &all)?,
        engines: engines::engines(workspace, &all)?,
        drift: drift::drift(workspace, &all)?,
    };
    Ok((report, walked.rows))
}

/// The months alone.
pub fn month_by_month(workspace: &Workspace) -> Result<Option<Drift>> {
    let rows = rows::walk(workspace, &Scorer::of(workspace)?)?.rows;
    drift::drift(workspace, &rows.iter().collect::<Vec<_>>())
}

/// The rows alone, and what exactly made them.
pub fn rows(workspace: &Workspace) -> Result<(Vec<ReportRow>, Versions)> {
    let scorer = Scorer::of(workspace)?;
    let rows = rows::walk(workspace, &scorer)?.rows;
    let versions = versions::versions(workspace, &scorer, &rows.iter().collect::<Vec<_>>())?;
    Ok((rows, versions))
}

fn grouped<'r, K: Ord>(
    rows: &[&'r ReportRow],
    key: impl Fn(&ReportRow) -> K,
) -> BTreeMap<K, Vec<&'r ReportRow>> {
    let mut groups: BTreeMap<K, Vec<&ReportRow>> = BTreeMap::new();
    for row in rows {
        groups.entry(key(row)).or_default().push(row);
    }
    groups
}

/// What stands above a report that is written to `page`, with its table of clips at `csv`.
pub fn front(workspace: &Workspace, page: &Path, csv: Option<&Path>) -> Front {
    // Beside the page, or below it: what a link can name when both are sent.
    let folder = page.parent().unwrap_or(Path::new(""));
    let beside = csv.and_then(|csv| csv.strip_prefix(folder).ok());
    Front {
        title: title(workspace),
        made: jiff::Zoned::now().date().to_string(),
        csv: beside.map(|csv| csv.to_string_lossy().into_owned()),
    }
}

/// Writes the rows as CSV.
pub fn write_csv(rows: &[ReportRow], path: &Path) -> Result<()> {
    write_whole(path, |out| clips::write(rows, out))
}

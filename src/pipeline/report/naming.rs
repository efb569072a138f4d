//! People in a report that leaves the workspace. In: a report with names, its rows, how people are to be called. Out:
//! the same numbers under pseudonyms. Left to others: what a pseudonym is (domain).

use crate::domain::{Naming, Recording};
use crate::views::clips::ReportRow;
use crate::views::report::Report;

/// Calls the validators of a report, and whom batches were handed to, as an export does.
pub fn people(report: &mut Report, naming: &Naming) {
    let work = &mut report.work;
    work.validators = std::mem::take(&mut work.validators)
        .into_iter()
        .map(|(name, work)| (naming.validator(&name), work))
        .collect();
    for name in work.batches.values_mut().flat_map(|batch| &mut batch.handed_to) {
        *name = naming.validator(name);
    }
}

/// Calls the speakers of rows as an export does. Clips without a declared speaker keep the key of their recording,
/// which names nobody.
pub fn speakers(rows: &mut [ReportRow], naming: &Naming) {
    for row in rows {
        if row.speaker != Recording::key_without_speaker(&row.recording) {
            row.speaker = naming.speaker(&row.speaker);
        }
    }
}

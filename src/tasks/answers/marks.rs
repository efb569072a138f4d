//! What is odd about an answer that is one: times that cannot be, hands that it should not have been
//! in. In: an answer and what is known. Out: the answer with its marks. Pure. Left to others: what
//! follows from a mark.

use jiff::SignedDuration;

use super::known::{KnownAnswers, KnownBatch};
use crate::domain::{Answer, Mark, Purpose};
use crate::text::names::Names;

/// How far the clocks of a validator and of the lead may be apart: as much as Kerberos, by which
/// computers log in to one another, lets them be.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(5);
/// The most work that counts on a clip: seconds per second of audio (careful transcription with notes
/// takes some 50 times real time: Cieri, Miller and Walker 2004), and seconds for each clip, to read
/// what is asked and to start.
const MOST_ACTIVE: (f64, f64) = (50.0, 60.0);

/// Marks an answer, and cuts an active time that is too long.
pub fn marked(mut answer: Answer, known: &KnownAnswers) -> Answer {
    let batches = batches(&answer, known);
    let mut marks = Vec::new();
    if let Some(time) = answer.time() {
        let later = |a: jiff::Timestamp, b| a.duration_since(b) > CLOCKS_APART;
        let first = batches.iter().filter_map(|b| b.created).min();
        if known.now().is_some_and(|now| later(time, now)) {
            marks.push(Mark::TimeInFuture);
        } else if first.is_some_and(|first| later(first, time)) {
            marks.push(Mark::TimeBeforeBatch);
        }
    }
    if !batches.is_empty() && batches.iter().all(|batch| is_others(batch, &answer, known)) {
        marks.push(Mark::NotHandedToThem);
    }
    if let (Some(active), Some(length)) = (answer.active_seconds, known.length(&answer.clip)) {
        let most = MOST_ACTIVE.0 * length.seconds() + MOST_ACTIVE.1;
        if active > most {
            answer.active_seconds = Some(most);
            marks.push(Mark::TimeCapped);
        }
    }
    Answer { marks, ..answer }
}

/// The batch that the answer names, if the draft was in it; else every batch that the draft was in.
fn batches<'k>(answer: &Answer, known: &'k KnownAnswers) -> Vec<&'k KnownBatch> {
    let all = known.drafts(&answer.clip).unwrap_or_default().iter();
    let same = all.filter(|d| d.purpose == answer.purpose && d.digest() == answer.draft_digest);
    let ids: Vec<_> = same.filter_map(|d| d.batch.as_ref()).collect();
    let named = ids.iter().copied().filter(|id| Some(*id) == answer.batch.as_ref());
    let named: Vec<_> = named.collect();
    let ids = if named.is_empty() { ids } else { named };
    ids.into_iter().filter_map(|id| known.known_batch(id)).collect()
}

/// Whether a batch is for others. An adjudicator's batch that names nobody is for anybody but those
/// who disagree.
fn is_others(batch: &KnownBatch, answer: &Answer, known: &KnownAnswers) -> bool {
    match batch.people.as_slice() {
        [] => {
            answer.purpose == Purpose::Adjudication
                && known.has_voted(&answer.clip, &answer.validator)
        }
        people => !people.iter().any(|name| Names::same(name, &answer.validator)),
    }
}

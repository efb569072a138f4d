//! Answers that come back: read, judged row by row, imported in any order with the same end.
//! In: files that people and programs wrote, and what this workspace handed out. Out: answers, and a
//! reason with file and line for every row that is none. Left to others: keeping them (store).

mod check;
mod credit;
mod folded;
mod known;
mod marks;
mod read;
mod rejection;

pub use check::{Checked, check};
pub use credit::{Cut, cut_short, wishes};
use folded::Folded;
pub use known::{KnownAnswers, KnownBatch, answer_id};
#[cfg(test)]
pub(super) use read::read_bytes;
pub use read::{AnswerRow, At, RowPlace, rows};
pub use rejection::Rejection;

use std::collections::BTreeMap;

use crate::domain::Answer;
use crate::text::tidy;

/// Rejected rows that are told, of each file.
const MOST_REJECTED: usize = 1000;

/// What became of the rows of an import.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Import {
    /// New answers, and newer ones that replace what the same validator said of the same clip
    /// before, in order of import.
    pub accepted: Vec<Answer>,
    /// Rows whose answers are accepted, or were before, and whose they are.
    pub stands: Vec<(RowPlace, String)>,
    /// Names of accepted rows that were taken for one met before.
    pub one_person: BTreeMap<String, String>,
    /// For each accepted answer, whether it replaced an earlier one of the same validator.
    pub replaced: Vec<bool>,
    /// Accepted answers that replaced others because they were imported later: none had a time.
    pub by_order: usize,
    /// Task rows that nobody has answered yet.
    pub unanswered: usize,
    /// All rejected rows, those of one reason together.
    pub folded: Folded,
    /// The first rejected rows, each with its place and reason.
    pub rejected: Vec<(RowPlace, Rejection)>,
    /// How many were rejected, by [`Rejection::code`].
    pub rejected_by_code: BTreeMap<&'static str, usize>,
}

/// Judges rows one after the other; `known` learns each accepted answer, so that duplicates within
/// the rows are seen too. Whatever the order of rows and imports, the same answers are kept, as long as
/// they have times.
pub fn import(rows: impl IntoIterator<Item = AnswerRow>, known: &mut KnownAnswers) -> Import {
    let mut import = Import::default();
    for AnswerRow { place, row } in rows {
        let written = row.as_ref().map_or(String::new(), |row| tidy(&row.validator));
        let answer = match row.and_then(|row| check(&row, known)) {
            Ok(Checked::Unanswered) => {
                import.unanswered += 1;
                continue;
            }
            Err(rejection) => {
                if let Rejection::Duplicate { validator, .. } = &rejection {
                    import.stands.push((place.clone(), validator.clone()));
                }
                *import.rejected_by_code.entry(rejection.code()).or_default() += 1;
                import.folded.add(&place, &rejection);
                if import.rejected.len() < MOST_REJECTED {
                    import.rejected.push((place, rejection));
                }
                continue;
            }
            Ok(Checked::Answer(answer)) => answer,
            Ok(Checked::AnswerByOrder(answer)) => {
                import.by_order += 1;
                answer
            }
        };
        import.stands.push((place, answer.validator.clone()));
        if written != answer.validator {
            import.one_person.insert(written, answer.validator.clone());
        }
        import.replaced.push(known.record(answer.clone()));
        import.accepted.push(answer);
    }
    import
}

#[cfg(test)]
mod tests {
    use super::read::read_bytes;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{ClipId, HandedOut, TaskRow, Verdict, draft_digest};
    use crate::tasks::bundle::samples::{HOSTILE, hostile_rows, sample_rows};
    use crate::tasks::bundle::{write_csv, write_jsonl};

    fn known(rows: &[TaskRow]) -> KnownAnswers {
        let mut known = KnownAnswers::new("w-1");
        for row in rows {
            known.hand_out(HandedOut::new(ClipId::from_stored(&row.clip), row.draft.clone()));
        }
        known
    }

    #[test]
    fn hostile_answers_arrive_whole_from_jsonl_and_from_csv() {
        let rows = hostile_rows();
        let (mut jsonl, mut csv) = (Vec::new(), Vec::new());
        write_jsonl(&mut jsonl, &rows).unwrap();
        write_csv(&mut csv, &rows).unwrap();
        let from_jsonl = import(read_bytes("a.jsonl", &jsonl), &mut known(&rows));
        let from_csv = import(read_bytes("a.csv", &csv), &mut known(&rows));
        assert_eq!(from_jsonl.accepted, from_csv.accepted);
        // One text is blanks alone: that one is no correction.
        assert_eq!(from_jsonl.rejected.len(), 1);
        assert_eq!(from_jsonl.accepted.len(), rows.len() - 1);
        assert!(from_csv.accepted.iter().any(|a| a.text == "</script><script>alert(1)</script>"));
    }

    #[test]
    fn the_same_file_twice_adds_nothing_and_unanswered_rows_are_counted() {
        let mut rows = sample_rows(3);
        rows[0].verdict = "as_is".into();
        rows[0].validator = "ana".into();
        let mut bytes = Vec::new();
        write_jsonl(&mut bytes, &rows).unwrap();
        let mut known = known(&rows);
        let first = import(read_bytes("a", &bytes), &mut known);
        assert_eq!((first.accepted.len(), first.unanswered, first.rejected.len()), (1, 2, 0));
        assert_eq!(first.accepted[0].text, rows[0].draft);
        let again = import(read_bytes("a", &bytes), &mut known);
        assert_eq!((again.accepted.len(), again.unanswered), (0, 2));
        assert_eq!(again.rejected[0].0.to_string(), "a:1");
        assert!(matches!(again.rejected[0].1, Rejection::Duplicate { .. }));
    }

    fn answer_rows() -> impl Strategy<Value = Vec<TaskRow>> {
        let clips = sample_rows(2);
        let one = (0..2usize, 0..2u8, 0..3u8, 0..3u8, prop::option::of(0..3u8));
        prop::collection::vec(one, 0..8).prop_map(move |picks| {
            let rows = picks.into_iter().map(|(clip, who, text, when, seconds)| TaskRow {
                validator: format!("v{who}"),
                verdict: "corrected".into(),
                text: format!("text {text}"),
                answered_at: match when {
                    0 => "2026-11-22T10:00:00Z".into(),
                    1 => "2026-11-23T10:00:00Z".into(),
                    _ => "2026-11-23T10:30:00+01:00".into(), // earlier than the line above
                },
                active_seconds: seconds.map(f64::from),
                ..clips[clip].clone()
            });
            rows.collect()
        })
    }

    proptest! {
        #[test]
        fn any_order_of_rows_and_imports_ends_in_the_same_state(
            (rows, mixed) in answer_rows().prop_flat_map(|r| (Just(r.clone()), Just(r).prop_shuffle())),
            cut in 0..8usize,
        ) {
            let clips = sample_rows(2);
            let row = |row: &TaskRow| AnswerRow {
                place: RowPlace { file: "f".into(), at: At::Line(1) },
                row: Ok(row.clone()),
            };
            let mut once = known(&clips);
            import(rows.iter().map(row), &mut once);
            let mut parts = known(&clips);
            let cut = cut.min(mixed.len());
            import(mixed[cut..].iter().map(row), &mut parts);
            import(mixed[..cut].iter().map(row), &mut parts);
            import(mixed.iter().map(row), &mut parts);
            prop_assert_eq!(once.answers(), parts.answers());
        }
    }

    #[test]
    fn without_times_the_first_import_of_each_answer_decides() {
        let clips = sample_rows(1);
        let said = |text: &str| AnswerRow {
            place: RowPlace { file: "f".into(), at: At::Line(1) },
            row: Ok(TaskRow {
                validator: "ana".into(),
                verdict: "corrected".into(),
                text: text.into(),
                ..clips[0].clone()
            }),
        };
        let mut known = known(&clips);
        let first = import(vec![said("un"), said("deux")], &mut known);
        assert_eq!((first.accepted.len(), first.by_order), (2, 1), "both are kept");
        let again = import(vec![said("un"), said("deux")], &mut known);
        let codes: Vec<_> = again.rejected.iter().map(|(_, why)| why.code()).collect();
        assert_eq!(codes, ["superseded", "duplicate"]);
        assert_eq!(known.answers()[0].text, "deux");
    }

    /// Downloaded from the sample page in a real browser (tests/page/page.test.mjs writes the file).
    #[test]
    fn what_the_page_lets_download_is_imported_whole() {
        let bytes = include_bytes!("../../tests/data/page/answers.jsonl");
        let rows = read_bytes("answers.jsonl", bytes);
        let tasks: Vec<TaskRow> = rows.iter().map(|r| r.row.clone().unwrap()).collect();
        let mut known = KnownAnswers::new("page-test");
        for row in &tasks {
            let clip = ClipId::from_stored(&row.clip);
            assert_eq!(draft_digest(&clip, &row.draft), row.draft_digest);
            known.hand_out(HandedOut::new(clip, row.draft.clone()));
        }
        let import = import(rows, &mut known);
        assert_eq!(import.rejected, []);
        assert_eq!(import.accepted.len(), tasks.len());
        assert!(import.accepted.iter().all(|a| a.validator == "Zoé « l’Écoute »"));
        let as_is = import.accepted.iter().filter(|a| a.verdict == Verdict::AsIs);
        assert!(as_is.clone().any(|a| a.text == HOSTILE[0]));
        assert!(as_is.clone().any(|a| a.text == HOSTILE[13]), "right to left");
    }

    /// The same download, as a page of an earlier version wrote it.
    #[test]
    fn an_old_download_is_imported_as_the_new_one() {
        let imported = |bytes: &[u8]| {
            let rows = read_bytes("answers.jsonl", bytes);
            let mut known = KnownAnswers::new("page-test");
            for row in &rows {
                let row = row.row.as_ref().unwrap();
                let clip = ClipId::from_stored(&row.clip);
                known.hand_out(HandedOut::new(clip, row.draft.clone()));
            }
            let import = import(rows, &mut known);
            assert_eq!(import.rejected, []);
            import.accepted
        };
        let earlier = imported(include_bytes!("../../tests/data/page/answers_earlier_codes.jsonl"));
        assert_eq!(earlier, imported(include_bytes!("../../tests/data/page/answers.jsonl")));
        for verdict in [Verdict::OverlappingSpeech, Verdict::Offensive] {
            assert!(earlier.iter().any(|a| a.verdict == verdict), "{verdict:?}");
        }
    }

    #[test]
    fn a_program_may_send_five_fields_and_the_text() {
        let rows = sample_rows(1);
        let clip = ClipId::from_stored(&rows[0].clip);
        let line = format!(
            r#"{{"workspace":"w-1","clip":"{clip}","draft_digest":"{}","validator":"p","verdict":"corrected","text":"Il fait froid."}}"#,
            draft_digest(&clip, &rows[0].draft)
        );
        let got = import(read_bytes("x", line.as_bytes()), &mut known(&rows));
        assert_eq!(got.accepted[0].text, "Il fait froid.");
    }
}

//! The rows of a withdrawal, table by table. In: a transaction, the passing tables of `Store::mark_gone`. Out: nothing of
//! them is left, and every second of what stays is in one state.

use anyhow::Result;
use rusqlite::{Transaction, params};

use super::{Erasure, because, delete_clips, piece};
use crate::domain::RejectReason;

/// Outputs: how much of each was withdrawn; a dataset's clips stay noted, for its readers.
pub fn outputs(tx: &Transaction, erasure: &Erasure) -> Result<()> {
    let either = "(SELECT clip FROM temp.gone UNION SELECT clip FROM temp.answered)";
    let datasets = "(SELECT id FROM outputs WHERE kind = 'dataset')";
    for id in &erasure.outputs {
        tx.execute(
            &format!(
                "UPDATE outputs SET withdrawn = withdrawn + max(1,
                    (SELECT count(*) FROM output_clips
                     WHERE output = ?1 AND gone IS NULL AND clip IN {either}))
                 WHERE id = ?1"
            ),
            [id],
        )?;
    }
    tx.execute(
        &format!(
            "UPDATE output_clips SET gone = ?1, why = ?2
             WHERE gone IS NULL AND output IN {datasets} AND clip IN {either}"
        ),
        params![erasure.created, because(erasure).code()],
    )?;
    // What left earlier for another reason may now be withdrawn.
    tx.execute(
        &format!(
            "UPDATE output_clips SET gone = ?1, why = 'withdrawn'
             WHERE output IN {datasets} AND why <> 'withdrawn' AND clip IN (SELECT clip FROM temp.gone)"
        ),
        [&erasure.created],
    )?;
    tx.execute(
        &format!(
            "DELETE FROM output_clips WHERE output NOT IN {datasets} AND clip IN (SELECT clip FROM temp.gone)"
        ),
        [],
    )?;
    for id in &erasure.recordings {
        tx.execute("DELETE FROM output_recordings WHERE recording = ?1", [id.as_str()])?;
        tx.execute("DELETE FROM lineage WHERE recording = ?1", [id.as_str()])?;
    }
    Ok(())
}

/// Rounds, what they used, and what their models drafted. Clips that were decided on by such a draft wait for another
/// one; what was handed out stays known, so that answers to it are not lost.
pub fn rounds(tx: &Transaction, erasure: &Erasure) -> Result<()> {
    let numbers = "(SELECT number FROM temp.withdrawn_rounds)";
    let models = "(SELECT model FROM temp.withdrawn_rounds WHERE model IS NOT NULL)";
    tx.execute(
        &format!(
            "UPDATE pieces SET decision = 'none', priority = NULL
             WHERE clip IN (SELECT clip FROM decisions WHERE model IN {models})"
        ),
        [],
    )?;
    for sql in [
        format!("DELETE FROM decisions WHERE model IN {models}"),
        format!("DELETE FROM suggestions WHERE model IN {models}"),
        format!("DELETE FROM hypotheses WHERE model IN {models}"),
        format!("DELETE FROM certificates WHERE model IN {models}"),
        format!("DELETE FROM meta WHERE key IN (SELECT 'calibrated as ' || model FROM {models} m)"),
        format!(
            "DELETE FROM meta WHERE key = 'routed as' AND json_extract(value, '$.model') IN {models}"
        ),
        format!("DELETE FROM round_clips WHERE round IN {numbers}"),
        format!("DELETE FROM rounds WHERE number IN {numbers}"),
    ] {
        tx.execute(&sql, [])?;
    }
    if let Some(round) = erasure.round_in_use {
        tx.execute(
            "INSERT OR REPLACE INTO meta (key, value) VALUES ('round in use', ?1)",
            [round.to_string()],
        )?;
    }
    Ok(())
}

/// A batch that loses clips: what is expected of it, and its pay, are of those that are left.
pub fn batches(tx: &Transaction) -> Result<()> {
    tx.execute_batch(
        "CREATE TEMP TABLE left_of AS
            SELECT batch, 1.0 * sum(clip NOT IN (SELECT clip FROM temp.gone)) / count(*) share
            FROM batch_clips GROUP BY batch
            HAVING sum(clip IN (SELECT clip FROM temp.gone)) > 0;
         UPDATE batches SET
            estimate = estimate * (SELECT share FROM temp.left_of WHERE batch = id),
            pay = pay * (SELECT share FROM temp.left_of WHERE batch = id)
            WHERE id IN (SELECT batch FROM temp.left_of);
         DROP TABLE temp.left_of;",
    )?;
    Ok(())
}

/// Texts of other engines about recordings that clips go of.
pub const OF_GONE_CLIPS: &str = "recording IN
    (SELECT p.recording FROM pieces p JOIN temp.gone g ON g.clip = p.clip)";

/// What other engines wrote of all that goes. Of a recording that others speak in too all of it goes: whose a word is
/// may not be known. Drafts that were made of it stay with their clips.
pub fn engine_texts(tx: &Transaction, erasure: &Erasure) -> Result<()> {
    tx.execute(&format!("DELETE FROM engine_texts WHERE {OF_GONE_CLIPS}"), [])?;
    for id in erasure.recordings.iter().chain(erasure.facts.keys()) {
        tx.execute("DELETE FROM engine_texts WHERE recording = ?1", [id.as_str()])?;
    }
    Ok(())
}

/// Everything about the clips that go, but their pieces.
pub fn clips(tx: &Transaction) -> Result<()> {
    for table in [
        "suggestions",
        "hypotheses",
        "failed_clips",
        "decisions",
        "consensus",
        "answers",
        "batch_clips",
        "gold",
        "round_clips",
    ] {
        delete_clips(tx, table)?;
    }
    Ok(())
}

/// Whole recordings go; in others, each clip that goes becomes a reject, so that it is not cut again.
pub fn recordings(tx: &Transaction, erasure: &Erasure) -> Result<()> {
    for id in &erasure.recordings {
        tx.execute("DELETE FROM pieces WHERE recording = ?1", [id.as_str()])?;
        tx.execute("DELETE FROM recordings WHERE id = ?1", [id.as_str()])?;
    }
    let why = serde_json::to_string(&RejectReason::Withdrawn)?;
    for clip in &erasure.clips {
        let Some((recording, start, stop)) = piece(tx, clip)? else { continue };
        // Totals follow pieces that come and go.
        tx.execute("DELETE FROM pieces WHERE clip = ?1", [clip.as_str()])?;
        tx.execute(
            "INSERT INTO pieces (recording, start, stop, kind, why) VALUES (?1, ?2, ?3, 'reject', ?4)",
            params![recording, start, stop, why],
        )?;
    }
    for (id, facts) in &erasure.facts {
        tx.execute(
            "UPDATE recordings SET facts = ?2 WHERE id = ?1",
            params![id.as_str(), serde_json::to_string(facts)?],
        )?;
    }
    for clip in &erasure.redraft {
        for sql in [
            "DELETE FROM suggestions WHERE clip = ?1",
            "DELETE FROM hypotheses WHERE clip = ?1",
            "DELETE FROM decisions WHERE clip = ?1",
            "UPDATE pieces SET decision = 'none', priority = NULL WHERE clip = ?1",
        ] {
            tx.execute(sql, [clip.as_str()])?;
        }
    }
    Ok(())
}

/// Answers, names and wishes of validators. A batch that was theirs alone and that nobody else answered goes back. What
/// others did for clips that go stays known, so that they are paid.
pub fn validators(tx: &Transaction, erasure: &Erasure) -> Result<()> {
    for (name, work) in &erasure.work {
        tx.execute(
            "INSERT INTO withdrawn_work (validator, answers, active_seconds, pay) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (validator) DO UPDATE SET answers = answers + excluded.answers,
                active_seconds = active_seconds + excluded.active_seconds, pay = pay + excluded.pay",
            params![name, work.answers, work.active_seconds, work.pay],
        )?;
    }
    if erasure.validators.is_empty() {
        return Ok(());
    }
    let theirs = "validator IN (SELECT validator FROM temp.withdrawn_names)";
    // What was settled and outlived the texts of its answers may be theirs: nobody can tell any more.
    tx.execute(
        &format!(
            "DELETE FROM consensus WHERE kept
                AND clip IN (SELECT clip FROM answers WHERE emptied IS NOT NULL AND {theirs})"
        ),
        [],
    )?;
    tx.execute(&format!("DELETE FROM answers WHERE {theirs}"), [])?;
    for table in ["credits", "payments", "appeals", "links"] {
        tx.execute(&format!("DELETE FROM {table} WHERE {theirs}"), [])?;
    }
    tx.execute(&format!("DELETE FROM withdrawn_work WHERE {theirs}"), [])?;
    tx.execute_batch(&format!(
        "CREATE TEMP TABLE returned AS SELECT DISTINCT batch FROM batch_people WHERE {theirs}
            AND batch NOT IN (SELECT batch FROM batch_people WHERE NOT ({theirs}))
            AND batch NOT IN (SELECT batch FROM answers WHERE batch IS NOT NULL);
         CREATE TEMP TABLE waiting AS
            SELECT DISTINCT clip FROM batch_clips WHERE batch IN (SELECT batch FROM temp.returned);
         UPDATE batches SET session = NULL WHERE id IN (SELECT batch FROM batch_people WHERE {theirs});
         DELETE FROM batch_people WHERE {theirs};
         DELETE FROM batch_clips WHERE batch IN (SELECT batch FROM temp.returned);
         UPDATE pieces SET handed_out = 0
            WHERE handed_out AND clip IN (SELECT clip FROM temp.waiting) AND clip NOT IN
               (SELECT clip FROM batch_clips WHERE purpose IN ('task', 'adjudication'));
         DROP TABLE temp.returned; DROP TABLE temp.waiting;"
    ))?;
    Ok(())
}

/// What nothing refers to any more.
pub fn tidy(tx: &Transaction) -> Result<()> {
    tx.execute_batch(
        "DELETE FROM evidence WHERE id NOT IN
            (SELECT evidence FROM decisions WHERE evidence IS NOT NULL);
         DELETE FROM batch_people WHERE batch NOT IN (SELECT batch FROM batch_clips);
         DELETE FROM batches WHERE id NOT IN (SELECT batch FROM batch_clips);",
    )?;
    Ok(())
}

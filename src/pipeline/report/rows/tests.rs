//! The table of clips.

use crate::domain::Samples;
use crate::views::clips::{Part, ReportRow};

/// A decided clip; `errors`: settled with a text.
pub fn row(
    clip: &str,
    decision: &'static str,
    part: Part,
    inclusion: f64,
    errors: Option<u64>,
) -> ReportRow {
    ReportRow {
        clip: clip.into(),
        recording: "r".into(),
        speaker: format!("speaker of {clip}"),
        region: "fr-CA-QC".into(),
        length: Samples(32_000),
        round: 0,
        model: "m".into(),
        policy: "p".into(),
        decision,
        part,
        reasons: if decision == "human" { vec!["low_confidence"] } else { vec![] },
        score: Some(0.5),
        expected_wer: Some(0.1),
        draw: 0.5,
        inclusion,
        weight: None,
        state: "auto",
        draft_words: 10,
        verdict: errors.map(|_| "corrected"),
        changed: errors.map(|e| e > 0),
        errors,
        reference_words: errors.map(|_| 10),
        answers: 0,
        timed_answers: 0,
        active_seconds: 0.0,
        paid: 0.0,
        capped_answers: 0,
        current: true,
        stands: 1.0,
    }
}

#[test]
fn the_table_of_clips_is_version_1() {
    let mut rows = vec![row("a,\"b", "human", Part::NoSpeech, 1.0 / 3.0, None)];
    rows[0].speaker = "=1+1;@x".into();
    rows[0].reasons = vec!["no_output", "random_audit"];
    let mut out = Vec::new();
    crate::views::clips::write(&rows, &mut out).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "clip,recording,speaker,region,seconds,round,model,policy,decision,part,reasons,score,expected_wer,\
         draw,inclusion,weight,state,draft_words,verdict,changed,errors,reference_words,answers,\
         timed_answers,active_seconds,paid,current\n\
         \"a,\"\"b\",r,'=1+1;'@x,fr-CA-QC,2.0,0,m,p,human,no_speech,no_output|random_audit,\
         0.5,0.1,0.5,0.3333333333333333,,auto,10,,,,,0,0,0.0,0.0,true\n"
    );
}

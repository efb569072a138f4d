//! Clips decoded among their neighbours, with the real model on real speech: the same drafts however a run was made.
#![cfg(feature = "ctranslate2")]

mod util;

use util::{Workspace, sample};

/// Clip and stored hypothesis, in order.
fn drafts(ws: &Workspace) -> Vec<(String, Vec<u8>)> {
    let db = rusqlite::Connection::open(ws.dir.join("state.db")).unwrap();
    let mut statement = db.prepare("SELECT clip, body FROM hypotheses ORDER BY clip").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Whether a draft comes from a window: the tenth bit of what it has, behind the version.
fn is_of_a_window(body: &[u8]) -> bool {
    body[1] & 0x80 != 0 && body[2] & 4 != 0
}

#[test]
fn a_run_that_goes_on_or_has_other_workers_gives_each_clip_the_same_draft() {
    let (whole, parts) = (Workspace::new(), Workspace::new());
    for ws in [&whole, &parts] {
        ws.ingest(&[&sample("quebec_menu.flac"), &sample("volunteer_2b2a8f5e.flac")]);
    }
    whole.to(0, "run", &["--workers", "1"]);
    parts.to(0, "run", &["--workers", "2"]);
    let wanted = drafts(&whole);
    let shared = wanted.iter().filter(|(_, body)| is_of_a_window(body)).count();
    assert!(shared * 2 > wanted.len() && shared < wanted.len(), "{shared} of {}", wanted.len());
    assert_eq!(drafts(&parts), wanted);
    // Every second clip is missing, as if the run had been killed: the others are there as neighbours.
    let db = rusqlite::Connection::open(parts.dir.join("state.db")).unwrap();
    let every_second = "DELETE FROM hypotheses WHERE clip IN (SELECT clip FROM
        (SELECT clip, row_number() OVER (ORDER BY clip) AS n FROM hypotheses) WHERE n % 2 = 0)";
    assert!(db.execute(every_second, []).unwrap() > 10);
    drop(db);
    parts.to(0, "run", &[]);
    assert_eq!(drafts(&parts), wanted);
}

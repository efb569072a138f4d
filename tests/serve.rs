//! The task page over HTTP: links, leases, answers taken in. Clips are real, drafts are a script's.
#![cfg(feature = "serve")]

mod util;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use util::server::Server;
use util::{Workspace, run, stderr, stdout};

/// Waits until something holds.
#[track_caller]
fn soon(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(30), "not so: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn database(ws: &Workspace) -> rusqlite::Connection {
    let db = rusqlite::Connection::open(ws.dir.join("state.db")).unwrap();
    db.busy_timeout(Duration::from_secs(10)).unwrap();
    db
}

/// All leases end now.
fn let_leases_expire(ws: &Workspace) {
    let sql = "UPDATE batches SET expires = '2026-01-01T00:00:00Z' WHERE expires IS NOT NULL";
    database(ws).execute(sql, []).unwrap();
}

#[test]
fn a_person_opens_their_link_answers_a_batch_and_gets_the_next_and_everything_is_settled() {
    let ws = Workspace::to_serve(2);
    let ana = ws.links(&["ana"]).remove(0);
    let server = Server::start(&ws, &[]);
    let first = server.open(&ana);
    assert_eq!(first.rows.len(), 2);
    assert_eq!(server.open(&ana).id, first.id, "opened again it is the same batch");
    let before = server.get(&first.path).json();
    assert_eq!((&before["validator"], &before["answered"]), (&json!("ana"), &json!(0)));
    assert!(before["expires"].as_str().is_some() && before["code"].is_null());

    let rows = first.answered(0);
    let one = server.put(&first.path, &rows[..1]).json();
    assert_eq!(
        (&one["accepted"], &one["answered"], &one["done"]),
        (&json!(1), &json!(1), &json!(false))
    );
    let both = server.put(&first.path, &rows).json();
    assert_eq!(
        (&both["accepted"], &both["known"], &both["done"]),
        (&json!(1), &json!(1), &json!(true))
    );
    let code = both["code"].as_str().unwrap().to_string();
    let given = server.get(&first.path).json();
    assert_eq!(given["answers"].as_array().unwrap().len(), 2, "her other device gets them");
    assert_eq!(given["answers"][0]["validator"], "ana", "the link says who she is");

    let second = server.open(&ana);
    let (a, b): (BTreeSet<_>, BTreeSet<_>) =
        (first.clips().into_iter().collect(), second.clips().into_iter().collect());
    assert!(second.id != first.id && a.is_disjoint(&b));
    // While the server runs, and without another command, what was answered is settled.
    soon("two clips are settled", || ws.json("status")["clips"]["settled"] == 2);
    let whose = stdout(&ws.to(0, "people", &["code", &code.to_lowercase()]));
    assert!(
        whose.contains("ana") && whose.contains(&first.id) && whose.contains("2 of 2"),
        "{whose}"
    );
    assert!(stderr(&ws.to(1, "people", &["code", "0000000000"])).contains("nobody"));
    server.end();
    let log = stdout(&ws.to(0, "log", &[]));
    assert!(log.contains("serve") && log.contains("done"), "{log}");
}

#[test]
fn two_people_never_have_the_same_clip_and_where_two_answers_are_wanted_each_has_it_once() {
    let ws = Workspace::to_serve(3);
    let links = ws.links(&["ana,ben,carl"]);
    let server = Server::start(&ws, &[]);
    let batches: Vec<_> = links.iter().map(|link| server.open(link)).collect();
    let all: Vec<String> = batches.iter().flat_map(|batch| batch.clips()).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    server.end();

    let ws = Workspace::to_serve(10);
    ws.set("\nvalidators = 1", "\nvalidators = 2");
    let waiting = ws.json("status")["clips"]["waiting"].as_u64().unwrap();
    let links = ws.links(&["ana,ben"]);
    let server = Server::start(&ws, &[]);
    let mut had: Vec<BTreeSet<String>> = vec![BTreeSet::new(); 2];
    for (link, had) in links.iter().zip(&mut had) {
        for _ in 0..waiting.div_ceil(10) {
            let batch = server.open(link);
            assert!(
                batch.clips().iter().all(|clip| had.insert(clip.clone())),
                "twice to one person"
            );
            assert_eq!(server.put(&batch.path, &batch.answered(0)).json()["done"], true);
        }
    }
    assert_eq!(had[0], had[1], "both had all of them");
    soon("all is settled", || ws.json("status")["clips"]["settled"] == waiting);
}

#[test]
fn rows_sent_twice_in_any_order_or_late_change_nothing_and_lose_nothing() {
    let ws = Workspace::to_serve(2);
    let links = ws.links(&["ana,ben"]);
    let server = Server::start(&ws, &[]);
    let batch = server.open(&links[0]);
    let with = |text: &str, seconds: i64| {
        let mut row = batch.answered(seconds)[0].clone();
        row["verdict"] = json!("corrected");
        row["text"] = json!(text);
        row
    };
    let (old, new) = (with("la vieille", 1), with("la nouvelle", 2));
    for rows in [[&new, &old], [&old, &new], [&new, &new]] {
        let rows: Vec<Value> = rows.into_iter().cloned().collect();
        assert!(server.put(&batch.path, &rows).json()["refused"].as_array().unwrap().is_empty());
    }
    let given = server.get(&batch.path).json();
    assert_eq!(given["answers"].as_array().unwrap().len(), 1);
    assert_eq!(given["answers"][0]["text"], "la nouvelle");

    // The lease is over: what she did not answer is Ben's, and what she sends late counts all the same.
    let_leases_expire(&ws);
    let others = batch.clips()[1].clone();
    let mut of_ben = server.open(&links[1]);
    soon("Ben has the clip", || {
        let has = of_ben.clips().contains(&others);
        if !has {
            server.put(&of_ben.path, &of_ben.answered(0));
            of_ben = server.open(&links[1]);
        }
        has
    });
    assert_eq!(server.put(&of_ben.path, &of_ben.answered(0)).json()["done"], true);
    let late = server.put(&batch.path, &batch.answered(3)[1..]).json();
    assert_eq!((&late["accepted"], &late["done"]), (&json!(1), &json!(true)), "{late}");
    let answers = ws.current_answers();
    let to_it: Vec<&str> =
        answers.iter().filter(|(clip, _)| *clip == others).map(|(_, name)| &**name).collect();
    assert_eq!(to_it, ["ana", "ben"]);
}

#[test]
fn a_correction_from_a_device_whose_clock_is_hours_off_counts_and_sent_again_it_is_the_same() {
    let ws = Workspace::to_serve(2);
    let ana = ws.links(&["ana"]).remove(0);
    let server = Server::start(&ws, &[]);
    let batch = server.open(&ana);
    for (hours, text) in [(3, "la première"), (3, "la deuxième"), (-9000, "la troisième")] {
        let mut row = batch.answered(hours * 3600).remove(0);
        row["verdict"] = json!("corrected");
        row["text"] = json!(text);
        assert_eq!(server.put(&batch.path, &[row.clone()]).json()["accepted"], 1, "{text}");
        let again = server.put(&batch.path, &[row]).json();
        assert_eq!((&again["accepted"], &again["known"]), (&json!(0), &json!(1)), "{text}");
        assert_eq!(server.get(&batch.path).json()["answers"][0]["text"], text);
    }
}

#[test]
fn a_lease_that_expired_is_ones_own_again_while_nobody_else_has_it() {
    let ws = Workspace::to_serve(200); // one batch holds all
    let links = ws.links(&["ana,ben"]);
    let server = Server::start(&ws, &[]);
    let batch = server.open(&links[0]);
    assert!(
        server.get(&links[1]).body.contains("<meta http-equiv=\"refresh\""),
        "nothing is left for Ben"
    );
    server.put(&batch.path, &batch.answered(0)[..1]);
    let_leases_expire(&ws);
    let back = server.open(&links[0]);
    assert!(!back.clips().is_empty(), "she goes on");
    assert_eq!(server.post(&format!("{}/return", back.path)).status, 200);
    let of_ben = server.open(&links[1]);
    let answered = &batch.clips()[0];
    assert!(!of_ben.clips().contains(answered) && of_ben.clips().len() == batch.clips().len() - 1);
}

#[test]
fn kill_9_at_any_moment_loses_no_confirmed_answer_and_counts_none_twice() {
    let ws = Workspace::to_serve(4);
    let links = ws.links(&["ana,ben,carl"]);
    let mut random = fastrand::Rng::with_seed(7);
    let mut confirmed: BTreeSet<(String, String)> = BTreeSet::new();
    let (mut kills, mut over) = (0, false);
    while !over {
        let server = Server::start(&ws, &[]);
        let address = server.address;
        let work = std::thread::spawn({
            let links = links.clone();
            move || {
                // Each person answers clip by clip until the server is gone, or nothing is left.
                let mut confirmed = Vec::new();
                for _ in 0..40 {
                    let mut nothing = 0;
                    for (name, link) in ["ana", "ben", "carl"].iter().zip(&links) {
                        let Ok(page) = util::server::request(address, "GET", link, &[], b"") else {
                            return (confirmed, false);
                        };
                        let Some(batch) = util::server::Batch::shown(link, &page.body) else {
                            nothing += 1;
                            continue;
                        };
                        for row in batch.answered(0) {
                            let body = format!("{row}\n");
                            let sent = util::server::request(
                                address,
                                "PUT",
                                &batch.path,
                                &[],
                                body.as_bytes(),
                            );
                            match sent {
                                Ok(reply) if reply.status == 200 => {
                                    confirmed.push((
                                        row["clip"].as_str().unwrap().to_string(),
                                        name.to_string(),
                                    ));
                                }
                                Ok(reply) => panic!("{}: {}", reply.status, reply.body),
                                Err(_) => return (confirmed, false),
                            }
                        }
                    }
                    if nothing == 3 {
                        return (confirmed, true);
                    }
                }
                (confirmed, true)
            }
        });
        match kills < 8 {
            true => {
                std::thread::sleep(Duration::from_millis(random.u64(5..400)));
                server.kill();
                kills += 1;
                confirmed.extend(work.join().unwrap().0);
            }
            false => {
                let (more, done) = work.join().unwrap();
                confirmed.extend(more);
                over = done;
                server.end();
            }
        }
    }
    let kept = ws.current_answers();
    let each: BTreeSet<(String, String)> = kept.iter().cloned().collect();
    assert_eq!(each.len(), kept.len(), "none twice");
    let lost: Vec<_> = confirmed.difference(&each).collect();
    assert!(lost.is_empty(), "confirmed and lost: {lost:?}");
    let status = ws.json("status");
    assert_eq!(status["clips"]["waiting"].as_u64().unwrap_or(0), 0, "{status}");
    ws.to(0, "doctor", &[]);
}

#[test]
fn a_full_disk_is_told_and_what_was_not_confirmed_can_be_sent_again() {
    let ws = Workspace::to_serve(6);
    let ana = ws.links(&["ana"]).remove(0);
    let server = Server::start(&ws, &[]);
    let batch = server.open(&ana);
    server.end();
    let wal = |ws: &Workspace| std::fs::metadata(ws.dir.join("state.db")).unwrap().len() / 1024;
    let server = Server::on_a_small_disk(&ws, wal(&ws) + 40);
    let mut refused = Vec::new();
    let mut text = "la réponse ".repeat(400);
    for (n, row) in batch.answered(0).into_iter().cycle().take(60).enumerate() {
        let mut row = row;
        row["verdict"] = json!("corrected");
        text.push('x');
        row["text"] = json!(text.clone());
        let at = jiff::Timestamp::now() + jiff::SignedDuration::from_millis(n as i64);
        row["answered_at"] = json!(at.to_string());
        let reply = server.put(&batch.path, &[row.clone()]);
        match reply.status {
            200 => {}
            500 | 503 | 507 => {
                assert!(
                    reply.json()["why"].is_string() && reply.headers.contains_key("retry-after")
                );
                refused.push(row);
            }
            other => panic!("{other}: {}", reply.body),
        }
    }
    assert!(!refused.is_empty(), "the disk was never full");
    assert!(server.said().contains("a request failed"), "{}", server.said());
    server.kill();
    let server = Server::start(&ws, &[]);
    let again = server.put(&batch.path, &refused).json();
    assert_eq!(again["refused"], json!([]));
    let last = server.get(&batch.path).json();
    let last_text =
        last["answers"].as_array().unwrap().iter().map(|a| a["text"].as_str().unwrap().len()).max();
    assert!(last_text.unwrap() >= refused.last().unwrap()["text"].as_str().unwrap().trim().len());
    ws.to(0, "doctor", &[]);
}

#[test]
fn run_tasks_answers_and_report_work_on_the_workspace_while_it_is_served() {
    let ws = Workspace::to_serve(2);
    let links = ws.links(&["ana"]);
    let server = Server::start(&ws, &[]);
    let batch = server.open(&links[0]);
    ws.to(0, "run", &["--scripted", ws.beside("script.jsonl").to_str().unwrap()]);
    // What a file hands out is not what the server has, and the other way round.
    let out = ws.beside("files");
    let said = ws.to(
        0,
        "tasks",
        &["--to", "ben", "--out", out.to_str().unwrap(), "--format", "jsonl", "--json"],
    );
    let said: Value = serde_json::from_str(&stdout(&said)).unwrap();
    assert!(said["with_others"].as_u64().unwrap() >= 2, "{said}");
    let files = said["files"].as_array().unwrap().iter();
    let of_ben: Vec<Value> = files
        .flat_map(|f| util::rows(&std::fs::read_to_string(f.as_str().unwrap()).unwrap()))
        .collect();
    let clips = batch.clips();
    assert!(of_ben.iter().all(|row| !clips.iter().any(|clip| row["clip"] == **clip)));
    let mut row = of_ben[0].clone();
    row["verdict"] = json!("as_is");
    let file = ws.write_rows("ben.jsonl", &[row]);
    for _ in 0..5 {
        server.put(&batch.path, &batch.answered(0));
        ws.to(0, "answers", &[&file]);
    }
    assert_eq!(ws.current_answers().len(), 3);
    ws.to(0, "report", &[]);
    assert_eq!(ws.json("status")["clips"]["settled"], 3);
    // A download of the page is taken too, and says nothing new.
    let download = ws.write_rows("ana.jsonl", &batch.answered(0));
    ws.to(0, "answers", &[&download]);
    let second = run(&["serve", &ws.path(), "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(4), "{}", stderr(&second));
    server.end();
    // Without a server what lay ready is free.
    let out = ws.beside("more");
    let said = ws.to(0, "tasks", &["--to", "carl", "--out", out.to_str().unwrap(), "--json"]);
    let said: Value = serde_json::from_str(&stdout(&said)).unwrap();
    let waiting = ws.json("status")["clips"]["waiting"].as_u64().unwrap();
    assert_eq!(
        said["handed"][0]["clips"].as_u64().unwrap() + said["with_others"].as_u64().unwrap(),
        waiting
    );
}

#[test]
fn a_session_of_a_study_gets_one_batch_its_code_and_the_way_back_and_a_returned_one_frees_its_clips()
 {
    let ws = Workspace::to_serve(2);
    ws.set("return_address = \"\"", "return_address = \"https://platform.example/done?cc={code}\"");
    let study = ws.made(&["--study", "autumn"]).remove(0).1;
    assert!(study.contains("PROLIFIC_PID={{%PROLIFIC_PID%}}"), "{study}");
    let study = study.split('?').next().unwrap().to_string();
    let server = Server::start(&ws, &[]);
    let enter = |who: &str, session: &str| {
        server.get(&format!("{study}?PROLIFIC_PID={who}&STUDY_ID=st1&SESSION_ID={session}"))
    };
    let entered = enter("p1", "s1");
    assert_eq!(entered.status, 303, "{}", entered.body);
    let link = entered.headers["location"].clone();
    assert_eq!(enter("p1", "s1").headers["location"], link, "reloaded it is the same session");
    let batch = server.open(&link);
    let done = server.put(&batch.path, &batch.answered(0)).json();
    let code = done["code"].as_str().unwrap();
    assert_eq!(done["return_address"], format!("https://platform.example/done?cc={code}"));
    assert_eq!(done["next"], false);
    let end = server.get(&link).body;
    assert!(
        end.contains(code) && end.contains("platform.example"),
        "one session is one batch: {end}"
    );

    let second = enter("p1", "s2").headers["location"].clone();
    assert_ne!(
        server.open(&second).id,
        batch.id,
        "another session of the same participant is another batch"
    );
    let left = server.open(&enter("p2", "s3").headers["location"].clone());
    let list = ws.beside("export.csv");
    std::fs::write(
        &list,
        "Submission id,Participant id,Status\ns3,p2,RETURNED\ns1,p1,APPROVED\nx9,p9,TIMED-OUT\n",
    )
    .unwrap();
    let said = stderr(&ws.to(0, "people", &["submissions", list.to_str().unwrap()]));
    assert!(
        said.contains("1 sessions returned, 0 timed out") && said.contains("1 never came in"),
        "{said}"
    );
    assert!(
        !server.get(&enter("p2", "s3").headers["location"]).body.contains("id=\"tasks\""),
        "it is over"
    );
    let mut found = false;
    for n in 0..60 {
        let link = enter("p5", &format!("t{n}")).headers["location"].clone();
        let body = server.get(&link).body;
        let Some(next) = util::server::Batch::shown(&link, &body) else {
            break;
        };
        found |= next.clips().iter().any(|clip| left.clips().contains(clip));
        server.put(&next.path, &next.answered(0));
    }
    assert!(found, "nobody got what was returned");
    let answered = server.get(&study);
    assert_eq!(answered.status, 400, "without a participant nobody comes in");
    for bad in ["<script>", "a%0d%0aX-Evil:1", "../../x", ""] {
        let reply = enter(bad, "s9");
        assert_eq!(reply.status, 400, "{bad}");
        assert!(!reply.headers.contains_key("x-evil") && !reply.body.contains("<script>"));
    }
}

#[test]
fn who_withdraws_is_not_let_in_again_and_a_withdrawn_recording_is_on_no_page() {
    let ws = Workspace::to_serve(2);
    ws.ingest(&[&util::sample("volunteer_2eecc97c.flac")]);
    let script = ws.write_rows("all.jsonl", &[json!({"text": "la phrase entière"})]);
    ws.to(0, "run", &["--scripted", &script]);
    let links = ws.links(&["ana,ben"]);
    let server = Server::start(&ws, &[]);
    let batch = server.open(&links[0]);
    server.put(&batch.path, &batch.answered(0));
    ws.to(0, "forget", &["--validator", "ana", "--yes"]);
    assert_eq!(server.get(&links[0]).status, 404);
    assert_eq!(server.put(&batch.path, &batch.answered(1)).status, 404);
    assert!(ws.current_answers().is_empty());
    let again = util::run(&["people", &ws.path(), "add", "Ana", "--link"]);
    assert!(stderr(&again).contains("withdrawn"), "{}", stderr(&again));
    let path = batch.rows[0]["path"].as_str().unwrap().to_string();
    ws.to(0, "forget", &["--recording", util::sample(&path).to_str().unwrap(), "--yes"]);
    for _ in 0..3 {
        let body = server.get(&links[1]).body;
        let Some(next) = util::server::Batch::shown(&links[1], &body) else { break };
        assert!(next.rows.iter().all(|row| row["path"] != path), "withdrawn and handed out");
        server.put(&next.path, &next.answered(0));
    }
}

#[test]
fn whoever_leads_sees_how_it_goes_and_a_revoked_link_opens_nothing() {
    let ws = Workspace::to_serve(2);
    let ana = ws.links(&["ana"]).remove(0);
    let lead = ws.made(&["--lead"]).remove(0).1;
    let server = Server::start(&ws, &["--access-log"]);
    let batch = server.open(&ana);
    server.put(&batch.path, &batch.answered(0)[..1]);
    let page = server.get(&lead);
    assert!(page.status == 200 && page.body.contains("<td>ana</td>"), "{}", page.body);
    let numbers = server.get(&format!("{lead}/progress")).json();
    assert_eq!((&numbers["answers"], &numbers["at_work"]), (&json!(1), &json!(1)), "{numbers}");
    let twice = ws.to(1, "people", &["add", "ana", "--link"]);
    assert!(stderr(&twice).contains("--again"), "{}", stderr(&twice));
    let new = ws.made(&["ana", "--link", "--again"]).remove(0).1;
    assert_eq!(server.get(&ana).status, 404);
    assert_eq!(server.open(&new).id, batch.id, "her batch comes along");
    ws.to(0, "people", &["revoke", "ana"]);
    assert_eq!(server.get(&new).status, 404);
    let listed = stdout(&ws.to(0, "people", &["links"]));
    assert_eq!(listed.matches("revoked").count(), 2, "{listed}");
    let log = server.said();
    assert!(
        log.contains("GET /w/{token} 200") && log.contains("PUT /w/{token}/batches/{batch} 200"),
        "{log}"
    );
    assert!(!log.contains("ana") && !log.contains(&ana[3..]), "{log}");
}

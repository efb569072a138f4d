//! What strangers, validators and networks can do to the server: one test for each line of SECURITY.md that names it.
#![cfg(feature = "serve")]

mod util;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use util::server::{Server, read, request};
use util::{Workspace, stdout};

#[test]
fn a_wrong_link_opens_nothing_says_nothing_and_who_goes_on_trying_is_stopped() {
    let ws = Workspace::to_serve(2);
    let ana = ws.links(&["ana"]).remove(0);
    let server = Server::start(&ws, &[]);
    let wrong = format!("{}0", &ana[..ana.len() - 1]);
    let wrong = if wrong == ana { format!("{}1", &ana[..ana.len() - 1]) } else { wrong };
    for path in [
        &*wrong,
        "/w/",
        "/w/short",
        "/w/../../etc/passwd",
        "/w/..%2f..%2fstate.db",
        "/w/%2e%2e/state.db",
        "/state.db",
        "/serve/",
        "//etc/passwd",
        "/w/' OR 1=1 --",
        &ana.to_uppercase(),
        &ana.replace("/w/", "/lead/"),
        &ana.replace("/w/", "/p/"),
    ] {
        let reply = request(server.address, "GET", &path.replace(' ', "%20"), &[], b"").unwrap();
        assert!([404, 400].contains(&reply.status), "{path}: {}", reply.status);
        assert!(!reply.body.contains("ana") && !reply.body.contains("menu"), "{path}");
    }
    let tried: Vec<u16> = (0..60).map(|_| server.get(&wrong).status).collect();
    assert!(tried.contains(&429), "{tried:?}");
    assert_eq!(server.get(&ana).status, 200, "who has a link is let in all the same");
}

#[test]
fn a_link_gives_nothing_of_another_persons_batch_and_answers_in_nobody_elses_name() {
    let ws = Workspace::to_serve(2);
    let links = ws.links(&["ana,ben"]);
    let server = Server::start(&ws, &[]);
    let (of_ana, of_ben) = (server.open(&links[0]), server.open(&links[1]));
    let not_hers = format!("{}/batches/{}", links[0], of_ben.id);
    assert_eq!(server.get(&not_hers).status, 404);
    assert_eq!(server.put(&not_hers, &of_ben.answered(0)).status, 404);
    assert_eq!(server.post(&format!("{not_hers}/return")).status, 404);
    // Rows of another batch, of another workspace, with another draft, in another name.
    let mut rows = of_ben.answered(0);
    let mut own = of_ana.answered(0);
    own[0]["workspace"] = json!("another");
    own[1]["draft_digest"] = json!("0123456789abcdef");
    rows.append(&mut own);
    let reply = server.put(&of_ana.path, &rows).json();
    let codes: BTreeSet<&str> =
        reply["refused"].as_array().unwrap().iter().map(|r| r["code"].as_str().unwrap()).collect();
    assert_eq!(codes, BTreeSet::from(["altered_draft", "malformed", "wrong_workspace"]), "{reply}");
    assert_eq!(reply["accepted"], 0);
    let mut as_ben = of_ana.answered(0);
    as_ben[0]["validator"] = json!("ben");
    assert_eq!(server.put(&of_ana.path, &as_ben).json()["accepted"], 2);
    assert!(ws.current_answers().iter().all(|(_, name)| name == "ana"));
    assert_eq!(server.get(&of_ben.path).json()["answered"], 0);
    // What is replayed changes nothing.
    assert_eq!(server.put(&of_ana.path, &as_ben).json()["known"], 2);
}

#[test]
fn a_body_that_is_too_long_or_no_rows_is_refused_and_the_server_goes_on() {
    let ws = Workspace::to_serve(2);
    let ana = ws.links(&["ana"]).remove(0);
    let server = Server::start(&ws, &[]);
    let batch = server.open(&ana);
    let long = vec![b'{'; 3 * 1024 * 1024];
    let reply = request(server.address, "PUT", &batch.path, &[], &long);
    assert!(reply.is_err() || reply.is_ok_and(|reply| reply.status == 413));
    let many: Vec<_> = std::iter::repeat_n(json!({"batch": "b"}), 5000).collect();
    assert_eq!(server.put(&batch.path, &many).status, 413);
    for bad in [&b"clip,verdict\na,skip\n"[..], b"[]", b"", b"\xff\xfe", b"<html>"] {
        let reply = request(server.address, "PUT", &batch.path, &[], bad).unwrap();
        assert_eq!(reply.status, 400, "{bad:?}");
    }
    let broken =
        request(server.address, "PUT", &batch.path, &[], b"{\"batch\": \n{\"a\":1}\n").unwrap();
    assert_eq!(broken.status, 200);
    assert_eq!(broken.json()["accepted"], 0);
    assert_eq!(request(server.address, "DELETE", &batch.path, &[], b"").unwrap().status, 405);
    assert_eq!(server.put(&batch.path, &batch.answered(0)).json()["done"], true);
}

#[test]
fn heads_and_bodies_that_trickle_in_are_cut_off_and_do_not_keep_others_waiting() {
    let ws = Workspace::to_serve(2);
    let ana = ws.links(&["ana"]).remove(0);
    let server = Server::start(&ws, &["--timeout", "2"]);
    let batch = server.open(&ana);
    let slow_heads: Vec<TcpStream> = (0..50)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nHost: t\r\nX-Slow: ").unwrap();
            stream
        })
        .collect();
    let mut slow_body = TcpStream::connect(server.address).unwrap();
    let head = format!(
        "PUT {} HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n{{",
        batch.path
    );
    slow_body.write_all(head.as_bytes()).unwrap();
    let begun = Instant::now();
    assert_eq!(server.put(&batch.path, &batch.answered(0)).json()["done"], true);
    assert!(begun.elapsed() < Duration::from_secs(2), "others wait");
    slow_body.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    assert_eq!(read(slow_body).unwrap().status, 408);
    for mut stream in slow_heads {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut rest = Vec::new();
        // Closed, with an error or without.
        let _ = stream.read_to_end(&mut rest);
        assert!(stream.write_all(b"x").is_err() || begun.elapsed() < Duration::from_secs(20));
    }
    let long = format!("GET / HTTP/1.1\r\nHost: t\r\nX-Long: {}\r\n\r\n", "x".repeat(100_000));
    let mut stream = TcpStream::connect(server.address).unwrap();
    let _ = stream.write_all(long.as_bytes());
    assert!(
        read(stream).is_ok_and(|reply| reply.status == 431) || server.get("/healthz").status == 200
    );
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn no_page_can_be_framed_cached_or_sniffed_and_nothing_sets_a_cookie_or_asks_another_server() {
    let ws = Workspace::to_serve(2);
    let ana = ws.links(&["ana"]).remove(0);
    let lead = ws.made(&["--lead"]).remove(0).1;
    let server = Server::start(&ws, &[]);
    let batch = server.open(&ana);
    for path in ["/", "/nowhere", "/healthz", &ana, &lead, &batch.path] {
        let reply = server.get(path);
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(reply.headers.get(name).map(String::as_str), Some(value), "{path} {name}");
        }
        let policy = &reply.headers["content-security-policy"];
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        assert!(
            !reply.headers.contains_key("set-cookie")
                && !reply.headers.contains_key("access-control-allow-origin")
        );
    }
    let page = server.get(&ana);
    let policy = &page.headers["content-security-policy"];
    assert!(
        policy.contains("connect-src 'self'") && policy.contains("script-src 'sha256-"),
        "{policy}"
    );
    assert!(
        !page.body.contains("src=\"http") && !page.body.contains("href=\"http"),
        "asks another server"
    );
}

#[test]
fn the_database_holds_no_token_and_a_request_cannot_write_into_a_header() {
    let ws = Workspace::to_serve(2);
    let ana = ws.links(&["ana"]).remove(0);
    let study = ws.made(&["--study", "autumn"]).remove(0).1;
    let server = Server::start(&ws, &[]);
    server.open(&ana);
    let study = study.split('?').next().unwrap();
    let session = server.get(&format!("{study}?PROLIFIC_PID=p1&STUDY_ID=s&SESSION_ID=s1"));
    let session = session.headers["location"].clone();
    server.end();
    let mut held = std::fs::read(ws.dir.join("state.db")).unwrap();
    held.extend(std::fs::read(ws.dir.join("state.db-wal")).unwrap_or_default());
    let held = String::from_utf8_lossy(&held).into_owned();
    for link in [&ana, &session, study] {
        let token = link.rsplit('/').next().unwrap();
        assert!(token.len() == 32 && !held.contains(token), "{link} stands in the database");
    }
    let log = stdout(&ws.to(0, "log", &["--json"]));
    assert!(!log.contains(ana.rsplit('/').next().unwrap()));
}

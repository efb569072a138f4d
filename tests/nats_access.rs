//! Who may use a NATS server: passwords, nkeys, credentials, TLS, permissions. A real server that enforces
//! them; the permissions are those of docs/reference/workers.md, word for word.
#![cfg(feature = "nats")]

mod util;

use std::path::PathBuf;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use serde_json::{Value, json};
use util::nats::{Running, Server, hypotheses, there_is_one};
use util::{Workspace, sample, second_ear, stderr, stdout};

/// A workspace with one clip and a script for it.
fn set() -> (Workspace, String) {
    let workspace = Workspace::new();
    workspace.ingest(&[&sample("volunteer_2b2a8f5e.flac")]);
    let script = workspace.beside("script.jsonl");
    std::fs::write(&script, r#"{"text": "bonjour"}"#).unwrap();
    (workspace, script.to_str().unwrap().to_string())
}

fn run(workspace: &Workspace, script: &str, more: &[&str]) -> Command {
    let mut command = second_ear();
    command.args(["run", &workspace.path(), "--scripted", script]).args(more);
    command
}

fn work(script: &str, more: &[&str]) -> Command {
    let mut command = second_ear();
    command.args(["worker", "--scripted", script, "--idle-exit", "3"]).args(more);
    command
}

/// A worker that logs in with its own name.
fn work_as(server: &Server, script: &str, name: &str) -> Command {
    let mut command = work(script, &["--name", name]);
    command.env("SECOND_EAR_NATS", address(server, name));
    command
}

fn address(server: &Server, user: &str) -> String {
    format!("nats://{user}:secret-of-{user}@127.0.0.1:{}", server.port)
}

/// The documented users, the worker once for each name, and able to answer for one workspace only.
fn users(names: &[&str], workspace: &str) -> String {
    let block = documented();
    let list = block.split_once("users: ").unwrap().1.rsplit_once('}').unwrap().0.trim();
    let list = list.strip_prefix('[').unwrap().strip_suffix(']').unwrap();
    let (coordinator, worker) = list.split_at(list.find("{ user: worker").unwrap());
    let one = |name: &&str| {
        worker
            .replace("user: worker", &format!("user: {name}"))
            .replace("secret-of-worker", &format!("secret-of-{name}"))
            .replace("result.*.*.worker.*", &format!("result.{workspace}.*.{name}.*"))
    };
    format!("[{coordinator}{}]", names.iter().map(one).collect::<String>())
}

/// Whether the server takes a result on this subject from this user.
fn may_answer(server: &Server, user: &str, subject: &str) -> bool {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (name, password) = (user.to_string(), format!("secret-of-{user}"));
        let options = async_nats::ConnectOptions::with_user_and_password(name, password);
        let client = options.connect(server.url()).await.unwrap();
        let mut jetstream = async_nats::jetstream::new(client);
        jetstream.set_timeout(std::time::Duration::from_secs(2));
        let sent = jetstream.publish(subject.to_string(), "rubbish".into()).await.unwrap();
        sent.await.is_ok()
    })
}

/// Who made each hypothesis.
fn makers(workspace: &Workspace) -> Vec<Option<String>> {
    let db = rusqlite::Connection::open(workspace.dir.join("state.db")).unwrap();
    let mut statement = db.prepare("SELECT worker FROM hypotheses").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn id(workspace: &Workspace) -> String {
    workspace.json("status")["workspace"].as_str().unwrap().to_string()
}

#[test]
fn a_workers_login_cannot_answer_as_another_worker_nor_for_another_workspace() {
    if !there_is_one() {
        return;
    }
    let (workspace, script) = set();
    let id = id(&workspace);
    let users = users(&["ann", "bob"], &id);
    let server = Server::start(&format!("authorization {{ users: {users} }}"));
    let hand = Running::start(work_as(&server, &script, "ann"));
    let mut command = run(&workspace, &script, &["--nats"]);
    command.env("SECOND_EAR_NATS", address(&server, "coordinator"));
    Running::start(command).end_with(0);
    hand.end_with(0);
    assert_eq!(makers(&workspace), [Some("ann".to_string())]);
    assert!(!server.log().contains("Violation"), "{}", server.log());
    let clip = "0123456789abcdef_0000000000_0000016000";
    let subject =
        |workspace: &str, name: &str| format!("second-ear.result.{workspace}.x.{name}.{clip}");
    assert!(may_answer(&server, "bob", &subject(&id, "bob")));
    assert!(!may_answer(&server, "bob", &subject(&id, "ann")));
    assert!(!may_answer(&server, "bob", &subject("0123456789abcdef", "bob")));
    assert!(server.log().contains("Violation"), "{}", server.log());
    // Nor can it run under another's name.
    let mut command = work(&script, &["--name", "ann"]);
    command.env("SECOND_EAR_NATS", address(&server, "bob"));
    let thief = Running::start(command);
    let other = set().0;
    let mut command = run(&other, &script, &["--nats", "--json"]);
    command.env("SECOND_EAR_NATS", address(&server, "coordinator"));
    let mut command = Running::start(command);
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert!(!command.is_over(), "a result came under another's name");
    assert!(hypotheses(&other.dir).is_empty());
    drop((thief, command));
}

#[test]
fn a_worker_of_one_account_sees_nothing_of_another_accounts_workspace() {
    if !there_is_one() {
        return;
    }
    let ((calls, script), (letters, _)) = (set(), set());
    let mine = users(&["ann"], "*");
    let theirs = mine.replace("coordinator", "other").replace("ann", "bob");
    let server = Server::start(&format!(
        "accounts {{ calls: {{ jetstream: enabled, users: {mine} }}, letters: {{ jetstream: enabled, users: {theirs} }} }}"
    ));
    let start = |workspace: &Workspace, user: &str| {
        let mut command = run(workspace, &script, &["--nats"]);
        command.env("SECOND_EAR_NATS", address(&server, user));
        Running::start(command)
    };
    let hand = Running::start(work_as(&server, &script, "ann"));
    let mut waits = start(&letters, "other");
    start(&calls, "coordinator").end_with(0);
    hand.end_with(0);
    assert!(!waits.is_over() && hypotheses(&letters.dir).is_empty());
    let hand = Running::start(work_as(&server, &script, "bob"));
    waits.end_with(0);
    hand.end_with(0);
    assert_eq!(makers(&calls), [Some("ann".to_string())]);
    assert_eq!(makers(&letters), [Some("bob".to_string())]);
}

/// The permissions in docs/reference/workers.md, for users with these names and passwords.
fn documented() -> String {
    let text = std::fs::read_to_string(util::root().join("docs/reference/workers.md")).unwrap();
    let block = text.split("```conf\n").nth(1).unwrap().split("```").next().unwrap();
    block.to_string()
}

#[test]
fn the_documented_permissions_are_enough_and_secrets_are_not_shown() {
    if !there_is_one() {
        return;
    }
    let (workspace, script) = set();
    let server = Server::start(&documented());
    let hand = Running::start(work_as(&server, &script, "worker"));
    let mut command = run(&workspace, &script, &["--nats"]);
    command.env("SECOND_EAR_NATS", address(&server, "coordinator"));
    let process = Running::start(command);
    let listed = std::fs::read_to_string(format!("/proc/{}/cmdline", process.id())).unwrap();
    let done = process.end_with(0);
    let served = hand.end_with(0);
    assert_eq!(hypotheses(&workspace.dir).len(), 1);
    assert!(!server.log().contains("Violation"), "{}", server.log());
    for text in [listed, stdout(&done), stderr(&done), stdout(&served), stderr(&served)] {
        assert!(!text.contains("secret-of"), "{text}");
    }
}

#[test]
fn what_is_not_permitted_is_refused_and_named() {
    if !there_is_one() {
        return;
    }
    let (workspace, script) = set();
    let server = Server::start(&documented());
    // A worker may not make streams: it is no coordinator.
    let mut command = run(&workspace, &script, &["--nats"]);
    let address = format!("nats://worker:secret-of-worker@127.0.0.1:{}", server.port);
    command.env("SECOND_EAR_NATS", address);
    let said = stderr(&Running::start(command).end_with(1));
    assert!(said.contains("Permissions Violation"), "{said}");
    // Nobody gets in without, or with a wrong password.
    for address in [server.url(), format!("nats://worker:wrong@127.0.0.1:{}", server.port)] {
        let mut command = work(&script, &["--nats"]);
        command.env("SECOND_EAR_NATS", address);
        let said = stderr(&Running::start(command).end_with(1));
        assert!(said.contains("authorization") && !said.contains("wrong@"), "{said}");
    }
}

#[test]
fn nkeys_open_a_server() {
    if !there_is_one() {
        return;
    }
    let (workspace, script) = set();
    let user = KeyPair::new_user();
    let allowed = format!("authorization {{ users: [ {{ nkey: {} }} ] }}", user.public_key());
    let server = Server::start(&allowed);
    let seed = server.file("user.nk");
    std::fs::write(&seed, user.seed().unwrap()).unwrap();
    let flags = ["--nats", &server.url(), "--nats-nkey", seed.to_str().unwrap()];
    let hand = Running::start(work(&script, &flags));
    Running::start(run(&workspace, &script, &flags)).end_with(0);
    hand.end_with(0);
    assert_eq!(hypotheses(&workspace.dir).len(), 1);
}

/// A signed JWT as NATS has them.
fn jwt(claims: Value, signer: &KeyPair) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(&json!({"typ": "JWT", "alg": "ed25519-nkey"}));
    let text = format!("{head}.{}", part(&claims));
    let signature = URL_SAFE_NO_PAD.encode(signer.sign(text.as_bytes()).unwrap());
    format!("{text}.{signature}")
}

fn claims(issuer: &KeyPair, subject: &KeyPair, name: &str, mut nats: Value) -> Value {
    nats["version"] = 2.into();
    json!({"jti": name, "iat": 1_700_000_000, "iss": issuer.public_key(), "name": name,
           "sub": subject.public_key(), "nats": nats})
}

#[test]
fn credentials_files_open_a_server() {
    if !there_is_one() {
        return;
    }
    let (workspace, script) = set();
    let (operator, account) = (KeyPair::new_operator(), KeyPair::new_account());
    let user = KeyPair::new_user();
    let limits = json!({"subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1,
                        "wildcards": true, "conn": -1, "leaf": -1, "mem_storage": -1,
                        "disk_storage": -1, "streams": -1, "consumer": -1});
    let system = KeyPair::new_account();
    let of_system = claims(
        &operator,
        &system,
        "SYS",
        json!({"type": "account", "limits": {"subs": -1,
                           "data": -1, "payload": -1, "wildcards": true, "conn": -1, "leaf": -1}}),
    );
    let of_operator = claims(&operator, &operator, "operator", json!({"type": "operator"}));
    let of_account =
        claims(&operator, &account, "account", json!({"type": "account", "limits": limits}));
    let of_user = claims(
        &account,
        &user,
        "user",
        json!({"type": "user", "subs": -1, "data": -1,
                         "payload": -1}),
    );
    let (system_key, account_key) = (system.public_key(), account.public_key());
    let (system_jwt, account_jwt) = (jwt(of_system, &operator), jwt(of_account, &operator));
    let server = Server::start(&format!(
        "operator: {}\nsystem_account: {system_key}\nresolver: MEMORY\n\
         resolver_preload: {{ {system_key}: {system_jwt}, {account_key}: {account_jwt} }}",
        jwt(of_operator, &operator)
    ));
    let file = server.file("user.creds");
    let text = format!(
        "-----BEGIN NATS USER JWT-----\n{}\n------END NATS USER JWT------\n\n\
         -----BEGIN USER NKEY SEED-----\n{}\n------END USER NKEY SEED------\n",
        jwt(of_user, &account),
        user.seed().unwrap()
    );
    std::fs::write(&file, text).unwrap();
    let flags = ["--nats", &server.url(), "--nats-credentials", file.to_str().unwrap()];
    let hand = Running::start(work(&script, &flags));
    Running::start(run(&workspace, &script, &flags)).end_with(0);
    hand.end_with(0);
    assert_eq!(hypotheses(&workspace.dir).len(), 1);
    let missing = ["--nats", &server.url(), "--nats-credentials", "nowhere.creds"];
    let said = stderr(&Running::start(work(&script, &missing)).end_with(1));
    assert!(said.contains("nowhere.creds"), "{said}");
}

#[test]
fn tls_is_checked_on_both_sides() {
    if !there_is_one() {
        return;
    }
    let (workspace, script) = set();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = params.self_signed(&authority_key).unwrap();
    let ca = write("ca.pem", &authority.pem());
    let issuer = rcgen::Issuer::new(params, authority_key);
    let signed = |name: &str, host: &str| {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec![host.to_string()]).unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        let certificate = write(&format!("{name}.pem"), &certificate.pem());
        (certificate, write(&format!("{name}-key.pem"), &key.serialize_pem()))
    };
    let (server_cert, server_key) = signed("server", "localhost");
    let (cert, key) = signed("client", "client");
    let server = Server::start(&format!(
        "tls {{ cert_file: {server_cert:?}, key_file: {server_key:?}, ca_file: {ca:?}, verify: true }}"
    ));
    let url = format!("tls://localhost:{}", server.port);
    let text = |path: &PathBuf| path.to_str().unwrap().to_string();
    let (ca, cert, key) = (text(&ca), text(&cert), text(&key));
    let flags = ["--nats", &url, "--nats-ca", &ca, "--nats-cert", &cert, "--nats-key", &key];
    let hand = Running::start(work(&script, &flags));
    Running::start(run(&workspace, &script, &flags)).end_with(0);
    hand.end_with(0);
    assert_eq!(hypotheses(&workspace.dir).len(), 1);
    // Without the authority the server is not trusted, without a certificate it trusts nobody.
    for flags in [vec!["--nats", &*url], vec!["--nats", &*url, "--nats-ca", &*ca]] {
        Running::start(work(&script, &flags)).end_with(1);
    }
}

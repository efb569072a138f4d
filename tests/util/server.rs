//! A server of its own for a test, and a browser that speaks plain HTTP to it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Workspace, page_data, second_ear, stdout};

/// What came back.
pub struct Reply {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Reply {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|_| panic!("{}: {}", self.status, self.body))
    }
}

/// A server that runs; ended when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    said: Arc<Mutex<String>>,
}

impl Server {
    pub fn start(ws: &Workspace, more: &[&str]) -> Self {
        let mut command = second_ear();
        command.args(["serve", &ws.path(), "--listen", "127.0.0.1:0"]).args(more);
        Self::of(command)
    }

    /// One whose files may not grow beyond so many KiB: a disk that is full.
    pub fn on_a_small_disk(ws: &Workspace, kib: u64) -> Self {
        let program = second_ear();
        let mut command = Command::new("bash");
        let line =
            format!("trap '' XFSZ; ulimit -f {kib}; exec \"$0\" serve \"$1\" --listen 127.0.0.1:0");
        command.arg("-c").arg(line).arg(program.get_program()).arg(ws.path());
        for (name, value) in program.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        Self::of(command)
    }

    fn of(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut before = String::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("no server: {before}")).unwrap();
            if let Some((_, rest)) = line.split_once("Serving on http://") {
                break rest.split(". ").next().unwrap().parse().unwrap();
            }
            before.push_str(&line);
        };
        let said = Arc::new(Mutex::new(before));
        let theirs = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                theirs.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        Self { child, address, said }
    }

    /// What it wrote to standard error.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// kill -9
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; it must end well, and soon.
    pub fn end(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(status.success(), "{status}: {}", self.said());
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it does not end");
    }

    pub fn get(&self, path: &str) -> Reply {
        request(self.address, "GET", path, &[], b"").unwrap()
    }

    pub fn put(&self, path: &str, rows: &[Value]) -> Reply {
        let body: String = rows.iter().map(|row| format!("{row}\n")).collect();
        request(self.address, "PUT", path, &[], body.as_bytes()).unwrap()
    }

    pub fn post(&self, path: &str) -> Reply {
        request(self.address, "POST", path, &[], b"").unwrap()
    }

    /// Opens a link, and gives the batch that it shows.
    #[track_caller]
    pub fn open(&self, path: &str) -> Batch {
        let begun = Instant::now();
        loop {
            let page = self.get(path);
            assert_eq!(page.status, 200, "{}", page.body);
            match Batch::shown(path, &page.body) {
                Some(batch) => return batch,
                None if begun.elapsed() > Duration::from_secs(30) => {
                    panic!("no batch: {}", page.body)
                }
                None => std::thread::sleep(Duration::from_millis(200)),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a person has before them.
#[derive(Clone, Debug)]
pub struct Batch {
    pub id: String,
    /// Where its answers go.
    pub path: String,
    pub rows: Vec<Value>,
}

impl Batch {
    /// The batch in a page, if it is a task page.
    pub fn shown(path: &str, page: &str) -> Option<Self> {
        let data = page_data(page)?;
        let rows = data["items"].as_array().unwrap().iter().map(|item| item["row"].clone());
        let id = data["batch"].as_str().unwrap().to_string();
        Some(Self { path: format!("{path}/batches/{id}"), id, rows: rows.collect() })
    }

    pub fn clips(&self) -> Vec<String> {
        self.rows.iter().map(|row| row["clip"].as_str().unwrap().to_string()).collect()
    }

    /// Its rows answered, so many seconds from now.
    pub fn answered(&self, seconds: i64) -> Vec<Value> {
        let at = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
        let mut rows = self.rows.clone();
        for row in &mut rows {
            row["verdict"] = json!("as_is");
            row["validator"] = json!("whoever");
            row["active_seconds"] = json!(6.0);
            row["answered_at"] = json!(at.to_string());
        }
        rows
    }
}

/// One request on a connection of its own.
pub fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<Reply> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if method != "GET" {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    stream.write_all((head + "\r\n").as_bytes())?;
    let _ = stream.write_all(body); // one that is too long is refused while it is sent
    read(stream)
}

/// The reply on a connection that is closed after it.
pub fn read(mut stream: TcpStream) -> std::io::Result<Reply> {
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return Err(ended.err().unwrap_or(std::io::ErrorKind::UnexpectedEof.into()));
    };
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers: BTreeMap<String, String> =
        headers.map(|(name, value)| (name.to_lowercase(), value.to_string())).collect();
    let whole = headers.get("content-length").and_then(|n| n.parse().ok());
    if whole.is_some_and(|n: usize| n != body.len()) {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Reply { status: status.unwrap(), headers, body: body.to_string() })
}

impl Workspace {
    /// One in which every clip waits, served in batches of so many clips.
    pub fn to_serve(clips_per_batch: usize) -> Self {
        let ws = Self::waiting();
        ws.set("clips_per_batch = 20", &format!("clips_per_batch = {clips_per_batch}"));
        ws.set("ready = 8", "ready = 3");
        ws
    }

    /// Links for these people, as paths.
    #[track_caller]
    pub fn links(&self, names: &[&str]) -> Vec<String> {
        let all = [names, &["--link"][..]].concat();
        self.made(&all).into_iter().map(|(_, path)| path).collect()
    }

    /// What `people add` makes: names and paths.
    #[track_caller]
    pub fn made(&self, args: &[&str]) -> Vec<(String, String)> {
        let made = self.to(0, "people", &[&["add", "--json"][..], args].concat());
        let made: Value = serde_json::from_str(&stdout(&made)).unwrap();
        let path = |link: &str| format!("/{}", link.splitn(4, '/').nth(3).unwrap());
        let one = |one: &Value| {
            (one["name"].as_str().unwrap().into(), path(one["link"].as_str().unwrap()))
        };
        made.as_array().unwrap().iter().map(one).collect()
    }

    /// Current answers: (clip, validator).
    pub fn current_answers(&self) -> Vec<(String, String)> {
        let db = rusqlite::Connection::open(self.dir.join("state.db")).unwrap();
        let mut statement = db
            .prepare("SELECT clip, validator FROM answers WHERE current ORDER BY clip, validator")
            .unwrap();
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }
}

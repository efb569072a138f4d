//! A real nats-server for a test: started on a free port, stopped by its id.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::{Workspace, second_ear, stderr};

/// A server of the test's own.
pub struct Server {
    pub port: u16,
    folder: tempfile::TempDir,
    settings: String,
    child: Option<Child>,
}

/// Whether there is a nats-server; says loudly when there is none. `scripts/test` installs it and sets
/// `SECOND_EAR_NEEDS_NATS`, with which a missing one is a failure.
pub fn there_is_one() -> bool {
    let found = program().is_some();
    if !found {
        assert!(
            std::env::var_os("SECOND_EAR_NEEDS_NATS").is_none(),
            "nats-server is not installed"
        );
        eprintln!(
            "\n*** SKIPPED: no nats-server here. Install it: apt-get install nats-server ***\n"
        );
    }
    found
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/bin".into()]);
    places.map(|folder| folder.join("nats-server")).find(|p| p.is_file())
}

impl Server {
    /// Starts one; `settings`: more lines for its settings file.
    pub fn start(settings: &str) -> Self {
        Self::with(settings, "")
    }

    /// Likewise, with more settings of JetStream.
    pub fn with(settings: &str, jetstream: &str) -> Self {
        let mut server = Self::prepared(settings, jetstream);
        server.go_on();
        server
    }

    /// Three that keep streams for each other (a cluster), once they have a leader.
    pub fn three() -> [Self; 3] {
        let routes = [free_port(), free_port(), free_port()];
        let all = routes.map(|port| format!("\"nats://127.0.0.1:{port}\"")).join(", ");
        let mut servers = routes.map(|port| {
            Self::prepared(
                &format!(
                    "server_name: s{port}\ncluster {{ name: three, listen: \"127.0.0.1:{port}\", routes: [{all}] }}"
                ),
                "",
            )
        });
        servers.iter_mut().for_each(Self::go_on);
        let began = Instant::now();
        while servers.iter().any(|s| !s.log().contains("metadata leader")) {
            assert!(began.elapsed() < Duration::from_secs(30), "no leader: {}", servers[0].log());
            std::thread::sleep(Duration::from_millis(100));
        }
        servers
    }

    /// One that was not started yet.
    fn prepared(settings: &str, jetstream: &str) -> Self {
        let port = free_port();
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store");
        let settings = format!(
            "listen: \"127.0.0.1:{port}\"\njetstream {{ store_dir: {store:?}\n{jetstream} }}\n{settings}\n"
        );
        Self { port, folder, settings, child: None }
    }

    /// Starts one whose disk, a small one in memory, holds `kilobytes`: what it keeps is gone when it stops.
    /// `None` where this machine lets nobody mount one.
    pub fn on_a_small_disk(kilobytes: usize) -> Option<Self> {
        let allowed = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"])
            .output();
        if !allowed.is_ok_and(|done| done.status.success()) {
            eprintln!(
                "\n*** SKIPPED: no disk in memory can be mounted here (unshare, tmpfs) ***\n"
            );
            return None;
        }
        // Else the server asks the disk, and refuses streams that are larger.
        let mut server = Self::prepared("", "max_file_store: 4GB");
        let store = server.file("store");
        std::fs::create_dir(&store).unwrap();
        let mount = "mount -t tmpfs -o size=$0k none $1 && shift 1 && exec \"$@\"";
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", mount]);
        command.arg(kilobytes.to_string()).arg(store);
        server.start_by(command);
        Some(server)
    }

    /// Starts it (again), with what its store holds.
    pub fn go_on(&mut self) {
        self.start_by(Command::new("env"));
    }

    /// Starts it by a command that takes one to run.
    fn start_by(&mut self, mut command: Command) {
        let file = self.folder.path().join("server.conf");
        std::fs::write(&file, &self.settings).unwrap();
        let log = self.folder.path().join("server.log");
        let child = command
            .arg(program().unwrap())
            .arg("-c")
            .arg(&file)
            .arg("-l")
            .arg(&log)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.unwrap());
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = std::fs::read_to_string(&log).unwrap_or_default();
            assert!(began.elapsed() < Duration::from_secs(20), "the server does not start: {log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops it; its store stays.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// What it wrote to its log.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.file("server.log")).unwrap_or_default()
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A running second-ear, killed when dropped.
pub struct Running {
    child: Option<Child>,
}

impl Running {
    /// Starts the program with what a command has.
    pub fn start(mut command: Command) -> Self {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Self { child: Some(child) }
    }

    pub fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Sends a signal by name: KILL, STOP, CONT, TERM.
    pub fn signal(&self, name: &str) {
        let done = Command::new("kill").arg(format!("-{name}")).arg(self.id().to_string()).status();
        assert!(done.unwrap().success());
    }

    /// Whether it has ended.
    pub fn is_over(&mut self) -> bool {
        self.child.as_mut().is_none_or(|child| child.try_wait().unwrap().is_some())
    }

    /// Waits for its end, at most two minutes.
    #[track_caller]
    pub fn end(mut self) -> Output {
        let mut child = self.child.take().unwrap();
        let began = Instant::now();
        let out = drain(child.stdout.take().unwrap());
        let err = drain(child.stderr.take().unwrap());
        while child.try_wait().unwrap().is_none() {
            if began.elapsed() > Duration::from_secs(120) {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("it does not end: {}", String::from_utf8_lossy(&err.join().unwrap()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let status = child.wait().unwrap();
        Output { status, stdout: out.join().unwrap(), stderr: err.join().unwrap() }
    }

    /// Waits for its end and insists on the exit code.
    #[track_caller]
    pub fn end_with(self, code: i32) -> Output {
        let output = self.end();
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        output
    }
}

fn drain(mut from: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// `run DIR --nats` with a short acknowledgement timeout, and more arguments.
pub fn coordinator(workspace: &Workspace, url: &str, more: &[&str]) -> Running {
    let mut command = second_ear();
    command.args(["run", &workspace.path(), "--nats", url]).args(more);
    if !more.contains(&"--ack-timeout") {
        command.args(["--ack-timeout", "2"]);
    }
    Running::start(command)
}

/// `worker`, and more arguments.
pub fn worker(url: &str, more: &[&str]) -> Running {
    let mut command = second_ear();
    command.args(["worker", "--nats", url]).args(more);
    Running::start(command)
}

/// Clip, and the hypothesis as it is stored, in order.
pub fn hypotheses(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let db = rusqlite::Connection::open(dir.join("state.db")).unwrap();
    let mut statement = db.prepare("SELECT clip, body FROM hypotheses ORDER BY clip").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Whether a stored hypothesis has a second pass: the ninth bit of what it has, behind the version.
pub fn has_second_opinion(body: &[u8]) -> bool {
    const SLOWED_OR_ALONE: u8 = 2 | 8;
    body[1] & 0x80 != 0 && body[2] & SLOWED_OR_ALONE != 0
}

/// For every hypothesis that is there a message with another text, as a worker would send it.
pub fn other_texts(dir: &Path) -> Vec<(String, String)> {
    let db = rusqlite::Connection::open(dir.join("state.db")).unwrap();
    let mut statement = db.prepare("SELECT clip, model, policy FROM hypotheses").unwrap();
    let columns = |row: &rusqlite::Row| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let rows = statement.query_map([], columns).unwrap();
    let message = |(clip, model, policy): (String, String, String)| {
        let hypothesis = serde_json::json!({
            "clip": clip, "model": model, "policy": policy, "language": "fr", "text": "bonsoir",
            "tokens": [], "p_no_speech": 0.02, "p_language": 0.98, "best_language": ["fr", 0.98],
            "language_entropy": 0.1, "pass": "short", "replaced": null, "seconds": 1.0,
            "level": {"rms_db": -20.0, "peak_db": -3.0, "range_db": 30.0, "clipped": 0.0},
        });
        (clip, serde_json::json!({ "transcribed": hypothesis }).to_string())
    };
    rows.map(Result::unwrap).map(message).collect()
}

/// Waits until so many hypotheses are there.
#[track_caller]
pub fn until_transcribed(dir: &Path, count: usize) {
    let began = Instant::now();
    while hypotheses(dir).len() < count {
        let there = hypotheses(dir).len();
        assert!(began.elapsed() < Duration::from_secs(60), "{there} of {count} hypotheses");
        std::thread::sleep(Duration::from_millis(20));
    }
}

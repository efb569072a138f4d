//! A small run over a server: the workspace, its script, what a local run transcribes, and what must hold afterwards.

use std::path::Path;

use super::nats::{Running, Server, coordinator, hypotheses, worker};
use super::{Workspace, sample};

/// A workspace with the Québec recording, a script beside it, and what a local run transcribes.
pub struct Set {
    pub workspace: Workspace,
    pub script: String,
    pub wanted: Vec<(String, Vec<u8>)>,
}

/// `rows`: lines of the script; each clip takes a tenth of a second.
pub fn set(rows: &str) -> Set {
    let (local, workspace) = (Workspace::new(), Workspace::new());
    let script = workspace.beside("script.jsonl").to_str().unwrap().to_string();
    for w in [&local, &workspace] {
        w.ingest(&[&sample("quebec_menu.flac"), &sample("volunteer_2b2a8f5e.flac")]);
        // Each clip is a message: what becomes of one is told from what becomes of others.
        w.set("window_seconds = 20.0", "window_seconds = 0.0");
    }
    std::fs::write(&script, r#"{"text": "bonjour"}"#).unwrap();
    local.to(0, "run", &["--scripted", &script]);
    let wanted = hypotheses(&local.dir);
    assert!(wanted.len() > 15, "{} clips", wanted.len());
    std::fs::write(&script, rows).unwrap();
    Set { workspace, script, wanted }
}

/// A script whose clips take a tenth of a second.
pub const SLOW: &str = r#"{"text": "bonjour", "wait": 0.1}"#;

impl Set {
    pub fn coordinator(&self, url: &str, more: &[&str]) -> Running {
        coordinator(&self.workspace, url, &[&["--scripted", &*self.script], more].concat())
    }

    pub fn worker(&self, url: &str, more: &[&str]) -> Running {
        worker(url, &[&["--scripted", &*self.script], more].concat())
    }

    /// What a local run transcribes is in the workspace, bit for bit.
    #[track_caller]
    pub fn all_is_there(&self) {
        assert_eq!(hypotheses(&self.workspace.dir), self.wanted);
    }

    pub fn dir(&self) -> &Path {
        &self.workspace.dir
    }
}

/// Nothing is left on the server.
#[track_caller]
pub fn nothing_is_left(server: &Server) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let client = async_nats::connect(server.url()).await.unwrap();
        let jetstream = async_nats::jetstream::new(client);
        for name in ["second-ear-work", "second-ear-results"] {
            let stream = jetstream.get_stream(name).await.unwrap();
            let state = &stream.cached_info().state;
            assert_eq!(state.messages, 0, "{name}");
        }
        let work = jetstream.get_stream("second-ear-work").await.unwrap();
        assert_eq!(work.cached_info().state.consumer_count, 0);
    });
}

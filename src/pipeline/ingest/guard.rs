//! What was withdrawn is not taken again. In: tombstones; a file's digest, a speaker's name. Out: why it is not taken, or,
//! where they consented anew, the tombstones that go. Left to others: everything else about the file.

use anyhow::{Result, bail};

use crate::domain::{Channel, Recording, Tombstones, Trace};
use crate::pipeline::workspace::Workspace;

/// Keeps out what was withdrawn.
pub struct Guard {
    tombstones: Tombstones,
    /// They consented anew.
    again: bool,
}

impl Guard {
    /// Of a workspace.
    pub fn of(workspace: &Workspace, again: bool) -> Result<Self> {
        Ok(Self { tombstones: workspace.store.tombstones()?, again })
    }

    /// Whether a channel of a file may be taken, and the name of who speaks in it.
    ///
    /// # Errors
    /// It was withdrawn: when, and what to do if they consented anew.
    pub fn may_take(&self, sha256: &str, channel: Channel, speaker: Option<&str>) -> Result<()> {
        const AGAIN: &str = "not taken; if they consented anew: `ingest --again`";
        if self.again {
            return Ok(());
        }
        if let Some(day) = self.tombstones.content(sha256, channel) {
            bail!("withdrawn on {day}: {AGAIN}");
        }
        if let Some(day) = speaker.and_then(|name| self.tombstones.day(Trace::Speaker(name))) {
            bail!("its speaker withdrew on {day}: {AGAIN}");
        }
        Ok(())
    }

    /// The tombstones that go when a recording is taken.
    pub fn lifted(&self, recording: &Recording) -> Vec<String> {
        if !self.again || self.tombstones.is_empty() {
            return Vec::new();
        }
        let Recording { sha256, channel, facts, id, .. } = recording;
        let speakers = facts.segments.iter().filter_map(|s| s.speaker.as_deref());
        let speakers = facts.speaker.as_deref().into_iter().chain(speakers).map(Trace::Speaker);
        let own = [
            Trace::Content(sha256, *channel),
            Trace::Content(sha256, Channel::Mix),
            Trace::Recording(id),
        ];
        // The mix has the sound of every channel.
        let parts = (*channel == Channel::Mix).then_some(Trace::PartOf(sha256));
        let all = own.into_iter().chain(parts).chain(speakers);
        all.filter(|trace| self.tombstones.day(*trace).is_some())
            .map(|trace| self.tombstones.hash(trace))
            .collect()
    }
}

//! Corpora of the Montreal Forced Aligner: a folder for each split, in it one for each speaker, with the audio of a clip
//! and its text as `.lab`. In: items. Out: the files.

use std::io::Write;

use anyhow::Result;

use super::building::Building;
use super::names::Names;

/// Writes the files.
pub fn write(set: &mut Building) -> Result<()> {
    let mut speakers = Names::new(safe);
    for split in set.splits() {
        for item in set.of(split) {
            let folder =
                format!("{}/{}", set.format.split(split), speakers.of(&item.speaker_name()));
            set.audio_at(&format!("{folder}/{}", set.file_name(item)), item)?;
            let mut text = set.create(&format!("{folder}/{}.lab", item.clip))?;
            text.write_all(item.text.as_bytes())?;
            text.done()?;
        }
    }
    Ok(())
}

/// A name that is a folder's on every system.
fn safe(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '_' };
    name.chars().map(plain).take(80).collect()
}

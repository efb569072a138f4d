//! Kaldi: a data folder for each split (`wav.scp`, `text`, `utt2spk`, `spk2utt`, `utt2lang`, `reco2dur`) beside `clips`.
//! In: items. Out: the files. Paths are relative to the dataset's folder. Every file is sorted by bytes, as `LC_ALL=C`
//! sorts, and an utterance id begins with its speaker, so that sorting by one sorts by the other.

use std::collections::BTreeMap;

use anyhow::Result;

use super::building::Building;
use super::names::Names;
use crate::domain::hex_digest;

/// Writes the files.
pub fn write(set: &mut Building) -> Result<()> {
    set.all_in_clips()?;
    let mut speakers = Names::new(safe);
    for split in set.splits() {
        let mut utterances = BTreeMap::new();
        let mut of_speaker: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for item in set.of(split) {
            let speaker = speakers.of(&item.speaker_name());
            let id = format!("{speaker}-{}", item.clip);
            utterances.insert(id, (speaker, item));
        }
        let folder = set.format.split(split);
        let file = |name: &str| set.create(&format!("{folder}/{name}"));
        let (mut scp, mut text, mut spk) = (file("wav.scp")?, file("text")?, file("utt2spk")?);
        let (mut lang, mut dur) = (file("utt2lang")?, file("reco2dur")?);
        for (id, (speaker, item)) in &utterances {
            scp.cells(&[&format!("{id} {}", set.in_clips(item))])?;
            text.cells(&[&format!("{id} {}", item.text)])?;
            spk.cells(&[&format!("{id} {speaker}")])?;
            lang.cells(&[&format!("{id} {}", item.language.as_str())])?;
            dur.cells(&[&format!("{id} {}", item.seconds())])?;
            of_speaker.entry(speaker.clone()).or_default().push(id.clone());
        }
        let mut utterances_of = set.create(&format!("{folder}/spk2utt"))?;
        for (speaker, ids) in &of_speaker {
            utterances_of.cells(&[&format!("{speaker} {}", ids.join(" "))])?;
        }
        for file in [scp, text, spk, lang, dur, utterances_of] {
            file.done()?;
        }
    }
    Ok(())
}

/// A speaker's name of letters, digits and underscores alone: each of them sorts behind the hyphen that follows.
fn safe(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let safe: String = name.chars().map(plain).collect();
    match name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
        true => safe,
        // Accents say who is who; a digest keeps people with like names apart.
        false => format!("{safe}_{}", &hex_digest(name.as_bytes())[..8]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speakers_id_has_no_space_and_sorts_behind_a_hyphen() {
        assert_eq!(safe("speaker-0a1b"), "speaker_0a1b");
        assert_ne!(safe("Zoé B"), safe("Zoè B"));
        assert!(safe("Zoé B").bytes().all(|b| b > b'-' && b != b' '), "{}", safe("Zoé B"));
    }
}

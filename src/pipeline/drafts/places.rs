//! Which recording a file of another engine is about. In: names as such files have them, recordings. Out: one recording, or
//! why there is none. Pure.
//!
//! A name may be a path as it was ingested, the end of one, a file's name, or that without its ending; the most exact
//! reading that any recording has counts. Where several have it, none is taken.

use std::collections::BTreeMap;

use crate::domain::{Channel, Recording, RecordingId};

/// Recordings by what they may be called.
pub struct Places<'a> {
    /// From the most exact reading to the loosest.
    by: [BTreeMap<String, Vec<&'a Recording>>; 4],
}

impl<'a> Places<'a> {
    /// Of these recordings.
    pub fn of(recordings: impl Iterator<Item = &'a Recording>) -> Self {
        let mut by: [BTreeMap<String, Vec<&Recording>>; 4] = Default::default();
        for recording in recordings {
            let path = recording.path.replace('\\', "/");
            let file = recording.file.to_string_lossy().replace('\\', "/");
            let readings = [
                vec![recording.id.to_string(), path.clone(), file.clone()],
                ends(&path).chain(ends(&file)).map(String::from).collect(),
                vec![last(&path).to_string()],
                vec![stem(last(&path)).to_string()],
            ];
            for (map, names) in by.iter_mut().zip(readings) {
                for name in names {
                    let all = map.entry(name).or_default();
                    if !all.iter().any(|r| r.id == recording.id) {
                        all.push(recording);
                    }
                }
            }
        }
        Self { by }
    }

    /// The recording that one of some names is of, the first that any has.
    ///
    /// # Errors
    /// None, or several.
    pub fn find(&self, names: &[String], channel: Option<u16>) -> Result<&'a RecordingId, String> {
        let found = names.iter().find_map(|name| Some((name, self.named(name)?)));
        let Some((name, all)) = found else {
            return Err(format!(
                "no recording of this workspace is called '{}'",
                names.join("' or '")
            ));
        };
        if let [one] = all {
            return Ok(&one.id);
        }
        let of_one_file = all.iter().all(|r| r.sha256 == all[0].sha256);
        let is_it = |r: &&&Recording| channel.is_some_and(|n| r.channel == Channel::Only(n));
        match (of_one_file, all.iter().find(is_it)) {
            (true, Some(recording)) => Ok(&recording.id),
            (true, None) => Err(format!(
                "'{name}' was ingested channel by channel: the row must say `channel`, a number from 0"
            )),
            (false, _) => {
                let paths: Vec<&str> = all.iter().map(|r| r.path.as_str()).take(3).collect();
                Err(format!(
                    "'{name}' may be {} of {} recordings: name more of the path",
                    paths.join(" or "),
                    all.len()
                ))
            }
        }
    }

    /// All that the most exact reading of a name means.
    fn named(&self, name: &str) -> Option<&[&'a Recording]> {
        let name = name.replace('\\', "/");
        let name = name.trim_start_matches("./");
        let readings = [name, name, last(name), last(name)];
        let stems = [last(name), stem(last(name))];
        let exact = self.by.iter().zip(readings).take(3).find_map(|(map, name)| map.get(name));
        let loose = || stems.iter().find_map(|name| self.by[3].get(*name));
        // `talk.wav` of `talk.wav.json` is a file's name, and `talk` of `talk.json` one without its ending.
        exact.or_else(loose).map(Vec::as_slice)
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// What a path ends with, from a folder on.
fn ends(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[at + 1..]).filter(|end| end.contains('/'))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::domain::Facts;

    fn recording(id: &str, path: &str, channel: Channel) -> Recording {
        Recording {
            id: RecordingId::from_stored(id),
            sha256: id.split('-').next().unwrap_or_default().to_string(),
            path: path.into(),
            file: PathBuf::from(format!("/data/{path}")),
            bytes: 0,
            modified: 0,
            channel,
            length: None,
            facts: Facts::default(),
        }
    }

    #[test]
    fn a_recording_is_found_by_path_file_name_or_stem_and_never_guessed() {
        let all = [
            recording("1", "calls/a/talk.wav", Channel::Mix),
            recording("2", "calls/b/talk.wav", Channel::Mix),
            recording("3", "calls/b/menu.flac", Channel::Mix),
            recording("4-c0", "calls/two.wav", Channel::Only(0)),
            recording("4-c1", "calls/two.wav", Channel::Only(1)),
        ];
        let places = Places::of(all.iter());
        let find = |name: &str, channel| {
            places.find(&[name.to_string()], channel).map(|id| id.as_str().to_string())
        };
        for (name, id) in [
            ("calls/a/talk.wav", "1"),
            ("./calls/a/talk.wav", "1"),
            ("/data/calls/b/talk.wav", "2"),
            ("b/talk.wav", "2"),
            ("/elsewhere/menu.flac", "3"),
            ("menu.flac", "3"),
            ("menu", "3"),
            ("menu.wav", "3"),
            ("3", "3"),
        ] {
            assert_eq!(find(name, None).as_deref(), Ok(id), "{name}");
        }
        assert!(find("talk.wav", None).unwrap_err().contains("2 recordings"));
        assert!(find("talk", Some(0)).unwrap_err().contains("name more of the path"));
        assert_eq!(find("two", Some(1)).as_deref(), Ok("4-c1"));
        assert!(find("two.wav", None).unwrap_err().contains("`channel`"));
        assert!(find("other", None).unwrap_err().contains("no recording"));
        let names = ["asrOutput".to_string(), "menu".to_string()];
        assert_eq!(places.find(&names, None).unwrap().as_str(), "3");
    }
}

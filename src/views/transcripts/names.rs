//! What files are called. In: recordings as ingested. Out: a name for each, without its ending: the recording's own,
//! so that players find `talk.srt` beside `talk.mp4`. Names are apart also where a file system ignores case.

use std::collections::BTreeMap;

/// The longest name of a file, bytes.
const LONGEST: usize = 255;
/// Room for the longest ending.
const ENDING: usize = ".labels.txt".len();

/// A recording, or the conversation of one file's channels.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// As ingested.
    pub path: &'a str,
    /// The recording's id; of a conversation, without a channel.
    pub id: &'a str,
    /// Which channel, where the file has several recordings.
    pub channel: Option<u16>,
}

/// A name for each: the stem of its path; with its id where others would have the same.
pub fn names(all: &[Named]) -> Vec<String> {
    let plain = |named: &Named| {
        let channel = named.channel.map_or(String::new(), |n| format!("-c{n}"));
        cut(stem(named), &channel)
    };
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for named in all {
        *times.entry(plain(named).to_lowercase()).or_default() += 1;
    }
    all.iter()
        .map(|named| {
            let name = plain(named);
            match times.get(&name.to_lowercase()) {
                Some(1) => name,
                _ => cut(stem(named), &format!("-{}", named.id)),
            }
        })
        .collect()
}

fn stem<'a>(named: &Named<'a>) -> &'a str {
    let name = named.path.rsplit(['/', '\\']).next().unwrap_or_default();
    match name.rsplit_once('.').map_or(name, |(stem, _)| stem) {
        "" => named.id,
        stem => stem,
    }
}

/// As much of a stem as fits before `end`.
fn cut(stem: &str, end: &str) -> String {
    let stem: String = stem.chars().map(|c| if c.is_control() { '_' } else { c }).collect();
    let room = LONGEST.saturating_sub(ENDING + end.len());
    format!("{}{end}", &stem[..stem.floor_char_boundary(room)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(paths: &[&str]) -> Vec<String> {
        let ids = ["0a", "0b", "0c"];
        let all = paths.iter().zip(ids).map(|(path, id)| Named { path, id, channel: None });
        names(&all.collect::<Vec<_>>())
    }

    #[test]
    fn a_player_finds_the_file_beside_the_recording() {
        assert_eq!(of(&["calls/talk.mp4", "été 1.tar.opus"]), ["talk", "été 1.tar"]);
        assert_eq!(of(&["../../<a>\n.wav", "", ".wav"]), ["<a>_", "0b", "0c"]);
    }

    #[test]
    fn recordings_of_the_same_name_have_files_of_their_own() {
        assert_eq!(of(&["a/talk.wav", "b/Talk.mp3", "c.wav"]), ["talk-0a", "Talk-0b", "c"]);
        let call = |id, channel| Named { path: "call.wav", id, channel };
        let both = [call("0a-c0", Some(0)), call("0a-c1", Some(1)), call("0a", None)];
        assert_eq!(names(&both), ["call-c0", "call-c1", "call"]);
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        let long = format!("{}.wav", "é".repeat(200));
        let longer = format!("{}x.wav", "é".repeat(200));
        for name in of(&[&long, &longer]) {
            assert!(name.len() + ENDING <= LONGEST, "{} bytes", name.len());
            assert!(name.ends_with("-0a") || name.ends_with("-0b"), "{name}");
        }
        assert_eq!(of(&[&long])[0], "é".repeat((LONGEST - ENDING) / 2));
    }
}

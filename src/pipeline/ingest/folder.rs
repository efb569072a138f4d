//! What lies in a folder. In: a folder, searched to the bottom, through symbolic links too. Out: audio files by their
//! ending, corpora by the names of their files, and everything else by kind. Left to others: what the files hold.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::pipeline::corpora::{self, Role};
use crate::pipeline::manifest;

/// Endings that are looked at in folders; a file named by hand is always tried.
const AUDIO: [&str; 31] = [
    "wav", "wave", "flac", "mp3", "ogg", "oga", "opus", "m4a", "mp4", "aac", "aif", "aiff", "aifc",
    "caf", "webm", "mka", "mkv", "wma", "amr", "au", "3gp", "mov", "w64", "sph", "m4b", "bwf",
    "3ga", "spx", "mp2", "ts", "avi",
];

/// What systems leave on disks, in lower case: names, and beginnings of names.
const SYSTEM: [&str; 12] = [
    "__macosx",
    ".ds_store",
    ".spotlight-v100",
    ".fseventsd",
    ".temporaryitems",
    ".appledouble",
    ".documentrevisions-v100",
    "@eadir",
    "#recycle",
    "thumbs.db",
    "desktop.ini",
    "lost+found",
];
const SYSTEM_BEGINS: [&str; 4] = ["._", ".trash", "$recycle.bin", "system volume information"];

/// Why something in a folder is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// By its ending it is no audio.
    Ending,
    /// A table, which may be a manifest: those are named by hand.
    Table,
    /// What a system or a file server keeps for itself: `._*`, `__MACOSX`, `.Trashes` and the like.
    System,
    /// Neither file nor folder: a pipe, a socket, a device.
    Special,
    /// A folder that was searched already: a symbolic link leads there again.
    Again,
}

impl LeftOut {
    /// Its name in JSON.
    pub fn code(self) -> &'static str {
        match self {
            LeftOut::Ending => "ending",
            LeftOut::Table => "table",
            LeftOut::System => "system",
            LeftOut::Special => "special",
            LeftOut::Again => "again",
        }
    }

    /// What is said of one of them.
    pub fn one(self) -> &'static str {
        match self {
            LeftOut::Ending => "not audio by its ending",
            LeftOut::Table => "a table (a manifest is named on the command line)",
            LeftOut::System => "of the system",
            LeftOut::Special => "neither file nor folder",
            LeftOut::Again => "a link to a folder that was searched already",
        }
    }
}

/// Something found in a folder.
#[derive(Debug)]
pub enum Found {
    /// An audio file by its ending.
    Audio(PathBuf),
    /// A corpus, by the name of the file that makes it one.
    Corpus(PathBuf),
    /// Something else.
    LeftOut(LeftOut, PathBuf),
    /// What could not be looked at, and why.
    Failed(String),
}

/// Hands `take` everything in a folder, in order of names.
pub fn search(folder: &Path, take: &mut dyn FnMut(Found)) {
    let mut searched = BTreeSet::new();
    let mut walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    while let Some(entry) = walk.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                take(unreadable(&error));
                continue;
            }
        };
        let is_folder = entry.file_type().is_dir();
        let left_out = match is_folder {
            true => folder_left_out(&entry, &mut searched),
            false => file_left_out(&entry),
        };
        match left_out {
            Some(why) => {
                if is_folder {
                    walk.skip_current_dir();
                }
                take(Found::LeftOut(why, entry.into_path()));
            }
            None if is_folder => {}
            None => match corpora::role(entry.path()) {
                Some(Role::Corpus) => take(Found::Corpus(entry.into_path())),
                // What makes it a corpus is told.
                Some(Role::PartOf) => {}
                None => take(Found::Audio(entry.into_path())),
            },
        }
    }
}

/// Folders are known by where they are: each is searched once, however many links lead to it.
fn folder_left_out(entry: &DirEntry, searched: &mut BTreeSet<PathBuf>) -> Option<LeftOut> {
    if entry.depth() > 0 && is_system(entry) {
        return Some(LeftOut::System);
    }
    let place = entry.path().canonicalize().unwrap_or_else(|_| entry.path().to_path_buf());
    (!searched.insert(place)).then_some(LeftOut::Again)
}

fn file_left_out(entry: &DirEntry) -> Option<LeftOut> {
    if is_system(entry) {
        Some(LeftOut::System)
    } else if !entry.file_type().is_file() {
        Some(LeftOut::Special)
    } else if is_audio(entry.path()) || corpora::role(entry.path()).is_some() {
        None
    } else if manifest::is_manifest(entry.path()) {
        Some(LeftOut::Table)
    } else {
        Some(LeftOut::Ending)
    }
}

fn is_system(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy().to_lowercase();
    SYSTEM.contains(&&*name) || SYSTEM_BEGINS.iter().any(|start| name.starts_with(start))
}

fn is_audio(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    ending.is_some_and(|e| AUDIO.contains(&e.as_str()))
}

/// A link back to a folder above is none of the user's business to mend; a link to nothing may be audio that is missing.
fn unreadable(error: &walkdir::Error) -> Found {
    let path = error.path().unwrap_or(Path::new(""));
    let link = path.is_symlink();
    if error.loop_ancestor().is_some() {
        return Found::LeftOut(LeftOut::Again, path.to_path_buf());
    }
    match link && !path.exists() {
        true if is_audio(path) || path.extension().is_none() => {
            Found::Failed(format!("{}: a symbolic link to nothing", path.display()))
        }
        true => Found::LeftOut(LeftOut::Ending, path.to_path_buf()),
        false => Found::Failed(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(folder: &Path) -> (Vec<String>, Vec<(LeftOut, String)>, Vec<String>) {
        let (mut audio, mut left_out, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        let short = |path: PathBuf| path.strip_prefix(folder).unwrap().display().to_string();
        search(folder, &mut |found| match found {
            Found::Audio(path) | Found::Corpus(path) => audio.push(short(path)),
            Found::LeftOut(why, path) => left_out.push((why, short(path))),
            Found::Failed(why) => failed.push(why),
        });
        (audio, left_out, failed)
    }

    #[test]
    fn files_of_the_system_and_of_other_kinds_are_left_out_by_kind() {
        let dir = tempfile::tempdir().unwrap();
        for name in
            ["a.WAV", "._a.wav", "b.txt", "m.csv", "x.w64", "__MACOSX/a.wav", ".Trashes/b.wav"]
        {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let (audio, left_out, failed) = found(dir.path());
        assert_eq!(audio, ["a.WAV", "x.w64"]);
        assert_eq!(failed, Vec::<String>::new());
        let of = |kind| left_out.iter().filter(|(why, _)| *why == kind).count();
        assert_eq!((of(LeftOut::System), of(LeftOut::Ending), of(LeftOut::Table)), (3, 1, 1));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_loops_and_doublings_are_not() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        std::fs::write(elsewhere.path().join("c.wav"), "x").unwrap();
        symlink(elsewhere.path(), dir.path().join("linked")).unwrap();
        symlink(dir.path(), dir.path().join("loop")).unwrap();
        symlink("nowhere.wav", dir.path().join("gone.wav")).unwrap();
        // Two links in each of 40 folders: 2^40 paths.
        let mut at = dir.path().join("d");
        std::fs::create_dir(&at).unwrap();
        for _ in 0..40 {
            let next = at.join("d");
            std::fs::create_dir(&next).unwrap();
            symlink("d", at.join("e")).unwrap();
            symlink("d", at.join("f")).unwrap();
            at = next;
        }
        std::fs::write(at.join("z.wav"), "x").unwrap();
        let (audio, left_out, failed) = found(dir.path());
        assert_eq!(audio.len(), 2, "{audio:?}");
        assert!(left_out.contains(&(LeftOut::Again, "loop".into())), "{left_out:?}");
        assert!(failed.len() == 1 && failed[0].contains("gone.wav"), "{failed:?}");
    }
}

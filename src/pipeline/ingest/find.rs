//! Where a path leads. In: a path as somebody wrote it. Out: the file, whose name may be spelled in another normal form
//! on disk, or what is wrong with the path. Left to others: what the file holds.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use crate::text::composed;

/// Finds files; remembers what lies in the folders that it had to look into.
#[derive(Debug, Default)]
pub struct Finder {
    folders: BTreeMap<PathBuf, BTreeMap<String, OsString>>,
}

impl Finder {
    /// The path as it is spelled on disk; `None` where it leads to nothing. Letters with accents may be composed or
    /// decomposed there, whatever they are in `path`: systems differ in what they write.
    pub fn find(&mut self, path: &Path) -> Option<PathBuf> {
        if path.exists() {
            return Some(path.to_path_buf());
        }
        if path.to_str()?.is_ascii() {
            return None;
        }
        let mut at = PathBuf::new();
        for part in path.components() {
            let next = at.join(part);
            at = match part {
                Component::Normal(name) if !next.exists() => {
                    let wanted = composed(name.to_str()?);
                    let name = self.names(&at).get(&*wanted)?;
                    at.join(name)
                }
                _ => next,
            };
        }
        Some(at)
    }

    /// What lies in a folder, by composed names.
    fn names(&mut self, folder: &Path) -> &BTreeMap<String, OsString> {
        self.folders.entry(folder.to_path_buf()).or_insert_with(|| {
            let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            let entries = std::fs::read_dir(here).into_iter().flatten().flatten();
            let names = entries.filter_map(|entry| {
                let name = entry.file_name();
                Some((composed(name.to_str()?).into_owned(), name))
            });
            names.collect()
        })
    }
}

/// Why nothing may be found under a path, seen from how it is written.
pub fn hint(written: &str) -> &'static str {
    let drive = |s: &str| s.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    match written {
        s if s.contains("://") => {
            " (a URL is not fetched: write the path of a file on this machine)"
        }
        s if s.starts_with('~') => " ('~' is not expanded here: write the whole path)",
        s if s.contains('\\') || s.get(1..3) == Some(":/") && drive(s) => {
            " (it looks like a Windows path: write it as this machine sees the file, with '/')"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_whichever_form_the_disk_has_it() {
        let dir = tempfile::tempdir().unwrap();
        let (composed, decomposed) = ("\u{e9}t\u{e9}.wav", "e\u{301}te\u{301}.wav");
        let mixed = "\u{e9}te\u{301}.wav";
        for (on_disk, written) in
            [(composed, decomposed), (decomposed, composed), (mixed, composed)]
        {
            let folder = dir.path().join(format!("{}", on_disk.len())).join("re\u{301}gion");
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(on_disk), "x").unwrap();
            let path = folder.with_file_name("r\u{e9}gion").join(written);
            assert_eq!(Finder::default().find(&path), Some(folder.join(on_disk)));
            assert_eq!(Finder::default().find(&folder.join("\u{ea}.wav")), None);
        }
    }

    #[test]
    fn paths_of_other_machines_are_hinted_at() {
        assert!(hint(r"C:\calls\a.wav").contains("Windows"));
        assert!(hint("C:/calls/a.wav").contains("Windows"));
        assert!(hint("~/a.wav").contains("expanded"));
        assert!(hint("https://example.org/a.wav").contains("URL"));
        assert_eq!(hint("calls/a.wav"), "");
    }
}

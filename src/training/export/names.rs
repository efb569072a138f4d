//! Names of speakers as a format can write them. In: names. Out: names that the format takes, never the same one for two
//! people. Left to others: what a format takes.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::hex_digest;

/// Names that were given.
pub struct Names {
    safe: fn(&str) -> String,
    given: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl Names {
    /// Of a format that makes names safe like this.
    pub fn new(safe: fn(&str) -> String) -> Self {
        Self { safe, given: BTreeMap::new(), taken: BTreeSet::new() }
    }

    /// The name of a speaker; one that is taken, in whatever letter case, gets a digest.
    pub fn of(&mut self, speaker: &str) -> String {
        if let Some(name) = self.given.get(speaker) {
            return name.clone();
        }
        let mut name = (self.safe)(speaker);
        if self.taken.contains(&name.to_lowercase()) {
            name = format!("{name}_{}", &hex_digest(speaker.as_bytes())[..8]);
        }
        self.taken.insert(name.to_lowercase());
        self.given.insert(speaker.to_string(), name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_people_never_get_one_name() {
        let mut names = Names::new(|name| name.replace(' ', "_"));
        let all = ["a b", "a_b", "A_B"].map(|name| names.of(name).to_lowercase());
        assert!(all[0] != all[1] && all[1] != all[2] && all[0] != all[2], "{all:?}");
        assert_eq!(names.of("a_b").to_lowercase(), all[1]);
    }
}

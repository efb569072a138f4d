//! What is said of a recording, and what follows from it. In: facts. Out: those of one channel, and yes or no. Pure. Left to
//! others: rows that contradict each other (`said`).

use crate::domain::{ConsentNote, Cut, Facts};
use crate::store::RecordingRow;
use crate::text::consent_note;

/// Each channel of a split file is a speaker of its own: `agent|client` names them in order,
/// a single name gets the channel's number.
pub fn facts(facts: &Facts, n: usize, of: usize) -> Facts {
    let speaker = facts.speaker.as_ref().filter(|_| of > 1).map(|name| {
        let names: Vec<_> = name.split('|').map(str::trim).collect();
        if names.len() == of { names[n].to_string() } else { format!("{name} (channel {n})") }
    });
    Facts { speaker: speaker.or_else(|| facts.speaker.clone()), ..facts.clone() }
}

/// Whether given segments are to become the clips of a recording that has others already.
pub fn is_late(old: &RecordingRow, new: &Facts) -> bool {
    let spans = |facts: &Facts| facts.segments.iter().map(|s| s.span).collect::<Vec<_>>();
    let old_facts = &old.recording.facts;
    let same = old_facts.cut == Some(Cut::Keep) && spans(old_facts) == spans(new);
    new.cut == Some(Cut::Keep) && old.is_cut() && !same
}

/// Whether the note on consent is a refusal.
pub fn is_refused(facts: &Facts) -> bool {
    let note = facts.consent.as_deref().map(consent_note);
    note == Some(ConsentNote::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_of_a_split_file_are_speakers_of_their_own() {
        let named = |s: &str| Facts { speaker: Some(s.into()), ..Facts::default() };
        assert_eq!(facts(&named("agent|client"), 1, 2).speaker.unwrap(), "client");
        assert_eq!(facts(&named("call 7"), 1, 2).speaker.unwrap(), "call 7 (channel 1)");
        assert_eq!(facts(&named("a|b"), 0, 1).speaker.unwrap(), "a|b");
    }
}

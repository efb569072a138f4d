//! Which clips a guarantee is about. In: evidence. Out: for each clip whether its score alone decides,
//! and its region. Left to others: what the guarantee says of them (`guarantee`).

use super::accent::accents;
use super::decide::region;
use super::evidence::Evidence;
use super::lexicon::{Hit, Lexicon};
use super::reasons::whatever_the_score;
use crate::domain::{Region, RoutingSettings};

/// Where a clip stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Whether it has text and a score, and no reason that a score cannot outweigh: a good enough
    /// score would have it accepted.
    pub by_score: bool,
    /// The declared region, else the one that the speaker's words name.
    pub region: Option<Region>,
}

/// In the order of `clips`. Decisions made already do not matter.
pub fn standings(
    clips: &[Evidence],
    settings: &RoutingSettings,
    lexicon: &Lexicon,
) -> Vec<Standing> {
    let hits: Vec<Vec<Hit>> = clips.iter().map(|clip| lexicon.hits_in_clip(clip)).collect();
    let accents = accents(clips, &hits);
    let standing = |(clip, hits): (&Evidence, &Vec<Hit>)| {
        let accent = accents.get(&clip.speaker);
        Standing {
            by_score: clip.has_text()
                && clip.score.is_some()
                && whatever_the_score(clip, hits, accent, settings).is_empty(),
            region: region(clip, accent),
        }
    };
    clips.iter().zip(&hits).map(standing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Probability;
    use crate::routing::evidence::tests::clip;

    #[test]
    fn only_clips_that_their_score_decides_count() {
        let clips = [
            clip(0),
            Evidence { score: Probability::new(0.01), ..clip(1) },
            Evidence { score: None, ..clip(2) },
            Evidence { text: String::new(), ..clip(3) },
            Evidence { text: "c'est pantoute ça".into(), speaker: "bob".into(), ..clip(4) },
            Evidence { signs: vec!["oui oui oui oui".into()], ..clip(5) },
        ];
        let lexicon = Lexicon::built_in().unwrap();
        let found = standings(&clips, &RoutingSettings::default(), &lexicon);
        let by_score: Vec<bool> = found.iter().map(|s| s.by_score).collect();
        assert_eq!(by_score, [true, true, false, false, false, false]);
        assert_eq!(found[0].region, None);
        assert_eq!(found[4].region.as_ref().map(|r| r.as_str()), Some("fr-CA-QC"));
    }
}

//! What a team may set, with defaults; the doc comments of the fields are the comments of `second-ear.toml`.

use documented::DocumentedFields;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::bounds::{inside, within};
use super::{Guarantee, Measure, PageLanguage, Region, RegionNames, Samples};

/// How recordings are cut into clips.
#[derive(Clone, Debug, PartialEq, DocumentedFields, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SliceSettings {
    /// Shortest clip, seconds. A recording shorter than this is one clip.
    pub min_seconds: f64,
    /// Longest clip, seconds; at most 28, and at least twice the shortest.
    pub max_seconds: f64,
    /// Speech probability above which a frame counts as speech.
    pub speech_threshold: f64,
    /// Pauses shorter than this, seconds, do not end a clip.
    pub join_gap_seconds: f64,
    /// Audio included before and after speech, seconds, as far as the pause allows.
    pub padding_seconds: f64,
    /// Speech shorter than this, seconds, is left out as too short.
    pub min_speech_seconds: f64,
}

impl Default for SliceSettings {
    fn default() -> Self {
        Self {
            min_seconds: 1.0,
            max_seconds: 15.0,
            speech_threshold: 0.5,
            join_gap_seconds: 0.5,
            padding_seconds: 0.25,
            min_speech_seconds: 0.064,
        }
    }
}

impl SliceSettings {
    /// Why the settings make no sense, if they do not.
    pub fn check(&self) -> Result<(), String> {
        within("slice.min_seconds", self.min_seconds, 0.02, 14.0)?;
        within("slice.max_seconds", self.max_seconds, 0.04, 28.0)?;
        if self.max_seconds < 2.0 * self.min_seconds {
            return Err(format!(
                "slice.max_seconds is {}; it must be at least twice slice.min_seconds ({})",
                self.max_seconds, self.min_seconds
            ));
        }
        within("slice.speech_threshold", self.speech_threshold, 0.0, 0.99)?;
        within("slice.join_gap_seconds", self.join_gap_seconds, 0.001, 60.0)?;
        within("slice.padding_seconds", self.padding_seconds, 0.0, 30.0)?;
        within("slice.min_speech_seconds", self.min_speech_seconds, 0.0, 28.0)
    }

    /// Longest clip.
    pub fn max(&self) -> Samples {
        Samples::from_seconds(self.max_seconds)
    }

    /// Shortest clip.
    pub fn min(&self) -> Samples {
        Samples::from_seconds(self.min_seconds)
    }

    /// Shortest segment of a corpus that becomes a clip as it is: as short as speech may be.
    pub fn min_given(&self) -> Samples {
        Samples::from_seconds(self.min_speech_seconds.max(0.02))
    }
}

/// Which clips get a second, slowed decoding, which makes their score better and changes no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondPass {
    /// None: fastest.
    Never,
    /// Those whose first score is neither very high nor very low.
    Doubtful,
    /// All.
    Always,
}

impl std::str::FromStr for SecondPass {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        match s {
            "never" => Ok(Self::Never),
            "doubtful" => Ok(Self::Doubtful),
            "always" => Ok(Self::Always),
            _ => Err(format!("'{s}' is not one of never, doubtful, always")),
        }
    }
}

/// Who listens to what.
#[derive(Clone, Debug, PartialEq, DocumentedFields, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoutingSettings {
    /// A draft is accepted when its calibrated P(no error) reaches this.
    pub accept_score: f64,
    /// The highest risk to guarantee for drafts accepted by their score: thresholds then come from random
    /// audits (`second-ear audit-plan`), and accept_score and region_shift do not apply. Off unless set.
    pub target_risk: Option<f64>,
    /// What target_risk counts: wer (a clip's word error rate, at most 1), clips (any error).
    pub target_measure: Measure,
    /// Probability with which each guarantee holds.
    pub confidence: f64,
    /// Number of audits from which a region has its own guarantee and threshold.
    pub region_min_audits: usize,
    /// Added to accept_score for speakers with full regional evidence, less for weaker.
    /// A region never forces review by itself.
    pub region_shift: f64,
    /// Send clips with an unambiguous regional word or idiom to a person, whatever their score.
    pub review_lexicon_hits: bool,
    /// Region codes, such as `["fr-BE"]`, whose clips all go to people. Their rates of human work
    /// then measure accent, not difficulty. Empty: no region by itself.
    pub always_review_regions: Vec<Region>,
    /// P(expected language) under which a clip counts as another language, where another one is likelier.
    pub min_language: f64,
    /// p(no speech) above which a clip without text counts as silence or noise.
    pub no_speech: f64,
    /// Clips that get a second, slowed decoding for a better score (it changes no text): never (fastest),
    /// doubtful (clips whose score it may move across a threshold), always.
    pub second_pass: SecondPass,
    /// Share of what would be accepted that is drawn at random for a person.
    pub audit_rate: f64,
    /// Seed of the draw: the same seed draws the same clips.
    pub seed: u64,
    /// At most this share of the clips goes to people; the highest priorities do. Off unless set.
    pub max_human_share: Option<f64>,
    /// At most this many minutes of audio go to people; the highest priorities do. Off unless set.
    pub max_human_minutes: Option<f64>,
    /// Validators, or clips, that a regional word or idiom needs to enter the lexicon.
    pub confirm_lexicon: usize,
}

impl Default for RoutingSettings {
    fn default() -> Self {
        Self {
            accept_score: 0.5,
            target_risk: None,
            target_measure: Measure::Wer,
            confidence: 0.9,
            region_min_audits: 150,
            region_shift: 0.1,
            review_lexicon_hits: true,
            always_review_regions: Vec::new(),
            min_language: 0.5,
            no_speech: 0.6,
            second_pass: SecondPass::Doubtful,
            audit_rate: 0.05,
            seed: 1,
            max_human_share: None,
            max_human_minutes: None,
            confirm_lexicon: 2,
        }
    }
}

impl RoutingSettings {
    /// The guarantee that is asked for, if any.
    pub fn guarantee(&self) -> Option<Guarantee> {
        let (measure, confidence) = (self.target_measure, self.confidence);
        self.target_risk.map(|target| Guarantee { target, measure, confidence })
    }

    /// Why the settings make no sense, if they do not.
    pub fn check(&self) -> Result<(), String> {
        for (name, share) in [
            ("routing.accept_score", self.accept_score),
            ("routing.region_shift", self.region_shift),
            ("routing.min_language", self.min_language),
            ("routing.no_speech", self.no_speech),
            ("routing.audit_rate", self.audit_rate),
            ("routing.max_human_share", self.max_human_share.unwrap_or(0.0)),
        ] {
            within(name, share, 0.0, 1.0)?;
        }
        if let Some(risk) = self.target_risk {
            inside("routing.target_risk", risk, "0.05 is 5 %")?;
        }
        inside("routing.confidence", self.confidence, "0.9 is 90 %")?;
        within("routing.max_human_minutes", self.max_human_minutes.unwrap_or(0.0), 0.0, 1e8)?;
        within("routing.region_min_audits", self.region_min_audits, 0, 1_000_000)?;
        within("routing.confirm_lexicon", self.confirm_lexicon, 0, 1_000_000)
    }
}

/// How task files are made.
#[derive(Clone, Debug, PartialEq, DocumentedFields, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TaskSettings {
    /// Clips in one task file.
    pub clips_per_file: usize,
    /// Answers wanted for each clip, from different people.
    pub validators: u32,
    /// While people disagree, one more is asked, up to this many; then an adjudicator decides.
    pub max_validators: u32,
    /// Agreement on a clip's words, 0 to 1, under which people disagree.
    pub min_agreement: f64,
    /// Reject answers to a batch that was written for others (`tasks --to NAME`). Such answers are
    /// marked in any case; a batch that was written for nobody in particular is open to all.
    pub assigned_only: bool,
    /// Share of the tasks without the draft, drawn at random: measures its influence.
    pub blind_share: f64,
    /// Estimated word error rate above which the box is empty: typing is faster.
    pub blind_above_wer: f64,
    /// Share of the tasks, drawn at random, in which doubtful words are marked.
    pub mark_share: f64,
    /// Clips of known text (`answers --gold`), as a share of a batch's tasks.
    pub gold_share: f64,
    /// Settled texts with a wrong word planted in them, as a share of a batch's tasks.
    pub seeded_error_share: f64,
    /// Pay for each answer, skips included; 0: not set.
    pub pay_per_clip: f64,
    /// Its currency, for people.
    pub currency: String,
    /// Pay per hour of work under which a batch is flagged; 0: not set.
    pub floor_per_hour: f64,
    /// Days after which what a validator earned is overdue, in the pay ledger.
    pub pay_within_days: u32,
    /// Minutes of work between reminders of a break; 0: none.
    pub break_minutes: u32,
    /// Minutes of work per day after which the page says that the limit is reached; 0: none.
    pub daily_minutes: u32,
    /// Heading of the page; empty: the workspace's folder. The number of the batch is added.
    pub title: String,
    /// A Markdown file (paragraphs, lists, bold, italics) that the page shows at its start and in its help; empty: none.
    pub instructions: String,
    /// A Markdown file with rules of writing that stand in the page instead of its own; empty: its own.
    pub writing_rules: String,
    /// Whom validators may ask, and how; empty: not said.
    pub contact: String,
    /// The last day for sending answers, as in 2026-12-31; empty: not said.
    pub deadline: String,
    /// Language of the page when the browser asks for none that it has.
    pub interface: PageLanguage,
    /// More regions for the page to offer, by code, with a name for each of its languages; without one the code is shown.
    pub regions: RegionNames,
}

impl Default for TaskSettings {
    fn default() -> Self {
        Self {
            clips_per_file: 100,
            validators: 1,
            max_validators: 3,
            min_agreement: 0.6,
            assigned_only: false,
            blind_share: 0.05,
            blind_above_wer: 0.3,
            mark_share: 0.0,
            gold_share: 0.05,
            seeded_error_share: 0.02,
            pay_per_clip: 0.0,
            currency: "EUR".into(),
            floor_per_hour: 0.0,
            pay_within_days: 30,
            break_minutes: 45,
            daily_minutes: 240,
            title: String::new(),
            instructions: String::new(),
            writing_rules: String::new(),
            contact: String::new(),
            deadline: String::new(),
            interface: PageLanguage::default(),
            regions: RegionNames::default(),
        }
    }
}

impl TaskSettings {
    /// Why the settings make no sense, if they do not.
    pub fn check(&self) -> Result<(), String> {
        within("tasks.clips_per_file", self.clips_per_file, 1, 100_000)?;
        within("tasks.validators", self.validators, 1, 1000)?;
        within("tasks.max_validators", self.max_validators, 0, 1000)?;
        for (name, share) in [
            ("tasks.min_agreement", self.min_agreement),
            ("tasks.blind_share", self.blind_share),
            ("tasks.mark_share", self.mark_share),
            ("tasks.gold_share", self.gold_share),
            ("tasks.seeded_error_share", self.seeded_error_share),
        ] {
            within(name, share, 0.0, 1.0)?;
        }
        if !self.deadline.is_empty() && self.deadline.parse::<Date>().is_err() {
            return Err(format!(
                "tasks.deadline: '{}' is no day such as 2026-12-31",
                self.deadline
            ));
        }
        within("tasks.blind_above_wer", self.blind_above_wer, 0.0, 100.0)?;
        within("tasks.pay_per_clip", self.pay_per_clip, 0.0, 1e9)?;
        within("tasks.floor_per_hour", self.floor_per_hour, 0.0, 1e9)?;
        within("tasks.pay_within_days", self.pay_within_days, 0, 3650)?;
        within("tasks.break_minutes", self.break_minutes, 0, 1440)?;
        within("tasks.daily_minutes", self.daily_minutes, 0, 1440)
    }
}

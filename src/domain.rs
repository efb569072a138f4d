//! The nouns and units that every stage speaks: plain data, no input or output.
//! In: nothing of ours. Out: types. Left to others: how they are made (stages) and kept (store).

mod answer;
mod appeal;
pub mod bounds;
mod clip;
mod confusion;
mod consent;
mod dataset_settings;
mod decision;
mod decode;
mod engine;
mod failures;
mod findings;
mod guarantee;
mod hypothesis;
mod ids;
mod keyed;
mod link;
mod locale;
mod memory_settings;
mod output;
mod page_language;
mod payment;
mod people;
mod pseudonym;
mod purpose;
mod recording;
mod reference;
mod region_names;
mod regional;
mod retention;
mod round;
mod serve_settings;
mod settings;
mod state;
mod task;
mod tombstones;
mod units;
mod withdrawal;

pub use answer::{Answer, Consensus, Mark, Tag, TagKind, Verdict};
pub use appeal::{Appeal, AppealDecision, AppealOutcome, Contested, Flag};
pub use clip::{Clip, JobClip, Piece, RejectReason, Span};
pub use confusion::{Confusion, PairSource, Suggestion, WordPair};
pub use consent::{
    Consent, ConsentNote, ConsentSettings, ConsentSource, DataUse, DataUses, Day, WhyNot,
    data_uses, data_uses_text, permitted, standing,
};
pub use dataset_settings::DatasetSettings;
pub use decision::{Bar, BarRule, Decision, DropReason, Reason, Routed, Scoring};
pub use decode::DecodePolicy;
pub use engine::{EngineName, EngineNames, EngineText, EngineWord};
pub use failures::Failures;
pub use findings::Findings;
pub use guarantee::{
    Basis, Entry, Guarantee, GuaranteeEvent, Measure, Scope, StoredEntry, Threshold, Thresholds,
};
pub use hypothesis::{
    Alone, End, Features, Hypothesis, Level, Pass, Token, Variant, tokens_by_word,
};
pub use ids::{BatchId, ClipId, RecordingId, draft_digest, draft_seed, draw};
pub use keyed::keyed;
pub use link::{Link, LinkRole, SessionEnd, TOKEN_BYTES, is_token, token_hash};
pub use locale::{Locale, Region, language_of_locale};
pub use memory_settings::{MemorySettings, VocabularySettings};
pub use output::{Fate, LeftBecause, OutputKind};
pub use page_language::PageLanguage;
pub use payment::Payment;
pub use people::{Agreement, Estimate, Reliability};
pub use pseudonym::{KEY_BYTES, Naming, is_pseudonym};
pub use purpose::{Blind, Purpose};
pub use recording::{Channel, Facts, Recording, Segment};
pub use reference::{Cut, Reference, ReferenceUse};
pub use region_names::{EXAMPLE as REGION_EXAMPLE, RegionNames};
pub use regional::{MatchKind, RegionalPiece, RegionalSource};
pub use retention::{Kept, RetentionSettings};
#[cfg(test)]
pub use round::example_round;
pub use round::{Average, Measured, Round, RoundVerdict, Used};
pub use serve_settings::ServeSettings;
pub use settings::{RoutingSettings, SecondPass, SliceSettings, TaskSettings};
pub use state::{Account, State};
pub use task::{HandedOut, TaskRow};
pub use tombstones::{Tombstones, Trace, day};
pub use units::{Millis, Probability, SAMPLE_RATE, Samples};
pub use whisper::{Language, LanguageChoice, Weights, hex_digest};
pub use withdrawal::{Target, Withdrawal, WithdrawnKind, WithdrawnWork};

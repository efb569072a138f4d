//! Values on the command line that are one of several. In: what was typed. Out: what it stands for.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::domain::{Cut, LanguageChoice};
use crate::pipeline::ingest::References;
use crate::tasks::bundle;
use crate::training::export::{Codec, Format};
use crate::views::study::files::TableFormat;
use crate::views::transcripts::TranscriptFormat;

/// A value that is one of `values`, parsed into what it stands for.
fn one_of<F>(
    values: impl IntoIterator<Item = (&'static str, &'static str)>,
) -> impl TypedValueParser<Value = F>
where
    F: std::str::FromStr<Err = String> + Clone + Send + Sync + 'static,
{
    let values = values.into_iter().map(|(code, about)| PossibleValue::new(code).help(about));
    PossibleValuesParser::new(values).try_map(|code| code.parse::<F>())
}

/// A task file format.
pub fn task_format() -> impl TypedValueParser<Value = bundle::Format> {
    one_of(bundle::Format::ALL.map(|f| (f.code(), f.about())))
}

/// A transcript format.
pub fn transcript_format() -> impl TypedValueParser<Value = TranscriptFormat> {
    one_of(TranscriptFormat::ALL.map(|f| (f.name(), f.about())))
}

/// A dataset format.
pub fn dataset_format() -> impl TypedValueParser<Value = Format> {
    one_of(Format::ALL.map(|f| (f.code(), f.about())))
}

/// An encoding of clips.
pub fn codec() -> impl TypedValueParser<Value = Codec> {
    one_of(Codec::ALL.map(|codec| (codec.code(), codec.about())))
}

/// What becomes of reference texts.
pub fn references() -> impl TypedValueParser<Value = References> {
    one_of(References::ALL.map(|r| (r.code(), r.about())))
}

/// How given segments become clips.
pub fn cut() -> impl TypedValueParser<Value = Cut> {
    one_of(Cut::ALL.map(|cut| (cut.code(), cut.about())))
}

/// A format of tables.
pub fn table_format() -> impl TypedValueParser<Value = TableFormat> {
    one_of(TableFormat::ALL.map(|f| (f.code(), f.about())))
}

/// A language, or auto.
pub fn language(s: &str) -> Result<LanguageChoice, String> {
    LanguageChoice::try_from(s.to_string())
}

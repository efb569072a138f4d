//! clip -> text and numbers: models, Whisper, features, calibration.
//! In: a clip's samples. Out: a `Hypothesis`, its features and its calibrated score.
//! Left to others: cutting clips (audio), what to do with them (routing), keeping them (store).

pub mod greedy;
pub mod guard;
#[cfg(test)]
mod measure;
pub mod models;
pub mod text;
pub mod timing;
pub mod whisper;

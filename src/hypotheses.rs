//! clip -> text and numbers: Whisper's (the crate `whisper`), features, calibration.
//! In: a clip's samples. Out: a `Hypothesis`, its features and its calibrated score.
//! Left to others: cutting clips (audio), what to do with them (routing), keeping them (store).

pub mod adjust;
pub mod calibrate;
pub mod familiar;
pub mod features;
pub mod fit;
pub mod given;
pub mod guard;
pub mod logistic;
pub mod scripted;
pub mod second;
pub mod text;
pub mod timing;
pub mod transcriber;
pub mod variants;
pub mod windows;
pub mod word_features;

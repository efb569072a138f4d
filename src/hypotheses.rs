//! clip -> text and numbers: models, Whisper, features, calibration.

pub mod models;

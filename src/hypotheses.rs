//! clip -> text and numbers: models, Whisper, features, calibration.

//! recording -> clips: decode, resample, detect speech, slice, write audio.

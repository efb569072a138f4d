//! The `model` commands.

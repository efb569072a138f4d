//! The arguments of `plan`.

use std::path::PathBuf;

use clap::Args;

use crate::domain::Measure;

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub struct Plan {
    /// The workspace.
    pub dir: PathBuf,
    /// The mean loss to promise (0.05: 5 %); overrides the settings.
    #[arg(long, value_name = "SHARE")]
    pub target_risk: Option<f64>,
    /// Probability with which the promise is to hold; overrides the settings.
    #[arg(long, value_name = "SHARE")]
    pub confidence: Option<f64>,
    /// What counts as loss: wer, clips; overrides the settings.
    #[arg(long)]
    pub measure: Option<Measure>,
    /// Assume this risk of what is accepted, instead of what audits and calibration say.
    #[arg(long, value_name = "SHARE")]
    pub risk: Option<f64>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

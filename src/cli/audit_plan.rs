//! The arguments of `audit-plan`.

use std::path::PathBuf;

use clap::Args;

use super::numbers::{share, within};
use crate::domain::Measure;

/// Arguments of `audit-plan`.
#[derive(Debug, Args)]
pub struct AuditPlan {
    /// The workspace.
    pub dir: PathBuf,
    /// The highest mean loss to guarantee (0.05: 5 %); overrides the settings.
    #[arg(long, value_name = "SHARE", value_parser = share())]
    pub target_risk: Option<f64>,
    /// Probability with which the guarantee holds; overrides the settings.
    #[arg(long, value_name = "SHARE", value_parser = share())]
    pub confidence: Option<f64>,
    /// What counts as loss: wer, clips; overrides the settings.
    #[arg(long)]
    pub measure: Option<Measure>,
    /// Risk of the accepted drafts to assume, instead of the estimate from audits and calibration.
    #[arg(long, value_name = "SHARE", value_parser = within(0.0, 1.0))]
    pub risk: Option<f64>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

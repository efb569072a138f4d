//! The `audit-plan` command.

use anyhow::Result;

use super::{print, print_json};
use crate::cli;
use crate::exit::Exit;
use crate::pipeline::audit_plan::{Wanted, plan};
use crate::pipeline::workspace::Workspace;

/// Says what a guarantee would cost.
pub fn dispatch(args: cli::AuditPlan) -> Result<Exit> {
    let workspace = Workspace::read(&args.dir)?;
    let wanted = Wanted {
        target_risk: args.target_risk,
        confidence: args.confidence,
        measure: args.measure,
        risk: args.risk,
    };
    let plan = plan(&workspace, &wanted)?;
    match args.json {
        true => print_json(&plan)?,
        false => print(&plan.text())?,
    }
    Ok(Exit::Done)
}

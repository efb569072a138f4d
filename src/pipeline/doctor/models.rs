//! Whether the model in use is there with its checksum, and whether calibration and lexicon can be used with it.

use crate::pipeline::scores::Scorer;
use crate::pipeline::workspace::Workspace;

/// What is wrong.
pub fn findings(mut workspace: Workspace) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let name = workspace.config.model.clone();
    let model = workspace.model().and_then(|model| model.calibrated_as());
    if let Err(error) = &model {
        let advice = format!(
            "`second-ear model pull {name}` fetches a registered model; one of your own, or of a round, has to be put back"
        );
        found.push((format!("{error:#}"), advice));
    }
    match (Scorer::of(&workspace), model) {
        (Err(error), _) => found.push((
            format!("{error:#}"),
            "correct or restore that file, or take its name out of the settings".into(),
        )),
        (Ok(scorer), Ok(model)) => {
            if let Err(why) = scorer.fits(&model, &workspace.config.decode.id()) {
                found.push((
                    format!("no draft gets a score: {why}"),
                    "fit a calibration (docs/reference/confidence.md), or use the model and decode settings that the \
                     calibration was fitted on"
                        .into(),
                ));
            }
        }
        (Ok(_), Err(_)) => {}
    }
    found
}

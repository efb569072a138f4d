//! How a dataset came about and what to beware of, in the RAI vocabulary of Croissant. In: what the team stated, the
//! numbers of the report. Out: the `rai:` fields. A number says where it is from through [`Numbers`]; what nobody
//! stated is said to be not stated, never filled in. Left to others: the rest of the file (`croissant`).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Papers;
use super::numbers::{Numbers, escaped};
use crate::domain::data_uses_text;
use crate::training::export::Item;

/// All fields, in order.
pub fn fields(papers: &Papers, items: &[Item], numbers: &mut Numbers) -> Map<String, Value> {
    let settings = &papers.settings;
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| drop(fields.insert(format!("rai:{name}"), value));
    put("dataCollection", stated(&settings.collection, "How the recordings were made"));
    if !settings.collection_types.is_empty() {
        put("dataCollectionType", json!(settings.collection_types));
    }
    let days = [&settings.collected_from, &settings.collected_until];
    let days: Vec<&String> = days.into_iter().filter(|day| !day.is_empty()).collect();
    if !days.is_empty() {
        put("dataCollectionTimeFrame", json!(days));
    }
    put("dataCollectionMissingData", missing(papers, numbers).into());
    put("dataCollectionRawData", raw(numbers).into());
    put("dataPreprocessingProtocol", json!([PREPROCESSING]));
    put("dataAnnotationProtocol", json!(protocol(numbers)));
    put("dataAnnotationPlatform", json!([platform(papers)]));
    put("dataAnnotationAnalysis", json!(analysis(numbers)));
    put("annotationsPerItem", per_item(numbers).into());
    put("annotatorDemographics", json!(annotators(papers, numbers)));
    put("machineAnnotationTools", json!(tools(papers, numbers)));
    put("dataBiases", json!(biases(numbers)));
    put("dataLimitations", json!(limitations(papers, numbers)));
    if !settings.social_impact.is_empty() {
        put("dataSocialImpact", settings.social_impact.as_str().into());
    }
    put("personalSensitiveInformation", json!(personal(papers, items)));
    put("dataReleaseMaintenancePlan", withdrawal(papers).into());
    put("dataUseCases", json!([use_case(papers)]));
    fields
}

const PREPROCESSING: &str = "Each recording, or each of its channels, was resampled to 16 kHz and \
    cut into clips at pauses that a speech detector found. Clips are 16-bit mono.";

fn stated(text: &str, what: &str) -> Value {
    match text.trim() {
        "" => format!("{what} is not stated.").into(),
        text => text.into(),
    }
}

fn missing(papers: &Papers, numbers: &mut Numbers) -> String {
    numbers.for_field("rai:dataCollectionMissingData");
    let mut said = Vec::new();
    for why in papers.left_out.keys() {
        if let Some(clips) = numbers.of_dataset(&format!("/left_out/{}", escaped(why))) {
            said.push(format!("{clips} {why}"));
        }
    }
    let mut text = match said.is_empty() {
        true => "No settled clip was left out.".to_string(),
        false => format!("Clips left out, by reason: {}.", said.join(", ")),
    };
    let state = |numbers: &mut Numbers, state: &str| numbers.count(&format!("/clips/{state}"));
    if let Some(waiting) = state(numbers, "waiting") {
        text += &format!(" Clips that wait for a person and are not in it: {waiting}.");
    }
    if let Some(seconds) = numbers.number("/seconds/not_speech") {
        text += &format!(" {} of the recordings are not speech.", minutes(seconds));
    }
    text
}

fn raw(numbers: &mut Numbers) -> String {
    numbers.for_field("rai:dataCollectionRawData");
    let recordings = numbers.count("/recordings").unwrap_or(0);
    let length = minutes(numbers.number("/input_seconds").unwrap_or(0.0));
    format!(
        "Recordings: {recordings}, {length}. They are not part of the dataset; its clips are cut from them."
    )
}

fn protocol(numbers: &mut Numbers) -> Vec<String> {
    numbers.for_field("rai:dataAnnotationProtocol");
    let mut said = vec![
        "A speech model drafted every clip. Clips whose draft was not sure, of regional speech, \
         or drawn at random went to people, who listened and accepted the draft, corrected it, or \
         said why there is no text. Where people differed, an adjudicator decided."
            .to_string(),
        "`source` is human where people settled the text, and auto where nobody checked the draft."
            .to_string(),
    ];
    if let Some(share) = numbers.number("/versions/settings/blind_share") {
        said.push(format!(
            "By the settings, the draft is hidden in {:.1} % of the tasks, drawn at random, to measure its influence.",
            100.0 * share
        ));
    }
    if let Some(rate) = numbers.number("/versions/settings/audit_rate") {
        said.push(format!(
            "By the settings, {:.1} % of the drafts that would be accepted are drawn at random for people to check.",
            100.0 * rate
        ));
    }
    said.extend(work(numbers));
    said
}

/// Time and pay, as measured.
fn work(numbers: &mut Numbers) -> Vec<String> {
    let mut said = Vec::new();
    let timed = numbers.count("/people/timed_answers").filter(|n| *n > 0);
    match (timed, numbers.number("/people/active_seconds")) {
        (Some(answers), Some(seconds)) => said
            .push(format!("Measured work of people: {}, in answers: {answers}.", minutes(seconds))),
        _ => said.push("People's time was not measured.".to_string()),
    }
    if let Some(seconds) = numbers.number("/people/median_active_seconds") {
        said.push(format!("The median answer took {seconds:.1} active seconds."));
    }
    let currency = numbers.report("/work/currency");
    let currency = currency.as_ref().and_then(Value::as_str).unwrap_or_default();
    let mut hourly = Vec::new();
    for batch in numbers.keys("/work/batches") {
        hourly.extend(numbers.number(&format!("/work/batches/{}/hourly", escaped(&batch))));
    }
    let ends = hourly.iter().copied().reduce(f64::min).zip(hourly.iter().copied().reduce(f64::max));
    match ends {
        Some((least, most)) => said.push(format!(
            "Pay as measured: from {least:.2} to {most:.2} {currency} per hour of active work, by batch."
        )),
        None => said.push("No pay per clip was set, or no time was measured with it.".to_string()),
    }
    if let Some(floor) = numbers.number("/work/floor_per_hour") {
        said.push(format!("The team's floor of pay is {floor:.2} {currency} per hour."));
    }
    said
}

fn platform(papers: &Papers) -> String {
    format!("second-ear {}: task pages that work in a browser without a network", papers.version)
}

fn analysis(numbers: &mut Numbers) -> Vec<String> {
    numbers.for_field("rai:dataAnnotationAnalysis");
    let mut said = Vec::new();
    let clips = numbers.count("/work/agreement/clips").unwrap_or(0);
    match numbers.number("/work/agreement/alpha/value") {
        Some(alpha) => said.push(format!(
            "Clips that several people reviewed: {clips}. Krippendorff's alpha on their words: {alpha:.3}."
        )),
        None => said.push(format!(
            "Clips that several people reviewed: {clips}. Their agreement could not be computed."
        )),
    }
    for (what, pointer) in [
        ("Word error rate of all drafts against people's texts", "/drafts/all_wer"),
        ("Word error rate of accepted drafts, from random audits", "/residual_error/wer"),
    ] {
        match numbers.rate(pointer) {
            Some(rate) => said.push(format!("{what}: {rate}.")),
            None => said.push(format!("{what}: not known.")),
        }
    }
    if let Some(contested) = numbers.count("/work/contested") {
        said.push(format!("Clips that wait for an adjudicator: {contested}."));
    }
    said
}

fn per_item(numbers: &mut Numbers) -> String {
    numbers.for_field("rai:annotationsPerItem");
    let answers = numbers.count("/people/answers").unwrap_or(0);
    let settled = numbers.count("/people/settled_clips").unwrap_or(0);
    let wanted = numbers.count("/versions/settings/validators").unwrap_or(0);
    format!(
        "Answers: {answers}. Clips settled by them: {settled}. Answers asked for each clip: {wanted}."
    )
}

fn annotators(papers: &Papers, numbers: &mut Numbers) -> Vec<Value> {
    numbers.for_field("rai:annotatorDemographics");
    let people = numbers.count("/people/validators").unwrap_or(0);
    vec![
        format!("Validators who answered: {people}.").into(),
        stated(&papers.settings.annotators, "Who they are"),
    ]
}

fn tools(papers: &Papers, numbers: &mut Numbers) -> Vec<String> {
    numbers.for_field("rai:machineAnnotationTools");
    let mut said = vec![format!("second-ear {}", papers.version)];
    for model in numbers.keys("/versions/models") {
        if let Some(clips) = numbers.count(&format!("/versions/models/{}", escaped(&model))) {
            said.push(format!("speech model {} ({model}): {clips} drafts", papers.model));
        }
    }
    let mut text = |pointer: &str| match numbers.report(pointer) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    };
    let (format, sha256) =
        (text("/versions/calibration/format"), text("/versions/calibration/sha256"));
    said.push(format!("confidence score: {format}, SHA-256 {sha256}"));
    if let Some(entries) = numbers.count("/versions/lexicon/entries") {
        said.push(format!("lexicon of regional words: {entries} entries"));
    }
    said
}

fn biases(numbers: &mut Numbers) -> Vec<String> {
    numbers.for_field("rai:dataBiases");
    let mut said = Vec::new();
    for region in numbers.keys("/by_region") {
        let at = format!("/by_region/{}", escaped(&region));
        let clips = numbers.count(&format!("{at}/clips")).unwrap_or(0);
        let speakers = numbers.count(&format!("{at}/speakers")).unwrap_or(0);
        let unknown = || "not known".to_string();
        let drafts = numbers.rate(&format!("{at}/drafts/all_wer")).unwrap_or_else(unknown);
        let accepted = numbers.rate(&format!("{at}/residual_error/wer")).unwrap_or_else(unknown);
        said.push(format!(
            "Region {region}: clips {clips}, speakers {speakers}. Word error rate of drafts: {drafts}; of accepted \
             drafts: {accepted}."
        ));
    }
    if said.is_empty() {
        said.push("No clip was decided on yet, so nothing is known by region.".to_string());
    }
    said
}

fn limitations(papers: &Papers, numbers: &mut Numbers) -> Vec<Value> {
    numbers.for_field("rai:dataLimitations");
    let mut said: Vec<Value> = vec![stated(&papers.settings.limitations, "What it is unfit for")];
    if papers.with_auto {
        let wrong = numbers.rate("/residual_error/wer");
        said.push(
            match wrong {
                Some(rate) => format!(
                    "Texts marked auto were checked by nobody. Word error rate of such drafts: {rate}."
                ),
                None => "Texts marked auto were checked by nobody, and how many errors they hold is not known."
                    .to_string(),
            }
            .into(),
        );
    }
    said.extend(papers.languages.iter().map(|sentence| Value::from(format!("{sentence}."))));
    if let Some(region) = numbers.count("/by_region/unknown/clips") {
        said.push(format!("Clips whose region is not known: {region}.").into());
    }
    said
}

fn personal(papers: &Papers, items: &[Item]) -> Vec<String> {
    let settings = &papers.settings;
    let mut said = vec![
        "Voices: a voice can identify a person. What people say in the clips may be personal too."
            .to_string(),
        match papers.pseudonyms {
            true => {
                "Speakers are called by keyed pseudonyms; the key stays with the team.".to_string()
            }
            false => "Speakers are called as the team calls them.".to_string(),
        },
        "Clips in which a validator reported personal data or offensive content are left out."
            .to_string(),
    ];
    if !settings.confidentiality.is_empty() {
        said.push(format!("Falls under: {}.", settings.confidentiality.join(", ")));
    }
    let purposes: BTreeSet<String> =
        items.iter().map(|item| data_uses_text(&item.consent.purposes)).collect();
    said.push(format!(
        "Agreed to, by recording: {}. Each row says for what, when and until when.",
        purposes.into_iter().collect::<Vec<_>>().join("; ")
    ));
    let texts: BTreeSet<&str> =
        items.iter().filter_map(|item| item.consent.text.as_deref()).collect();
    if !texts.is_empty() {
        let texts: Vec<&str> = texts.into_iter().collect();
        said.push(format!("Texts of consent: {}.", texts.join(", ")));
    }
    if !settings.consent_documents.is_empty() {
        said.push(format!("Where they are: {}.", settings.consent_documents.join(", ")));
    }
    said
}

fn withdrawal(papers: &Papers) -> String {
    match papers.settings.contact.trim() {
        "" => "Whom to ask for a withdrawal is not stated.".to_string(),
        contact => format!(
            "Speakers and validators may withdraw: {contact}. A later version then leaves their clips out, and its \
             withdrawn.jsonl lists them; whoever holds an earlier one is asked to delete them."
        ),
    }
}

fn use_case(papers: &Papers) -> Value {
    match papers.settings.intended_use.trim() {
        "" => "Training and measuring speech recognition.".into(),
        text => text.into(),
    }
}

fn minutes(seconds: f64) -> String {
    format!("{:.1} minutes", seconds / 60.0)
}

//! The rows about a person. In: clips, or validators' names. Out: files of JSON lines, and what each of them is. Left to
//! others: writing them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::{Value, json};

use crate::domain::{
    Answer, Clip, ClipId, EngineName, EngineText, Recording, RecordingId, Reference, Samples, Span,
    Target,
};
use crate::hypotheses::given;
use crate::pipeline::settle;
use crate::pipeline::workspace::Workspace;
use crate::store::Erasure;

/// What is held of a person.
pub struct Held<'a> {
    /// Where.
    pub workspace: &'a Workspace,
    /// Recordings, clips or names that are theirs.
    pub erasure: &'a Erasure,
    /// All recordings.
    pub recordings: &'a BTreeMap<RecordingId, Recording>,
    /// Clips that are theirs.
    pub clips: &'a [Clip],
}

/// Files of rows.
type Files = Vec<(&'static str, Vec<Value>)>;

impl Held<'_> {
    /// About a speaker.
    pub fn of_speaker(&self) -> Result<Files> {
        let mut others = Pseudonyms::default();
        let mut answers = Vec::new();
        let mut batches = Vec::new();
        let store = &self.workspace.store;
        for clip in self.clips {
            for (answer, current) in store.answers_about(&clip.id)? {
                let by = others.of(&answer.validator);
                answers.push(answer_row(&answer, current, &by));
            }
            for row in store.handed_out_in(&clip.id)? {
                batches.push(json!({
                    "batch": row.batch, "made": row.created, "clip": clip.id, "purpose": row.purpose,
                    "draft": row.draft, "draft_hidden": row.blind, "handed_to_people": row.people,
                }));
            }
        }
        Ok(vec![
            ("recordings.jsonl", self.recording_rows()),
            ("clips.jsonl", self.clip_rows()?),
            ("engine_texts.jsonl", self.engine_rows()?),
            ("answers.jsonl", answers),
            ("batches.jsonl", batches),
            ("rounds.jsonl", self.round_rows(self.clips.iter().map(|clip| &clip.id))?),
            ("outputs.jsonl", self.output_rows()?),
        ])
    }

    /// About a validator.
    pub fn of_validator(&self) -> Result<Files> {
        let store = &self.workspace.store;
        let reliability = settle::compute_consensus(self.workspace)?.0.reliability;
        let (mut names, mut answers) = (Vec::new(), Vec::new());
        let mut clips = BTreeSet::new();
        for name in &self.erasure.validators {
            let wish = store.wish_of(name)?;
            names.push(json!({
                "name": name,
                "credit": wish.as_ref().map(|(name, _)| name),
                "credit_wished": wish.as_ref().map(|(_, when)| when),
                "reliability": reliability.get(name),
            }));
            for (answer, current) in store.answers_by(name)? {
                clips.insert(answer.clip.clone());
                answers.push(answer_row(&answer, current, name));
            }
        }
        let is_theirs = |name: &String| self.erasure.validators.contains(name);
        let payments = store.payments()?.into_iter().filter(|p| is_theirs(&p.validator));
        let payments = payments.map(|payment| json!(payment)).collect();
        let appeals = store.appeals()?.into_iter().filter(|a| is_theirs(&a.validator));
        let appeals = appeals.map(|appeal| json!(appeal)).collect();
        let of_them = |name: &Option<String>| name.as_ref().is_some_and(is_theirs);
        let links = store.links()?.into_iter().filter(|link| of_them(&link.validator));
        let links = links.map(|link| json!(link)).collect();
        let theirs = |people: &[String]| people.iter().any(|p| self.erasure.validators.contains(p));
        let batches = store.batches()?.into_iter().filter(|batch| theirs(&batch.people));
        let batches = batches.map(|b| {
            json!({
                "batch": b.id, "made": b.created, "handed": b.handed, "reclaimed": b.reclaimed, "estimated_seconds": b.estimate, "pay": b.pay,
            })
        });
        Ok(vec![
            ("names.jsonl", names),
            ("answers.jsonl", answers),
            ("batches.jsonl", batches.collect()),
            ("payments.jsonl", payments),
            ("appeals.jsonl", appeals),
            ("links.jsonl", links),
            ("rounds.jsonl", self.round_rows(clips.iter())?),
            ("outputs.jsonl", self.output_rows()?),
        ])
    }

    /// The recordings that something of it is of.
    pub fn recordings_held(&self) -> Vec<RecordingId> {
        let of_clips = self.clips.iter().map(|clip| clip.recording.clone());
        let all = self.erasure.recordings.iter().cloned().chain(of_clips);
        all.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn recording_rows(&self) -> Vec<Value> {
        let ids = self.recordings_held();
        let held = ids.iter().filter_map(|id| self.recordings.get(id));
        let row = |r: &Recording| {
            let whole = self.erasure.recordings.contains(&r.id);
            json!({
                "recording": r.id, "path": r.path, "sha256": r.sha256, "channel": r.channel,
                "seconds": r.length.map(|l| l.seconds()), "all_of_it": whole,
                "speaker": r.facts.speaker.as_ref().filter(|_| whole), "region": r.facts.region,
                "language": r.facts.language, "licence": r.facts.licence, "consent": r.facts.consent,
                "reference_texts": self.reference_texts(r),
            })
        };
        held.map(row).collect()
    }

    /// What is said in it, as a corpus says: what would go with them.
    fn reference_texts(&self, recording: &Recording) -> Vec<Value> {
        let kept = self.erasure.facts.get(&recording.id).map_or(&[][..], |facts| &facts.references);
        let whole = self.erasure.recordings.contains(&recording.id);
        let all = recording.facts.references.iter();
        let theirs = all.filter(|reference| whole || !kept.contains(reference));
        let seconds = |at: Samples| at.seconds();
        let row = |Reference { span, text, .. }: &Reference| {
            json!({
                "start": span.map(|span| seconds(span.start)), "end": span.map(|span| seconds(span.end)), "text": text,
            })
        };
        theirs.map(row).collect()
    }

    fn clip_rows(&self) -> Result<Vec<Value>> {
        let store = &self.workspace.store;
        let gold = store.gold()?;
        let mut rows = Vec::new();
        store.each_of(self.clips.iter().map(|clip| &clip.id), |row| {
            let id = row.clip.id.clone();
            let drafts = store.hypotheses_of(&id)?;
            rows.push(json!({
                "clip": id, "recording": row.clip.recording,
                "start": row.clip.span.start.seconds(), "end": row.clip.span.end.seconds(),
                "state": row.state().code(),
                "drafts": drafts,
                "decision": row.routed.as_ref().map(|r| &r.decision),
                "score": row.routed.as_ref().and_then(|r| r.score),
                "inclusion_probability": row.routed.as_ref().map(|r| r.inclusion),
                "region": row.routed.as_ref().and_then(|r| r.region.as_ref()),
                "evidence": row.routed.as_ref().map(|r| &r.evidence),
                "settled": row.consensus.as_ref().map(|c| json!({
                    "text": c.text, "verdict": c.verdict.code(), "answers": c.answers,
                })),
                "known_text": gold.get(&row.clip.id),
            }));
            Ok(())
        })?;
        Ok(rows)
    }

    /// What other engines wrote: all of it about recordings that are theirs, else what is of their clips.
    fn engine_rows(&self) -> Result<Vec<Value>> {
        let mut rows = Vec::new();
        for id in self.recordings_held() {
            let clips = self.workspace.store.clips_of(&id)?;
            let spans: Vec<Span> = clips.iter().map(|clip| clip.span).collect();
            let whole = self.erasure.recordings.contains(&id);
            for (engine, recordings) in self.workspace.store.engines(Some(&id))? {
                for texts in recordings.into_values() {
                    if whole {
                        rows.extend(texts.iter().map(|text| engine_row(&engine, &id, text)));
                        continue;
                    }
                    for (given, clip) in given::cut(&texts, &spans).into_iter().zip(&clips) {
                        if let (Some(given), true) = (given, self.clips.contains(clip)) {
                            rows.push(json!({
                                "engine": engine, "recording": id, "clip": clip.id, "text": given.text(),
                            }));
                        }
                    }
                }
            }
        }
        Ok(rows)
    }

    fn round_rows<'c>(&self, clips: impl Iterator<Item = &'c ClipId>) -> Result<Vec<Value>> {
        let mut rows = Vec::new();
        for clip in clips {
            for (round, used) in self.workspace.store.rounds_of(clip)? {
                rows.push(json!({ "round": round, "clip": clip, "used": used }));
            }
        }
        Ok(rows)
    }

    fn output_rows(&self) -> Result<Vec<Value>> {
        let all = self.workspace.store.outputs()?.into_iter();
        let held = all.filter(|output| self.erasure.outputs.contains(&output.id));
        let row = |output: crate::store::Output| {
            json!({
                "kind": output.kind.code(), "path": output.path(), "written": output.created,
                "version": output.version, "batch": output.batch,
            })
        };
        Ok(held.map(row).collect())
    }
}

fn engine_row(engine: &EngineName, recording: &RecordingId, text: &EngineText) -> Value {
    let words: Vec<&str> = text.words.iter().map(|word| word.text.as_str()).collect();
    json!({
        "engine": engine, "recording": recording, "start": text.span.map(|span| span.start.seconds()),
        "end": text.span.map(|span| span.end.seconds()), "text": words.join(" "), "words": text.words,
    })
}

fn answer_row(answer: &Answer, current: bool, by: &str) -> Value {
    json!({
        "clip": answer.clip, "batch": answer.batch, "validator": by,
        "verdict": answer.verdict.code(), "text": answer.text, "tags": answer.tags,
        "active_seconds": answer.active_seconds, "answered_at": answer.answered_at,
        "listened": answer.listened,
        "purpose": answer.purpose.code(), "replaced": !current,
    })
}

/// Other people, in the order in which they are met.
#[derive(Default)]
struct Pseudonyms(BTreeMap<String, String>);

impl Pseudonyms {
    fn of(&mut self, name: &str) -> String {
        let next = format!("validator {}", self.0.len() + 1);
        self.0.entry(name.to_string()).or_insert(next).clone()
    }
}

/// What each file is.
pub fn readme(who: &Target, files: &[(&'static str, Vec<Value>)]) -> String {
    let mut t = String::from(
        "Everything that a second-ear workspace holds about you.\n\nEach file has one row per line, as JSON. Times in a \
         recording are seconds.\n\n",
    );
    for (name, rows) in files {
        let about = match *name {
            "recordings.jsonl" => "recordings that you speak in, and what was said about them",
            "clips.jsonl" => {
                "pieces of them: every draft of the model with its numbers, what was decided, the text that people settled on"
            }
            "payments.jsonl" => "what was paid to you",
            "links.jsonl" => {
                "links by which you work: when they were made, of which session, how it ended"
            }
            "appeals.jsonl" => "what you said against flags or your weight, and what was decided",
            "engine_texts.jsonl" => "what other engines wrote for your recordings",
            "answers.jsonl" => "what people wrote about your clips; validators are numbered",
            "names.jsonl" => {
                "your names, your wish to be named, how reliable your words are taken to be"
            }
            "batches.jsonl" => "task files that were handed out",
            "rounds.jsonl" => {
                "rounds in which a model was trained or measured, and what each clip was used for there"
            }
            "outputs.jsonl" => "files that were written for others and that hold something of this",
            _ => "",
        };
        let about = match (who, *name) {
            (Target::Validator(_), "answers.jsonl") => {
                "your answers; `replaced`: a later answer of yours counts"
            }
            (Target::Validator(_), "outputs.jsonl") => {
                "files that were written for others and that rest on your answers"
            }
            _ => about,
        };
        t.push_str(&format!("{name} ({} rows): {about}\n", rows.len()));
    }
    if matches!(who, Target::Speaker(_)) {
        t.push_str("audio/: your clips, 16 kHz WAV, named by clip\n");
    }
    t
}

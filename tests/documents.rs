//! What the documents say is there: links and their anchors, commands and options, settings; and they are short.

mod util;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use util::{root, second_ear};

/// Folders that hold no document of ours.
const OTHERS: [&str; 9] =
    ["target", "demo", "dist", "node_modules", "shared", ".git", ".venv", ".ctranslate2", "data"];
/// Options of other programs that documents name by themselves.
const FOREIGN: [&str; 5] = ["--features", "--self-test", "--start", "--quick", "--example"];

/// Whether a file or folder is of this project.
fn ours(entry: &walkdir::DirEntry) -> bool {
    entry.depth() == 0 || !OTHERS.iter().any(|o| entry.file_name().to_string_lossy() == *o)
}

/// Every document and its text.
fn documents() -> BTreeMap<PathBuf, String> {
    let files = walkdir::WalkDir::new(root()).into_iter().filter_entry(ours).map(Result::unwrap);
    let markdown = files.filter(|f| f.path().extension().is_some_and(|e| e == "md"));
    markdown.map(|f| (f.path().to_path_buf(), fs::read_to_string(f.path()).unwrap())).collect()
}

/// Documents about the program as it is: neither notes of the laboratory nor what changed.
fn current() -> BTreeMap<PathBuf, String> {
    let mut documents = documents();
    documents.retain(|path, _| {
        !path.starts_with(root().join("docs/lab")) && !path.ends_with("CHANGELOG.md")
    });
    documents
}

/// The text without blocks of code, and the blocks.
fn split(text: &str) -> (String, Vec<String>) {
    let (mut prose, mut blocks, mut inside) = (String::new(), Vec::new(), false);
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
            if inside {
                blocks.push(String::new());
            }
        } else if let (true, Some(block)) = (inside, blocks.last_mut()) {
            block.push_str(line);
            block.push('\n');
        } else {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    (prose, blocks)
}

/// The anchors of a document's headings, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let (prose, _) = split(text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let code = Regex::new("`[^`]*`").unwrap();
    let documents = documents();
    assert!(documents.len() > 20, "{documents:#?}");
    let mut wrong = Vec::new();
    for (path, text) in &documents {
        let (prose, _) = split(text);
        for capture in link.captures_iter(&code.replace_all(&prose, "")) {
            let target = &capture[1];
            if target.contains("://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let there = match file {
                "" => path.clone(),
                file => path.parent().unwrap_or(Path::new("")).join(file),
            };
            let found = there.canonicalize().is_ok_and(|there| {
                anchor.is_empty()
                    || fs::read_to_string(there).is_ok_and(|t| anchors(&t).contains(anchor))
            });
            if !found {
                wrong.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_document_holds_both_sides_of_a_merge() {
    for (path, text) in documents() {
        let mark = text.lines().find(|l| l.starts_with("<<<<<<< ") || l.starts_with(">>>>>>> "));
        assert_eq!(mark, None, "{}", path.display());
    }
}

#[test]
fn every_document_that_the_code_names_is_there() {
    let named = Regex::new(r"(?:docs/[\w/.-]+|(?:\w+/)*\b[A-Z][A-Z-]+)\.md\b").unwrap();
    let mut wrong = BTreeSet::new();
    for folder in ["src", "crates", "scripts", "tests", ".github", "Cargo.toml", "build.rs"] {
        let files = walkdir::WalkDir::new(root().join(folder)).into_iter().filter_entry(ours);
        for file in files.flatten() {
            let Ok(text) = fs::read_to_string(file.path()) else { continue };
            for name in named.find_iter(&text).filter(|m| !root().join(m.as_str()).exists()) {
                wrong.insert(format!("{}: {}", file.path().display(), name.as_str()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_readme_takes_a_minute_and_the_tutorial_ten() {
    let words =
        |file: &str| fs::read_to_string(root().join(file)).unwrap().split_whitespace().count();
    assert!(words("README.md") <= 600, "{}", words("README.md"));
    assert!(words("docs/tutorial.md") <= 1500, "{}", words("docs/tutorial.md"));
}

/// The help of each command, by its words: `model pull`.
fn helps() -> BTreeMap<String, String> {
    fn ask(command: &str, helps: &mut BTreeMap<String, String>) {
        let out = second_ear().args(command.split_whitespace()).arg("--help").output().unwrap();
        assert!(out.status.success(), "{command}");
        let help = String::from_utf8(out.stdout).unwrap();
        let lines = help.split("Commands:\n").nth(1).unwrap_or_default().lines();
        for line in lines.take_while(|line| line.starts_with("  ")) {
            let name = line.split_whitespace().next().unwrap_or_default();
            if name != "help" && line.starts_with("  ") && !line.starts_with("   ") {
                ask(format!("{command} {name}").trim(), helps);
            }
        }
        helps.insert(command.to_string(), help);
    }
    let mut helps = BTreeMap::new();
    ask("", &mut helps);
    assert!(helps.contains_key("model pull") && helps.len() > 20, "{:?}", helps.keys());
    helps
}

#[test]
#[cfg_attr(
    not(all(feature = "adapt", feature = "nats")),
    ignore = "a build without training or NATS knows fewer"
)]
fn every_command_and_option_is_one_that_help_knows() {
    let option = Regex::new("--[a-z][a-z-]+").unwrap();
    let call = Regex::new(r"(?:^|[\s`/])second-ear ([a-z][^`#|>\n]*)").unwrap();
    let span = Regex::new("`[^`]*`").unwrap();
    let alone = Regex::new("`(--[a-z][a-z-]+)[^`]*`").unwrap();
    let helps = helps();
    let known: BTreeSet<&str> = helps
        .values()
        .flat_map(|help| option.find_iter(help))
        .map(|m| m.as_str())
        .chain(FOREIGN)
        .collect();
    let mut wrong = Vec::new();
    for (path, text) in current() {
        let (prose, blocks) = split(&text);
        let spans = span.find_iter(&prose).map(|m| m.as_str().replace('\n', " "));
        for code in spans.chain(blocks) {
            for line in code.lines() {
                let Some(said) = call.captures(line) else { continue };
                let words: Vec<&str> = said[1].split_whitespace().collect();
                let two = words[..words.len().min(2)].join(" ");
                // Of some commands the workspace stands between: `people calls pay`.
                let around = words.get(2).map(|third| format!("{} {third}", words[0]));
                let around = around.and_then(|command| helps.get(&command));
                let help = around.or_else(|| helps.get(&two)).or_else(|| helps.get(words[0]));
                let fits = help.is_some_and(|help| {
                    option.find_iter(&said[1]).all(|o| help.contains(o.as_str()))
                });
                if !fits {
                    wrong.push(format!("{}: {}", path.display(), &said[1]));
                }
            }
        }
        let named = alone.captures_iter(&prose).map(|m| m[1].to_string());
        wrong.extend(
            named.filter(|o| !known.contains(&**o)).map(|o| format!("{}: {o}", path.display())),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_setting_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    let workspace = dir.path().join("calls");
    let mut init = second_ear();
    init.arg("init").arg(&workspace).args(["--language", "fr"]);
    assert!(init.output().unwrap().status.success());
    let settings = fs::read_to_string(workspace.join("second-ear.toml")).unwrap();
    let page = fs::read_to_string(root().join("docs/reference/settings.md")).unwrap();
    for line in settings.lines().filter(|line| line.contains(" = ")) {
        let key = line.trim_start_matches("# ").split(" = ").next().unwrap_or_default();
        let explained = page.contains(&format!("| `{key}` |"));
        assert!(explained || key.contains(' ') || key.contains('-'), "{key} is not explained");
    }
}

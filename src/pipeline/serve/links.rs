//! Links: one per person, for a study, for a lead. In: names. Out: addresses, told once: only hashes of their tokens are kept. Left to
//! others: what stands behind them (`desk`).

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use serde::Serialize;

use super::Codes;
use crate::domain::{Link, LinkRole, TOKEN_BYTES, Trace, token_hash};
use crate::pipeline::random;
use crate::pipeline::workspace::Workspace;
use crate::store::Store;
use crate::text::names::{Names, looks};
use crate::text::tidy;

/// Longest name, characters: as in answers.
const MAX_NAME: usize = 100;

/// Where links lead that nobody set an address for.
const LOCAL: &str = "http://127.0.0.1:8080";

/// For whom a link is.
#[derive(Clone, Debug)]
pub enum For {
    /// These people, one link for each.
    People(Vec<String>),
    /// Whoever a crowd platform sends for a study.
    Study(String),
    /// Whoever leads.
    Lead,
}

/// A link that was made.
#[derive(Clone, Debug, Serialize)]
pub struct Made {
    /// Whose; of a study its name; empty: a lead's.
    pub name: String,
    /// What it opens.
    pub role: LinkRole,
    /// The address. It is told this once.
    pub link: String,
}

/// Makes links. With `again`, links that somebody has open nothing from then on.
///
/// # Errors
/// Somebody has a link and is not to get another; a name is empty or too long, or of somebody who has withdrawn.
pub fn add(workspace: &mut Workspace, whom: For, again: bool, now: Timestamp) -> Result<Vec<Made>> {
    let now = now.to_string();
    let (role, names) = match whom {
        For::People(names) => (LinkRole::Person, known(&workspace.store, &names)?),
        For::Study(name) => (LinkRole::Study, vec![named(&name)?]),
        For::Lead => (LinkRole::Lead, vec![String::new()]),
    };
    let links = workspace.store.links()?;
    let mut made = Vec::new();
    let of = |link: &Link, name: &str| {
        let theirs = match role {
            LinkRole::Person => link.validator.as_deref() == Some(name),
            LinkRole::Study => link.study.as_deref() == Some(name),
            _ => false, // several may lead
        };
        link.role == role && link.is_open() && theirs
    };
    for name in &names {
        if let Some(old) = links.iter().find(|link| of(link, name)) {
            ensure!(
                again,
                "{name} has had a link since {}; it cannot be told again: --again makes another one, and that one opens \
                 nothing any more",
                &old.created[..10]
            );
        }
    }
    for name in names {
        let old: Vec<&str> =
            links.iter().filter(|link| of(link, &name)).map(|link| &*link.hash).collect();
        workspace.store.revoke_links(&old, &now)?;
        let token = random::hex::<TOKEN_BYTES>()?;
        let some = |is: bool| Some(name.clone()).filter(|_| is);
        workspace.store.keep_link(&Link {
            hash: token_hash(&token),
            role,
            validator: some(role == LinkRole::Person),
            study: some(role == LinkRole::Study),
            session: None,
            created: now.clone(),
            revoked: None,
            ended: None,
        })?;
        let link = format!("{}{}", address(workspace), path(role, &token));
        made.push(Made { name, role, link });
    }
    Ok(made)
}

/// The address that links begin with.
pub fn address(workspace: &Workspace) -> String {
    let set = workspace.config.serve.public_address.trim_end_matches('/');
    if set.is_empty() { LOCAL.into() } else { set.into() }
}

/// Where a token leads, behind the address.
fn path(role: LinkRole, token: &str) -> String {
    match role {
        LinkRole::Person | LinkRole::Session => format!("/w/{token}"),
        LinkRole::Lead => format!("/lead/{token}"),
        LinkRole::Study => format!(
            "/p/{token}?PROLIFIC_PID={{{{%PROLIFIC_PID%}}}}&STUDY_ID={{{{%STUDY_ID%}}}}&SESSION_ID={{{{%SESSION_ID%}}}}"
        ),
    }
}

/// The links of somebody open nothing from now on; of a lead with an empty name.
///
/// # Errors
/// There is none of that name.
pub fn revoke(workspace: &mut Workspace, name: &str, now: Timestamp) -> Result<usize> {
    let links = workspace.store.links()?;
    let mut names = Names::default();
    links.iter().filter_map(|link| link.validator.as_ref()).for_each(|name| names.meet(name));
    let wanted = tidy(name);
    let one = names.one(&wanted);
    let is_theirs = |link: &&Link| match &link.validator {
        Some(validator) => *validator == one,
        None => link.study.as_ref().map_or(wanted.is_empty(), |study| *study == wanted),
    };
    let open: Vec<&str> = links
        .iter()
        .filter(|link| link.is_open())
        .filter(is_theirs)
        .map(|link| &*link.hash)
        .collect();
    ensure!(
        !open.is_empty(),
        "no open link is {}: `second-ear people DIR links` lists them",
        if wanted.is_empty() { "a lead's".into() } else { format!("of {wanted}") }
    );
    workspace.store.revoke_links(&open, &now.to_string())
}

fn named(name: &str) -> Result<String> {
    let name = tidy(name);
    ensure!(!name.is_empty(), "a link needs a name");
    ensure!(name.chars().count() <= MAX_NAME, "a name has at most {MAX_NAME} characters: {name}");
    Ok(name)
}

/// Names as they are kept, each person once.
fn known(store: &Store, typed: &[String]) -> Result<Vec<String>> {
    let mut names = Names::default();
    store.earlier_answers()?.1.iter().for_each(|name| names.meet(name));
    store.validators()?.iter().for_each(|name| names.meet(name));
    let mut all: Vec<String> = Vec::new();
    for name in typed {
        let name = named(name)?;
        stays(store, &name)?;
        names.meet(&name);
        let one = names.one(&name);
        if !all.contains(&one) {
            all.push(one);
        }
    }
    Ok(all)
}

/// Refuses somebody who has withdrawn.
fn stays(store: &Store, name: &str) -> Result<()> {
    let withdrawn = store.tombstones()?;
    let left = !withdrawn.is_empty()
        && looks(name).iter().any(|look| withdrawn.day(Trace::Validator(look)).is_some());
    ensure!(!left, "who had this name has withdrawn: somebody else needs another name");
    Ok(())
}

/// What may stand in a platform's ids.
fn is_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

/// A participant comes in by a study's link: the token of their session, always the same for the same session.
///
/// # Errors
/// An id is none, or the participant has withdrawn.
pub fn enter(
    workspace: &mut Workspace,
    codes: &Codes,
    study: &Link,
    participant: &str,
    session: &str,
    now: Timestamp,
) -> Result<String> {
    ensure!(
        is_id(participant) && is_id(session),
        "these are no ids of a participant and a session"
    );
    let name = format!("prolific-{participant}");
    stays(&workspace.store, &name)?;
    let mut token = codes.keyed(&format!("session\n{}\n{participant}\n{session}", study.hash));
    token.truncate(2 * TOKEN_BYTES);
    let hash = token_hash(&token);
    if workspace.store.link(&hash)?.is_none() {
        workspace.store.keep_link(&Link {
            hash,
            role: LinkRole::Session,
            validator: Some(name),
            study: Some(study.study.clone().context("the link is of no study")?),
            session: Some(session.to_string()),
            created: now.to_string(),
            revoked: None,
            ended: None,
        })?;
    }
    Ok(token)
}

/// A line for each link, for a terminal.
pub fn text(links: &[Link]) -> String {
    if links.is_empty() {
        return "There are no links: second-ear people DIR add ANA --link\n".into();
    }
    let mut t = String::new();
    for link in links {
        let whose = link.validator.as_deref().or(link.study.as_deref()).unwrap_or("-");
        let state = match (&link.revoked, link.ended) {
            (Some(when), _) => format!("revoked {}", &when[..10]),
            (None, Some(end)) => end.to_string(),
            (None, None) => "open".into(),
        };
        let session =
            link.session.as_ref().map_or(String::new(), |session| format!("  session {session}"));
        t.push_str(&format!(
            "{:<8} {:<28} since {}  {state}{session}\n",
            link.role.code(),
            crate::views::progress::shown(whose),
            &link.created[..10]
        ));
    }
    t
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_a_platform_cannot_be_markup_a_path_or_a_header() {
        assert!(is_id("5f3c7a9be1d24a000a1b2c3d") && is_id("a-b_C9"));
        for bad in ["", "<b>", "../x", "a\r\nb", "é", &"x".repeat(65)] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}

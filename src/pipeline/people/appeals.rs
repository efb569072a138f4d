//! `people DIR appeal`: what somebody says against a flag or a weight, and what a person decides. In: arguments. Out: the log of
//! appeals. Left to others: raising flags. No decision is made by a program.

use anyhow::{Result, bail, ensure};

use crate::domain::{Appeal, AppealDecision, AppealOutcome, Contested};
use crate::pipeline::workspace::Workspace;
use crate::text::tidy;
use crate::views::lang::{Lang, t};

/// Notes an appeal.
///
/// # Errors
/// Nobody of that name has answered anything.
pub fn open(
    workspace: &mut Workspace,
    person: &str,
    about: Contested,
    says: &str,
    now: &str,
) -> Result<Appeal> {
    let validator = super::known_person(&workspace.store, person)?;
    let appeal = Appeal {
        number: 0,
        validator,
        about,
        opened: now.to_string(),
        says: tidy(says),
        decision: None,
    };
    let number = workspace.store.keep_appeal(&appeal)?;
    Ok(Appeal { number, ..appeal })
}

/// Notes what somebody decided; texts are voted on anew where a weight changed.
///
/// # Errors
/// There is no such appeal, or the person would get no answer.
pub fn decide(
    workspace: &mut Workspace,
    number: u32,
    outcome: AppealOutcome,
    decided_by: &str,
    answer: &str,
    now: &str,
) -> Result<Appeal> {
    let (decided_by, answer) = (tidy(decided_by), tidy(answer));
    ensure!(!decided_by.is_empty(), "who decides? Give --by NAME: a person, not a program");
    ensure!(!answer.is_empty(), "what is the person told? Give --answer TEXT");
    let appeals = workspace.store.appeals()?;
    let Some(appeal) = appeals.into_iter().find(|appeal| appeal.number == number) else {
        bail!("there is no appeal {number}: `second-ear people DIR appeal` lists them");
    };
    let decision = AppealDecision { outcome, decided_by, decided: now.to_string(), answer };
    workspace.store.decide_appeal(number, &decision)?;
    Ok(Appeal { decision: Some(decision), ..appeal })
}

/// As text, for a terminal.
pub fn text(lang: Lang, appeals: &[Appeal]) -> String {
    if appeals.is_empty() {
        return t!(lang, "appeal.none") + "\n";
    }
    let mut t = String::new();
    for appeal in appeals {
        let Appeal { number, validator, about, opened, says, decision } = appeal;
        let line = t!(
            lang,
            "appeal.line",
            number = *number,
            validator = validator,
            about = lang.named("contested", about.code()),
            opened = opened,
            says = says
        );
        let decided = match decision {
            None => t!(lang, "people.appeal.open"),
            Some(d) => t!(
                lang,
                "appeal.decision",
                outcome = lang.named("outcome", d.outcome.code()),
                by = d.decided_by,
                decided = d.decided,
                answer = d.answer
            ),
        };
        t.push_str(&format!("{line}\n   {decided}\n"));
    }
    t
}

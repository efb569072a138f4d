//! What the page for a lead says, in every language of the task page. In: a language. Out: labels, a sentence.

use crate::domain::PageLanguage;

/// Labels of a lead's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeadTexts {
    /// Of the numbers: waiting, settled, answers, at work, ready.
    pub numbers: [&'static str; 5],
    /// Of the columns: person, handed out, not answered, answered, active minutes, last sign.
    pub columns: [&'static str; 6],
    /// Before and behind the time of counting.
    pub counted: [&'static str; 2],
}

/// In a language.
pub fn lead_texts(language: PageLanguage) -> LeadTexts {
    match language.code() {
        "fr" => LeadTexts {
            numbers: [
                "extraits en attente",
                "extraits réglés",
                "réponses",
                "personnes au travail",
                "lots prêts",
            ],
            columns: [
                "personne",
                "extraits remis",
                "sans réponse",
                "réponses",
                "minutes actives",
                "dernier signe",
            ],
            counted: [
                "Compté le",
                "(UTC). Cette page recompte toutes les 30 secondes. Quiconque a son adresse la voit\u{a0}: gardez-la pour \
                 celles et ceux qui dirigent.",
            ],
        },
        "es" => LeadTexts {
            numbers: [
                "fragmentos en espera",
                "fragmentos resueltos",
                "respuestas",
                "personas con un lote",
                "lotes listos",
            ],
            columns: [
                "persona",
                "entregados",
                "sin respuesta",
                "respuestas",
                "minutos activos",
                "última señal",
            ],
            counted: [
                "Contado el",
                "(UTC). Esta página vuelve a contar cada 30 segundos. Quien tenga su dirección la ve: guárdela para quienes dirigen.",
            ],
        },
        _ => LeadTexts {
            numbers: [
                "clips wait",
                "clips settled",
                "answers",
                "people with a batch",
                "batches ready",
            ],
            columns: [
                "person",
                "clips handed out",
                "not answered",
                "answered",
                "active minutes",
                "last sign",
            ],
            counted: [
                "Counted",
                "(UTC). This page counts again every 30 seconds. Whoever has its address sees it: keep it to those who lead.",
            ],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_of_the_page_has_labels_of_its_own() {
        let all: Vec<LeadTexts> = PageLanguage::all().map(lead_texts).collect();
        assert!(all.iter().enumerate().all(|(n, texts)| !all[n + 1..].contains(texts)));
    }
}

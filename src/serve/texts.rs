//! What the server's own small pages say, in every language of the task page. In: what a browser asks for. Out: sentences.

use axum::http::{HeaderMap, header};

use crate::domain::PageLanguage;

/// A small page: what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The address without a link.
    Home,
    /// A link that opens nothing.
    NoLink,
    /// Nothing lies ready for this person.
    Nothing,
    /// A batch is being made ready.
    Soon,
    /// The session's batch is answered.
    Done,
    /// The session gave its batch back, or its time is over.
    Over,
    /// Too many requests, or too much to do.
    Busy,
    /// Something failed here.
    Failed,
    /// A study's link without a participant.
    NoParticipant,
}

impl Said {
    /// Heading and text.
    pub fn text(self, language: PageLanguage) -> (&'static str, &'static str) {
        let [french, english, spanish] = self.texts();
        match language.code() {
            "fr" => french,
            "es" => spanish,
            _ => english,
        }
    }

    fn texts(self) -> [(&'static str, &'static str); 3] {
        match self {
            Said::Home => [
                (
                    "second-ear",
                    "Pour travailler ici, ouvrez le lien que votre équipe vous a envoyé.",
                ),
                ("second-ear", "To work here, open the link that your team sent you."),
                ("second-ear", "Para trabajar aquí, abra el enlace que le envió su equipo."),
            ],
            Said::NoLink => [
                (
                    "Ce lien ne mène nulle part",
                    "Il est incomplet, ou il n’est plus valable. Demandez-en un nouveau à votre équipe. Les réponses déjà données \
                     ne sont pas perdues.",
                ),
                (
                    "This link opens nothing",
                    "It is incomplete, or it is no longer valid. Ask your team for another one. Answers that you gave are not \
                     lost.",
                ),
                (
                    "Este enlace no abre nada",
                    "Está incompleto o ya no es válido. Pida otro a su equipo. Las respuestas ya dadas no se pierden.",
                ),
            ],
            Said::Nothing => [
                (
                    "Rien à écouter pour le moment",
                    "Toutes vos réponses sont enregistrées. Cette page se recharge seule : vous pouvez la laisser ouverte, ou \
                     revenir plus tard.",
                ),
                (
                    "Nothing to listen to at the moment",
                    "All your answers are saved. This page reloads by itself: leave it open, or come back later.",
                ),
                (
                    "Nada que escuchar por ahora",
                    "Todas sus respuestas están guardadas. Esta página se recarga sola: déjela abierta o vuelva más tarde.",
                ),
            ],
            Said::Soon => [
                ("Un instant", "Vos extraits sont en préparation. Cette page se recharge seule."),
                ("One moment", "Your clips are being prepared. This page reloads by itself."),
                ("Un momento", "Sus fragmentos se están preparando. Esta página se recarga sola."),
            ],
            Said::Done => [
                ("Merci, c’est terminé", "Toutes vos réponses sont enregistrées."),
                ("Thank you, all done", "All your answers are saved."),
                ("Gracias, ha terminado", "Todas sus respuestas están guardadas."),
            ],
            Said::Over => [
                (
                    "Cette session est terminée",
                    "Le lot a été rendu, ou le temps prévu est écoulé. Les réponses déjà données sont enregistrées.",
                ),
                (
                    "This session is over",
                    "The batch was given back, or its time is over. Answers that you gave are saved.",
                ),
                (
                    "Esta sesión ha terminado",
                    "El lote se devolvió o se acabó su tiempo. Las respuestas ya dadas están guardadas.",
                ),
            ],
            Said::Busy => [
                ("Trop de demandes", "Attendez un instant, puis rechargez la page."),
                ("Too many requests", "Wait a moment, then reload the page."),
                ("Demasiadas peticiones", "Espere un momento y recargue la página."),
            ],
            Said::Failed => [
                (
                    "Le serveur a un problème",
                    "Rechargez la page dans un instant. Si cela continue, prévenez votre équipe.",
                ),
                (
                    "The server has a problem",
                    "Reload the page in a moment. If it goes on, tell your team.",
                ),
                (
                    "El servidor tiene un problema",
                    "Recargue la página en un momento. Si continúa, avise a su equipo.",
                ),
            ],
            Said::NoParticipant => [
                (
                    "Il manque votre identifiant",
                    "Ouvrez cette étude depuis la plateforme : elle ajoute PROLIFIC_PID et SESSION_ID à l’adresse.",
                ),
                (
                    "Your participant id is missing",
                    "Open this study from the platform: it adds PROLIFIC_PID and SESSION_ID to the address.",
                ),
                (
                    "Falta su identificador",
                    "Abra este estudio desde la plataforma: añade PROLIFIC_PID y SESSION_ID a la dirección.",
                ),
            ],
        }
    }
}

/// The first language that a browser asks for and we have, else the workspace's.
pub fn language(headers: &HeaderMap, interface: PageLanguage) -> PageLanguage {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let codes =
        asked.unwrap_or_default().split(',').map(|part| part.trim().get(..2).unwrap_or_default());
    codes.filter_map(|code| code.to_lowercase().parse().ok()).next().unwrap_or(interface)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_its_language_or_the_workspaces() {
        let french: PageLanguage = "fr".parse().unwrap();
        let mut headers = HeaderMap::new();
        assert_eq!(language(&headers, french), french);
        headers
            .insert(header::ACCEPT_LANGUAGE, "de-DE,de;q=0.9,es;q=0.8,en;q=0.7".parse().unwrap());
        assert_eq!(language(&headers, french).code(), "es");
    }

    #[test]
    fn every_language_of_the_page_has_texts_of_its_own() {
        let all = [
            Said::NoLink,
            Said::Nothing,
            Said::Soon,
            Said::Done,
            Said::Over,
            Said::Busy,
            Said::Failed,
            Said::NoParticipant,
        ];
        for said in all {
            let texts: Vec<_> = PageLanguage::all().map(|language| said.text(language)).collect();
            assert!(
                texts.iter().enumerate().all(|(n, text)| !texts[n + 1..].contains(text)),
                "{said:?}"
            );
        }
    }
}

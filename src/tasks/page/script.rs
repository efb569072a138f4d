//! The page's script: its parts in their order. Out: one text, the interface's texts in it.

use crate::domain::PageLanguage;

/// The script's parts in the order in which they stand in the page.
pub(super) const SCRIPT: [&str; 32] = [
    include_str!("dom.js"),
    include_str!("link.js"),
    include_str!("i18n.js"),
    include_str!("dialogs.js"),
    include_str!("touch.js"),
    include_str!("unlock.js"),
    include_str!("data.js"),
    include_str!("storage.js"),
    include_str!("state.js"),
    include_str!("who.js"),
    include_str!("left_out.js"),
    include_str!("sound_device.js"),
    include_str!("player.js"),
    include_str!("loop.js"),
    include_str!("wave.js"),
    include_str!("places.js"),
    include_str!("words.js"),
    include_str!("warnings.js"),
    include_str!("versions.js"),
    include_str!("tags.js"),
    include_str!("pay.js"),
    include_str!("rest.js"),
    include_str!("clock.js"),
    include_str!("answers_file.js"),
    include_str!("statement.js"),
    include_str!("load.js"),
    include_str!("keys.js"),
    include_str!("own_keys.js"),
    include_str!("team.js"),
    include_str!("notice.js"),
    include_str!("view.js"),
    include_str!("start.js"),
];
/// What stands after them where a server hands the page out: a file has nothing that could send.
pub(super) const SERVED: [&str; 4] = [
    include_str!("requests.js"),
    include_str!("sent.js"),
    include_str!("served.js"),
    include_str!("served_view.js"),
];
/// The last part, which starts the page.
pub(super) const MAIN: &str = include_str!("main.js");

/// The whole script: one scope of its own, the interface texts first.
pub(super) fn script(served: bool) -> String {
    let texts = |language: PageLanguage| format!("\"{language}\": {}", language.file());
    let texts = PageLanguage::all().map(texts).collect::<Vec<_>>().join(",\n");
    let sends: &[&str] = if served { &SERVED } else { &[] };
    let script = [&SCRIPT, sends, &[MAIN]].concat().join("\n");
    format!("(async () => {{\n\"use strict\";\nconst STRINGS = {{\n{texts}}};\n{script}}})();\n")
}

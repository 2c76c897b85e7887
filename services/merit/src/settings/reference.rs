//! The reference page of settings, made from the list.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::table::{SECTIONS, SETTINGS};

const HEAD: &str = "\
# Settings

*Made by `merit config reference`; a test holds it to the program.*

Settings are read in layers: what is compiled in, then a TOML file (`--config FILE` or `MERIT_CONFIG`), then environment
variables. All are checked before a port is bound, and every mistake is told at once. `merit config show` says what is in
force and where it comes from, `merit config check` says only what is wrong. Secrets stand in files of their own, never in a
setting; a path in the file is seen from the file's folder. An empty variable counts as not set.
";

/// The page, in Markdown.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for (section, about) in SECTIONS {
        let _ = write!(
            page,
            "\n## `[{section}]`\n\n{about}\n\n| key | variable | default | takes | what it does |\n| --- | --- | --- | --- | --- |\n"
        );
        for setting in SETTINGS.iter().filter(|setting| setting.section() == *section) {
            let name = setting.key.strip_prefix(section).and_then(|name| name.strip_prefix('.')).unwrap_or(setting.key);
            let variable = setting.variable().map_or_else(|| "–".to_owned(), |name| format!("`{name}`"));
            let default = setting.default.map_or_else(|| "–".to_owned(), |value| format!("`{value}`"));
            let takes = setting.kind.words().replace('|', "\\|");
            let _ = writeln!(page, "| `{name}` | {variable} | {default} | {takes} | {} |", setting.help);
        }
    }
    page
}

/// The same for programs.
pub fn document() -> Value {
    let settings = SETTINGS.iter().map(|setting| {
        json!({
            "setting": setting.key,
            "variable": setting.variable(),
            "default": setting.default,
            "takes": setting.kind.words(),
            "help": setting.help,
        })
    });
    json!({ "settings": settings.collect::<Vec<_>>() })
}

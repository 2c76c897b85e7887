//! `merit rules code`: what a message's code means.

use std::fmt::Write as _;

use merit_core::{Error, Result};
use merit_rules::{Code, codes, nearest};
use serde_json::json;

use crate::exit::Outcome;
use crate::show::Screen;

pub fn run(screen: Screen, code: Option<&str>) -> Result<Outcome> {
    let Some(wanted) = code else {
        list(screen);
        return Ok(Outcome::Done);
    };
    let code = find(wanted)?;
    screen.line(shown(code.page));
    screen.json(&json!({ "code": code.id, "about": code.about, "page": code.page }));
    Ok(Outcome::Done)
}

/// The line that closes a refusal; none where no message has a code.
pub fn closing(first: Option<&str>) -> Option<String> {
    first.map(|code| format!("`merit rules code {code}` explains the first"))
}

fn list(screen: Screen) {
    let rows: Vec<_> = codes::ALL.iter().map(|code| vec![code.id.to_owned(), code.about.to_owned()]).collect();
    screen.table(&["code", "meaning"], &rows);
    let list: Vec<_> = codes::ALL.iter().map(|code| json!({ "code": code.id, "about": code.about })).collect();
    screen.json(&json!(list));
}

/// The code, however it was typed: `m0301`, `301`, `error[M0301]`.
fn find(wanted: &str) -> Result<Code> {
    let bare = wanted.trim().trim_start_matches("error").trim_matches(['[', ']', ':']).to_uppercase();
    let spelt = if bare.chars().all(|c| c.is_ascii_digit()) { format!("M{bare:0>4}") } else { bare };
    let ids = codes::ALL.iter().map(|code| code.id);
    codes::ALL.iter().find(|code| code.id == spelt).copied().ok_or_else(|| {
        let advice = match nearest(&spelt, ids) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`merit rules code` lists all codes".to_owned(),
        };
        Error::invalid("NO_SUCH_CODE", format!("no message has the code `{wanted}`; {advice}"))
    })
}

/// A page for a terminal: its fences become an indent, and what an example is stands above it.
fn shown(page: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for (index, line) in page.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if inside => inside = false,
            Some(words) => {
                inside = true;
                let word = words.split_whitespace().find(|word| matches!(*word, "wrong" | "right"));
                let _ = word.map_or(Ok(()), |word| writeln!(out, "  {word}:"));
            }
            None if inside => {
                let _ = writeln!(out, "    {line}");
            }
            None => {
                let _ = writeln!(out, "{}", if index == 0 { line.trim_start_matches("# ") } else { line });
            }
        }
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_however_it_is_typed_and_a_slip_gets_the_nearest() {
        for typed in ["M0301", "m0301", "301", "error[M0301]", " M0301: "] {
            assert_eq!(find(typed).unwrap().id, "M0301", "{typed}");
        }
        assert!(find("N0301").unwrap_err().message.contains("did you mean `M0301`?"), "a slip");
        assert!(find("M9999x").unwrap_err().message.contains("lists all codes"), "nothing near");
    }

    #[test]
    fn a_page_in_a_terminal_has_no_marks_of_its_form() {
        for code in codes::ALL {
            let text = shown(code.page);
            assert!(text.starts_with(&format!("{}: {}", code.id, code.about)), "{text}");
            assert!(!text.contains("```") && text.contains("  wrong:\n    "), "{text}");
        }
    }
}

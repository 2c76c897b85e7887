//! Text that people typed: what may come in as a name or an address. Names are data, so nothing that a mail header, a
//! terminal or a page could take for an instruction gets in.

use crate::error::{Error, Result};

/// Longest name, title or address taken, in characters.
pub const MAX_LINE: usize = 300;
/// Longest note taken, in characters.
pub const MAX_NOTE: usize = 20_000;

/// Characters that turn the direction of text or hide in it (Unicode bidirectional controls, zero-width and tag
/// characters), used to make text look like other text. Source: Unicode TR 36 and TR 39.
fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'
        | '\u{061C}' | '\u{2028}' | '\u{2029}' | '\u{E0000}'..='\u{E007F}')
}

/// One line: trimmed, not empty, without control or direction characters, at most [`MAX_LINE`] long.
///
/// # Errors
/// `BAD_TEXT`, with `what` as the subject of the sentence.
pub fn line(what: &str, text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::invalid("BAD_TEXT", format!("{what} is empty")));
    }
    check(what, text, MAX_LINE, false)?;
    Ok(text.to_owned())
}

/// Several lines: as [`line()`], but line ends and tabs are allowed (a bare carriage return becomes a line end), at most
/// [`MAX_NOTE`] long.
///
/// # Errors
/// `BAD_TEXT`, with `what` as the subject of the sentence.
pub fn note(what: &str, text: &str) -> Result<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::invalid("BAD_TEXT", format!("{what} is empty")));
    }
    check(what, text, MAX_NOTE, true)?;
    Ok(text.to_owned())
}

fn check(what: &str, text: &str, max: usize, lines: bool) -> Result<()> {
    if text.chars().count() > max {
        return Err(Error::invalid("BAD_TEXT", format!("{what} has more than {max} characters")));
    }
    let bad = text.chars().find(|&c| (c.is_control() && !(lines && matches!(c, '\n' | '\t'))) || is_deceptive(c));
    match bad {
        None => Ok(()),
        Some(c) => Err(Error::invalid(
            "BAD_TEXT",
            format!("{what} holds a character that can't be seen (U+{:04X}); type it again by hand", u32::from(c)),
        )),
    }
}

/// An e-mail address of the plain form `local@domain`; no display name, no quotes, ASCII only.
///
/// # Errors
/// `BAD_ADDRESS` when it is anything else.
pub fn address(text: &str) -> Result<String> {
    let text = text.trim();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let domain_ok = |d: &str| {
        d.contains('.')
            && d.split('.').all(|label| {
                !label.is_empty()
                    && label.len() <= 63
                    && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                    && !label.starts_with('-')
                    && !label.ends_with('-')
            })
    };
    let ok = text.len() <= 254
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && local.len() <= 64
                && local.chars().all(allowed)
                && !local.starts_with('.')
                && !local.ends_with('.')
                && !local.contains("..")
                && domain_ok(domain)
        });
    if ok {
        Ok(text.to_owned())
    } else {
        Err(Error::invalid("BAD_ADDRESS", format!("`{}` is not an e-mail address like ana@example.com", shown(text))))
    }
}

/// A text made safe to show inside a message: control and direction characters become `�`, long text is cut.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut out: String =
        text.chars().take(60).map(|c| if c.is_control() || is_deceptive(c) { '\u{FFFD}' } else { c }).collect();
    if text.chars().count() > 60 {
        out.push('…');
    }
    out
}

/// A line that comes from elsewhere, made safe to show: each control or direction character becomes `�`.
#[must_use]
pub fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_deceptive(c) { '\u{FFFD}' } else { c }).collect()
}

/// A cell for a CSV file that a spreadsheet will open: text that it would take for a formula gets a leading apostrophe.
/// Plain numbers stay as they are. Source: OWASP, "CSV Injection".
#[must_use]
pub fn csv_cell(text: &str) -> String {
    let number =
        !text.is_empty() && text.strip_prefix('-').unwrap_or(text).chars().all(|c| c.is_ascii_digit() || c == '.');
    if !number && text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_refuse_what_a_header_or_a_terminal_would_obey() {
        for bad in ["", "  ", "a\nb", "a\rb", "\u{1b}[31m", "abc\u{202E}fdp", "a\u{200B}b", &"x".repeat(301)] {
            assert!(line("the name", bad).is_err(), "{bad:?}");
        }
        assert_eq!(line("the name", " Zoë O'Neil-Łęcka ").unwrap(), "Zoë O'Neil-Łęcka");
    }

    #[test]
    fn addresses_are_plain() {
        for good in ["ana@example.com", "a.b+c@x-y.example.org", "o'neil@example.com"] {
            assert_eq!(address(good).unwrap(), good);
        }
        for bad in [
            "ana",
            "ana@host",
            "Ana <ana@example.com>",
            "a b@example.com",
            "a@-x.com",
            "a..b@example.com",
            "ana@example.com\nBcc: all@example.com",
            "ünï@example.com",
            ".a@example.com",
            "a@ex,ample.com",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_a_header_or_a_screen_would_obey_is_shown_as_unknown() {
        assert_eq!(harmless("a\r\nBcc: b\u{202E}c\u{7}"), "a\u{FFFD}\u{FFFD}Bcc: b\u{FFFD}c\u{FFFD}");
        assert_eq!(harmless("Zoë =1+1"), "Zoë =1+1");
    }

    #[test]
    fn formulas_are_disarmed_and_numbers_kept() {
        for (text, cell) in [("=1+1", "'=1+1"), ("-12.50", "-12.50"), ("-cmd", "'-cmd"), ("@x", "'@x"), ("Ana", "Ana")]
        {
            assert_eq!(csv_cell(text), cell);
        }
    }
}

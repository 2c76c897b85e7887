//! What the grammar expected and what it found, told as one message.

use pest::error::{ErrorVariant, InputLocation};

use super::grammar::{Failure, Rule};
use super::habits::{Habit, Stop, habit};
use super::phrases::{LINES, STATEMENTS, STRETCHES, VALUES, is_operator, keywords, words};
use super::split::first_word;
use crate::diagnostics::{Diagnostic, Span, codes, nearest};

/// Where the grammar stopped, and what it says about it.
pub struct Refusal {
    /// The message.
    pub diagnostic: Diagnostic,
    /// Byte of the part where it stopped; the end of the line before, where a statement broke off.
    pub at: usize,
}

/// Turns the grammar's failure on a part (which starts at byte `base` of the file) into words.
pub fn refusal(failure: &Failure, part: &str, base: usize) -> Refusal {
    let at = match failure.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at.min(part.len()),
    };
    let ErrorVariant::ParsingError { positives, .. } = &failure.variant else {
        let diagnostic = Diagnostic::new(
            codes::TOO_DEEP,
            "this is nested in too many ways to be read",
            Span::new(base, base + first_word(part).len()),
            "",
        )
        .help("give the parts names with `define`");
        return Refusal { diagnostic, at: 0 };
    };
    // What is refused is the word, not the blanks before it.
    let at = at + part.get(at..).map_or(0, |rest| rest.len() - rest.trim_start_matches([' ', '\t']).len());
    let rest = part.get(at..).unwrap_or_default();
    let found = token(rest);
    let span = Span::new(base + at, base + at + found.len());
    if positives.contains(&Rule::too_deep) {
        let diagnostic = Diagnostic::new(codes::TOO_DEEP, "this is nested more than 32 levels deep", span, "")
            .help("give the parts names with `define`");
        return Refusal { diagnostic, at };
    }
    if found == "cumulative" {
        return Refusal { diagnostic: cumulative(span), at };
    }
    let starts_line = part.get(..at).is_some_and(|before| before.trim_end_matches([' ', '\t']).ends_with('\n'));
    let new_statement = positives.iter().any(|rule| matches!(rule, Rule::sym_close | Rule::EOI | Rule::sym_bar));
    let broke_off = (starts_line && !new_statement) || found.is_empty();
    let (at, span) = if broke_off {
        let end = part.get(..at).map_or(at, |before| before.trim_end().len());
        let start =
            part.get(..end).map_or(end, |before| before.char_indices().next_back().map_or(0, |(index, _)| index));
        (start, Span::new(base + start, base + end))
    } else {
        (at, span)
    };
    let wanted = wanted(positives);
    let title = match (wanted.is_empty(), broke_off) {
        (true, true) => "something is missing after this".to_owned(),
        (true, false) => format!("`{found}` is not expected here"),
        (false, true) => format!("expected {} after this", list(&wanted)),
        (false, false) => format!("expected {}, and found `{found}`", list(&wanted)),
    };
    let stop = Stop {
        part,
        at: if broke_off { span.end - base } else { at },
        found: if broke_off { "" } else { found },
        wanted: positives,
    };
    let mut diagnostic = Diagnostic::new(codes::SYNTAX, title, span, "");
    if let Some(Habit { title, help }) = habit(&stop) {
        diagnostic.title = title.unwrap_or(diagnostic.title);
        diagnostic.help = Some(help);
    } else if !broke_off {
        diagnostic = diagnostic.maybe_help(hint(found, positives, part, at));
    }
    Refusal { diagnostic, at }
}

fn cumulative(span: Span) -> Diagnostic {
    Diagnostic::new(
        codes::CUMULATIVE,
        "`cumulative` means opposite things in different products",
        span,
        "marginal or retroactive?",
    )
    .help("write `marginal` if each band pays at its own rate, or `retroactive` if the reached rate pays on everything")
}

/// The word, number or sign that a text begins with.
fn token(rest: &str) -> &str {
    let word = first_word(rest);
    if !word.is_empty() {
        return word;
    }
    if rest.starts_with('"') {
        let end = rest.get(1..).and_then(|rest| rest.find(['"', '\n'])).map_or(rest.len(), |index| index + 2);
        return rest.get(..end).unwrap_or_default().trim_end();
    }
    let end = rest.chars().next().map_or(0, char::len_utf8);
    rest.get(..end).unwrap_or_default().trim()
}

fn hint(found: &str, positives: &[Rule], part: &str, at: usize) -> Option<String> {
    let words: Vec<String> = positives.iter().flat_map(|rule| keywords(*rule)).collect();
    let first_words: Vec<&str> = words.iter().map(|word| word.split(' ').next().unwrap_or_default()).collect();
    if let Some(meant) = nearest(found, first_words.iter().copied()) {
        let whole = words.iter().find(|word| word.split(' ').next() == Some(meant)).map_or(meant, String::as_str);
        return Some(format!("did you mean `{whole}`?"));
    }
    if let Some(whole) = words.iter().find(|word| word.split(' ').next() == Some(found) && word.contains(' ')) {
        return Some(format!("write `{whole}` in full"));
    }
    let before = part.get(..at).unwrap_or_default().trim_end();
    let previous = before.get(before.rfind([' ', '\n', '(']).map_or(0, |index| index + 1)..).unwrap_or_default();
    if positives.contains(&Rule::name) && is_reserved(found) {
        return Some(format!("`{found}` is a word of the language and can't be a name"));
    }
    if previous == "where" && positives.contains(&Rule::sym_left) {
        return Some("put the condition in parentheses: `where (…)`".to_owned());
    }
    if found.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(
            "numbers are written like 1200, 1,200 or 1.5, amounts like $1,200 or EUR 1,200, dates like 2026-07-01"
                .to_owned(),
        );
    }
    if found == "," {
        return Some("a comma between two values needs a space after it".to_owned());
    }
    None
}

fn is_reserved(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic())
        && super::grammar::parse(Rule::lone_name, word).is_err()
        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The words, most telling first, of what was expected.
fn wanted(positives: &[Rule]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let operators = positives.iter().any(|rule| is_operator(*rule));
    let any = |rules: &[Rule]| positives.iter().filter(|rule| rules.contains(rule)).count();
    let (statements, lines) = (any(STATEMENTS) > 2, any(LINES) > 2);
    // Where a value can stand, all that it can begin with is one thing to the reader.
    let value = positives.iter().any(|rule| words(*rule).as_deref() == Some("a value"));
    for rule in positives {
        if statements && STATEMENTS.contains(rule) && *rule != Rule::pay_stmt
            || lines && LINES.contains(rule)
            || value && VALUES.contains(rule)
            || positives.contains(&Rule::kw_optional) && STRETCHES.contains(rule)
        {
            continue;
        }
        let Some(words) = words(*rule) else { continue };
        if !out.contains(&words) {
            out.push(words);
        }
    }
    if statements {
        out.insert(0, "a statement such as `pay`, `cap at` or `round`".to_owned());
    }
    if lines {
        out.insert(0, "a line such as `when`, `badge` or `award`".to_owned());
    }
    // An operator could go on nearly everywhere; it is worth a word only where nothing else is expected, or the end.
    let weak: Vec<String> = [Rule::EOI, Rule::kw_about, Rule::dur_unit].into_iter().filter_map(words).collect();
    if operators && out.iter().all(|words| weak.contains(words)) {
        out.retain(|wanted| Some(wanted) != words(Rule::dur_unit).as_ref());
        out.insert(0, "an operator such as `+` or `=`".to_owned());
    }
    out
}

fn list(wanted: &[String]) -> String {
    const SHOWN: usize = 6;
    let shown = wanted.get(..wanted.len().min(SHOWN)).unwrap_or_default();
    match shown.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) if wanted.len() <= SHOWN => format!("{} or {last}", rest.join(", ")),
        Some(_) => format!("{} …", shown.join(", ")),
    }
}

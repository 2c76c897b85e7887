//! Long lines on a terminal, broken between words with what follows indented. Files and pipes get them whole.

use std::io::IsTerminal as _;

use terminal_size::{Width, terminal_size_of};
use unicode_width::UnicodeWidthStr as _;

/// The least width that lines are broken for.
const NARROWEST: usize = 40;

/// Columns of the terminal that standard output is; none where it is a file or a pipe.
#[must_use]
pub fn terminal_columns() -> Option<usize> {
    let stdout = std::io::stdout();
    if !stdout.is_terminal() {
        return None;
    }
    terminal_size_of(stdout).map(|(Width(columns), _)| usize::from(columns))
}

/// A text behind an indent, in lines of at most so many columns; what doesn't fit goes on two columns further in.
#[must_use]
pub fn wrapped(text: &str, indent: usize, columns: Option<usize>) -> String {
    let Some(columns) = columns.map(|columns| columns.max(NARROWEST)) else {
        return format!("{:indent$}{text}", "");
    };
    let mut lines = Vec::new();
    let mut line = " ".repeat(indent);
    let mut empty = true;
    for word in text.split(' ') {
        if !empty && line.width() + 1 + word.width() > columns {
            lines.push(line);
            line = " ".repeat(indent + 2);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line);
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_go_on_further_in() {
        let text = "commission: a + b × 2% = $49,350.00 + $450,000.00 × 2%";
        assert_eq!(wrapped(text, 2, Some(40)), "  commission: a + b × 2% = $49,350.00 +\n    $450,000.00 × 2%");
        assert_eq!(wrapped(text, 2, None), format!("  {text}"));
        assert_eq!(wrapped("", 2, Some(40)), "  ");
        let word = "x".repeat(60);
        assert_eq!(wrapped(&word, 2, Some(40)), format!("  {word}"));
    }
}

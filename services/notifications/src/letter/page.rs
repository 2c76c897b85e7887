//! A page of plain text: at most 78 columns, words wrapped, figures set to the right edge.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Columns of a page (RFC 5322 asks for at most 78 characters a line).
pub const WIDTH: usize = 78;

/// A page being written.
#[derive(Debug, Default)]
pub struct Page {
    out: String,
}

impl Page {
    pub fn finish(self) -> String {
        let mut out = self.out;
        while out.ends_with("\n\n") {
            out.pop();
        }
        out
    }

    /// An empty line, but never two.
    pub fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A heading with a line under it.
    pub fn heading(&mut self, text: &str) {
        self.gap();
        self.line(text);
        self.line(&"-".repeat(text.width().min(WIDTH)));
    }

    /// Words, wrapped, every line indented.
    pub fn words(&mut self, indent: usize, text: &str) {
        self.hanging(&" ".repeat(indent), text);
    }

    /// Words behind a mark such as `- `; what wraps stands under the first word.
    pub fn marked(&mut self, indent: usize, mark: &str, text: &str) {
        let first = format!("{}{mark}", " ".repeat(indent));
        let rest = " ".repeat(first.width());
        for (index, part) in wrap(text, WIDTH - first.width()).iter().enumerate() {
            self.line(&format!("{}{part}", if index == 0 { &first } else { &rest }));
        }
    }

    /// Words behind the same mark on every line, as for a quotation.
    pub fn quoted(&mut self, indent: usize, mark: &str, text: &str) {
        self.hanging(&format!("{}{mark}", " ".repeat(indent)), text);
    }

    /// Words on the left, a figure at the right edge of the first line.
    pub fn pair(&mut self, indent: usize, text: &str, figure: &str) {
        let room = WIDTH.saturating_sub(indent + figure.width() + 2);
        // A figure as wide as the page leaves no room beside it.
        if room < 20 {
            self.words(indent, text);
            self.words(indent + 2, figure);
            return;
        }
        for (index, part) in wrap(text, room).iter().enumerate() {
            let left = format!("{}{part}", " ".repeat(indent));
            if index == 0 {
                let space = WIDTH.saturating_sub(left.width() + figure.width());
                self.line(&format!("{left}{}{figure}", " ".repeat(space)));
            } else {
                self.line(&left);
            }
        }
    }

    /// A line across, under figures that are added up.
    pub fn rule(&mut self, indent: usize) {
        self.line(&format!("{}{}", " ".repeat(indent), "-".repeat(WIDTH - indent)));
    }

    /// Columns set apart by two spaces; the first is cut to what is left, the others stand right.
    pub fn table(&mut self, indent: usize, rows: &[Vec<String>]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (1..columns)
            .map(|at| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width()).max().unwrap_or(0))
            .collect();
        let right: usize = widths.iter().map(|width| width + 2).sum();
        let first = WIDTH.saturating_sub(indent + right).max(12);
        for row in rows {
            let mut cells = row.iter();
            let parts = wrap(cells.next().map_or("", String::as_str), first);
            let cells: String = cells
                .zip(&widths)
                .map(|(cell, width)| format!("  {}{cell}", " ".repeat(width.saturating_sub(cell.width()))))
                .collect();
            for (index, part) in parts.iter().enumerate() {
                let left = format!("{}{part}", " ".repeat(indent));
                if index == 0 {
                    let space = (indent + first).saturating_sub(left.width());
                    self.line(&format!("{left}{}{cells}", " ".repeat(space)));
                } else {
                    self.line(&left);
                }
            }
        }
    }

    fn hanging(&mut self, prefix: &str, text: &str) {
        for part in wrap(text, WIDTH.saturating_sub(prefix.width())) {
            self.line(&format!("{prefix}{part}"));
        }
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }
}

/// Breaks words into lines of at most `width` columns; a word that is wider is cut. At least one line.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let mut word = word.to_owned();
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        while word.width() > width {
            let (head, tail) = cut(&word, width);
            lines.push(head);
            word = tail;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}

/// The first `width` columns, and the rest.
fn cut(word: &str, width: usize) -> (String, String) {
    let mut used = 0;
    let mut at = word.len();
    for (index, letter) in word.char_indices() {
        used += letter.width().unwrap_or(0);
        // At least one letter is taken, so that it ends.
        if used > width && index > 0 {
            at = index;
            break;
        }
    }
    let (head, tail) = word.split_at(at);
    (head.to_owned(), tail.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wider_than_the_page() {
        let mut page = Page::default();
        let long = "supercalifragilistic".repeat(20);
        for text in
            [long.as_str(), "short words that go on and on ".repeat(9).as_str(), "李小龍 ".repeat(60).as_str(), ""]
        {
            page.words(2, text);
            page.marked(4, "- ", text);
            page.quoted(4, "| ", text);
            page.pair(2, text, "$1,234.00");
            page.pair(2, "left", text);
            page.table(2, &[vec![text.to_owned(), "104.5%".to_owned()], vec!["x".to_owned(), "-".to_owned()]]);
        }
        let text = page.finish();
        assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
        assert_eq!(text.matches('龍').count(), 60 * 6);
    }

    #[test]
    fn figures_end_at_the_right_edge() {
        let mut page = Page::default();
        page.pair(0, "Commission", "$1,234.00");
        page.pair(2, "a title that is so long that it must be wrapped once or perhaps even more often", "$5.00");
        page.table(0, &[vec!["Ana".to_owned(), "90%".to_owned()], vec!["Bo".to_owned(), "104.5%".to_owned()]]);
        let text = page.finish();
        let with_figures: Vec<&str> = text.lines().filter(|line| line.ends_with(['0', '%'])).collect();
        assert_eq!(with_figures.len(), 4);
        assert!(with_figures.iter().all(|line| line.width() == WIDTH), "{text}");
    }
}

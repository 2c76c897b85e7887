//! A part of a policy put into a whole one, and places of the whole told as places of the part.

use merit_rules::{Diagnostics, Span};

/// A policy made of a whole one and a part, line by line.
pub struct Composed {
    lines: Vec<(String, Option<usize>)>,
    declared: usize,
}

impl Composed {
    /// Puts a part into a policy: header lines (indented, at the part's start) take the place of those with the same first
    /// word, lines of its `inputs` that of inputs with the same name; what is new is added, and all else goes to the end.
    pub fn new(base: &str, part: &str) -> Self {
        let mut header: Vec<(String, usize)> = Vec::new();
        let mut inputs: Vec<(String, usize)> = Vec::new();
        let mut rest: Vec<(String, usize)> = Vec::new();
        let (mut in_header, mut in_inputs) = (true, false);
        for (index, line) in part.lines().enumerate() {
            let own = (line.to_owned(), index);
            in_header &= line.starts_with("  ");
            match line {
                _ if in_header => header.push(own),
                "inputs {" => in_inputs = true,
                "}" if in_inputs => in_inputs = false,
                _ if in_inputs => inputs.push(own),
                _ => rest.push(own),
            }
        }
        let mut lines: Vec<(String, Option<usize>)> = Vec::new();
        let (mut in_header, mut in_inputs) = (true, false);
        for line in base.lines() {
            if in_header && line.is_empty() {
                lines.extend(header.drain(..).map(mine));
                in_header = false;
            }
            if line == "}" && in_inputs {
                lines.extend(inputs.drain(..).map(mine));
                in_inputs = false;
            }
            let replaced = if in_header {
                take(&mut header, line)
            } else if in_inputs {
                take(&mut inputs, line)
            } else {
                None
            };
            in_inputs |= line == "inputs {";
            lines.push(replaced.map_or_else(|| (line.to_owned(), None), mine));
        }
        assert!(inputs.is_empty(), "the policy has no inputs to add to");
        let rest: Vec<_> = rest.into_iter().skip_while(|(line, _)| line.is_empty()).collect();
        lines.push((String::new(), None));
        let declared = rest.len();
        lines.extend(rest.into_iter().map(mine));
        Self { lines, declared }
    }

    /// The declarations of the part.
    pub fn declared(&self) -> String {
        text(self.lines.split_at(self.lines.len() - self.declared).1)
    }

    /// What the declarations of the part were added to.
    pub fn ground(&self) -> String {
        text(self.lines.split_at(self.lines.len() - self.declared).0)
    }

    /// The whole policy.
    pub fn text(&self) -> String {
        text(&self.lines)
    }

    /// What is said about the whole, with places in the part; the place itself where it lies outside.
    pub fn as_of_part(&self, said: &Diagnostics, part: &str) -> Result<Diagnostics, Span> {
        let mut said = said.clone();
        for label in said.0.iter_mut().flat_map(|one| &mut one.labels) {
            let outside = label.span;
            let start = self.in_part(outside.start, part).ok_or(outside)?;
            let end = self.in_part(outside.end.max(outside.start + 1) - 1, part).ok_or(outside)? + 1;
            label.span = Span::new(start, if outside.end > outside.start { end } else { start });
        }
        Ok(said)
    }

    fn in_part(&self, at: usize, part: &str) -> Option<usize> {
        let mut start = 0;
        for (line, own) in &self.lines {
            if at <= start + line.len() {
                let before: usize = part.lines().take((*own)?).map(|line| line.len() + 1).sum();
                return Some(before + at - start);
            }
            start += line.len() + 1;
        }
        None
    }
}

fn text(lines: &[(String, Option<usize>)]) -> String {
    lines.iter().map(|(line, _)| format!("{line}\n")).collect()
}

fn mine((line, index): (String, usize)) -> (String, Option<usize>) {
    (line, Some(index))
}

/// The line of the part that has the same first word.
fn take(lines: &mut Vec<(String, usize)>, line: &str) -> Option<(String, usize)> {
    let first = |line: &str| line.split_whitespace().next().unwrap_or_default().to_owned();
    let at = lines.iter().position(|(own, _)| first(own) == first(line))?;
    Some(lines.remove(at))
}

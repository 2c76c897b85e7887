//! Texts with holes, such as `{Name|slug}@example.com`: a hole takes a column's cell, or the id made from it.

use jiff::civil::Date;
use merit_core::ids::slug;
use merit_core::text::shown;

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Hole { column: String, made: Vec<Make> },
}

/// What is made of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Make {
    /// An id.
    Slug,
    /// The quarter of a day: `2026-Q3` of `2026-07-01`.
    Quarter,
    /// The quarter that begins on a day, of what is wanted for the whole of it: any other day is a problem.
    WholeQuarter,
}

/// A text with holes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Template(Vec<Piece>);

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bad = |what: &str| {
            Err(format!("the template `{}` {what}; write holes like {{Name}} or {{Name|slug}}", shown(&text)))
        };
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            if before.contains('}') {
                return bad("closes a hole that is not open");
            }
            let Some((hole, tail)) = after.split_once('}') else { return bad("opens a hole and doesn't close it") };
            pieces.push(Piece::Text(before.to_owned()));
            let mut words = hole.split('|');
            let column = words.next().unwrap_or_default().trim().to_owned();
            let made = words.map(|word| match word.trim() {
                "slug" => Some(Make::Slug),
                "quarter" => Some(Make::Quarter),
                "whole-quarter" => Some(Make::WholeQuarter),
                _ => None,
            });
            let Some(made) = made.collect() else {
                return bad("asks for something other than a slug, a quarter or a whole-quarter");
            };
            pieces.push(Piece::Hole { column, made });
            rest = tail;
        }
        if rest.contains('}') {
            return bad("closes a hole that is not open");
        }
        pieces.push(Piece::Text(rest.to_owned()));
        if !pieces.iter().any(|piece| matches!(piece, Piece::Hole { .. })) {
            return bad("has no hole");
        }
        Ok(Self(pieces))
    }
}

impl Template {
    /// The id made from one column.
    pub fn slug_of(column: &str) -> Self {
        Self(vec![Piece::Hole { column: column.to_owned(), made: vec![Make::Slug] }])
    }

    /// The columns that it reads.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Hole { column, .. } => Some(column.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The text with its holes filled; empty if a hole has nothing to fill it.
    ///
    /// # Errors
    /// Words for people when a cell leaves nothing to make an id of.
    pub fn fill<'a>(&self, cell: impl Fn(&str) -> &'a str) -> Result<String, String> {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Hole { column, made } => {
                    let text = cell(column);
                    if text.is_empty() {
                        return Ok(String::new());
                    }
                    let filled = made.iter().try_fold(text.to_owned(), |text, make| make.apply(&text))?;
                    out.push_str(&filled);
                }
            }
        }
        Ok(out)
    }
}

impl Make {
    fn apply(self, text: &str) -> Result<String, String> {
        match self {
            Self::Slug => Some(slug(text)).filter(|made| !made.is_empty()).ok_or_else(|| {
                format!(
                    "no id can be made from `{}`, which has no Latin letter or digit; give the file a column with ids",
                    shown(text)
                )
            }),
            Self::Quarter => day(text).map(quarter),
            Self::WholeQuarter => {
                let day = day(text)?;
                if day.day() == 1 && day.month() % 3 == 1 {
                    return Ok(quarter(day));
                }
                let (year, first) = (day.year(), (day.month() - 1) / 3 * 3 + 1);
                Err(format!(
                    "`{}` is not a quarter's first day, and quotas are wanted by quarter: sum the months of each quarter \
                     first, into one row of {year:04}-{first:02}-01",
                    shown(text)
                ))
            }
        }
    }
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| format!("`{}` is no day like 2026-07-01, so it has no quarter", shown(text)))
}

fn quarter(day: Date) -> String {
    format!("{}-Q{}", day.year(), (day.month() + 2) / 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(template: &str, name: &str) -> String {
        let template = Template::try_from(template.to_owned());
        template
            .and_then(|t| t.fill(|column| if column == "Name" { name } else { "" }))
            .unwrap_or_else(|message| message)
    }

    #[test]
    fn holes_take_cells_and_ids() {
        for (template, name, expected) in [
            ("{Name|slug}@example.com", "Zoë O'Neil", "zoe-oneil@example.com"),
            ("{ Name } ({Name|slug})", "Bo", "Bo (bo)"),
            ("{Name}-{Other}", "Bo", ""),
            ("{Name|slug}@example.com", "", ""),
            (
                "{Name|slug}",
                "李明",
                "no id can be made from `李明`, which has no Latin letter or digit; give the file a column with ids",
            ),
            ("{Name|quarter}", "2026-08-31", "2026-Q3"),
            ("{Name|whole-quarter|slug}", "2026-10-01", "2026-q4"),
            (
                "{Name|whole-quarter}",
                "2026-12-01",
                "`2026-12-01` is not a quarter's first day, and quotas are wanted by quarter: sum the months of each quarter \
                 first, into one row of 2026-10-01",
            ),
            ("Name", "", "the template `Name` has no hole; write holes like {Name} or {Name|slug}"),
            (
                "{Name",
                "",
                "the template `{Name` opens a hole and doesn't close it; write holes like {Name} or {Name|slug}",
            ),
            (
                "{Name|upper}",
                "",
                "the template `{Name|upper}` asks for something other than a slug, a quarter or a whole-quarter; write holes like {Name} or {Name|slug}",
            ),
            (
                "a}{Name}",
                "",
                "the template `a}{Name}` closes a hole that is not open; write holes like {Name} or {Name|slug}",
            ),
        ] {
            assert_eq!(fill(template, name), expected);
        }
    }
}

//! A CSV file as a table of texts, with the checks of the file itself: is it text at all, does each row have its cells.

use csv::{ReaderBuilder, StringRecord, Trim};
use merit_core::{Error, Problem, Result};
use serde::Deserialize;

/// What stands between the cells of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Delimiter {
    /// A comma.
    #[serde(rename = ",")]
    Comma,
    /// A semicolon, as spreadsheets write where the comma is the decimal point.
    #[serde(rename = ";")]
    Semicolon,
    /// A tab.
    #[serde(rename = "tab")]
    Tab,
}

impl Delimiter {
    const ALL: [Self; 3] = [Self::Comma, Self::Semicolon, Self::Tab];

    const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }

    /// As in a profile.
    const fn word(self) -> &'static str {
        match self {
            Self::Comma => ",",
            Self::Semicolon => ";",
            Self::Tab => "tab",
        }
    }
}

/// A row below the head row, its cells trimmed; as many cells as the head row.
#[derive(Debug)]
pub struct Row {
    /// Line in the file on which it begins, from 1.
    pub line: u32,
    pub cells: StringRecord,
}

/// A whole file.
#[derive(Debug)]
pub struct Table {
    pub headers: Vec<String>,
    pub rows: Vec<Row>,
    /// Rows that don't have the head row's cells; they are not among `rows`.
    pub problems: Vec<Problem>,
}

/// Reads a file's bytes. Without a delimiter, the one that is most frequent in the head row is taken.
///
/// # Errors
/// `SPREADSHEET`, `NOT_UTF8`, `EMPTY_FILE`, `OPEN_QUOTE`, `WRONG_DELIMITER`, `DUPLICATE_COLUMN`: the file as a whole can't
/// be read.
pub fn read(file: &str, bytes: &[u8], delimiter: Option<Delimiter>) -> Result<Table> {
    let text = text_of(file, bytes)?;
    let used = match delimiter {
        Some(delimiter) => {
            right_delimiter(file, text, delimiter)?;
            delimiter
        }
        None => most_frequent(text),
    };
    closed_quotes(file, text, used)?;
    let mut reader = ReaderBuilder::new()
        .delimiter(used.byte())
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let headers = match records.next() {
        Some(record) => headers_of(file, &record.map_err(|error| unreadable(file, &error))?)?,
        None => return Err(empty(file, "is empty")),
    };
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for record in records {
        let cells = record.map_err(|error| unreadable(file, &error))?;
        // A spreadsheet's cleared rows come out as rows of nothing but delimiters.
        if cells.iter().all(str::is_empty) {
            continue;
        }
        let line = line_of(text, &cells);
        if cells.len() == headers.len() {
            rows.push(Row { line, cells });
        } else {
            problems.push(ragged(line, cells.len(), headers.len(), used));
        }
    }
    if rows.is_empty() && problems.is_empty() {
        return Err(empty(file, "has a head row and no rows below it"));
    }
    Ok(Table { headers, rows, problems })
}

fn text_of<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str> {
    let refuse = |reason: &str, what: String| {
        Error::invalid(reason, format!("`{file}` {what}; save it from the spreadsheet as \"CSV UTF-8\""))
    };
    // The beginnings of a ZIP archive (.xlsx, .ods) and of a Microsoft compound file (.xls).
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Err(refuse("SPREADSHEET", "is a spreadsheet, not a CSV file".to_owned()));
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(refuse("NOT_UTF8", "is UTF-16 text, not UTF-8".to_owned()));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
        refuse("NOT_UTF8", format!("is not UTF-8 text: line {line} holds a character in another encoding"))
    })?;
    if text.contains('\0') {
        return Err(refuse("NOT_UTF8", "is not a text file".to_owned()));
    }
    if text.trim().is_empty() {
        return Err(empty(file, "is empty"));
    }
    Ok(text)
}

fn empty(file: &str, what: &str) -> Error {
    Error::invalid("EMPTY_FILE", format!("`{file}` {what}; check that the export is complete"))
}

fn unreadable(file: &str, error: &csv::Error) -> Error {
    Error::invalid("UNREADABLE", format!("`{file}` can't be read as CSV: {error}"))
}

fn head(text: &str) -> &str {
    text.trim_start_matches(['\r', '\n']).lines().next().unwrap_or_default()
}

/// How often the delimiter stands in the head row, outside quotation marks.
fn frequency(text: &str, delimiter: Delimiter) -> usize {
    let mut quoted = false;
    head(text)
        .bytes()
        .filter(|&b| {
            quoted ^= b == b'"';
            !quoted && b == delimiter.byte()
        })
        .count()
}

fn most_frequent(text: &str) -> Delimiter {
    // `max_by_key` returns the last of equals: the comma stands last.
    Delimiter::ALL.into_iter().rev().max_by_key(|&d| frequency(text, d)).unwrap_or(Delimiter::Comma)
}

fn right_delimiter(file: &str, text: &str, delimiter: Delimiter) -> Result<()> {
    let other = most_frequent(text);
    if frequency(text, delimiter) == 0 && frequency(text, other) > 0 {
        return Err(Error::invalid(
            "WRONG_DELIMITER",
            format!(
                "the head row of `{file}` has `{}` between its columns and no `{}`; change `delimiter` in the profile, or \
                 leave it out",
                other.word(),
                delimiter.word()
            ),
        ));
    }
    Ok(())
}

/// A quotation mark that is never closed would swallow the rest of the file without a word.
fn closed_quotes(file: &str, text: &str, delimiter: Delimiter) -> Result<()> {
    let (mut line, mut opened, mut start) = (1, None, true);
    let mut bytes = text.bytes().peekable();
    while let Some(b) = bytes.next() {
        match b {
            b'"' if opened.is_some() && bytes.peek() == Some(&b'"') => {
                bytes.next();
            }
            b'"' if opened.is_some() => opened = None,
            b'"' if start => opened = Some(line),
            _ => {}
        }
        line += usize::from(b == b'\n');
        start = b == delimiter.byte() || b == b'\n' || b == b'\r';
    }
    match opened {
        None => Ok(()),
        Some(line) => Err(Error::invalid(
            "OPEN_QUOTE",
            format!(
                "a quotation mark opens on line {line} of `{file}` and is never closed; close it, or double it if it is part of the text"
            ),
        )),
    }
}

/// The line on which a row begins. The reader counts the blank lines before a row as part of it.
fn line_of(text: &str, cells: &StringRecord) -> u32 {
    let Some(position) = cells.position() else { return 0 };
    let at = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let blank = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).filter(|&&b| b == b'\n').count();
    u32::try_from(position.line()).unwrap_or(u32::MAX).saturating_add(u32::try_from(blank).unwrap_or(0))
}

fn headers_of(file: &str, record: &StringRecord) -> Result<Vec<String>> {
    let headers: Vec<String> = record.iter().map(str::to_owned).collect();
    for (index, header) in headers.iter().enumerate() {
        let first = headers.iter().position(|other| other == header).unwrap_or(index);
        if !header.is_empty() && first < index {
            return Err(Error::invalid(
                "DUPLICATE_COLUMN",
                format!(
                    "`{file}` has two columns called `{}`, the {}. and the {}.; rename or remove one",
                    merit_core::text::shown(header),
                    first + 1,
                    index + 1
                ),
            ));
        }
    }
    Ok(headers)
}

fn ragged(line: u32, cells: usize, columns: usize, delimiter: Delimiter) -> Problem {
    let some = if cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") };
    let advice = if cells > columns {
        format!("put a text that holds a `{}` in quotation marks", delimiter.word())
    } else {
        "fill in what is missing".to_owned()
    };
    Problem::row(line, format!("the row has {some} and the head row {columns}; {advice}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: &[u8], delimiter: Option<Delimiter>) -> String {
        read("deals.csv", bytes, delimiter).unwrap_err().message
    }

    #[test]
    fn files_that_are_no_csv_say_what_to_do() {
        let as_csv = "save it from the spreadsheet as \"CSV UTF-8\"";
        for (bytes, expected) in [
            (&b"PK\x03\x04\x14\x00"[..], format!("`deals.csv` is a spreadsheet, not a CSV file; {as_csv}")),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1..", format!("`deals.csv` is a spreadsheet, not a CSV file; {as_csv}")),
            (b"\xFF\xFEi\0d\0", format!("`deals.csv` is UTF-16 text, not UTF-8; {as_csv}")),
            (b"id,name\n1,Ana\n2,Jos\xE9\n", format!("`deals.csv` is not UTF-8 text: line 3 holds a character in another encoding; {as_csv}")),
            (b"a\0b", format!("`deals.csv` is not a text file; {as_csv}")),
            (b"", "`deals.csv` is empty; check that the export is complete".to_owned()),
            (b"\xEF\xBB\xBF\r\n", "`deals.csv` is empty; check that the export is complete".to_owned()),
            (b"id,name\n,\n", "`deals.csv` has a head row and no rows below it; check that the export is complete".to_owned()),
            (b"id,name,id\n1,2,3\n", "`deals.csv` has two columns called `id`, the 1. and the 3.; rename or remove one".to_owned()),
            (b"id,name\n1,\"Ana\n2,Bo\n3,Cy\n", "a quotation mark opens on line 2 of `deals.csv` and is never closed; close it, or double it if it is part of the text".to_owned()),
        ] {
            assert_eq!(message(bytes, None), expected);
        }
    }

    #[test]
    fn a_wrong_delimiter_is_named() {
        assert_eq!(
            message(b"id;name\n1;Ana\n", Some(Delimiter::Comma)),
            "the head row of `deals.csv` has `;` between its columns and no `,`; change `delimiter` in the profile, or leave it out"
        );
    }

    #[test]
    fn the_delimiter_is_found() {
        for text in ["id,name\n1,Ana\n", "id;name\n1;Ana\n", "id\tname\n1\tAna\n", "id;\"name\"\n1;\"Ana\"\n"] {
            let table = read("f", text.as_bytes(), None).unwrap();
            assert_eq!((table.headers.len(), &table.rows[0].cells[1]), (2, "Ana"), "{text:?}");
        }
        assert_eq!(read("f", b"\"a,b,c\";d\n1;2\n", None).unwrap().headers, ["a,b,c", "d"]);
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let table =
            read("f", b"\xEF\xBB\xBF\r\nid,note\r\n1,\"two\r\nlines\"\r\n\r\n,\r\n2,\"5\"\" pipe\"\r\n3, x \r\n", None)
                .unwrap();
        let rows: Vec<_> = table.rows.iter().map(|row| (row.line, &row.cells[0], &row.cells[1])).collect();
        assert_eq!(rows, [(3, "1", "two\r\nlines"), (7, "2", "5\" pipe"), (8, "3", "x")]);
    }

    #[test]
    fn ragged_rows_are_problems_of_their_own() {
        let table = read("f", b"id,name,team\n1,Ana\n2,Bo,x\n3,Silva, Cy,x\n", None).unwrap();
        assert_eq!(table.rows.len(), 1);
        let problems: Vec<_> = table.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "line 2: the row has 2 cells and the head row 3; fill in what is missing",
                "line 4: the row has 4 cells and the head row 3; put a text that holds a `,` in quotation marks",
            ]
        );
    }
}

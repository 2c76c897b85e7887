//! What a spreadsheet saves or pastes: which sign parts the cells, the head row, and the rows below it.

/// The rows of a sheet below its head row.
pub struct Sheet {
    pub rows: Vec<Row>,
}

/// A row of a sheet.
pub struct Row {
    /// Its number in the sheet, the head row's being 1.
    pub number: u32,
    /// Its cells.
    pub cells: Vec<String>,
}

/// Signs between cells: a pasted range, then what spreadsheets save.
const SEPARATORS: [u8; 3] = [b'\t', b';', b','];

impl Sheet {
    /// Reads a sheet that has the labels as its head row.
    pub fn read(text: &str, labels: &[String]) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        let mut nearest: Option<Vec<String>> = None;
        for separator in SEPARATORS {
            let rows = rows(text, separator)?;
            let Some(head) = rows.first() else { return Err("the sheet is empty".to_owned()) };
            if same_labels(&head.cells, labels) {
                let body: Vec<Row> = rows.into_iter().skip(1).map(|row| fitted(row, labels.len())).collect();
                return match body.is_empty() {
                    true => Err("the sheet has a head row and no rows".to_owned()),
                    false => Ok(Self { rows: body }),
                };
            }
            if nearest.as_ref().is_none_or(|found| head.cells.len() > found.len()) {
                nearest = Some(head.cells.clone());
            }
        }
        let shown = |cells: &[String]| cells.iter().map(|cell| format!("`{cell}`")).collect::<Vec<_>>().join(", ");
        let found = shown(&nearest.unwrap_or_default());
        Err(format!("the first row must have the table's labels {}, and it has {found}", shown(labels)))
    }
}

fn rows(text: &str, separator: u8) -> Result<Vec<Row>, String> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| "the sheet can't be read as rows of cells; save it as CSV".to_owned())?;
        let number = record.position().and_then(|position| u32::try_from(position.line()).ok()).unwrap_or(0);
        let cells: Vec<String> = record.iter().map(trimmed).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push(Row { number, cells });
        }
    }
    Ok(rows)
}

/// A cell without the spaces around it; a spreadsheet's non-breaking ones count as spaces.
fn trimmed(cell: &str) -> String {
    cell.replace(['\u{a0}', '\u{202f}'], " ").trim().to_owned()
}

/// A row without the empty cells that spreadsheets save past the last column.
fn fitted(mut row: Row, columns: usize) -> Row {
    while row.cells.len() > columns && row.cells.last().is_some_and(String::is_empty) {
        row.cells.pop();
    }
    row
}

/// Whether a head row is the table's, with or without the types of its results.
fn same_labels(head: &[String], labels: &[String]) -> bool {
    let label = |text: &str| text.split("->").next().unwrap_or_default().trim().to_owned();
    let used = head.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    let whole = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    used == labels.len()
        && head.iter().zip(labels).all(|(found, wanted)| {
            let typed = !found.contains("->") || whole(found) == whole(wanted);
            typed && label(found) == label(wanted)
        })
}

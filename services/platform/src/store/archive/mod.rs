//! Backups: all that the services have on record at one point in time, in one file that either kind of database can be
//! filled from.
//!
//! The file is text, one JSON document a line: a head (what it is, each service's migration, its tables and their columns),
//! the rows table by table in the order in which tables were made, so that what is referred to comes first, and a foot with
//! the number of rows and the SHA-256 of all lines before it.

mod postgres;
mod rows;
mod sqlite;
#[cfg(test)]
mod tests;

use std::io::{BufRead, Write};

use merit_core::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Place;
use rows::Cell;

/// What the head of a file says it is.
const FORMAT: &str = "merit-backup";
/// The version of the file's own form.
const VERSION: u32 = 1;

/// A service's tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The service's name.
    pub service: String,
    /// The number of its last migration: a backup is restored by a program with the same.
    pub migration: i64,
    /// In the order in which they were made.
    pub tables: Vec<Table>,
}

/// A table's columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Their names, in the order of each row.
    pub columns: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    version: u32,
    parts: Vec<Part>,
}

/// A row: which part, which table of it, its cells.
#[derive(Serialize, Deserialize)]
struct Line(usize, usize, Vec<Cell>);

#[derive(Serialize, Deserialize)]
struct Foot {
    rows: u64,
    sha256: String,
}

/// Writes lines and keeps count of them.
struct Writer<W> {
    to: W,
    hash: Sha256,
    rows: u64,
}

impl<W: Write> Writer<W> {
    fn line(&mut self, line: &impl Serialize) -> Result<()> {
        let mut text = serde_json::to_vec(line).map_err(Error::internal)?;
        text.push(b'\n');
        self.hash.update(&text);
        self.to.write_all(&text).map_err(|error| unwritten(&error))
    }

    fn row(&mut self, part: usize, table: usize, cells: Vec<Cell>) -> Result<()> {
        self.rows += 1;
        self.line(&Line(part, table, cells))
    }
}

/// Writes a backup of these services. On a data folder the caller holds the lock, so that nothing changes meanwhile; on
/// PostgreSQL one transaction sees everything at one point, whoever writes.
///
/// # Errors
/// `BACKUP` when the file can't be written, and those of the store.
pub async fn back_up(place: &Place, services: &[&str], to: impl Write) -> Result<u64> {
    let mut writer = Writer { to, hash: Sha256::new(), rows: 0 };
    match place {
        Place::Folder(folder) => sqlite::back_up(folder, services, &mut writer).await?,
        Place::Postgres(server) => postgres::back_up(server, services, &mut writer).await?,
    }
    let foot = Foot { rows: writer.rows, sha256: hex(&writer.hash.clone().finalize()) };
    writer.line(&foot)?;
    writer.to.flush().map_err(|error| unwritten(&error))?;
    Ok(foot.rows)
}

/// Fills empty stores of the same migrations from a backup, all or nothing on PostgreSQL; in a data folder, file by file:
/// give it a folder that is put in place when all is there.
///
/// # Errors
/// `BACKUP` when the file is no backup, is cut off or damaged, or was made by a program with other migrations, `NOT_EMPTY`
/// when something is on record already, and those of the store.
pub async fn restore(place: &Place, services: &[&str], mut from: impl BufRead) -> Result<u64> {
    let mut reader = Reader { line: String::new(), hash: Sha256::new() };
    let head: Head = reader.read(&mut from)?.ok_or_else(|| refused("is empty"))?;
    if head.format != FORMAT || head.version != VERSION {
        return Err(refused("is no backup of Merit's, or of a later version"));
    }
    if head.parts.iter().map(|part| part.service.as_str()).ne(services.iter().copied()) {
        return Err(refused("is of other services than this program's"));
    }
    match place {
        Place::Folder(folder) => sqlite::restore(folder, &head.parts, &mut reader, &mut from).await,
        Place::Postgres(server) => postgres::restore(server, &head.parts, &mut reader, &mut from).await,
    }
}

/// Reads lines and holds them to the foot.
struct Reader {
    line: String,
    hash: Sha256,
}

/// A line after the head.
enum Next {
    Row(Line),
    /// All rows were read, and they are what was written.
    End(u64),
}

impl Reader {
    fn read<T: for<'a> Deserialize<'a>>(&mut self, from: &mut impl BufRead) -> Result<Option<T>> {
        self.line.clear();
        let read = from.read_line(&mut self.line).map_err(|error| refused(&format!("can't be read: {error}")))?;
        if read == 0 {
            return Ok(None);
        }
        let line =
            serde_json::from_str(&self.line).map_err(|_| refused("is damaged: a line is not as it was written"))?;
        self.hash.update(self.line.as_bytes());
        Ok(Some(line))
    }

    fn next(&mut self, from: &mut impl BufRead, rows: u64) -> Result<Next> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Line(Line),
            Foot(Foot),
        }
        let before = hex(&self.hash.clone().finalize());
        match self.read(from)?.ok_or_else(|| refused("is cut off: its last line is missing"))? {
            Either::Line(line) => Ok(Next::Row(line)),
            Either::Foot(foot) if foot.rows == rows && foot.sha256 == before => Ok(Next::End(rows)),
            Either::Foot(_) => Err(refused("is damaged: its rows are not those that were written")),
        }
    }
}

fn part<'a>(parts: &'a [Part], line: &Line) -> Result<(&'a Part, &'a Table)> {
    let part = parts.get(line.0);
    let table = part.and_then(|part| part.tables.get(line.1));
    let found = part.zip(table).filter(|(_, table)| table.columns.len() == line.2.len());
    found.ok_or_else(|| refused("is damaged: a row belongs to no table"))
}

/// Where the head has other tables or migrations than the stores.
fn same_shape(wanted: &[Part], found: &[Part]) -> Result<()> {
    for (wanted, found) in wanted.iter().zip(found) {
        if wanted.migration != found.migration {
            return Err(refused(&format!(
                "has {} at migration {}, and this program is at {}: restore it with the version of Merit that made it",
                wanted.service, wanted.migration, found.migration
            )));
        }
        let sorted = |part: &Part| {
            let mut tables: Vec<_> = part
                .tables
                .iter()
                .map(|table| {
                    let mut columns = table.columns.clone();
                    columns.sort();
                    (table.name.clone(), columns)
                })
                .collect();
            tables.sort();
            tables
        };
        if sorted(wanted) != sorted(found) {
            return Err(refused(&format!("has other tables of {} than this program", wanted.service)));
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn head(parts: Vec<Part>) -> Head {
    Head { format: FORMAT.to_owned(), version: VERSION, parts }
}

fn refused(why: &str) -> Error {
    Error::precondition("BACKUP", format!("the backup {why}"))
}

fn unwritten(error: &std::io::Error) -> Error {
    Error::precondition("BACKUP", format!("the backup can't be written: {error}"))
}

fn not_empty(service: &str, table: &str) -> Error {
    Error::precondition(
        "NOT_EMPTY",
        format!(
            "{service} has something on record already (in {table}); a backup is restored into an empty place only"
        ),
    )
}

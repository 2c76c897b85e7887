//! Backups from and into SQLite files.

use std::io::{BufRead, Write};
use std::path::Path;

use futures::TryStreamExt as _;
use merit_core::{Error, Result};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{
    AssertSqlSafe, Column as _, Connection as _, QueryBuilder, Row as _, Sqlite, SqliteConnection, TypeInfo as _,
    ValueRef as _,
};

use super::rows::Cell;
use super::{Next, Part, Reader, Table, Writer, head, not_empty, part, same_shape};
use crate::store::storage;

pub(super) async fn back_up(folder: &Path, services: &[&str], writer: &mut Writer<impl Write>) -> Result<()> {
    let mut parts = Vec::new();
    let mut files = Vec::new();
    for service in services {
        let mut file = open(folder, service).await?;
        parts.push(shape(&mut file, service).await?);
        files.push(file);
    }
    writer.line(&head(parts.clone()))?;
    for (number, (of, file)) in parts.iter().zip(&mut files).enumerate() {
        for (at, table) in of.tables.iter().enumerate() {
            let statement = format!("SELECT {} FROM \"{}\"", columns(table), table.name);
            let mut rows = sqlx::query(AssertSqlSafe(statement)).fetch(&mut *file);
            while let Some(row) = rows.try_next().await.map_err(storage)? {
                writer.row(number, at, cells(&row)?)?;
            }
        }
    }
    Ok(())
}

pub(super) async fn restore(
    folder: &Path,
    parts: &[Part],
    reader: &mut Reader,
    from: &mut impl BufRead,
) -> Result<u64> {
    let mut files = Vec::new();
    let mut found = Vec::new();
    for of in parts {
        let mut file = open(folder, &of.service).await?;
        let shape = shape(&mut file, &of.service).await?;
        for table in &shape.tables {
            let statement = format!("SELECT EXISTS (SELECT 1 FROM \"{}\")", table.name);
            if sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(&mut file).await.map_err(storage)? {
                return Err(not_empty(&of.service, &table.name));
            }
        }
        sqlx::query("BEGIN IMMEDIATE").execute(&mut file).await.map_err(storage)?;
        found.push(shape);
        files.push(file);
    }
    same_shape(parts, &found)?;
    let mut rows = 0;
    loop {
        let line = match reader.next(from, rows)? {
            Next::Row(line) => line,
            Next::End(rows) => {
                for mut file in files {
                    sqlx::query("COMMIT").execute(&mut file).await.map_err(storage)?;
                    file.close().await.map_err(storage)?;
                }
                return Ok(rows);
            }
        };
        let (_, table) = part(parts, &line)?;
        let Some(file) = files.get_mut(line.0) else { continue };
        let mut query =
            QueryBuilder::<Sqlite>::new(format!("INSERT INTO \"{}\" ({}) VALUES (", table.name, columns(table)));
        let mut values = query.separated(", ");
        for cell in line.2 {
            match cell {
                Cell::Nothing => values.push_bind(None::<String>),
                Cell::Number(number) => values.push_bind(number),
                Cell::Text(text) => values.push_bind(text),
                Cell::Bytes(bytes) => values.push_bind(bytes),
            };
        }
        query.push(")").build().execute(&mut *file).await.map_err(storage)?;
        rows += 1;
    }
}

async fn open(folder: &Path, service: &str) -> Result<SqliteConnection> {
    let path = folder.join(format!("{service}.db"));
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(false).foreign_keys(true);
    SqliteConnection::connect_with(&options)
        .await
        .map_err(|error| Error::precondition("STORAGE", format!("`{}` can't be opened: {error}", path.display())))
}

async fn shape(file: &mut SqliteConnection, service: &str) -> Result<Part> {
    let migration =
        sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(&mut *file).await.map_err(storage)?;
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master
         WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations' ORDER BY rowid",
    )
    .fetch_all(&mut *file)
    .await
    .map_err(storage)?;
    let mut tables = Vec::new();
    for name in names {
        let columns = sqlx::query_scalar("SELECT name FROM pragma_table_info($1) ORDER BY cid")
            .bind(&name)
            .fetch_all(&mut *file)
            .await
            .map_err(storage)?;
        tables.push(Table { name, columns });
    }
    Ok(Part { service: service.to_owned(), migration, tables })
}

fn columns(table: &Table) -> String {
    let quoted: Vec<String> = table.columns.iter().map(|name| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

fn cells(row: &SqliteRow) -> Result<Vec<Cell>> {
    let cell = |at: usize| {
        let value = row.try_get_raw(at).map_err(storage)?;
        if value.is_null() {
            return Ok(Cell::Nothing);
        }
        match value.type_info().name() {
            "INTEGER" | "BOOLEAN" => row.try_get_unchecked(at).map(Cell::Number).map_err(storage),
            "TEXT" => row.try_get_unchecked(at).map(Cell::Text).map_err(storage),
            "BLOB" => row.try_get_unchecked(at).map(Cell::Bytes).map_err(storage),
            other => Err(Error::internal(format!("column {} is {other}", row.column(at).name()))),
        }
    };
    (0..row.len()).map(cell).collect()
}

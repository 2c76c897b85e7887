//! Backups from and into PostgreSQL schemas.

use std::io::{BufRead, Write};

use futures::TryStreamExt as _;
use merit_core::{Error, Result};
use sqlx::postgres::PgRow;
use sqlx::{
    AssertSqlSafe, Column as _, Connection as _, PgConnection, Postgres, QueryBuilder, Row as _, TypeInfo as _,
    ValueRef as _,
};

use super::rows::Cell;
use super::{Next, Part, Reader, Table, Writer, head, not_empty, part, same_shape};
use crate::store::postgres::Server;
use crate::store::storage;

pub(super) async fn back_up(server: &Server, services: &[&str], writer: &mut Writer<impl Write>) -> Result<()> {
    let mut connection = server.connect().await?;
    let mut tx = connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map_err(storage)?;
    let mut parts = Vec::new();
    for service in services {
        parts.push(shape(&mut tx, server, service).await?);
    }
    writer.line(&head(parts.clone()))?;
    for (number, of) in parts.iter().enumerate() {
        for (at, table) in of.tables.iter().enumerate() {
            let statement = format!("SELECT {} FROM {}", columns(table), place(server, of, table));
            let mut rows = sqlx::query(AssertSqlSafe(statement)).fetch(&mut *tx);
            while let Some(row) = rows.try_next().await.map_err(storage)? {
                writer.row(number, at, cells(&row)?)?;
            }
        }
    }
    Ok(())
}

pub(super) async fn restore(
    server: &Server,
    parts: &[Part],
    reader: &mut Reader,
    from: &mut impl BufRead,
) -> Result<u64> {
    let mut connection = server.connect().await?;
    let mut tx = connection.begin().await.map_err(storage)?;
    let mut found = Vec::new();
    for of in parts {
        let shape = shape(&mut tx, server, &of.service).await?;
        for table in &shape.tables {
            let name = place(server, &shape, table);
            // Nobody writes beside a restore.
            sqlx::query(AssertSqlSafe(format!("LOCK TABLE {name} IN EXCLUSIVE MODE")))
                .execute(&mut *tx)
                .await
                .map_err(storage)?;
            let statement = format!("SELECT EXISTS (SELECT 1 FROM {name})");
            if sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(&mut *tx).await.map_err(storage)? {
                return Err(not_empty(&of.service, &table.name));
            }
        }
        found.push(shape);
    }
    same_shape(parts, &found)?;
    let mut rows = 0;
    loop {
        let line = match reader.next(from, rows)? {
            Next::Row(line) => line,
            Next::End(rows) => {
                for of in parts {
                    number_on(&mut tx, server, of).await?;
                }
                tx.commit().await.map_err(storage)?;
                return Ok(rows);
            }
        };
        let (of, table) = part(parts, &line)?;
        let head =
            format!("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES (", place(server, of, table), columns(table));
        let mut query = QueryBuilder::<Postgres>::new(head);
        let mut values = query.separated(", ");
        for cell in line.2 {
            match cell {
                // A null without a type fits every column.
                Cell::Nothing => values.push("NULL"),
                Cell::Number(number) => values.push_bind(number),
                Cell::Text(text) => values.push_bind(text),
                Cell::Bytes(bytes) => values.push_bind(bytes),
            };
        }
        query.push(")").build().execute(&mut *tx).await.map_err(storage)?;
        rows += 1;
    }
}

/// Lets numbered columns go on after the numbers that were restored.
async fn number_on(connection: &mut PgConnection, server: &Server, of: &Part) -> Result<()> {
    let numbered: Vec<(String, String)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text FROM information_schema.columns
         WHERE table_schema = $1 AND is_identity = 'YES'",
    )
    .bind(server.schema(&of.service))
    .fetch_all(&mut *connection)
    .await
    .map_err(storage)?;
    for (table, column) in numbered {
        let table = format!("\"{}\".\"{table}\"", server.schema(&of.service));
        let statement = format!(
            "SELECT setval(pg_get_serial_sequence($1, $2), COALESCE(MAX(\"{column}\"), 0) + 1, false) FROM {table}"
        );
        sqlx::query(AssertSqlSafe(statement))
            .bind(&table)
            .bind(&column)
            .execute(&mut *connection)
            .await
            .map_err(storage)?;
    }
    Ok(())
}

async fn shape(connection: &mut PgConnection, server: &Server, service: &str) -> Result<Part> {
    let schema = server.schema(service);
    let statement = format!("SELECT MAX(version) FROM \"{schema}\"._sqlx_migrations");
    let migration: i64 =
        sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(&mut *connection).await.map_err(|_| {
            Error::precondition(
                "STORE_VERSION",
                format!("the schema `{schema}` is not there yet; run `merit migrate` first"),
            )
        })?;
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
         WHERE nspname = $1 AND relkind = 'r' AND relname <> '_sqlx_migrations' ORDER BY pg_class.oid",
    )
    .bind(&schema)
    .fetch_all(&mut *connection)
    .await
    .map_err(storage)?;
    let mut tables = Vec::new();
    for name in names {
        let columns = sqlx::query_scalar(
            "SELECT column_name::text FROM information_schema.columns
             WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position",
        )
        .bind(&schema)
        .bind(&name)
        .fetch_all(&mut *connection)
        .await
        .map_err(storage)?;
        tables.push(Table { name, columns });
    }
    Ok(Part { service: service.to_owned(), migration, tables })
}

fn place(server: &Server, of: &Part, table: &Table) -> String {
    format!("\"{}\".\"{}\"", server.schema(&of.service), table.name)
}

fn columns(table: &Table) -> String {
    let quoted: Vec<String> = table.columns.iter().map(|name| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

fn cells(row: &PgRow) -> Result<Vec<Cell>> {
    let cell = |at: usize| {
        let value = row.try_get_raw(at).map_err(storage)?;
        if value.is_null() {
            return Ok(Cell::Nothing);
        }
        match value.type_info().name() {
            "INT8" => row.try_get(at).map(Cell::Number).map_err(storage),
            "TEXT" => row.try_get(at).map(Cell::Text).map_err(storage),
            "BYTEA" => row.try_get(at).map(Cell::Bytes).map_err(storage),
            other => Err(Error::internal(format!("column {} is {other}", row.column(at).name()))),
        }
    };
    (0..row.len()).map(cell).collect()
}

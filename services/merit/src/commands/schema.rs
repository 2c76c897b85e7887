//! `merit schema apply`.

use merit_core::Result;
use merit_proto::goals::v1::ApplySchemaRequest;
use serde_json::json;

use super::answer;
use crate::cli::{Global, Schema};
use crate::exit::Outcome;
use crate::session::Session;
use crate::show::Screen;

pub async fn run(global: &Global, command: Schema) -> Result<Outcome> {
    let Schema::Apply { file } = command;
    let screen = Screen::new(global.json);
    let source = super::policies::schema_file(&file)?;
    if let Err(diagnostics) = merit_rules::load_schema(&source) {
        screen.warn(merit_rules::render(&diagnostics, &source, super::policies::colour()));
        return Ok(Outcome::Problems);
    }
    let session = Session::open(global, "schema apply").await?;
    let request = ApplySchemaRequest { source: source.text.clone(), file_name: source.name.clone() };
    let applied = answer(session.goals().apply_schema(request).await)?;
    let schema = applied.schema.unwrap_or_default();
    let done = if applied.created { "registered" } else { "was registered already" };
    screen.line(format!("schema \"{}\" version {} {done}", schema.schema_name, schema.version));
    screen.json(&json!({
        "schema": schema.schema_name, "version": schema.version, "sha256": schema.sha256, "created": applied.created,
    }));
    Ok(Outcome::Done)
}

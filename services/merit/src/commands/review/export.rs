//! `merit review export`: files for other programs. No random ids, no wall time, rows sorted by their bytes, so the same
//! review gives the same file wherever it was run.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use merit_core::text::csv_cell;
use merit_core::{Error, Result};
use merit_proto::reviews::v1::ReviewState;
use merit_proto::scoring::v1::{Credit, Line, Score};
use serde_json::{Map, Value};

use super::{find, lists, status};
use crate::cli::{Export, Format, Which};
use crate::commands::id;
use crate::exit::Outcome;
use crate::session::Session;
use crate::show::{Screen, figures};

mod scorecards;

use crate::cli::What;

const LEDGER: &[&str] = &[
    "cycle",
    "run",
    "participant",
    "policy",
    "version",
    "payout",
    "line",
    "amount",
    "held",
    "currency",
    "earned_on",
    "payable_on",
    "reason",
];
const SCORES: &[&str] = &["cycle", "participant", "output", "value", "unit"];
const CREDITS: &[&str] =
    &["cycle", "participant", "policy", "list", "source", "external_id", "credited_as", "amount", "currency", "dated"];
const PAYEES: &[&str] = &["cycle", "participant", "amount", "held", "currency", "released", "payable"];

pub(crate) async fn run(screen: Screen, session: &Session, args: &Export) -> Result<Outcome> {
    let text = export_text(session, &args.which, args.what, args.format, args.proposed).await?;
    match &args.out {
        Some(path) => {
            write_private(path, &text)?;
            screen.line(format!("written to {}", path.display()));
        }
        None => {
            let _ = std::io::stdout().write_all(text.as_bytes());
        }
    }
    Ok(Outcome::Done)
}

/// An export's whole text.
async fn export_text(session: &Session, which: &Which, what: What, format: Format, proposed: bool) -> Result<String> {
    let review = find(session, which).await?;
    let cycle = id(&review.cycle).to_owned();
    let posted = matches!(review.state(), ReviewState::Approved | ReviewState::Published | ReviewState::Superseded);
    let (head, mut rows) = match what {
        What::Ledger | What::Payees => {
            if !posted && !proposed {
                let advice = format!(
                    "the review of {cycle} is not approved, so nothing is on the ledger; --proposed exports its proposed lines"
                );
                return Err(Error::precondition("NOT_APPROVED", advice));
            }
            let run = if proposed { review.run.as_str() } else { "" };
            let lines = lists::lines(session, &review.cycle, run).await?;
            match what {
                What::Ledger => (LEDGER, lines.iter().map(ledger_row).collect()),
                _ => (PAYEES, payee_rows(&cycle, &lines)),
            }
        }
        What::Scores => {
            let scores = lists::scores(session, &review.run).await?;
            (SCORES, scores.iter().map(|score| score_row(&cycle, score)).collect())
        }
        What::Credits => {
            let credits = lists::credits(session, &review.run).await?;
            (CREDITS, credits.iter().map(|credit| credit_row(&cycle, credit)).collect())
        }
        What::Scorecards => {
            let cards = lists::scorecards(session, &review).await?;
            if format == Format::Json {
                return pretty(&Value::Array(cards.iter().map(scorecards::document).collect()));
            }
            (scorecards::COLUMNS, cards.iter().flat_map(scorecards::rows).collect())
        }
    };
    rows.sort();
    match format {
        Format::Csv => csv_text(head, &rows),
        Format::Json => pretty(&Value::Array(rows.iter().map(|row| object(head, row)).collect())),
    }
}

/// A ledger line for programs.
pub(crate) fn line_document(line: &Line) -> Value {
    object(LEDGER, &ledger_row(line))
}

/// A score for programs.
pub(crate) fn score_document(cycle: &str, score: &Score) -> Value {
    object(SCORES, &score_row(cycle, score))
}

fn ledger_row(line: &Line) -> Vec<String> {
    let amount = line.amount.clone().unwrap_or_default();
    let version = if line.version == 0 { String::new() } else { line.version.to_string() };
    vec![
        id(&line.cycle).to_owned(),
        id(&line.run).to_owned(),
        id(&line.participant).to_owned(),
        line.policy.clone(),
        version,
        line.payout.clone(),
        line.line.clone(),
        status::decimal(amount.minor_units, &amount.currency_code),
        status::decimal(line.held.as_ref().map_or(0, |held| held.minor_units), &amount.currency_code),
        amount.currency_code,
        line.earned_on.clone(),
        line.payable_on.clone(),
        line.reason.clone(),
    ]
}

fn score_row(cycle: &str, score: &Score) -> Vec<String> {
    vec![
        cycle.to_owned(),
        id(&score.participant).to_owned(),
        score.output.clone(),
        score.value.as_ref().map(figures::plain).unwrap_or_default(),
        score.value.as_ref().map(figures::unit).unwrap_or_default(),
    ]
}

fn credit_row(cycle: &str, credit: &Credit) -> Vec<String> {
    vec![
        cycle.to_owned(),
        id(&credit.participant).to_owned(),
        credit.policy.clone(),
        credit.list.clone(),
        credit.source.clone(),
        credit.external_id.clone(),
        credit.credited_as.clone(),
        figures::plain_amount(credit.amount.as_ref()),
        credit.amount.as_ref().map(|amount| amount.currency_code.clone()).unwrap_or_default(),
        credit.dated.clone(),
    ]
}

fn payee_rows(cycle: &str, lines: &[Line]) -> Vec<Vec<String>> {
    let row = |payee: merit_proto::reviews::v1::Payee| {
        vec![
            cycle.to_owned(),
            id(&payee.participant).to_owned(),
            status::decimal(payee.amount_minor_units, &payee.currency_code),
            status::decimal(payee.held_minor_units, &payee.currency_code),
            payee.currency_code.clone(),
            status::decimal(payee.released_minor_units, &payee.currency_code),
            status::decimal(
                payee.amount_minor_units - payee.held_minor_units + payee.released_minor_units,
                &payee.currency_code,
            ),
        ]
    };
    lists::payees(lines).into_iter().map(row).collect()
}

/// Rows below a head, their cells harmless in a spreadsheet.
pub(crate) fn csv_text(head: &[&str], rows: &[Vec<String>]) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(head).map_err(Error::internal)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| csv_cell(cell))).map_err(Error::internal)?;
    }
    let bytes = writer.into_inner().map_err(Error::internal)?;
    String::from_utf8(bytes).map_err(Error::internal)
}

fn object(head: &[&str], row: &[String]) -> Value {
    let pairs = head.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), Value::String(cell.clone())));
    Value::Object(pairs.collect::<Map<_, _>>())
}

fn pretty(document: &Value) -> Result<String> {
    serde_json::to_string_pretty(document).map(|text| text + "\n").map_err(Error::internal)
}

/// Writes a file that only its owner can read.
///
/// # Errors
/// `FILE` when it can't be written.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<()> {
    let opened = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    opened.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| {
        Error::invalid("FILE", format!("`{}` can't be written: {error}; name another file", path.display()))
    })
}

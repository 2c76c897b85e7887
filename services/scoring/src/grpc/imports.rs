//! Calls that take a file: whole, or nothing of it.

use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::{Problem, Result, Value};
use merit_platform::import::{Tally, collect};
use merit_platform::wire;
use merit_proto::scoring::v1 as proto;
use tonic::Streaming;

use super::Grpc;
use crate::service::{BalanceRow, EventRow, ImportReport, ResultRow};

impl Grpc {
    pub(super) async fn take_results(
        &self,
        stream: Streaming<proto::ImportResultsRequest>,
    ) -> Result<proto::ImportResultsResponse> {
        let import = collect(stream, |message: proto::ImportResultsRequest| (message.header, message.rows)).await?;
        let mut problems = Vec::new();
        let rows = import.rows.into_iter().map(|row| result_row(row, &mut problems)).collect();
        let report = self.scoring.import_results(&import.source, rows, problems, import.validate_only).await?;
        Ok(proto::ImportResultsResponse { summary: Some(tally(report).to_wire()) })
    }

    pub(super) async fn take_events(
        &self,
        stream: Streaming<proto::ImportEventsRequest>,
    ) -> Result<proto::ImportEventsResponse> {
        let import = collect(stream, |message: proto::ImportEventsRequest| (message.header, message.rows)).await?;
        let mut problems = Vec::new();
        let rows = import.rows.into_iter().filter_map(|row| event_row(row, &mut problems)).collect();
        let report = self.scoring.import_events(rows, problems, import.validate_only).await?;
        Ok(proto::ImportEventsResponse { summary: Some(tally(report).to_wire()) })
    }

    pub(super) async fn take_balances(
        &self,
        stream: Streaming<proto::ImportBalancesRequest>,
    ) -> Result<proto::ImportBalancesResponse> {
        let import = collect(stream, |message: proto::ImportBalancesRequest| (message.header, message.rows)).await?;
        let mut problems = Vec::new();
        let rows = import.rows.into_iter().filter_map(|row| balance_row(row, &mut problems)).collect();
        let report = self.scoring.import_balances(rows, problems, import.validate_only).await?;
        Ok(proto::ImportBalancesResponse { summary: Some(tally(report).to_wire()) })
    }
}

fn tally(report: ImportReport) -> Tally {
    Tally {
        added: report.counts.added,
        changed: report.counts.changed,
        unchanged: report.counts.unchanged,
        problems: report.problems,
        quarantined: report.quarantined,
    }
}

fn result_row(row: proto::ResultRow, problems: &mut Vec<Problem>) -> ResultRow {
    let mut values = std::collections::BTreeMap::new();
    for (name, value) in row.values {
        match wire::parse_value(&value) {
            Ok(value) => drop(values.insert(name, value)),
            Err(error) => problems.push(Problem::cell(row.line, name, error.message)),
        }
    }
    ResultRow { line: row.line, record: row.record, external_id: row.external_id, values }
}

/// One row's cells: what can't be read becomes a problem with its cell.
struct Cells<'p> {
    line: u32,
    problems: &'p mut Vec<Problem>,
}

impl Cells<'_> {
    fn read<T>(&mut self, column: &str, read: Result<T>) -> Option<T> {
        read.map_err(|error| self.problems.push(Problem::cell(self.line, column, error.message))).ok()
    }

    fn person(&mut self, column: &str, name: &str) -> Option<PersonId> {
        self.read(column, PersonId::from_name(name))
    }

    fn day(&mut self, column: &str, text: &str) -> Option<Date> {
        self.read(column, wire::day("the day", text))
    }
}

fn event_row(row: proto::EventRow, problems: &mut Vec<Problem>) -> Option<EventRow> {
    let mut cells = Cells { line: row.line, problems };
    let person = if row.person.is_empty() { Some(None) } else { cells.person("person", &row.person).map(Some) };
    let on = cells.day("date", &row.on);
    Some(EventRow { line: row.line, event: row.event, cycle: row.cycle, person: person?, on: on? })
}

fn balance_row(row: proto::BalanceRow, problems: &mut Vec<Problem>) -> Option<BalanceRow> {
    let mut cells = Cells { line: row.line, problems };
    let person = cells.person("person", &row.person);
    let value: Option<Option<Value>> = match &row.value {
        None => Some(None),
        Some(value) => cells.read("value", wire::parse_value(value)).map(Some),
    };
    let (first, last) = (cells.day("first_day", &row.first_day), cells.day("last_day", &row.last_day));
    Some(BalanceRow {
        line: row.line,
        person: person?,
        policy: row.policy,
        what: row.what,
        value: value?,
        first: first?,
        last: last?,
        payout: row.payout,
        until: row.until,
    })
}

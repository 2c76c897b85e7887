//! The service over a real store and made-up neighbours: a small company, a quarter, two policies.

mod carrying;
mod closing;
mod comparing;
mod explaining;
mod importing;
pub mod neighbours;
mod openings;
mod policies;
mod posting;
mod quotas;
mod standing;
pub mod verifying;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::date;
use merit_core::ids::RunId;
use merit_core::{Clock, FixedClock, Scope, Value, ValueType};
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::{BalanceRow, EventRow, ImportReport, ResultRow, Scoring, Settings, SourceText};
use crate::model::{Cutoffs, Finding, FindingKind, Keyed, Line, LineKind, Part, Run, RunState};
use crate::store::sqlite::{self, SqliteStore};
use neighbours::Company;

pub const SCHEMA: &str = r#"
schema "Test company" version 1

choice Role   = Seller or Boss or Engineer
choice Region = East or West

event invoices_paid "Paid"

participant {
  role    : Role
  region  : Region
  team    : text optional
  manager : participant optional
  started : date
  ended   : date optional
}

record Deal as deals dated by closed belongs to owner {
  amount  : money from $0 and above
  owner   : participant
  overlay : participant optional
  closed  : date
  is_new  : yes/no
}

record Idea as ideas dated by adopted_on belongs to author {
  author     : participant
  savings    : money from $0 and above
  authors    : count from 1 and above
  adopted_on : date
  share      : money = savings / authors
}

measure bookings : money = sum of deals.credited where (is_new)  higher is better  financial  "Credited new business"
measure csat     : number from 0 to 5 optional        higher is better  operational
"#;

pub const COMMISSION: &str = r#"
policy "Commission" version 1
  about "Pays new business"
  uses schema "schema.merit"
  attainment of bookings
  effective 2026-01-01
  applies to participants where role = Seller
  period quarter
  currency USD

inputs {
  role   : Role
  region : Region
  quota  : money from $1 and above
  deals  : list of Deal
  csat   : number from 0 to 5 optional
}

credit deals {
  to owner 100%, overlay 30% in addition
  roll up to managers on closed
}

tiers rates by percent marginal {
  | attainment     | rate -> percent |
  | below 100%     | 5%              |
  | 100% and above | 10%             |
}

define big : count = count of deals where (credited is at least $50,000)

payout commission : money about "Quarterly commission" {
  pay          apply rates to bookings against quota
  multiply by  110% when (csat otherwise 0) is at least 4   because "Happy customers"
  round        half even to $0.01
  hold back    10% until invoices_paid   because "Section 6"
}

contest top about "First two" {
  rank participants by attainment
  award first 2 places  $1,000, $500
  ties share
}

settle {
  cap total at $8,900   because "Section 7"
}

test "at quota" {
  given { role = Seller  region = East  quota = $100,000  deals = [ { credited = $100,000, closed = 2026-08-01, is_new = yes } ] }
  expect commission = $5,000.00
}
"#;

pub const SPIF: &str = r#"
policy "SPIF" version 1
  uses schema "schema.merit"
  effective 2026-07-01 to 2026-08-31
  applies to participants where role = Seller
  period month
  currency USD

inputs {
  role  : Role
  deals : list of Deal
}

payout spif : money {
  pay    (count of deals) * $100
  round  half even to $0.01
}

recognize "First deal" {
  when      (count of deals) is at least 1
  badge     first_deal
  once per  quarter
}
"#;

/// The service on a file of its own.
pub struct World {
    pub scoring: Scoring,
    pub company: Arc<Company>,
    pub store: Arc<SqliteStore>,
    folder: TempDir,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Settings { workers: 2, shard_size: 2, chunk_size: 1, lease: 60_000 }).await
    }

    pub async fn with(settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(sqlite::open(&folder.path().join("scoring.db")).await.unwrap());
        let company = Arc::new(Company::sample());
        let clock: Arc<dyn Clock> = Arc::new(FixedClock("2026-10-05T08:00:00Z".parse().unwrap()));
        let scoring = Scoring::new(store.clone(), company.clone(), clock, settings);
        Self { scoring, company, store, folder }
    }

    pub async fn import(&self, rows: Vec<ResultRow>) -> ImportReport {
        self.scoring.import_results("crm", rows, Vec::new(), false).await.unwrap()
    }

    pub async fn publish(&self, texts: &[&str]) {
        let sources = texts.iter().map(|text| SourceText { file_name: "p.merit".to_owned(), text: (*text).to_owned() });
        let publication = self.scoring.publish(sources.collect(), false, None).await.unwrap().done().unwrap();
        assert_eq!(
            publication.refusals,
            [],
            "{}",
            publication.refusals.iter().map(|r| r.report.as_str()).collect::<String>()
        );
    }

    /// With results and policies, ready to close.
    pub async fn ready() -> Self {
        let world = Self::new().await;
        world.fill(quarter()).await;
        world
    }

    pub async fn fill(&self, rows: Vec<ResultRow>) {
        let report = self.import(rows).await;
        assert_eq!(report.problems, []);
        self.publish(&[COMMISSION, SPIF]).await;
    }

    pub async fn freeze(&self) -> Run {
        self.freeze_of("2026-Q3").await
    }

    pub async fn freeze_of(&self, cycle: &str) -> Run {
        self.scoring.freeze(&format!("cycles/{cycle}"), Cutoffs::default()).await.unwrap().0
    }

    /// From freeze to the ledger, checked against a second computation.
    pub async fn posted(&self, cycle: &str) -> Run {
        let run = self.freeze_of(cycle).await;
        let run = self.execute(&run.id).await;
        self.scoring.post(&run.id, "2026-10-06T10:00:00Z", None).await.unwrap().done().unwrap();
        let found = self.scoring.verify(&run.id, true).await.unwrap();
        assert!(found.matches, "{found:?}");
        run
    }

    pub async fn execute(&self, id: &RunId) -> Run {
        let (sender, _receiver) = mpsc::channel(1);
        let run = self.scoring.execute(id, sender).await.unwrap();
        assert_eq!(run.state, RunState::Settled);
        run
    }

    pub async fn close(&self) -> Run {
        let run = self.freeze().await;
        self.execute(&run.id).await
    }

    pub async fn all<K: Keyed>(&self, run: &Run) -> Vec<K> {
        let all = Part::of(&Scope::Everyone);
        self.scoring.outcomes::<K>(&run.id, all).await.unwrap().into_iter().map(|(_, typed)| typed).collect()
    }
}

/// A deal; `overlay` may be empty.
pub fn deal(line: u32, id: &str, owner: &str, overlay: &str, amount: &str, closed: &str) -> ResultRow {
    let mut values: BTreeMap<String, Value> = [
        ("amount", ValueType::Money, amount),
        ("owner", ValueType::Participant, owner),
        ("closed", ValueType::Date, closed),
        ("is_new", ValueType::YesNo, "yes"),
    ]
    .into_iter()
    .map(|(name, kind, text)| (name.to_owned(), Value::parse(kind, text).unwrap()))
    .collect();
    if !overlay.is_empty() {
        values.insert("overlay".to_owned(), Value::parse(ValueType::Participant, overlay).unwrap());
    }
    ResultRow { line, record: "Deal".to_owned(), external_id: id.to_owned(), values }
}

/// The quarter's deals.
pub fn quarter() -> Vec<ResultRow> {
    vec![
        deal(2, "D-1", "ana", "", "USD 60000.00", "2026-07-10"),
        deal(3, "D-2", "ana", "bob", "USD 70000.00", "2026-08-20"),
        deal(4, "D-3", "eve", "", "USD 20000.00", "2026-08-01"),
        deal(5, "D-4", "cy", "", "USD 10000.00", "2026-09-30"),
        // Before and after the quarter.
        deal(6, "D-5", "ana", "", "USD 999.00", "2026-06-30"),
        deal(7, "D-6", "ana", "", "USD 999.00", "2026-10-01"),
        // Fay joins later.
        deal(8, "D-7", "fay", "", "USD 5000.00", "2026-09-01"),
    ]
}

pub fn words(lines: &[Line]) -> Vec<String> {
    lines
        .iter()
        .map(|l| {
            let kind = match l.kind {
                LineKind::Payout => "payout",
                LineKind::Contest => "contest",
                LineKind::Settlement => "settlement",
                LineKind::Adjustment => "adjustment",
                LineKind::Release => "release",
            };
            format!(
                "{} {} {} {} [{}] {kind} {} held {}: {}",
                l.participant, l.policy, l.version, l.payout, l.line, l.amount, l.held, l.reason
            )
        })
        .collect()
}

pub fn findings(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|f| {
            let kind = match f.kind {
                FindingKind::NotScored => "not scored",
                FindingKind::NotCovered => "not covered",
                FindingKind::NotCredited => "not credited",
                FindingKind::Guideline => "guideline",
            };
            format!("{kind}: {} / {} / {}: {}", f.participant, f.policy, f.output, f.reason)
        })
        .collect()
}

pub fn quarter_period() -> merit_core::Period {
    merit_core::Period::through(date(2026, 7, 1), date(2026, 9, 30)).unwrap()
}

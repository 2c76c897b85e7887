//! What becomes of deals that were won, are on record, and aren't won any more.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

use merit_core::FixedClock;
use merit_platform::client::Link;
use merit_proto::goals::v1::{ApplySchemaRequest, OpenCycleRequest};
use merit_proto::scoring::v1::{GetStandingRequest, ResultRow};
use merit_proto::r#type::v1::ImportSummary;

use super::*;
use crate::import::withdrawn::on_record;
use crate::session::Session;
use crate::settings::{Layers, Settings};

const SCHEMA: &str = include_str!("salesforce.merit");
const HEAD: &str = "Id,OwnerId,StageName,Amount,CloseDate,IsWon,CurrencyIsoCode";

#[test]
fn left_out_rows_are_corrected_and_the_schema_has_to_take_the_correction() {
    let profile = Profile::load("salesforce-opportunities", ImportKind::Results).unwrap();
    let read = |schema: &str, rows: &str| {
        let csv = format!("{HEAD}\n{rows}");
        let keyed = salesforce::keyed();
        bytes(ImportKind::Results, csv.as_bytes(), &profile, Some(&schema_of(schema)), &keyed)
    };
    // Even where nothing was won.
    let lost = "006A,005A,Closed Lost,100,2026-08-02,false,USD\n006B,005X,Open,,2026-08-02,false,USD\n";
    let reading = read(SCHEMA, lost).unwrap();
    assert_eq!((reading.problems.as_slice(), reading.rows.len(), reading.left_out), (&[][..], 0, 2));
    let rows = &reading.withdrawn.rows;
    let seen: Vec<_> =
        rows.iter().map(|row| (row.line, row.external_id.as_str(), row.values["amount"].text.as_str())).collect();
    assert_eq!(seen, [(2, "006A", "USD 0.00")]);
    let unsure: Vec<String> = reading.withdrawn.unsure.iter().map(ToString::to_string).collect();
    assert_eq!(
        unsure,
        ["line 3, column `OwnerId`: nobody has the key `005X` of the source `salesforce`; import its people first"]
    );
    let narrow = SCHEMA.replace("from $0 and above", "from $1 and above");
    let refused = read(&narrow, lost).unwrap_err();
    assert_eq!(refused.reason, "PROFILE_MISFIT");
    assert!(
        refused.to_string().contains("the profile's `withdrawn` corrects `amount`, and the schema refuses"),
        "{refused}"
    );
}

#[test]
fn only_results_that_are_left_out_can_be_withdrawn() {
    let refused = |text: &str| Profile::parse("p.toml", text).unwrap_err().message;
    let withdrawn = "[withdrawn]\namount = { always = \"0\" }\n";
    assert_eq!(
        refused(&format!("imports = \"people\"\nsource = \"x\"\nonly = {{ A = \"b\" }}\n{withdrawn}")),
        "the profile `p.toml`: `withdrawn` is only for results; remove it"
    );
    assert_eq!(
        refused(&format!("imports = \"results\"\nsource = \"x\"\nrecord = \"Deal\"\n{withdrawn}")),
        "the profile `p.toml`: `withdrawn` is for rows that are left out; say which, by `only` or `except`"
    );
    assert_eq!(
        refused(
            "imports = \"results\"\nsource = \"x\"\n[fields]\namount = { column = \"A\", currency_optional = true }\n"
        ),
        "the profile `p.toml`, line 4: `currency_optional` is for a field with a `currency_column`; name one"
    );
}

#[tokio::test]
async fn the_rows_on_record_are_found_by_counting() {
    let rows =
        |lines: &[u32]| lines.iter().map(|line| ResultRow { line: *line, ..ResultRow::default() }).collect::<Vec<_>>();
    for (all, every) in
        [(0, 1), (1, 1), (1, 2), (2, 1), (200, 1), (200, 2), (200, 7), (200, 199), (200, 1000), (137, 50)]
    {
        let all: Vec<u32> = (1..=all).collect();
        let known: BTreeSet<u32> = all.iter().copied().filter(|line| line % every == 0).collect();
        let asked = Cell::new(0);
        // It is told how many of those that it asks about would change, and not which.
        let dry_run = async |rows: Vec<ResultRow>| {
            asked.set(asked.get() + 1);
            let changed = rows.iter().filter(|row| known.contains(&row.line)).count();
            Ok(ImportSummary { changed: u32::try_from(changed).unwrap(), ..ImportSummary::default() })
        };
        let found = on_record(rows(&all), dry_run).await.unwrap().rows;
        assert_eq!(found, rows(&known.iter().copied().collect::<Vec<_>>()), "{} of {}", known.len(), all.len());
        assert!(asked.get() <= 1 + 2 * 8 * known.len(), "{} questions", asked.get());
    }
}

async fn take(link: &Link, profile: &str, kind: ImportKind, csv: &str, dry_run: bool) -> Outcome {
    let profile = Profile::load(profile, kind).unwrap();
    run_bytes(link.clone(), kind, "f.csv", csv.as_bytes(), &profile, dry_run).await.unwrap()
}

#[tokio::test]
async fn a_deal_that_was_opened_again_counts_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::read(&mut Layers::read(None, [])).unwrap();
    let clock = Arc::new(FixedClock("2026-09-15T12:00:00Z".parse().unwrap()));
    let session = Session::embedded(folder.path(), "test", None, &settings, clock).await.unwrap();
    let link = session.link();
    let schema = ApplySchemaRequest { source: SCHEMA.to_owned(), file_name: "schema.merit".to_owned() };
    session.goals().apply_schema(schema).await.unwrap();
    let cycle = OpenCycleRequest { cycle_id: "2026-Q3".to_owned(), ..OpenCycleRequest::default() };
    session.goals().open_cycle(cycle).await.unwrap();
    let users = "Id,Name,Email,IsActive\n005A,Ana Silva,ana@example.com,true\n";
    assert!(take(&link, "salesforce-users", ImportKind::People, users, false).await.written);
    let quotas = "QuotaOwnerId,StartDate,QuotaAmount\n005A,2026-07-01,1000\n";
    assert!(take(&link, "salesforce-quotas", ImportKind::Goals, quotas, false).await.written);

    let reached = async || {
        let (person, cycle) = ("people/ana-silva".to_owned(), "cycles/2026-Q3".to_owned());
        let request = GetStandingRequest { person, cycle, ..GetStandingRequest::default() };
        let standing = session.scoring().get_standing(request).await.unwrap().into_inner();
        standing.goals.into_iter().find_map(|goal| goal.actual).map(|actual| actual.text).unwrap()
    };
    let deals = |a: &str, b: &str| {
        format!(
            "{HEAD}\n006A,005A,Stage,600,2026-08-02,{a},USD\n006B,005A,Stage,300,2026-08-03,{b},USD\n\
             006C,005A,Never won,77,2026-08-04,false,USD\n006D,005A,Never won,,2026-08-05,false,USD\n"
        )
    };
    let import = async |csv: &str, dry_run: bool| {
        take(&link, "salesforce-opportunities", ImportKind::Results, csv, dry_run).await
    };
    let won = import(&deals("true", "true"), false).await;
    assert_eq!((won.added, won.withdrawn.as_slice(), won.unsure.as_slice()), (2, &[][..], &[][..]));
    assert_eq!(reached().await, "USD 900.00");

    // The second one is open again: it is named, and comes to nothing. What never was won stays out.
    let told = "line 3: `006B` is on record and is left out now, so `amount` becomes USD 0.00; a cycle that was closed with it \
                needs another close";
    for dry_run in [true, false] {
        let reopened = import(&deals("true", "False"), dry_run).await;
        assert_eq!(reopened.withdrawn.iter().map(ToString::to_string).collect::<Vec<_>>(), [told]);
        assert_eq!((reopened.added, reopened.changed, reopened.unchanged, reopened.left_out), (0, 1, 1, 3));
        assert_eq!(reached().await, if dry_run { "USD 900.00" } else { "USD 600.00" });
    }
    let again = import(&deals("true", "false"), false).await;
    assert_eq!((again.withdrawn.as_slice(), again.added, again.changed, again.unchanged), (&[][..], 0, 0, 1));
    // Both lost, and nothing else in the file; then won after all.
    assert_eq!(import(&deals("false", "false"), false).await.withdrawn.len(), 1);
    let nothing = import(&deals("false", "false"), false).await;
    assert_eq!((nothing.written, nothing.withdrawn.len(), nothing.changed, nothing.left_out), (true, 0, 0, 4));
    assert_eq!(import(&deals("true", "true"), false).await.changed, 2);
    assert_eq!(reached().await, "USD 900.00");
}

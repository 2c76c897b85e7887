use proptest::prelude::*;

use super::*;

const POLICY: &str = "policy \"x\" version 1
  uses schema \"schema.merit\"
  effective 2026-01-01
  applies to everyone
  period quarter
  currency USD

# odd   spacing outside stays
define  x=1

tiers rates by percent marginal {
  # the first
  | attainment | rate -> percent |
  | below 50%  | 4%              |  # as last year
  | 50% and above | 8% |
}
table uplift first {
  | region    | focus          | uplift -> percent | fee -> money |
  | Central   | in Group, Solo | 102%              | $1,200       |
  | East      | -              | 100%              | $0           |
  | otherwise | -              | 104%              | $5           |
}
bands review by percent {
  | score    | band -> text |
  | below 5% | \"Weak, so far\" |
  | 5% and above | \"Strong\" |
}
curve shape by percent clamped outside {
  | attainment | factor -> percent |
  | 80% | 50% |
  | 150% | 200% |
}
define  y=2
";

fn policy() -> Source {
    Source { name: "x.merit".into(), text: POLICY.into() }
}

fn taken(table: &str, sheet: &str) -> String {
    table_from_csv(&policy(), table, sheet).unwrap_or_else(|error| panic!("{}", error.words(&policy())))
}

fn refused(table: &str, sheet: &str) -> String {
    table_from_csv(&policy(), table, sheet).unwrap_err().words(&policy())
}

#[test]
fn a_table_is_written_as_a_spreadsheet_has_it() {
    assert_eq!(
        table_to_csv(&policy(), "rates").unwrap(),
        "attainment,rate -> percent\nbelow 50%,4%\n50% and above,8%\n"
    );
    assert_eq!(
        table_to_csv(&policy(), "uplift").unwrap(),
        "region,focus,uplift -> percent,fee -> money\nCentral,\"in Group, Solo\",102%,\"$1,200\"\nEast,-,100%,$0\notherwise,-,104%,$5\n"
    );
    assert_eq!(
        table_to_csv(&policy(), "review").unwrap(),
        "score,band -> text\nbelow 5%,\"Weak, so far\"\n5% and above,Strong\n"
    );
}

#[test]
fn only_the_table_changes() {
    for name in ["rates", "uplift", "review", "shape"] {
        let csv = table_to_csv(&policy(), name).unwrap();
        let once = taken(name, &csv);
        let table = |text: &str| {
            let from = text.find(&format!(" {name} ")).unwrap();
            (text[..from].to_owned(), text[from + text[from..].find("\n}").unwrap()..].to_owned())
        };
        assert_eq!(table(&once), table(POLICY), "{name}");
        let source = Source { name: "x".into(), text: once.clone() };
        assert_eq!(table_to_csv(&source, name).unwrap(), csv, "{name}");
        assert_eq!(table_from_csv(&source, name, &csv).unwrap(), once, "{name}: twice");
        assert_eq!(crate::format(&source).unwrap(), crate::format(&policy()).unwrap(), "{name}");
    }
}

#[test]
fn what_spreadsheets_make_of_cells_is_read() {
    let same = taken("uplift", "region,focus,uplift -> percent,fee -> money\nCentral,-,102%,\"$1,200.00\"\n");
    for sheet in [
        "region\tfocus\tuplift\tfee\nCentral\t-\t102%\t1200.00\n",
        "\u{feff}region;focus;uplift -> percent;fee -> money\r\nCentral;-;102 %;$ 1,200.00 \r\n;;;\r\n",
        "region,focus,uplift,fee,,\n\"Central\",\u{a0}-,102%,\"1,200.00\",,\n\n",
        "region,focus,uplift,fee\nCentral,-,102%,\"$1200.00\"\n",
    ] {
        assert_eq!(taken("uplift", sheet), same, "{sheet}");
    }
    assert!(taken("uplift", "region,focus,uplift,fee\nEast,-,100%,\"($1,200.00)\"\n").contains("-$1,200.00"));
    // What an accountant brackets lies below 0, wherever the format puts the currency.
    for loss in ["($1,200)", "$(1,200)", "$ (1,200)", "( $1,200 )", "(1,200)", "-$1,200"] {
        let sheet = format!("region\tfocus\tuplift\tfee\nEast\t-\t100%\t{loss}\n");
        assert!(taken("uplift", &sheet).contains("| -$1,200 "), "{loss}");
    }
    for loss in ["(4%)", "(4 %)", "(4)%"] {
        assert!(taken("rates", &format!("attainment,rate\nbelow 50%,{loss}\n50% and above,8%\n")).contains("| -4% "));
    }
    let euros = POLICY.replace("currency USD", "currency EUR").replace('$', "EUR ");
    let euros = Source { name: "x.merit".into(), text: euros };
    for loss in ["(EUR 5)", "EUR (5)", "(5)"] {
        let sheet = format!("region,focus,uplift,fee\nEast,-,100%,{loss}\n");
        let new = table_from_csv(&euros, "uplift", &sheet).unwrap_or_else(|error| panic!("{}", error.words(&euros)));
        assert!(new.contains("| -EUR 5 "), "{loss}: {new}");
    }
    assert!(taken("review", "score;band\nbelow 5%;Weak | # {\n5% and above;Fine\n").contains("\"Weak | # {\""));
    let crlf = Source { name: "x".into(), text: POLICY.replace('\n', "\r\n") };
    let csv = table_to_csv(&crlf, "rates").unwrap();
    let new = table_from_csv(&crlf, "rates", &csv).unwrap();
    assert_eq!(new.matches('\n').count(), new.matches("\r\n").count());
}

#[test]
fn comments_stay_with_their_rows() {
    let new = taken("rates", "attainment,rate\nbelow 40%,4%\n40% to below 50%,5%\n50% and above,8%\n");
    assert!(new.contains("  # the first\n  | attainment"), "{new}");
    assert!(new.contains("| 8%              |\n  # as last year\n}"), "{new}");
    let new = taken("rates", "attainment,rate\nbelow 50%,5%\n50% and above,8%\n");
    assert!(new.contains("| below 50%     | 5%              |  # as last year\n"), "{new}");
}

#[test]
fn cells_that_can_not_be_taken_are_named() {
    let said = [
        refused("ratez", "x"),
        refused("nothing_like_it", "x"),
        refused("rates", ""),
        refused("rates", "attainment,rate\n"),
        refused("rates", "attainment,factor\nbelow 50%,4%\n"),
        refused("rates", "attainment,rate -> money\nbelow 50%,4%\n"),
        refused("rates", "attainment,rate\nbelow 50%,0.08\n50% and above,12\n"),
        refused("rates", "attainment,rate\nbelow 50%,\n,8%\n"),
        refused("rates", "attainment,rate\nbelow 50%,5%,6%\n50%\n"),
        refused("rates", "attainment;rate\nbelow 50%;12,5%\n50% and abov;8%\n"),
        refused("rates", "attainment,rate\nbelow 50%,5% | 6%\n"),
        refused("rates", "attainment,rate\nbelow 50%,5% # six\n"),
        refused("rates", "attainment,rate\nbelow 50%,-\n"),
        refused("uplift", "region,focus,uplift,fee\nEast,,100%,€5\n"),
        refused("uplift", "region,focus,uplift,fee\notherwise,-,100%,$5\nEast,-,100%,$5\n"),
        refused("review", "score,band\nbelow 5%,\"say \"\"weak\"\"\"\n"),
        refused("shape", "attainment,factor\n80%,50%\n"),
    ];
    insta::assert_snapshot!(said.join("\n---\n"));
    let source = Source { name: "x.merit".into(), text: "policy \"x\" version 1\n  perod quarter\n".into() };
    assert!(matches!(table_to_csv(&source, "rates"), Err(TableError::Policy(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What was written is taken back as it was.
    #[test]
    fn a_table_that_was_written_is_taken_back(
        rows in prop::collection::vec(("(-|East|in East, West|\\$5 to below \\$1,000)", "[A-Za-z][A-Za-z,;|#' é]{0,8}[a-z]", "(8[.]00%|1250%|-3%|12[.]5%|1% \\+ 2%)"), 1..5)
    ) {
        let rows: Vec<_> = rows.iter().map(|(key, text, rate)| format!("  | {key} | \"{text}\" | {rate} | \"{text}\" |\n")).collect();
        let head = "policy \"x\" version 1\n\ntable t first {\n  | region | name | rate -> percent | words -> text |\n";
        let source = Source { name: "x".into(), text: format!("{head}{}}}\n", rows.concat()) };
        let source = Source { text: crate::format(&source).unwrap(), ..source };
        let csv = table_to_csv(&source, "t").unwrap();
        prop_assert_eq!(&table_from_csv(&source, "t", &csv).unwrap(), &source.text);
        // A pasted range parts its cells by tabs.
        let mut tabs = csv::WriterBuilder::new().delimiter(b'\t').from_writer(Vec::new());
        for record in csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes()).records() {
            tabs.write_record(&record.unwrap()).unwrap();
        }
        let tabs = String::from_utf8(tabs.into_inner().unwrap()).unwrap();
        prop_assert_eq!(&table_from_csv(&source, "t", &tabs).unwrap(), &source.text);
    }
}

//! Whole files through profiles, against the shipped schema: what comes out, and what is said of what can't.

use merit_core::{Result, ValueType};
use merit_platform::wire;
use merit_rules::{Schema, Source, load_schema};

use super::*;

mod carried;
mod salesforce;
mod shipped;
mod withdrawn;

fn schema_of(text: &str) -> Schema {
    let source = Source { name: "schema.merit".to_owned(), text: text.to_owned() };
    load_schema(&source).unwrap_or_else(|found| panic!("{}", merit_rules::render(&found, &source, false)))
}

fn schema() -> Schema {
    schema_of(include_str!("../../../../rules/policies/schema.merit"))
}

fn people() -> PeopleIndex {
    let mut people = PeopleIndex::new();
    for (name, id) in [("Ana Silva", "ana-silva"), ("Bo Li", "bo-li"), ("Cy Young", "cy"), ("Cy Young", "cy-2")] {
        people.add(name, id);
    }
    people
}

fn bytes(
    kind: ImportKind,
    csv: &[u8],
    profile: &Profile,
    schema: Option<&Schema>,
    people: &PeopleIndex,
) -> Result<Reading> {
    let recorded =
        Recorded::default().with("Plan", "bookings", ValueType::Money).with("Plan", "on_target", ValueType::YesNo);
    read_bytes(kind, "f.csv", csv, profile, &Known { schema, people, recorded: &recorded })
}

fn reading(profile: &str, csv: &str) -> Result<Reading> {
    let profile = Profile::parse("p.toml", profile)?;
    bytes(profile.imports, csv.as_bytes(), &profile, Some(&schema()), &people())
}

/// What is wrong, a problem a line.
fn wrong(profile: &str, csv: &str) -> Vec<String> {
    match reading(profile, csv) {
        Ok(reading) => reading.problems.iter().map(ToString::to_string).collect(),
        Err(error) => error.to_string().lines().map(|line| line.trim().to_owned()).collect(),
    }
}

const DEALS: &str = r#"
    imports = "results"
    source = "crm"
    record = "Deal"
    formats = { dates = "month/day/year", currency = "USD", thousands = "," }
    only = { Stage = ["Won", "Closed"] }
    [fields]
    external_id = "Deal"
    amount = "Value"
    owner = { column = "Owner", by = "name" }
    overlay = { column = "Helper", by = "name", optional = true }
    product = { column = "Product", aliases = { "Practice Mgmt" = "PracticeManagement" } }
    term = { column = "Months", unit = "months" }
    closed = "Closed"
    is_new = { always = "yes" }
"#;

#[test]
fn deals_come_out_typed_by_the_schema() {
    let csv = "Stage,Deal,Value,Owner,Product,Months,Closed\n\
        Won,D-1,\"$1,234.50\",Ana Silva,Practice Mgmt,12,7/1/2026\n\
        Lost,D-2,,,,,\n\
        Closed,D-3,-5,Bo Li,RevenueCycle,24,09/30/2026\n";
    let reading = reading(DEALS, csv).unwrap();
    assert_eq!((reading.problems.as_slice(), reading.left_out), (&[][..], 1));
    let Rows::Results(rows) = &reading.rows else { panic!("not results") };
    let seen: Vec<String> = rows
        .iter()
        .map(|row| {
            let values: Vec<_> = row.values.iter().map(|(name, value)| format!("{name}={}", value.text)).collect();
            format!("{} {} {}: {}", row.line, row.record, row.external_id, values.join(" "))
        })
        .collect();
    // What a range refuses is scoring's to put aside: the amount below zero goes through.
    assert_eq!(
        seen,
        [
            "2 Deal D-1: amount=USD 1234.50 closed=2026-07-01 is_new=yes owner=ana-silva product=PracticeManagement term=P12M0D",
            "4 Deal D-3: amount=USD -5.00 closed=2026-09-30 is_new=yes owner=bo-li product=RevenueCycle term=P24M0D",
        ]
    );
    assert!(rows.iter().flat_map(|row| row.values.values()).all(|value| wire::parse_value(value).is_ok()));
}

#[test]
fn every_bad_cell_is_told_with_line_and_column() {
    let csv = "Stage,Deal,Value,Owner,Product,Months,Closed\n\
        Won,,10.125,Ana Sliva,PracticeManagment,12,2026-07-01\n\
        Won,D-2,€10,Cy Young,OncologyCoding,a year,7/1/2026\n\
        Won,D-3,10,Bo Li,OncologyCoding\n\
        Won,D-4,,Dee Dee,OncologyCoding,12,7/1/2026\n";
    assert_eq!(
        wrong(DEALS, csv),
        [
            "line 2, column `Closed`: `2026-07-01` is not a day; correct it, or say in the profile how `dates` are written (month/day/year now)",
            "line 2, column `Deal`: `external_id` is empty, and it is needed; fill it in, or leave the row out",
            "line 2, column `Owner`: nobody is called `Ana Sliva`; did you mean `Ana Silva`?",
            "line 2, column `Product`: `PracticeManagment` is none of PracticeManagement, RevenueCycle, OncologyCoding; if `PracticeManagement` is meant, correct it or give the profile an alias",
            "line 2, column `Value`: 10.125 has more than 2 decimals, and USD has no smaller coin; round the amount",
            "line 3, column `Months`: `a year` is not a length of time like `12 months` or `90 days`",
            "line 3, column `Owner`: `Cy Young` is the name of cy and cy-2; use ids in this column",
            "line 3, column `Value`: `€10` is in `€`, and the profile says USD; correct it, or import it with a profile of its own",
            "line 4: the row has 5 cells and the head row 7; fill in what is missing",
            "line 5, column `Owner`: nobody is called `Dee Dee`; correct the name, or import people first",
            "line 5, column `Value`: `amount` is empty, and it is needed; fill it in, or leave the row out",
        ]
    );
}

#[test]
fn a_profile_that_does_not_fit_says_all_of_why() {
    let csv = "Stage,Deal,Valeu,Product\nWon,D-1,1,RevenueCycle\n";
    let profile = "imports = \"results\"\nsource = \"crm\"\nrecord = \"Deal\"\nonly = { Phase = \"Won\" }\n\
        [fields]\nexternal_id = \"Deal\"\namount = \"Value\"\nprodukt = \"Product\"\nclosed = { always = \"2026-07-01\" }\n\
        is_new = { always = \"yes\" }\nowner = { always = \"ana-silva\" }\nproduct = \"Product\"\n";
    assert_eq!(
        wrong(profile, csv),
        [
            "the profile `p.toml` and the file `f.csv` don't fit together",
            "line 1: the profile reads the column `Phase`, and the file has none of that name; its columns are `Deal`, `Product`, `Stage`, `Valeu`",
            "line 1: the profile's field `amount` reads the column `Value`, and the file has none of that name; did you mean `Valeu`?",
            "line 1: the profile gives `produkt`, which deals don't have; did you mean `product`?",
            "line 1: the profile says nothing of `term`, which deals need; add it under `fields`",
        ]
    );
    let no_record = profile.replace("\"Deal\"\nonly", "\"Deel\"\nonly");
    assert_eq!(wrong(&no_record, csv)[1], "line 1: the schema has no record `Deel`; did you mean `Deal`?");
}

#[test]
fn a_filter_that_leaves_nothing_is_told() {
    assert_eq!(
        wrong(DEALS, "Stage,Deal,Value,Owner,Product,Months,Closed\nLost,D-1,1,Bo Li,RevenueCycle,12,7/1/2026\n"),
        [
            "the profile `p.toml` leaves out every row of `f.csv`; it takes only those whose `Stage` is `Won`, `Closed`, and there are `Lost`"
        ]
    );
}

#[test]
fn filters_know_their_words_in_capitals_or_not() {
    let csv = "Stage,Deal,Value,Owner,Product,Months,Closed\n\
        WON,D-1,1,Bo Li,RevenueCycle,12,7/1/2026\nclosed,D-2,1,Bo Li,RevenueCycle,12,7/1/2026\nLost,D-3,,,,,\n";
    let taken = reading(DEALS, csv).unwrap();
    assert_eq!((taken.problems.as_slice(), taken.rows.len(), taken.left_out), (&[][..], 2, 1));
    // Where both filters name a column, it is one of their words or a problem.
    let both = DEALS.replace("only =", "except = { Stage = \"LOST\" }\n    only =");
    assert_eq!(reading(&both, csv).unwrap().left_out, 1);
    let odd = "Stage,Deal,Value,Owner,Product,Months,Closed\n\
        Won,D-1,1,Bo Li,RevenueCycle,12,7/1/2026\nWonn,D-2,,,,,\n,D-3,,,,,\n";
    assert_eq!(
        wrong(&both, odd),
        [
            "line 3, column `Stage`: `Wonn` is neither what the profile takes (`Won`, `Closed`) nor what it leaves out (`LOST`); correct the cell, or add its text to the profile's `only` or `except`",
            "line 4, column `Stage`: an empty cell is neither what the profile takes (`Won`, `Closed`) nor what it leaves out (`LOST`); correct the cell, or add its text to the profile's `only` or `except`",
        ]
    );
}

#[test]
fn types_need_a_schema() {
    let profile = Profile::load("merit", ImportKind::Ratings).unwrap();
    let error = bytes(ImportKind::Ratings, b"person\nx\n", &profile, None, &people()).unwrap_err();
    assert_eq!(error.reason, "NO_SCHEMA");
    assert_eq!(
        error.message,
        "there is no schema yet that says what ratings may have; register one with `merit schema apply FILE`"
    );
}

const PEOPLE: &str = r#"
    imports = "people"
    source = "crm"
    [fields]
    person_id = { slug = "Agent" }
    display_name = "Agent"
    email = { template = "{Agent|slug}@example.com" }
    from = { always = "2026-01-01" }
    region = { column = "Office", optional = true }
    manager = { column = "Manager", by = "name", nothing = "none" }
    [[people_from]]
    column = "Manager"
    [people_from.fields]
    person_id = { slug = "Manager" }
    display_name = "Manager"
    from = { always = "2026-01-01" }
    region = { column = "Office", optional = true }
"#;

#[test]
fn managers_who_appear_only_in_a_column_become_people() {
    let csv =
        "Agent,Manager,Office\nZoë O'Neil,Mo Diaz,East\nMo Diaz,Bo Li,East\nEd Fox,Mo Diaz,East\nAl Poe,Kim Roe,West\n";
    let reading = reading(PEOPLE, csv).unwrap();
    assert_eq!(reading.problems, []);
    let Rows::People(rows) = &reading.rows else { panic!("not people") };
    let seen: Vec<String> = rows
        .iter()
        .map(|row| {
            let text = |name: &str| row.attributes.get(name).map_or("-", |value| value.text.as_str()).to_owned();
            format!("{} {} ({}) {} {}", row.line, row.person_id, row.email, text("manager"), text("region"))
        })
        .collect();
    assert_eq!(
        seen,
        [
            "2 zoe-oneil (zoe-oneil@example.com) mo-diaz East",
            "3 mo-diaz (mo-diaz@example.com) bo-li East",
            "4 ed-fox (ed-fox@example.com) mo-diaz East",
            "5 al-poe (al-poe@example.com) kim-roe West",
            "3 bo-li () - East",
            "5 kim-roe () - West",
        ]
    );
}

#[test]
fn people_who_can_not_be_told_apart_are_told() {
    let csv =
        "Agent,Manager,Office\nJosé Li,Mo Diaz,East\nJose Li,Mo Diaz,West\n李明,Mo Diaz,East\nAl Poe,Cy Young,North\n";
    assert_eq!(
        wrong(PEOPLE, csv),
        [
            "line 3, column `Agent`: `Jose Li` would get the id `jose-li`, as `José Li` on line 2 does; give the file a column with ids",
            "line 3, column `Manager`: `Mo Diaz` comes out different here than on line 2; give them a row of their own, or a constant in the profile",
            "line 4, column `Agent`: no id can be made from `李明`, which has no Latin letter or digit; give the file a column with ids",
            "line 5, column `Manager`: `Cy Young` is the name of cy and cy-2 and cy-young; use ids in this column",
            "line 5, column `Office`: `North` is none of East, Central, West; correct it or give the profile an alias",
        ]
    );
}

#[test]
fn an_empty_cell_changes_nothing_and_a_word_ends_it() {
    let csv = "Agent,Manager\nAna Silva,none\nBo Li,\n";
    let reading = reading(PEOPLE, csv).unwrap();
    let Rows::People(rows) = &reading.rows else { panic!("not people") };
    let managers: Vec<_> =
        rows.iter().map(|row| row.attributes.get("manager").map(|value| (value.kind, value.text.as_str()))).collect();
    assert_eq!(managers[..2], [Some((0, "")), None]);
}

#[test]
fn goals_are_typed_by_their_measure() {
    let csv = "goal_id,cycle,owner_kind,owner,title,measure,weight,target,done_when\n\
        g1,2026-Q3,person,Ana Silva,Quota,bookings,60%,\"USD 400,000\",\n\
        g2,2026-Q3,team,east,Codes,coding_accuracy,,97%,\n\
        g3,,,,,,,,it runs\n\
        g4,2026-Q3,organisation,,Release,,,5,it runs\n\
        g5,2026-Q3,boss,,Quota,bokings,0.6,1,\n\
        g 6,2026-Q3,person,Ana,Quota,bookings,,400,\n";
    let profile = "imports = \"goals\"\nsource = \"plan\"\nsame_names = true\nformats = { thousands = \",\" }\n\
        [fields]\nowner = { column = \"owner\", by = \"name\" }\n";
    let read = reading(profile, csv).unwrap();
    let Rows::Goals(rows) = &read.rows else { panic!("not goals") };
    let seen: Vec<_> = rows
        .iter()
        .map(|row| {
            let target = row.target.as_ref().map_or("-", |target| target.text.as_str());
            format!("{} {:?} {} {} {target}", row.goal_id, row.owner_kind(), row.owner, row.weight)
        })
        .collect();
    assert_eq!(seen, ["g1 Person ana-silva 3/5 USD 400000.00", "g2 Team east  97/100", "g3 Unspecified   -",]);
    assert_eq!(
        wrong(profile, csv),
        [
            "line 5, column `target`: a target needs a `measure`; name one, or empty the cell for a milestone",
            "line 6, column `measure`: the schema has no measure `bokings`; did you mean `bookings`?",
            "line 6, column `owner_kind`: `boss` is none of organisation, team, person",
            "line 6, column `weight`: `0.6` has no % sign; write one, or say in the profile whether 85 (`percent = \"whole\"`) or 0.85 (`percent = \"ratio\"`) means 85%",
            "line 7, column `goal_id`: `g 6` can't be a goal's id: use 1 to 63 letters, digits, `-`, `_` or `.`, beginning with a letter or digit",
            "line 7, column `owner`: nobody is called `Ana`; correct the name, or import people first",
            "line 7, column `target`: `400` names no currency; say one in the profile, such as `currency = \"USD\"`",
        ]
    );
}

#[test]
fn attributes_are_held_to_their_range_and_their_own_currency() {
    let profile = "imports = \"people\"\nsource = \"hr\"\n[fields]\nperson_id = \"id\"\ndisplay_name = \"id\"\n\
        from = { column = \"from\", otherwise = \"2026-01-01\" }\nsalary = { column = \"pay\", currency_column = \"cur\" }\n";
    let csv = "id,from,pay,cur\nana,2026-07-01,500,USD\nbo,,0,USD\ncy,,500,EUR\nde,,500,usd\nef,,,EUR\n";
    let read = reading(profile, csv).unwrap();
    let Rows::People(rows) = &read.rows else { panic!("not people") };
    // All of them are there: another row may name one as a manager, and is not to blame for this one's salary.
    let seen: Vec<_> =
        rows.iter().map(|row| (row.person_id.as_str(), row.from.as_str(), row.attributes.len())).collect();
    assert_eq!(
        seen,
        [
            ("ana", "2026-07-01", 1),
            ("bo", "2026-01-01", 0),
            ("cy", "2026-01-01", 0),
            ("de", "2026-01-01", 0),
            ("ef", "2026-01-01", 0),
        ]
    );
    assert_eq!(
        wrong(profile, csv),
        [
            "line 3, column `pay`: $0.00 is below $1.00, the least that `salary` may be",
            "line 4, column `pay`: `500` is in EUR, and the schema keeps this in USD; convert it first",
            "line 5, column `pay`: `usd` is not a currency code; write one like USD, EUR or GBP",
        ]
    );
}

#[test]
fn what_a_service_finds_is_told_with_the_files_own_column() {
    let read = reading(PEOPLE, "Agent,Manager\nAl Poe,\n").unwrap();
    for (field, column) in [("person_id", "Agent"), ("manager", "Manager"), ("from", "from"), ("", "")] {
        let found = merit_core::Problem::cell(2, field, "wrong");
        assert_eq!(read.in_the_files_words(found).column, column);
    }
}

#[test]
fn ratings_are_held_to_their_measure() {
    let csv = "person,measure,value,on,rater\n\
        ana-silva,csat,4.5,2026-07-31,\n\
        ana-silva,csat,5.5,2026-08-31,\n\
        ana-silva,bookings,5,2026-08-31,\n\
        ana-silva,coding_accuracy,101%,2026-08-31,bo-li\n\
        ana-silva,streak,1.5,2026-08-31,\n";
    let profile = "imports = \"ratings\"\nsource = \"r\"\nsame_names = true\nformats = { currency = \"USD\" }\n";
    let read = reading(profile, csv).unwrap();
    let Rows::Ratings(rows) = &read.rows else { panic!("not ratings") };
    assert_eq!(rows.iter().map(|row| row.external_id.as_str()).collect::<Vec<_>>(), ["ana-silva/csat/2026-07-31"]);
    assert_eq!(
        wrong(profile, csv),
        [
            "line 3, column `value`: 5.5 is above 5, the most that `csat` may be",
            "line 4, column `measure`: `bookings` is computed from results; import those instead",
            "line 5, column `value`: 101% is above 100%, the most that `coding_accuracy` may be",
            "line 6, column `value`: `1.5` is not a whole number",
        ]
    );
}

#[test]
fn notes_and_self_assessments_say_what_they_lack() {
    assert_eq!(
        wrong(
            "imports = \"feedback\"\nsource = \"n\"\nsame_names = true\n",
            "external_id,author,receiver,given_on,text,reply,replied_on\nN-1,ana-silva,bo-li,2026-07-01,,,\n\
             N-2,ana-silva,bo-li,2026-07-01,\"Two\nlines\",Thanks,\nN-3,Bo,bo-li,2026-07-01,a\u{202E}b,,\n"
        ),
        [
            "line 2, column `text`: `text` is empty, and it is needed; fill it in, or leave the row out",
            "line 3, column `replied_on`: there is an answer and not its day; give both or neither",
            "line 5, column `text`: the text holds a character that can't be seen (U+202E); type it again by hand",
        ]
    );
    assert_eq!(
        wrong(
            "imports = \"self-assessments\"\nsource = \"n\"\nsame_names = true\n",
            "person,cycle,goal,rating,comment,given_on\nana-silva,2026-Q3,g1,,,2026-09-30\nana-silva,2026-Q3,g2,high,,2026-09-30\n"
        ),
        [
            "line 2, column `rating`: there is neither a rating nor a comment; give one, or leave the row out",
            "line 3, column `rating`: `high` is not a number",
        ]
    );
}

#[test]
fn with_the_fields_own_names_no_column_is_dropped_in_silence() {
    let own = Profile::load("merit", ImportKind::Ratings).unwrap();
    let csv = b"person,measure,valeu,on,comment\nana-silva,csat,4,2026-07-31,x\n";
    let error = bytes(ImportKind::Ratings, csv, &own, Some(&schema()), &people()).unwrap_err();
    assert_eq!(
        error.to_string().lines().skip(1).map(str::trim).collect::<Vec<_>>(),
        [
            "line 1, column `comment`: ratings have no field of that name; rename or remove it, or use a profile that leaves it out",
            "line 1, column `valeu`: ratings have no field of that name; did you mean `value`?",
            "line 1: the profile says nothing of `value`, which ratings need; add it under `fields`",
        ]
    );
}

//! Salesforce's exports through the profiles that ship.

use super::*;

/// Ana Silva and Bo Li under their keys.
pub(super) fn keyed() -> PeopleIndex {
    let mut index = PeopleIndex::new();
    index.add_key("salesforce", "005A", "ana-silva");
    index.add_key("salesforce", "005B", "bo-li");
    index
}

fn read_with(profile: &str, kind: ImportKind, csv: &str, schema: &Schema) -> Reading {
    let profile = Profile::load(profile, kind).unwrap();
    bytes(kind, csv.as_bytes(), &profile, Some(schema), &keyed()).unwrap()
}

fn told(reading: &Reading) -> Vec<String> {
    reading.problems.iter().map(ToString::to_string).collect()
}

/// Salesforce's exports as they are: owners by the key of their user, whatever their name; only what was won.
#[test]
fn salesforce_users_lead_its_deals_and_quotas_to_people() {
    let schema = schema_of(include_str!("salesforce.merit"));
    let mut index = PeopleIndex::new();
    let users = "Id,Name,Email,IsActive\n0055g00000A1B2CAAA,Ana Silva,ana@example.com,true\n\
                 0055g00000A1B2DAAB,Bo Li,bo@example.com,TRUE\n0055g00000A1B2EAAC,Gone Long,gone@example.com,false\n";
    let people = Profile::load("salesforce-users", ImportKind::People).unwrap();
    let reading = bytes(ImportKind::People, users.as_bytes(), &people, Some(&schema), &index).unwrap();
    assert_eq!(reading.problems, []);
    let Rows::People(rows) = &reading.rows else { panic!("people were wanted") };
    assert_eq!(rows.iter().map(|row| row.person_id.as_str()).collect::<Vec<_>>(), ["ana-silva", "bo-li"]);
    rows.iter().for_each(|row| index.add_key("salesforce", &row.external_id, &row.person_id));

    let deals = "Id,OwnerId,StageName,Amount,CloseDate,IsWon,CurrencyIsoCode\n\
                 006A,0055g00000A1B2CAAA,Closed Won,12500.5,2026-08-02,true,USD\n\
                 006B,0055g00000A1B2DAAB,Closed Lost,99,2026-08-03,false,USD\n\
                 006C,0055g00000XXXXXXXX,Closed Won,1,2026-08-04,true,USD\n\
                 006D,0055g00000A1B2DAAB,Closed Won,7,2026-08-05,true,EUR\n";
    let profile = Profile::load("salesforce-opportunities", ImportKind::Results).unwrap();
    let reading = bytes(ImportKind::Results, deals.as_bytes(), &profile, Some(&schema), &index).unwrap();
    let told: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("nobody has the key `0055g00000XXXXXXXX` of the source `salesforce`"), "{told:?}");
    assert!(told[1].contains("`7` is in EUR, and the schema keeps this in USD"), "{told:?}");
    let Rows::Results(rows) = &reading.rows else { panic!("results were wanted") };
    let told: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {} {}", row.external_id, row.values["owner"].text, row.values["amount"].text))
        .collect();
    assert_eq!(told, ["006A ana-silva USD 12500.50"]);

    let quotas = "QuotaOwnerId,StartDate,QuotaAmount\n0055g00000A1B2CAAA,2026-07-01,100000\n";
    let profile = Profile::load("salesforce-quotas", ImportKind::Goals).unwrap();
    let reading = bytes(ImportKind::Goals, quotas.as_bytes(), &profile, Some(&schema), &index).unwrap();
    assert_eq!(reading.problems, []);
    let Rows::Goals(rows) = &reading.rows else { panic!("goals were wanted") };
    let row = &rows[0];
    assert_eq!((row.cycle.as_str(), row.owner.as_str()), ("2026-Q3", "ana-silva"));
    assert_eq!(row.goal_id, "quota-2026-q3-0055g00000a1b2caaa");
    assert_eq!(row.target.as_ref().map(|target| target.text.as_str()), Some("USD 100000.00"));
    let early = "QuotaOwnerId,StartDate,QuotaAmount\n0055g00000A1B2CAAA,July,100000\n";
    let refused = bytes(ImportKind::Goals, early.as_bytes(), &profile, Some(&schema), &index).unwrap().problems;
    assert!(refused.iter().any(|problem| problem.message.contains("no day like 2026-07-01")), "{refused:?}");
}

#[test]
fn a_months_quota_is_not_taken_for_the_quarters() {
    let schema = schema_of(include_str!("salesforce.merit"));
    let months =
        "QuotaOwnerId,StartDate,QuotaAmount\n005A,2026-07-01,30000\n005A,2026-08-01,30000\n005B,2026-07-15,40000\n";
    let told = told(&read_with("salesforce-quotas", ImportKind::Goals, months, &schema));
    assert_eq!(told.len(), 2, "{told:?}");
    for (problem, begins) in told.iter().zip(["line 3, column `StartDate`: `2026-08-01`", "line 4, column `StartDate`"])
    {
        assert!(problem.starts_with(begins) && problem.contains("sum the months of each quarter"), "{problem}");
    }
}

#[test]
fn salesforce_writes_yes_and_no_in_several_ways_and_none_is_dropped() {
    let schema = schema_of(include_str!("salesforce.merit"));
    let mut deals = "Id,OwnerId,StageName,Amount,CloseDate,IsWon,CurrencyIsoCode\n".to_owned();
    for (id, won) in
        [("1", "true"), ("2", "True"), ("3", "TRUE"), ("4", "1"), ("5", "False"), ("6", "FALSE"), ("7", "0")]
    {
        deals += &format!("{id},005A,Stage,5,2026-08-02,{won},USD\n");
    }
    let reading = read_with("salesforce-opportunities", ImportKind::Results, &deals, &schema);
    let Rows::Results(rows) = &reading.rows else { panic!("results were wanted") };
    assert_eq!(rows.iter().map(|row| row.external_id.as_str()).collect::<Vec<_>>(), ["1", "2", "3", "4"]);
    assert_eq!((told(&reading), reading.left_out), (vec![], 3));
    deals += "8,005A,Stage,5,2026-08-02,WAHR,USD\n9,005A,Stage,5,2026-08-02,,USD\n";
    let reading = read_with("salesforce-opportunities", ImportKind::Results, &deals, &schema);
    let told = told(&reading);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("line 9, column `IsWon`: `WAHR` is neither what the profile takes"), "{told:?}");
    assert!(told[1].starts_with("line 10, column `IsWon`: an empty cell is neither"), "{told:?}");
    let users = "Id,Name,Email,IsActive\n005A,Ana Silva,a@example.com,True\n005B,Bo Li,b@example.com,Ja\n";
    let reading = read_with("salesforce-users", ImportKind::People, users, &schema);
    assert!(reading.problems[0].message.starts_with("`Ja` is neither"), "{:?}", reading.problems);
}

#[test]
fn salesforce_quotas_are_in_their_own_currency() {
    let euro = schema_of(&include_str!("salesforce.merit").replace("from $0", "from EUR 0"));
    let dollar = schema_of(include_str!("salesforce.merit"));
    let target = |schema: &Schema, csv: &str| {
        let reading = read_with("salesforce-quotas", ImportKind::Goals, csv, schema);
        let Rows::Goals(rows) = &reading.rows else { panic!("goals were wanted") };
        let targets = rows.iter().filter_map(|row| Some(row.target.as_ref()?.text.clone()));
        targets.chain(told(&reading)).collect::<Vec<_>>()
    };
    let plain = "QuotaOwnerId,StartDate,QuotaAmount\n005A,2026-07-01,100000\n";
    let named = "QuotaOwnerId,StartDate,QuotaAmount,CurrencyIsoCode\n005A,2026-07-01,100000,EUR\n";
    let unnamed = "QuotaOwnerId,StartDate,QuotaAmount,CurrencyIsoCode\n005A,2026-07-01,100000,\n";
    assert_eq!(target(&dollar, plain), ["USD 100000.00"]);
    assert_eq!(target(&dollar, unnamed), ["USD 100000.00"]);
    assert_eq!(target(&euro, named), ["EUR 100000.00"]);
    assert_eq!(
        target(&dollar, named),
        ["line 2, column `QuotaAmount`: `100000` is in EUR, and the schema keeps this in USD; convert it first"]
    );
}

#[test]
fn an_opportunity_that_was_won_without_an_amount_is_told_with_row_and_column() {
    let schema = schema_of(include_str!("salesforce.merit"));
    let deals = "Id,OwnerId,StageName,Amount,CloseDate,IsWon,CurrencyIsoCode\n\
                 006A,005A,Closed Won,100,2026-08-02,true,USD\n006B,005B,Closed Won,,2026-08-03,true,USD\n\
                 006C,005B,Proposal,,2026-09-03,false,USD\n";
    let reading = read_with("salesforce-opportunities", ImportKind::Results, deals, &schema);
    assert_eq!(
        told(&reading),
        ["line 3, column `Amount`: `amount` is empty, and it is needed; fill it in, or leave the row out"]
    );
}

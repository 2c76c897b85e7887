//! The profiles that ship, and the examples of their documentation.

use super::*;

/// The whole sample organisation goes through its profiles without a problem, in the order of its README.
#[test]
fn the_sample_organisation_is_read_without_a_problem() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/sample"));
    let schema = schema();
    let mut index = PeopleIndex::new();
    for (file, kind, profile, rows) in [
        ("people-2026-q2.csv", ImportKind::People, "sample-people", 67),
        ("people-changes-2026-q3.csv", ImportKind::People, "sample-people", 7),
        ("goals-2026-q2.csv", ImportKind::Goals, "sample-goals", 255),
        ("goals-2026-q3.csv", ImportKind::Goals, "sample-goals", 255),
        ("goals-changes-2026-q3.csv", ImportKind::Goals, "sample-goals", 8),
        ("deals-2026-q2.csv", ImportKind::Results, "sample-deals", 164),
        ("deals-2026-q3.csv", ImportKind::Results, "sample-deals", 165),
        ("ideas-2026-q2.csv", ImportKind::Results, "sample-ideas", 6),
        ("ideas-2026-q3.csv", ImportKind::Results, "sample-ideas", 11),
        ("cancellations-2026-q2.csv", ImportKind::Results, "sample-cancellations", 1),
        ("cancellations-2026-q3.csv", ImportKind::Results, "sample-cancellations", 6),
        ("meetings-2026-q2.csv", ImportKind::Results, "sample-meetings", 38),
        ("meetings-2026-q3.csv", ImportKind::Results, "sample-meetings", 38),
        ("renewals-2026-q2.csv", ImportKind::Results, "sample-renewals", 12),
        ("renewals-2026-q3.csv", ImportKind::Results, "sample-renewals", 12),
        ("invoices-2026-q2.csv", ImportKind::Results, "sample-invoices", 11),
        ("invoices-2026-q3.csv", ImportKind::Results, "sample-invoices", 11),
        ("payments-2026-q2.csv", ImportKind::Results, "sample-payments", 10),
        ("payments-2026-q3.csv", ImportKind::Results, "sample-payments", 11),
        ("events-2026-q3.csv", ImportKind::Events, "merit", 19),
        ("ratings-2026-q2.csv", ImportKind::Ratings, "sample-ratings", 386),
        ("ratings-2026-q3.csv", ImportKind::Ratings, "sample-ratings", 378),
        ("feedback-2026-q2.csv", ImportKind::Feedback, "sample-feedback", 11),
        ("feedback-2026-q3.csv", ImportKind::Feedback, "sample-feedback", 36),
        ("self-assessments-2026-q2.csv", ImportKind::SelfAssessments, "sample-self-assessments", 194),
        ("self-assessments-2026-q3.csv", ImportKind::SelfAssessments, "sample-self-assessments", 183),
    ] {
        let profile = Profile::load(profile, kind).unwrap();
        let recorded = Recorded::default();
        let known = Known { schema: Some(&schema), people: &index, recorded: &recorded };
        let reading = read(kind, &folder.join(file), &profile, &known).unwrap();
        assert_eq!((reading.problems.as_slice(), reading.rows.len()), (&[][..], rows), "{file}");
        if let Rows::People(people) = &reading.rows {
            people.iter().for_each(|person| index.add(&person.display_name, &person.person_id));
        }
    }
}

/// The public CRM export's profiles fit its columns; the rows here are made up.
#[test]
fn the_crm_profiles_fit_the_exports_columns() {
    let schema = schema_of(include_str!("../../../../../tests/crm/policies/schema.merit"));
    let mut index = PeopleIndex::new();
    for (kind, profile, csv, ids) in [
        (
            ImportKind::People,
            "crm-people",
            "sales_agent,manager,regional_office\nAb Cd,Ef Gh,West\nIj Kl,Ef Gh,West\n",
            vec!["ab-cd", "ij-kl", "ef-gh"],
        ),
        (ImportKind::Goals, "crm-goals", "sales_agent,quota\nAb Cd,1050.50\n", vec!["2017-q3-ab-cd"]),
        (
            ImportKind::Results,
            "crm-deals",
            "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n\
             X1,Ab Cd,GTXPro,,Won,2017-05-01,2017-07-01,100\nX2,Ab Cd,GTX Pro,Acme,Won,2017-05-01,2017-07-01,100\n\
             X3,Ab Cd,MG Special,,Engaging,2017-05-01,,\nX4,Ij Kl,MG Special,,Lost,2017-05-01,2017-07-01,0\n",
            vec!["X1", "X2"],
        ),
    ] {
        let profile = Profile::load(profile, kind).unwrap();
        let reading = bytes(kind, csv.as_bytes(), &profile, Some(&schema), &index).unwrap();
        assert_eq!(reading.problems, []);
        let found: Vec<String> = match &reading.rows {
            Rows::People(rows) => rows.iter().map(|row| row.person_id.clone()).collect(),
            Rows::Goals(rows) => rows.iter().map(|row| row.goal_id.clone()).collect(),
            Rows::Results(rows) => rows.iter().map(|row| row.external_id.clone()).collect(),
            _ => Vec::new(),
        };
        assert_eq!(found, ids);
        if let Rows::People(people) = &reading.rows {
            people.iter().for_each(|person| index.add(&person.display_name, &person.person_id));
        }
        if let Rows::Results(rows) = &reading.rows {
            assert!(rows.iter().all(|row| row.values["product"].text == "GTXPro"));
        }
    }
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
fn the_examples_of_the_documentation_can_be_taken() {
    let text = include_str!("../PROFILES.md");
    let examples: Vec<&str> = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 2);
    for example in examples {
        if let Err(error) = Profile::parse("PROFILES.md", example) {
            panic!("{error}\n{example}");
        }
    }
    let files: Vec<&str> = text.split("```csv\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    for (kind, file) in [ImportKind::Events, ImportKind::Balances].into_iter().zip(files) {
        let profile = Profile::load("merit", kind).unwrap();
        let reading = bytes(kind, file.as_bytes(), &profile, None, &people()).unwrap();
        assert_eq!((reading.problems.as_slice(), reading.rows.len()), (&[][..], 2), "{kind}");
    }
}

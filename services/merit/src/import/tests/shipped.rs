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

//! Publishing policies.

use super::{COMMISSION, SPIF, SourceText, World};

async fn publish(world: &World, text: &str) -> Result<bool, String> {
    let source = SourceText { file_name: "p.merit".to_owned(), text: text.to_owned() };
    let publication = world.scoring.publish(vec![source], false, None).await.unwrap().done().unwrap();
    match publication.refusals.first() {
        Some(refusal) => Err(refusal.report.clone()),
        None => Ok(publication.policies[0].1),
    }
}

#[tokio::test]
async fn a_version_is_registered_once_and_never_changes() {
    let world = World::new().await;
    assert_eq!(publish(&world, COMMISSION).await, Ok(true));
    assert_eq!(publish(&world, COMMISSION).await, Ok(false));
    let changed = COMMISSION.replace("$8,900", "$8,901");
    let report = publish(&world, &changed).await.unwrap_err();
    let shown = [
        "error[M0708]: `Commission` version 1 is published already with other content",
        " --> p.merit:2:1",
        "  |",
        "2 | policy \"Commission\" version 1",
        "  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        "  = note: a version never changes: what was paid by it has to be found again",
        "  = help: raise it to `version 2`",
    ];
    assert_eq!(report.lines().collect::<Vec<_>>(), shown);
    let schema = super::SCHEMA.replace("version 1", "version 2");
    *world.company.schema.lock().unwrap() = Some(schema);
    let report = publish(&world, COMMISSION).await.unwrap_err();
    assert!(report.contains("`Commission` version 1 is published already under another schema"), "{report}");
    let [policy] = world.scoring.policies().await.unwrap().try_into().unwrap();
    assert_eq!(
        (policy.name.as_str(), policy.version, policy.tests, policy.about.as_str()),
        ("Commission", 1, 1, "Pays new business")
    );
}

#[tokio::test]
async fn a_failing_test_or_a_mistake_refuses_the_whole_set() {
    let world = World::new().await;
    let failing = COMMISSION.replace("expect commission = $5,000.00", "expect commission = $5,000.01");
    let report = publish(&world, &failing).await.unwrap_err();
    for part in [
        "p.merit:",
        "test \"at quota\" fails",
        "line 51: expected commission = $5,000.01, found commission = $5,000.00",
        "bookings: $100,000.00",
    ] {
        assert!(report.contains(part), "{report}");
    }
    let source = |text: &str| SourceText { file_name: "p.merit".to_owned(), text: text.to_owned() };
    let mistaken = SPIF.replace("count of deals", "count of dals");
    let publication =
        world.scoring.publish(vec![source(COMMISSION), source(&mistaken)], false, None).await.unwrap().done().unwrap();
    assert_eq!(publication.refusals.len(), 1);
    let report = &publication.refusals[0].report;
    assert!(report.contains("p.merit:") && report.contains("dals") && !report.contains('\u{1b}'), "{report}");
    assert!(world.scoring.policies().await.unwrap().is_empty(), "all or none");
}

#[tokio::test]
async fn validation_registers_nothing() {
    let world = World::new().await;
    let source = SourceText { file_name: "p.merit".to_owned(), text: COMMISSION.to_owned() };
    let publication = world.scoring.publish(vec![source], true, None).await.unwrap().done().unwrap();
    assert!(publication.policies[0].1);
    assert!(world.scoring.policies().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_later_version_takes_over_from_an_open_ended_one() {
    let world = World::ready().await;
    let second = COMMISSION
        .replace("version 1", "version 2")
        .replace("2026-01-01", "2026-08-01")
        .replace("uses schema \"schema.merit\" version 2", "uses schema \"schema.merit\"");
    assert_eq!(publish(&world, &second).await, Ok(true));
    let policies = world.scoring.policies().await.unwrap();
    let ends: Vec<_> = policies.iter().map(|p| (p.name.as_str(), p.version, p.to.map(|to| to.to_string()))).collect();
    assert_eq!(
        ends,
        [
            ("Commission", 1, Some("2026-07-31".to_owned())),
            ("Commission", 2, None),
            ("SPIF", 1, Some("2026-08-31".to_owned()))
        ]
    );
    // Neither holds for the whole quarter, so neither pays.
    let run = world.freeze().await;
    assert_eq!(run.policies.iter().map(|pin| pin.name.as_str()).collect::<Vec<_>>(), ["SPIF"]);
}

/// Blocks of a code's page that are called `<word> published`.
fn published(page: &str, word: &str) -> Vec<SourceText> {
    let fence = format!("```merit {word} published");
    let block = |rest: &str| rest.split("```").next().unwrap().trim_start_matches(" file\n").to_owned();
    let text = |text: String| SourceText { file_name: "p.merit".to_owned(), text };
    page.split(&fence).skip(1).map(block).map(text).collect()
}

#[tokio::test]
async fn the_pages_about_versions_are_true() {
    for code in [merit_rules::codes::VERSION_REUSED, merit_rules::codes::VERSIONS_OVERLAP] {
        for (word, wanted) in [("wrong", vec![code.id]), ("right", vec![])] {
            let sources = published(code.page, word);
            assert_eq!(sources.len(), 2, "{}: {word}", code.id);
            let found = World::new().await.scoring.publish(sources, false, None).await.unwrap().done().unwrap();
            let codes: Vec<&str> =
                found.refusals.iter().flat_map(|refusal| &refusal.diagnostics).map(|one| one.code.as_str()).collect();
            assert_eq!(codes, wanted, "{}: {word}", code.id);
        }
    }
}

#[tokio::test]
async fn two_versions_in_force_on_a_day_are_told_apart() {
    let sources = published(merit_rules::codes::VERSIONS_OVERLAP.page, "wrong");
    let found = World::new().await.scoring.publish(sources, false, None).await.unwrap().done().unwrap();
    let shown = [
        "error[M0709]: `Spring bonus` version 2 and version 1 hold on the same days",
        " --> p.merit:3:3",
        "  |",
        "3 |   effective 2026-05-01",
        "  |   ^^^^^^^^^^^^^^^^^^^^ from 2026-05-01 on",
        "  = note: version 1 holds from 2026-04-01 to 2026-06-30",
        "  = help: begin version 2 on 2026-07-01 or later, `effective 2026-07-01`",
    ];
    assert_eq!(found.refusals[0].report.lines().collect::<Vec<_>>(), shown);
}

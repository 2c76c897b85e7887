//! A quarter from freeze to settled.

use jiff::civil::date;
use merit_core::{Scope, ValueType};

use super::neighbours::{goal, id, value};
use super::{COMMISSION, SCHEMA, SPIF, World, deal, findings, quarter, words};
use crate::model::{
    Attainment, Credit, Cutoffs, DatedValue, Finding, Line, OwnerKind, Rating, Recognition, RosterEntry, Score,
};
use crate::service::{Neighbours as _, Settings, Untold};

#[tokio::test]
async fn a_quarter_pays_what_the_policies_say() {
    let world = World::ready().await;
    let run = world.close().await;
    assert_eq!(
        words(&world.all::<Line>(&run).await),
        [
            // Capped: 8,000 and 1,000 of Commission; a SPIF is another policy's.
            "ana Commission 1 cap total [2026-Q3] settlement USD -100.00 held USD 0.00: Section 7",
            // 130,000 of 100,000: 5% of 100,000 and 10% of 30,000; the rating of the last day is too low for more.
            "ana Commission 1 commission [2026-Q3] payout USD 8000.00 held USD 800.00: Section 6",
            "ana Commission 1 top [2026-Q3] contest USD 1000.00 held USD 0.00: place 1",
            "ana SPIF 1 spif [2026-07-01 to 2026-07-31] payout USD 100.00 held USD 0.00: ",
            "ana SPIF 1 spif [2026-08-01 to 2026-08-31] payout USD 100.00 held USD 0.00: ",
            "eve Commission 1 commission [2026-Q3] payout USD 1000.00 held USD 100.00: Section 6",
            "eve Commission 1 top [2026-Q3] contest USD 500.00 held USD 0.00: place 2",
            "eve SPIF 1 spif [2026-08-01 to 2026-08-31] payout USD 100.00 held USD 0.00: ",
        ]
    );
    let given = world.all::<Recognition>(&run).await;
    let given: Vec<_> = given.iter().map(|r| format!("{} {} {}", r.participant, r.badge, r.period)).collect();
    // Once per quarter: not in August again.
    assert_eq!(given, ["ana first_deal 2026-07-01 to 2026-07-31", "eve first_deal 2026-08-01 to 2026-08-31"]);
}

#[tokio::test]
async fn who_is_not_scored_not_covered_or_not_credited_is_told_with_the_reason() {
    let world = World::ready().await;
    let run = world.close().await;
    assert_eq!(
        findings(&world.all::<Finding>(&run).await),
        [
            "not scored: bob / Commission / commission: `quota` is missing",
            "not scored: bob / Commission / top: `quota` is missing",
            "not covered: boss /  / : no policy covers `boss` in 2026-Q3",
            "not scored: cy / Commission / commission: `quota` is $0.00, outside its range: $1.00 and above",
            "not scored: cy / Commission / top: `quota` is $0.00, outside its range: $1.00 and above",
            "not covered: dee /  / : no policy covers `dee` in 2026-Q3",
            "not credited: fay / Commission / : `fay` was not employed in 2026-Q3, so what is credited to them counts for nobody: crm D-7",
        ]
    );
}

#[tokio::test]
async fn shares_that_nobody_gets_are_told_together() {
    let world = World::new().await;
    let deals = (2..8).map(|n| deal(n, &format!("D-{n}"), "ana", "", "USD 100.00", "2026-08-01")).collect();
    assert_eq!(world.import(deals).await.problems, []);
    world.publish(&[&COMMISSION.replace("owner 100%, overlay 30% in addition", "owner 70%, overlay 30%")]).await;
    let run = world.close().await;
    let found = findings(&world.all::<Finding>(&run).await);
    let share = |n| format!("30% of `amount` of crm D-{n} ($30.00) is not credited: `overlay` is missing");
    let told = [share(2), share(3), share(4), "and 3 more shares like these".to_owned()].join("; ");
    assert_eq!(found[0], format!("not credited: ana / Commission / : {told}"));
    assert_eq!(found.iter().filter(|found| found.starts_with("not credited")).count(), 1);
}

#[tokio::test]
async fn two_goals_on_the_measure_are_no_quota() {
    let world = World::ready().await;
    world.company.goals.lock().unwrap().push(goal("g-ana-2", OwnerKind::Person, "ana", "bookings", "USD 1.00"));
    let run = world.close().await;
    let found = findings(&world.all::<Finding>(&run).await);
    let why = "not scored: ana / Commission / commission: no single quota: the goals `g-ana` and `g-ana-2` are all on `bookings` in 2026-Q3; keep one";
    assert!(found.iter().any(|found| found == why), "{found:#?}");
}

#[tokio::test]
async fn scores_credits_attainments_and_the_roster_are_told() {
    let world = World::ready().await;
    let run = world.close().await;
    let scores = world.all::<Score>(&run).await;
    let of_ana: Vec<_> = scores
        .iter()
        .filter(|s| s.participant == id("ana") && s.period == "2026-Q3")
        .map(|s| format!("{:?} {} {} {}", s.kind, s.policy, s.output, s.value.0))
        .collect();
    assert_eq!(
        of_ana,
        [
            "Attainment Commission attainment 13/10",
            "Definition Commission big 2",
            "Measure  bookings USD 130000.00",
            "Payout Commission commission USD 8000.00",
        ]
    );
    // The boss has a goal and no policy: rolled-up credit counts, the overlay's share too.
    let attained = world.all::<Attainment>(&run).await;
    let attained: Vec<_> = attained
        .iter()
        .map(|a| {
            let actual = a.standing.actual.as_ref().map(|actual| actual.0.to_string()).unwrap_or_default();
            let ratio = a.standing.attainment.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{} {actual} {ratio} {}", a.owner, a.standing.reason)
        })
        .collect();
    assert_eq!(
        attained,
        [
            "organisation USD 165000.00 1/2 ",
            "people/ana USD 130000.00 13/10 ",
            "people/boss USD 181000.00 181/200 ",
            "people/cy USD 10000.00  the target is 0",
            "people/dee 3/4 3/4 ",
            "people/eve USD 20000.00 1/2 ",
            // Without eve, who had left; each deal once.
            "teams/east-coast USD 140000.00 7/16 ",
        ]
    );
    let credits = world.all::<Credit>(&run).await;
    let of_d2: Vec<_> = credits
        .iter()
        .filter(|c| c.external_id == "D-2")
        .map(|c| format!("{} as {} {}", c.participant, c.credited_as, c.amount))
        .collect();
    assert_eq!(of_d2, ["ana as owner USD 70000.00", "bob as overlay USD 21000.00", "boss as manager USD 91000.00"]);
    let roster = world.all::<RosterEntry>(&run).await;
    let roster: Vec<_> = roster.iter().map(|r| (r.participant.as_str(), r.active)).collect();
    assert_eq!(roster, [("ana", true), ("bob", true), ("boss", true), ("cy", true), ("dee", true), ("eve", false)]);
}

#[tokio::test]
async fn a_team_is_rated_by_the_average_of_its_members() {
    let world = World::ready().await;
    let mut rated = goal("g-csat", OwnerKind::Team, "east-coast", "csat", "USD 1.00");
    rated.targets[0].target = value(ValueType::Number, "4");
    world.company.goals.lock().unwrap().push(rated);
    let rating = |on, text| Rating { measure: "csat".to_owned(), on, value: value(ValueType::Number, text) };
    world.company.ratings.lock().unwrap().extend([
        (id("bob"), rating(date(2026, 7, 31), "4")),
        // Left, and outside the quarter.
        (id("eve"), rating(date(2026, 7, 31), "1")),
        (id("cy"), rating(date(2026, 10, 1), "1")),
    ]);
    let run = world.close().await;
    let attained = world.all::<Attainment>(&run).await;
    let found = attained.iter().find(|a| a.standing.goal == "g-csat").unwrap();
    assert_eq!(found.standing.actual, Some(value(ValueType::Number, "7/2")));
    assert_eq!(found.standing.attainment, Some("7/8".parse().unwrap()));
}

#[tokio::test]
async fn figures_are_told_from_the_trace() {
    let world = World::ready().await;
    let run = world.close().await;
    let untold = Untold {
        run: run.id.clone(),
        participant: "ana".to_owned(),
        policy: "Commission".to_owned(),
        version: 1,
        period: "2026-Q3".to_owned(),
        output: "commission".to_owned(),
    };
    let told = world.scoring.figures(&Scope::Everyone, std::slice::from_ref(&untold)).await.unwrap();
    let text = told[&untold].join("\n");
    for figure in ["$130,000.00", "$100,000.00", "$8,000.00", "Section 6"] {
        assert!(text.contains(figure), "{text}");
    }
}

#[tokio::test]
async fn the_same_inputs_give_the_same_run_and_other_inputs_another() {
    let world = World::ready().await;
    let cutoffs = Cutoffs::default();
    let (run, created) = world.scoring.freeze("cycles/2026-Q3", cutoffs).await.unwrap();
    assert!(created);
    assert!(run.id.as_str().starts_with("2026-q3-"), "{}", run.id);
    let (again, created) = world.scoring.freeze("cycles/2026-Q3", cutoffs).await.unwrap();
    assert_eq!((&again.id, created), (&run.id, false));
    // A result outside of the quarter changes nothing; one inside does.
    world.import(vec![deal(2, "D-8", "ana", "", "USD 1.00", "2026-10-02")]).await;
    assert_eq!(world.freeze().await.id, run.id);
    world.import(vec![deal(2, "D-9", "bob", "", "USD 1.00", "2026-09-02")]).await;
    let other = world.freeze().await;
    assert_ne!(other.id, run.id);
    // And the first one's cut-off still gives the first.
    assert_eq!(world.scoring.freeze("cycles/2026-Q3", run.cutoffs).await.unwrap().0.id, run.id);
    world.execute(&run.id).await;
    assert!(!words(&world.all::<Line>(&run).await).iter().any(|line| line.starts_with("bob")));
}

/// What is pinned at "now" would be another run tomorrow, and a change that is yet to come would be another then.
#[tokio::test]
async fn a_run_is_pinned_at_changes_that_are_on_record() {
    let world = World::ready().await;
    let last = Cutoffs { scoring: world.scoring.cutoff().await.unwrap(), ..world.company.cutoffs().await.unwrap() };
    let (run, _) = world.scoring.freeze("cycles/2026-Q3", Cutoffs::default()).await.unwrap();
    assert_eq!(run.cutoffs, last, "0 is the last change there is");
    assert!([last.directory, last.goals, last.feedback, last.scoring].iter().all(|change| *change > 0), "{last:?}");
    for (cutoffs, of) in [
        (Cutoffs { scoring: 999, ..last }, "999 of results"),
        (Cutoffs { scoring: -5, ..last }, "-5 of results"),
        (Cutoffs { feedback: 1_000_000_000_000, ..last }, "1000000000000 of feedback"),
        (Cutoffs { goals: last.goals + 1, ..last }, "of goals"),
        (Cutoffs { directory: -1, ..last }, "-1 of people"),
    ] {
        let frozen = world.scoring.freeze("cycles/2026-Q3", cutoffs).await.unwrap_err();
        let previewed = world.scoring.preview("cycles/2026-Q3", cutoffs).await.unwrap_err();
        assert_eq!((frozen.reason.as_str(), &frozen), ("BAD_CUTOFF", &previewed));
        assert!(frozen.message.contains(of) && frozen.message.contains("0 means that one"), "{frozen}");
    }
}

#[tokio::test]
async fn every_kind_of_input_is_pinned_and_what_comes_later_is_not() {
    type Change = fn(&World);
    let changes: [(&str, bool, Change); 7] = [
        ("a goal's target", true, |w| {
            w.company.goals.lock().unwrap()[5].targets[0].target = value(ValueType::Money, "USD 1.00")
        }),
        ("a milestone's progress", true, |w| w.company.goals.lock().unwrap()[3].progress.truncate(1)),
        ("a rating", true, |w| w.company.ratings.lock().unwrap()[2].1.value = value(ValueType::Number, "4")),
        ("a rating's day outside", false, |w| {
            let (who, rating) = w.company.ratings.lock().unwrap()[0].clone();
            w.company.ratings.lock().unwrap().push((who, Rating { on: date(2026, 10, 2), ..rating }));
        }),
        ("a manager", true, |w| {
            w.company.people.lock().unwrap()[1].history[4].value = Some(value(ValueType::Participant, "bob"))
        }),
        ("the schema", true, |w| *w.company.schema.lock().unwrap() = Some(SCHEMA.replace("version 1", "version 2"))),
        ("a person's later role", false, |w| {
            let role = value(ValueType::Choice, "Boss");
            let later = DatedValue { attribute: "role".to_owned(), from: date(2026, 10, 1), value: Some(role) };
            w.company.people.lock().unwrap()[1].history.push(later);
        }),
    ];
    let world = World::ready().await;
    let run = world.freeze().await;
    for (what, counts, change) in changes {
        let world = World::ready().await;
        change(&world);
        assert_eq!(world.freeze().await.id != run.id, counts, "{what}");
    }
    world.publish(&[&SPIF.replace("SPIF", "Another")]).await;
    assert_ne!(world.freeze().await.id, run.id, "a policy");
}

#[tokio::test]
async fn results_depend_on_neither_row_order_nor_shards() {
    let world = World::ready().await;
    let expected = world.close().await;
    for (shard_size, chunk_size, workers) in [(1, 1, 4), (100, 100, 1), (3, 2, 3)] {
        let other = World::with(Settings { workers, shard_size, chunk_size, lease: 60_000 }).await;
        let mut rows = quarter();
        rows.reverse();
        // In two files, so that the numbers of changes differ too.
        let rest = rows.split_off(3);
        other.fill(rows).await;
        other.import(rest).await;
        other.company.people.lock().unwrap().reverse();
        other.company.goals.lock().unwrap().reverse();
        let found = other.close().await;
        assert_eq!((&found.id, &found.root), (&expected.id, &expected.root), "{shard_size} {chunk_size} {workers}");
    }
}

#[tokio::test]
async fn a_preview_gives_the_same_root_and_leaves_nothing_behind() {
    let world = World::ready().await;
    let (preview, whole) = world.scoring.preview("cycles/2026-Q3", Cutoffs::default()).await.unwrap();
    assert_eq!(whole.lines.len(), 8);
    assert_eq!(world.scoring.run(&preview.id).await.unwrap_err().reason, "UNKNOWN_RUN");
    let run = world.close().await;
    assert_eq!((&run.id, &run.root), (&preview.id, &preview.root));
}

#[tokio::test]
async fn what_is_missing_is_said_with_what_to_do() {
    let world = World::new().await;
    let freeze = async || world.scoring.freeze("cycles/2026-Q3", Cutoffs::default()).await.unwrap_err();
    let none = freeze().await;
    assert_eq!((none.kind, none.reason.as_str()), (merit_core::Kind::FailedPrecondition, "NO_POLICIES"));
    assert_eq!(
        none.message,
        "no policy has a period that ends in 2026-Q3; publish one with `merit rules publish PATH`"
    );
    *world.company.schema.lock().unwrap() = None;
    let none = freeze().await;
    assert_eq!((none.kind, none.reason.as_str()), (merit_core::Kind::FailedPrecondition, "NO_SCHEMA"));
    assert_eq!(none.message, "no schema is registered; run `merit schema apply FILE` first");
}

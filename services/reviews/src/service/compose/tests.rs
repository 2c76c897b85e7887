//! Scorecards from rows: what is on them, what is not, and that the order of the rows doesn't matter.

use jiff::civil::date;
use merit_core::ids::RunId;
use merit_core::{Ratio, Value};
use merit_proto::scorecard::v1 as proto;
use proptest::prelude::*;

use super::compose;
use super::sorted::Facts;
use super::{Ground, attention, person as own};
use crate::encoding::decode;
use crate::model::{
    CardKind, Composition, FeedbackLine, Finding, FindingKind, Gathered, GoalLine, NotScoredLine, OutcomeKind, Owner,
    Pins, RecognitionLine, RewardKind, RewardLine, RosterEntry, ScoreLine, Scorecard, SelfAssessment,
};
use crate::service::fakes::{adjustment, cycle, on_roster, person, reward, usd};

fn ratio(text: &str) -> Ratio {
    text.parse().unwrap()
}

fn goal(id: &str, attainment: Option<&str>, weight: Option<&str>) -> GoalLine {
    GoalLine {
        goal: id.to_owned(),
        title: format!("Goal {id}"),
        perspective: "financial".to_owned(),
        measure: "bookings".to_owned(),
        actual: None,
        target: None,
        attainment: attainment.map(ratio),
        reason: if attainment.is_some() { String::new() } else { "`quota` is missing".to_owned() },
        weight: weight.map(ratio),
        self_assessment: None,
    }
}

fn view(rating: Option<&str>) -> SelfAssessment {
    SelfAssessment { rating: rating.map(ratio), comment: "as I see it".to_owned(), given_on: date(2026, 10, 2) }
}

fn note() -> FeedbackLine {
    FeedbackLine {
        author: person("bo"),
        given_on: date(2026, 8, 3),
        text: "The handover notes helped".to_owned(),
        goal: String::new(),
        acknowledged: true,
        replies: Vec::new(),
    }
}

fn score(output: &str, kind: OutcomeKind, value: Value) -> ScoreLine {
    ScoreLine {
        policy: "Score".to_owned(),
        version: 1,
        output: output.to_owned(),
        about: "What the policy says".to_owned(),
        value,
        kind,
        period: "2026-Q3".to_owned(),
        figures: vec!["salary $80,000.00".to_owned()],
    }
}

fn pins() -> Pins {
    Pins { goals: 1, feedback: 1, shows_pay: false, adjustments: Vec::new() }
}

fn composed(gathered: Gathered, pins: Pins) -> Composition {
    compose(&cycle(), &RunId::new("2026-q3-aaa").unwrap(), gathered, pins)
}

fn card(composition: &Composition, kind: CardKind, who: &str) -> proto::Scorecard {
    let found = composition.cards.iter().find(|card| card.kind == kind && card.person == person(who));
    decode(&found.unwrap_or_else(|| panic!("no {kind:?} of {who}")).bytes).unwrap()
}

/// Ana's own scorecard from these goals.
fn anas(goals: Vec<GoalLine>, notes: Vec<FeedbackLine>, findings: Vec<Finding>) -> Scorecard {
    let gathered = Gathered {
        roster: vec![on_roster("ana", Some("bo"))],
        attainments: goals.into_iter().map(|goal| (Owner::Person(person("ana")), goal)).collect(),
        feedback: notes.into_iter().map(|note| (person("ana"), note)).collect(),
        findings,
        ..Gathered::default()
    };
    let run = RunId::new("2026-q3-aaa").unwrap();
    let facts = Facts::sort(gathered, &[]);
    let ground = Ground { cycle: &cycle(), run: &run, shows_pay: false };
    own::scorecard(&ground, &person("ana"), &facts.people[&person("ana")])
}

/// What the case is, goals, whether there is feedback, findings, the reasons expected.
type Case = (&'static str, Vec<GoalLine>, bool, Vec<Finding>, &'static [&'static str]);

#[test]
fn who_needs_attention_and_why() {
    let with = |id: &str, attainment: Option<&str>, rating: Option<&str>| GoalLine {
        self_assessment: Some(view(rating)),
        ..goal(id, attainment, Some("1"))
    };
    let money = GoalLine {
        actual: Some(Value::Money(usd(31_000_000))),
        target: Some(Value::Money(usd(50_000_000))),
        ..goal("a", Some("0.62"), None)
    };
    let not_scored = Finding {
        kind: FindingKind::NotScored,
        person: Some(person("ana")),
        line: NotScoredLine {
            policy: "AE commission".to_owned(),
            output: "commission".to_owned(),
            reason: "`quota` is missing".to_owned(),
        },
    };
    let table: Vec<Case> = vec![
        ("all well", vec![goal("a", Some("0.8"), Some("1"))], true, vec![], &[]),
        (
            "just below",
            vec![goal("a", Some("0.7999"), Some("1"))],
            true,
            vec![],
            &["goal “Goal a” reached 80% of its target"],
        ),
        (
            "with figures",
            vec![money],
            true,
            vec![],
            &["goal “Goal a” reached 62% of its target ($310,000.00 against $500,000.00)"],
        ),
        (
            "weighted over both",
            vec![goal("a", Some("1"), Some("1/4")), goal("b", Some("1/2"), Some("3/4"))],
            true,
            vec![],
            &["overall attainment is 62.5%, weighted over 2 goals", "goal “Goal b” reached 50% of its target"],
        ),
        (
            "a goal without a result is left out of the weights",
            vec![goal("a", Some("9/10"), Some("1/4")), goal("b", None, Some("3/4"))],
            true,
            vec![],
            &["goal “Goal b” has no result: `quota` is missing"],
        ),
        ("a gap of less than twenty points", vec![with("a", Some("1"), Some("0.801"))], true, vec![], &[]),
        ("own view far below: no trouble", vec![with("a", Some("1"), Some("0.5"))], true, vec![], &[]),
        (
            "own view far above",
            vec![with("a", Some("0.9"), Some("1.255"))],
            true,
            vec![],
            &["self-assessment of goal “Goal a” is 125.5%, 35.5 points above its attainment of 90%"],
        ),
        ("words alone make no gap", vec![with("a", Some("1"), None)], true, vec![], &[]),
        (
            "not scored",
            vec![goal("a", Some("1"), None)],
            true,
            vec![not_scored],
            &["`commission` of “AE commission” was not scored: `quota` is missing"],
        ),
        (
            "nothing at all",
            vec![],
            false,
            vec![],
            &["has no goals in this cycle", "received no feedback in this cycle"],
        ),
    ];
    for (case, goals, noted, findings, expected) in table {
        let notes = if noted { vec![note()] } else { Vec::new() };
        assert_eq!(attention::reasons(&anas(goals, notes, findings)), expected, "{case}");
    }
}

#[test]
fn overall_attainment_counts_only_what_is_there() {
    for (goals, overall) in [
        (vec![], None),
        (vec![goal("a", Some("1"), None), goal("b", None, Some("1"))], None),
        (
            vec![
                goal("a", Some("3/2"), Some("2/5")),
                goal("b", Some("3/4"), Some("1/5")),
                goal("c", None, Some("2/5")),
            ],
            Some("5/4"),
        ),
        (vec![goal("a", Some("1"), Some("0"))], None),
    ] {
        assert_eq!(super::overall(&goals), overall.map(ratio), "{goals:?}");
    }
}

#[test]
fn what_is_missing_is_named_and_never_zero() {
    let assessed = GoalLine { self_assessment: Some(view(None)), ..goal("a", Some("1"), None) };
    let nothing = anas(vec![assessed, goal("b", None, None)], vec![], vec![]);
    assert_eq!(nothing.missing, ["no self-assessment for goal “Goal b”", "no feedback received in this cycle"]);
    assert_eq!(nothing.goals[1].attainment, None);
    assert_eq!(anas(vec![], vec![note()], vec![]).missing, ["no goals in this cycle"]);
    let uncovered = Finding {
        kind: FindingKind::NotCovered,
        person: Some(person("ana")),
        line: NotScoredLine { policy: String::new(), output: String::new(), reason: "no policy covers ana".to_owned() },
    };
    let covered = anas(vec![goal("a", Some("1"), None)], vec![note()], vec![uncovered]);
    assert_eq!(covered.missing, ["no policy covers ana", "no self-assessment for goal “Goal a”"]);
}

/// Ana and Cy report to Bo; Cy left before the end. Di has no manager and no rows.
fn team() -> Gathered {
    let ana = || person("ana");
    Gathered {
        roster: vec![
            on_roster("ana", Some("bo")),
            RosterEntry { active: false, ..on_roster("cy", Some("bo")) },
            on_roster("bo", None),
            on_roster("di", None),
        ],
        attainments: vec![
            (Owner::Person(ana()), goal("a", Some("0.5"), Some("1"))),
            (Owner::Team("east".to_owned()), goal("east", Some("1"), None)),
            (Owner::Team("west".to_owned()), goal("west", Some("1"), None)),
            (Owner::Organisation, goal("all", Some("1"), None)),
        ],
        goals: vec![
            (Owner::Person(ana()), goal("a", None, None)),
            (Owner::Person(ana()), goal("b", Some("1/3"), None)),
        ],
        scores: vec![
            (ana(), score("bookings", OutcomeKind::Measure, Value::Money(usd(5_000)))),
            (ana(), score("savings", OutcomeKind::Measure, Value::Money(usd(6_000)))),
            (ana(), score("tenure", OutcomeKind::Definition, Value::Count(62))),
            (ana(), score("score", OutcomeKind::Definition, Value::Percent(ratio("0.7")))),
            (ana(), score("base_pay", OutcomeKind::Definition, Value::Money(usd(7_000)))),
            (ana(), score("raise", OutcomeKind::Recommendation, Value::Percent(ratio("0.04")))),
            (ana(), score("rating", OutcomeKind::Recommendation, Value::Text("Strong".to_owned()))),
            (
                ana(),
                ScoreLine {
                    about: String::new(),
                    ..score("a_step_on_the_way", OutcomeKind::Definition, Value::Percent(ratio("0.3")))
                },
            ),
            (
                ana(),
                ScoreLine {
                    policy: "AE commission".to_owned(),
                    ..score("commission", OutcomeKind::Payout, Value::Money(usd(100_000)))
                },
            ),
        ],
        rewards: vec![
            (ana(), reward("commission", 100_000, 10_000)),
            (person("cy"), reward("commission", 3_000, 0)),
            (person("gone"), reward("commission", 500, 0)),
        ],
        recognitions: vec![(
            ana(),
            RecognitionLine {
                policy: "Recognition".to_owned(),
                title: "Hot streak".to_owned(),
                badge: "hot_streak".to_owned(),
                level: "gold".to_owned(),
                points: "250".to_owned(),
                kudos_from: String::new(),
                text: "{participant.name} did it".to_owned(),
            },
        )],
        feedback: vec![(ana(), note()), (person("nobody-here"), note())],
        self_assessments: vec![(ana(), "a".to_owned(), view(Some("0.9")))],
        ..Gathered::default()
    }
}

#[test]
fn a_manager_sees_the_team_and_no_pay() {
    let composition = composed(team(), pins());
    let team = card(&composition, CardKind::Team, "bo");
    assert_eq!(team.members.iter().map(|member| member.person.as_str()).collect::<Vec<_>>(), ["people/ana"]);
    assert_eq!(team.goals.iter().map(|goal| goal.goal.as_str()).collect::<Vec<_>>(), ["goals/east"]);
    let ana = &team.members[0];
    assert_eq!(ana.scores.iter().map(|line| line.output.as_str()).collect::<Vec<_>>(), ["rating", "savings", "score"]);
    assert!(ana.scores.iter().all(|line| line.figures.is_empty()));
    assert!(ana.attention.iter().any(|reason| reason.contains("40 points above")), "{:?}", ana.attention);
    // Whatever is added to scorecards later: no amount of pay may be in the bytes.
    let text = format!("{team:?}");
    for pay in ["100000", "10000", "7000", "1/25", "80,000"] {
        assert!(!text.contains(pay), "{pay} in {text}");
    }
    let managers: Vec<_> = composition.cards.iter().filter(|card| card.kind == CardKind::Team).collect();
    assert_eq!(managers.len(), 1);
}

#[test]
fn a_manager_sees_pay_where_the_cycle_shows_it() {
    let composition = composed(team(), Pins { shows_pay: true, ..pins() });
    let team = card(&composition, CardKind::Team, "bo");
    assert!(team.shows_pay);
    assert_eq!(team.totals[0].amount.as_ref().unwrap().minor_units, 100_000);
    assert_eq!(team.members[0].totals[0].held.as_ref().unwrap().minor_units, 10_000);
    assert_eq!(team.members[0].scores.len(), 5);
}

#[test]
fn a_persons_own_scorecard_is_whole() {
    let composition = composed(team(), Pins { adjustments: vec![adjustment("ana", 1, -2_500)], ..pins() });
    let ana = card(&composition, CardKind::Person, "ana");
    assert_eq!(
        (ana.first_day.as_str(), ana.last_day.as_str(), ana.run.as_str()),
        ("2026-07-01", "2026-09-30", "runs/2026-q3-aaa")
    );
    // Goals that scoring says nothing about stand as they are on record; the others as scoring found them.
    let goals: Vec<_> = ana.goals.iter().map(|goal| (goal.goal.as_str(), goal.attainment.as_str())).collect();
    assert_eq!(goals, [("goals/a", "1/2"), ("goals/b", "1/3")]);
    assert_eq!(ana.goals[0].self_assessment.as_ref().unwrap().rating, "9/10");
    assert_eq!(ana.overall_attainment, "1/2");
    let outputs: Vec<_> = ana.scores.iter().map(|line| (line.output.as_str(), line.proposal)).collect();
    assert_eq!(
        outputs,
        [
            ("base_pay", false),
            ("raise", true),
            ("rating", true),
            ("savings", false),
            ("score", false),
            ("tenure", false),
        ]
    );
    let rewards: Vec<_> =
        ana.rewards.iter().map(|line| (line.line.as_str(), line.because.len(), line.adjustment)).collect();
    assert_eq!(rewards, [("2026-Q3", 0, false), ("adjustment-1", 1, true)]);
    assert_eq!(ana.totals[0].amount.as_ref().unwrap().minor_units, 97_500);
    assert_eq!((ana.recognitions.len(), ana.feedback.len(), ana.members.len()), (1, 1, 0));
}

/// A payout that a gate set to nothing has no reward; its figures, which name the gate, are shown. What is paid stands once.
#[test]
fn a_payout_without_a_reward_keeps_its_line() {
    let gate = "Customer health gate not met, so $0.00";
    let payout = |policy: &str, output: &str, period: &str, minor: i64| ScoreLine {
        policy: policy.to_owned(),
        period: period.to_owned(),
        figures: vec![gate.to_owned()],
        ..score(output, OutcomeKind::Payout, Value::Money(usd(minor)))
    };
    // The payout; whether it has a line of its own beside the reward `AE commission`, `commission`, 2026-Q3.
    let table = [
        ("paid", payout("AE commission", "commission", "2026-Q3", 100_000), false),
        ("gated to nothing", payout("AE commission", "bonus", "2026-Q3", 0), true),
        ("gated in one month", payout("AE commission", "commission", "2026-07", 0), true),
        ("another policy's of the same name", payout("CSM plan", "commission", "2026-Q3", 0), true),
    ];
    for (case, payout, shown) in table {
        let gathered = Gathered { scores: vec![(person("ana"), payout)], ..team() };
        let composition = composed(gathered.clone(), Pins { shows_pay: true, ..pins() });
        let ana = card(&composition, CardKind::Person, "ana");
        let lines: Vec<_> = ana.scores.iter().map(|line| line.figures.clone()).collect();
        assert_eq!(lines, if shown { vec![vec![gate.to_owned()]] } else { vec![] }, "{case}");
        assert_eq!(ana.rewards.len(), 1, "{case}");
        for pins in [pins(), Pins { shows_pay: true, ..pins() }] {
            let team = card(&composed(gathered.clone(), pins), CardKind::Team, "bo");
            assert!(team.members[0].scores.is_empty(), "{case}: told to the manager");
        }
    }
}

#[test]
fn what_is_freed_stands_beside_what_is_held_back_and_never_in_it() {
    let freed = RewardLine { kind: RewardKind::Release, ..reward("commission", 0, -4_500) };
    let gathered = Gathered {
        roster: vec![on_roster("ana", None)],
        rewards: vec![(person("ana"), reward("commission", 100_000, 10_000)), (person("ana"), freed)],
        ..Gathered::default()
    };
    let composition = composed(gathered, pins());
    let total = composition.totals[0];
    assert_eq!((total.amount, total.held, total.released), (usd(100_000), usd(10_000), Some(usd(4_500))));
    let ana = card(&composition, CardKind::Person, "ana");
    assert!(ana.rewards.iter().any(|line| line.kind() == proto::RewardKind::Release));
    assert_eq!(ana.totals[0].released.as_ref().unwrap().minor_units, 4_500);
}

#[test]
fn everyone_with_pay_gets_a_scorecard_and_everything_is_in_the_totals() {
    let composition = composed(team(), Pins { adjustments: vec![adjustment("late", 1, 2_000)], ..pins() });
    let people: Vec<_> = composition
        .cards
        .iter()
        .filter(|card| card.kind == CardKind::Person)
        .map(|card| card.person.as_str())
        .collect();
    assert_eq!(people, ["ana", "bo", "cy", "di", "gone", "late"]);
    assert_eq!((composition.totals[0].amount, composition.totals[0].held), (usd(105_500), usd(10_000)));
    // Not in the roster: paid, but nothing else is expected of them.
    assert!(card(&composition, CardKind::Person, "gone").missing.is_empty());
}

#[test]
fn an_amount_too_large_to_be_summed_stops_nobody_else() {
    let mut gathered = team();
    gathered.rewards.push((person("di"), reward("a", i64::MAX, 0)));
    gathered.rewards.push((person("di"), reward("b", 1, 0)));
    let composition = composed(gathered, pins());
    assert!(card(&composition, CardKind::Person, "di").totals.is_empty());
    assert_eq!(card(&composition, CardKind::Person, "di").rewards.len(), 2);
    assert_eq!(card(&composition, CardKind::Person, "ana").totals.len(), 1);
}

proptest! {
    #[test]
    fn the_order_of_rows_changes_no_byte(
        roster in Just(team().roster).prop_shuffle(),
        attainments in Just(team().attainments).prop_shuffle(),
        scores in Just(team().scores).prop_shuffle(),
        rewards in Just(team().rewards).prop_shuffle(),
        goals in Just(team().goals).prop_shuffle(),
    ) {
        let shuffled = Gathered { roster, attainments, scores, rewards, goals, ..team() };
        prop_assert_eq!(composed(shuffled, pins()), composed(team(), pins()));
    }
}

#[test]
fn ten_thousand_people_compose_in_seconds() {
    let mut gathered = Gathered::default();
    for number in 0..10_000 {
        let who = person(&format!("p{number}"));
        gathered.roster.push(on_roster(who.as_str(), Some(&format!("p{}", number / 8))));
        for id in 0..3 {
            gathered
                .attainments
                .push((Owner::Person(who.clone()), goal(&format!("g{number}-{id}"), Some("3/4"), Some("1/3"))));
            gathered
                .scores
                .push((who.clone(), score(&format!("s{id}"), OutcomeKind::Definition, Value::Percent(ratio("0.7")))));
            gathered.self_assessments.push((who.clone(), format!("g{number}-{id}"), view(Some("1"))));
        }
        gathered.rewards.push((who.clone(), reward("commission", 100, 0)));
        gathered.feedback.push((who, note()));
    }
    let start = std::time::Instant::now();
    let composition = composed(gathered, pins());
    assert_eq!(composition.cards.len(), 10_000 + 1_250);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

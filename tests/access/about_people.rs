//! The calls that are about people: how to ask about one, how to ask for all that one may see, and whom the answer tells of.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use merit_proto::directory::v1 as directory;
use merit_proto::feedback::v1 as feedback;
use merit_proto::goals::v1 as goals;
use merit_proto::kept::{ExportScorecardsResponse, ListGoalsResponse, ListScorecardsResponse, read};
use merit_proto::reviews::v1 as reviews;
use merit_proto::scorecard::v1::{ScoreLine, Scorecard, ScorecardKind};
use merit_proto::scoring::v1 as scoring;
use merit_proto::r#type::v1::Money;
use prost::Message;

use crate::world::{Answer, CYCLE, World};

/// People, by resource name.
pub type Told = BTreeSet<String>;

type One = fn(&World, &str) -> Vec<u8>;
type All = Option<fn(&World) -> Vec<u8>>;
type Tell = fn(&Answer, &str) -> Told;

/// A call about people, or a part of it.
pub struct AboutPeople {
    /// The row of the table.
    pub row: &'static str,
    /// Asks about one person.
    pub one: One,
    /// Asks for everybody whom one may see, where the call can.
    pub all: All,
    /// Whom an answer tells of, where a person was asked for.
    pub told: Tell,
    /// What an answer names where it is about a person: them, or a thing of theirs.
    pub named: fn(&World, &str) -> String,
    /// The row of those who see that the thing is there, where more people do than may call.
    pub seen_by: Option<&'static str>,
}

/// After the others, because they change what those tell.
pub const CHANGING: [&str; 3] = ["feedback CreateNote", "goals CreateGoal", "scoring CreateAdjustment"];

/// All of them.
pub fn calls() -> Vec<AboutPeople> {
    let mut calls = Vec::new();
    let mut add = |row: &'static str, one: One, all: All, told: Tell| {
        calls.push(AboutPeople { row, one, all, told, named: |_, person| person.to_owned(), seen_by: None });
    };
    add("directory GetPerson", get_person, None, |answer, _| {
        names(answer.read::<directory::GetPersonResponse>().into_iter().filter_map(|told| told.person).map(|p| p.name))
    });
    add("directory GetPerson: details", get_person, None, |answer, _| {
        let people = answer.read::<directory::GetPersonResponse>().into_iter().filter_map(|told| told.person);
        names(people.filter(has_details).map(|person| person.name))
    });
    add("directory ListPeople", list_people, Some(|_| bytes(&directory::ListPeopleRequest::default())), |answer, _| {
        let people = answer.read::<directory::ListPeopleResponse>().into_iter().flat_map(|told| told.people);
        names(people.map(|person| person.name))
    });
    add(
        "directory ListPeople: details",
        list_people,
        Some(|_| bytes(&directory::ListPeopleRequest::default())),
        |answer, _| {
            let people = answer.read::<directory::ListPeopleResponse>().into_iter().flat_map(|told| told.people);
            names(people.filter(has_details).map(|person| person.name))
        },
    );
    one_goal(&mut calls);
    let mut add = |row: &'static str, one: One, all: All, told: Tell| {
        calls.push(AboutPeople { row, one, all, told, named: |_, person| person.to_owned(), seen_by: None });
    };
    add(
        "goals ListGoals",
        |_, person| bytes(&goals::ListGoalsRequest { owner: name(person), ..list_goals() }),
        Some(|_| bytes(&list_goals())),
        |answer, _| {
            let told = answer.read::<ListGoalsResponse>().into_iter().flat_map(|told| read(told.goals).unwrap());
            names(told.map(|goal| goal.owner).filter(|owner| owner.starts_with("people/")))
        },
    );
    add(
        "scoring GetStanding",
        |_, person| {
            let cycle = CYCLE.to_owned();
            bytes(&scoring::GetStandingRequest { person: name(person), cycle, ..Default::default() })
        },
        None,
        asked,
    );
    for row in ["scoring ListLines", "scoring ListLines: in a cycle that shows team pay"] {
        add(
            row,
            |_, person| bytes(&scoring::ListLinesRequest { participant: name(person), ..list_lines() }),
            Some(|_| bytes(&list_lines())),
            |answer, _| {
                let told = answer.read::<scoring::ListLinesResponse>().into_iter().flat_map(|told| told.lines);
                names(told.map(|line| line.participant))
            },
        );
    }
    for row in ["scoring ExportLedger", "scoring ExportLedger: in a cycle that shows team pay"] {
        add(
            row,
            |_, person| bytes(&scoring::ExportLedgerRequest { participant: name(person), ..export_ledger() }),
            Some(|_| bytes(&export_ledger())),
            |answer, _| {
                let told = answer.read::<scoring::ExportLedgerResponse>().into_iter().flat_map(|told| told.lines);
                names(told.map(|line| line.participant))
            },
        );
    }
    for row in ["scoring ExplainPerson", "scoring ExplainPerson: in a cycle that shows team pay"] {
        add(
            row,
            |_, person| {
                let cycle = CYCLE.to_owned();
                bytes(&scoring::ExplainPersonRequest { person: name(person), cycle, ..Default::default() })
            },
            None,
            asked,
        );
    }
    scores(&mut add);
    lists_of_a_run(&mut add);
    add(
        "feedback ListNotes",
        |_, person| bytes(&feedback::ListNotesRequest { person: name(person), ..Default::default() }),
        None,
        |answer, asked| {
            let told = answer.read::<feedback::ListNotesResponse>().into_iter().flat_map(|told| told.notes);
            names(told.map(|note| note.receiver).filter(|receiver| *receiver == name(asked)))
        },
    );
    add("reviews ListScorecards", list_scorecards_of, Some(|_| bytes(&list_scorecards())), |answer, _| {
        cards(answer).iter().flat_map(people_on).collect()
    });
    for row in ["reviews ListScorecards: pay", "reviews ListScorecards: pay, in a cycle that shows team pay"] {
        add(row, list_scorecards_of, Some(|_| bytes(&list_scorecards())), |answer, _| {
            cards(answer).iter().flat_map(paid_on).collect()
        });
    }
    add("reviews ExportScorecards", export_scorecards_of, Some(|_| bytes(&export_scorecards())), |answer, _| {
        exported_cards(answer).iter().flat_map(people_on).collect()
    });
    for row in ["reviews ExportScorecards: pay", "reviews ExportScorecards: pay, in a cycle that shows team pay"] {
        add(row, export_scorecards_of, Some(|_| bytes(&export_scorecards())), |answer, _| {
            exported_cards(answer).iter().flat_map(paid_on).collect()
        });
    }
    add(
        "feedback CreateNote",
        |_, person| {
            let text = "You listened well in the Monday call.".to_owned();
            bytes(&feedback::CreateNoteRequest { receiver: name(person), text, ..Default::default() })
        },
        None,
        asked,
    );
    add(
        "scoring CreateAdjustment",
        |_, person| {
            let amount = Some(Money { currency_code: "USD".to_owned(), minor_units: 100 });
            let (cycle, reason) = (CYCLE.to_owned(), "a test".to_owned());
            bytes(&scoring::CreateAdjustmentRequest {
                participant: name(person),
                cycle,
                reason,
                amount,
                ..Default::default()
            })
        },
        None,
        asked,
    );
    for row in ["scoring GetLine", "scoring GetLine: in a cycle that shows team pay"] {
        calls.push(AboutPeople {
            row,
            one: |world, person| bytes(&scoring::GetLineRequest { name: world.line(person) }),
            all: None,
            told: |answer, _| {
                let told = answer.read::<scoring::GetLineResponse>().into_iter().filter_map(|told| told.line);
                names(told.map(|line| line.participant))
            },
            named: |world, person| world.line(person),
            seen_by: None,
        });
    }
    let seen_by = Some("feedback ListNotes");
    calls.push(AboutPeople {
        row: "feedback ReplyToNote",
        one: |world, person| {
            let text = "Thank you.".to_owned();
            bytes(&feedback::ReplyToNoteRequest { name: world.note(person), text, ..Default::default() })
        },
        all: None,
        told: asked,
        named: |world, person| world.note(person),
        seen_by,
    });
    calls.push(AboutPeople {
        row: "feedback AcknowledgeNote",
        one: |world, person| bytes(&feedback::AcknowledgeNoteRequest { name: world.note(person) }),
        all: None,
        told: asked,
        named: |world, person| world.note(person),
        seen_by,
    });
    calls.sort_by_key(|call| CHANGING.contains(&call.row));
    calls
}

/// Calls about one goal, which name it or its owner.
fn one_goal(calls: &mut Vec<AboutPeople>) {
    let mut add = |row: &'static str, one: One, told: Tell, named: fn(&World, &str) -> String| {
        calls.push(AboutPeople { row, one, all: None, told, named, seen_by: None });
    };
    let goal: fn(&World, &str) -> String = |_, person| goal(person);
    add("goals GetGoal", |_, person| bytes(&goals::GetGoalRequest { name: self::goal(person) }), asked, goal);
    add(
        "goals CreateGoal",
        |_, person| {
            static MADE: AtomicU32 = AtomicU32::new(0);
            let goal = goals::Goal {
                cycle: CYCLE.to_owned(),
                owner: name(person),
                title: "A pilot".to_owned(),
                perspective: "innovation".to_owned(),
                done_when: "Two practices use it.".to_owned(),
                ..Default::default()
            };
            let goal_id = format!("pilot-{}", MADE.fetch_add(1, Ordering::Relaxed));
            bytes(&goals::CreateGoalRequest { goal: Some(goal), goal_id, ..Default::default() })
        },
        asked,
        |_, person| person.to_owned(),
    );
    add(
        "goals UpdateGoal",
        |_, person| {
            // What it says already: nothing changes.
            let title = "Business of ten thousand".to_owned();
            let goal = goals::Goal { name: self::goal(person), title, ..Default::default() };
            bytes(&goals::UpdateGoalRequest { goal: Some(goal), ..Default::default() })
        },
        asked,
        goal,
    );
    add(
        "goals RecordProgress",
        |_, person| {
            let progress =
                goals::Progress { on: "2026-08-01".to_owned(), done: "1/2".to_owned(), ..Default::default() };
            let name = self::goal(person);
            bytes(&goals::RecordProgressRequest { name, progress: Some(progress), ..Default::default() })
        },
        // A measured goal has no progress of its own: only who may write it is told so.
        |answer, person| names((answer.reason == "BAD_GOAL").then(|| name(person)).into_iter()),
        goal,
    );
}

/// A person's goal, whoever is there: `goals/mia-goal`.
fn goal(person: &str) -> String {
    format!("goals/{person}-goal")
}

/// Scores of a run, and what of them is pay.
fn scores(add: &mut impl FnMut(&'static str, One, All, Tell)) {
    let listed: [(&'static str, Tell); 4] = [
        ("scoring ListScores", |answer, _| whose(listed_scores(answer), |_| true)),
        ("scoring ListScores: payouts", |answer, _| whose(listed_scores(answer), is_payout)),
        ("scoring ListScores: proposed raises", |answer, _| whose(listed_scores(answer), is_raise)),
        ("scoring ListScores: figures of what a policy works out", |answer, _| {
            whose(listed_scores(answer), tells_figures)
        }),
    ];
    for (row, told) in listed {
        add(row, list_scores_of, Some(list_scores), told);
    }
    let exported: [(&'static str, Tell); 4] = [
        ("scoring ExportScores", |answer, _| whose(exported_scores(answer), |_| true)),
        ("scoring ExportScores: payouts", |answer, _| whose(exported_scores(answer), is_payout)),
        ("scoring ExportScores: proposed raises", |answer, _| whose(exported_scores(answer), is_raise)),
        ("scoring ExportScores: figures of what a policy works out", |answer, _| {
            whose(exported_scores(answer), tells_figures)
        }),
    ];
    for (row, told) in exported {
        add(row, export_scores_of, Some(export_scores), told);
    }
}

fn listed_scores(answer: &Answer) -> Vec<scoring::Score> {
    answer.read::<scoring::ListScoresResponse>().into_iter().flat_map(|told| told.scores).collect()
}

fn exported_scores(answer: &Answer) -> Vec<scoring::Score> {
    answer.read::<scoring::ExportScoresResponse>().into_iter().flat_map(|told| told.scores).collect()
}

fn whose(scores: Vec<scoring::Score>, wanted: fn(&scoring::Score) -> bool) -> Told {
    names(scores.into_iter().filter(wanted).map(|score| score.participant))
}

fn is_payout(score: &scoring::Score) -> bool {
    score.kind == "payout"
}

fn is_raise(score: &scoring::Score) -> bool {
    score.kind == "recommendation" && score.output == "raise"
}

/// Those of measures and attainment are everybody's who sees them.
fn tells_figures(score: &scoring::Score) -> bool {
    !["measure", "attainment"].contains(&score.kind.as_str()) && !score.figures.is_empty()
}

/// Lists that have no filter for a person: the one that is asked for is or is not among those told.
fn lists_of_a_run(add: &mut impl FnMut(&'static str, One, All, Tell)) {
    add(
        "scoring ListCredits",
        |world, _| bytes(&scoring::ListCreditsRequest { run: world.run.clone(), ..Default::default() }),
        Some(|world| bytes(&scoring::ListCreditsRequest { run: world.run.clone(), ..Default::default() })),
        |answer, _| {
            let told = answer.read::<scoring::ListCreditsResponse>().into_iter().flat_map(|told| told.credits);
            names(told.map(|credit| credit.participant))
        },
    );
    add(
        "scoring ListRecognitions",
        |world, _| bytes(&scoring::ListRecognitionsRequest { run: world.run.clone(), ..Default::default() }),
        Some(|world| bytes(&scoring::ListRecognitionsRequest { run: world.run.clone(), ..Default::default() })),
        |answer, _| {
            let told = answer.read::<scoring::ListRecognitionsResponse>().into_iter();
            names(told.flat_map(|told| told.recognitions).map(|given| given.participant))
        },
    );
    add(
        "scoring ListAttainments",
        |world, _| bytes(&scoring::ListAttainmentsRequest { run: world.run.clone(), ..Default::default() }),
        Some(|world| bytes(&scoring::ListAttainmentsRequest { run: world.run.clone(), ..Default::default() })),
        |answer, _| {
            let told = answer.read::<scoring::ListAttainmentsResponse>().into_iter();
            let owners = told.flat_map(|told| told.attainments).map(|attainment| attainment.owner);
            names(owners.filter(|owner| owner.starts_with("people/")))
        },
    );
}

fn name(person: &str) -> String {
    format!("people/{person}")
}

fn bytes(message: &impl Message) -> Vec<u8> {
    message.encode_to_vec()
}

fn names(found: impl Iterator<Item = String>) -> Told {
    found.map(|name| if name.starts_with("people/") { name } else { format!("people/{name}") }).collect()
}

/// An answer without an error tells of the one that was asked for.
fn asked(answer: &Answer, person: &str) -> Told {
    names(answer.messages.iter().map(|_| name(person)))
}

fn get_person(_: &World, person: &str) -> Vec<u8> {
    bytes(&directory::GetPersonRequest { name: name(person), ..Default::default() })
}

fn list_people(_: &World, person: &str) -> Vec<u8> {
    bytes(&directory::ListPeopleRequest { names: vec![name(person)], ..Default::default() })
}

fn has_details(person: &directory::Person) -> bool {
    !person.email.is_empty() || !person.external_id.is_empty() || person.attributes.contains_key("salary")
}

fn list_goals() -> goals::ListGoalsRequest {
    goals::ListGoalsRequest { cycle: CYCLE.to_owned(), ..Default::default() }
}

fn list_lines() -> scoring::ListLinesRequest {
    scoring::ListLinesRequest { cycle: CYCLE.to_owned(), ..Default::default() }
}

fn export_ledger() -> scoring::ExportLedgerRequest {
    scoring::ExportLedgerRequest { cycle: CYCLE.to_owned(), ..Default::default() }
}

fn export_scores(world: &World) -> Vec<u8> {
    bytes(&scoring::ExportScoresRequest { run: world.run.clone(), with_figures: true, ..Default::default() })
}

fn export_scores_of(world: &World, person: &str) -> Vec<u8> {
    let run = world.run.clone();
    bytes(&scoring::ExportScoresRequest { run, participant: name(person), with_figures: true })
}

fn list_scores(world: &World) -> Vec<u8> {
    let run = world.run.clone();
    bytes(&scoring::ListScoresRequest { run, with_figures: true, page_size: 1000, ..Default::default() })
}

fn list_scores_of(world: &World, person: &str) -> Vec<u8> {
    let run = world.run.clone();
    let participant = name(person);
    bytes(&scoring::ListScoresRequest { run, participant, with_figures: true, page_size: 1000, ..Default::default() })
}

fn list_scorecards() -> reviews::ListScorecardsRequest {
    reviews::ListScorecardsRequest { cycle: CYCLE.to_owned(), ..Default::default() }
}

fn list_scorecards_of(_: &World, person: &str) -> Vec<u8> {
    bytes(&reviews::ListScorecardsRequest { person: name(person), ..list_scorecards() })
}

fn export_scorecards() -> reviews::ExportScorecardsRequest {
    reviews::ExportScorecardsRequest { cycle: CYCLE.to_owned(), ..Default::default() }
}

fn export_scorecards_of(_: &World, person: &str) -> Vec<u8> {
    bytes(&reviews::ExportScorecardsRequest { person: name(person), ..export_scorecards() })
}

fn exported_cards(answer: &Answer) -> Vec<Scorecard> {
    answer.read::<ExportScorecardsResponse>().into_iter().flat_map(|told| read(told.scorecards).unwrap()).collect()
}

fn cards(answer: &Answer) -> Vec<Scorecard> {
    answer.read::<ListScorecardsResponse>().into_iter().flat_map(|told| read(told.scorecards).unwrap()).collect()
}

/// Everybody whose figures are on a scorecard.
fn people_on(card: &Scorecard) -> Told {
    std::iter::once(&card.person).chain(card.members.iter().map(|member| &member.person)).cloned().collect()
}

/// Everybody whose pay is on a scorecard.
fn paid_on(card: &Scorecard) -> Told {
    let told = |scores: &[ScoreLine]| scores.iter().any(|score| score.output == "raise" || !score.figures.is_empty());
    let own = !card.rewards.is_empty() || !card.totals.is_empty() || told(&card.scores);
    let own = (own && card.kind() == ScorecardKind::Person).then(|| card.person.clone());
    let members = card.members.iter().filter(|member| !member.totals.is_empty() || told(&member.scores));
    own.into_iter().chain(members.map(|member| member.person.clone())).collect()
}

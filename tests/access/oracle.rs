//! A second, simple implementation of who may what, written from the description of the roles and not from the policies, and
//! many decisions about random organisations on which both have to agree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use merit_core::ids::PersonId;
use merit_core::{FixedClock, Result, Value};
use merit_directory::Directory;
use merit_directory::model::{PeopleFile, PersonRow};
use merit_platform::access::{Action, Decider, Permit, Reach, Terms};
use merit_platform::identity::{Principal, Role};
use merit_platform::store::Place;
use tokio::sync::Mutex;

/// Decisions about people.
const DECISIONS: usize = 480_000;
/// People of one organisation.
const PEOPLE: usize = 24;
const NOW: &str = "2026-07-15T12:00:00Z";
const TODAY: Date = date(2026, 7, 15);

/// How the caller stands to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Oneself,
    InMyLine,
    Elsewhere,
}

/// What the roles are for, one role after the other.
fn may(roles: &BTreeSet<Role>, action: Action, about: Option<Stands>, team_pay_shown: bool) -> bool {
    let is_person = !roles.contains(&Role::Operator) && !roles.contains(&Role::Service);
    if is_person && about == Some(Stands::Oneself) {
        // One's own record is one's own to read and to answer; one's own pay is for somebody else to adjust.
        match action {
            Action::AdjustPay => return false,
            Action::ReadDetails
            | Action::ReadGoals
            | Action::ReadAttainment
            | Action::ReadPay
            | Action::ReadScorecards
            | Action::ReadFeedback
            | Action::AnswerFeedback => return true,
            _ => {}
        }
    }
    match action {
        // Everybody knows the catalogue and sees what a mail of theirs looks like.
        Action::ReadCatalogue | Action::RenderMail => return true,
        Action::GiveFeedback => return is_person,
        // Nobody answers in somebody else's name.
        Action::AnswerFeedback => return false,
        _ => {}
    }
    roles.iter().any(|role| match role {
        Role::Member => false,
        Role::Manager => {
            is_person
                && about == Some(Stands::InMyLine)
                && match action {
                    Action::ReadPay => team_pay_shown,
                    _ => performance(action) || action == Action::WriteGoals,
                }
        }
        // Sees how everybody does and what becomes of a review; not what anybody is paid.
        Role::Executive => {
            performance(action) || whole(action) || matches!(action, Action::ApproveReviews | Action::PublishReviews)
        }
        // Does everything but watch who reads, and pay what nobody approved.
        Role::RevenueOperations => !matches!(action, Action::ReadAccessLog | Action::PostRuns),
        Role::CompensationAdministrator => {
            performance(action)
                || whole(action)
                || pay(action)
                || matches!(
                    action,
                    Action::AdjustPay | Action::ApproveReviews | Action::PublishReviews | Action::ReadAccessLog
                )
        }
        Role::Auditor => performance(action) || whole(action) || pay(action) || action == Action::ReadAccessLog,
        Role::Operator => true,
        // One of our own parts runs what is decided; what is for a person to decide it leaves to people.
        Role::Service => !matches!(action, Action::AdjustPay | Action::ApproveReviews | Action::ReadAccessLog),
    })
}

/// How one person does.
fn performance(action: Action) -> bool {
    matches!(
        action,
        Action::ReadDetails
            | Action::ReadGoals
            | Action::ReadAttainment
            | Action::ReadScorecards
            | Action::ReadFeedback
    )
}

/// What pays whom.
fn pay(action: Action) -> bool {
    matches!(action, Action::ReadPay | Action::ComparePay)
}

/// Figures of the whole organisation.
fn whole(action: Action) -> bool {
    matches!(action, Action::ReadAnalytics | Action::ReadRuns | Action::ReadRecords | Action::WatchOperations)
}

/// Numbers that look random and are the same each time (xorshift64*, Vigna 2016).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(drawn).unwrap() % limit
    }

    fn roles(&mut self) -> BTreeSet<Role> {
        // Mostly one or two, as people have them.
        let count = [1, 1, 1, 2, 2, 3][self.below(6)];
        (0..count).map(|_| Role::ALL[self.below(Role::ALL.len())]).collect()
    }
}

/// From which day on somebody reports to whom; the last that is not after a day is in force on it.
type Moves = Vec<Vec<(Date, Option<usize>)>>;

/// Some changed managers, yesterday, today, tomorrow. Whoever one reports to has a smaller number, so no line is a circle.
fn moves(dice: &mut Dice) -> Moves {
    let boss = |person: usize, dice: &mut Dice| (person > 0 && dice.below(9) > 0).then(|| dice.below(person));
    (0..PEOPLE)
        .map(|person| {
            let mut days = vec![(date(2026, 1, 1), boss(person, dice))];
            for _ in 0..dice.below(3) {
                let days_from_now = [-90, -1, 0, 1, 90][dice.below(5)];
                let day = TODAY.checked_add(days_from_now.days()).unwrap();
                if days.last().unwrap().0 < day {
                    days.push((day, boss(person, dice)));
                }
            }
            days
        })
        .collect()
}

/// Follows the managers of today upwards.
fn stands(moves: &Moves, caller: usize, person: usize) -> Stands {
    let boss = |person: usize| moves[person].iter().rfind(|(from, _)| *from <= TODAY).unwrap().1;
    let mut above = boss(person);
    while let Some(manager) = above {
        if manager == caller {
            return Stands::InMyLine;
        }
        above = boss(manager);
    }
    if caller == person { Stands::Oneself } else { Stands::Elsewhere }
}

fn id(number: usize) -> PersonId {
    PersonId::new(&format!("p{number:02}")).unwrap()
}

/// The directory's lines, each asked for once.
struct Lines {
    directory: Directory,
    kept: Mutex<BTreeMap<PersonId, Arc<BTreeSet<PersonId>>>>,
}

#[async_trait]
impl Reach for Lines {
    async fn line(&self, manager: &PersonId) -> Result<Arc<BTreeSet<PersonId>>> {
        let mut kept = self.kept.lock().await;
        if let Some(line) = kept.get(manager) {
            return Ok(line.clone());
        }
        let line = Arc::new(self.directory.reports(manager, self.directory.today()).await?);
        kept.insert(manager.clone(), line.clone());
        Ok(line)
    }
}

/// A directory in which everybody moved like this.
async fn directory(folder: &tempfile::TempDir, moves: &Moves) -> Lines {
    let clock = Arc::new(FixedClock(NOW.parse().unwrap()));
    let directory = merit_directory::open(&Place::folder(folder.path()), clock).await.unwrap();
    for turn in 0..moves.iter().map(Vec::len).max().unwrap() {
        let rows = moves.iter().enumerate().filter_map(|(number, days)| {
            let (from, boss) = days.get(turn)?;
            let manager = boss.map(|boss| Value::Participant(id(boss)));
            Some(PersonRow {
                line: u32::try_from(number).unwrap() + 2,
                person_id: id(number).to_string(),
                display_name: format!("Person {number}"),
                // Who manages somebody gets the team's scorecard by mail.
                email: format!("p{number}@example.com"),
                from: from.to_string(),
                attributes: BTreeMap::from([("manager".to_owned(), manager)]),
                ..PersonRow::default()
            })
        });
        let file = PeopleFile {
            source: "tests".to_owned(),
            file_name: "people.csv".to_owned(),
            rows: rows.collect(),
            ..PeopleFile::default()
        };
        let outcome = directory.import(&file).await.unwrap();
        assert!(outcome.problems.is_empty(), "{:?}", outcome.problems);
    }
    Lines { directory, kept: Mutex::default() }
}

/// What was compared.
#[derive(Debug, Default)]
struct Tally {
    decisions: usize,
    allowed: usize,
    leaks: Vec<String>,
    false_denials: Vec<String>,
}

impl Tally {
    fn note(&mut self, expected: bool, found: bool, what: impl FnOnce() -> String) {
        self.decisions += 1;
        self.allowed += usize::from(expected);
        match (expected, found) {
            (false, true) => self.leaks.push(what()),
            (true, false) => self.false_denials.push(what()),
            _ => {}
        }
    }
}

#[tokio::test]
async fn the_decisions_are_those_that_the_description_of_the_roles_gives() {
    let decider = Decider::embedded().unwrap();
    let mut dice = Dice(0x6d65_7269_7421);
    let (mut single, mut scopes, mut own) = (Tally::default(), Tally::default(), Tally::default());
    while single.decisions < DECISIONS {
        let folder = tempfile::tempdir().unwrap();
        let moves = moves(&mut dice);
        let reach: Arc<dyn Reach> = Arc::new(directory(&folder, &moves).await);
        for caller in 0..PEOPLE {
            let principal = Principal { subject: id(caller).to_string(), roles: dice.roles() };
            for action in Action::ALL {
                let permit = Permit::new(principal.clone(), action, decider.clone(), reach.clone());
                if !action.is_about_people() {
                    let expected = may(&principal.roles, action, None, false);
                    own.note(expected, permit.may(action), || format!("{action:?} as {:?}", principal.roles));
                    continue;
                }
                for team_pay_shown in [false, true] {
                    let terms = Terms { team_pay_shown };
                    let scope = permit.scope_on(terms).await.unwrap();
                    for person in 0..PEOPLE {
                        let stands = stands(&moves, caller, person);
                        let expected = may(&principal.roles, action, Some(stands), team_pay_shown);
                        let what = || format!("{action:?} as {:?}, {stands:?}, {terms:?}", principal.roles);
                        single.note(expected, permit.allows(&id(person), terms).await.unwrap(), what);
                        // Everybody but oneself is more than a scope can say; nothing lists whose pay one may adjust.
                        if action == Action::AdjustPay && expected {
                            continue;
                        }
                        scopes.note(expected, scope.holds(&id(person)), what);
                    }
                }
            }
        }
    }
    for (what, tally) in [("single decisions", single), ("scopes", scopes), ("the organisation's", own)] {
        let Tally { decisions, allowed, leaks, false_denials } = tally;
        assert!(leaks.is_empty(), "{what}: {} leaks, such as {}", leaks.len(), leaks[0]);
        assert!(
            false_denials.is_empty(),
            "{what}: {} false denials, such as {}",
            false_denials.len(),
            false_denials[0]
        );
        // Neither always yes nor always no.
        assert!(allowed > decisions / 10 && allowed < decisions * 9 / 10, "{what}: {allowed} of {decisions}");
    }
}

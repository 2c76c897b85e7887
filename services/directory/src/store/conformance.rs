//! What any store of the directory has to do, whatever it is made of. [`holds`] runs each on a fresh store.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use merit_core::ids::PersonId;
use merit_core::once::{Asked, Once, Outcome, numbered};
use merit_core::{Kind, Ratio, Result, Scope, Span, Value};

use super::{Having, Near, PeopleQuery, Store};
use crate::model::{Change, Fact, Identity, OPEN_ATTRIBUTES, Version};

/// Makes one test of each law for the store that an expression opens.
macro_rules! holds {
    ($open:expr) => {
        $crate::store::conformance::holds!($open =>
            an_empty_record_has_nobody, everything_written_is_read_back, a_cutoff_hides_what_came_later,
            a_lost_race_writes_nothing, a_failed_change_leaves_nothing, pages_follow_the_bytes_of_ids,
            names_choose_people, what_is_in_force_chooses_people, lines_are_those_of_the_day, a_scope_shows_of_others_what_anybody_may_see,
            many_people_are_written_at_once, those_near_a_change_are_found, a_request_is_recorded_once,
            of_two_requests_at_once_one_writes);
    };
    ($open:expr => $($law:ident),+) => {$(
        #[tokio::test]
        async fn $law() {
            let (_guard, store) = $open.await;
            $crate::store::conformance::$law(&store).await;
        }
    )+};
}
pub(crate) use holds;

/// Statements beside those of the store.
pub trait Statements {
    /// The first column of what one finds, as a reader with a scope sees it.
    async fn seen(&self, scope: &Scope, statement: &'static str) -> Result<Vec<String>>;
}

fn id(text: &str) -> PersonId {
    PersonId::new(text).unwrap()
}

fn now() -> Timestamp {
    "2026-07-01T08:00:00Z".parse().unwrap()
}

const JULY: Date = date(2026, 7, 1);

fn fact(attribute: &str, from: Date, value: Option<Value>) -> Fact {
    Fact { attribute: attribute.to_owned(), from, value, seq: 0 }
}

/// A change that brings in people of `hr` with these facts each.
fn joining(people: &[&str], facts: &[Fact]) -> Change {
    Change {
        source: "hr".to_owned(),
        file_name: "people.csv".to_owned(),
        identities: people
            .iter()
            .map(|person| (Identity { source: "hr".to_owned(), external_id: format!("E-{person}") }, id(person)))
            .collect(),
        versions: people
            .iter()
            .map(|person| Version { person: id(person), display_name: format!("Name of {person}"), email: None })
            .collect(),
        facts: people.iter().flat_map(|person| facts.iter().map(|fact| (id(person), fact.clone()))).collect(),
    }
}

/// A change that brings in one person.
pub fn one_person() -> Change {
    joining(&["ana"], &[fact("n", JULY, None)])
}

async fn ids(store: &dyn Store, query: PeopleQuery) -> Vec<String> {
    store.people(&query).await.unwrap().into_iter().map(|person| person.id.as_str().to_owned()).collect()
}

pub async fn an_empty_record_has_nobody(store: &dyn Store) {
    assert_eq!(store.cutoff().await.unwrap(), 0);
    assert!(store.people(&PeopleQuery::at(0)).await.unwrap().is_empty());
}

pub async fn everything_written_is_read_back(store: &dyn Store) {
    let values = [
        Value::Money("USD -12.50".parse().unwrap()),
        Value::Percent(Ratio::new(1, 3).unwrap()),
        Value::Number(Ratio::whole(-4)),
        Value::Count(i64::MAX),
        Value::Points(Ratio::whole(250)),
        Value::Date(date(2026, 2, 28)),
        Value::Duration(Span { months: 12, days: -3 }),
        Value::Text("Zoë's \"team\"; DROP TABLE facts".to_owned()),
        Value::YesNo(false),
        Value::Choice("Enterprise".to_owned()),
        Value::Participant(id("ana")),
    ];
    let mut facts: Vec<Fact> =
        values.iter().enumerate().map(|(n, value)| fact(&format!("a{n:02}"), JULY, Some(value.clone()))).collect();
    facts.push(fact("gone", JULY, None));
    let mut change = joining(&["ana"], &facts);
    change.versions[0].email = Some("ana@example.com".to_owned());
    change.identities.push((Identity { source: "crm".to_owned(), external_id: "7".to_owned() }, id("ana")));
    let seq = store.record(0, &change, now()).await.unwrap();
    assert_eq!(store.cutoff().await.unwrap(), seq);
    let found = store.people(&PeopleQuery::at(seq)).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].display_name.as_str(), found[0].email.as_deref()), ("Name of ana", Some("ana@example.com")));
    let expected: Vec<Fact> = facts.into_iter().map(|fact| Fact { seq, ..fact }).collect();
    assert_eq!(found[0].history, expected);
    let sources: Vec<&str> = found[0].identities.iter().map(|identity| identity.source.as_str()).collect();
    assert_eq!(sources, ["crm", "hr"]);
}

pub async fn a_cutoff_hides_what_came_later(store: &dyn Store) {
    let first = store.record(0, &joining(&["ana"], &[fact("n", JULY, Some(Value::Count(1)))]), now()).await.unwrap();
    let correction = Change {
        versions: vec![Version { person: id("ana"), display_name: "Ana S.".to_owned(), email: None }],
        facts: vec![(id("ana"), fact("n", JULY, Some(Value::Count(2))))],
        ..Change::default()
    };
    let second = store.record(first, &correction, now()).await.unwrap();
    let third = store.record(second, &joining(&["bob"], &[]), now()).await.unwrap();
    assert!(first < second && second < third);
    let before = store.people(&PeopleQuery::at(first)).await.unwrap();
    assert_eq!((before.len(), before[0].display_name.as_str()), (1, "Name of ana"));
    assert_eq!(before[0].value("n", JULY), Some(&Value::Count(1)));
    let after = store.people(&PeopleQuery::at(second)).await.unwrap();
    assert_eq!((after.len(), after[0].display_name.as_str()), (1, "Ana S."));
    assert_eq!(after[0].value("n", JULY), Some(&Value::Count(2)));
    assert_eq!(after[0].history.len(), 2, "the corrected value stays on record");
    assert_eq!(ids(store, PeopleQuery::at(third)).await, ["ana", "bob"]);
}

pub async fn a_lost_race_writes_nothing(store: &dyn Store) {
    let first = store.record(0, &joining(&["ana"], &[]), now()).await.unwrap();
    let late = store.record(0, &joining(&["bob"], &[]), now()).await.unwrap_err();
    assert_eq!(late.kind, Kind::Aborted);
    assert_eq!(store.cutoff().await.unwrap(), first);
    assert_eq!(ids(store, PeopleQuery::at(first)).await, ["ana"]);
}

pub async fn a_failed_change_leaves_nothing(store: &dyn Store) {
    let mut broken = joining(&["ana"], &[fact("n", JULY, None)]);
    broken.facts.push(broken.facts[0].clone());
    assert!(store.record(0, &broken, now()).await.is_err(), "the same fact twice in one change");
    assert_eq!(store.cutoff().await.unwrap(), 0);
    let seq = store.record(0, &joining(&["bob"], &[]), now()).await.unwrap();
    assert_eq!(ids(store, PeopleQuery::at(seq)).await, ["bob"]);
}

pub async fn pages_follow_the_bytes_of_ids(store: &dyn Store) {
    let seq = store
        .record(0, &joining(&["b", "a-1", "a", "Z", "a.1", "a_1"], &[fact("n", JULY, None)]), now())
        .await
        .unwrap();
    let page =
        |after: Option<&str>| PeopleQuery { after: after.map(str::to_owned), limit: Some(2), ..PeopleQuery::at(seq) };
    assert_eq!(ids(store, page(None)).await, ["Z", "a"]);
    assert_eq!(ids(store, page(Some("a"))).await, ["a-1", "a.1"]);
    assert_eq!(ids(store, page(Some("a.1"))).await, ["a_1", "b"]);
    assert!(ids(store, page(Some("b"))).await.is_empty());
    let second = store.people(&page(Some("a"))).await.unwrap();
    assert!(second.iter().all(|person| person.history.len() == 1 && person.identities.len() == 1));
}

pub async fn names_choose_people(store: &dyn Store) {
    let seq = store.record(0, &joining(&["ana", "bob", "cyd"], &[fact("n", JULY, None)]), now()).await.unwrap();
    let query = PeopleQuery { names: vec![id("cyd"), id("ana"), id("nobody")], ..PeopleQuery::at(seq) };
    let found = store.people(&query).await.unwrap();
    assert_eq!(found.iter().map(|person| person.id.as_str()).collect::<Vec<_>>(), ["ana", "cyd"]);
    assert!(found.iter().all(|person| person.history.len() == 1));
}

pub async fn what_is_in_force_chooses_people(store: &dyn Store) {
    let words = |text: &str| Some(Value::Text(text.to_owned()));
    let boss = fact("manager", JULY, Some(Value::Participant(id("mia"))));
    let east = [fact("team", JULY, words("East, \"upper\"")), boss];
    let first = store.record(0, &joining(&["ana", "bob", "cyd"], &east), now()).await.unwrap();
    let august = date(2026, 8, 1);
    let moved = Change {
        facts: vec![(id("ana"), fact("team", august, words("West"))), (id("cyd"), fact("team", august, None))],
        ..Change::default()
    };
    let second = store.record(first, &moved, now()).await.unwrap();
    let corrected = Change { facts: vec![(id("bob"), fact("team", JULY, words("West")))], ..Change::default() };
    let third = store.record(second, &corrected, now()).await.unwrap();
    let who = async |cutoff, on, values: &[(&'static str, &str)]| {
        let values = values.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        ids(store, PeopleQuery { having: Having { on, values }, ..PeopleQuery::at(cutoff) }).await
    };
    let (east, west) = (("team", "East, \"upper\""), ("team", "West"));
    assert_eq!(who(second, JULY, &[east]).await, ["ana", "bob", "cyd"]);
    assert_eq!(who(third, JULY, &[east]).await, ["ana", "cyd"]);
    assert_eq!(who(third, august, &[west]).await, ["ana", "bob"]);
    assert_eq!(who(third, august, &[west, ("manager", "mia")]).await, ["ana", "bob"]);
    assert!(who(third, august, &[west, ("manager", "noa")]).await.is_empty());
    assert!(who(third, date(2026, 6, 30), &[east]).await.is_empty());
    assert_eq!(who(third, august, &[]).await, ["ana", "bob", "cyd"]);
}

pub async fn lines_are_those_of_the_day(store: &dyn Store) {
    let boss = |name: &str| Some(Value::Participant(id(name)));
    let first = store.record(0, &joining(&["ana", "bob"], &[fact("manager", JULY, boss("mia"))]), now()).await.unwrap();
    let august = date(2026, 8, 1);
    let moved = Change {
        facts: vec![(id("ana"), fact("manager", august, boss("noa"))), (id("bob"), fact("manager", august, None))],
        ..Change::default()
    };
    let second = store.record(first, &moved, now()).await.unwrap();
    let corrected = Change { facts: vec![(id("bob"), fact("manager", JULY, boss("pia")))], ..Change::default() };
    let third = store.record(second, &corrected, now()).await.unwrap();
    let lines = async |cutoff, on| {
        let lines = store.lines(cutoff, on).await.unwrap();
        lines.iter().map(|(person, boss)| format!("{person} {boss}")).collect::<Vec<_>>()
    };
    assert!(lines(third, date(2026, 6, 30)).await.is_empty());
    assert_eq!(lines(second, JULY).await, ["ana mia", "bob mia"]);
    assert_eq!(lines(third, date(2026, 7, 31)).await, ["ana mia", "bob pia"]);
    assert_eq!(lines(third, august).await, ["ana noa"]);
}

pub async fn many_people_are_written_at_once(store: &dyn Store) {
    let names: Vec<String> = (0..1201).map(|n| format!("p{n:04}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let facts = [fact("m", JULY, Some(Value::Count(1))), fact("n", JULY, Some(Value::Count(2)))];
    let seq = store.record(0, &joining(&names, &facts), now()).await.unwrap();
    let found = store.people(&PeopleQuery::at(seq)).await.unwrap();
    assert_eq!(found.len(), 1201);
    assert!(found.iter().all(|person| person.history.len() == 2 && person.identities.len() == 1));
}

/// Two people with each attribute that is open, and a private one.
async fn with_private_facts(store: &dyn Store) -> i64 {
    let mut facts: Vec<Fact> =
        OPEN_ATTRIBUTES.iter().map(|name| fact(name, JULY, Some(Value::Text("open".to_owned())))).collect();
    facts.push(fact("salary", JULY, Some(Value::Count(7))));
    let mut change = joining(&["ana", "bob"], &facts);
    change.versions.iter_mut().for_each(|version| version.email = Some(format!("{}@example.com", version.person)));
    store.record(0, &change, now()).await.unwrap()
}

pub async fn a_scope_shows_of_others_what_anybody_may_see(store: &dyn Store) {
    let seq = with_private_facts(store).await;
    let found = store.people(&PeopleQuery { scope: Scope::only(&id("ana")), ..PeopleQuery::at(seq) }).await.unwrap();
    let [ana, bob] = found.as_slice() else { panic!("everybody is in the list") };
    assert_eq!((ana.history.len(), ana.identities.len(), ana.email.as_deref()), (4, 1, Some("ana@example.com")));
    assert_eq!((bob.identities.len(), bob.email.as_deref()), (0, None));
    assert_eq!(bob.history.iter().map(|fact| fact.attribute.as_str()).collect::<Vec<_>>(), OPEN_ATTRIBUTES);
}

pub async fn those_near_a_change_are_found(store: &dyn Store) {
    let boss = |name: &str| Some(Value::Participant(id(name)));
    let mut change = joining(&["ana", "bob", "cyd", "dee", "eve"], &[]);
    change.versions[4].email = Some("Eve@Example.com".to_owned());
    // Ana reported to Bob, now to nobody; Bob reports to Cyd; Dee to Ana.
    change.facts = vec![
        (id("ana"), fact("manager", JULY, boss("bob"))),
        (id("ana"), fact("manager", date(2026, 8, 1), None)),
        (id("bob"), fact("manager", JULY, boss("cyd"))),
        (id("dee"), fact("manager", JULY, boss("ana"))),
    ];
    let first = store.record(0, &change, now()).await.unwrap();
    let later = Change { facts: vec![(id("cyd"), fact("manager", JULY, boss("eve")))], ..Change::default() };
    let second = store.record(first, &later, now()).await.unwrap();
    let near = async |cutoff, people: &[&str], email: &str, key: &str| {
        let identity = Identity { source: "hr".to_owned(), external_id: key.to_owned() };
        let people = people.iter().map(|person| id(person)).collect();
        let found = store.near(cutoff, &Near { people, email, identity: &identity }).await.unwrap();
        found.iter().map(|person| person.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(near(second, &["ana", "new"], "", "none").await, ["ana", "bob", "cyd", "eve"]);
    assert_eq!(near(first, &["ana"], "", "none").await, ["ana", "bob", "cyd"]);
    assert_eq!(near(second, &["new"], "eve@example.COM", "E-dee").await, ["dee", "eve"]);
    assert!(near(second, &["new"], "new@example.com", "E-new").await.is_empty());
}

fn asked(text: &str) -> Asked {
    Asked::new("r-1", "/Write", "ana", text.as_bytes()).unwrap().unwrap()
}

pub async fn a_request_is_recorded_once(store: &dyn Store) {
    let (one, other) = (asked("one"), asked("another"));
    let once = Once { asked: &one, answer: &numbered };
    let change = one_person();
    assert!(store.record_once(7, &change, now(), &once).await.is_err(), "a lost race");
    assert_eq!(store.answered(&one).await.unwrap(), None, "what was not done has no answer");
    let seq = store.record_once(0, &change, now(), &once).await.unwrap().change().unwrap();
    let later = store.record(seq, &joining(&["bob"], &[]), now()).await.unwrap();
    let again = store.record_once(seq, &change, now(), &once).await.unwrap();
    assert_eq!(again, Outcome::Before(numbered(&seq)));
    assert_eq!(store.answered(&one).await.unwrap(), Some(numbered(&seq)));
    let reused = Once { asked: &other, answer: &numbered };
    let refused = store.record_once(later, &joining(&["cyd"], &[]), now(), &reused).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason.as_str()), (Kind::AlreadyExists, "REQUEST_ID_REUSED"));
    assert_eq!(store.answered(&other).await.unwrap_err().reason, "REQUEST_ID_REUSED");
    // Where there is nothing to record, the answer is kept and the record stays.
    let nothing = Asked::new("r-2", "/Write", "ana", b"").unwrap().unwrap();
    let once = Once { asked: &nothing, answer: &numbered };
    let outcome = store.record_once(later, &Change::default(), now(), &once).await.unwrap();
    assert_eq!(outcome, Outcome::Done(later));
    assert_eq!(store.answered(&nothing).await.unwrap(), Some(numbered(&later)));
    assert_eq!(store.cutoff().await.unwrap(), later);
    assert_eq!(ids(store, PeopleQuery::at(later)).await, ["ana", "bob"]);
}

pub async fn of_two_requests_at_once_one_writes(store: &dyn Store) {
    let one = asked("one");
    let once = Once { asked: &one, answer: &numbered };
    let change = one_person();
    let both = futures::join!(store.record_once(0, &change, now(), &once), store.record_once(0, &change, now(), &once));
    let seqs = [both.0.unwrap().change().unwrap(), both.1.unwrap().change().unwrap()];
    assert_eq!(seqs, [store.cutoff().await.unwrap(); 2]);
    assert_eq!(ids(store, PeopleQuery::at(seqs[0])).await, ["ana"]);
}

/// For a store with a wall of its own: what a statement without a filter sees.
pub async fn the_wall_holds(store: &(impl Store + Statements)) {
    with_private_facts(store).await;
    let facts = "SELECT person || ' ' || attribute FROM facts ORDER BY person, attribute";
    let all = store.seen(&Scope::Everyone, facts).await.unwrap();
    assert_eq!(all.len(), 8);
    let seen = store.seen(&Scope::only(&id("ana")), facts).await.unwrap();
    assert_eq!(seen, all.iter().filter(|fact| *fact != "bob salary").cloned().collect::<Vec<_>>());
    let keys = store.seen(&Scope::only(&id("ana")), "SELECT person FROM identities").await.unwrap();
    assert_eq!(keys, ["ana"]);
    assert!(store.seen(&Scope::nobody(), facts).await.unwrap().iter().all(|fact| !fact.ends_with("salary")));
    assert!(store.seen(&Scope::nobody(), "SELECT person FROM identities").await.unwrap().is_empty());
}

//! The promise: each mail at least once, never again once acknowledged, and none in another's way.

mod withdrawal;

use std::collections::BTreeMap;
use std::sync::Mutex as Shared;

use async_trait::async_trait;
use merit_core::FixedClock;
use merit_core::reads::ReadsPart;
use merit_proto::scorecard::v1::Scorecard;
use prost::Message as _;
use tokio::sync::mpsc;

use super::*;
use crate::composer::Letters;
use crate::delivery::fake::{FakeRelay, Fault, Step};
use crate::delivery::{Carrier, Session, Undelivered};
use crate::letter::samples;
use crate::model::{Contact, Fetched, Fetcher, Outcome, Phase, Progress};
use crate::store::conformance::Statements as _;
use crate::store::sqlite;

#[derive(Default)]
struct Village(Shared<Contacts>);

#[async_trait]
impl Directory for Village {
    async fn contacts(&self, wanted: &BTreeSet<PersonId>) -> Result<Contacts> {
        let known = self.0.lock().unwrap();
        Ok(wanted.iter().filter_map(|id| Some((id.clone(), known.get(id)?.clone()))).collect())
    }
}

impl Village {
    fn put(&self, id: &str, name: &str, address: Option<&str>) {
        let contact = Contact { display_name: name.to_owned(), address: address.map(str::to_owned) };
        self.0.lock().unwrap().insert(PersonId::new(id).unwrap(), contact);
    }
}

fn rita() -> Fetcher {
    Fetcher { subject: "rita".to_owned(), roles: vec!["revenue-operations".to_owned()] }
}

struct World {
    folder: tempfile::TempDir,
    village: Arc<Village>,
    outbox: Arc<Outbox>,
}

impl World {
    /// An outbox with so many mails, to `p0`, `p1` and so on.
    async fn new(mails: usize, carrier: Option<Arc<dyn Carrier>>, resend_unclear: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let village = Arc::new(Village::default());
        let outbox = open(&folder, &village, carrier, resend_unclear).await;
        let world = Self { folder, village, outbox };
        for n in 0..mails {
            let person = format!("p{n}");
            world.village.put(&person, &format!("Person {n}"), Some(&format!("{person}@example.com")));
            world.enqueue(&person).await;
        }
        world
    }

    async fn again(&mut self, carrier: Option<Arc<dyn Carrier>>, resend_unclear: bool) {
        self.outbox = open(&self.folder, &self.village, carrier, resend_unclear).await;
    }

    async fn enqueue(&self, person: &str) -> (Mail, bool) {
        let card = Scorecard { person: format!("people/{person}"), ..samples::person() };
        let key = format!("scorecard/2026-Q3/run/people/{person}");
        self.outbox.enqueue(&key, PersonId::new(person).unwrap(), card.encode_to_vec()).await.unwrap()
    }

    /// Runs to the end; what was told, or why it ended early.
    async fn send(&self) -> Result<Vec<Progress>> {
        let (told, mut heard) = mpsc::channel(1000);
        self.outbox.send(&told).await?;
        drop(told);
        let mut all = Vec::new();
        while let Some(progress) = heard.recv().await {
            all.push(progress?);
        }
        Ok(all)
    }

    async fn fetch(&self) -> Vec<Fetched> {
        let (told, mut heard) = mpsc::channel(1000);
        self.outbox.fetch(&rita(), &told).await.unwrap();
        drop(told);
        let mut all = Vec::new();
        while let Some(fetched) = heard.recv().await {
            all.push(fetched.unwrap());
        }
        all
    }

    /// State and attempts of each mail, by receiver.
    async fn states(&self) -> BTreeMap<String, (State, u32)> {
        let mails = self.outbox.list(None, 1000).await.unwrap();
        mails.into_iter().map(|mail| (mail.receiver.to_string(), (mail.state, mail.attempts))).collect()
    }

    async fn recorded_attempts(&self) -> Vec<(String, String)> {
        let store = sqlite::open(&self.folder.path().join("notifications.db")).await.unwrap();
        let rows = store.seen("SELECT phase || ' ' || outcome FROM attempts ORDER BY mail_key, number").await.unwrap();
        rows.iter().filter_map(|row| row.split_once(' ')).map(|(phase, out)| (phase.into(), out.into())).collect()
    }
}

async fn open(
    folder: &tempfile::TempDir,
    village: &Arc<Village>,
    carrier: Option<Arc<dyn Carrier>>,
    resend_unclear: bool,
) -> Arc<Outbox> {
    let store = sqlite::open(&folder.path().join("notifications.db")).await.unwrap();
    let letters = Letters::new(crate::message::sender("Merit <scorecards@example.com>").unwrap());
    let clock = FixedClock("2026-10-08T06:00:00Z".parse().unwrap());
    Arc::new(Outbox::new(Arc::new(store), village.clone(), Arc::new(letters), carrier, resend_unclear, Arc::new(clock)))
}

fn carrier(relay: &FakeRelay) -> Option<Arc<dyn Carrier>> {
    Some(Arc::new(relay.carrier()))
}

fn states(pairs: &[(&str, State, u32)]) -> BTreeMap<String, (State, u32)> {
    pairs.iter().map(|(person, state, attempts)| ((*person).to_owned(), (*state, *attempts))).collect()
}

#[tokio::test]
async fn the_same_key_again_does_nothing() {
    let world = World::new(1, None, false).await;
    let (mail, created) = world.enqueue("p0").await;
    assert!(!created);
    assert_eq!((mail.state, world.states().await.len()), (State::Waiting, 1));
    let bad = world.outbox.enqueue("k", PersonId::new("p0").unwrap(), b"no scorecard".to_vec()).await;
    assert_eq!(bad.unwrap_err().reason, "BAD_SCORECARD");
    let bad = world.outbox.enqueue("a\nb", PersonId::new("p0").unwrap(), samples::person().encode_to_vec()).await;
    assert_eq!(bad.unwrap_err().reason, "BAD_KEY");
}

/// Of an older run's mails, what was acknowledged stays, and the rest never leaves: not over a relay, not as a file.
#[tokio::test]
async fn what_goes_wrong_with_one_mail_stops_no_other() {
    let relay = FakeRelay::start().await;
    let world = World::new(6, carrier(&relay), false).await;
    world.village.put("p1", "Person 1", Some("not an address"));
    world.village.put("p2", "Person 2", None);
    relay.plan([
        Fault::Nothing,
        Fault::Say(Step::Recipient, "550 5.1.1 no such user"),
        Fault::Drop(Step::Message),
        Fault::Nothing,
    ]);
    let told = world.send().await.unwrap();
    assert_eq!(told.iter().map(|p| (p.done, p.total)).collect::<Vec<_>>(), (1..=6).map(|n| (n, 6)).collect::<Vec<_>>());
    use State::{Failed, NoAddress, Sent, Unclear};
    let expected = [
        ("p0", Sent, 1),
        ("p1", Failed, 1),
        ("p2", NoAddress, 0),
        ("p3", Failed, 1),
        ("p4", Unclear, 1),
        ("p5", Sent, 1),
    ];
    assert_eq!(world.states().await, states(&expected));
    assert!(told[1].mail.failure.contains("`not an address`"), "{}", told[1].mail.failure);
    assert_eq!(told[3].mail.failure, "550 5.1.1 no such user");
    let attempts = world.recorded_attempts().await;
    let attempts: Vec<(&str, &str)> =
        attempts.iter().map(|(phase, outcome)| (phase.as_str(), outcome.as_str())).collect();
    assert_eq!(
        attempts,
        [
            ("message", "sent"),
            ("compose", "failed"),
            ("recipient", "failed"),
            ("message", "unclear"),
            ("message", "sent")
        ]
    );

    // Again: what failed goes, what is unclear waits for somebody, what is sent stays sent.
    world.village.put("p1", "Person 1", Some("p1@example.com"));
    world.village.put("p2", "Person 2", Some("p2@example.com"));
    assert_eq!(world.send().await.unwrap().len(), 3);
    let expected =
        [("p0", Sent, 1), ("p1", Sent, 2), ("p2", Sent, 1), ("p3", Sent, 2), ("p4", Unclear, 1), ("p5", Sent, 1)];
    assert_eq!(world.states().await, states(&expected));
    assert!(world.send().await.unwrap().is_empty());
}

#[tokio::test]
async fn unclear_mails_go_again_only_when_the_setting_says_so() {
    let relay = FakeRelay::start().await;
    let mut world = World::new(1, carrier(&relay), false).await;
    relay.plan([Fault::Drop(Step::Message)]);
    world.send().await.unwrap();
    assert!(world.send().await.unwrap().is_empty());
    assert!(world.fetch().await.is_empty());
    world.again(carrier(&relay), true).await;
    world.send().await.unwrap();
    assert_eq!(world.states().await, states(&[("p0", State::Sent, 2)]));
    assert_eq!(
        relay.taken().into_values().collect::<Vec<_>>(),
        [2],
        "it had arrived, and came twice, as the setting allows"
    );
}

/// Every fault that a relay has, in every place.
const FAULTS: [Fault; 17] = [
    Fault::Drop(Step::Mail),
    Fault::Say(Step::Mail, "451 later"),
    Fault::Say(Step::Mail, "421 closing"),
    Fault::Drop(Step::Recipient),
    Fault::Say(Step::Recipient, "550 no such user"),
    Fault::Say(Step::Recipient, "450 later"),
    Fault::Drop(Step::Data),
    Fault::Say(Step::Data, "554 no"),
    Fault::DropInsideMessage,
    Fault::Say(Step::Message, "554 spam"),
    Fault::Say(Step::Message, "452 full"),
    Fault::Drop(Step::Message),
    Fault::Say(Step::Message, "what?"),
    Fault::TakeAndClose,
    Fault::Nothing,
    Fault::Nothing,
    Fault::Nothing,
];

#[tokio::test]
async fn acknowledged_mails_are_never_sent_again_and_duplicates_are_counted() {
    // A small generator with a fixed seed: a failure repeats.
    let mut seed = 0x2545_f491_u32;
    let mut next = move || {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed as usize
    };
    for round in 0..12 {
        let relay = FakeRelay::start().await;
        let world = World::new(6, carrier(&relay), true).await;
        for _ in 0..6 {
            relay.plan((0..8).map(|_| FAULTS[next() % FAULTS.len()].clone()).collect::<Vec<_>>());
            let acknowledged = relay.acknowledged();
            let before = relay.taken();
            world.send().await.unwrap();
            for (id, times) in acknowledged {
                assert_eq!(
                    relay.taken()[&id],
                    before[&id],
                    "round {round}: {id} was acknowledged {times} times and sent again"
                );
            }
        }
        relay.plan([]);
        world.send().await.unwrap();
        assert!(world.states().await.values().all(|(state, _)| *state == State::Sent), "round {round}");
        let taken = relay.taken();
        assert_eq!(taken.len(), 6, "round {round}: each arrived");
        let duplicates = taken.values().map(|times| times - 1).sum::<u32>();
        let unclear = world.recorded_attempts().await.iter().filter(|(_, outcome)| outcome == "unclear").count();
        assert!(
            usize::try_from(duplicates).unwrap() <= unclear,
            "round {round}: {duplicates} duplicates, {unclear} unclear"
        );
        assert!(relay.acknowledged().values().all(|times| *times == 1), "round {round}");
    }
}

#[tokio::test]
async fn a_relay_that_closes_after_a_while_costs_no_mail() {
    let relay = FakeRelay::start().await;
    let world = World::new(5, carrier(&relay), false).await;
    relay.plan([
        Fault::TakeAndClose,
        Fault::Nothing,
        Fault::Say(Step::Mail, "421 too many, come again"),
        Fault::Nothing,
    ]);
    world.send().await.unwrap();
    assert_eq!(relay.connections(), 3);
    assert!(world.states().await.values().all(|(state, _)| *state == State::Sent), "{:?}", world.states().await);
    assert!(relay.taken().values().all(|times| *times == 1));
}

#[tokio::test]
async fn without_a_relay_nothing_is_lost_and_the_way_out_is_told() {
    let world = World::new(2, None, false).await;
    let error = world.send().await.unwrap_err();
    assert_eq!(error.reason, "NO_RELAY");
    for way in ["MERIT_SMTP_HOST", "MERIT_MAIL_FROM", "--to DIR"] {
        assert!(error.message.contains(way), "{error}");
    }

    let relay = FakeRelay::start().await;
    let world = World::new(2, carrier(&relay), false).await;
    relay.plan([Fault::Drop(Step::Greeting)]);
    assert_eq!(world.send().await.unwrap_err().reason, "RELAY_REFUSED");
    assert_eq!(world.states().await, states(&[("p0", State::Waiting, 0), ("p1", State::Waiting, 0)]));
    world.send().await.unwrap();
    assert_eq!(relay.taken().len(), 2);
}

/// Takes a message and never answers, like a process that is killed meanwhile.
struct Stuck;

#[async_trait]
impl Carrier for Stuck {
    async fn connect(&self) -> Result<Box<dyn Session>> {
        Ok(Box::new(Self))
    }
}

#[async_trait]
impl Session for Stuck {
    async fn announce(&mut self, _: &str) -> Result<(), Undelivered> {
        Ok(())
    }

    async fn hand_over(&mut self, _: &[u8]) -> Result<(), Undelivered> {
        std::future::pending().await
    }

    async fn reset(&mut self) -> bool {
        true
    }

    async fn close(&mut self) {}
}

#[tokio::test]
async fn whoever_is_killed_while_handing_over_leaves_the_mail_unclear() {
    let mut world = World::new(2, Some(Arc::new(Stuck)), false).await;
    let outbox = world.outbox.clone();
    let (told, _heard) = mpsc::channel(10);
    let run = tokio::spawn(async move { outbox.send(&told).await });
    while world.states().await["p0"].0 != State::Unclear {
        tokio::task::yield_now().await;
    }
    let second = world.send().await.unwrap_err();
    assert_eq!(second.reason, "SENDING", "a second run must not take a mail on its way for an unclear one");
    run.abort();
    let _ = run.await;

    let relay = FakeRelay::start().await;
    world.again(carrier(&relay), false).await;
    world.send().await.unwrap();
    assert_eq!(world.states().await, states(&[("p0", State::Unclear, 1), ("p1", State::Sent, 1)]));
    assert_eq!(relay.taken().len(), 1);
    let mails = world.outbox.list(None, 1).await.unwrap();
    assert!(mails[0].failure.contains("not on record"), "{}", mails[0].failure);
}

#[tokio::test]
async fn mails_leave_as_files_once_confirmed_and_the_same_bytes_until_then() {
    let world = World::new(2, None, false).await;
    world.village.put("p1", "Person 1", None);
    let first = world.fetch().await;
    assert!(first[0].file_name.starts_with("scorecard-2026-q3-run-people-p0-"), "{}", first[0].file_name);
    let message = String::from_utf8(first[0].message.clone()).unwrap();
    assert!(message.contains("To: \"Person 0\" <p0@example.com>") && message.contains("multipart/alternative"));
    assert_eq!((first[1].mail.state, first[1].file_name.as_str(), first[1].message.len()), (State::NoAddress, "", 0));
    assert!(world.fetch().await == first, "not confirmed, so handed out again, byte by byte the same");

    let keys = vec![first[0].mail.key.clone(), "unknown".to_owned()];
    assert_eq!(world.outbox.confirm(&keys).await.unwrap(), 1);
    assert_eq!(world.outbox.confirm(&keys).await.unwrap(), 0);
    assert_eq!(world.states().await, states(&[("p0", State::Sent, 1), ("p1", State::NoAddress, 0)]));
    assert_eq!(world.fetch().await.len(), 1);
}

#[tokio::test]
async fn who_is_handed_mails_is_on_record_before_the_first_leaves() {
    let world = World::new(2, None, false).await;
    // Nobody takes one: there are more than wait on the way.
    let (told, heard) = mpsc::channel(1);
    let outbox = world.outbox.clone();
    let fetching = tokio::spawn(async move { outbox.fetch(&rita(), &told).await });
    while heard.is_empty() {
        tokio::task::yield_now().await;
    }
    let every = ReadsPart { limit: 10, ..ReadsPart::default() };
    let on_record = async || {
        let reads = world.outbox.reads(&every).await.unwrap().into_iter();
        reads.map(|(_, read)| (read.reader, read.person.map(|id| id.to_string()), read.mails)).collect::<Vec<_>>()
    };
    let both = ("rita".to_owned(), None, 2);
    assert_eq!(on_record().await, std::slice::from_ref(&both));
    drop(heard);
    fetching.await.unwrap().unwrap();
    world.outbox.confirm(&["scorecard/2026-Q3/run/people/p1".to_owned()]).await.unwrap();
    world.fetch().await;
    world.outbox.confirm(&["scorecard/2026-Q3/run/people/p0".to_owned()]).await.unwrap();
    assert!(world.fetch().await.is_empty());
    assert_eq!(on_record().await, [("rita".to_owned(), Some("p0".to_owned()), 1), both]);
}

#[tokio::test]
async fn names_are_those_of_the_moment_of_sending() {
    let relay = FakeRelay::start().await;
    let world = World::new(1, carrier(&relay), false).await;
    world.village.put("p0", "Zora <script>\r\nBcc: x@example.com", Some("zora@example.com"));
    world.send().await.unwrap();
    let message = relay.last();
    let (head, body) = message.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("<zora@example.com>") && !head.contains("\r\nBcc"), "{head}");
    let (text, html) = body.split_once("Content-Type: text/html").unwrap();
    assert!(text.contains("Zora <script>") && html.contains("Zora") && !html.contains("<script>"));
    assert_eq!(relay.commands().iter().filter(|command| command.starts_with("RCPT")).count(), 1);
}

#[tokio::test]
async fn a_run_stops_after_the_mail_at_hand_when_nobody_listens() {
    let relay = FakeRelay::start().await;
    let world = World::new(4, carrier(&relay), false).await;
    let (told, heard) = mpsc::channel(10);
    drop(heard);
    world.outbox.send(&told).await.unwrap();
    assert_eq!(relay.taken().len(), 1);
    assert_eq!(world.send().await.unwrap().len(), 3);
}

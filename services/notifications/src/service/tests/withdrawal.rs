//! Mails of a run that a newer one replaced.

use super::*;

#[tokio::test]
async fn a_newer_run_withdraws_what_has_not_left() {
    let relay = FakeRelay::start().await;
    let mut world = World::new(4, carrier(&relay), true).await;
    world.village.put("p2", "Person 2", None);
    relay.plan([Fault::Nothing, Fault::Say(Step::Recipient, "550 no such user"), Fault::Drop(Step::Message)]);
    world.send().await.unwrap();
    use State::{Failed, NoAddress, Sent, Unclear, Waiting, Withdrawn};
    let before = [("p0", Sent, 1), ("p1", Failed, 1), ("p2", NoAddress, 0), ("p3", Unclear, 1)];
    assert_eq!(world.states().await, states(&before));

    let mut keys = vec!["scorecard/2026-Q3/run-b/people/p4".to_owned()];
    keys.extend(["team-scorecard/2026-Q3/run/people/p1", "scorecard/2026-Q2/run/people/p1"].map(str::to_owned));
    keys.extend((0..5).map(|n| format!("scorecard/2026-Q3/run-c/people/p{n}")));
    world.village.put("p4", "Person 4", Some("p4@example.com"));
    for key in &keys {
        let person = key.rsplit('/').next().unwrap();
        let card = Scorecard { person: format!("people/{person}"), ..samples::person() };
        let put = world.outbox.enqueue(key, PersonId::new(person).unwrap(), card.encode_to_vec()).await.unwrap();
        assert_eq!((put.0.state, put.1), (Waiting, true));
    }
    assert_eq!(world.enqueue("p1").await.0.state, Withdrawn, "the same key again changes nothing");
    let mails = world.outbox.list(None, 1000).await.unwrap();
    let in_state = |state: State| -> Vec<&str> {
        mails.iter().filter(|mail| mail.state == state).map(|mail| mail.key.as_str()).collect()
    };
    let older = ["p1", "p2", "p3"].map(|person| format!("scorecard/2026-Q3/run/people/{person}"));
    let mut withdrawn: Vec<&str> = older.iter().map(String::as_str).collect();
    withdrawn.insert(0, "scorecard/2026-Q3/run-b/people/p4");
    assert_eq!(in_state(Withdrawn), withdrawn);
    assert_eq!(in_state(Sent), ["scorecard/2026-Q3/run/people/p0"]);
    assert_eq!(in_state(Waiting).len(), keys.len() - 1, "another sort and another cycle are let be");

    world.village.put("p2", "Person 2", Some("p2@example.com"));
    let told = world.fetch().await;
    assert!(told.iter().all(|fetched| !withdrawn.contains(&fetched.mail.key.as_str())));
    world.again(carrier(&relay), true).await;
    let told = world.send().await.unwrap();
    assert_eq!(told.len(), keys.len() - 1);
    assert!(
        told.iter().all(|progress| progress.mail.state == Sent && !withdrawn.contains(&progress.mail.key.as_str()))
    );
}

/// A mail that was read before it was withdrawn, or that is on its way meanwhile, doesn't come back.
#[tokio::test]
async fn what_is_withdrawn_during_a_run_is_not_due_again() {
    let world = World::new(2, None, true).await;
    let store = sqlite::open(&world.folder.path().join("notifications.db")).await.unwrap();
    let key = |run: &str, n: u32| format!("scorecard/2026-Q3/{run}/people/p{n}");
    let now = "2026-10-08T06:00:00Z".parse().unwrap();
    assert!(store.hand_over(&key("run", 0), 0, now).await.unwrap());
    for n in 0..2 {
        let card = samples::person().encode_to_vec();
        world.outbox.enqueue(&key("run-b", n), PersonId::new(&format!("p{n}")).unwrap(), card).await.unwrap();
    }
    let failed = Outcome { state: State::Failed, phase: Phase::Message, answer: "452 full".to_owned() };
    store.answer(&key("run", 0), &failed).await.unwrap();
    assert!(!store.hand_over(&key("run", 1), 0, now).await.unwrap());
    store.no_address(&key("run", 1)).await.unwrap();
    for n in 0..2 {
        assert_eq!(store.mail(&key("run", n)).await.unwrap().unwrap().state, State::Withdrawn);
    }
    let sent = Outcome { state: State::Sent, phase: Phase::Message, answer: String::new() };
    store.answer(&key("run", 0), &sent).await.unwrap();
    assert_eq!(store.mail(&key("run", 0)).await.unwrap().unwrap().state, State::Sent, "it arrived all the same");
}

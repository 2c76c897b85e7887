//! Nothing personal gets into logs: names, addresses, amounts, texts, tokens and passwords that are easy to tell are put
//! through everything, with every log and span of the whole process caught at its finest level.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use jiff::{Timestamp, ToSpan as _};
use merit::import::{self, ImportKind, Profile};
use merit::settings::Settings;
use merit_notifications::{Relay, Security};
use merit_platform::identity::{Keys, Principal, Role};
use merit_proto::feedback::v1::feedback_service_client::FeedbackServiceClient;
use merit_proto::feedback::v1::{CreateNoteRequest, ReplyToNoteRequest, SnapshotFeedbackRequest};
use merit_proto::kept::read;
use merit_proto::notifications::v1::notifications_service_client::NotificationsServiceClient;
use merit_proto::notifications::v1::{FetchMailsRequest, ListMailsRequest, MailState, SendMailsRequest};
use merit_proto::reviews::v1::reviews_service_client::ReviewsServiceClient;
use merit_proto::reviews::v1::{
    ApproveReviewRequest, ExportScorecardsRequest, ListScorecardsRequest, PublishReviewRequest,
};
use merit_proto::scoring::v1::{
    CompareImpactRequest, CreateAdjustmentRequest, ExplainPersonRequest, ExportLedgerRequest, ExportScoresRequest,
    ListLinesRequest, PolicySource,
};
use merit_proto::r#type::v1::Money;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::about_people::calls;
use crate::matrix::contracts;
use crate::world::{Answer, CYCLE, PEOPLE, World, text};

/// What every planted name, address, text and password begins with, however it is written.
const WORD: &str = "kanari";
/// What every planted amount begins with, plain and grouped; the last two are what the plan pays on them.
const AMOUNTS: [&str; 4] = ["81726", "817,26", "40863", "40,863"];

/// Everything that was planted, and all lines that hold any of it.
#[derive(Clone, Default)]
struct Caught(Arc<Mutex<Found>>);

#[derive(Default)]
struct Found {
    planted: Vec<String>,
    secrets: Vec<String>,
    lines: usize,
    leaks: Vec<String>,
}

impl Caught {
    fn plant(&self, value: &str) -> String {
        self.0.lock().unwrap().planted.push(value.to_owned());
        value.to_owned()
    }

    /// Something that doesn't begin like the others.
    fn plant_secret(&self, value: String) -> String {
        self.0.lock().unwrap().secrets.push(value.clone());
        self.plant(&value)
    }

    fn look(&self, line: &str) {
        // How long a statement took may have the digits of any amount.
        let took = |word: &&str| word.starts_with("elapsed=") || word.starts_with("elapsed_secs=");
        let said: String = line.split_inclusive(' ').filter(|word| !took(word)).collect();
        let mut found = self.0.lock().unwrap();
        found.lines += 1;
        if holds(&said, &found.secrets) {
            found.leaks.push(line.to_owned());
        }
    }
}

fn holds(line: &str, secrets: &[String]) -> bool {
    line.to_lowercase().contains(WORD)
        || AMOUNTS.iter().any(|amount| line.contains(amount))
        || secrets.iter().any(|secret| line.contains(secret))
}

impl Write for Caught {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.look(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Caught {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// A file of the organisation with planted values in place of its own.
fn planted(caught: &Caught, name: &str) -> String {
    let mut text = text(name);
    for (number, person) in PEOPLE.iter().enumerate() {
        let mut plant = |old: String, new: String| {
            if text.contains(&old) {
                text = text.replace(&old, &caught.plant(&new));
            }
        };
        let display = ["Bea Top", "Dan Dahl", "Fay Faro", "Ida Ito", "Mia Maren", "Oli Otte", "Pia Park", "Quy Quan"];
        plant(display[number].to_owned(), format!("Kanari Vox {person}"));
        plant(format!("{person}@example.com"), format!("kanari.{person}@example.com"));
        let row = text.lines().find(|line| {
            line.contains(&format!("-{person},"))
                || line.starts_with(&format!("{person},"))
                || line.starts_with(&format!("{person}-goal"))
        });
        let Some(row) = row.map(str::to_owned) else { continue };
        let mut new = row.clone();
        if let Some(at) = row.find("USD ") {
            let old: String = row[at..].chars().take_while(|c| *c != ',').collect();
            let digit = if name == "deals.csv" { 4 } else { 5 };
            new = new.replace(&old, &caught.plant(&format!("USD 81726{digit}.0{number}")));
        }
        for sentence in ["Business of ten thousand", "You listened well to the people at the table; do that again."] {
            if row.contains(sentence) {
                new = new.replace(sentence, &caught.plant(&format!("Kanari sentence {number} of {name}")));
            }
        }
        text = text.replace(&row, &new);
    }
    text
}

/// A relay that knows nobody and says so, with the address and the password in its answers.
async fn relay() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let _ = stream.write_all(b"220 relay\r\n").await;
            let mut line = String::new();
            while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
                let answer = match line.get(..4).unwrap_or_default() {
                    "EHLO" => "250-relay\r\n250 AUTH PLAIN LOGIN\r\n".to_owned(),
                    "AUTH" => "235 fine\r\n".to_owned(),
                    "RCPT" => format!("550 nobody here is called {}\r\n", line.trim()),
                    "QUIT" => "221 bye\r\n".to_owned(),
                    _ => "250 fine\r\n".to_owned(),
                };
                let _ = stream.write_all(answer.as_bytes()).await;
                line.clear();
            }
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_logged_or_told_to_whom_it_is_not_for() {
    nothing_leaks(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_logged_or_told_with_postgres() {
    nothing_leaks(true).await;
}

async fn nothing_leaks(postgres: bool) {
    let caught = Caught::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::NEW)
        .without_time()
        .with_ansi(false)
        .with_writer(caught.clone())
        .init();
    let (panics, usual) = (caught.clone(), std::panic::take_hook());
    std::panic::set_hook(Box::new(move |panic| {
        panics.look(&panic.to_string());
        usual(panic);
    }));

    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, caught.plant("Kanari-password-of-the-relay")).unwrap();
    let relay = Relay {
        host: "127.0.0.1".to_owned(),
        port: relay().await,
        security: Security::None,
        username: Some(caught.plant("kanari-user-of-the-relay")),
        password_file: Some(password),
        ca_file: None,
        sender: "Merit <merit@example.com>".to_owned(),
        resend_unclear: false,
    };
    let settings = Settings { relay: Some(relay), ..Settings::load(None).unwrap() };
    let file = |name: &str| planted(&caught, name);
    let world = if postgres {
        let address = std::env::var("MERIT_TEST_POSTGRES").unwrap();
        let password = address.split(['@', ':']).nth(2).unwrap();
        caught.plant_secret(password.to_owned());
        World::composed_on_postgres(settings, file).await
    } else {
        World::composed_of(settings, file).await
    };
    bad_files(&world).await;
    talk(&world, &caught).await;
    assess(&world, &caught).await;
    close(&world, &caught).await;
    compare(&world, &caught).await;
    export(&world).await;
    mail(&world).await;
    let told = refusals(&world, &caught).await;

    drop(std::panic::take_hook());
    let found = caught.0.lock().unwrap();
    let mut planted = found.planted.clone();
    planted.sort();
    planted.dedup();
    assert!(planted.len() >= 50, "only {} were planted", planted.len());
    assert!(found.lines > 1000, "the finest level was caught: {}", found.lines);
    assert!(found.leaks.is_empty(), "{} leaks, such as {}", found.leaks.len(), found.leaks[0]);
    assert!(told.is_empty(), "{told:?}");
    // What is caught would have been seen.
    assert!(holds("the name is Kanari Vox mia", &[]) && holds("pays $40,863.20", &[]) && !holds("pays $40", &[]));
}

/// Files with faults in all places: none is taken, and its faults are told to the one who sent it only.
async fn bad_files(world: &World) {
    for (kind, text) in [
        (
            ImportKind::People,
            "person_id,display_name,from,role,team,salary\nzoe,Kanari Zoe,2026-01-01,Kanari,West,kanari\n",
        ),
        (
            ImportKind::Goals,
            "goal_id,cycle,owner_kind,owner,title,measure,target\nx,2026-Q3,person,nobody,Kanari,bookings,USD 817261.00\n",
        ),
        (ImportKind::Results, "external_id,record,amount,owner,closed\nX-1,Deal,USD -817261.00,kanari,2026-08-01\n"),
        (ImportKind::Feedback, "external_id,author,receiver,given_on,text\nX-1,mia,kanari,2026-08-01,Kanari text\n"),
    ] {
        let profile = Profile::load("merit", kind).unwrap();
        let taken = import::run_bytes(world.operator(), kind, "kanari.csv", text.as_bytes(), &profile, false).await;
        assert!(taken.is_err() || taken.is_ok_and(|taken| !taken.written), "{kind}");
    }
}

/// Notes and answers.
async fn talk(world: &World, caught: &Caught) {
    let mut mia = FeedbackServiceClient::new(world.link("mia", Role::Manager));
    let text = caught.plant("Kanari note: you let the customer finish.");
    let note = CreateNoteRequest { receiver: "people/dan".to_owned(), text, ..Default::default() };
    let note = mia.create_note(note).await.unwrap().into_inner().note.unwrap();
    let mut dan = FeedbackServiceClient::new(world.link("dan", Role::Member));
    let text = caught.plant("Kanari answer: I was nervous.");
    dan.reply_to_note(ReplyToNoteRequest { name: note.name, text, ..Default::default() }).await.unwrap();
}

/// What people say of their own work, in a good file and in a bad one.
async fn assess(world: &World, caught: &Caught) {
    let profile = Profile::load("merit", ImportKind::SelfAssessments).unwrap();
    let head = "person,cycle,goal,rating,comment,given_on\n";
    let comment = caught.plant("Kanari words of my own: I was late twice");
    let good = format!("{head}dan,2026-Q3,dan-goal,81.726%,{comment},2026-09-20\n");
    let bad = format!("{head}dan,2026-Q3,mia-goal,kanari,{comment},2026-09-20\n");
    for (text, written) in [(good, true), (bad, false)] {
        let taken = import::run_bytes(
            world.operator(),
            ImportKind::SelfAssessments,
            "kanari-own.csv",
            text.as_bytes(),
            &profile,
            false,
        )
        .await;
        assert_eq!(taken.is_ok_and(|taken| taken.written), written, "{text}");
    }
    let mut service = FeedbackServiceClient::new(world.link("service", Role::Service));
    let snapshot = SnapshotFeedbackRequest {
        cycle: CYCLE.to_owned(),
        first_day: "2026-07-01".to_owned(),
        last_day: "2026-09-30".to_owned(),
        cutoff: 0,
    };
    let mut pieces = service.snapshot_feedback(snapshot).await.unwrap().into_inner();
    let mut found = 0;
    while let Some(piece) = pieces.message().await.unwrap() {
        found += piece.self_assessments.iter().filter(|own| own.comment == comment).count();
    }
    assert_eq!(found, 1);
}

/// What another policy would pay, and one that can't be read.
async fn compare(world: &World, caught: &Caught) {
    let plan = text("plan.merit");
    let source = |text: String| PolicySource { file_name: caught.plant("kanari-plan.merit"), text };
    let ask = |text: String| CompareImpactRequest {
        cycle: CYCLE.to_owned(),
        old: Some(source(plan.clone())),
        new: Some(source(text)),
        ..Default::default()
    };
    let (mut paid, mut refused) = (0, 0);
    for text in [plan.replace("5%", "6%").replace("$500.00", "$600.00"), caught.plant("policy \"Kanari plan\" pays")] {
        let mut pieces = world.scoring().compare_impact(ask(text)).await.unwrap().into_inner();
        while let Some(piece) = pieces.message().await.unwrap() {
            let before = piece.rows.iter().filter_map(|row| row.before.as_ref());
            paid += before.filter(|before| before.minor_units / 100 == 40_863).count();
            refused += piece.failures.len();
        }
    }
    assert!(paid > 0 && refused == 1, "{paid} paid, {refused} refused");
}

/// Whole lists, read to their ends.
async fn export(world: &World) {
    let ledger = ExportLedgerRequest { cycle: CYCLE.to_owned(), with_figures: true, ..Default::default() };
    let mut lines = world.scoring().export_ledger(ledger).await.unwrap().into_inner();
    let mut paid = 0;
    while let Some(piece) = lines.message().await.unwrap() {
        let amounts = piece.lines.iter().filter_map(|line| line.amount.as_ref());
        paid += amounts.filter(|amount| amount.minor_units / 100 == 40_863).count();
    }
    assert!(paid > 0);
    let scores = ExportScoresRequest { run: world.run.clone(), with_figures: true, ..Default::default() };
    let mut pieces = world.scoring().export_scores(scores).await.unwrap().into_inner();
    let mut scores = 0;
    while let Some(piece) = pieces.message().await.unwrap() {
        scores += piece.scores.len();
    }
    let cards = ExportScorecardsRequest { cycle: CYCLE.to_owned(), ..Default::default() };
    let mut pieces = world.reviews().export_scorecards(cards).await.unwrap().into_inner();
    let mut named = 0;
    while let Some(piece) = pieces.message().await.unwrap() {
        let goals = read(piece.scorecards).unwrap().into_iter().flat_map(|card| card.goals);
        named += goals.filter(|goal| goal.title.starts_with("Kanari")).count();
    }
    assert!(scores > 0 && named > 0, "{scores} scores, {named} goals");
}

/// Adjusts, approves, publishes, explains, lists.
async fn close(world: &World, caught: &Caught) {
    let reason = caught.plant("Kanari reason: promised in May");
    caught.plant("USD 8172.66");
    let adjustment = CreateAdjustmentRequest {
        cycle: CYCLE.to_owned(),
        participant: "people/dan".to_owned(),
        amount: Some(Money { currency_code: "USD".to_owned(), minor_units: 817_266 }),
        reason,
        ..Default::default()
    };
    world.scoring().create_adjustment(adjustment).await.unwrap();
    let reason = caught.plant("Kanari approval: checked with finance");
    let mut quy = ReviewsServiceClient::new(world.link("quy", Role::Executive));
    let approve = ApproveReviewRequest { cycle: CYCLE.to_owned(), reason: reason.clone(), ..Default::default() };
    quy.approve_review(approve.clone()).await.unwrap();
    world.reviews().approve_review(approve).await.unwrap();
    let publish = PublishReviewRequest { cycle: CYCLE.to_owned(), ..Default::default() };
    world.reviews().publish_review(publish).await.unwrap();
    let explain =
        ExplainPersonRequest { person: "people/dan".to_owned(), cycle: CYCLE.to_owned(), ..Default::default() };
    world.scoring().explain_person(explain).await.unwrap();
    let lines = ListLinesRequest { cycle: CYCLE.to_owned(), with_figures: true, ..Default::default() };
    let lines = world.scoring().list_lines(lines).await.unwrap().into_inner().lines;
    // The planted amounts are paid on, so their pay is where it can leak.
    assert!(lines.iter().any(|line| line.amount.as_ref().is_some_and(|paid| paid.minor_units / 100 == 40_863)));
    let cards = ListScorecardsRequest { cycle: CYCLE.to_owned(), ..Default::default() };
    assert!(!world.reviews().list_scorecards(cards).await.unwrap().into_inner().scorecards.is_empty());
}

/// Sends and fetches the mails. The relay refuses each, with its address in the refusal.
async fn mail(world: &World) {
    let mut outbox = NotificationsServiceClient::new(world.operator());
    let mut sent = outbox.send_mails(SendMailsRequest::default()).await.unwrap().into_inner();
    while let Some(told) = sent.message().await.unwrap() {
        assert_eq!(told.mail.unwrap().state(), MailState::Failed);
    }
    let mut fetched = outbox.fetch_mails(FetchMailsRequest::default()).await.unwrap().into_inner();
    while fetched.message().await.unwrap().is_some() {}
    outbox.list_mails(ListMailsRequest::default()).await.unwrap();
}

/// Everything that a person is refused, and tokens that are no good. Gives what their refusals tell all the same.
async fn refusals(world: &World, caught: &Caught) -> Vec<String> {
    let mut told = Vec::new();
    let mut hear = |what: &str, answer: &Answer| {
        let text = format!("{} {}", answer.message, String::from_utf8_lossy(&answer.details));
        let secrets = caught.0.lock().unwrap().secrets.clone();
        if answer.code != tonic::Code::Ok && holds(&text, &secrets) {
            told.push(format!("{what}: {text}"));
        }
    };
    let paths = contracts();
    let oli = caught.plant_secret(world.token("oli", Role::Member));
    for (name, path) in &paths {
        hear(name, &world.call(Some(&oli), path, Vec::new()).await);
    }
    for call in calls() {
        for person in PEOPLE {
            let path = &paths[call.row.split(':').next().unwrap()];
            hear(call.row, &world.call(Some(&oli), path, (call.one)(world, person)).await);
        }
    }
    let mia = Principal::new("mia", Role::Auditor);
    let old = Timestamp::now().checked_sub(2.hours()).unwrap();
    let foreign = Keys::from_secret(b"Kanari secret of somebody else's").mint(&mia, Timestamp::now(), 60).unwrap();
    let expired = Keys::from_secret(b"a secret of thirty-two bytes or so").mint(&mia, old, 60).unwrap();
    for token in [foreign, expired, "kanari.not.a-token".to_owned()] {
        let token = caught.plant_secret(token);
        let answer = world.call(Some(&token), &paths["goals ListGoals"], Vec::new()).await;
        assert_eq!(answer.code, tonic::Code::Unauthenticated);
        hear("a bad token", &answer);
    }
    told
}

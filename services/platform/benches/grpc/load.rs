//! The caller: what it asks, and how many answers it gets in a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::uri::PathAndQuery;
use jiff::Timestamp;
use merit_platform::identity::{Principal, Role};
use merit_proto::goals::v1::ListGoalsRequest;
use merit_proto::kept::{ListGoalsResponse, ListScorecardsResponse};
use merit_proto::reviews::v1::ListScorecardsRequest;
use prost::Message as _;
use tonic::Request;
use tonic::client::Grpc;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

use super::Failed;
use super::ground::{CYCLE, Ground};
use super::wire::AsItIs;

/// Other sizes of pages: with 500 people, the answers together are several times what Merit keeps.
const OTHERS: i32 = 20;

/// What is read. Each caller is a person and reads their own.
#[derive(Debug, Clone, Copy)]
pub enum Call {
    /// A published scorecard.
    Scorecard,
    /// The goals of a person in a cycle.
    Goals,
}

/// Whether Merit gave the answer before. What was given is told again from memory as long as it is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    Again,
    /// Each question is one of so many that none is still known when its turn comes.
    First,
}

impl Time {
    pub const BOTH: [Self; 2] = [Self::Again, Self::First];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Again => "again",
            Self::First => "first",
        }
    }

    /// Sizes of the pages that are asked for: other questions with the same answers.
    fn sizes(self) -> std::ops::Range<i32> {
        match self {
            Self::Again => 100..101,
            Self::First => 100..100 + OTHERS,
        }
    }
}

impl Call {
    pub const ALL: [Self; 2] = [Self::Scorecard, Self::Goals];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Scorecard => "scorecard",
            Self::Goals => "goals",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Scorecard => "/merit.reviews.v1.ReviewsService/ListScorecards",
            Self::Goals => "/merit.goals.v1.GoalsService/ListGoals",
        }
    }

    fn request(self, person: &str, page_size: i32) -> Bytes {
        let (cycle, person) = (format!("cycles/{CYCLE}"), format!("people/{person}"));
        match self {
            Self::Scorecard => {
                ListScorecardsRequest { cycle, person, page_size, ..Default::default() }.encode_to_vec().into()
            }
            Self::Goals => {
                ListGoalsRequest { cycle, owner: person, page_size, ..Default::default() }.encode_to_vec().into()
            }
        }
    }

    /// Whether an answer is one to measure: a person's goals, or their one scorecard. Who leads a team has another one for it,
    /// and reading that is put on record.
    fn holds(self, answer: &Bytes) -> Result<bool, Failed> {
        Ok(match self {
            Self::Scorecard => ListScorecardsResponse::decode(answer.clone())?.scorecards.len() == 1,
            Self::Goals => !ListGoalsResponse::decode(answer.clone())?.goals.is_empty(),
        })
    }
}

/// One call: its path, its message, and who makes it.
#[derive(Debug, Clone)]
pub struct Asked {
    pub path: PathAndQuery,
    pub message: Bytes,
    pub token: Option<MetadataValue<Ascii>>,
}

/// What one round came to: answers in a second, and microseconds to half of the answers and to 99 of 100.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    pub rate: u64,
    pub median: u64,
    pub late: u64,
}

/// The calls of everybody, and the answers that they got.
pub async fn learn(address: &str, ground: &Ground, call: Call, time: Time) -> Result<(Vec<Asked>, Vec<Bytes>), Failed> {
    let mut client = client(address).await?;
    let mut tokens = Vec::with_capacity(ground.people.len());
    for person in &ground.people {
        let token = ground.keys.mint(&Principal::new(person, Role::Member), Timestamp::now(), 24 * 3600)?;
        tokens.push((person, MetadataValue::try_from(format!("Bearer {token}"))?));
    }
    let (mut asked, mut answers) = (Vec::new(), Vec::new());
    for (size, (person, token)) in time.sizes().flat_map(|size| tokens.iter().map(move |one| (size, one))) {
        let one = Asked {
            path: PathAndQuery::from_static(call.path()),
            message: call.request(person, size),
            token: Some(token.clone()),
        };
        let answer = ask(&mut client, &one).await?;
        if call.holds(&answer)? {
            asked.push(one);
            answers.push(answer);
        }
    }
    if asked.is_empty() { Err(format!("{} tells nobody anything", call.path()).into()) } else { Ok((asked, answers)) }
}

async fn client(address: &str) -> Result<Grpc<Channel>, Failed> {
    let endpoint = Endpoint::from_shared(format!("http://{address}"))?.tcp_nodelay(true);
    Ok(Grpc::new(endpoint.connect().await?))
}

async fn ask(client: &mut Grpc<Channel>, asked: &Asked) -> Result<Bytes, Failed> {
    let mut request = Request::new(asked.message.clone());
    if let Some(token) = &asked.token {
        request.metadata_mut().insert("authorization", token.clone());
    }
    client.ready().await?;
    Ok(client.unary(request, asked.path.clone(), AsItIs).await?.into_inner())
}

/// A server, and what is asked of it.
pub struct Target {
    clients: Vec<Grpc<Channel>>,
    calls: Arc<Vec<(Asked, Bytes)>>,
}

impl Target {
    /// Opens the connections.
    pub async fn connect(
        address: &str,
        asked: &[Asked],
        answers: &[Bytes],
        connections: usize,
    ) -> Result<Self, Failed> {
        let mut clients = Vec::with_capacity(connections);
        for _ in 0..connections {
            clients.push(client(address).await?);
        }
        Ok(Self { clients, calls: Arc::new(asked.iter().cloned().zip(answers.iter().cloned()).collect()) })
    }

    /// Asks on so many streams at a time, everybody in their turn, and holds each answer to the one that is known.
    pub async fn round(&self, streams: usize, length: Duration) -> Result<Measured, Failed> {
        let next = Arc::new(AtomicUsize::new(0));
        let began = Instant::now();
        let mut callers = Vec::with_capacity(streams);
        for client in self.clients.iter().cycle().take(streams) {
            let (mut client, calls, next) = (client.clone(), Arc::clone(&self.calls), Arc::clone(&next));
            callers.push(tokio::spawn(async move {
                let mut times = Vec::new();
                while began.elapsed() < length {
                    let at = next.fetch_add(1, Ordering::Relaxed) % calls.len();
                    let Some((asked, known)) = calls.get(at) else { break };
                    let sent = Instant::now();
                    if ask(&mut client, asked).await? != *known {
                        return Err(Failed::from("an answer is another one than before"));
                    }
                    times.push(u64::try_from(sent.elapsed().as_micros())?);
                }
                Ok(times)
            }));
        }
        let mut times = Vec::new();
        for caller in callers {
            times.extend(caller.await??);
        }
        let took = u64::try_from(began.elapsed().as_micros())?.max(1);
        times.sort_unstable();
        let part = |hundredths: usize| times.get(times.len() * hundredths / 100).copied().unwrap_or(0);
        Ok(Measured {
            rate: u64::try_from(times.len())?.saturating_mul(1_000_000) / took,
            median: part(50),
            late: part(99),
        })
    }
}

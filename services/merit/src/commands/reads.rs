//! `merit reads`: who read whose pay and scorecards, and to whom mails were handed out. Each service keeps its own record;
//! this is all of them in one list.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use merit_core::ids::PersonId;
use merit_core::{Error, Result};
use merit_proto::notifications::v1::{ListMailReadsRequest, MailRead};
use merit_proto::reviews::v1::{ListScorecardReadsRequest, ScorecardRead};
use merit_proto::scoring::v1::{ListPayReadsRequest, PayRead};
use serde_json::json;

use super::id;
use crate::cli::{Global, Reads};
use crate::exit::Outcome;
use crate::pages::{self, PAGE_SIZE};
use crate::session::Session;
use crate::show::Screen;

/// A read, of whatever record.
#[derive(Debug, Clone)]
struct Read {
    at: Timestamp,
    reader: String,
    roles: Vec<String>,
    what: &'static str,
    /// Of a run or a cycle, by its id; empty for mails.
    of: String,
    /// Whose; empty: several people's.
    person: String,
    /// The call; empty where it was not kept.
    method: String,
}

/// What every record is asked.
struct Wanted {
    person: String,
    reader: String,
    since: String,
    until: String,
    newest: usize,
}

pub async fn run(global: &Global, args: &Reads) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    let wanted = Wanted::from(args)?;
    let session = Session::open(global, "reads").await?;
    let mut reads =
        [pay(&session, &wanted).await?, cards(&session, &wanted).await?, mails(&session, &wanted).await?].concat();
    reads.sort_by_key(|read| std::cmp::Reverse(read.at));
    let more = reads.len() > wanted.newest;
    reads.truncate(wanted.newest);
    show(screen, &reads, more);
    Ok(Outcome::Done)
}

impl Wanted {
    fn from(args: &Reads) -> Result<Self> {
        let person = match &args.person {
            Some(person) => PersonId::new(person.strip_prefix("people/").unwrap_or(person))?.name(),
            None => String::new(),
        };
        let instant = |text: &Option<String>| text.as_deref().map(instant).transpose().map(Option::unwrap_or_default);
        Ok(Self {
            person,
            reader: args.reader.clone().unwrap_or_default(),
            since: instant(&args.since)?,
            until: instant(&args.until)?,
            newest: usize::try_from(args.newest).map_err(Error::internal)?,
        })
    }

    /// One more than is shown tells that there are more.
    const fn limit(&self) -> usize {
        self.newest + 1
    }

    fn page_size(&self) -> i32 {
        i32::try_from(self.limit()).unwrap_or(PAGE_SIZE).min(PAGE_SIZE)
    }
}

/// An instant for a service, from one or from a day, which begins at midnight UTC.
fn instant(typed: &str) -> Result<String> {
    let day = || TimeZone::UTC.to_timestamp(typed.parse::<Date>().ok()?.at(0, 0, 0, 0)).ok();
    let found = typed.parse::<Timestamp>().ok().or_else(day);
    found.map(|at| at.to_string()).ok_or_else(|| {
        let words = format!("`{typed}` is neither a day like 2026-10-05 nor an instant like 2026-10-05T08:00:00Z");
        Error::invalid("BAD_TIME", words)
    })
}

/// The latest rows of one record: the requests are alike, and of no common type.
macro_rules! latest {
    ($client:expr, $list:ident, $request:ident, $wanted:expr) => {
        pages::first($wanted.limit(), |page_token| {
            let mut client = $client;
            let request = $request {
                person: $wanted.person.clone(),
                reader: $wanted.reader.clone(),
                since: $wanted.since.clone(),
                until: $wanted.until.clone(),
                page_size: $wanted.page_size(),
                page_token,
            };
            async move {
                let page = client.$list(request).await?.into_inner();
                Ok((page.reads, page.next_page_token))
            }
        })
        .await
    };
}

async fn pay(session: &Session, wanted: &Wanted) -> Result<Vec<Read>> {
    let rows = latest!(session.scoring(), list_pay_reads, ListPayReadsRequest, wanted)?;
    let read = |PayRead { reader, roles, person, of, method, read_at }| {
        Ok(Read { at: at(&read_at)?, reader, roles, what: "pay", of, person, method })
    };
    rows.into_iter().map(read).collect()
}

async fn cards(session: &Session, wanted: &Wanted) -> Result<Vec<Read>> {
    let rows = latest!(session.reviews(), list_scorecard_reads, ListScorecardReadsRequest, wanted)?;
    let read = |ScorecardRead { reader, roles, person, run, method, read_at }| {
        Ok(Read { at: at(&read_at)?, reader, roles, what: "scorecards", of: run, person, method })
    };
    rows.into_iter().map(read).collect()
}

async fn mails(session: &Session, wanted: &Wanted) -> Result<Vec<Read>> {
    let rows = latest!(session.notifications(), list_mail_reads, ListMailReadsRequest, wanted)?;
    let read = |MailRead { reader, roles, person, read_at, .. }| {
        let (of, method) = (String::new(), "FetchMails".to_owned());
        Ok(Read { at: at(&read_at)?, reader, roles, what: "mails", of, person, method })
    };
    rows.into_iter().map(read).collect()
}

fn at(text: &str) -> Result<Timestamp> {
    text.parse().map_err(Error::internal)
}

fn show(screen: Screen, reads: &[Read], more: bool) {
    if reads.is_empty() {
        screen.line("no such read is on record");
    }
    let row = |read: &Read| {
        let person = if read.person.is_empty() { "several people" } else { id(&read.person) };
        let of = id(&read.of);
        vec![
            format!("{:.0}", read.at),
            read.reader.clone(),
            read.roles.join(", "),
            person.to_owned(),
            format!("{} {of}", read.what).trim_end().to_owned(),
            read.method.clone(),
        ]
    };
    let rows: Vec<_> = reads.iter().map(row).collect();
    screen.table(&["when", "who", "as", "whose", "what", "call"], &rows);
    if more {
        screen.line("… and older ones; --newest shows more");
    }
    let list: Vec<_> = reads
        .iter()
        .map(|read| {
            json!({
                "read_at": read.at.to_string(), "reader": read.reader, "roles": read.roles, "person": id(&read.person),
                "what": read.what, "of": read.of, "method": read.method,
            })
        })
        .collect();
    screen.json(&json!({ "reads": list, "more": more }));
}

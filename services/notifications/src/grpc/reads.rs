//! Who may be handed mails, and the record of to whom they were.

use merit_core::ids::PersonId;
use merit_core::{Error, Result, Scope};
use merit_platform::access::{Action, Permit};
use merit_platform::page::{Page, cut};
use merit_platform::wire::optional_instant;
use merit_proto::notifications::v1 as proto;

use crate::model::{Fetcher, Read, ReadsPart};
use crate::service::Outbox;

/// Lets the call go on if the caller may read whatever may be on a scorecard, about everybody: mails hold them whole.
///
/// # Errors
/// `PERMISSION_DENIED`.
pub async fn sees_everything(permit: &Permit) -> Result<()> {
    for action in [Action::ReadScorecards, Action::ReadPay, Action::ReadFeedback] {
        if permit.to(action).scope().await? != Scope::Everyone {
            return Err(Error::denied(
                "mails hold scorecards with pay on them, and your role may not read everybody's",
            ));
        }
    }
    Ok(())
}

/// Who calls.
pub fn fetcher(permit: &Permit) -> Fetcher {
    let principal = permit.principal();
    let roles = principal.roles.iter().map(|role| role.word().to_owned()).collect();
    Fetcher { subject: principal.subject.clone(), roles }
}

/// A page of the record.
///
/// # Errors
/// `BAD_PAGE`, `BAD_NAME`, `BAD_TIME`, and when the store fails.
pub async fn list(outbox: &Outbox, request: &proto::ListMailReadsRequest) -> Result<proto::ListMailReadsResponse> {
    let page = Page::of(request)?;
    let named = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let part = ReadsPart {
        person: named(&request.person).map(|name| PersonId::from_name(&name)).transpose()?,
        reader: named(&request.reader),
        since: optional_instant(&request.since)?,
        until: optional_instant(&request.until)?,
        before: page.after.as_deref().map(number).transpose()?,
        limit: page.size + 1,
    };
    let found = outbox.reads(&part).await?;
    let (found, next_page_token) = cut(found, &page, |(number, _)| number.to_string());
    let reads = found.into_iter().map(|(_, read)| message(read)).collect();
    Ok(proto::ListMailReadsResponse { reads, next_page_token })
}

fn number(after: &str) -> Result<i64> {
    after.parse().map_err(|_| Error::invalid("BAD_PAGE", "the page token is not one of ours; start again without it"))
}

fn message(read: Read) -> proto::MailRead {
    proto::MailRead {
        reader: read.reader,
        roles: read.roles,
        person: read.person.as_ref().map(PersonId::name).unwrap_or_default(),
        mails: read.mails,
        read_at: read.at.to_string(),
    }
}

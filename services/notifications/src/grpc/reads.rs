//! Who may be handed mails, and the record of to whom they were.

use merit_core::ids::PersonId;
use merit_core::{Error, Result, Scope};
use merit_platform::access::{Action, Permit};
use merit_platform::reads::{cut_reads, wanted};
use merit_proto::notifications::v1 as proto;

use crate::model::{Fetcher, Read};
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
    let (page, part) = wanted(request)?;
    let (found, next_page_token) = cut_reads(outbox.reads(&part).await?, &page);
    let reads = found.into_iter().map(message).collect();
    Ok(proto::ListMailReadsResponse { reads, next_page_token })
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

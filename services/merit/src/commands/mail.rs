//! `merit mail send`: through the relay, or as files into a folder.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use merit_core::{Error, Result};
use merit_platform::status::from_status;
use merit_proto::notifications::v1::{
    ConfirmMailsRequest, FetchMailsRequest, ListMailsRequest, Mail as Entry, MailState, SendMailsRequest,
};
use serde_json::json;

use super::{answer, id};
use crate::cli::{Global, Mail};
use crate::exit::Outcome;
use crate::pages::{self, PAGE_SIZE};
use crate::session::Session;
use crate::settings::Settings;
use crate::show::{Progress, Screen};

/// Mails confirmed in one call.
const CONFIRM_AT_ONCE: usize = 500;

pub async fn run(global: &Global, command: Mail) -> Result<Outcome> {
    let Mail::Send { to } = command;
    let screen = Screen::new(global.json);
    if to.is_none() && global.server.is_none() {
        let settings = Settings::load(global.config.as_deref())?;
        // Told by its setting: what the outbox would tell of it is its text.
        let relay = settings.relay.as_ref().filter(|_| settings.services.is_empty());
        if let Some(file) = relay.and_then(|relay| relay.password_file.as_ref()) {
            settings.secret_is_there("smtp.password_file", file)?;
        }
    }
    let session = Session::open(global, "mail send").await?;
    match to {
        Some(folder) => {
            let left = to_folder(&session, &folder).await?;
            screen.line(format!("{} mails written to {}", left.written, folder.display()));
            if !left.no_address.is_empty() {
                screen.line(format!("no address, so no mail: {}", left.no_address.join(", ")));
            }
            screen.json(&json!({ "written": left.written, "no_address": left.no_address, "failed": left.failed, "folder": folder }));
            if !left.failed.is_empty() {
                let message = format!("mails that could not be written: {}", left.failed.join("; "));
                return Err(Error::new(merit_core::Kind::Unavailable, "MAILS_NOT_SENT", message));
            }
            Ok(Outcome::Done)
        }
        None => relay(screen, &session).await,
    }
}

/// What became of the mails that were waiting.
pub(crate) struct Left {
    /// Mails that are files now.
    pub written: usize,
    /// People without an address.
    pub no_address: Vec<String>,
    /// People whose mail can't be written, and why.
    pub failed: Vec<String>,
}

/// Writes what is waiting as `.eml` files that only their owner may read; each is confirmed once it is on disk.
///
/// # Errors
/// `FOLDER` when the folder or a file can't be written; what was written before is confirmed.
pub(crate) async fn to_folder(session: &Session, folder: &Path) -> Result<Left> {
    let failed = |error: std::io::Error| {
        Error::invalid("FOLDER", format!("`{}` can't be written: {error}; name another folder", folder.display()))
    };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    let mut stream = answer(session.notifications().fetch_mails(FetchMailsRequest {}).await)?;
    let mut progress = Progress::start();
    let mut keys = Vec::new();
    let mut left = Left { written: 0, no_address: Vec::new(), failed: Vec::new() };
    while let Some(fetched) = stream.message().await.map_err(|status| from_status(&status))? {
        let mail = fetched.mail.unwrap_or_default();
        if mail.state() == MailState::NoAddress {
            // Mails of several cycles may wait for one person.
            let person = id(&mail.receiver).to_owned();
            if !left.no_address.contains(&person) {
                left.no_address.push(person);
            }
            continue;
        }
        // A mail that can't be written out comes without a message; it stays in the outbox.
        if fetched.file_name.is_empty() {
            left.failed.push(format!("{}: {}", id(&mail.receiver), mail.failure));
            continue;
        }
        let path = folder.join(safe_name(&fetched.file_name)?);
        if let Err(error) = write_private(&path, &fetched.message) {
            confirm(session, keys).await?;
            return Err(failed(error));
        }
        keys.push(mail.key);
        left.written += 1;
        progress.tell("writing", left.written as u64, 0);
        if keys.len() >= CONFIRM_AT_ONCE {
            confirm(session, std::mem::take(&mut keys)).await?;
        }
    }
    confirm(session, keys).await?;
    Ok(left)
}

/// A file's name from a server, which may not point out of the folder.
fn safe_name(name: &str) -> Result<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let safe = name.ends_with(".eml") && !name.starts_with('.') && name.chars().all(plain);
    safe.then_some(name).ok_or_else(|| Error::internal("the server named a file in a way that is not safe"))
}

async fn confirm(session: &Session, keys: Vec<String>) -> Result<()> {
    if !keys.is_empty() {
        answer(session.notifications().confirm_mails(ConfirmMailsRequest { keys }).await)?;
    }
    Ok(())
}

/// Writes a whole file or none: under another name first, then renamed.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = path.with_extension("part");
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&part, path)
}

async fn relay(screen: Screen, session: &Session) -> Result<Outcome> {
    let mut stream = answer(session.notifications().send_mails(SendMailsRequest {}).await)?;
    let mut progress = Progress::start();
    let mut mails: Vec<Entry> = Vec::new();
    while let Some(sent) = stream.message().await.map_err(|status| from_status(&status))? {
        progress.tell("sending", sent.done.into(), sent.total.into());
        mails.extend(sent.mail);
    }
    drop(progress);
    // What was unclear before this run is not among what it tells, and still needs somebody to look.
    let unclear = unclear(session).await?;
    mails.retain(|mail| !matches!(mail.state(), MailState::Unclear));
    let count = |state: MailState| mails.iter().filter(|mail| mail.state() == state).count();
    let (sent, failed, no_address) = (count(MailState::Sent), count(MailState::Failed), count(MailState::NoAddress));
    let in_doubt = unclear.len();
    screen.line(format!("{sent} mails sent, {failed} failed, {in_doubt} unclear, {no_address} without an address"));
    let rows: Vec<_> = mails
        .iter()
        .filter(|mail| mail.state() != MailState::Sent)
        .chain(&unclear)
        .map(|mail| vec![id(&mail.receiver).to_owned(), state_word(mail.state()).to_owned(), mail.failure.clone()])
        .collect();
    screen.table(&["receiver", "state", "why"], &rows);
    screen.json(&json!({ "sent": sent, "failed": failed, "unclear": in_doubt, "no_address": no_address }));
    what_to_do(failed, in_doubt).map_or(Ok(Outcome::Done), Err)
}

/// The mails that may or may not have arrived, of whatever run.
async fn unclear(session: &Session) -> Result<Vec<Entry>> {
    let mut mails = pages::all(|page_token| {
        let mut notifications = session.notifications();
        async move {
            let request = ListMailsRequest { page_size: PAGE_SIZE, page_token, ..ListMailsRequest::default() };
            let page = notifications.list_mails(request).await?.into_inner();
            Ok((page.mails, page.next_page_token))
        }
    })
    .await?;
    mails.retain(|mail| mail.state() == MailState::Unclear);
    Ok(mails)
}

/// What somebody must do about mails that failed or are unclear; nothing when there are none.
fn what_to_do(failed: usize, unclear: usize) -> Option<Error> {
    let failed_words = match failed {
        1 => "1 mail did not leave; run `merit mail send` again once the relay is well".to_owned(),
        _ => format!("{failed} mails did not leave; run `merit mail send` again once the relay is well"),
    };
    let unclear_words = match unclear {
        1 => "1 mail is unclear: it may have arrived; look at the relay's log, and set MERIT_MAIL_RESEND_UNCLEAR=yes to send it again".to_owned(),
        _ => format!("{unclear} mails are unclear: they may have arrived; look at the relay's log, and set MERIT_MAIL_RESEND_UNCLEAR=yes to send them again"),
    };
    let (reason, words) = match (failed, unclear) {
        (0, 0) => return None,
        (_, 0) => ("MAILS_NOT_SENT", failed_words),
        (0, _) => ("MAILS_UNCLEAR", unclear_words),
        _ => ("MAILS_NOT_SENT", format!("{failed_words}; {unclear_words}")),
    };
    Some(Error::new(merit_core::Kind::Unavailable, reason, words))
}

const fn state_word(state: MailState) -> &'static str {
    match state {
        MailState::Waiting | MailState::Unspecified => "waiting",
        MailState::Sent => "sent",
        MailState::Failed => "failed",
        MailState::Unclear => "unclear",
        MailState::NoAddress => "no address",
        MailState::Withdrawn => "withdrawn",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_sent_again_and_what_is_unclear_is_looked_into() {
        let again = "run `merit mail send` again";
        let look = "set MERIT_MAIL_RESEND_UNCLEAR=yes";
        let table: [(usize, usize, &[&str], &[&str]); 4] = [
            (2, 0, &["2 mails did not leave", again], &["unclear", look]),
            (0, 1, &["1 mail is unclear: it may have arrived", look], &["did not leave", again]),
            (0, 3, &["3 mails are unclear: they may have arrived", look], &["did not leave", again]),
            (1, 2, &["1 mail did not leave", again, "2 mails are unclear", look], &[]),
        ];
        for (failed, unclear, said, not_said) in table {
            let error = what_to_do(failed, unclear).unwrap();
            assert_eq!(crate::exit::failure(&error), 3);
            assert!(said.iter().all(|words| error.message.contains(words)), "{error}");
            assert!(!not_said.iter().any(|words| error.message.contains(words)), "{error}");
        }
        assert!(what_to_do(0, 0).is_none());
    }
}

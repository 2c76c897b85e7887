//! `merit mail send`: through the relay, or as files into a folder.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use merit_core::{Error, Result};
use merit_proto::notifications::v1::{ConfirmMailsRequest, FetchMailsRequest, Mail as Entry, MailState, SendMailsRequest};
use merit_platform::status::from_status;
use serde_json::json;

use super::{answer, id};
use crate::cli::{Global, Mail};
use crate::exit::Outcome;
use crate::session::Session;
use crate::show::{Progress, Screen};

/// Mails confirmed in one call.
const CONFIRM_AT_ONCE: usize = 500;

pub async fn run(global: &Global, command: Mail) -> Result<Outcome> {
    let Mail::Send { to } = command;
    let screen = Screen::new(global.json);
    let session = Session::open(global, "mail send").await?;
    match to {
        Some(folder) => {
            let left = to_folder(&session, &folder).await?;
            screen.line(format!("{} mails written to {}", left.written, folder.display()));
            if !left.no_address.is_empty() {
                screen.line(format!("no address, so no mail: {}", left.no_address.join(", ")));
            }
            screen.json(&json!({ "written": left.written, "no_address": left.no_address, "folder": folder }));
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
    let mut left = Left { written: 0, no_address: Vec::new() };
    while let Some(fetched) = stream.message().await.map_err(|status| from_status(&status))? {
        let mail = fetched.mail.unwrap_or_default();
        if mail.state() == MailState::NoAddress {
            left.no_address.push(id(&mail.receiver).to_owned());
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
    let count = |state: MailState| mails.iter().filter(|mail| mail.state() == state).count();
    let (sent, failed, unclear) = (count(MailState::Sent), count(MailState::Failed), count(MailState::Unclear));
    let no_address = count(MailState::NoAddress);
    screen.line(format!("{sent} mails sent, {failed} failed, {unclear} unclear, {no_address} without an address"));
    let rows: Vec<_> = mails
        .iter()
        .filter(|mail| mail.state() != MailState::Sent)
        .map(|mail| vec![id(&mail.receiver).to_owned(), state_word(mail.state()).to_owned(), mail.failure.clone()])
        .collect();
    screen.table(&["receiver", "state", "why"], &rows);
    screen.json(&json!({ "sent": sent, "failed": failed, "unclear": unclear, "no_address": no_address }));
    if failed + unclear > 0 {
        return Err(Error::new(
            merit_core::Kind::Unavailable,
            "MAILS_NOT_SENT",
            format!("{} mails did not leave; run `merit mail send` again once the relay is well", failed + unclear),
        ));
    }
    Ok(Outcome::Done)
}

const fn state_word(state: MailState) -> &'static str {
    match state {
        MailState::Waiting | MailState::Unspecified => "waiting",
        MailState::Sent => "sent",
        MailState::Failed => "failed",
        MailState::Unclear => "unclear",
        MailState::NoAddress => "no address",
    }
}

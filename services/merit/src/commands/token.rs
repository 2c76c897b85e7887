//! `merit token`: a token that says who calls, signed with the key of the settings or of the data folder. Works while a server runs.

use jiff::Timestamp;
use merit_core::ids::PersonId;
use merit_core::text::shown;
use merit_core::{Error, Result};
use merit_platform::data_folder::make_folder;
use merit_platform::identity::{Principal, Role};
use serde_json::json;

use crate::cli::{Global, Token};
use crate::exit::Outcome;
use crate::settings::Settings;
use crate::show::Screen;
use crate::wiring;

/// Seconds of a day.
const DAY: i64 = 24 * 3600;

pub fn run(global: &Global, args: &Token) -> Result<Outcome> {
    let person = PersonId::new(args.person.strip_prefix("people/").unwrap_or(&args.person))?;
    let role = Role::from_word(&args.role)?;
    let settings = Settings::load(global.config.as_deref())?;
    if settings.identity.key_file.is_none() {
        if let Some(server) = &global.server
            && !wiring::has_key(&global.data)
        {
            let words = format!(
                "the key of {} is not here, and a token by another would be refused there; name its data folder with --data, \
                 or its key in identity.key_file",
                shown(server)
            );
            return Err(Error::precondition("RECORDS_ELSEWHERE", words));
        }
        make_folder(&global.data)?;
    }
    let keys = wiring::keys(&settings, &global.data)?;
    let principal = Principal::new(person.as_str(), role);
    let token = keys.mint(&principal, Timestamp::now(), i64::from(args.days) * DAY)?;
    let screen = Screen::new(global.json);
    screen.line(&token);
    screen.json(&json!({ "token": token, "subject": person.as_str(), "role": role.word(), "days": args.days }));
    Ok(Outcome::Done)
}

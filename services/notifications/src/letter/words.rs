//! Figures, days and names of things, as people read them.

use jiff::civil::Date;
use merit_core::text::harmless;
use merit_core::{Money, Ratio, Result, Value};
use merit_platform::wire;
use merit_proto::r#type::v1 as proto;

use super::people::Names;

/// `30 September 2026`.
pub fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// A day on the wire, or the text itself when it is none.
pub fn day_of(text: &str) -> String {
    wire::day("the day", text).map_or_else(|_| harmless(text), day)
}

/// `1 July to 30 September 2026`; the first year only when it is another one.
pub fn stretch(first: Date, last: Date) -> String {
    let first = if first.year() == last.year() { first.strftime("%-d %B").to_string() } else { day(first) };
    format!("{first} to {}", day(last))
}

/// `104.5%`, with one decimal at most.
pub fn percent(ratio: &Ratio) -> String {
    let hundredths = ratio * &Ratio::whole(100);
    format!("{}%", merit_core::money::grouped(&hundredths.decimal(1)))
}

/// A value in its unit; a person by name.
pub fn value(value: &proto::Value, names: &Names) -> Result<String> {
    Ok(match wire::parse_value(value)? {
        Value::Participant(id) => names.of(&id),
        Value::Date(date) => day(date),
        other => harmless(&other.spoken()),
    })
}

/// An amount on the wire.
pub fn money(amount: Option<&proto::Money>) -> Result<Option<Money>> {
    amount.map(wire::parse_money).transpose()
}

/// A name from a policy as a title: `quarter_score` becomes `Quarter score`.
pub fn title(name: &str) -> String {
    sentence(&harmless(name).replace('_', " "))
}

/// What it is about if that is said, else its name as a title.
pub fn about_or_title(about: &str, name: &str) -> String {
    if about.trim().is_empty() { title(name) } else { harmless(about.trim()) }
}

/// What settling adds or takes, as the payee sees it.
pub fn settlement(payout: &str) -> String {
    match payout {
        "cap total" => "Above the cap on total pay".to_owned(),
        "guarantee" => "Added up to the guaranteed pay".to_owned(),
        "draw" => "Advance, to be paid back from later pay".to_owned(),
        "draw recovery" => "Earlier advances paid back".to_owned(),
        other => title(other),
    }
}

/// `Quarterly commission, version 3`; without a version for what no policy computed.
pub fn policy(name: &str, version: u32) -> String {
    if version == 0 { harmless(name) } else { format!("{}, version {version}", harmless(name)) }
}

/// Each line made harmless, empty ones left out.
pub fn lines(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| harmless(line.trim())).filter(|line| !line.is_empty()).collect()
}

/// As [`lines`], each beginning like a sentence.
pub fn sentences(given: &[String]) -> Vec<String> {
    lines(given).into_iter().map(|line| sentence(&line)).collect()
}

/// With a capital first letter.
pub fn sentence(line: &str) -> String {
    let mut letters = line.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The lines of a note.
pub fn paragraphs(text: &str) -> Vec<String> {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\t', "    ")
        .trim()
        .split('\n')
        .map(|line| harmless(line.trim_end()))
        .collect()
}

/// `1 goal`, `2 goals`.
pub fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

//! A page of Markdown for each package, and one that leads to them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::contracts::{Call, Contracts, Member, Package, Told};

const MADE: &str = "<!-- Made from the contracts: MERIT_WRITE=1 cargo nextest run -p merit-proto -->\n";

/// What holds for every call.
const HEAD: &str = "# Reference of the gRPC contracts

A page for each package, made from the comments in the contracts. What holds everywhere:

- Each call needs a token in its metadata, `authorization: Bearer …` (`merit token` makes one). Health and reflection don't.
- Errors carry a stable reason in `google.rpc.ErrorInfo` of domain `merit`, and a sentence that says what to do. A call's own
  reasons stand with it. Any call may end with UNAUTHENTICATED: `NO_IDENTITY`, PERMISSION_DENIED: `PERMISSION_DENIED`,
  NOT_FOUND: `NOT_FOUND_OR_HIDDEN` (there is no such thing, or it is not for you to see: nobody can tell which), UNAVAILABLE:
  `STORE_UNAVAILABLE` (nothing was done) or `OUTCOME_UNKNOWN` (it may have been), and INTERNAL: `INTERNAL` or `STORAGE`,
  whose cause is in the service's log.
- Days are `2026-07-01`, instants RFC 3339 in UTC, ratios exact (`5/4` is 125%), amounts whole minor units of a currency.
- Names are resource names: `people/ana-silva`, `teams/East`, `cycles/2026-Q3`, `goals/…`, `runs/…`.
";

/// The pages, by file name.
pub fn pages(contracts: &Contracts) -> Vec<(String, String)> {
    let mut index = format!("{MADE}{HEAD}\n| package | what it is |\n| --- | --- |\n");
    let mut all = Vec::new();
    for package in &contracts.packages {
        let _ = writeln!(index, "| [{}]({}) | {} |", package.name, file(&package.name), package.comment);
        all.push((file(&package.name), page(contracts, package)));
    }
    all.push(("README.md".to_owned(), index));
    all
}

/// `goals.md` for `merit.goals.v1`.
fn file(package: &str) -> String {
    format!("{}.md", package.split('.').nth(1).unwrap_or_default())
}

fn page(contracts: &Contracts, package: &Package) -> String {
    let mut text = format!("{MADE}# {}\n\n{}\n", package.name, package.comment);
    // Messages that one call alone takes or gives are told with it.
    let mut with_calls: BTreeSet<String> = BTreeSet::new();
    for service in &package.services {
        let _ = writeln!(text, "\n## {}\n\n{}", service.name, service.comment);
        for call in &service.calls {
            let _ = writeln!(text, "\n### {}\n\n{}", call.name, call_words(call));
            for (word, full, stream) in
                [("Takes", &call.takes, call.takes_stream), ("Gives", &call.gives, call.gives_stream)]
            {
                let Some(message) = contracts.message(full) else { continue };
                with_calls.insert(message.name.clone());
                let many = if stream { "a stream of " } else { "" };
                // `What GetGoal asks.` says nothing on a page where it stands under GetGoal.
                let about = if message.comment.starts_with("What `") { "" } else { message.comment.as_str() };
                let colon = if about.is_empty() { "" } else { ": " };
                let _ = writeln!(text, "\n{word} {many}`{}`{colon}{about}", message.name);
                fields(&mut text, package, message);
            }
        }
    }
    let rest: Vec<&Told> = package.messages.iter().filter(|message| !with_calls.contains(&message.name)).collect();
    if !rest.is_empty() {
        text.push_str("\n## Messages\n");
    }
    for message in rest {
        let _ = writeln!(text, "\n### {}\n\n{}", message.name, message.comment);
        fields(&mut text, package, message);
    }
    if !package.enums.is_empty() {
        text.push_str("\n## Enums\n");
    }
    for told in &package.enums {
        let _ = writeln!(
            text,
            "\n### {}\n\n{}\n\n| value | number | meaning |\n| --- | --- | --- |",
            told.name, told.comment
        );
        for value in &told.members {
            let _ = writeln!(text, "| `{}` | {} | {} |", value.name, value.number, cell(&value.comment));
        }
    }
    text
}

/// A call's comment with its reasons in a line of their own.
fn call_words(call: &Call) -> String {
    call.comment.replacen(" Errors: ", "\n\nErrors: ", 1)
}

fn fields(text: &mut String, package: &Package, message: &Told) {
    if message.members.is_empty() {
        return;
    }
    text.push_str("\n| field | number | type | meaning |\n| --- | --- | --- | --- |\n");
    for member in &message.members {
        let kind = kind(package, member);
        let _ = writeln!(text, "| `{}` | {} | {kind} | {} |", member.name, member.number, cell(&member.comment));
    }
}

/// A field's type, as a link where it is told on a page.
fn kind(package: &Package, member: &Member) -> String {
    let one = match member.holds.rsplit_once('.') {
        Some((holder, name)) if holder.starts_with("merit.") => {
            let page = if holder == package.name { String::new() } else { file(holder) };
            format!("[{name}]({page}#{})", name.to_lowercase())
        }
        Some(_) => format!("`{}`", member.holds),
        None => member.holds.clone(),
    };
    match member.many {
        "" => one,
        "map" => format!("map of names to {one}"),
        many => format!("{many} {one}"),
    }
}

/// A comment as a cell of a table.
fn cell(comment: &str) -> String {
    comment.replace('|', "\\|")
}

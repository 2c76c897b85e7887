//! `merit generate`.

use merit_core::Result;

use crate::cli::{Generate, Global};
use crate::exit::Outcome;
use crate::show::Screen;

pub fn run(global: &Global, args: &Generate) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    let summary = crate::generate::generate(args.participants, args.results, args.seed, &args.out)?;
    screen.line(format!("wrote {} people and {} results to {}", summary.people, summary.results, args.out.display()));
    screen.json(&serde_json::json!({ "people": summary.people, "results": summary.results, "folder": args.out }));
    Ok(Outcome::Done)
}

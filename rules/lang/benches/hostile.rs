//! What texts meant to choke the reader cost: for each of the cases of `tests/hostile`, the milliseconds of processor until
//! there is a message, the least of three times, and the peak of resident memory of a process that does nothing else. Ends
//! with 1 if one is beyond the limit.

#[path = "../tests/hostile/cases.rs"]
mod cases;

use std::error::Error;
use std::path::Path;
use std::process::{Command, ExitCode};

use merit_rules::{Source, load_policy, load_schema, render};

/// The most that a text may take until there is a message.
const MILLISECONDS: u128 = 250;
/// The most memory that it may take, in MiB.
const MEBIBYTES: usize = 256;
/// Times that each case is read.
const TIMES: usize = 3;
/// Tells the child which case is its own.
const CASE: &str = "MERIT_HOSTILE_CASE";

type Failed = Box<dyn Error>;

fn main() -> Result<ExitCode, Failed> {
    if let Ok(case) = std::env::var(CASE) {
        return one(case.parse()?).map(|()| ExitCode::SUCCESS);
    }
    let only: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    println!("{:>8} {:>6}  case (limits: {MILLISECONDS} ms, {MEBIBYTES} MiB)", "ms", "MiB");
    let mut beyond = 0;
    for (index, case) in all().iter().enumerate() {
        if !only.is_empty() && !only.iter().any(|word| case.what.contains(word.as_str())) {
            continue;
        }
        let Some((micros, mebibytes)) = measured(index, case.what)? else {
            beyond += 1;
            continue;
        };
        let over = micros > MILLISECONDS * 1000 || mebibytes > MEBIBYTES;
        beyond += usize::from(over);
        let mark = if over { "  over the limit" } else { "" };
        println!("{:>6}.{} {mebibytes:>6}  {}{mark}", micros / 1000, micros / 100 % 10, case.what);
    }
    Ok(if beyond == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Microseconds and MiB of a case: the least time of a few, because a busy machine only ever adds to it, and the most memory.
fn measured(index: usize, what: &str) -> Result<Option<(u128, usize)>, Failed> {
    let (mut least, mut most) = (u128::MAX, 0);
    for _ in 0..TIMES {
        let child = Command::new(std::env::current_exe()?).env(CASE, index.to_string()).output()?;
        let figures = String::from_utf8_lossy(&child.stdout);
        let mut figures = figures.split_whitespace();
        let (Some(micros), Some(kibibytes)) = (figures.next(), figures.next()) else {
            println!("{:>8} {:>6}  {what}: {}", "-", "-", String::from_utf8_lossy(&child.stderr).trim());
            return Ok(None);
        };
        least = least.min(micros.parse()?);
        most = most.max(kibibytes.parse::<usize>()?.div_ceil(1024));
    }
    Ok(Some((least, most)))
}

fn all() -> Vec<cases::Case> {
    let groups = [cases::brackets(), cases::words(), cases::tables(), cases::marks(), cases::long_and_honest()];
    groups.into_iter().flatten().chain(most_that_is_read()).collect()
}

/// What takes the reader longest, as much of it as is read at all: too long for tests without optimisation.
fn most_that_is_read() -> Vec<cases::Case> {
    let header = cases::HEADER;
    let rows = "  | 1 | 1 |\n".repeat(10_000);
    let names: String = (0..1_900).map(|n| format!("define name_{n:04} = nmae_{n:04}\n")).collect();
    let sums = "define x = y + y + y + y + y + y + y + y + y + y + y + y\n".repeat(1_900);
    let bad = |what, text| cases::Case { what, text, honest: false };
    vec![
        bad("rows, as many as are read", format!("{header}table t unique {{\n  | k | v -> count |\n{rows}}}\n")),
        bad("near misses, as many as are read", format!("{header}{names}")),
        bad("sums, as many as are read", format!("{header}{sums}")),
    ]
}

/// Reads one case in a process of its own; prints microseconds and the peak in KiB.
fn one(index: usize) -> Result<(), Failed> {
    let case = all().into_iter().nth(index).ok_or("no such case")?;
    let honest = case.honest;
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/schema.merit");
    let text = std::fs::read_to_string(shipped)?;
    let schema =
        load_schema(&Source { name: "schema.merit".to_owned(), text }).map_err(|_| "the schema has mistakes")?;
    let is_schema = case.text.starts_with("schema");
    let source = Source { name: "hostile.merit".to_owned(), text: case.text };
    let start = on_processor()?;
    let said = if is_schema { load_schema(&source).err() } else { load_policy(&source, &schema).err() };
    let shown = said.map(|said| render(&said, &source, false));
    let micros = (on_processor()? - start) / 1000;
    if shown.is_none() && !honest {
        return Err("taken without a message".into());
    }
    println!("{micros} {}", peak()?);
    Ok(())
}

/// Nanoseconds that this process has had a processor for, so that a busy machine gives the same figures. Linux only.
fn on_processor() -> Result<u128, Failed> {
    let text = std::fs::read_to_string("/proc/self/schedstat")?;
    Ok(text.split_whitespace().next().ok_or("no time in /proc/self/schedstat")?.parse()?)
}

/// The most resident memory that this process had, in KiB. Linux only.
fn peak() -> Result<usize, Failed> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM in /proc/self/status")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

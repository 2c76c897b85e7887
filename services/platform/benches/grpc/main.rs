//! Reads per second and latency of a scorecard and of a goal list, on SQLite and on PostgreSQL, at 1 and at 64 concurrent
//! streams over loopback, beside the floor in the same run: a bare tonic service that reads the same answer as one row by its
//! key. Real and floor take turns, so that a noisy machine is noisy to both; compare ratios, not figures of two machines.
//! Answers are asked for again and again, and each for the first time.
//!
//! `just bench-grpc [--at-least 60] [--rounds 5] [--seconds 2] [--people 500] [--only goals,again,sqlite]`; exits with 1 where
//! the median round stays below the bound, in percent of the floor's rate, where answers were given before.

mod floor;
mod ground;
mod load;
mod wire;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use self::ground::{Ground, Kept};
use self::load::{Call, Measured, Target, Time};

type Failed = Box<dyn Error + Send + Sync>;

/// Streams at a time, and the connections that they share.
const STREAMS: [(usize, usize); 2] = [(1, 1), (64, 4)];

struct Options {
    at_least: u64,
    rounds: usize,
    length: Duration,
    people: u32,
    /// Words of a row, its streams among them; where there are some, rows without them are left out.
    only: Vec<String>,
}

impl Options {
    fn read() -> Result<Self, Failed> {
        let mut options =
            Self { at_least: 60, rounds: 5, length: Duration::from_secs(2), people: 500, only: Vec::new() };
        // Cargo puts a word of its own behind those of the caller.
        let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
        while let Some(word) = words.next() {
            let next = words.next().ok_or(format!("{word} needs a value"))?;
            if word == "--only" {
                options.only = next.split(',').map(str::to_owned).collect();
                continue;
            }
            let number: u64 = next.parse()?;
            match word.as_str() {
                "--at-least" => options.at_least = number,
                "--rounds" => options.rounds = usize::try_from(number)?.max(1),
                "--seconds" => options.length = Duration::from_secs(number.max(1)),
                "--people" => options.people = u32::try_from(number)?.max(10),
                _ => return Err(format!("{word} is none of --at-least, --rounds, --seconds, --people, --only").into()),
            }
        }
        Ok(options)
    }

    fn wants(&self, row: &[&str]) -> bool {
        self.only.iter().all(|word| row.contains(&word.as_str()))
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let ended = if std::env::args().nth(1).as_deref() == Some(floor::WORD) {
        floor::serve(std::env::args().skip(2)).await.map(|()| true)
    } else {
        measure().await
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the bound was held in every case.
async fn measure() -> Result<bool, Failed> {
    let options = Options::read()?;
    let ground = Ground::make(options.people)?;
    println!(
        "{:<10} {:<6} {:<10} {:>7} {:<5} {:>9} {:>9} {:>9}   of the floor: median (least to most)",
        "reads", "", "store", "streams", "", "reads/s", "p50 µs", "p99 µs"
    );
    let mut below = Vec::new();
    for kept in [Kept::Sqlite, Kept::Postgres] {
        let rows = Call::ALL.into_iter().flat_map(|call| Time::BOTH.map(|time| (call, time)));
        let wanted = |(call, time): &(Call, Time), streams: usize| {
            options.wants(&[call.word(), time.word(), kept.word(), &streams.to_string()])
        };
        let rows: Vec<_> = rows.filter(|row| STREAMS.iter().any(|(streams, _)| wanted(row, *streams))).collect();
        if rows.is_empty() {
            continue;
        }
        let real = ground.serve(kept)?;
        for (call, time) in rows {
            let (asked, answers) = load::learn(&real.address, &ground, call, time).await?;
            let bare = ground.floor(kept, &answers).await?;
            for (streams, connections) in STREAMS.into_iter().filter(|(streams, _)| wanted(&(call, time), *streams)) {
                let real = Target::connect(&real.address, &asked, &answers, connections).await?;
                let bare = Target::connect(&bare.address, &floor::asked(&asked), &answers, connections).await?;
                let rounds = in_turns(&real, &bare, streams, &options).await?;
                let ratio = tell((call, time), kept, streams, &rounds);
                if time == Time::Again && ratio < options.at_least {
                    below.push(format!("{} on {} at {streams}: {ratio}%", call.word(), kept.word()));
                }
            }
        }
    }
    if below.is_empty() {
        println!("at least {}% of the floor's rate in every case", options.at_least);
    } else {
        println!("below {}% of the floor's rate: {}", options.at_least, below.join(", "));
    }
    Ok(below.is_empty())
}

/// Rounds of both, one after the other; which of them begins changes from round to round.
async fn in_turns(
    real: &Target,
    bare: &Target,
    streams: usize,
    options: &Options,
) -> Result<Vec<(Measured, Measured)>, Failed> {
    // A round that doesn't count: connections open, statements are prepared, caches fill.
    real.round(streams, options.length / 2).await?;
    bare.round(streams, options.length / 2).await?;
    let mut rounds = Vec::with_capacity(options.rounds);
    for round in 0..options.rounds {
        rounds.push(if round % 2 == 0 {
            let real = real.round(streams, options.length).await?;
            (real, bare.round(streams, options.length).await?)
        } else {
            let bare = bare.round(streams, options.length).await?;
            (real.round(streams, options.length).await?, bare)
        });
    }
    Ok(rounds)
}

/// Prints both, each by its median round, and gives the median ratio in percent.
fn tell((call, time): (Call, Time), kept: Kept, streams: usize, rounds: &[(Measured, Measured)]) -> u64 {
    let ratios: Vec<u64> = rounds.iter().map(|(real, bare)| real.rate * 100 / bare.rate.max(1)).collect();
    let (least, most) = (ratios.iter().min().copied(), ratios.iter().max().copied());
    let ratio = median(ratios);
    let line = |who: &str, pick: &dyn Fn(&(Measured, Measured)) -> Measured, end: &str| {
        let of = |figure: &dyn Fn(Measured) -> u64| median(rounds.iter().map(|round| figure(pick(round))).collect());
        let (rate, half, most) = (of(&|one| one.rate), of(&|one| one.median), of(&|one| one.late));
        let (call, time, kept) = (call.word(), time.word(), kept.word());
        println!("{call:<10} {time:<6} {kept:<10} {streams:>7} {who:<5} {rate:>9} {half:>9} {most:>9}   {end}");
    };
    line("merit", &|round| round.0, &format!("{ratio}% ({}% to {}%)", least.unwrap_or(0), most.unwrap_or(0)));
    line("floor", &|round| round.1, "");
    ratio
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

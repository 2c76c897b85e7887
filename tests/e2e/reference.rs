//! The commands that the pages of the policy language show: each is run, in a folder with the files of its page, and answers
//! what the page says. `…` in an answer stands for anything, and alone on a line for any lines.

#[path = "../../rules/lang/tests/guide/page.rs"]
mod page;

use std::path::Path;

use self::page::{Block, Page, pages};
use crate::merit::{Merit, files};

fn rules() -> std::path::PathBuf {
    files().join("../rules")
}

/// Runs a page's commands in order, after its files that stand above them. What went another way.
fn run(ground: &[Block], page: &Page) -> Vec<String> {
    let merit = Merit::new();
    for block in ground {
        merit.file(&block.file, &block.text);
    }
    let mut trouble = Vec::new();
    for block in &page.blocks {
        if block.kind == "console" {
            let other = console(&merit, block);
            trouble.extend(other.into_iter().map(|words| format!("{}:{}: {words}", page.name, block.line)));
        } else if !block.file.is_empty() {
            merit.file(&block.file, &block.text);
        }
    }
    trouble
}

fn console(merit: &Merit, block: &Block) -> Vec<String> {
    let mut trouble = Vec::new();
    for shown in format!("\n{}", block.text).split("\n$ ").skip(1) {
        let (command, answer) = shown.split_once('\n').unwrap_or((shown, ""));
        let words = words(command);
        assert_eq!(words.first().map(String::as_str), Some("merit"), "{command}");
        let run = merit.run(&words.iter().skip(1).map(String::as_str).collect::<Vec<_>>());
        let told = format!("{}{}", run.out, run.err);
        let (told, answer): (Vec<&str>, Vec<&str>) = (lines(&told), lines(answer));
        if !answers(&told, &answer) {
            trouble.push(format!("`{command}` ({}) answers\n{}", run.code, told.join("\n")));
        }
    }
    trouble
}

/// A command's words; those in quotes are one.
fn words(command: &str) -> Vec<String> {
    let outside = |(index, part): (usize, &str)| -> Vec<String> {
        if index % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
    };
    command.split('"').enumerate().flat_map(outside).collect()
}

fn lines(text: &str) -> Vec<&str> {
    text.trim().lines().map(str::trim_end).collect()
}

fn answers(told: &[&str], shown: &[&str]) -> bool {
    match shown.split_first() {
        None => told.is_empty(),
        Some((first, rest)) if first.trim() == "…" => (0..=told.len()).any(|skipped| answers(&told[skipped..], rest)),
        Some((first, rest)) => told.split_first().is_some_and(|(line, told)| alike(line, first) && answers(told, rest)),
    }
}

/// Whether a line is what is shown, with anything in the place of each `…`.
fn alike(line: &str, shown: &str) -> bool {
    match shown.split_once('…') {
        None => line == shown,
        Some((before, rest)) => line.strip_prefix(before).is_some_and(|line| {
            let ends = line.char_indices().map(|(at, _)| at).chain([line.len()]);
            ends.clone().any(|at| alike(&line[at..], rest))
        }),
    }
}

#[test]
fn each_command_answers_what_its_page_says() {
    let pages = pages(Path::new(&rules()));
    let ground: Vec<Block> = pages[0].blocks.iter().filter(|block| !block.file.is_empty()).cloned().collect();
    let trouble: Vec<String> = pages.iter().flat_map(|page| run(&ground, page)).collect();
    assert!(trouble.is_empty(), "{}", trouble.join("\n\n"));
    assert!(pages.iter().flat_map(|page| &page.blocks).filter(|block| block.kind == "console").count() > 10);
}

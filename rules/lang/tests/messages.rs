//! The pages that explain the codes are there, are true, and are listed: each example that is called wrong gets the code of
//! its page and no other, and each that is called right is taken.

#![expect(clippy::unwrap_used, reason = "a test that can't go on stops")]

#[path = "messages/pages.rs"]
mod pages;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use merit_rules::{Diagnostics, Schema, Source, codes, failed_tests, load_policy, load_schema, render, run_tests};

use pages::{Block, blocks};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../messages")
}

fn schema() -> Schema {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/schema.merit");
    load_schema(&Source { name: "schema.merit".into(), text: std::fs::read_to_string(file).unwrap() }).unwrap()
}

/// Reads an example, and what is said about it as data and as shown.
fn read(block: &Block, base: &str, schema: &Schema) -> Result<(), (Diagnostics, String)> {
    let bytes = block.bytes(base);
    let shown = |said: Diagnostics, text: String| {
        let words = render(&said, &Source { name: "example.merit".into(), text }, false);
        (said, words)
    };
    let source = Source::from_bytes("example.merit", &bytes).map_err(|said| shown(said, String::new()))?;
    if block.kind == "bytes" {
        return Ok(());
    }
    let read = if block.is("schema") {
        load_schema(&source).map(|_| ())
    } else {
        load_policy(&source, schema).and_then(|program| {
            let failed =
                if block.is("tests") { failed_tests(&run_tests(&program), &source) } else { Diagnostics::default() };
            if failed.is_empty() { Ok(()) } else { Err(failed) }
        })
    };
    read.map_err(|said| shown(said, source.text))
}

#[test]
fn every_example_is_what_its_page_says() {
    let schema = schema();
    let readme = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let base = blocks(&readme).into_iter().find(|block| block.is("base")).unwrap().text;
    let mut trouble = Vec::new();
    for code in codes::ALL {
        let examples = blocks(code.page);
        for word in ["wrong", "right"] {
            if !examples.iter().any(|block| block.is(word)) {
                trouble.push(format!("{}: no example is called {word}", code.id));
            }
        }
        for block in &examples {
            match read(block, &base, &schema) {
                // What is wrong with it shows when it is published: the service's tests do that.
                Ok(()) if block.is("published") => {}
                Ok(()) if block.is("wrong") => {
                    trouble.push(format!("{}: nothing is said about a wrong example", code.id))
                }
                Err((said, shown)) if block.is("right") || said.0.iter().any(|one| one.code != code.id) => {
                    trouble.push(format!("{}: {:?}\n{shown}", code.id, block.words));
                }
                _ => {}
            }
        }
    }
    assert!(trouble.is_empty(), "{}", trouble.join("\n"));
}

#[test]
fn each_code_has_its_page_and_each_page_its_code() {
    let files: BTreeSet<String> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let mut wanted: BTreeSet<String> = codes::ALL.iter().map(|code| format!("{}.md", code.id)).collect();
    wanted.insert("README.md".to_owned());
    assert_eq!(files, wanted);
    for code in codes::ALL {
        let mut lines = code.page.lines();
        assert_eq!(lines.next(), Some(format!("# {}: {}", code.id, code.about).as_str()));
        let prose = lines.filter(|line| !line.is_empty()).count();
        assert!((8..=60).contains(&prose), "{} has {prose} lines", code.id);
    }
}

#[test]
fn the_list_of_pages_is_up_to_date() {
    let file = folder().join("README.md");
    let readme = std::fs::read_to_string(&file).unwrap();
    let (head, _) = readme.split_once("| code |").unwrap_or((&readme, ""));
    let rows: String =
        codes::ALL.iter().map(|code| format!("| [{0}]({0}.md) | {1} |\n", code.id, code.about)).collect();
    let wanted = format!("{head}| code | meaning |\n| --- | --- |\n{rows}");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&file, &wanted).unwrap();
    }
    assert!(
        readme == wanted || std::fs::read_to_string(&file).unwrap() == wanted,
        "rules/messages/README.md is not up to date"
    );
}

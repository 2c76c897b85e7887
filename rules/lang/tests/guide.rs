//! The guide and the reference are true: each block of a page is what its fence says, each policy's tests pass, and each
//! message is the one that is shown. Commands are run by `tests/e2e/reference.rs`.

#![expect(clippy::unwrap_used, reason = "a test that can't go on stops")]

#[path = "guide/compose.rs"]
mod compose;
#[path = "guide/page.rs"]
mod page;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use merit_rules::{Diagnostics, Schema, Source, failed_tests, format, load_policy, load_schema, render, run_tests};

use compose::Composed;
use page::{Block, Page, pages};

/// How a file is called in messages that a page shows.
const SHOWN: &str = "sales.merit";

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn source(text: &str) -> Source {
    Source { name: SHOWN.to_owned(), text: text.to_owned() }
}

/// What the next blocks of a page stand in: the whole schema and policy above them.
#[derive(Clone, Default)]
struct Base {
    schema: Option<Schema>,
    policy: Option<String>,
}

impl Base {
    /// The messages about a policy, empty where it is taken and its tests pass.
    fn read(&self, text: &str) -> Diagnostics {
        let source = source(text);
        match load_policy(&source, self.schema.as_ref().unwrap()) {
            Ok(program) => failed_tests(&run_tests(&program), &source),
            Err(said) => said,
        }
    }
}

/// What is wrong with a block, which stands at that place of its page.
fn trouble(page: &Page, index: usize, block: &Block, base: &mut Base) -> Option<String> {
    let shown = |said: &Diagnostics, text: &str| (!said.is_empty()).then(|| render(said, &source(text), false));
    match block.kind.as_str() {
        "merit-schema" => match load_schema(&source(&block.text)) {
            Ok(schema) => {
                base.schema = Some(schema);
                unformatted(&block.text)
            }
            Err(said) => shown(&said, &block.text),
        },
        "merit" => {
            base.policy = Some(block.text.clone());
            shown(&base.read(&block.text), &block.text).or_else(|| unformatted(&block.text))
        }
        "merit-part" => {
            let whole = Composed::new(base.policy.as_ref().unwrap(), &block.text);
            let text = whole.text();
            shown(&base.read(&text), &text).or_else(|| part_unformatted(&whole))
        }
        "merit-wrong" => match page.blocks.get(index + 1) {
            Some(message) if message.kind == "text" => refused(block, message, base),
            _ => Some("no message follows".to_owned()),
        },
        "text" => {
            let before = index.checked_sub(1).and_then(|index| page.blocks.get(index));
            let after_wrong = before.is_some_and(|before| before.kind == "merit-wrong");
            (!after_wrong).then(|| "a message stands after what is wrong".to_owned())
        }
        // Run, and written for what is run, by the tests of the whole program.
        "console" => (!block.text.starts_with("$ ")).then(|| "it begins with no command".to_owned()),
        "csv" | "json" => block.file.is_empty().then(|| "the file has no name".to_owned()),
        other => Some(format!("nothing tests a block of `{other}`")),
    }
}

/// Whole files are shown in their one form.
fn unformatted(text: &str) -> Option<String> {
    let formatted = format(&source(text)).unwrap();
    (formatted != text).then(|| format!("its one form is\n{formatted}"))
}

/// Declarations of a part are shown in their one form too; the columns of its inputs depend on those around them.
fn part_unformatted(whole: &Composed) -> Option<String> {
    let formatted = format(&source(&whole.text())).unwrap();
    let ground = format(&source(&whole.ground())).unwrap();
    let declared = formatted.strip_prefix(&ground).unwrap().trim_start();
    (declared != whole.declared()).then(|| format!("its one form is\n{declared}"))
}

/// Whether something else is said about a mistake than is shown.
fn refused(block: &Block, message: &Block, base: &Base) -> Option<String> {
    let whole = Composed::new(base.policy.as_ref().unwrap(), &block.text);
    let said = base.read(&whole.text());
    let words = match whole.as_of_part(&said, &block.text) {
        Ok(said) => render(&said, &source(&block.text), false),
        Err(_) => format!("it is said of another place\n{}", render(&said, &source(&whole.text()), false)),
    };
    (words.trim_end() != message.text.trim_end()).then(|| format!("it is told\n{words}"))
}

#[test]
fn each_block_of_each_page_is_what_it_is_called() {
    let mut said = Vec::new();
    let mut reference = Base::default();
    for page in pages(&rules()) {
        let mut base = if page.name.starts_with("reference/") { reference.clone() } else { Base::default() };
        for (index, block) in page.blocks.iter().enumerate() {
            said.extend(
                trouble(&page, index, block, &mut base).map(|words| format!("{}:{}: {words}", page.name, block.line)),
            );
        }
        if page.name == "reference/README.md" {
            reference = base;
        }
    }
    assert!(said.is_empty(), "{}", said.join("\n\n"));
}

#[test]
fn each_link_leads_somewhere_and_each_page_and_construct_is_linked() {
    let mut lost = Vec::new();
    let mut linked: BTreeSet<PathBuf> = BTreeSet::new();
    for page in pages(&rules()) {
        let file = rules().join(&page.name);
        let text = std::fs::read_to_string(&file).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("http") {
                continue;
            }
            let (path, place) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { file.clone() } else { file.parent().unwrap().join(path) };
            let Ok(found) = target.canonicalize() else {
                lost.push(format!("{}: {link}", page.name));
                continue;
            };
            if !place.is_empty() && !places(&std::fs::read_to_string(&found).unwrap()).contains(place) {
                lost.push(format!("{}: {link}", page.name));
            }
            linked.insert(found);
        }
    }
    let constructs = std::fs::read_dir(rules().join("policies/constructs")).unwrap().map(|entry| entry.unwrap().path());
    let constructs =
        constructs.filter(|path| !path.ends_with("schema.merit") && path.extension().is_some_and(|end| end == "merit"));
    let own = pages(&rules()).into_iter().skip(1).map(|page| rules().join(page.name));
    let unlinked = own.chain(constructs).filter(|path| !linked.contains(&path.canonicalize().unwrap()));
    lost.extend(unlinked.map(|path| format!("no page links to {}", path.display())));
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// What can stand behind the `#` of a link to a page: its headings, as the web shows them.
fn places(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    headings
        .map(|heading| {
            let kept = heading.to_lowercase();
            kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).collect::<String>()
        })
        .map(|heading| heading.replace(' ', "-"))
        .collect()
}

//! A page of the guide as its fenced blocks, in order. What may follow the fence stands in `rules/reference/README.md`.

use std::path::{Path, PathBuf};

/// A fenced block.
#[derive(Debug, Clone)]
pub struct Block {
    /// The word after the fence.
    pub kind: String,
    /// What follows it: a file's name.
    pub file: String,
    /// What stands in it.
    pub text: String,
    /// The line of its fence, from 1.
    pub line: usize,
}

/// A page.
pub struct Page {
    /// `reference/payouts.md`.
    pub name: String,
    /// Its blocks.
    pub blocks: Vec<Block>,
}

/// All pages of the guide: the first one, and those of the reference, which begin with their own first page.
pub fn pages(rules: &Path) -> Vec<Page> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(rules.join("reference"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    files.sort_by_key(|path| (!path.ends_with("README.md"), path.clone()));
    files.insert(0, rules.join("README.md"));
    files.iter().map(|file| page(rules, file)).collect()
}

fn page(rules: &Path, file: &Path) -> Page {
    let name = file.strip_prefix(rules).unwrap().display().to_string();
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in std::fs::read_to_string(file).unwrap().lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(words), None) => {
                let (kind, file) = words.split_once(' ').unwrap_or((words, ""));
                let (kind, file) = (kind.to_owned(), file.to_owned());
                open = Some(Block { kind, file, text: String::new(), line: index + 1 });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{name}: a block is not closed");
    Page { name, blocks }
}

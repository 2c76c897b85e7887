//! Examples in a page: fenced blocks, and the policy that they make with the base.

/// A fenced block that says of itself what it is.
pub struct Block {
    /// The first word after the fence: `merit`, `text` or `bytes`.
    pub kind: String,
    /// The other words.
    pub words: Vec<String>,
    /// What stands in it.
    pub text: String,
}

impl Block {
    /// Whether it calls itself that.
    pub fn is(&self, word: &str) -> bool {
        self.words.iter().any(|own| own == word)
    }

    /// The file that it makes.
    pub fn bytes(&self, base: &str) -> Vec<u8> {
        if self.kind == "bytes" {
            return self.text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
        }
        let times = self.words.iter().skip_while(|word| *word != "times").nth(1).map_or(1, |n| n.parse().unwrap());
        let text = self.text.repeat(times);
        if self.kind == "text" || self.is("file") || self.is("schema") {
            return text.into_bytes();
        }
        within(base, &text).into_bytes()
    }
}

/// A page's blocks that have more than one word after the fence.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(words), None) => {
                let mut words = words.split_whitespace().map(str::to_owned);
                let kind = words.next().unwrap_or_default();
                open = Some(Block { kind, words: words.collect(), text: String::new() });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks.retain(|block| !block.words.is_empty());
    blocks
}

/// The base with an example in it: header lines (indented, at the example's start) take the place of those with the same
/// first word, `inputs` of the example that of the base's.
fn within(base: &str, example: &str) -> String {
    let is_header = |line: &&str| line.starts_with("  ");
    let header: Vec<&str> = example.lines().take_while(is_header).collect();
    let rest: String = example.lines().skip(header.len()).map(|line| format!("{line}\n")).collect();
    let (base_header, base_inputs) = base.split_once("\n\n").unwrap();
    let first = |line: &str| line.split_whitespace().next().unwrap_or_default().to_owned();
    let replaced = |line: &&str| header.iter().any(|own| first(own) == first(line));
    let kept = base_header.lines().filter(|line| !replaced(line)).chain(header.iter().copied());
    let inputs = if example.lines().any(|line| line.starts_with("inputs")) { "" } else { base_inputs };
    format!("{}\n\n{inputs}\n{rest}", kept.collect::<Vec<_>>().join("\n"))
}

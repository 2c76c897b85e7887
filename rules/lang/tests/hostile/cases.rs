//! Texts meant to choke the reader: shared by the test, which holds each to a message, and the benchmark, which says what
//! each costs.

/// What a policy begins with.
pub const HEADER: &str = "policy \"Test\" version 1\n  uses schema \"schema.merit\"\n  effective 2026-01-01\n  applies to everyone\n  period quarter\n  currency USD\n\n";

/// The most that a text may have.
const MIB: usize = 1 << 20;

/// One text, and whether it is honest, only long.
pub struct Case {
    /// What it is, in a few words.
    pub what: &'static str,
    /// The text; a schema's where it begins with `schema`.
    pub text: String,
    /// Whether it may be taken.
    pub honest: bool,
}

fn bad(what: &'static str, text: String) -> Case {
    Case { what, text, honest: false }
}

fn define(body: impl AsRef<str>) -> String {
    format!("{HEADER}define x = {}", body.as_ref())
}

/// A header and then the same again until the file is as large as it may be.
fn filled(start: &str, again: &str) -> String {
    let room = MIB - HEADER.len() - start.len();
    format!("{HEADER}{start}{}", again.repeat(room / again.len()))
}

/// Brackets without end.
pub fn brackets() -> Vec<Case> {
    vec![
        bad("open brackets", define("(".repeat(100_000))),
        bad("brackets of all kinds", define("([{".repeat(33_333))),
        bad("brackets, one a line", define("(\n".repeat(100_000))),
        bad("brackets, a few in each of many lines", define("( ) ( ) ) \n".repeat(10_000))),
        bad("brackets in a schema", format!("schema \"x\" version 1\n{}", "{".repeat(100_000))),
        bad("closed too often", define(format!("1{}", ")".repeat(100_000)))),
        bad("depth beyond the limit", define(format!("{}1{}", "(".repeat(60), ")".repeat(60)))),
        bad("nested look-ups", define(format!("{}1{}", "lookup t for (".repeat(60), ")".repeat(60)))),
        bad("look-ups side by side", define("lookup t for (y, ".repeat(3_000))),
        bad("nested calls", define(format!("{}1{}", "min(1, ".repeat(60), ")".repeat(60)))),
        bad("nested calls left open", define("min(1, ".repeat(60))),
        bad("nested sums", define(format!("{}1{}", "sum of d where (".repeat(60), ")".repeat(60)))),
    ]
}

/// Words, names and statements without end.
pub fn words() -> Vec<Case> {
    let big = MIB / 2;
    vec![
        bad("nested conditions", define("if ".repeat(big / 3))),
        bad("thirty conditions left open", define("if (1 + ".repeat(30))),
        bad("conditions in conditions", define(format!("{}1", "if 1 then ".repeat(700)))),
        bad("conditions side by side", define("1 + if yes then 1 else 1 ".repeat(300))),
        bad("minus signs", define(format!("{}1", "-".repeat(big)))),
        bad("a few minus signs in each of many terms", define("---1 + ".repeat(1_000))),
        bad("a long sum", define(format!("1{}", " + 1".repeat(big / 4)))),
        bad("a sum over many lines", define(format!("1{}", "\n  + 1".repeat(10_000)))),
        bad("a sum of names", define(format!("a{}", " + a".repeat(1_900)))),
        bad("nots", define(format!("{}yes", "not ".repeat(big / 4)))),
        bad("otherwises", define(format!("a{}", " otherwise a".repeat(600)))),
        bad("in after in", define(format!("a{}", " in (a, b)".repeat(700)))),
        bad("words in a choice", format!("schema \"x\" version 1\nchoice A = a{}\n", " or b".repeat(1_600))),
        bad("fields", format!("{HEADER}inputs {{\n{}}}\n", "  a : money\n".repeat(9_000))),
        bad("options of one field", format!("{HEADER}inputs {{\n  a : money{}\n}}\n", " optional".repeat(800))),
        bad("header lines", filled("", "  period quarter\n")),
        bad("lines that are no header", filled("", "  zz\n")),
        bad("broken statements", format!("{HEADER}payout p : money {{\n{}}}\n", "  pya 1\n".repeat(20_000))),
        bad("broken statements, just short enough", {
            format!("{HEADER}payout p : money {{\n{}}}\n", "  pya 1\n".repeat(16_000))
        }),
        bad("broken statements in many payouts", {
            let payout = format!("payout p : money {{\n{}}}\n", "  pya 1\n".repeat(40));
            filled("", &payout)
        }),
        bad("declarations", filled("", "define x = 1\n")),
        bad("mistakes", format!("{HEADER}{}", "define x = zz\n".repeat(1_500))),
        bad("long mistakes", {
            let line = format!("define x = zz{}\n", " + zz".repeat(100));
            filled("", &line)
        }),
        bad("near misses", {
            let defines: String = (0..1_000).map(|n| format!("define name_{n:04} = nmae_{n:04}\n")).collect();
            format!("{HEADER}{defines}")
        }),
        bad("a circle of definitions", {
            let links: String = (0..1_900).map(|n| format!("define x{n} = x{} + 1\n", (n + 1) % 1_900)).collect();
            format!("{HEADER}{links}")
        }),
        bad("a chain that ends in a circle", {
            let links: String = (0..1_900).map(|n| format!("define x{n} = x{} + 1\n", (n + 1).min(1_899))).collect();
            format!("{HEADER}{links}")
        }),
        bad("a definition that all read, of another type", {
            format!("{HEADER}define y = $1\n{}", format!("define x = y{}\n", " + y".repeat(60)).repeat(1_900))
        }),
        bad("tests", format!("{HEADER}test \"t\" {{\n{}}}\n", "  expect a = 1\n".repeat(8_000))),
        bad("rows in a test", {
            format!("{HEADER}test \"t\" {{\n  given {{ d = [\n{} ] }}\n}}\n", "{ a = 1 },\n".repeat(10_000))
        }),
        bad("shares", format!("{HEADER}credit deals {{\n  to owner 1%{}\n}}\n", ", owner 1%".repeat(800))),
    ]
}

/// Tables.
pub fn tables() -> Vec<Case> {
    let big = MIB / 2;
    let table = |head: &str, rows: &str, n: usize| {
        format!("{HEADER}table t unique {{\n  {head}\n{}}}\n\ndefine x = lookup t for 1\n", rows.repeat(n))
    };
    let numbered: String = (0..4_000).map(|n| format!("  | {n} to below {} | {n} |\n", n + 1)).collect();
    let odd: String = (0..4_000).map(|n| format!("  | {} to below {} | - | {n} |\n", n * 3, n * 3 + 5)).collect();
    let wide_head: String = (0..300).map(|n| format!(" c{n} |")).collect();
    let columns: String = (0..12).map(|n| format!(" c{n} |")).collect();
    let steps: String = (0..200)
        .map(|n| {
            let cells: String = (0..12).map(|c| format!(" {} to below {} |", n * (c + 1), (n + 3) * (c + 1))).collect();
            format!("  |{cells} 1 |\n")
        })
        .collect();
    vec![
        bad("bars", format!("{HEADER}table t unique {{\n{}\n}}\n", "|".repeat(big))),
        bad("a long row", format!("{HEADER}table t unique {{\n| a1 -> money |\n|{}\n}}\n", " - |".repeat(big / 4))),
        bad("many rows", table("| k | v -> count |", "  | 1 | 1 |\n", 20_000)),
        bad("bands of a density that fills the file", {
            let row = |n: usize| format!("  | ${n} to below ${} | {n}% | ${n} |\n", n + 1);
            let rows: String = (100..2_500).map(row).collect();
            let one = format!("table t unique {{\n  | k | v -> percent | w -> money |\n{rows}}}\n");
            filled("", &one)
        }),
        bad("a definition as long as may be, many times", {
            filled("", &format!("define x = {}1\n", "(a + 1) * ".repeat(190)))
        }),
        bad("rows", table("| k | v -> count |", "  | 1 | 1 |\n", 2_000)),
        bad("bands in a table", format!("{HEADER}table t unique {{\n  | k | v -> count |\n{numbered}}}\n")),
        bad("bands that overlap", format!("{HEADER}table t unique {{\n  | k | l | v -> count |\n{odd}}}\n")),
        bad("bands in twelve columns", format!("{HEADER}table t unique {{\n  |{columns} v -> count |\n{steps}}}\n")),
        bad(
            "first match in twelve columns",
            format!("{HEADER}table t first {{\n  |{columns} v -> count |\n{steps}}}\n"),
        ),
        bad("a wide head", format!("{HEADER}table t unique {{\n  |{wide_head} v -> count |\n  | 1 | 1 |\n}}\n")),
        bad("tiers", {
            let rows: String = (1..4_000).map(|n| format!("  | {n}% to below {n}% | 1% |\n")).collect();
            format!("{HEADER}tiers t by percent marginal {{\n  | a | b -> percent |\n{rows}}}\n")
        }),
        bad("points of a curve", {
            let rows = "  | 1% | 1% |\n".repeat(9_000);
            format!("{HEADER}curve t by percent clamped outside {{\n  | a | b -> percent |\n{rows}}}\n")
        }),
    ]
}

/// Digits, quotes, blanks and signs.
pub fn marks() -> Vec<Case> {
    let big = MIB / 2;
    vec![
        bad("quotes", define("\"".repeat(big))),
        bad("quotes, one a line", define("\"\n".repeat(big / 2))),
        bad("curly quotes", define("“".repeat(big / 3))),
        bad("a long number", define("9".repeat(big))),
        bad("digits and commas", define("1,".repeat(big / 2))),
        bad("digits and stops", define("1.".repeat(big / 2))),
        bad("digits and dashes", define("1-".repeat(big / 2))),
        bad("digits and spaces before a comma", define(format!("$1{},5", " ".repeat(big)))),
        bad("per cent signs", define("%1".repeat(big / 2))),
        bad("percent in words", define("1 percent ".repeat(big / 10))),
        bad("per and per", define("1 per ".repeat(big / 6))),
        bad("capitals before spaces", define(format!("A{}", " ".repeat(900)).repeat(big / 901))),
        bad("odd spaces", define("\u{a0}".repeat(big / 2))),
        bad("a long name", format!("{HEADER}define {} = y", "a".repeat(big))),
        bad("a long unknown word", format!("{HEADER}{} = y", "a".repeat(MIB - HEADER.len() - 4))),
        bad("spaces", " ".repeat(MIB)),
        bad("line ends", "\n".repeat(MIB)),
        bad("letters", "x".repeat(MIB)),
        bad("a letter a line", filled("", "x\n")),
        bad("wide letters", "日".repeat(MIB / 3)),
        bad("nulls", "\0".repeat(MIB)),
        bad("too large", "x".repeat(MIB + 1)),
    ]
}

/// Long, and nothing wrong with them.
pub fn long_and_honest() -> Vec<Case> {
    let honest = |what, text| Case { what, text, honest: true };
    let links: String = (1..1_900).map(|n| format!("define x{n} = x{} + 1\n", n + 1)).collect();
    let about = format!("  about \"{}\"\n", "a".repeat(8_000));
    let whole = format!("{HEADER}define x = 1\n");
    vec![
        honest("a chain of definitions", format!("{HEADER}{links}define x1900 = 1\n")),
        honest("a long about", format!("{}{about}\ndefine x = 1\n", HEADER.trim_end_matches('\n').to_owned() + "\n")),
        honest("comments", filled("", "#\n")),
        honest("a long comment", filled("#", "#")),
        honest("1 MiB, mostly comment", {
            let line = format!("# {}\n", "a".repeat(97));
            let room = (MIB - whole.len()) / line.len();
            format!("{whole}{}", line.repeat(room))
        }),
    ]
}

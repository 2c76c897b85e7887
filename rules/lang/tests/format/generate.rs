//! Policies made up at random: they can be read, and mean nothing.

use proptest::prelude::*;
use proptest::sample::select;

fn name() -> impl Strategy<Value = String> + Clone {
    select(vec!["q", "quota", "bookings", "rate_of_growth", "csat", "multi_year_deals_of_the_segment", "x1"])
        .prop_map(str::to_owned)
}

fn literal() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        (0..3_000_000_u32).prop_map(|n| format!("${n}")),
        (0..30_000_u32, 0..100_u32).prop_map(|(n, cents)| format!("EUR {n}.{cents:02}")),
        (0..400_u32).prop_map(|n| format!("{n}%")),
        (0..200_000_u32).prop_map(|n| n.to_string()),
        (0..5_000_u32).prop_map(|n| format!("{n}.25")),
        (1..20_000_u32).prop_map(|n| format!("{n} points")),
        (1..40_u32).prop_map(|n| format!("{n} months")),
        select(vec!["2026-07-31", "yes", "no", "\"a text, with | and } # in it\""]).prop_map(str::to_owned),
    ]
}

fn expression() -> impl Strategy<Value = String> + Clone {
    let leaf = prop_oneof![literal(), name()];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let operator =
            select(vec!["+", "-", "*", "/", "and", "or", "=", "<>", "<", ">", "<=", ">=", "is at least", "is at most"]);
        prop_oneof![
            (inner.clone(), operator.clone(), inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            (inner.clone(), operator, inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.clone().prop_map(|a| format!("({a}) is missing")),
            inner.clone().prop_map(|a| format!("not ({a})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            inner.clone().prop_map(|a| format!("({a}) rounded half up to 0.1")),
            name().prop_map(|a| format!("{a} in (Enterprise, Group)")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("if {a} then {b} else {c}")),
            prop::collection::vec(inner.clone(), 2..5).prop_map(|args| format!("min({})", args.join(", "))),
            (name(), prop::collection::vec(inner.clone(), 1..3))
                .prop_map(|(table, args)| format!("lookup {table} for ({})", args.join(", "))),
            (name(), inner.clone()).prop_map(|(list, c)| format!("sum of {list}.credited where ({c})")),
            name().prop_map(|list| format!("(highest of {list}.amount otherwise $0)")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(({a}) otherwise ({b}))")),
            Just("apply rates to bookings against quota".to_owned()),
            Just("(total of score earlier in the year)".to_owned()),
            Just("(previous score otherwise 0)".to_owned()),
            Just("periods in a row where happy".to_owned()),
            Just("amount converted to USD by fx on closed".to_owned()),
            Just("apply rates to sales against quota starting at before".to_owned()),
            Just("days from started to period_end, counting both ends".to_owned()),
            Just("average of items.score weighted by weight".to_owned()),
        ]
    })
}

fn kind() -> impl Strategy<Value = String> + Clone {
    select(vec!["money", "percent", "count", "number", "yes/no", "Segment", "list of Deal", "date"])
        .prop_map(str::to_owned)
}

fn maybe(text: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), text]
}

fn about() -> impl Strategy<Value = String> {
    maybe(
        select(vec![
            " about \"Short\"",
            " about \"A rather long text that says at some length what the thing is about\"",
        ])
        .prop_map(str::to_owned),
    )
}

fn because() -> impl Strategy<Value = String> {
    maybe(Just(" because \"Plan document section 4.2, as agreed in the spring\"".to_owned()))
}

fn one_line() -> impl Strategy<Value = String> {
    prop_oneof![
        (name(), literal()).prop_map(|(name, value)| format!("const {name} = {value}")),
        (name(), maybe(kind().prop_map(|kind| format!(" : {kind}"))), expression(), about())
            .prop_map(|(name, kind, value, about)| format!("define {name}{kind} = {value}{about}")),
        name().prop_map(|name| format!("choice {name} = Aa or Bbbbbbbbbbbb or Cccccc or Dddddddddddddd or Eeeeeee")),
        (name(), expression(), because()).prop_map(|(name, most, why)| format!("check {name} at most {most}{why}")),
        name().prop_map(|name| format!("check {name} never falls as a deal's amount rises")),
        name().prop_map(|name| format!("check {name} never jumps by more than $5000 per 1% of attainment")),
        (name(), kind(), literal()).prop_map(|(name, kind, least)| format!(
            "measure {name} : {kind} from {least} and above optional higher is better financial \"Text\""
        )),
    ]
}

fn field() -> impl Strategy<Value = String> {
    let option = select(vec![
        "",
        " optional",
        " from $1 to $2500000",
        " from 0 and above  default 0",
        " year to date optional",
        " averaged by days",
        " spread evenly",
    ]);
    (name(), kind(), option, maybe(Just(" \"What it is\"".to_owned())))
        .prop_map(|(name, kind, options, about)| format!("  {name} : {kind}{options}{about}"))
}

fn statement() -> impl Strategy<Value = String> {
    prop_oneof![
        (name(), expression()).prop_map(|(name, value)| format!("  let {name} = {value}")),
        expression().prop_map(|value| format!("  pay {value}")),
        (expression(), maybe(expression().prop_map(|c| format!(" when {c}"))), because())
            .prop_map(|(by, when, why)| format!("  multiply by {by}{when}{why}")),
        (expression(), maybe(expression().prop_map(|c| format!(" else pay {c}"))), because())
            .prop_map(|(if_, pay, why)| format!("  gate {if_}{pay}{why}")),
        (expression(), because()).prop_map(|(at, why)| format!("  cap at {at}{why}")),
        (expression(), because()).prop_map(|(at, why)| format!("  floor at {at}{why}")),
        Just("  round half even to $0.01".to_owned()),
        because().prop_map(|why| format!("  hold back 10% until invoices_paid{why}")),
        because().prop_map(|why| format!("  true up over year{why}")),
        because().prop_map(|why| format!("  take back 25% at the rate paid on cancellations{why}")),
        because().prop_map(|why| format!("  payable as payments.amount against invoices.amount{why}")),
    ]
}

fn binding() -> impl Strategy<Value = String> {
    let row = prop::collection::vec((name(), literal()), 1..5).prop_map(|cells| {
        let cells: Vec<_> = cells.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        format!("{{ {} }}", cells.join(", "))
    });
    prop_oneof![
        4 => (name(), literal()).prop_map(|(name, value)| format!("{name} = {value}")),
        1 => (name(), prop::collection::vec(row, 0..6)).prop_map(|(name, rows)| match rows.as_slice() {
            [] => format!("{name} = []"),
            rows => format!("{name} = [ {} ]", rows.join(", ")),
        }),
    ]
}

fn expectation() -> impl Strategy<Value = String> {
    prop_oneof![
        (name(), literal()).prop_map(|(name, value)| format!("  expect {name} = {value}")),
        (name(), literal()).prop_map(|(name, value)| format!("  expect {name} held back = {value}")),
        name().prop_map(|name| format!("  expect {name} rounds to 78.3%")),
        name().prop_map(|name| format!("  expect deals.{name} = $1000, $2")),
        Just("  expect credit to owner of amount = $1".to_owned()),
        Just("  expect rating = high for 6 participants".to_owned()),
        Just("  expect rating is a guideline".to_owned()),
        Just("  expect not recognized \"Hot streak\"".to_owned()),
    ]
}

fn block() -> impl Strategy<Value = String> {
    let lines = |lines: Vec<String>| lines.join("\n");
    let cell = prop_oneof![Just("-".to_owned()), Just("in Aa, Bbbbbb".to_owned()), name(), literal()];
    prop_oneof![
        1 => prop::collection::vec(field(), 1..6).prop_map(move |fields| format!("inputs {{\n{}\n}}", lines(fields))),
        8 => (name(), about(), prop::collection::vec(statement(), 1..8))
            .prop_map(move |(name, about, body)| format!("payout {name} : money{about} {{\n{}\n}}", lines(body))),
        1 => (name(), prop::collection::vec(literal(), 1..5)).prop_map(|(name, values)| {
            let rows: Vec<_> = values.iter().map(|value| format!("  | 5% to below 10% | {value} |")).collect();
            format!("tiers {name} by percent marginal {{\n  | attainment | rate -> percent |\n{}\n}}", rows.join("\n"))
        }),
        1 => (name(), prop::collection::vec((cell.clone(), cell, expression()), 1..5)).prop_map(|(name, rows)| {
            let rows: Vec<_> = rows.iter().map(|(a, b, c)| format!("  | {a} | {b} | {c} |")).collect();
            format!("table {name} first {{\n  | region | size | uplift -> number |\n{}\n}}", rows.join("\n"))
        }),
        1 => (prop::collection::vec(binding(), 0..7), prop::collection::vec(expectation(), 0..4))
            .prop_map(move |(given, expect)| format!(
                "test \"a case\" {{\n  given {{ {} }}\n{}\n}}",
                given.join(" "),
                lines(expect)
            )),
        1 => name().prop_map(|name| format!("define deals.{name} : money = apply rates to credited")),
        1 => Just("rates fx to USD {\n  | from | EUR | GBP |\n  | 2026-01-01 | 1.08 | 1.27 |\n}".to_owned()),
        1 => Just("curve c by percent zero below, clamped above {\n  | at | f -> percent |\n  | 80% | 50% |\n  | 100% | 100% |\n}".to_owned()),
        1 => Just("tiers t by money marginal for segment filled by house {\n  | sold | Enterprise -> percent | Solo -> percent |\n  | below $1000 | 1% | 2% |\n}".to_owned()),
        1 => Just("contest club {\n  rank participants by score\n  distribute 30% high, 70% usual\n  only in groups of 20 and above, otherwise as a guideline\n  ties share\n}".to_owned()),
        1 => Just("contest top {\n  rank participants by score within region\n  award top 10% $500 each because \"Section 9\"\n  ties share\n}".to_owned()),
        1 => Just("credit deals {\n  of amount, margin\n  to owner 60%, partner 40% otherwise owner\n  roll up to managers on closed\n}".to_owned()),
        1 => expression().prop_map(|by| format!(
            "contest top {{\n  rank participants by {by} within region\n  award first 3 places $1000, $500\n  ties share\n}}"
        )),
        1 => expression().prop_map(|cap| format!(
            "settle all {{\n  guarantee at least {cap} per month for 3 periods as recoverable draw, recover from period 4, may take all\n  cap total at {cap}\n}}"
        )),
        1 => expression().prop_map(|when| format!(
            "recognize \"Big idea\" {{\n  when {when}\n  badge big level gold\n  announce to \"#wins\" saying \"{{quota}} won\"\n  once per quarter\n}}"
        )),
        1 => expression().prop_map(|score| format!(
            "weigh overall : number, missing parts left out {{\n  | part | weight |\n  | quality | {score} |\n}}"
        )),
        1 => Just("test \"by name\" {\n  given { quota = $1000 }\n  given ana { deals = [ { credited = $2 }, { credited = $1 } ] }\n  given bo { }\n  expect top = $750 for ana, bo\n  expect top = high for bo\n}".to_owned()),
        1 => Just("test \"two periods\" {\n  period 1 {\n  given { quota = $1000 }\n  expect paid = $1000\n  }\n  period 2 {\n  expect owed = $2\n  expect commission taken back = $1\n  }\n  expect total of paid = $3\n}".to_owned()),
    ]
}

/// A policy of any declarations.
pub fn policy() -> impl Strategy<Value = String> {
    let header = "policy \"Made up\" version 1\n  uses schema \"schema.merit\"\n  effective 2026-01-01\n  applies to everyone\n  period quarter\n  year starts in February\n  currency USD\n";
    let many = prop::collection::vec(prop_oneof![one_line(), block()], 1..4);
    many.prop_map(move |parts| format!("{header}\n{}\n", parts.join("\n")))
}

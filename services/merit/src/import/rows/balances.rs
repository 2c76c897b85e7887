//! Opening balances: what policies left to people before Merit closed their cycles. Which type a value has, its policy
//! says; what is owed and what is held back are amounts, recognition is a title.

use merit_core::{Problem, ValueType};
use merit_proto::scoring::v1::BalanceRow;

use super::{Made, Material, Rows, named};
use crate::import::cell::Wanted;
use crate::import::fields::Cells;

const NEEDED: &[&str] = &["person", "policy", "what", "value", "first_day", "last_day"];
const OTHERS: &[&str] = &["payout", "until"];

pub fn make(material: &Material<'_>) -> Result<Made, Vec<Problem>> {
    let fields = material.bind("balances", NEEDED, OTHERS)?;
    let (rows, problems) = material.each(&fields, |cells| Some(balance(material, cells)));
    Ok(Made { rows: Rows::Balances(rows), problems, fields })
}

fn balance(material: &Material<'_>, cells: &mut Cells<'_>) -> BalanceRow {
    // An empty value takes a balance off the record.
    NEEDED.iter().filter(|name| **name != "value").for_each(|name| {
        cells.needed(name);
    });
    let (policy, what) = (cells.text("policy"), cells.text("what"));
    let of_kind = |kind| Wanted { kind, options: &[], currency: None };
    let wanted = match what.as_str() {
        "owed" | "held" => of_kind(ValueType::Money),
        "recognition" => of_kind(ValueType::Text),
        // Of a name that the policy doesn't have, scoring says what is wrong; its value is not at fault.
        name => material.recorded.wanted(&policy, name).unwrap_or_else(|| of_kind(ValueType::Text)),
    };
    BalanceRow {
        line: cells.line(),
        person: named("people", &cells.person("person")),
        value: cells.value("value", wanted),
        policy,
        what,
        first_day: cells.day("first_day"),
        last_day: cells.day("last_day"),
        payout: cells.text("payout"),
        until: cells.text("until"),
    }
}

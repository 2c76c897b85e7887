//! What a reader could write to mend a policy.

use std::collections::BTreeMap;

use crate::program::{Expr, Type};
use crate::schema::Schema;
use crate::syntax::ast;

/// The line that would list a name of the schema under `inputs`; none if the schema doesn't have it.
pub fn input_line(schema: &Schema, name: &str) -> Option<String> {
    if let Some(record) = schema.record_of_list(name) {
        return Some(format!("{name} : list of {}", record.name));
    }
    let attribute =
        schema.attributes().get(name).map(|field| (field.ty.value_type(), field.choice.clone(), field.optional));
    let measure = || schema.measures().get(name).map(|m| (m.ty.value_type(), m.choice.clone(), m.optional));
    let (kind, choice, optional) = attribute.or_else(measure)?;
    let ty = choice.unwrap_or_else(|| kind.map_or("", merit_core::ValueType::word).to_owned());
    Some(format!("{name} : {ty}{}", if optional { " optional" } else { "" }))
}

/// What is meant by a word that no name of a policy could be: a yes of other languages, a spreadsheet's cell, a choice
/// that stands alone.
pub fn for_unknown(name: &str, choices: &BTreeMap<String, Vec<String>>) -> Option<String> {
    match name.to_ascii_lowercase().as_str() {
        "true" | "y" => return Some("write `yes`".to_owned()),
        "false" | "n" => return Some("write `no`".to_owned()),
        _ => {}
    }
    if let Some((choice, _)) = choices.iter().find(|(_, options)| options.iter().any(|option| option == name)) {
        return Some(format!(
            "it is one of the choice `{choice}`: compare something with it, as in `… = {name}`; in a table's cell write `in {name}, …`"
        ));
    }
    if let Some((code, amount)) = name.split_at_checked(3)
        && code.parse::<merit_core::Currency>().is_ok()
        && amount.starts_with(|c: char| c.is_ascii_digit())
    {
        return Some(format!("write `{code} {amount}`"));
    }
    let letters = name.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = name.bytes().skip(letters).filter(u8::is_ascii_digit).count();
    let cell = (1..=2).contains(&letters) && (1..=5).contains(&digits) && letters + digits == name.len();
    cell.then(|| {
        "a policy sees no spreadsheet's cells: list the figure under `inputs`, or give it a name with `define`"
            .to_owned()
    })
}

/// The type that a word of a plan document means.
pub fn type_meant(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "dollar" | "dollars" | "usd" | "euro" | "euros" | "amount" | "currency" => "money",
        "percentage" | "pct" | "rate" => "percent",
        "integer" | "whole" | "int" => "count",
        "decimal" | "numeric" | "float" => "number",
        "boolean" | "bool" | "flag" => "yes/no",
        "string" | "word" | "words" => "text",
        "day" => "date",
        _ => return None,
    })
}

/// What to compare a value with where yes or no is needed.
pub fn compared(written: &str, ty: &Type) -> Option<String> {
    let example = match ty {
        Type::Money(_) => "$1,000",
        Type::Percent => "100%",
        Type::Number | Type::Count => "1",
        Type::Points => "100 points",
        Type::Date => "2026-07-01",
        _ => return None,
    };
    Some(format!("compare it with something, as in `{written} >= {example}`"))
}

/// How a comparison of two things that can't be compared was likely meant.
pub fn for_comparison(text: &str, first: &Expr, left: &ast::Expr, second: &Expr, right: &ast::Expr) -> Option<String> {
    let written = |expr: &ast::Expr| text.get(expr.span.start..expr.span.end).unwrap_or_default().to_owned();
    let (choice, quoted) = match (&first.ty, &second.ty) {
        (Type::Choice(_), Type::Text) => (true, written(right)),
        (Type::Text, Type::Choice(_)) => (true, written(left)),
        _ => (false, String::new()),
    };
    if choice && quoted.starts_with('"') {
        return Some(format!("write the choice without quotes: `{}`", quoted.trim_matches('"')));
    }
    // `80% <= attainment <= 100%`
    let ast::ExprKind::Binary { right: middle, .. } = &left.kind else { return None };
    let second_half = text.get(middle.span.start..right.span.end).unwrap_or_default();
    (first.ty == Type::YesNo).then(|| format!("write both comparisons: `{} and {second_half}`", written(left)))
}

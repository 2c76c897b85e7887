//! An expression's meaning as one text that doesn't depend on how it is laid out: names for indices, constants as their
//! values, brackets as the tree has them, and the operands of sums and products sorted. Two expressions with one such text
//! compute the same.

use crate::program::{AggregateKind, ColumnId, Expr, ExprKind, ListId, Operator, Place, Program, Quantity, TableId};

/// The text.
pub(super) fn meaning(program: &Program, expr: &Expr) -> String {
    let of = |expr: &Expr| meaning(program, expr);
    match &expr.kind {
        // Exact, where the words for people may round.
        ExprKind::Literal(Quantity::Exact(value)) => format!("{value} {}", expr.ty.value_type().word()),
        ExprKind::Literal(value) => value.spoken(&expr.ty),
        ExprKind::Fact(id) => program.facts.get(id.0).map(|fact| fact.name.clone()).unwrap_or_default(),
        ExprKind::Define(id) => program.defines.get(id.0).map(|define| define.name.clone()).unwrap_or_default(),
        ExprKind::Outcome(id) => program.outcomes.get(id.0).map(|outcome| outcome.name.clone()).unwrap_or_default(),
        ExprKind::Column(list, id) => column(program, *list, *id),
        ExprKind::Arithmetic(operator @ (Operator::Add | Operator::Multiply), ..) => {
            let mut operands = Vec::new();
            gather(program, expr, *operator, &mut operands);
            operands.sort();
            let sign = if *operator == Operator::Add { " + " } else { " × " };
            format!("({})", operands.join(sign))
        }
        ExprKind::Arithmetic(operator, left, right) => {
            let sign = if *operator == Operator::Subtract { "−" } else { "÷" };
            format!("({} {sign} {})", of(left), of(right))
        }
        ExprKind::Negate(inner) => format!("(−{})", of(inner)),
        ExprKind::Compare(how, left, right) => format!("({} {how:?} {})", of(left), of(right)),
        ExprKind::And(left, right) => format!("({} and {})", of(left), of(right)),
        ExprKind::Or(left, right) => format!("({} or {})", of(left), of(right)),
        ExprKind::Not(inner) => format!("(not {})", of(inner)),
        ExprKind::IsMissing(inner) => format!("({} is missing)", of(inner)),
        ExprKind::OneOf(inner, options) => {
            let mut options: Vec<String> = options.iter().map(|option| option.spoken(&inner.ty)).collect();
            options.sort();
            format!("({} in {})", of(inner), options.join(", "))
        }
        ExprKind::Otherwise(left, right) => format!("({} otherwise {})", of(left), of(right)),
        ExprKind::If(condition, yes, no) => format!("(if {} then {} else {})", of(condition), of(yes), of(no)),
        ExprKind::Rounded(inner, mode, step) => format!("({} rounded {mode:?} to {step})", of(inner)),
        ExprKind::Aggregate(aggregate) => {
            let what = match aggregate.kind {
                AggregateKind::Sum => "sum",
                AggregateKind::Count => "count",
                AggregateKind::Highest => "highest",
                AggregateKind::Lowest => "lowest",
                AggregateKind::Average => "average",
                AggregateKind::Any => "any",
            };
            let of_column = aggregate.column.map(|id| column(program, aggregate.list, id)).unwrap_or_default();
            let weighted = aggregate.weighted_by.map(|id| column(program, aggregate.list, id)).unwrap_or_default();
            let condition = aggregate.condition.as_ref().map(of).unwrap_or_default();
            format!("({what} of {} {of_column} where {condition} by {weighted})", list(program, aggregate.list))
        }
        ExprKind::Lookup(lookup) => {
            let arguments: Vec<String> = lookup.arguments.iter().map(of).collect();
            format!("(lookup {} {} for {})", table(program, lookup.table), lookup.column, arguments.join(", "))
        }
        // Other forms as they are written.
        _ => written(program, expr.place),
    }
}

/// A text without its layout: words and signs, one space between.
pub(super) fn plain(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if matches!(c, '(' | ')' | ',' | '+' | '*' | '/' | '×' | '÷' | '=' | '<' | '>' | '{' | '}' | '|') {
            spaced.push(' ');
            spaced.push(c);
            spaced.push(' ');
        } else {
            spaced.push(c);
        }
    }
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A place's text without layout and comments.
pub(super) fn written(program: &Program, place: Place) -> String {
    let text = program.text.get(place.start..place.end).unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(|line| line.split(" #").next().unwrap_or_default()).collect();
    plain(&lines.join(" "))
}

/// The operands of a chain of one operator.
fn gather(program: &Program, expr: &Expr, operator: Operator, operands: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::Arithmetic(own, left, right) if *own == operator => {
            gather(program, left, operator, operands);
            gather(program, right, operator, operands);
        }
        _ => operands.push(meaning(program, expr)),
    }
}

fn list(program: &Program, id: ListId) -> String {
    program.lists.get(id.0).map(|list| list.name.clone()).unwrap_or_default()
}

fn column(program: &Program, list: ListId, id: ColumnId) -> String {
    let column = program.lists.get(list.0).and_then(|list| list.columns.get(id.0));
    column.map(|column| column.name.clone()).unwrap_or_default()
}

fn table(program: &Program, id: TableId) -> String {
    program.tables.get(id.0).map(|table| table.name.clone()).unwrap_or_default()
}

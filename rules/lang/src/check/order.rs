//! The order in which definitions, tables and outcomes are computed: each after all that it reads. Circles are errors.

use std::collections::{BTreeMap, BTreeSet};

use super::Checker;
use crate::diagnostics::{Diagnostic, Span, codes};
use crate::syntax::ast::{self, CellKind, Expr, ExprKind, Item, Name, Statement};

/// Declarations in an order in which each stands after all that it reads. Those in a circle, and those that read them,
/// are left out; the circle is reported and their names are marked as damaged.
pub fn in_order<'a>(checker: &mut Checker<'_>, items: &'a [Item]) -> Vec<&'a Item> {
    let nodes: Vec<(&Name, &'a Item)> = items.iter().filter_map(|item| Some((declared(item)?, item))).collect();
    let index: BTreeMap<&str, usize> =
        nodes.iter().enumerate().map(|(at, (name, _))| (name.node.as_str(), at)).collect();
    let columns = |list: &str| -> Vec<String> {
        let record = checker.schema.and_then(|schema| schema.record_of_list(list));
        record.map(|record| record.order.clone()).unwrap_or_default()
    };
    let reads: Vec<BTreeMap<usize, Span>> = nodes
        .iter()
        .map(|(_, item)| {
            let own = |name: &str| index.contains_key(name);
            let mut names = Reads { found: Vec::new(), columns: &columns, own: &own, hidden: Vec::new(), row: None };
            names.item(item);
            names.found.iter().filter_map(|(name, span)| Some((*index.get(name.as_str())?, *span))).collect()
        })
        .collect();
    let mut waiting: BTreeSet<usize> = (0..nodes.len()).collect();
    let mut order = Vec::new();
    loop {
        let ready: Vec<usize> = waiting
            .iter()
            .copied()
            .filter(|at| reads.get(*at).is_none_or(|reads| reads.keys().all(|other| !waiting.contains(other))))
            .collect();
        if ready.is_empty() {
            break;
        }
        for at in ready {
            waiting.remove(&at);
            order.extend(nodes.get(at).map(|(_, item)| *item));
        }
    }
    while let Some(start) = waiting.first().copied() {
        report(checker, &nodes, &reads, &mut waiting, start);
    }
    order
}

/// Follows what is read until it comes back, says so, and takes the circle out.
fn report(
    checker: &mut Checker<'_>,
    nodes: &[(&Name, &Item)],
    reads: &[BTreeMap<usize, Span>],
    waiting: &mut BTreeSet<usize>,
    start: usize,
) {
    let mut path = vec![start];
    let mut seen: BTreeMap<usize, usize> = BTreeMap::from([(start, 0)]);
    let mut steps: Vec<Span> = Vec::new();
    while let Some(at) = path.last() {
        let next = reads.get(*at).and_then(|reads| reads.iter().find(|(other, _)| waiting.contains(other)));
        let Some((next, span)) = next else {
            // All on the way only read a circle that was reported before.
            for at in path {
                waiting.remove(&at);
                mark(checker, nodes, at);
            }
            return;
        };
        steps.push(*span);
        if let Some(from) = seen.get(next) {
            path.drain(..from);
            steps.drain(..from);
            break;
        }
        seen.insert(*next, path.len());
        path.push(*next);
    }
    let names: Vec<&str> = path.iter().filter_map(|at| nodes.get(*at)).map(|(name, _)| name.node.as_str()).collect();
    let Some((first, rest)) = names.split_first() else { return };
    let title = match rest {
        [] => format!("`{first}` is defined by itself"),
        _ => format!("`{first}` depends on itself: {first} reads {}, which reads {first}", listed(rest)),
    };
    if let Some(span) = steps.first() {
        let mut said = Diagnostic::new(codes::CIRCULAR, title, *span, "");
        for (span, name) in steps.iter().skip(1).zip(rest).take(MOST_OF_A_CIRCLE) {
            said = said.also(*span, format!("in `{name}`"));
        }
        checker.said.push(said.help("break the circle: one of them has to be computed without the others"));
    }
    for at in path {
        waiting.remove(&at);
        mark(checker, nodes, at);
    }
}

/// Members of a circle that are named.
const MOST_OF_A_CIRCLE: usize = 8;

fn listed(names: &[&str]) -> String {
    let link = ", which reads ";
    match names.get(..MOST_OF_A_CIRCLE).filter(|shown| shown.len() < names.len()) {
        Some(shown) => format!("{}{link}{} more", shown.join(link), names.len() - shown.len()),
        None => names.join(link),
    }
}

fn mark(checker: &mut Checker<'_>, nodes: &[(&Name, &Item)], at: usize) {
    if let Some((name, _)) = nodes.get(at) {
        checker.damaged.insert(name.node.clone());
        checker.names.remove(&name.node);
    }
}

fn declared(item: &Item) -> Option<&Name> {
    match item {
        Item::Define { name, .. } | Item::Column { name, .. } => Some(name),
        Item::Weigh(weigh) => Some(&weigh.name),
        Item::Rates(rates) => Some(&rates.name),
        Item::Bands(bands) => Some(&bands.name),
        Item::Table(table) => Some(&table.name),
        Item::Outcome(outcome) => Some(&outcome.name),
        _ => None,
    }
}

/// Names that a declaration reads.
struct Reads<'c> {
    found: Vec<(String, Span)>,
    columns: &'c dyn Fn(&str) -> Vec<String>,
    /// Whether there is a declaration of that name.
    own: &'c dyn Fn(&str) -> bool,
    /// The list whose row is at hand.
    row: Option<String>,
    /// Columns of the row at hand and lets: they hide other names.
    hidden: Vec<String>,
}

impl Reads<'_> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Define { value, .. } => self.expr(value),
            Item::Column { list, value, .. } => self.in_row(&list.node, |reads| reads.expr(value)),
            Item::Weigh(weigh) => {
                for row in &weigh.rows {
                    self.name(&row.part);
                    self.expr(&row.weight);
                }
            }
            Item::Bands(bands) => bands.rows.iter().flat_map(|row| &row.values).for_each(|value| self.expr(value)),
            Item::Table(table) => {
                for cell in table.rows.iter().flat_map(|row| &row.cells) {
                    if let CellKind::Value(value) = &cell.kind {
                        self.expr(value);
                    }
                }
                // A condition column is typed by the definition that has its label.
                for column in table.head.iter().filter(|column| column.result.is_none()) {
                    self.name(&column.name);
                }
            }
            Item::Outcome(outcome) => {
                let lets = outcome.statements.iter().filter_map(|statement| match &statement.node {
                    Statement::Let { name, .. } => Some(name.node.clone()),
                    _ => None,
                });
                self.hidden = lets.collect();
                outcome.statements.iter().for_each(|statement| self.statement(&statement.node));
                self.hidden.clear();
            }
            _ => {}
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Let { value, .. } | Statement::Amount { value, .. } => self.expr(value),
            Statement::Cap { at, .. } | Statement::Floor { at, .. } => self.expr(at),
            Statement::Multiply { by, when, .. } => {
                self.expr(by);
                when.iter().for_each(|when| self.expr(when));
            }
            Statement::Gate { condition, otherwise, .. } => {
                self.expr(condition);
                otherwise.iter().for_each(|(_, value)| self.expr(value));
            }
            Statement::Round { .. }
            | Statement::Hold { .. }
            | Statement::TrueUp { .. }
            | Statement::TakeBack { .. } => {}
            Statement::Payable { paid, against, .. } => [paid, against].into_iter().for_each(|of| self.column(of)),
        }
    }

    fn name(&mut self, name: &Name) {
        let column = self.row.as_ref().map(|list| format!("{list}.{}", name.node)).filter(|column| (self.own)(column));
        if let Some(column) = column {
            self.found.push((column, name.span));
        } else if !self.hidden.contains(&name.node) {
            self.found.push((name.node.clone(), name.span));
        }
    }

    fn column(&mut self, column: &ast::ListColumn) {
        self.found.push((format!("{}.{}", column.list.node, column.column.node), column.column.span));
    }

    /// Reads with a row of the list at hand.
    fn in_row(&mut self, list: &str, read: impl FnOnce(&mut Self)) {
        let before = (self.hidden.len(), self.row.replace(list.to_owned()));
        self.hidden.extend((self.columns)(list));
        read(self);
        self.hidden.truncate(before.0);
        self.row = before.1;
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(_) => {}
            ExprKind::Name(name) => self.name(&ast::Spanned::new(name.clone(), expr.span)),
            ExprKind::Negative(value) | ExprKind::Not(value) | ExprKind::IsMissing(value) => self.expr(value),
            ExprKind::In { value, .. } | ExprKind::Rounded { value, .. } => self.expr(value),
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::If { condition, then, otherwise } => {
                [condition, then, otherwise].into_iter().for_each(|part| self.expr(part))
            }
            ExprKind::Apply { table, to, against, start, .. } => {
                [Some(table), Some(to), against.as_ref(), start.as_ref()]
                    .into_iter()
                    .flatten()
                    .for_each(|name| self.name(name));
            }
            // Earlier periods are on record: only this period's own value has to be there first.
            ExprKind::ToDate { name, with_this: true, .. } | ExprKind::InARow(name) => self.name(name),
            ExprKind::ToDate { .. } | ExprKind::Previous(_) => {}
            ExprKind::Converted { value, rates, on, .. } => {
                self.expr(value);
                self.name(rates);
                self.name(on);
            }
            ExprKind::Lookup { table, arguments, .. } => {
                self.name(table);
                arguments.iter().for_each(|argument| self.expr(argument));
            }
            ExprKind::Aggregate { list, column, condition, weighted_by, .. } => {
                for column in [column, weighted_by].into_iter().flatten() {
                    self.column(&ast::ListColumn { list: list.clone(), column: column.clone() });
                }
                if let Some(condition) = condition {
                    self.in_row(&list.node, |reads| reads.expr(condition));
                }
            }
            ExprKind::Days { from, to, .. } => {
                self.name(from);
                self.name(to);
            }
            ExprKind::Call { arguments, .. } => arguments.iter().for_each(|argument| self.expr(argument)),
        }
    }
}

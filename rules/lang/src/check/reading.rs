//! Tables read: `lookup … for …` and `apply … to … against …`, and whether their bands cover what they are read for.

use super::Checker;
use super::bands::place;
use super::operators::arithmetic;
use super::scope::Symbol;
use super::words::{a_type, less, type_words, value_words};
use crate::diagnostics::{Diagnostic, Span, codes, nearest};
use crate::program::{Apply, BandTable, Expr, ExprKind, Lookup, Quantity, Table, TableId, TableKind, TierMode, Type};
use crate::syntax::ast::{self, Name, Operator};

impl Checker<'_> {
    /// A table by its name, and its place among the tables; says so where there is none.
    fn table_named(&mut self, name: &Name) -> Option<(TableId, Table)> {
        match self.names.get(&name.node) {
            Some(Symbol::Table(id)) => {
                let id = *id;
                let table = self.tables.get(id.0)?.clone()?;
                Some((id, table))
            }
            Some(other) => {
                let title = format!("`{}` is {}, and a table is needed here", name.node, other.words());
                self.said.push(Diagnostic::new(codes::WRONG_KIND_OF_NAME, title, name.span, ""));
                None
            }
            None if self.is_damaged(&name.node) => None,
            None => {
                let tables = self.names.of(|symbol| matches!(symbol, Symbol::Table(_)));
                let help = nearest(&name.node, tables).map(|meant| format!("did you mean `{meant}`?"));
                let title = format!("there is no table called `{}`", name.node);
                self.said.push(Diagnostic::new(codes::UNKNOWN_NAME, title, name.span, "").maybe_help(help));
                None
            }
        }
    }

    fn result_of(&mut self, table: &Table, name: &Name, column: Option<&Name>) -> Option<usize> {
        match (column, table.columns.len()) {
            (None, 1) => Some(0),
            (None, _) => {
                let names: Vec<_> =
                    table.columns.iter().map(|column| format!("`{}.{}`", table.name, column.name)).collect();
                let title = format!("`{}` gives more than one thing", table.name);
                self.said.push(
                    Diagnostic::new(codes::LOOKUP, title, name.span, "")
                        .help(format!("say which: {}", names.join(" or "))),
                );
                None
            }
            (Some(column), _) => {
                let found = table.columns.iter().position(|result| result.name == column.node);
                if found.is_none() {
                    let names: Vec<_> = table.columns.iter().map(|column| column.name.as_str()).collect();
                    let title = format!("`{}` gives no `{}`", table.name, column.node);
                    self.said.push(
                        Diagnostic::new(codes::LOOKUP, title, column.span, "")
                            .help(format!("it gives {}", names.join(", "))),
                    );
                }
                found
            }
        }
    }

    /// `lookup table for …`
    pub fn lookup(&mut self, name: &Name, column: Option<&Name>, arguments: &[ast::Expr], span: Span) -> Option<Expr> {
        let (id, table) = self.table_named(name)?;
        let at = self.result_of(&table, name, column)?;
        let keys: Vec<(String, Type)> = match &table.kind {
            TableKind::Bands(bands) => vec![(bands.label.clone(), bands.by.clone())],
            TableKind::Curve(curve) => vec![(curve.label.clone(), curve.by.clone())],
            TableKind::Grid(grid) => grid.conditions.clone(),
            TableKind::Rates(_) => {
                let help = format!("write `amount converted to USD by {} on closed`", name.node);
                self.said.push(
                    Diagnostic::new(codes::LOOKUP, "rates convert an amount, they are not looked up", name.span, "")
                        .help(help),
                );
                return None;
            }
            TableKind::Tiers(mode, bands) => {
                let help = if bands.by == Type::Percent && *mode == TierMode::Retroactive {
                    "for a rate by percentage, declare it as `bands` and use `lookup`".to_owned()
                } else {
                    format!("write `apply {} to …`", name.node)
                };
                self.said.push(
                    Diagnostic::new(codes::LOOKUP, "tiers are applied to an amount, not looked up", name.span, "")
                        .help(help),
                );
                return None;
            }
        };
        if keys.len() != arguments.len() {
            let labels: Vec<_> = keys.iter().map(|(label, _)| label.as_str()).collect();
            let title = format!("`{}` is read by {}: {}", name.node, count(keys.len(), "value"), labels.join(", "));
            self.said.push(Diagnostic::new(
                codes::LOOKUP,
                title,
                span,
                format!("{} given", count(arguments.len(), "value")),
            ));
            return None;
        }
        let mut checked = Vec::new();
        for (index, (argument, (label, ty))) in arguments.iter().zip(&keys).enumerate() {
            if let ast::ExprKind::Name(given) = &argument.kind
                && keys.iter().enumerate().any(|(other, (label, _))| other != index && label == given)
            {
                let title = format!("`{given}` is given for `{label}`, and another column is called `{given}`");
                self.said.push(
                    Diagnostic::new(codes::LOOKUP, title, argument.span, "")
                        .help("give the values in the order of the head row"),
                );
                return None;
            }
            let value = self.expr_of(argument, ty, &format!("`{label}` of `{}`", name.node));
            checked.push(value);
        }
        let checked = checked.into_iter().collect::<Option<Vec<_>>>()?;
        if let (TableKind::Bands(bands), Some(key)) = (&table.kind, checked.first()) {
            self.covers(bands, key, name);
        }
        let ty = table.columns.get(at)?.ty.clone();
        let kind = ExprKind::Lookup(Box::new(Lookup { table: id, column: at, arguments: checked }));
        Some(Expr { kind, ty, place: place(span) })
    }

    /// `apply tiers to amount against whole starting at total`
    pub fn apply(
        &mut self,
        name: &Name,
        column: Option<&Name>,
        to: &Name,
        [against, start]: [Option<&Name>; 2],
        span: Span,
    ) -> Option<Expr> {
        let (id, table) = self.table_named(name)?;
        let TableKind::Tiers(mode, bands) = &table.kind else {
            self.said.push(
                Diagnostic::new(
                    codes::APPLY,
                    format!("`{}` is not tiers, so it can't be applied to an amount", name.node),
                    name.span,
                    "",
                )
                .help(format!("write `lookup {} for …`", name.node)),
            );
            return None;
        };
        let amount = self.expr(&super::inputs::named(to), None)?;
        let whole = match against {
            Some(against) => Some((self.expr(&super::inputs::named(against), Some(&amount.ty))?, against.span)),
            None => None,
        };
        self.applicable(*mode, bands, name, &amount, to.span, whole.as_ref().map(|(whole, span)| (whole, *span)))?;
        let start = match start {
            Some(start) => Some(self.start(start, *mode, &amount.ty)?),
            None => None,
        };
        if whole.is_none() && bands.filled_by.is_none() {
            self.covers(bands, &amount, name);
        }
        let apply = Apply { table: id, to: amount, against: whole.map(|(whole, _)| whole), column: 0, start };
        match (column, self.tiers_for.get(&name.node).cloned()) {
            (None, Some(input)) => self.apply_for(&table, &input, &apply, name, span),
            _ => {
                let at = self.result_of(&table, name, column)?;
                self.applied(&table, Apply { column: at, ..apply }, name, span)
            }
        }
    }

    /// A running total from which marginal bands go on.
    fn start(&mut self, start: &Name, mode: TierMode, ty: &Type) -> Option<Expr> {
        if mode == TierMode::Retroactive {
            let title = "`starting at` goes on from a running total, and retroactive tiers look at the whole amount";
            self.said.push(
                Diagnostic::new(codes::APPLY, title, start.span, "")
                    .help("declare the tiers as `marginal`, or leave it out"),
            );
            return None;
        }
        self.expr_of(&super::inputs::named(start), ty, "`starting at`")
    }

    fn applied(&mut self, table: &Table, apply: Apply, name: &Name, span: Span) -> Option<Expr> {
        let rate = &table.columns.get(apply.column)?.ty;
        let Some(ty) = arithmetic(Operator::Multiply, &apply.to.ty, rate) else {
            let title = format!("{} × {} has no meaning", type_words(&apply.to.ty), type_words(rate));
            self.said.push(
                Diagnostic::new(codes::OPERATOR, title, span, "")
                    .also(name.span, format!("its rates are {}", type_words(rate))),
            );
            return None;
        };
        Some(Expr { kind: ExprKind::Apply(Box::new(apply)), ty, place: place(span) })
    }

    /// The column of the participant's own word: one apply for each, chosen by `if`.
    fn apply_for(&mut self, table: &Table, input: &Name, apply: &Apply, name: &Name, span: Span) -> Option<Expr> {
        let chosen = self.expr(&super::inputs::named(input), None)?;
        let mut built: Option<Expr> = None;
        for (at, column) in table.columns.iter().enumerate().rev() {
            let own = self.applied(table, Apply { column: at, ..apply.clone() }, name, span)?;
            built = Some(match built {
                None => own,
                Some(others) => {
                    let word = vec![Quantity::Words(column.name.clone())];
                    let condition = Expr {
                        kind: ExprKind::OneOf(Box::new(chosen.clone()), word),
                        ty: Type::YesNo,
                        place: place(span),
                    };
                    let ty = own.ty.clone();
                    let kind = ExprKind::If(Box::new(condition), Box::new(own), Box::new(others));
                    Expr { kind, ty, place: place(span) }
                }
            });
        }
        built
    }

    fn applicable(
        &mut self,
        mode: TierMode,
        bands: &BandTable,
        name: &Name,
        amount: &Expr,
        to: Span,
        whole: Option<(&Expr, Span)>,
    ) -> Option<()> {
        let percent = bands.by == Type::Percent;
        let (title, help, span) = match (percent, mode, whole) {
            (true, TierMode::Retroactive, _) => (
                "retroactive tiers by percentage can't be applied to an amount".to_owned(),
                format!(
                    "declare `{}` as `bands`, and pay the amount times `lookup {} for attainment`",
                    name.node, name.node
                ),
                name.span,
            ),
            (true, TierMode::Marginal, None) => (
                "tiers by percentage need to know a percentage of what".to_owned(),
                format!("write `apply {} to … against quota`", name.node),
                name.span,
            ),
            (false, _, Some((_, span))) => (
                format!("these tiers are keyed by {}, so nothing stands `against` them", type_words(&bands.by)),
                "leave `against` out".to_owned(),
                span,
            ),
            (true, TierMode::Marginal, Some((whole, span))) if whole.ty != amount.ty => (
                format!("{} can't be measured against {}", type_words(&amount.ty), type_words(&whole.ty)),
                "both need the same type".to_owned(),
                span,
            ),
            (false, _, None) if amount.ty != bands.by && !(amount.ty == Type::Count && bands.by == Type::Number) => (
                format!("these tiers are keyed by {}, and this is {}", type_words(&bands.by), a_type(&amount.ty)),
                format!("apply them to {}", a_type(&bands.by)),
                to,
            ),
            _ => return Some(()),
        };
        self.said.push(Diagnostic::new(codes::APPLY, title, span, "").help(help));
        None
    }

    /// Bands that are closed at an end must end exactly where the range of what they are read for does.
    fn covers(&mut self, bands: &BandTable, key: &Expr, name: &Name) {
        let ExprKind::Fact(id) = &key.kind else {
            return self.open(bands, name, None, None, "has no declared range");
        };
        let Some(fact) = self.facts.get(id.0) else { return };
        let (min, max, input) = (fact.range.min.clone(), fact.range.max.clone(), fact.name.clone());
        self.open(bands, name, min.as_ref(), max.as_ref(), &format!("is `{input}`"));
    }

    fn open(&mut self, bands: &BandTable, name: &Name, min: Option<&Quantity>, max: Option<&Quantity>, what: &str) {
        let by = bands.by.clone();
        let first = bands.bands.first().and_then(|band| band.bound.from.as_ref());
        if let Some(from) = first
            && min != Some(from)
        {
            let lowest = min.map_or("anything below".to_owned(), |min| value_words(&by, min));
            let title = format!(
                "`{}` starts at {}, and what it is read for {what} and may be {lowest}",
                name.node,
                value_words(&by, from)
            );
            self.said.push(
                Diagnostic::new(codes::BAND_RANGE, title, name.span, "")
                    .help("begin the first band with `below`, or give the input a range that starts there"),
            );
        }
        let last = bands.bands.last().and_then(|band| band.bound.below.as_ref());
        if let Some(below) = last
            && max.is_none_or(|max| !less(max, below))
        {
            let highest = max.map_or("anything above".to_owned(), |max| value_words(&by, max));
            let title = format!(
                "`{}` ends below {}, and what it is read for {what} and may be {highest}",
                name.node,
                value_words(&by, below)
            );
            self.said.push(
                Diagnostic::new(codes::BAND_RANGE, title, name.span, "")
                    .help("end the last band with `and above`, or give the input a range that ends below"),
            );
        }
    }
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

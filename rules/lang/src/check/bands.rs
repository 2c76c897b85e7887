//! Tiers, bands and curves: their bounds follow one another exactly, and they are read by what they are keyed by.

use super::Checker;
use super::operators::{arithmetic, ordered};
use super::scope::Symbol;
use super::words::{a_type, less, type_words, value_words};
use crate::diagnostics::{Diagnostic, Span, codes, nearest};
use crate::program::{
    Apply, Band, BandTable, Bound, Curve, Expr, ExprKind, Lookup, Outside, Place, Quantity, ResultColumn, Table,
    TableId, TableKind, TierMode, Type,
};
use crate::syntax::ast::{self, BandsKind, Column, Name, Operator};

impl Checker<'_> {
    /// Checks tiers, bands or a curve. `None` where it was reported.
    pub fn bands(&mut self, bands: &ast::Bands) -> Option<Table> {
        let by = self.plain_type(&bands.by)?;
        if !ordered(&by) {
            let title = format!("bands need something with an order, and {} has none", type_words(&by));
            self.said.push(
                Diagnostic::new(codes::WRONG_TYPE, title, bands.by.span, "").help("use `table` for choices and texts"),
            );
            return None;
        }
        let columns = self.band_columns(&bands.head, bands)?;
        let mut rows = Vec::new();
        let mut fine = !bands.damaged;
        for row in &bands.rows {
            if row.values.len() != columns.len() {
                self.row_width(row.values.len() + 1, columns.len() + 1, row.span);
                fine = false;
                continue;
            }
            let from = self.bound(row.band.from.as_ref(), &by, &mut fine);
            let below = self.bound(row.band.to.as_ref(), &by, &mut fine);
            let mut values = Vec::new();
            for (value, column) in row.values.iter().zip(&columns) {
                let checked = self.expr_of(value, &column.ty, &format!("`{}`", column.name));
                fine &= checked.is_some();
                values.extend(checked);
            }
            rows.push((Bound { from, below }, values, row));
        }
        if !fine {
            return None;
        }
        let label = bands.head.first().map(|column| column.name.node.clone()).unwrap_or_default();
        let kind = match bands.kind {
            BandsKind::Clamped => self.curve(&by, label, Outside::Clamped, rows)?,
            BandsKind::Extended => self.curve(&by, label, Outside::Extended, rows)?,
            BandsKind::ZeroOutside => self.curve(&by, label, Outside::Zero, rows)?,
            other => {
                self.contiguous(&by, &rows)?;
                let bands = rows
                    .into_iter()
                    .map(|(bound, values, row)| Band { bound, values, place: place(row.span) })
                    .collect();
                let table = BandTable { by, label, bands };
                match other {
                    BandsKind::Marginal => TableKind::Tiers(TierMode::Marginal, table),
                    BandsKind::Retroactive => TableKind::Tiers(TierMode::Retroactive, table),
                    _ => TableKind::Bands(table),
                }
            }
        };
        Some(Table { name: bands.name.node.clone(), place: place(bands.name.span), columns, kind })
    }

    fn bound(&mut self, literal: Option<&ast::Literal>, by: &Type, fine: &mut bool) -> Option<Quantity> {
        let literal = literal?;
        let bound = self.literal_of(literal, by, "this band");
        *fine &= bound.is_some();
        bound
    }

    /// A type that is written as a word, for tables and outcomes.
    pub fn plain_type(&mut self, written: &ast::TypeRef) -> Option<Type> {
        match &written.kind {
            ast::TypeKind::Plain(merit_core::ValueType::Choice) => None,
            ast::TypeKind::Plain(kind) => Some(super::words::full_type(*kind, self.fallback(), None)),
            ast::TypeKind::Named(name) if self.choices.contains_key(name) => Some(Type::Choice(name.clone())),
            ast::TypeKind::Named(name) => {
                if !self.is_damaged(name) {
                    let words = merit_core::ValueType::ALL.iter().map(|kind| kind.word());
                    let help = nearest(name, words.chain(self.choices.keys().map(String::as_str)))
                        .map(|meant| format!("did you mean `{meant}`?"));
                    let title = format!("there is no type and no choice called `{name}`");
                    self.said.push(Diagnostic::new(codes::UNKNOWN_NAME, title, written.span, "").maybe_help(help));
                }
                None
            }
            ast::TypeKind::List(_) => {
                self.said.push(Diagnostic::new(
                    codes::WRONG_TYPE,
                    "a single value is needed here, not a list",
                    written.span,
                    "",
                ));
                None
            }
        }
    }

    fn band_columns(&mut self, head: &[Column], bands: &ast::Bands) -> Option<Vec<ResultColumn>> {
        let (key, results) = head.split_first()?;
        if results.is_empty() || key.result.is_some() || results.iter().any(|column| column.result.is_none()) {
            let span = head.first().map_or(bands.span, |first| first.name.span);
            self.said.push(
                Diagnostic::new(
                    codes::HEAD_ROW,
                    "the head row names what the table is read by, then what it gives",
                    span,
                    "",
                )
                .help("as in `| attainment | rate -> percent |`"),
            );
            return None;
        }
        results.iter().map(|column| self.result_column(column)).collect()
    }

    /// A result column.
    pub fn result_column(&mut self, column: &Column) -> Option<ResultColumn> {
        let ty = self.plain_type(column.result.as_ref()?)?;
        Some(ResultColumn { name: column.name.node.clone(), ty })
    }

    /// The message for a row with too many or too few cells.
    pub fn row_width(&mut self, found: usize, due: usize, span: Span) {
        let cells = |n: usize| format!("{n} cell{}", if n == 1 { "" } else { "s" });
        let title = format!("this row has {}, and the head row has {due}", cells(found));
        self.said.push(Diagnostic::new(codes::ROW_WIDTH, title, span, ""));
    }

    /// Each band starts where the one before it ends; only the first is open below, only the last open above.
    fn contiguous(&mut self, by: &Type, rows: &[(Bound, Vec<Expr>, &ast::BandRow)]) -> Option<()> {
        let before = self.said.0.len();
        for (bound, _, row) in rows {
            if let (Some(from), Some(below)) = (&bound.from, &bound.below)
                && !less(from, below)
            {
                let title = format!(
                    "this band is empty: nothing lies from {} to below {}",
                    value_words(by, from),
                    value_words(by, below)
                );
                self.said.push(Diagnostic::new(codes::ROW_UNREACHABLE, title, row.band.span, ""));
                return None;
            }
        }
        for pair in rows.windows(2) {
            let [(first, _, upper), (second, _, lower)] = pair else { continue };
            let label = |bound: &Bound| bound_words(by, bound);
            let (Some(end), Some(start)) = (&first.below, &second.from) else {
                let title = format!("`{}` and `{}` overlap", label(first), label(second));
                self.said.push(
                    Diagnostic::new(codes::BAND_OVERLAP, title, lower.band.span, "this band").also(upper.band.span, "and this one")
                        .help("bands stand in rising order; only the first begins with `below`, only the last ends with `and above`"),
                );
                continue;
            };
            if less(end, start) {
                let title =
                    format!("from {} to below {} belongs to no band", value_words(by, end), value_words(by, start));
                let help = format!("end one where the next begins: `… to below {}`", value_words(by, start));
                self.said.push(
                    Diagnostic::new(
                        codes::BAND_GAP,
                        title,
                        lower.band.span,
                        format!("starts at {}", value_words(by, start)),
                    )
                    .also(upper.band.span, format!("ends below {}", value_words(by, end)))
                    .help(help),
                );
            } else if less(start, end) {
                let title =
                    format!("from {} to below {} belongs to two bands", value_words(by, start), value_words(by, end));
                self.said.push(
                    Diagnostic::new(
                        codes::BAND_OVERLAP,
                        title,
                        lower.band.span,
                        format!("starts at {}", value_words(by, start)),
                    )
                    .also(upper.band.span, format!("ends below {}", value_words(by, end)))
                    .help(format!("write `… to below {}`", value_words(by, start))),
                );
            }
        }
        (self.said.0.len() == before).then_some(())
    }

    fn curve(
        &mut self,
        by: &Type,
        label: String,
        outside: Outside,
        rows: Vec<(Bound, Vec<Expr>, &ast::BandRow)>,
    ) -> Option<TableKind> {
        if !matches!(by, Type::Money(_) | Type::Percent | Type::Number | Type::Count | Type::Points) {
            self.said.push(Diagnostic::new(
                codes::WRONG_TYPE,
                format!("a curve can't be drawn over {}", type_words(by)),
                rows.first()?.2.span,
                "",
            ));
            return None;
        }
        let mut points: Vec<(merit_core::Ratio, Vec<merit_core::Ratio>)> = Vec::new();
        for (bound, values, row) in rows {
            let Some(Quantity::Exact(at)) = bound.from else { return None };
            if let Some((last, _)) = points.last()
                && *last >= at
            {
                self.said.push(Diagnostic::new(
                    codes::CURVE_POINTS,
                    "the points of a curve stand in rising order",
                    row.band.span,
                    "not above the point before it",
                ));
                return None;
            }
            let numbers: Vec<_> = values
                .iter()
                .filter_map(|value| match &value.kind {
                    ExprKind::Literal(Quantity::Exact(number)) => Some(number.clone()),
                    _ => None,
                })
                .collect();
            if numbers.len() != values.len() {
                self.said.push(Diagnostic::new(codes::WRONG_TYPE, "a curve goes through numbers", row.span, ""));
                return None;
            }
            points.push((at, numbers));
        }
        Some(TableKind::Curve(Curve { by: by.clone(), label, outside, points }))
    }

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

    /// `apply tiers to amount against whole`
    pub fn apply(
        &mut self,
        name: &Name,
        column: Option<&Name>,
        to: &Name,
        against: Option<&Name>,
        span: Span,
    ) -> Option<Expr> {
        let (id, table) = self.table_named(name)?;
        let at = self.result_of(&table, name, column)?;
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
        let rate = &table.columns.get(at)?.ty;
        let Some(ty) = arithmetic(Operator::Multiply, &amount.ty, rate) else {
            let title = format!("{} × {} has no meaning", type_words(&amount.ty), type_words(rate));
            self.said.push(
                Diagnostic::new(codes::OPERATOR, title, span, "")
                    .also(to.span, type_words(&amount.ty))
                    .also(name.span, format!("its rates are {}", type_words(rate))),
            );
            return None;
        };
        if whole.is_none() {
            self.covers(bands, &amount, name);
        }
        let apply = Apply { table: id, to: amount, against: whole.map(|(whole, _)| whole), column: at };
        Some(Expr { kind: ExprKind::Apply(Box::new(apply)), ty, place: place(span) })
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

/// A band in words: `50% to below 80%`.
pub fn bound_words(by: &Type, bound: &Bound) -> String {
    match (&bound.from, &bound.below) {
        (None, Some(below)) => format!("below {}", value_words(by, below)),
        (Some(from), Some(below)) => format!("{} to below {}", value_words(by, from), value_words(by, below)),
        (Some(from), None) => format!("{} and above", value_words(by, from)),
        (None, None) => "anything".to_owned(),
    }
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// A place in the program.
pub const fn place(span: Span) -> Place {
    Place { start: span.start, end: span.end }
}

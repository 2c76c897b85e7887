//! Tiers, bands and curves: their bounds follow one another exactly.

use super::Checker;
use super::operators::ordered;
use super::words::{less, type_words, value_words};
use crate::diagnostics::{Diagnostic, Span, codes, nearest};
use crate::program::{
    Band, BandTable, Bound, Curve, Expr, ExprKind, Outside, Place, Quantity, ResultColumn, Table, TableKind, TierMode,
    Type,
};
use crate::syntax::ast::{self, BandsKind, Column, Side};

impl Checker<'_> {
    /// Checks tiers, bands or a curve. `None` where it was reported.
    pub fn bands(&mut self, bands: &ast::Bands) -> Option<Table> {
        let written = bands;
        let by = self.plain_type(&bands.by)?;
        if !ordered(&by) {
            let title = format!("bands need something with an order, and {} has none", type_words(&by));
            self.said.push(
                Diagnostic::new(codes::WRONG_TYPE, title, bands.by.span, "").help("use `table` for choices and texts"),
            );
            return None;
        }
        let columns = self.band_columns(&bands.head, bands)?;
        if let Some(name) = &bands.for_choice {
            self.for_each_word(name, bands, &columns)?;
        }
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
            BandsKind::Curve(below, above) => self.curve(&by, label, (outside(below), outside(above)), rows)?,
            other => {
                self.contiguous(&by, &rows)?;
                let bands = rows
                    .into_iter()
                    .map(|(bound, values, row)| Band { bound, values, place: place(row.span) })
                    .collect();
                let filled_by = self.filled_by(written, &columns, &by)?;
                let table = BandTable { by, label, filled_by, bands };
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
                    let help = super::suggestion::type_meant(name).map(|meant| format!("write `{meant}`"));
                    let near = nearest(name, words.chain(self.choices.keys().map(String::as_str)))
                        .map(|meant| format!("did you mean `{meant}`?"));
                    let title = format!("there is no type and no choice called `{name}`");
                    self.said
                        .push(Diagnostic::new(codes::UNKNOWN_NAME, title, written.span, "").maybe_help(help.or(near)));
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
        self.said.push(
            Diagnostic::new(codes::ROW_WIDTH, title, span, "")
                .help("a row has one cell for each column of the head row; count the `|`"),
        );
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
        (below, above): (Outside, Outside),
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
                let (title, label) = ("the points of a curve stand in rising order", "not above the point before it");
                self.said.push(
                    Diagnostic::new(codes::CURVE_POINTS, title, row.band.span, label)
                        .help("sort the rows by their first cell, each value once; where the rate jumps, use `bands`"),
                );
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
        Some(TableKind::Curve(Curve { by: by.clone(), label, below, above, points }))
    }
}

const fn outside(side: Side) -> Outside {
    match side {
        Side::Clamped => Outside::Clamped,
        Side::Extended => Outside::Extended,
        Side::Zero => Outside::Zero,
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

/// A place in the program.
pub const fn place(span: Span) -> Place {
    Place { start: span.start, end: span.end }
}

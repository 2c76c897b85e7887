//! Tiers, bands, curves and decision tables.

use pest::iterators::Pair;

use super::ast::{
    Band, BandRow, Bands, BandsKind, Cell, CellKind, Column, Expr, ExprKind, Item, Rates, RatesRow, Row, Side, Spanned,
    Table, Weigh, WeighRow,
};
use super::declarations::head;
use super::grammar::{Kids, Rule};
use super::parser::Reader;
use crate::diagnostics::{Diagnostic, codes};

impl Reader<'_> {
    /// A table of any kind.
    pub fn table_declaration(&mut self, pair: &Pair<'_, Rule>) -> Option<Item> {
        let kids = Kids::of(pair);
        match pair.as_rule() {
            Rule::table => return self.table(pair, &kids).map(Item::Table),
            Rule::rates => return self.rates(&kids).map(Item::Rates),
            Rule::weigh => return self.weigh(pair, &kids).map(Item::Weigh),
            _ => {}
        }
        let inner = |rule| kids.get(rule).map(Kids::of);
        let for_choice = inner(Rule::for_choice).and_then(|kids| self.named(&kids, Rule::name));
        let filled_by = inner(Rule::filled_by).and_then(|kids| self.named(&kids, Rule::name));
        let kind = bands_kind(pair.as_rule(), &kids);
        let rule = if pair.as_rule() == Rule::curve { Rule::point_row } else { Rule::band_row };
        let mut rows = Vec::new();
        let mut damaged = self.damaged;
        for row in kids.all(rule) {
            let row = if rule == Rule::point_row { self.point_row(row) } else { self.band_row(row) };
            damaged |= row.is_none();
            rows.extend(row);
        }
        Some(Item::Bands(Bands {
            name: self.named(&kids, Rule::name)?,
            kind,
            by: self.type_ref(kids.get(Rule::type_ref)?)?,
            head: self.head_row(kids.get(Rule::head_row)?)?,
            rows,
            span: head(self.span(pair), pair),
            for_choice,
            filled_by,
            damaged,
        }))
    }

    fn table(&mut self, pair: &Pair<'_, Rule>, kids: &Kids<'_>) -> Option<Table> {
        let mut rows = Vec::new();
        let mut damaged = self.damaged;
        for pair in kids.iter().filter(|pair| matches!(pair.as_rule(), Rule::row | Rule::otherwise_row)) {
            let row = self.row(pair);
            damaged |= row.is_none();
            rows.extend(row);
        }
        Some(Table {
            name: self.named(kids, Rule::name)?,
            unique: Kids::of(kids.get(Rule::hit)?).has(Rule::kw_unique),
            head: self.head_row(kids.get(Rule::head_row)?)?,
            rows,
            span: head(self.span(pair), pair),
            damaged,
        })
    }

    fn rates(&mut self, kids: &Kids<'_>) -> Option<Rates> {
        let from = Kids::of(kids.get(Rule::rates_head)?).all(Rule::currency).map(|pair| self.name(pair)).collect();
        let mut rows = Vec::new();
        let mut damaged = self.damaged;
        for pair in kids.all(Rule::rates_row) {
            let row = self.rates_row(pair);
            damaged |= row.is_none();
            rows.extend(row);
        }
        let to = self.named(kids, Rule::currency)?;
        Some(Rates { name: self.named(kids, Rule::name)?, to, from, rows, damaged })
    }

    fn rates_row(&mut self, pair: &Pair<'_, Rule>) -> Option<RatesRow> {
        let kids = Kids::of(pair);
        let day = kids.get(Rule::date)?;
        let from = Spanned::new(self.date(day)?, self.span(day));
        let mut values = Vec::new();
        for value in kids.all(Rule::literal) {
            values.push(self.literal(value)?);
        }
        Some(RatesRow { from, values, span: self.span(pair) })
    }

    fn weigh(&mut self, pair: &Pair<'_, Rule>, kids: &Kids<'_>) -> Option<Weigh> {
        let mut rows = Vec::new();
        let mut damaged = self.damaged;
        for row in kids.all(Rule::weigh_row) {
            let kids = Kids::of(row);
            let weight = kids.get(Rule::expr).and_then(|pair| self.cell_value(pair));
            damaged |= weight.is_none();
            let part = self.named(&kids, Rule::name)?;
            rows.extend(weight.map(|weight| WeighRow { part, weight }));
        }
        Some(Weigh {
            name: self.named(kids, Rule::name)?,
            ty: self.type_ref(kids.get(Rule::type_ref)?)?,
            left_out: kids.has(Rule::kw_left_out),
            about: kids.get(Rule::doc).and_then(|doc| self.named(&Kids::of(doc), Rule::text)),
            head: self.head_row(kids.get(Rule::head_row)?)?,
            rows,
            span: head(self.span(pair), pair),
            damaged,
        })
    }

    fn head_row(&mut self, pair: &Pair<'_, Rule>) -> Option<Vec<Column>> {
        let mut columns = Vec::new();
        for column in Kids::of(pair).all(Rule::column) {
            let kids = Kids::of(column);
            let result = match kids.get(Rule::type_ref) {
                Some(pair) => Some(self.type_ref(pair)?),
                None => None,
            };
            columns.push(Column { name: self.named(&kids, Rule::name)?, result });
        }
        Some(columns)
    }

    fn band_row(&mut self, pair: &Pair<'_, Rule>) -> Option<BandRow> {
        let kids = Kids::of(pair);
        // Each cell is read, so that each has its message.
        let values: Vec<Option<Expr>> = kids.all(Rule::expr).map(|value| self.cell_value(value)).collect();
        let values = values.into_iter().collect::<Option<Vec<Expr>>>()?;
        Some(BandRow { band: self.band(kids.get(Rule::band)?)?, values, span: self.span(pair) })
    }

    fn point_row(&mut self, pair: &Pair<'_, Rule>) -> Option<BandRow> {
        let kids = Kids::of(pair);
        let point = self.literal(kids.nth(Rule::literal, 0)?)?;
        let mut values = Vec::new();
        for value in kids.all(Rule::literal).skip(1) {
            values.push(self.lone_literal(value)?);
        }
        let band = Band { span: point.span, to: Some(point.clone()), from: Some(point) };
        Some(BandRow { band, values, span: self.span(pair) })
    }

    /// What a cell gives. `($500)` is minus $500 in a spreadsheet and plus $500 in a formula, so it is neither.
    fn cell_value(&mut self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let Some(figure) = in_parentheses(pair) else { return self.expr(pair) };
        let (written, bare) = (pair.as_str().trim(), figure);
        let title = format!("`{written}` is `-{bare}` in a spreadsheet, and `{bare}` in a formula");
        self.said.push(
            Diagnostic::new(codes::BAD_NUMBER, title, self.span(pair), "").help("write the one of them that is meant"),
        );
        None
    }

    /// A literal where a value of any kind may stand.
    fn lone_literal(&mut self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let literal = self.literal(pair)?;
        Some(Expr { kind: ExprKind::Literal(literal.kind), span: literal.span })
    }

    fn band(&mut self, pair: &Pair<'_, Rule>) -> Option<Band> {
        let span = self.span(pair);
        let kids = Kids::of(pair);
        if let Some(below) = kids.get(Rule::below) {
            let to = self.literal(Kids::of(below).get(Rule::literal)?)?;
            return Some(Band { from: None, to: Some(to), span });
        }
        let kids = Kids::of(kids.get(Rule::from_bound)?);
        let from = self.literal(kids.nth(Rule::literal, 0)?)?;
        let to = match kids.nth(Rule::literal, 1) {
            Some(pair) => Some(self.literal(pair)?),
            None => None,
        };
        Some(Band { from: Some(from), to, span })
    }

    fn row(&mut self, pair: &Pair<'_, Rule>) -> Option<Row> {
        let otherwise = pair.as_rule() == Rule::otherwise_row;
        let mut cells = Vec::new();
        for part in Kids::of(pair).iter() {
            match part.as_rule() {
                Rule::kw_otherwise => cells.push(Some(Cell { kind: CellKind::Otherwise, span: self.span(part) })),
                Rule::cell => cells.push(self.cell(part)),
                _ => {}
            }
        }
        let cells = cells.into_iter().collect::<Option<Vec<Cell>>>()?;
        Some(Row { cells, otherwise, span: self.span(pair) })
    }

    fn cell(&mut self, pair: &Pair<'_, Rule>) -> Option<Cell> {
        let inner = pair.clone().into_inner().next()?;
        let kind = match inner.as_rule() {
            Rule::any_cell => CellKind::Any,
            Rule::member => CellKind::In(Kids::of(&inner).all(Rule::name).map(|pair| self.name(pair)).collect()),
            Rule::band => CellKind::Band(self.band(&inner)?),
            Rule::literal => CellKind::Value(self.lone_literal(&inner)?),
            _ => CellKind::Value(self.cell_value(&inner)?),
        };
        Some(Cell { kind, span: self.span(pair) })
    }
}

/// The figure that stands in parentheses, and nothing else.
fn in_parentheses<'i>(pair: &Pair<'i, Rule>) -> Option<&'i str> {
    let parts = |pair: &Pair<'i, Rule>| -> Vec<Pair<'i, Rule>> {
        pair.clone().into_inner().filter(|part| part.as_rule() != Rule::too_deep).collect()
    };
    let parts_of_it = parts(pair);
    let [open, inner, _] = parts_of_it.as_slice() else { return None };
    let literal = (open.as_rule() == Rule::sym_left && inner.as_rule() == Rule::expr).then(|| parts(inner))?;
    let [literal] = literal.as_slice() else { return None };
    let figure = literal.clone().into_inner().next()?;
    matches!(figure.as_rule(), Rule::money | Rule::percent | Rule::number).then(|| literal.as_str().trim())
}

fn bands_kind(rule: Rule, kids: &Kids<'_>) -> BandsKind {
    let inner = |rule| kids.get(rule).map(Kids::of);
    match rule {
        Rule::bands => BandsKind::Lookup,
        Rule::tiers if inner(Rule::tier_mode).is_some_and(|mode| mode.has(Rule::kw_marginal)) => BandsKind::Marginal,
        Rule::tiers => BandsKind::Retroactive,
        _ => {
            let outside = inner(Rule::outside);
            let apart: Vec<Side> =
                outside.iter().flat_map(|kids| kids.all(Rule::side_word)).map(|pair| side(&Kids::of(pair))).collect();
            match (apart.as_slice(), &outside) {
                ([below, above], _) => BandsKind::Curve(*below, *above),
                (_, Some(kids)) => BandsKind::Curve(side(kids), side(kids)),
                _ => BandsKind::Curve(Side::Zero, Side::Zero),
            }
        }
    }
}

fn side(kids: &Kids<'_>) -> Side {
    if kids.has(Rule::kw_clamped) {
        Side::Clamped
    } else if kids.has(Rule::kw_extended) {
        Side::Extended
    } else {
        Side::Zero
    }
}

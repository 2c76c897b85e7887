//! Decision tables: what their columns compare, and whether every combination meets exactly one row.

use super::Checker;
use super::axis::{Axis, decode};
use super::bands::place;
use super::scope::Symbol;
use super::words::type_words;
use crate::diagnostics::{Diagnostic, Span, codes, nearest};
use crate::program::{Bound, Cell, ExprKind, Grid, GridRow, Quantity, Table, TableKind, Type};
use crate::syntax::ast::{self, CellKind};

/// Combinations that are gone through one by one; a larger table needs an `otherwise` row.
const MOST_COMBINATIONS: usize = 20_000;
/// Rows of a table.
const MOST_ROWS: usize = 500;

impl Checker<'_> {
    /// Checks a decision table. `None` where it was reported.
    pub fn grid(&mut self, table: &ast::Table) -> Option<Table> {
        let split = table.head.iter().position(|column| column.result.is_some()).unwrap_or(table.head.len());
        let (keys, results) = table.head.split_at(split);
        if keys.is_empty() || results.is_empty() || results.iter().any(|column| column.result.is_none()) {
            let span = table.head.first().map_or(table.span, |first| first.name.span);
            self.said.push(
                Diagnostic::new(
                    codes::HEAD_ROW,
                    "the head row names what the table is read by, then what it gives",
                    span,
                    "",
                )
                .help("as in `| region | segment | uplift -> percent |`"),
            );
            return None;
        }
        if table.rows.len() > MOST_ROWS {
            let title = format!("this table has more than {MOST_ROWS} rows");
            self.said.push(Diagnostic::new(codes::TOO_MANY, title, table.name.span, ""));
            return None;
        }
        let columns = results.iter().map(|column| self.result_column(column)).collect::<Option<Vec<_>>>()?;
        let width = table.head.len();
        let mut fine = !table.damaged;
        for row in table.rows.iter().filter(|row| row.cells.len() != width) {
            self.row_width(row.cells.len(), width, row.span);
            fine = false;
        }
        if !fine {
            return None;
        }
        let mut conditions = Vec::new();
        for (index, key) in keys.iter().enumerate() {
            conditions.push((key.name.node.clone(), self.condition_type(&key.name, index, &table.rows)?));
        }
        let mut rows = Vec::new();
        for row in &table.rows {
            let built = self.grid_row(row, &conditions, &columns);
            fine &= built.is_some();
            rows.extend(built);
        }
        if !fine || !self.complete(table, &conditions, &rows) {
            return None;
        }
        let kind = TableKind::Grid(Grid { conditions, rows });
        Some(Table { name: table.name.node.clone(), place: place(table.name.span), columns, kind })
    }

    /// What a condition column compares: the type of the value that has its label, or what all its cells can be.
    fn condition_type(&mut self, label: &ast::Name, index: usize, rows: &[ast::Row]) -> Option<Type> {
        match self.names.get(&label.node) {
            Some(Symbol::Fact(id)) => return self.facts.get(id.0).map(|fact| fact.ty.clone()),
            Some(Symbol::Define(id)) => {
                if let Some(Some(define)) = self.defines.get(id.0) {
                    return Some(define.ty.clone());
                }
            }
            _ => {}
        }
        if self.is_damaged(&label.node) {
            return None;
        }
        let mut words: Vec<&ast::Name> = Vec::new();
        let mut named: Vec<ast::Name> = Vec::new();
        for cell in rows.iter().filter_map(|row| row.cells.get(index)) {
            match &cell.kind {
                CellKind::In(names) => words.extend(names),
                CellKind::Value(ast::Expr { kind: ast::ExprKind::Name(name), span }) => {
                    named.push(ast::Spanned::new(name.clone(), *span));
                }
                CellKind::Value(ast::Expr { kind: ast::ExprKind::Literal(literal), span }) => {
                    return self.literal(literal, *span, None).map(|(ty, _)| ty);
                }
                CellKind::Band(band) => {
                    let bound = band.from.as_ref().or(band.to.as_ref())?;
                    return self.literal(&bound.kind, bound.span, None).map(|(ty, _)| ty);
                }
                _ => {}
            }
        }
        words.extend(named.iter());
        let fits = |options: &Vec<String>| words.iter().all(|word| options.contains(&word.node));
        let mut fitting =
            self.choices.iter().filter(|(_, options)| !words.is_empty() && fits(options)).map(|(name, _)| name.clone());
        match (fitting.next(), fitting.next()) {
            (Some(choice), None) => Some(Type::Choice(choice)),
            _ => {
                let title = format!("it isn't clear what the column `{}` compares", label.node);
                self.said.push(
                    Diagnostic::new(codes::HEAD_ROW, title, label.span, "")
                        .help("call the column like the input or the definition that it is looked up for"),
                );
                None
            }
        }
    }

    fn grid_row(
        &mut self,
        row: &ast::Row,
        conditions: &[(String, Type)],
        columns: &[crate::program::ResultColumn],
    ) -> Option<GridRow> {
        let (keys, results) = row.cells.split_at_checked(conditions.len())?;
        let mut cells = Vec::new();
        for (cell, (label, ty)) in keys.iter().zip(conditions) {
            let built = match &cell.kind {
                CellKind::Otherwise => Cell::Any,
                CellKind::Any => Cell::Any,
                _ if row.otherwise => {
                    let title = "the other cells of an `otherwise` row are `-`";
                    self.said.push(Diagnostic::new(codes::ROW_UNREACHABLE, title, cell.span, ""));
                    return None;
                }
                _ => self.condition_cell(cell, label, ty)?,
            };
            cells.push(built);
        }
        let mut values = Vec::new();
        for (cell, column) in results.iter().zip(columns) {
            let CellKind::Value(value) = &cell.kind else {
                let title = format!("`{}` needs a value here", column.name);
                self.said.push(Diagnostic::new(codes::WRONG_TYPE, title, cell.span, ""));
                return None;
            };
            values.push(self.expr_of(value, &column.ty, &format!("`{}`", column.name))?);
        }
        Some(GridRow { cells, values, otherwise: row.otherwise, place: place(row.span) })
    }

    fn condition_cell(&mut self, cell: &ast::Cell, label: &str, ty: &Type) -> Option<Cell> {
        match &cell.kind {
            CellKind::In(names) => {
                let mut options = Vec::new();
                for name in names {
                    options.push(self.option(name, ty)?);
                }
                Some(Cell::In(options))
            }
            CellKind::Band(band) => {
                let what = format!("the column `{label}`");
                let mut bound = |literal: Option<&ast::Literal>| match literal {
                    Some(literal) => self.literal_of(literal, ty, &what).map(Some),
                    None => Some(None),
                };
                Some(Cell::Within(Bound { from: bound(band.from.as_ref())?, below: bound(band.to.as_ref())? }))
            }
            CellKind::Value(ast::Expr { kind: ast::ExprKind::Name(name), span }) if matches!(ty, Type::Choice(_)) => {
                Some(Cell::In(vec![self.option(&ast::Spanned::new(name.clone(), *span), ty)?]))
            }
            CellKind::Value(value) => {
                let checked = self.expr_of(value, ty, &format!("the column `{label}`"))?;
                match checked.kind {
                    ExprKind::Literal(quantity) => Some(Cell::In(vec![quantity])),
                    _ => {
                        self.said.push(Diagnostic::new(
                            codes::WRONG_TYPE,
                            "a condition is a plain value, `in …`, a band or `-`",
                            cell.span,
                            "",
                        ));
                        None
                    }
                }
            }
            CellKind::Any | CellKind::Otherwise => Some(Cell::Any),
        }
    }

    fn option(&mut self, name: &ast::Name, ty: &Type) -> Option<Quantity> {
        let Type::Choice(choice) = ty else {
            let title = format!("`{}` is a word, and {} is compared here", name.node, type_words(ty));
            self.said.push(Diagnostic::new(codes::WRONG_TYPE, title, name.span, ""));
            return None;
        };
        let options = self.choices.get(choice)?;
        if options.contains(&name.node) {
            return Some(Quantity::Words(name.node.clone()));
        }
        let help = match nearest(&name.node, options.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("it has {}", options.join(", ")),
        };
        let title = format!("`{}` is not one of the choice `{choice}`", name.node);
        self.said.push(Diagnostic::new(codes::NOT_A_CHOICE, title, name.span, "").help(help));
        None
    }

    /// Whether rows neither overlap (in a unique table), nor hide one another, nor leave a combination out.
    fn complete(&mut self, table: &ast::Table, conditions: &[(String, Type)], rows: &[GridRow]) -> bool {
        let before = self.said.0.len();
        let axes: Vec<Axis> =
            conditions.iter().enumerate().map(|(index, (_, ty))| self.axis(ty, index, rows)).collect();
        let sets: Vec<Vec<Vec<bool>>> = rows
            .iter()
            .map(|row| row.cells.iter().zip(&axes).map(|(cell, axis)| axis.covered(cell)).collect())
            .collect();
        if table.unique {
            self.overlaps(rows, &sets);
        }
        let combinations =
            axes.iter().try_fold(1_usize, |product, axis| product.checked_mul(axis.atoms.len())).unwrap_or(usize::MAX);
        if self.said.0.len() > before {
            return false;
        }
        if combinations.saturating_mul(rows.len()) > MOST_COMBINATIONS * 10 {
            if !rows.iter().any(|row| row.otherwise) {
                let title = "this table is too large to see whether it leaves something out";
                self.said.push(
                    Diagnostic::new(codes::TABLE_GAP, title, table.name.span, "")
                        .help("add a last row `| otherwise | … |`"),
                );
            }
            return self.said.0.len() == before;
        }
        self.walk(table, &axes, rows, &sets, combinations);
        self.said.0.len() == before
    }

    fn overlaps(&mut self, rows: &[GridRow], sets: &[Vec<Vec<bool>>]) {
        for (second, (row, set)) in rows.iter().zip(sets).enumerate() {
            for (other, before) in rows.iter().zip(sets).take(second) {
                let both = |a: &Vec<bool>, b: &Vec<bool>| a.iter().zip(b).any(|(a, b)| *a && *b);
                if !row.otherwise && !other.otherwise && set.iter().zip(before).all(|(a, b)| both(a, b)) {
                    self.said.push(
                        Diagnostic::new(codes::ROW_OVERLAP, "two rows of this unique table can both apply", span(row.place), "this row")
                            .also(span(other.place), "and this one")
                            .help("make their conditions exclude each other, or write `first` for `unique`: then the upper row counts"),
                    );
                    return;
                }
            }
        }
    }

    fn walk(
        &mut self,
        table: &ast::Table,
        axes: &[Axis],
        rows: &[GridRow],
        sets: &[Vec<Vec<bool>>],
        combinations: usize,
    ) {
        let mut reached = vec![false; rows.len()];
        let mut gaps: Vec<String> = Vec::new();
        let mut gap_count = 0_usize;
        for number in 0..combinations {
            let atoms = decode(number, axes);
            let applies = |set: &Vec<Vec<bool>>| {
                set.iter().zip(&atoms).all(|(axis, atom)| axis.get(*atom).copied().unwrap_or(false))
            };
            match sets.iter().position(applies) {
                Some(row) => {
                    if let Some(slot) = reached.get_mut(row) {
                        *slot = true;
                    }
                }
                None => {
                    gap_count += 1;
                    if gaps.len() < 3 {
                        let words: Vec<_> = axes
                            .iter()
                            .zip(&atoms)
                            .filter_map(|(axis, atom)| axis.atoms.get(*atom))
                            .map(|atom| atom.words.clone())
                            .collect();
                        gaps.push(words.join(", "));
                    }
                }
            }
        }
        if gap_count > 0 {
            let more =
                if gap_count > gaps.len() { format!(" and {} more", gap_count - gaps.len()) } else { String::new() };
            let mut said =
                Diagnostic::new(codes::TABLE_GAP, "no row applies to some combinations", table.name.span, "")
                    .help("add rows for them, or a last row `| otherwise | … |`");
            said = said.note(format!("left out: {}{more}", gaps.join("; ")));
            self.said.push(said);
        }
        if let Some((row, _)) = rows.iter().zip(&reached).find(|(_, reached)| !**reached) {
            let title = if row.otherwise {
                "this `otherwise` row can never apply: the rows above cover everything"
            } else {
                "this row can never apply: the rows above cover all that it asks for"
            };
            self.said.push(
                Diagnostic::new(codes::ROW_UNREACHABLE, title, span(row.place), "")
                    .help("take the row out, or move it up"),
            );
        }
    }
}

fn span(place: crate::program::Place) -> Span {
    Span::new(place.start, place.end)
}

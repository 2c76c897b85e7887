//! Columns of a policy's own, computed once for every row of their list.

use super::PersonInputs;
use super::machine::{Held, Machine, figure};
use super::stop::Stop;
use crate::program::{ColumnId, ColumnSource, ListId, Program, Quantity};
use crate::trace::{ColumnTold, RowTold, Told};

impl<'p> Machine<'p, '_> {
    /// Computes a column, once all that it reads is there. Rows are told in the order of their ids.
    pub(super) fn own_column(&mut self, list: ListId, column: ColumnId) -> Option<ColumnTold> {
        let lists = self.scope.lists;
        let ColumnSource::Defined(value) = &lists.get(list.0)?.columns.get(column.0)?.source else { return None };
        let needs = self.needs(value, false);
        let rows = self.rows(list).unwrap_or_default();
        let mut values: Vec<Held> = Vec::with_capacity(rows.len());
        let mut told = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            self.row = Some((at, row));
            let given = row.values.contains_key(&lists.get(list.0)?.columns.get(column.0)?.name);
            // A value given under its name wins over computing it.
            self.cells = Some(Vec::new());
            let held =
                if given { self.cell(list, column, (at, row)) } else { needs.clone().and_then(|()| self.eval(value)) };
            let cells = self.cells.take().unwrap_or_default();
            let one = Told { value: figure(&held), steps: self.take_steps(), computed: !given };
            told.push(RowTold { id: row.id.clone(), told: one, cells });
            values.push(held);
        }
        self.row = None;
        told.sort_by(|a, b| a.id.cmp(&b.id));
        self.columns.insert((list.0, column.0), (needs, values));
        Some(ColumnTold { list, column, rows: told })
    }

    /// A row's value in a column of the policy's own.
    pub(super) fn own_cell(&self, list: ListId, column: ColumnId, at: usize) -> Held {
        match self.columns.get(&(list.0, column.0)).and_then(|(_, values)| values.get(at)) {
            Some(held) => held.clone(),
            None => Err(Stop::broken("a column is read before it is computed")),
        }
    }
}

/// A column's values in the order of the rows, or why there is none.
pub(crate) fn column_values(
    program: &Program,
    inputs: &PersonInputs,
    list: ListId,
    column: ColumnId,
) -> Vec<Result<Quantity, String>> {
    let (mut machine, _) = Machine::new(program, inputs);
    machine.define_all(program);
    let rows = machine.rows(list).unwrap_or_default();
    let mut values = Vec::with_capacity(rows.len());
    for row in rows.iter().enumerate() {
        machine.row = Some(row);
        values.push(machine.cell(list, column, row).map_err(|stop| stop.reason));
    }
    values
}

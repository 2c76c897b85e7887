//! Words for the steps inside expressions.

use super::later_steps::total_words;
use super::{Teller, quoted, spoken};
use crate::program::{Band, BandTable, Bound, Outside, Place, Quantity, ResultColumn, Table, TableId, TableKind, Type};
use crate::trace::{Counted, Figure, Slice, Step};

/// Rows that are listed one by one; of more, only the number is told.
const LISTED: usize = 12;

impl Teller<'_> {
    /// A line for a step, or one for each slice of tiers.
    pub(super) fn step(&self, step: &Step) -> Vec<String> {
        let line = match step {
            Step::Counted(counted) => {
                let (value, rest) = self.counted(counted, None);
                format!("{rest} = {value}")
            }
            Step::Slices { table, slices, column, unit, .. } => return self.slices(*table, *column, slices, unit),
            Step::Reached { table, slice, column, unit } => {
                let Some((table, bands)) = self.tiers(*table) else { return Vec::new() };
                let words = slice_words((table, *column), bands, slice, unit);
                format!("{}, {words} (the rate reached pays on everything)", tiers_name(table, *column))
            }
            Step::Found { table, arguments, row, column, value } => {
                return self.found(*table, arguments, *row, *column, value).into_iter().collect();
            }
            Step::OnCurve { table, at, point, outside, column, value } => {
                let at = Quantity::Exact(at.clone());
                return self.on_curve(*table, &at, *point, *outside, *column, value).into_iter().collect();
            }
            Step::Total { name, ty, parts, total } => total_words(name, ty, parts, total),
            Step::InARow { name, count } => {
                let periods = if *count == 1 { "period" } else { "periods" };
                format!("{name}: yes in {count} {periods} in a row, up to this one")
            }
            Step::Previous { name, ty, period, value } => format!("previous {name} ({period}): {}", spoken(value, ty)),
            Step::Weighed { parts, left_out, total, weights, ty, value } => {
                return self.weighed(parts, *left_out, (total, weights), ty, value);
            }
            Step::Converted { table, column, day, amount, from, rate, value } => {
                let words = self.converted(*table, *column, *day, (amount, from), (rate, value));
                return words.into_iter().collect();
            }
            Step::Instead { why, place, .. } => {
                let right = quoted(self.program, Place { start: place.0, end: place.1 });
                let right = if right.is_empty() { "its `otherwise`".to_owned() } else { right };
                format!("{why}, so {right} is taken instead")
            }
        };
        vec![line]
    }

    fn tiers(&self, table: TableId) -> Option<(&Table, &BandTable)> {
        let table = self.program.tables.get(table.0)?;
        match &table.kind {
            TableKind::Tiers(_, bands) | TableKind::Bands(bands) => Some((table, bands)),
            _ => None,
        }
    }

    fn slices(&self, table: TableId, column: usize, slices: &[Slice], unit: &(Type, Type)) -> Vec<String> {
        let Some((table, bands)) = self.tiers(table) else { return Vec::new() };
        if slices.is_empty() {
            let nothing = Quantity::Exact(merit_core::Ratio::ZERO);
            return vec![format!("{}: there is {} to apply it to", table.name, nothing.spoken(&unit.0))];
        }
        let name = tiers_name(table, column);
        slices.iter().map(|slice| format!("{name}, {}", slice_words((table, column), bands, slice, unit))).collect()
    }

    /// A figure over a list: its value, and the rows that it comes from. The condition is told as given here, or as it
    /// stands in the source.
    pub(super) fn counted(&self, counted: &Counted, condition: Option<String>) -> (String, String) {
        let Some(list) = self.program.lists.get(counted.list.0) else { return (String::new(), String::new()) };
        let column = counted.column.and_then(|column| list.columns.get(column.0));
        let count = Type::Count;
        let ty = match counted.kind {
            1 => &count,
            5 => &Type::YesNo,
            _ => column.map_or(&count, |column| &column.ty),
        };
        let value = match &counted.value {
            Figure::Is(value) => spoken(value, ty),
            Figure::Not(reason) => reason.clone(),
        };
        let quoted = || counted.condition.map(|(start, end)| quoted(self.program, Place { start, end }));
        let condition = condition.or_else(quoted);
        let rows = rows_words(counted.rows.len(), counted.of, &list.name, condition.as_deref());
        let name = column.map_or_else(String::new, |column| format!(" {}", column.name));
        let what = match counted.kind {
            0 => format!("the sum of{name} over {rows}"),
            1 => match condition.as_deref() {
                None => format!("the number of {}", list.name),
                Some(condition) => format!("the number of {} where {condition}, of {}", list.name, counted.of),
            },
            2 => format!("the highest{name} of {rows}"),
            3 => format!("the lowest{name} of {rows}"),
            4 => format!("the average{name} of {rows}"),
            _ => format!("whether there is any of {rows}"),
        };
        if let Some(weighed) = self.weighed_rows(counted) {
            return (value, format!("{what} {weighed}"));
        }
        match self.listed(counted) {
            Some(listed) => (value, format!("{what} ({listed})")),
            None => (value, what),
        }
    }

    fn listed(&self, counted: &Counted) -> Option<String> {
        let list = self.program.lists.get(counted.list.0)?;
        let ty = counted.column.and_then(|column| list.columns.get(column.0)).map(|column| &column.ty);
        let mut words: Vec<String> = counted
            .rows
            .iter()
            .take(LISTED)
            .map(|(id, value)| match (value, ty) {
                (Some(value), Some(ty)) => format!("{id} {}", spoken(value, ty)),
                _ => id.clone(),
            })
            .collect();
        if counted.rows.len() > LISTED {
            words.push(format!("{} more", counted.rows.len() - LISTED));
        }
        (!words.is_empty()).then(|| words.join(if counted.kind == 0 { " + " } else { ", " }))
    }

    fn found(
        &self,
        table: TableId,
        arguments: &[Quantity],
        row: usize,
        column: usize,
        value: &Quantity,
    ) -> Option<String> {
        let table = self.program.tables.get(table.0)?;
        let value = spoken(value, &table.columns.get(column)?.ty);
        Some(match &table.kind {
            TableKind::Bands(bands) | TableKind::Tiers(_, bands) => {
                let key = spoken(arguments.first()?, &bands.by);
                let band = band_words(bands.bands.get(row)?, &bands.by);
                format!("{} for {} {key}: {band} gives {value}", table.name, bands.label)
            }
            TableKind::Grid(grid) => {
                let arguments: Vec<String> = grid
                    .conditions
                    .iter()
                    .zip(arguments)
                    .map(|((label, ty), argument)| format!("{label} {}", spoken(argument, ty)))
                    .collect();
                let which = if grid.rows.get(row)?.otherwise { " by its `otherwise` row" } else { "" };
                format!("{} for {}: {value}{which}", table.name, arguments.join(", "))
            }
            TableKind::Curve(_) | TableKind::Rates(_) => return None,
        })
    }

    fn on_curve(
        &self,
        table: TableId,
        at: &Quantity,
        point: usize,
        outside: bool,
        column: usize,
        value: &merit_core::Ratio,
    ) -> Option<String> {
        let table = self.program.tables.get(table.0)?;
        let TableKind::Curve(curve) = &table.kind else { return None };
        let ty = &table.columns.get(column)?.ty;
        let words = |index: usize| {
            let (key, values) = curve.points.get(index)?;
            let value = spoken(&Quantity::Exact(values.get(column)?.clone()), ty);
            Some(format!("{value} at {}", spoken(&Quantity::Exact(key.clone()), &curve.by)))
        };
        let value = spoken(&Quantity::Exact(value.clone()), ty);
        let at = spoken(at, &curve.by);
        let head = format!("{} for {} {at}", table.name, curve.label);
        let above = outside && point > 0;
        let (beyond, side) = if above { (curve.above, "above") } else { (curve.below, "below") };
        Some(match (outside.then_some(beyond), words(point + 1)) {
            (Some(Outside::Clamped), _) => format!("{head}: {value}, and stays so {side} ({})", words(point)?),
            (Some(Outside::Zero), _) => {
                let (key, _) = curve.points.get(point)?;
                format!("{head}: {value}, as everywhere {side} {}", spoken(&Quantity::Exact(key.clone()), &curve.by))
            }
            (Some(Outside::Extended), Some(next)) => {
                format!("{head}: {value}, on the line from {} to {next}, which goes on {side}", words(point)?)
            }
            (None, Some(next)) => format!("{head}: {value}, on the line from {} to {next}", words(point)?),
            (_, None) => format!("{head}: {value}"),
        })
    }
}

fn rows_words(counting: usize, of: usize, list: &str, condition: Option<&str>) -> String {
    match condition {
        None => format!("{of} {list}"),
        Some("") => format!("{counting} of {of} {list}"),
        Some(condition) => format!("{counting} of {of} {list} where {condition}"),
    }
}

/// The tiers' name, with the column where there are several.
fn tiers_name(table: &Table, column: usize) -> String {
    match table.columns.get(column) {
        Some(own) if table.columns.len() > 1 => format!("{}.{}", table.name, own.name),
        _ => table.name.clone(),
    }
}

/// `50% to below 100%: $200,000.00 × 8% = $16,000.00`.
fn slice_words(
    (table, column): (&Table, usize),
    bands: &BandTable,
    slice: &Slice,
    (of, gives): &(Type, Type),
) -> String {
    let band = bands.bands.get(slice.band).map_or_else(String::new, |band| band_words(band, &bands.by));
    let rate_type = table.columns.get(column).map_or(Type::Number, |column: &ResultColumn| column.ty.clone());
    format!(
        "{band}: {} × {} = {}",
        spoken(&Quantity::Exact(slice.amount.clone()), of),
        spoken(&Quantity::Exact(slice.rate.clone()), &rate_type),
        spoken(&Quantity::Exact(slice.gives.clone()), gives),
    )
}

/// `below 50%`, `50% to below 80%`, `80% and above`.
pub(super) fn band_words(band: &Band, by: &Type) -> String {
    bound_words(&band.bound, by)
}

/// The same of bounds alone.
pub(crate) fn bound_words(bound: &Bound, by: &Type) -> String {
    let Bound { from, below } = bound;
    match (from, below) {
        (Some(from), Some(below)) => format!("{} to below {}", from.spoken(by), below.spoken(by)),
        (Some(from), None) => format!("{} and above", from.spoken(by)),
        (None, Some(below)) => format!("below {}", below.spoken(by)),
        (None, None) => "any".to_owned(),
    }
}

//! Tables of every kind, and reading them.

use super::literals::{step, steps};
use super::schema::{Kind, Listed};
use super::{Named, Writer};

/// A table that was written.
#[derive(Debug, Clone)]
pub struct Read {
    name: String,
    form: Form,
    columns: Vec<(String, Kind)>,
}

/// How a table is read.
#[derive(Debug, Clone)]
enum Form {
    /// By one value; by this input alone where its bands end with the input's range.
    One { by: Kind, only: Option<String> },
    /// Tiers that take parts of a percentage of something.
    Against,
    /// Tiers on a plain amount; marginal ones may start at a running total, and columns may be for a choice's words.
    Plain { by: Kind, only: Option<String>, marginal: bool, chosen: Option<String> },
    /// By the values of these columns.
    Grid { labels: Vec<(String, Kind)> },
}

impl Writer {
    pub(super) fn a_table(&mut self) {
        match self.random.below(8) {
            0 => self.bands(),
            1 => self.curve(),
            2 | 3 => self.tiers(),
            4 => self.tiers_for(),
            5 => self.filled_tiers(),
            6 if self.foreign => self.rates(),
            _ => self.grid(),
        }
    }

    fn columns(&mut self, kinds: &[Kind]) -> Vec<(String, Kind)> {
        (0..1 + self.random.below(3)).map(|at| (format!("gives_{at}"), *self.random.pick(kinds))).collect()
    }

    fn head(key: &str, columns: &[(String, Kind)]) -> String {
        let results: Vec<_> = columns.iter().map(|(name, kind)| format!("{name} -> {}", kind.word())).collect();
        format!("  | {key} | {} |", results.join(" | "))
    }

    fn results(&mut self, columns: &[(String, Kind)]) -> String {
        let cells: Vec<_> = columns
            .iter()
            .map(|(_, kind)| if self.random.chance(15) { self.expression(*kind, 1, true) } else { self.literal(*kind) })
            .collect();
        cells.join(" | ")
    }

    /// Bands that cover everything, or exactly an input's range: then the input's name comes with them.
    fn band_rows(&mut self, by: Kind, columns: &[(String, Kind)], may_close: bool) -> (String, Option<String>) {
        let closing: Vec<Named> = self
            .names
            .iter()
            .filter(|named| named.input && !named.optional && named.kind == by)
            .filter(|named| named.range.0.is_some_and(|least| least + 1 < steps(by)))
            .cloned()
            .collect();
        let closed =
            (may_close && !closing.is_empty() && self.random.chance(40)).then(|| self.random.pick(&closing).clone());
        let closed = closed.filter(|named| self.least_is_exact(named));
        let first = closed.as_ref().and_then(|named| named.range.0).map_or(0, |least| least + 1);
        let last = closed.as_ref().and_then(|named| named.range.1).unwrap_or(steps(by) - 1);
        let ladder: Vec<usize> = (first..=last.max(first)).collect();
        let mut edges: Vec<String> =
            self.random.some(&ladder, 5).into_iter().map(|at| step(by, at, self.currency)).collect();
        let mut start = None;
        let mut open_above = true;
        if let Some(named) = &closed {
            start = named.range.0.map(|least| step(by, least, self.currency));
            if let Some(most) = named.range.1
                && most + 1 < steps(by)
                && self.random.chance(50)
            {
                edges.push(step(by, most + 1, self.currency));
                open_above = false;
            }
        }
        let mut rows = Vec::new();
        let mut from = start;
        for edge in &edges {
            let band = match &from {
                Some(from) => format!("{from} to below {edge}"),
                None => format!("below {edge}"),
            };
            rows.push(format!("  | {band} | {} |", self.results(columns)));
            from = Some(edge.clone());
        }
        if open_above {
            rows.push(format!("  | {} and above | {} |", from.unwrap(), self.results(columns)));
        }
        (rows.join("\n"), closed.map(|named| named.name))
    }

    /// Whether the input's least value is a step of the ladder, rather than a bound of the schema's own.
    fn least_is_exact(&self, named: &Named) -> bool {
        !["salary", "team_size"].contains(&named.name.as_str())
    }

    fn bands(&mut self) {
        let by = *self.random.pick(&Kind::ORDERED);
        let columns = self.columns(&Kind::ALL);
        let name = self.fresh("bands");
        let (rows, only) = self.band_rows(by, &columns, true);
        let head = Self::head("key", &columns);
        self.declarations.push(format!("bands {name} by {} {{\n{head}\n{rows}\n}}", by.word()));
        self.tables.push(Read { name, form: Form::One { by, only }, columns });
    }

    fn tiers(&mut self) {
        let name = self.fresh("tiers");
        let against = self.random.chance(50);
        let by = if against { Kind::Percent } else { *self.random.pick(&[Kind::Money, Kind::Count, Kind::Number]) };
        let mode = if against || self.random.chance(60) { "marginal" } else { "retroactive" };
        let rates: &[Kind] = match by {
            Kind::Percent | Kind::Money => &[Kind::Percent, Kind::Percent, Kind::Number, Kind::Count],
            _ => &[Kind::Money, Kind::Money, Kind::Percent, Kind::Points, Kind::Number],
        };
        let columns = self.columns(rates);
        let (rows, only) = self.band_rows(by, &columns, !against);
        let head = Self::head("reached", &columns);
        self.declarations.push(format!("tiers {name} by {} {mode} {{\n{head}\n{rows}\n}}", by.word()));
        let marginal = mode == "marginal";
        let form = if against { Form::Against } else { Form::Plain { by, only, marginal, chosen: None } };
        self.tables.push(Read { name, form, columns });
    }

    /// Tiers with a column for each word of a choice.
    fn tiers_for(&mut self) {
        let mut chosen = self.names.clone();
        chosen.retain(|named| named.input && !named.optional && !named.kind.options().is_empty());
        if chosen.is_empty() {
            return self.tiers();
        }
        let chosen = self.random.pick(&chosen).clone();
        let by = *self.random.pick(&[Kind::Money, Kind::Count, Kind::Number]);
        let rate = if by == Kind::Money { Kind::Percent } else { *self.random.pick(&[Kind::Money, Kind::Percent]) };
        let mut words = chosen.kind.options().to_vec();
        self.random.shuffle(&mut words);
        let columns: Vec<(String, Kind)> = words.into_iter().map(|word| (word.to_owned(), rate)).collect();
        let (rows, _) = self.band_rows(by, &columns, false);
        let name = self.fresh("tiers");
        let marginal = self.random.chance(60);
        let mode = if marginal { "marginal" } else { "retroactive" };
        let head = Self::head("reached", &columns);
        let for_name = &chosen.name;
        self.declarations.push(format!("tiers {name} by {} {mode} for {for_name} {{\n{head}\n{rows}\n}}", by.word()));
        let form = Form::Plain { by, only: None, marginal, chosen: Some(chosen.name) };
        self.tables.push(Read { name, form, columns });
    }

    /// Tiers whose bounds measure what the house is paid.
    fn filled_tiers(&mut self) {
        let name = self.fresh("tiers");
        let edges: Vec<usize> = (1..steps(Kind::Money)).collect();
        let edges = self.random.some(&edges, 4);
        let currency = self.currency;
        let mut rows = Vec::new();
        let mut from = String::new();
        for (at, edge) in edges.iter().map(|at| step(Kind::Money, *at, currency)).chain([String::new()]).enumerate() {
            let band = match (at, edge.is_empty()) {
                (0, _) => format!("below {edge}"),
                (_, false) => format!("{from} to below {edge}"),
                (_, true) => format!("{from} and above"),
            };
            let house = *self.random.pick(&["30%", "12.5%", "33.33%", "100%", "60%", "5%", "0%", "-5%"]);
            rows.push(format!("  | {band} | {house} | {} |", self.literal(Kind::Percent)));
            from = edge;
        }
        self.declarations.push(format!(
            "tiers {name} by money marginal filled by house {{\n  | paid | house -> percent | agent -> percent |\n{}\n}}",
            rows.join("\n")
        ));
        let columns = vec![("house".to_owned(), Kind::Percent), ("agent".to_owned(), Kind::Percent)];
        let form = Form::Plain { by: Kind::Money, only: None, marginal: true, chosen: None };
        self.tables.push(Read { name, form, columns });
    }

    /// Rates of other currencies.
    fn rates(&mut self) {
        let name = self.fresh("rates");
        let days = self.random.some(&["2024-01-01", "2025-06-30", "2026-01-01", "2026-02-28", "2026-07-01"], 4);
        let rows: Vec<String> = days
            .into_iter()
            .map(|day| format!("  | {day} | {} | {} |", self.above_zero(Kind::Number), self.above_zero(Kind::Number)))
            .collect();
        self.declarations.push(format!(
            "rates {name} to {} {{\n  | from | CHF | GBP |\n{}\n}}",
            self.currency,
            rows.join("\n")
        ));
        self.rates.push(name);
    }

    fn curve(&mut self) {
        let name = self.fresh("curve");
        let by = *self.random.pick(&Kind::AMOUNTS);
        let columns = self.columns(&Kind::AMOUNTS);
        let ladder: Vec<usize> = (0..steps(by)).collect();
        let mut points = self.random.some(&ladder, 6);
        if points.len() < 2 {
            points = vec![1, 3];
        }
        let rows: Vec<String> = points
            .into_iter()
            .map(|at| {
                let cells: Vec<_> = columns.iter().map(|(_, kind)| self.literal(*kind)).collect();
                format!("  | {} | {} |", step(by, at, self.currency), cells.join(" | "))
            })
            .collect();
        let side = ["clamped", "extended", "zero"];
        let (below, above) = (side[self.random.below(3)], side[self.random.below(3)]);
        let outside =
            if self.random.chance(50) { format!("{below} outside") } else { format!("{below} below, {above} above") };
        let head = Self::head("x", &columns);
        self.declarations.push(format!("curve {name} by {} {outside} {{\n{head}\n{}\n}}", by.word(), rows.join("\n")));
        self.tables.push(Read { name, form: Form::One { by, only: None }, columns });
    }

    fn grid(&mut self) {
        let keys = [
            Kind::YesNo,
            Kind::Region,
            Kind::Level,
            Kind::Grade,
            Kind::Count,
            Kind::Number,
            Kind::Money,
            Kind::Percent,
            Kind::Date,
            Kind::Duration,
        ];
        let candidates: Vec<Named> = self
            .names
            .iter()
            .filter(|named| keys.contains(&named.kind) && (named.input || named.name.starts_with("figure")))
            .cloned()
            .collect();
        if candidates.is_empty() {
            return self.bands();
        }
        let mut labels: Vec<(String, Kind)> = Vec::new();
        for named in self.random.some(&candidates, 3) {
            labels.push((named.name, named.kind));
        }
        let columns = self.columns(&Kind::ALL);
        let mut rows = self.partition(&labels);
        let unique = self.random.chance(60);
        if !unique {
            // The last row takes what the others leave.
            *rows.last_mut().unwrap() = vec!["-".to_owned(); labels.len()];
        }
        let mut otherwise = None;
        if rows.len() > 1 && self.random.chance(40) {
            rows.pop();
            let rest = vec!["-"; labels.len() - 1].iter().map(|cell| format!(" | {cell}")).collect::<String>();
            otherwise = Some(format!("  | otherwise{rest} | {} |", self.results(&columns)));
        }
        let mut lines: Vec<String> =
            rows.iter().map(|cells| format!("  | {} | {} |", cells.join(" | "), self.results(&columns))).collect();
        lines.extend(otherwise);
        let key: Vec<_> = labels.iter().map(|(name, _)| name.as_str()).collect();
        let head = Self::head(&key.join(" | "), &columns);
        let name = self.fresh("grid");
        let hit = if unique { "unique" } else { "first" };
        self.declarations.push(format!("table {name} {hit} {{\n{head}\n{}\n}}", lines.join("\n")));
        self.tables.push(Read { name, form: Form::Grid { labels }, columns });
    }

    /// Rows that cover every combination once: one row for all, cut again and again.
    fn partition(&mut self, labels: &[(String, Kind)]) -> Vec<Vec<String>> {
        let mut rows = vec![vec!["-".to_owned(); labels.len()]];
        for _ in 0..2 + self.random.below(4) {
            let (row, column) = (self.random.below(rows.len()), self.random.below(labels.len()));
            if rows[row][column] != "-" {
                continue;
            }
            let cut = rows.remove(row);
            for part in self.parts(labels[column].1) {
                let mut cells = cut.clone();
                cells[column] = part;
                rows.push(cells);
            }
        }
        self.random.shuffle(&mut rows);
        rows
    }

    /// Cells that share out all values of a kind.
    fn parts(&mut self, kind: Kind) -> Vec<String> {
        if kind == Kind::YesNo {
            return vec!["yes".to_owned(), "no".to_owned()];
        }
        if !kind.options().is_empty() {
            let mut words = kind.options().to_vec();
            self.random.shuffle(&mut words);
            let (some, rest) = words.split_at(1 + self.random.below(words.len() - 1));
            let cell = |words: &[&str]| {
                if words.len() == 1 { words[0].to_owned() } else { format!("in {}", words.join(", ")) }
            };
            return vec![cell(some), cell(rest)];
        }
        let ladder: Vec<usize> = (0..steps(kind)).collect();
        let edges = self.random.some(&ladder, 2);
        let edges: Vec<String> = edges.into_iter().map(|at| step(kind, at, self.currency)).collect();
        let mut parts = vec![format!("below {}", edges[0])];
        parts.extend(edges.windows(2).map(|pair| format!("{} to below {}", pair[0], pair[1])));
        parts.push(format!("{} and above", edges[edges.len() - 1]));
        parts
    }

    /// `lookup table for …` that gives the kind; none where no table does.
    pub(super) fn lookup(&mut self, kind: Kind, depth: usize) -> Option<String> {
        let (read, column) =
            self.table_that_gives(kind, |form| matches!(form, Form::One { .. } | Form::Grid { .. }))?;
        let arguments = match &read.form {
            Form::One { only: Some(only), .. } => {
                // Inside a row the input may be hidden by a column of its name.
                if self.row.is_some_and(|list| list.columns.iter().any(|(name, ..)| name == only)) {
                    return None;
                }
                only.clone()
            }
            Form::One { by, only: None } => format!("({})", self.expression(*by, depth, true)),
            Form::Grid { labels } => {
                let mut values = Vec::new();
                for (at, (_, kind)) in labels.iter().enumerate() {
                    let mut value = self.expression(*kind, depth, true);
                    if labels.iter().enumerate().any(|(other, (label, _))| other != at && *label == value) {
                        value = self.literal(*kind);
                    }
                    values.push(value);
                }
                format!("({})", values.join(", "))
            }
            _ => return None,
        };
        Some(format!("(lookup {column} for {arguments})"))
    }

    /// `apply tiers to …` that gives the kind; none where no tiers do.
    pub(super) fn applied(&mut self, kind: Kind) -> Option<String> {
        // A rate times the amount gives the kind.
        let amounts = [Kind::Money, Kind::Count, Kind::Number];
        let product = |amount: Kind, rate: Kind| match (amount, rate) {
            (Kind::Money, Kind::Percent | Kind::Number | Kind::Count) => Some(Kind::Money),
            (Kind::Count | Kind::Number, Kind::Money) => Some(Kind::Money),
            (Kind::Count | Kind::Number, Kind::Percent) => Some(Kind::Percent),
            (Kind::Count | Kind::Number, Kind::Points) => Some(Kind::Points),
            (Kind::Count | Kind::Number, Kind::Number | Kind::Count) => Some(Kind::Number),
            _ => None,
        };
        let mut choices = Vec::new();
        for table in &self.tables {
            for (column, rate) in &table.columns {
                for amount in amounts.into_iter().filter(|amount| product(*amount, *rate) == Some(kind)) {
                    match &table.form {
                        Form::Against => choices.push((table.clone(), column.clone(), amount)),
                        Form::Plain { by, .. } if *by == amount => {
                            choices.push((table.clone(), column.clone(), amount))
                        }
                        _ => {}
                    }
                }
            }
        }
        if choices.is_empty() {
            return None;
        }
        let (table, column, amount) = self.random.pick(&choices).clone();
        let mut column = Self::named_column(&table, &column);
        if let Form::Plain { chosen: Some(chosen), .. } = &table.form {
            // A row's own column of that name may be missing.
            let optional = |list: &Listed| list.columns.iter().any(|(name, _, optional)| name == chosen && *optional);
            if self.row.is_none_or(|list| !optional(list)) && self.random.chance(80) {
                column.clone_from(&table.name);
            }
        }
        if let Form::Plain { only: Some(only), .. } = &table.form {
            let hidden = self.row.is_some_and(|list| list.columns.iter().any(|(name, ..)| name == only));
            return (!hidden).then(|| format!("(apply {column} to {only})"));
        }
        let to = self.bare_name(amount)?.name;
        let marginal = !matches!(table.form, Form::Plain { marginal: false, .. });
        let mut start = String::new();
        if marginal && self.random.chance(35) {
            start = format!(" starting at {}", self.bare_name(amount)?.name);
        }
        if matches!(table.form, Form::Plain { .. }) {
            return Some(format!("(apply {column} to {to}{start})"));
        }
        let against = self.bare_name(amount)?.name;
        Some(format!("(apply {column} to {to} against {against}{start})"))
    }

    fn table_that_gives(&mut self, kind: Kind, fits: impl Fn(&Form) -> bool) -> Option<(Read, String)> {
        let mut found = Vec::new();
        for table in self.tables.iter().filter(|table| fits(&table.form)) {
            for (column, _) in table.columns.iter().filter(|(_, own)| *own == kind) {
                found.push((table.clone(), column.clone()));
            }
        }
        if found.is_empty() {
            return None;
        }
        let (table, column) = self.random.pick(&found).clone();
        let column = Self::named_column(&table, &column);
        Some((table, column))
    }

    /// The table's name, with the column's where there are several.
    fn named_column(table: &Read, column: &str) -> String {
        if table.columns.len() == 1 { table.name.clone() } else { format!("{}.{column}", table.name) }
    }
}

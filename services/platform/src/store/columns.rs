//! Columns of rows that are written in bulk: the same words for both kinds of database, each of which spreads the cost of
//! a statement over many rows in its own way.

/// The values of one column, row by row.
#[derive(Debug, Clone)]
pub enum Values {
    /// Text.
    Text(Vec<String>),
    /// Text, or nothing.
    OptionalText(Vec<Option<String>>),
    /// Whole numbers.
    Number(Vec<i64>),
    /// Whole numbers, or nothing.
    OptionalNumber(Vec<Option<i64>>),
    /// Bytes.
    Bytes(Vec<Vec<u8>>),
    /// The same text in every row.
    SameText(String),
    /// The same number in every row.
    SameNumber(i64),
}

/// Rows of a table, column by column.
#[derive(Debug, Clone)]
pub struct Rows {
    pub(super) table: &'static str,
    pub(super) columns: Vec<(&'static str, Values)>,
    pub(super) count: usize,
    pub(super) if_new: bool,
}

impl Rows {
    /// So many rows of a table.
    #[must_use]
    pub const fn of(table: &'static str, count: usize) -> Self {
        Self { table, columns: Vec::new(), count, if_new: false }
    }

    /// A row whose key is there already is left as it is.
    #[must_use]
    pub const fn if_new(mut self) -> Self {
        self.if_new = true;
        self
    }

    /// Adds a column of text.
    #[must_use]
    pub fn text(self, name: &'static str, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.with(name, Values::Text(values.into_iter().map(Into::into).collect()))
    }

    /// Adds a column of text, or nothing.
    #[must_use]
    pub fn optional_text(
        self,
        name: &'static str,
        values: impl IntoIterator<Item = Option<impl Into<String>>>,
    ) -> Self {
        self.with(name, Values::OptionalText(values.into_iter().map(|value| value.map(Into::into)).collect()))
    }

    /// Adds a column of whole numbers.
    #[must_use]
    pub fn number(self, name: &'static str, values: impl IntoIterator<Item = i64>) -> Self {
        self.with(name, Values::Number(values.into_iter().collect()))
    }

    /// Adds a column of whole numbers, or nothing.
    #[must_use]
    pub fn optional_number(self, name: &'static str, values: impl IntoIterator<Item = Option<i64>>) -> Self {
        self.with(name, Values::OptionalNumber(values.into_iter().collect()))
    }

    /// Adds a column of bytes.
    #[must_use]
    pub fn bytes(self, name: &'static str, values: impl IntoIterator<Item = Vec<u8>>) -> Self {
        self.with(name, Values::Bytes(values.into_iter().collect()))
    }

    /// Adds a column that holds the same text in every row.
    #[must_use]
    pub fn same_text(self, name: &'static str, value: &str) -> Self {
        self.with(name, Values::SameText(value.to_owned()))
    }

    /// Adds a column that holds the same number in every row.
    #[must_use]
    pub fn same_number(self, name: &'static str, value: i64) -> Self {
        self.with(name, Values::SameNumber(value))
    }

    fn with(mut self, name: &'static str, values: Values) -> Self {
        debug_assert!(values.len().is_none_or(|len| len == self.count), "column {name} has another length");
        self.columns.push((name, values));
        self
    }

    /// `INSERT INTO table (a, b) `
    pub(super) fn head(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        format!("INSERT INTO {} ({}) ", self.table, names.join(", "))
    }
}

impl Values {
    fn len(&self) -> Option<usize> {
        match self {
            Self::Text(values) => Some(values.len()),
            Self::OptionalText(values) => Some(values.len()),
            Self::Number(values) => Some(values.len()),
            Self::OptionalNumber(values) => Some(values.len()),
            Self::Bytes(values) => Some(values.len()),
            Self::SameText(_) | Self::SameNumber(_) => None,
        }
    }
}

/// After the rows of an insert that leaves what is there.
pub(super) const IF_NEW: &str = " ON CONFLICT DO NOTHING";

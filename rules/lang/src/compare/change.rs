//! One difference between two versions of a policy, as data, and the words for it.

/// What kind of part of a policy differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// What stands above the declarations.
    Header,
    /// A constant.
    Constant,
    /// Something that is read from outside.
    Input,
    /// Who is credited with what.
    Credit,
    /// A definition.
    Definition,
    /// Tiers, bands, a curve or a table.
    Table,
    /// A payout.
    Payout,
    /// A recommendation.
    Recommendation,
    /// A contest.
    Contest,
    /// What is settled per payee.
    Settlement,
    /// A recognition.
    Recognition,
    /// Tests, check lines and comments.
    Text,
}

/// What of a part differs. Where a part has several of a kind, [`Change::at`] says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// The part itself: there on one side only.
    Itself,
    /// Its name, and nothing else of it.
    Renamed,
    /// Its formula or value.
    Value,
    /// What it is about, for people.
    About,
    /// A statement's `because`.
    Because,
    /// The policy's version.
    Version,
    /// The first and last day in force.
    Effective,
    /// Whom the policy applies to.
    AppliesTo,
    /// Another line of the header, or another word of a part; [`Change::at`] names it.
    Line,
    /// Which values are taken.
    Range,
    /// What stands in for a missing value.
    Default,
    /// Whether it may be missing.
    Optional,
    /// What a band, a point or a row of a table gives; [`Change::at`] names it.
    Cell,
    /// The order of rows, of which the first that matches counts.
    RowOrder,
    /// How tiers pay or what a curve gives outside its points.
    Mode,
    /// A `let`.
    Let,
    /// `pay` or `propose`.
    Amount,
    /// `multiply by`.
    Multiplier,
    /// A gate.
    Gate,
    /// `cap at`.
    Cap,
    /// `floor at`.
    Floor,
    /// `round`.
    Rounding,
    /// `hold back`.
    HoldBack,
    /// Any other statement.
    Statement,
    /// How many there are of something; [`Change::at`] says of what.
    Count,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// In what kind of part.
    pub part: Part,
    /// The part's name; empty where there is only one.
    pub name: String,
    /// Where in the part; may be empty.
    pub at: String,
    /// What of it.
    pub what: Aspect,
    /// How it was; none where it was not there.
    pub old: Option<String>,
    /// How it is; none where it is gone.
    pub new: Option<String>,
    /// Whether what is paid may change by it.
    pub pays: bool,
}

impl Part {
    /// What people call it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Constant => "constant",
            Self::Input => "input",
            Self::Credit => "crediting",
            Self::Definition => "definition",
            Self::Table => "table",
            Self::Payout => "payout",
            Self::Recommendation => "recommendation",
            Self::Contest => "contest",
            Self::Settlement => "settlement",
            Self::Recognition => "recognition",
            Self::Text => "text",
        }
    }
}

impl Aspect {
    /// A stable word for programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Itself => "itself",
            Self::Renamed => "renamed",
            Self::Value => "value",
            Self::About => "about",
            Self::Because => "because",
            Self::Version => "version",
            Self::Effective => "effective",
            Self::AppliesTo => "applies to",
            Self::Line => "line",
            Self::Range => "range",
            Self::Default => "default",
            Self::Optional => "optional",
            Self::Cell => "cell",
            Self::RowOrder => "row order",
            Self::Mode => "mode",
            Self::Let => "let",
            Self::Amount => "amount",
            Self::Multiplier => "multiplier",
            Self::Gate => "gate",
            Self::Cap => "cap",
            Self::Floor => "floor",
            Self::Rounding => "rounding",
            Self::HoldBack => "hold back",
            Self::Statement => "statement",
            Self::Count => "count",
        }
    }
}

impl Change {
    /// The difference as a plan document would tell it.
    #[must_use]
    pub fn words(&self) -> String {
        match (self.old.as_deref(), self.new.as_deref()) {
            (Some(old), Some(new)) => self.changed(old, new),
            (None, Some(new)) => self.added(new),
            (Some(old), None) => self.gone(old),
            (None, None) => format!("{} differs", self.subject()),
        }
    }

    /// `` `commission` ``, or what the part is where it has no name.
    fn subject(&self) -> String {
        match (self.name.as_str(), self.part) {
            ("", Part::Header) => "the policy".to_owned(),
            ("", Part::Settlement) => "the total per person".to_owned(),
            ("", part) => part.word().to_owned(),
            (name, Part::Recognition) => format!("“{name}”"),
            (name, _) => format!("`{name}`"),
        }
    }

    fn changed(&self, old: &str, new: &str) -> String {
        let (who, at) = (self.subject(), &self.at);
        match self.what {
            Aspect::Renamed if self.part == Part::Recognition => format!("{who} is the new name of “{old}”"),
            Aspect::Renamed => format!("{who} is the new name of `{old}`"),
            Aspect::Cell => format!("{who}, {at}: {old} becomes {new}"),
            Aspect::Version => format!("version {new} (was {old})"),
            Aspect::Effective => format!("in force {new} (was {old})"),
            Aspect::AppliesTo => format!("applies to {new} (was {old})"),
            Aspect::About => format!("{who} is described as “{new}” (was “{old}”)"),
            Aspect::Because => format!("{who}, {at}: the reason given is “{new}” (was “{old}”)"),
            Aspect::Range => format!("{who} may be {new} (was {old})"),
            Aspect::Default => format!("{who}, where it is missing, counts as {new} (was {old})"),
            Aspect::Mode => format!("{who} is now {new} (was {old})"),
            Aspect::Let => format!("{who}: `{at}` is now `{new}` (was `{old}`)"),
            Aspect::Amount if self.part == Part::Payout => format!("{who} now pays `{new}` (was `{old}`)"),
            Aspect::Amount => format!("{who} now proposes `{new}` (was `{old}`)"),
            Aspect::Multiplier => format!("{who} is now multiplied by `{new}` (was by `{old}`)"),
            Aspect::Gate => format!("{who}: the gate is now `{new}` (was `{old}`)"),
            Aspect::Cap => format!("{who} is now capped at {new} (was {old})"),
            Aspect::Floor => format!("{who} is now at least {new} (was {old})"),
            Aspect::Rounding => format!("{who} is now rounded {new} (was {old})"),
            Aspect::HoldBack => format!("{who}: {new} is now held back (was {old})"),
            Aspect::Count => format!("{at}: {new} (was {old})"),
            Aspect::Line => format!("{who}, {at}: now {new} (was {old})"),
            Aspect::RowOrder => format!("{who}: of rows that overlap, `{new}` now comes first (was `{old}`)"),
            Aspect::Itself | Aspect::Value | Aspect::Optional | Aspect::Statement => {
                format!("{who} is now `{new}` (was `{old}`)")
            }
        }
    }

    fn added(&self, new: &str) -> String {
        let (who, at) = (self.subject(), &self.at);
        match self.what {
            Aspect::Cell => format!("{who}, {at}: {new} is new"),
            Aspect::Itself if new.is_empty() => format!("new {} {who}", self.part.word()),
            Aspect::Itself => format!("new {} {who}: {new}", self.part.word()),
            Aspect::Let => format!("{who}: new `{at}` is `{new}`"),
            Aspect::Multiplier => format!("{who} is now multiplied by `{new}` too"),
            Aspect::Gate => format!("{who} has a new gate `{new}`"),
            Aspect::Cap => format!("{who} is now capped at {new} (was not capped)"),
            Aspect::Floor => format!("{who} is now at least {new} (had no floor)"),
            Aspect::Rounding => format!("{who} is now rounded {new}"),
            Aspect::HoldBack => format!("{who}: {new} is now held back (was nothing)"),
            Aspect::Range => format!("{who} may now only be {new}"),
            Aspect::Default => format!("{who}, where it is missing, now counts as {new}"),
            Aspect::Optional => format!("{who} may now be missing"),
            Aspect::About => format!("{who} is now described as “{new}”"),
            Aspect::Because => format!("{who}, {at}: the reason “{new}” is given now"),
            Aspect::Count => format!("{at}: {new}"),
            Aspect::Statement => format!("{who} has a new line `{new}`"),
            _ if at.is_empty() => format!("{who} now has {new}"),
            _ => format!("{who}, {at}: now {new}"),
        }
    }

    fn gone(&self, old: &str) -> String {
        let (who, at) = (self.subject(), &self.at);
        match self.what {
            Aspect::Cell => format!("{who}, {at}: {old} is gone"),
            Aspect::Itself => format!("{} {who} is gone", self.part.word()),
            Aspect::Let => format!("{who}: `{at}` is gone (was `{old}`)"),
            Aspect::Multiplier => format!("{who} is no longer multiplied by `{old}`"),
            Aspect::Gate => format!("{who}: gate `{old}` is gone"),
            Aspect::Cap => format!("{who} is no longer capped (was at {old})"),
            Aspect::Floor => format!("{who} has no floor any more (was {old})"),
            Aspect::HoldBack => format!("{who}: nothing is held back any more (was {old})"),
            Aspect::Range => format!("{who} may now be anything (was {old})"),
            Aspect::Default => format!("{who}, where it is missing, counts as nothing any more (was {old})"),
            Aspect::Optional => format!("{who} may no longer be missing"),
            Aspect::About => format!("{who} is no longer described (was “{old}”)"),
            Aspect::Because => format!("{who}, {at}: the reason “{old}” is no longer given"),
            Aspect::Count => format!("{at}: none (was {old})"),
            Aspect::Statement => format!("{who}: the line `{old}` is gone"),
            _ if at.is_empty() => format!("{who} no longer has {old}"),
            _ => format!("{who}, {at}: {old} is gone"),
        }
    }
}

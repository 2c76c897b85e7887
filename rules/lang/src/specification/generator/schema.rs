//! The schema that all generated policies stand on: attributes, measures and records with every type and every option.

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Money,
    Percent,
    Points,
    Count,
    Number,
    Date,
    Duration,
    Text,
    YesNo,
    Region,
    Level,
    /// A choice of the policy's own.
    Grade,
    Person,
}

impl Kind {
    pub const ALL: [Self; 12] = [
        Self::Money,
        Self::Percent,
        Self::Points,
        Self::Count,
        Self::Number,
        Self::Date,
        Self::Duration,
        Self::Text,
        Self::YesNo,
        Self::Region,
        Self::Level,
        Self::Grade,
    ];
    pub const ORDERED: [Self; 7] =
        [Self::Money, Self::Percent, Self::Points, Self::Count, Self::Number, Self::Date, Self::Duration];
    /// What can be added, rounded and drawn as a curve.
    pub const AMOUNTS: [Self; 5] = [Self::Money, Self::Percent, Self::Points, Self::Count, Self::Number];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::Percent => "percent",
            Self::Points => "points",
            Self::Count => "count",
            Self::Number => "number",
            Self::Date => "date",
            Self::Duration => "duration",
            Self::Text => "text",
            Self::YesNo => "yes/no",
            Self::Region => "Region",
            Self::Level => "Level",
            Self::Grade => "Grade",
            Self::Person => "participant",
        }
    }

    /// A choice's words.
    pub const fn options(self) -> &'static [&'static str] {
        match self {
            Self::Region => &["North", "South", "East", "West"],
            Self::Level => &["Junior", "Senior", "Lead"],
            Self::Grade => &["Low", "Medium", "High"],
            _ => &[],
        }
    }

    pub fn is_amount(self) -> bool {
        Self::AMOUNTS.contains(&self)
    }

    pub fn is_ordered(self) -> bool {
        Self::ORDERED.contains(&self)
    }
}

/// A value of the schema that a policy may list.
pub struct Known {
    pub name: &'static str,
    pub kind: Kind,
    pub optional: bool,
    /// Steps of the kind's ladder that the range may be narrowed to (see `literals`): first and last; the last none for
    /// `and above`. No range is allowed where both are none.
    pub range: (Option<usize>, Option<usize>),
    /// Whether the schema's range keeps it above 0.
    pub above_zero: bool,
    pub measure: bool,
}

const fn known(name: &'static str, kind: Kind) -> Known {
    Known { name, kind, optional: false, range: (None, None), above_zero: false, measure: false }
}

impl Known {
    const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    const fn range(mut self, least: usize, most: Option<usize>) -> Self {
        self.range = (Some(least), most);
        self
    }

    const fn above_zero(mut self) -> Self {
        self.above_zero = true;
        self
    }

    const fn measure(mut self) -> Self {
        self.measure = true;
        self
    }
}

pub const KNOWN: &[Known] = &[
    known("region", Kind::Region),
    known("level", Kind::Level).optional(),
    known("salary", Kind::Money).range(3, None).above_zero(),
    known("allowance", Kind::Money),
    known("bonus_target", Kind::Percent).range(1, Some(7)),
    known("rating", Kind::Number).optional().range(1, Some(7)),
    known("karma", Kind::Points),
    known("reports", Kind::Count).range(0, Some(6)),
    known("team_size", Kind::Count).range(1, None).above_zero(),
    known("started", Kind::Date),
    known("ended", Kind::Date).optional(),
    known("notice", Kind::Duration),
    known("title", Kind::Text).optional(),
    known("team", Kind::Text),
    known("remote", Kind::YesNo),
    known("certified", Kind::YesNo),
    known("manager", Kind::Person).optional(),
    known("mentor", Kind::Person).optional(),
    known("bookings", Kind::Money).measure(),
    known("cost", Kind::Money).measure(),
    known("csat", Kind::Number).optional().range(1, Some(7)).measure(),
    known("defects", Kind::Count).range(0, None).measure(),
    known("uptime", Kind::Percent).optional().range(1, Some(7)).measure(),
    known("effort", Kind::Number).measure(),
    known("awards", Kind::Points).measure(),
];

/// The schema, its amounts written with `sign`.
pub fn text(sign: &str) -> String {
    SCHEMA.replace('$', sign)
}

const SCHEMA: &str = r#"schema "Everything" version 1

choice Region = North or South or East or West
choice Level = Junior or Senior or Lead

event invoices_paid "The first invoices are paid"
event year_closed

participant {
  region : Region
  level : Level optional
  salary : money from $1 and above
  allowance : money
  bonus_target : percent from 0% to 100% default 12.5%
  rating : number from 0 to 5 optional
  karma : points default 10 points
  reports : count from 0 to 100
  team_size : count from 1 and above
  started : date
  ended : date optional
  notice : duration default 3 months
  title : text optional
  team : text
  remote : yes/no
  certified : yes/no default no
  manager : participant optional
  mentor : participant optional
  foreign : money from GBP 0 and above
}

record Deal as deals dated by closed belongs to owner {
  amount : money from $0 and above
  costs : money from -$1,000,000,000,000 and above default $12
  units : count from 0 and above
  weight : number from 0 to 10 default 1
  discount : percent from 0% to 100% default 5%
  closed : date
  signed : date optional
  term : duration
  is_new : yes/no default no
  product : text
  region : Region
  level : Level optional
  reference : text optional
  owner : participant
  partner : participant optional
  overlay : participant optional
  net : money = amount - costs
  large : yes/no = amount is at least $1,000
}

record Task as tasks dated by done belongs to assignee {
  score : number
  effort : number from 0 and above
  gives : points
  estimate : number from 1 and above
  done : date
  due : date optional
  urgent : yes/no
  assignee : participant
  pace : number = effort / estimate
}

record Review as reviews dated by held belongs to subject {
  grade : number from 0 to 5
  share : percent
  held : date
  spent : duration
  subject : participant
}

record Cancellation as cancellations dated by credited_on belongs to owner {
  amount : money from $0 and above
  owner : participant
  credited_on : date
}

record Refund as refunds dated by refunded_on belongs to owner {
  amount : money from $0 and above
  owner : participant
  refunded_on : date optional
}

record Invoice as invoices dated by sent belongs to seller {
  amount : money from $0 and above
  reference : text
  sent : date optional
  seller : participant
}

record Payment as payments dated by paid_on belongs to seller {
  amount : money from $0 and above
  reference : text
  paid_on : date optional
  seller : participant
}

measure bookings : money = sum of deals.credited where (is_new)                  higher is better  financial
measure cost     : money = sum of deals.costs                                    lower is better   financial
measure csat     : number from 0 to 5 optional                                   higher is better  operational
measure defects  : count from 0 and above default 2                              lower is better   operational
measure uptime   : percent from 0% to 100% optional                              higher is better  operational
measure effort   : number = (average of tasks.pace weighted by effort otherwise 0)   higher is better  development
measure awards   : points = sum of tasks.gives where (urgent and score > 0)      higher is better  innovation
"#;

/// A list with its columns; the flag tells those that may be missing.
pub struct Listed {
    pub name: &'static str,
    pub record: &'static str,
    pub columns: &'static [(&'static str, Kind, bool)],
}

pub const LISTS: &[Listed] = &[
    Listed {
        name: "deals",
        record: "Deal",
        columns: &[
            ("amount", Kind::Money, false),
            ("costs", Kind::Money, false),
            ("units", Kind::Count, false),
            ("weight", Kind::Number, false),
            ("discount", Kind::Percent, false),
            ("closed", Kind::Date, false),
            ("signed", Kind::Date, true),
            ("term", Kind::Duration, false),
            ("is_new", Kind::YesNo, false),
            ("product", Kind::Text, false),
            ("region", Kind::Region, false),
            ("level", Kind::Level, true),
            ("reference", Kind::Text, true),
            ("net", Kind::Money, false),
            ("large", Kind::YesNo, false),
            ("credited", Kind::Money, false),
        ],
    },
    Listed {
        name: "tasks",
        record: "Task",
        columns: &[
            ("score", Kind::Number, false),
            ("effort", Kind::Number, false),
            ("gives", Kind::Points, false),
            ("estimate", Kind::Number, false),
            ("done", Kind::Date, false),
            ("due", Kind::Date, true),
            ("urgent", Kind::YesNo, false),
            ("pace", Kind::Number, false),
        ],
    },
    Listed {
        name: "cancellations",
        record: "Cancellation",
        columns: &[
            ("amount", Kind::Money, false),
            ("credited_on", Kind::Date, false),
            ("credited", Kind::Money, false),
        ],
    },
    Listed { name: "refunds", record: "Refund", columns: &[("amount", Kind::Money, false)] },
    Listed {
        name: "invoices",
        record: "Invoice",
        columns: &[("amount", Kind::Money, false), ("reference", Kind::Text, false)],
    },
    Listed {
        name: "payments",
        record: "Payment",
        columns: &[("amount", Kind::Money, false), ("reference", Kind::Text, false)],
    },
    Listed {
        name: "reviews",
        record: "Review",
        columns: &[
            ("grade", Kind::Number, false),
            ("share", Kind::Percent, false),
            ("held", Kind::Date, false),
            ("spent", Kind::Duration, false),
        ],
    },
];

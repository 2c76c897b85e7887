//! The profiles that are part of the program.

use crate::import::ImportKind;

/// The profile for files whose columns are called like the fields.
pub const OWN: &str = "merit";

/// Names are what a profile is for, with where its files come from in front.
const PROFILES: &[(&str, ImportKind, &str)] = &[
    ("crm-goals", ImportKind::Goals, include_str!("../../../../../tests/crm/profiles/goals.toml")),
    ("crm-people", ImportKind::People, include_str!("../../../../../tests/crm/profiles/people.toml")),
    ("crm-deals", ImportKind::Results, include_str!("../../../../../tests/crm/profiles/deals.toml")),
    ("salesforce-users", ImportKind::People, include_str!("salesforce/users.toml")),
    ("salesforce-opportunities", ImportKind::Results, include_str!("salesforce/opportunities.toml")),
    ("salesforce-quotas", ImportKind::Goals, include_str!("salesforce/quotas.toml")),
    ("sample-balances", ImportKind::Balances, include_str!("../../../../../tests/sample/profiles/balances.toml")),
    (
        "sample-cancellations",
        ImportKind::Results,
        include_str!("../../../../../tests/sample/profiles/cancellations.toml"),
    ),
    ("sample-deals", ImportKind::Results, include_str!("../../../../../tests/sample/profiles/deals.toml")),
    ("sample-events", ImportKind::Events, include_str!("../../../../../tests/sample/profiles/events.toml")),
    ("sample-feedback", ImportKind::Feedback, include_str!("../../../../../tests/sample/profiles/feedback.toml")),
    ("sample-goals", ImportKind::Goals, include_str!("../../../../../tests/sample/profiles/goals.toml")),
    ("sample-ideas", ImportKind::Results, include_str!("../../../../../tests/sample/profiles/ideas.toml")),
    ("sample-invoices", ImportKind::Results, include_str!("../../../../../tests/sample/profiles/invoices.toml")),
    ("sample-meetings", ImportKind::Results, include_str!("../../../../../tests/sample/profiles/meetings.toml")),
    ("sample-payments", ImportKind::Results, include_str!("../../../../../tests/sample/profiles/payments.toml")),
    ("sample-people", ImportKind::People, include_str!("../../../../../tests/sample/profiles/people.toml")),
    ("sample-ratings", ImportKind::Ratings, include_str!("../../../../../tests/sample/profiles/ratings.toml")),
    ("sample-renewals", ImportKind::Results, include_str!("../../../../../tests/sample/profiles/renewals.toml")),
    (
        "sample-self-assessments",
        ImportKind::SelfAssessments,
        include_str!("../../../../../tests/sample/profiles/self-assessments.toml"),
    ),
];

/// The text of the profile with that name.
pub fn text(name: &str) -> Option<&'static str> {
    PROFILES.iter().find(|(known, _, _)| *known == name).map(|(_, _, text)| *text)
}

/// The names of the profiles for a kind of file.
pub fn names(kind: ImportKind) -> Vec<&'static str> {
    let known = PROFILES.iter().filter(|(_, of, _)| *of == kind).map(|(name, _, _)| *name);
    std::iter::once(OWN).chain(known).collect()
}

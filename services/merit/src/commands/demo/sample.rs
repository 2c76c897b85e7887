//! The sample organisation of `tests/sample`, inside the program so that the demo runs anywhere.

use crate::import::ImportKind;

/// The company's time zone.
pub(super) const ZONE: &str = "America/New_York";

/// A file to import.
pub(super) struct File {
    pub name: &'static str,
    pub kind: ImportKind,
    pub profile: &'static str,
    pub text: &'static str,
}

macro_rules! files {
    ($($name:literal $kind:ident $profile:literal),+ $(,)?) => {
        &[$(File {
            name: $name,
            kind: ImportKind::$kind,
            profile: $profile,
            text: include_str!(concat!("../../../../../tests/sample/", $name)),
        }),+]
    };
}

macro_rules! policies {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../../rules/policies/", $name)))),+]
    };
}

/// In the order in which they are imported.
pub(super) const FILES: &[File] = files![
    "people-2026-q2.csv" People "sample-people",
    "people-changes-2026-q3.csv" People "sample-people",
    "goals-2026-q2.csv" Goals "sample-goals",
    "goals-2026-q3.csv" Goals "sample-goals",
    "goals-changes-2026-q3.csv" Goals "sample-goals",
    "deals-2026-q2.csv" Results "sample-deals",
    "deals-2026-q3.csv" Results "sample-deals",
    "ideas-2026-q2.csv" Results "sample-ideas",
    "ideas-2026-q3.csv" Results "sample-ideas",
    "cancellations-2026-q2.csv" Results "sample-cancellations",
    "cancellations-2026-q3.csv" Results "sample-cancellations",
    "meetings-2026-q2.csv" Results "sample-meetings",
    "meetings-2026-q3.csv" Results "sample-meetings",
    "renewals-2026-q2.csv" Results "sample-renewals",
    "renewals-2026-q3.csv" Results "sample-renewals",
    "invoices-2026-q2.csv" Results "sample-invoices",
    "invoices-2026-q3.csv" Results "sample-invoices",
    "payments-2026-q2.csv" Results "sample-payments",
    "payments-2026-q3.csv" Results "sample-payments",
    "events-2026-q3.csv" Events "merit",
    "ratings-2026-q2.csv" Ratings "sample-ratings",
    "ratings-2026-q3.csv" Ratings "sample-ratings",
    "feedback-2026-q2.csv" Feedback "sample-feedback",
    "feedback-2026-q3.csv" Feedback "sample-feedback",
    "self-assessments-2026-q2.csv" SelfAssessments "sample-self-assessments",
    "self-assessments-2026-q3.csv" SelfAssessments "sample-self-assessments",
];

/// The policies that ship, with their schema.
pub(super) const POLICIES: &[(&str, &str)] = policies![
    "schema.merit",
    "ae_commission.merit",
    "customer_success.merit",
    "manager_override.merit",
    "overlay_bonus.merit",
    "recognition.merit",
    "review_score.merit",
    "sdr_commission.merit",
];

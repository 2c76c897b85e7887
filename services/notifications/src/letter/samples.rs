//! Scorecards to look at and to test with: one person's and one team's, rich in everything that can happen.

use merit_core::ids::PersonId;
use merit_proto::scorecard::v1 as card;
use merit_proto::r#type::v1::{Money, Value, ValueKind};

use crate::model::{Contact, Contacts};

pub fn contacts() -> Contacts {
    [
        ("ana-silva", "Ana Silva"),
        ("bo-chen", "Bo Chen"),
        ("zoe-oneil", "Zoë O'Neil"),
        ("carl-lund", "Carl Lund"),
        ("dina-okafor", "Dina Okafor"),
    ]
    .into_iter()
    .map(|(id, name)| (PersonId::new(id).unwrap(), contact(name, id)))
    .collect()
}

fn contact(name: &str, id: &str) -> Contact {
    Contact { display_name: name.to_owned(), address: Some(format!("{id}@example.com")) }
}

pub fn value(kind: ValueKind, text: &str) -> Option<Value> {
    Some(Value { kind: kind.into(), text: text.to_owned() })
}

pub fn usd(cents: i64) -> Option<Money> {
    Some(Money { currency_code: "USD".to_owned(), minor_units: cents })
}

fn words(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

fn own(rating: &str, comment: &str, given_on: &str) -> Option<card::SelfAssessment> {
    Some(card::SelfAssessment { rating: rating.to_owned(), comment: comment.to_owned(), given_on: given_on.to_owned() })
}

fn goal(title: &str, perspective: &str, weight: &str, attainment: &str) -> card::GoalLine {
    card::GoalLine {
        goal: format!("goals/{}", merit_core::ids::slug(title)),
        title: title.to_owned(),
        perspective: perspective.to_owned(),
        weight: weight.to_owned(),
        attainment: attainment.to_owned(),
        ..Default::default()
    }
}

fn goals() -> Vec<card::GoalLine> {
    let money = |text| value(ValueKind::Money, text);
    let percent = |text| value(ValueKind::Percent, text);
    vec![
        card::GoalLine {
            actual: money("USD 522500.00"),
            target: money("USD 500000.00"),
            self_assessment: own(
                "1",
                "A strong September made up for a slow July. The two group practices in Ohio were the difference.",
                "2026-10-02",
            ),
            ..goal("Half a million dollars of new business in the Central region", "financial", "1/2", "209/200")
        },
        card::GoalLine {
            actual: percent("37/40"),
            target: percent("19/20"),
            self_assessment: own("9/10", "", "2026-10-02"),
            ..goal("Forecast within 5% of what is won", "operational", "1/5", "37/38")
        },
        card::GoalLine {
            actual: value(ValueKind::Count, "1"),
            target: value(ValueKind::Count, "3"),
            ..goal("Three ideas that cut onboarding time go into use", "innovation", "1/5", "1/3")
        },
        card::GoalLine {
            target: value(ValueKind::Number, "20"),
            reason: "no training hours on record for this cycle".to_owned(),
            self_assessment: own("", "Finished the negotiation course; the certificate is on its way.", "2026-10-03"),
            ..goal("Twenty hours of training", "development", "1/10", "")
        },
    ]
}

fn rewards() -> Vec<card::RewardLine> {
    vec![
        card::RewardLine {
            policy: "Account executive commission".to_owned(),
            version: 3,
            payout: "commission".to_owned(),
            about: "Commission on new business".to_owned(),
            line: "2026-Q3".to_owned(),
            amount: usd(4_612_500),
            held: usd(461_250),
            adjustment: false,
            earned_on: "2026-09-30".to_owned(),
            payable_on: "2026-10-31".to_owned(),
            because: words(&["Credited new business at the rates of the band that each dollar falls in."]),
            figures: words(&[
                "First $400,000.00 of bookings at 8%: $32,000.00",
                "Next $100,000.00 at 11%: $11,000.00",
                "Last $22,500.00 at 14%: $3,125.00 after the deal cap",
                "10% held back until the first invoices are paid: $4,612.50",
            ]),
            kind: card::RewardKind::Payout.into(),
            taken_back: None,
        },
        card::RewardLine {
            policy: "Account executive commission".to_owned(),
            version: 3,
            payout: "commission".to_owned(),
            about: "Commission on new business".to_owned(),
            line: "2026-04-01 to 2026-06-30, invoices_paid, 2026-09-30".to_owned(),
            amount: usd(0),
            held: usd(-182_000),
            earned_on: "2026-06-30".to_owned(),
            payable_on: "2026-09-30".to_owned(),
            because: words(&[
                "$1,820.00 that was held back is payable now: invoices_paid came (The first invoices are paid)",
            ]),
            figures: words(&["earned from 2026-04-01 to 2026-06-30 and held back until invoices_paid"]),
            kind: card::RewardKind::Release.into(),
            ..Default::default()
        },
        card::RewardLine {
            policy: "Account executive commission".to_owned(),
            version: 3,
            payout: "draw recovery".to_owned(),
            line: "2026-Q3".to_owned(),
            amount: usd(-200_000),
            held: usd(0),
            earned_on: "2026-09-30".to_owned(),
            payable_on: "2026-09-30".to_owned(),
            figures: words(&[
                "guaranteed: $6,000.00 for 3 months; payable without it: $43,332.50",
                "of $2,000.00 owed, $2,000.00 is taken back from $43,332.50, never below the guarantee of $6,000.00; $0.00 is still owed",
            ]),
            kind: card::RewardKind::Settlement.into(),
            ..Default::default()
        },
        card::RewardLine {
            policy: "Launch bonus for oncology coding".to_owned(),
            version: 1,
            payout: "spif".to_owned(),
            about: String::new(),
            line: "2026-08-01 to 2026-08-31".to_owned(),
            amount: usd(150_000),
            held: usd(0),
            adjustment: false,
            kind: card::RewardKind::Payout.into(),
            taken_back: usd(50_000),
            earned_on: "2026-08-31".to_owned(),
            payable_on: "2026-08-31".to_owned(),
            because: words(&["New oncology practices in August, $500 each."]),
            figures: words(&["4 deals × $500.00 = $2,000.00", "cancelled: 1 deal of July, $500.00 taken back"]),
        },
        card::RewardLine {
            policy: "Manual adjustment".to_owned(),
            line: "adjustment-1".to_owned(),
            payout: "adjustment".to_owned(),
            adjustment: true,
            kind: card::RewardKind::Adjustment.into(),
            amount: usd(-25_000),
            earned_on: "2026-09-30".to_owned(),
            payable_on: "2026-09-30".to_owned(),
            because: words(&["The demo laptop was not returned."]),
            ..Default::default()
        },
    ]
}

fn feedback() -> Vec<card::FeedbackLine> {
    vec![
        card::FeedbackLine {
            author: "people/zoe-oneil".to_owned(),
            given_on: "2026-08-20".to_owned(),
            text: "Your discovery call with Lakeside Dermatology was a model: you asked about their denials before you showed a single screen.\n\nNext time, agree on the follow-up date before hanging up; theirs took two weeks.".to_owned(),
            goal: format!("goals/{}", merit_core::ids::slug("Half a million dollars of new business in the Central region")),
            acknowledged: true,
            replies: vec![card::FeedbackReply {
                author: "people/ana-silva".to_owned(),
                given_on: "2026-08-21".to_owned(),
                text: "Thank you. I have put the date into my call plan.".to_owned(),
            }],
        },
        card::FeedbackLine {
            author: "people/bo-chen".to_owned(),
            given_on: "2026-09-11".to_owned(),
            text: "The hand-over notes for Riverside were so complete that we went live a week early.".to_owned(),
            ..Default::default()
        },
    ]
}

pub fn person() -> card::Scorecard {
    let mut sheet = card::Scorecard {
        cycle: "cycles/2026-Q3".to_owned(),
        first_day: "2026-07-01".to_owned(),
        last_day: "2026-09-30".to_owned(),
        person: "people/ana-silva".to_owned(),
        run: "runs/2026-q3-4f8b1c0d92ae".to_owned(),
        overall_attainment: "0.8711".to_owned(),
        goals: goals(),
        scores: vec![
            card::ScoreLine {
                policy: "Quarter score".to_owned(),
                version: 2,
                output: "quarter_score".to_owned(),
                about: "All goals by their weights, each counted up to 150%".to_owned(),
                value: value(ValueKind::Percent, "0.872"),
                figures: words(&[
                    "Bookings 104.5% × 50% = 52.25%",
                    "Forecast accuracy 97.4% × 20% = 19.47%",
                    "Ideas adopted 33.3% × 20% = 6.67%",
                    "Training hours: not known, its 10% left out",
                ]),
                proposal: false,
                period: "2026-Q3".to_owned(),
            },
            card::ScoreLine {
                policy: "Merit raise".to_owned(),
                version: 1,
                output: "raise".to_owned(),
                value: value(ValueKind::Percent, "3/100"),
                proposal: true,
                ..Default::default()
            },
        ],
        rewards: rewards(),
        totals: vec![card::RewardTotal { amount: usd(4_537_500), held: usd(461_250), released: usd(182_000) }],
        recognitions: vec![card::RecognitionLine {
            policy: "Innovation awards".to_owned(),
            title: "Idea of the quarter".to_owned(),
            badge: "innovator".to_owned(),
            level: "gold".to_owned(),
            points: "250".to_owned(),
            kudos_from: "people/carl-lund".to_owned(),
            text: "{participant.name} found the template that cut onboarding by two days.".to_owned(),
        }],
        feedback: feedback(),
        not_scored: vec![card::NotScoredLine {
            policy: "Training bonus".to_owned(),
            output: "training_bonus".to_owned(),
            reason: "no training_hours on record from 2026-07-01 to 2026-09-30".to_owned(),
        }],
        missing: words(&["No self-assessment for “Three ideas that cut onboarding time go into use”"]),
        ..Default::default()
    };
    sheet.set_kind(card::ScorecardKind::Person);
    sheet
}

pub fn team() -> card::Scorecard {
    let score = |text: &str| {
        vec![card::ScoreLine {
            policy: "Quarter score".to_owned(),
            version: 2,
            output: "quarter_score".to_owned(),
            value: value(ValueKind::Percent, text),
            ..Default::default()
        }]
    };
    let quota = |actual: &str, target: &str, attainment: &str| card::GoalLine {
        actual: value(ValueKind::Money, actual),
        target: value(ValueKind::Money, target),
        ..goal("New business", "financial", "1/2", attainment)
    };
    let mut ana = goals();
    ana.truncate(3);
    let totals = |cents| vec![card::RewardTotal { amount: usd(cents), held: usd(0), released: None }];
    let member = |person: &str, goals: Vec<card::GoalLine>| card::TeamMember {
        person: format!("people/{person}"),
        goals,
        ..Default::default()
    };
    let unknown = card::GoalLine { reason: "no quota is set".to_owned(), ..quota("USD 88000.00", "USD 0.00", "") };
    let unknown = card::GoalLine { target: None, ..unknown };
    let mut sheet = card::Scorecard {
        cycle: "cycles/2026-Q3".to_owned(),
        first_day: "2026-07-01".to_owned(),
        last_day: "2026-09-30".to_owned(),
        person: "people/zoe-oneil".to_owned(),
        run: "runs/2026-q3-4f8b1c0d92ae".to_owned(),
        goals: vec![card::GoalLine {
            title: "The Central region's new business".to_owned(),
            weight: String::new(),
            ..quota("USD 870500.00", "USD 1500000.00", "1741/3000")
        }],
        totals: totals(6_645_500),
        members: vec![
            card::TeamMember {
                scores: score("0.872"),
                overall_attainment: "0.8711".to_owned(),
                totals: totals(4_737_500),
                ..member("ana-silva", ana)
            },
            card::TeamMember {
                scores: score("0.54"),
                overall_attainment: "13/24".to_owned(),
                attention: words(&[
                    "New business at 54.2% of $480,000.00, the lowest in the team",
                    "Forecast off by 31% in each of the last two cycles",
                ]),
                totals: totals(1_204_000),
                ..member("bo-chen", vec![quota("USD 260000.00", "USD 480000.00", "13/24")])
            },
            card::TeamMember { totals: totals(704_000), ..member("carl-lund", vec![unknown]) },
            card::TeamMember { attention: words(&["No goals in this cycle"]), ..member("dina-okafor", Vec::new()) },
        ],
        ..Default::default()
    };
    sheet.set_kind(card::ScorecardKind::Team);
    sheet
}

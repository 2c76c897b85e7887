//! What a reader sees, and what never gets through.

use merit_core::ids::PersonId;
use unicode_width::UnicodeWidthStr as _;

use super::samples::{contacts, person, team, usd};
use super::*;
use crate::model::Contact;

fn letter(card: &Scorecard) -> Letter {
    write(card, &contacts()).unwrap()
}

#[test]
fn a_persons_scorecard_as_text() {
    insta::assert_snapshot!(letter(&person()).text);
}

#[test]
fn a_teams_scorecard_as_text() {
    insta::assert_snapshot!(letter(&team()).text);
}

#[test]
fn pay_of_a_team_shows_only_when_the_setting_says_so() {
    let hidden = letter(&team());
    for page in [&hidden.html, &hidden.text] {
        assert!(page.contains("87.2%") && !page.contains("47,375") && !page.contains("Rewards"), "{page}");
    }
    let shown = letter(&Scorecard { shows_pay: true, ..team() });
    for page in [&shown.html, &shown.text] {
        assert!(page.contains("$47,375.00") && page.contains("$12,040.00"), "{page}");
    }
}

#[test]
fn a_step_that_outcomes_of_a_policy_share_is_told_once() {
    let mut card = person();
    let mut first = card.scores[0].clone();
    first.figures = vec!["quota: $400,000.00".to_owned(), "score: 87.2%".to_owned()];
    let mut second = first.clone();
    second.output = "review".to_owned();
    second.figures = vec!["quota: $400,000.00".to_owned(), "review: Strong".to_owned()];
    let mut third = first.clone();
    third.output = "again".to_owned();
    let mut elsewhere = first.clone();
    elsewhere.policy = "Another policy".to_owned();
    card.scores = vec![first, second, third, elsewhere];
    let text = letter(&card).text;
    assert_eq!(text.matches("quota: $400,000.00").count(), 2, "once for each policy:\n{text}");
    assert!(text.contains("review: Strong"), "{text}");
    assert_eq!(text.matches("The steps are told above").count(), 1, "{text}");
}

#[test]
fn both_pages_say_the_same_things() {
    let letter = letter(&person());
    // Without mark-up: a name before its figures is set apart by some.
    let flat = |page: &str| {
        let bare: String = page.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
        bare.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let (html, text) = (flat(&letter.html), flat(&letter.text));
    for said in [
        "Ana Silva",
        "1 July to 30 September 2026",
        "104.5%",
        "$522,500.00 of $500,000.00",
        "weight 50%",
        "97.4%",
        "Own view 100%, 2 October 2026",
        "No self-assessment",
        "Not known: no training hours on record for this cycle",
        "87.2%",
        "Bookings 104.5% × 50% = 52.25%",
        "Commission on new business",
        "$46,125.00",
        "$4,612.50",
        "Next $100,000.00 at 11%: $11,000.00",
        "earned 30 September 2026, payable 31 October 2026",
        "-$250.00",
        "The demo laptop was not returned.",
        "Earlier advances paid back",
        "after $500.00 taken back",
        "Commission on new business, held back earlier",
        "payable now",
        "$1,820.00 that was held back is payable now: invoices_paid came",
        "$45,375.00",
        // 45,375.00 − 4,612.50 + 1,820.00
        "$42,582.50",
        "Training bonus",
        "Idea of the quarter",
        "250 points",
        "Kudos from Carl Lund",
        "Ana Silva found the template",
        "Bo Chen",
        "20 August 2026",
        "Not acknowledged yet",
        "answered on 21 August 2026",
        "I have put the date into my call plan.",
        "run 2026-q3-4f8b1c0d92ae",
    ] {
        assert!(text.contains(said), "text: {said}\n{}", letter.text);
        assert!(html.contains(said), "html: {said}");
    }
}

#[test]
fn an_empty_scorecard_says_what_is_not_there_and_shows_no_zero() {
    let empty =
        Scorecard { goals: vec![], scores: vec![], rewards: vec![], totals: vec![], feedback: vec![], ..person() };
    let letter = letter(&empty);
    for page in [&letter.html, &letter.text] {
        for said in ["No goals in this cycle", "No rewards in this cycle", "No feedback on record"] {
            assert!(page.contains(said), "{said}");
        }
        assert!(!page.contains("$0"), "{page}");
    }
}

#[test]
fn what_fails_for_one_reason_stands_together_and_what_is_proposed_comes_last() {
    let mut card = person();
    let line = card.not_scored[0].clone();
    let bonus = |output: &str| merit_proto::scorecard::v1::NotScoredLine { output: output.to_owned(), ..line.clone() };
    card.not_scored = vec![
        bonus("bonus"),
        bonus("raise"),
        merit_proto::scorecard::v1::NotScoredLine { reason: "else".to_owned(), ..line.clone() },
    ];
    card.scores.reverse();
    let text = letter(&card).text;
    assert!(text.contains("\nBonus, Raise\n"), "{text}");
    assert_eq!(text.matches("No training_hours on record from").count(), 1, "{text}");
    let place = |what: &str| text.find(what).unwrap();
    assert!(place("\nQuarter score  ") < place("\nRaise  "), "{text}");
}

/// Names and texts that a page, a header, a terminal or a spreadsheet would obey.
const HOSTILE: [&str; 7] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "Ana\r\nBcc: all@example.com",
    "Ana\u{202E}avliS",
    "=HYPERLINK(\"http://evil.example\")",
    "{{ 7919 * 7907 }}{% raw %}",
    "a\u{1b}[2J\u{0}b",
];

#[test]
fn names_and_texts_are_data_wherever_they_stand() {
    for hostile in HOSTILE {
        let everyone = contacts().into_keys();
        let contacts = everyone.map(|id| (id, Contact { display_name: hostile.to_owned(), address: None })).collect();
        for mut card in [person(), Scorecard { shows_pay: true, ..team() }] {
            for goal in card.goals.iter_mut().chain(card.members.iter_mut().flat_map(|member| &mut member.goals)) {
                for text in [&mut goal.title, &mut goal.perspective, &mut goal.reason] {
                    *text = hostile.to_owned();
                }
                goal.self_assessment.iter_mut().for_each(|own| own.comment = hostile.to_owned());
            }
            for line in &mut card.rewards {
                for text in [&mut line.policy, &mut line.about, &mut line.line] {
                    *text = hostile.to_owned();
                }
                line.because = vec![hostile.to_owned()];
                line.figures = vec![hostile.to_owned()];
            }
            for line in &mut card.scores {
                (line.policy, line.output, line.about) = (hostile.to_owned(), hostile.to_owned(), hostile.to_owned());
            }
            for note in &mut card.feedback {
                note.text = hostile.to_owned();
                note.replies.iter_mut().for_each(|reply| reply.text = hostile.to_owned());
            }
            for line in &mut card.recognitions {
                for text in [&mut line.title, &mut line.badge, &mut line.level, &mut line.text, &mut line.policy] {
                    *text = hostile.to_owned();
                }
            }
            for line in &mut card.not_scored {
                (line.policy, line.output, line.reason) = (hostile.to_owned(), hostile.to_owned(), hostile.to_owned());
            }
            card.missing = vec![hostile.to_owned()];
            card.run = hostile.to_owned();
            card.members.iter_mut().for_each(|member| member.attention = vec![hostile.to_owned()]);
            let letter = write(&card, &contacts).unwrap();
            assert!(!letter.html.contains("<script") && !letter.html.contains("<img"), "{hostile}");
            for page in [&letter.html, &letter.text, &letter.subject] {
                let bad =
                    page.chars().find(|c| (c.is_control() && *c != '\n') || ('\u{202A}'..='\u{202E}').contains(c));
                assert_eq!(bad, None, "{hostile}");
                assert!(!page.contains("62615533"), "{hostile}: a template was evaluated");
            }
            // Nothing of theirs begins a line of its own choosing.
            assert!(!letter.text.lines().any(|line| line.starts_with("Bcc:")), "{}", letter.text);
        }
    }
}

#[test]
fn nothing_in_a_page_is_fetched_from_elsewhere() {
    for card in [person(), team()] {
        let html = letter(&card).html;
        for fetched in ["src=", "href=", "url(", "@import", "http"] {
            assert!(!html.contains(fetched), "{fetched}");
        }
    }
}

#[test]
fn text_is_never_wider_than_78_columns() {
    let mut card = person();
    card.goals[0].title = "word ".repeat(50);
    card.feedback[0].text = "x".repeat(500);
    card.totals = vec![proto_total(i64::MAX)];
    for card in [card, team()] {
        for line in letter(&card).text.lines() {
            assert!(line.width() <= 78, "{line}");
        }
    }
}

fn proto_total(cents: i64) -> merit_proto::scorecard::v1::RewardTotal {
    merit_proto::scorecard::v1::RewardTotal { amount: usd(cents), held: usd(1), released: None }
}

#[test]
fn subjects_and_previews_hold_no_amounts_and_no_names() {
    for card in [person(), Scorecard { shows_pay: true, ..team() }] {
        let letter = letter(&card);
        let preview = letter.html.split("opacity:0").nth(1).unwrap().split("</div>").next().unwrap();
        for private in ["$", "Silva", "Chen", "87.2"] {
            assert!(!letter.subject.contains(private) && !preview.contains(private), "{preview}");
        }
    }
}

#[test]
fn whoever_the_directory_does_not_know_is_shown_by_id() {
    let mut contacts = contacts();
    contacts.remove(&PersonId::new("bo-chen").unwrap());
    assert!(write(&person(), &contacts).unwrap().text.contains("bo-chen, 11 September 2026"));
}

#[test]
fn everyone_named_is_asked_for() {
    let ids = |card: &Scorecard| people_in(card).into_iter().map(|id| id.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(&person()), ["ana-silva", "bo-chen", "carl-lund", "zoe-oneil"]);
    assert_eq!(ids(&team()), ["ana-silva", "bo-chen", "carl-lund", "dina-okafor", "zoe-oneil"]);
}

#[test]
fn a_broken_scorecard_is_refused_with_what_is_wrong() {
    let mut no_amount = person();
    no_amount.rewards[0].amount = None;
    let mut bad_number = person();
    bad_number.goals[0].attainment = "lots".to_owned();
    for (card, said) in [(Scorecard::default(), "no kind"), (no_amount, "no amount"), (bad_number, "`lots`")] {
        let error = write(&card, &contacts()).err().unwrap();
        assert_eq!(error.reason, "BAD_SCORECARD");
        assert!(error.message.contains(said), "{error}");
    }
}

/// Writes the pages to `target/scorecards`, to be looked at in a browser.
#[test]
#[ignore = "writes pages to look at"]
fn pages_to_look_at() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/scorecards");
    std::fs::create_dir_all(&folder).unwrap();
    let shown = Scorecard { shows_pay: true, ..team() };
    for (name, card) in [("person", person()), ("team", team()), ("team-with-pay", shown)] {
        let letter = letter(&card);
        std::fs::write(folder.join(format!("{name}.html")), letter.html).unwrap();
        std::fs::write(folder.join(format!("{name}.txt")), letter.text).unwrap();
    }
}

//! What someone who trusts nothing asks: a killed run, a late answer, a move between managers, hostile names, a bad relay.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::merit::{Merit, Run, small};

const EXPORTS: [&str; 5] = ["ledger", "scores", "credits", "payees", "scorecards"];

#[test]
fn a_run_killed_at_any_moment_is_finished_by_the_next_one() {
    let exports = |merit: &Merit| EXPORTS.map(|what| merit.export(what));
    let undisturbed = Merit::composed();
    undisturbed.approve();
    let wanted = exports(&undisturbed);

    let mut cut_short = 0;
    for wait in [15, 50, 100, 160] {
        let merit = Merit::small();
        merit.ok(&["rules", "publish", &small("policies")]);
        for act in [&["review", "run", "--cycle", "2026-Q3"][..], &["review", "approve", "--cycle", "2026-Q3"]] {
            let mut run = merit.command(act).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(wait));
            cut_short += u32::from(run.try_wait().unwrap().is_none());
            run.kill().unwrap();
            run.wait().unwrap();
            if act.contains(&"run") {
                merit.run(act).expect(4);
            } else {
                merit.run(act).expect(0);
            }
        }
        assert_eq!(exports(&merit), wanted, "killed after {wait} ms");
        assert!(merit.run(&["review", "verify", "--cycle", "2026-Q3"]).expect(0).out.contains("same to the byte"));
    }
    assert!(cut_short > 0, "every run was over before it could be killed; shorten the waits");
}

#[test]
fn a_self_assessment_counts_within_its_window_and_not_a_day_later() {
    let merit = Merit::small();
    merit.ok(&["cycle", "set", "2026-Q3", "--self-assessment-until", "2026-10-09"]);
    let import = |day: &str| {
        let file = merit.file(
            "own.csv",
            format!(
                "person,cycle,goal,rating,comment,given_on\nana,2026-Q3,ana-quota,90%,Proud of the clinics,{day}\n"
            ),
        );
        merit.run(&["import", "self-assessments", &file, "--profile", "merit"])
    };
    let late = import("2026-10-10").expect(1);
    assert!(
        late.err.contains("line 2") && late.err.contains("2026-10-09") && late.err.contains("2026-10-10"),
        "{}",
        late.err
    );
    import("2026-10-09").expect(0);

    merit.run(&["review", "run", "--cycle", "2026-Q3", "--policies", &small("policies")]).expect(4);
    let cards = merit.export("scorecards");
    let of =
        |person: &str, word: &str| cards.lines().any(|row| row.contains(&format!(",{person},")) && row.contains(word));
    let whole = merit.ok(&["review", "export", "--cycle", "2026-Q3", "--what", "scorecards", "--format", "json"]);
    assert!(whole.contains("Proud of the clinics"), "{whole}");
    assert!(of("bo", "no self-assessment"), "what is missing is not said:\n{cards}");
    assert!(!of("ana", "no self-assessment"), "{cards}");
}

#[test]
fn a_review_waits_for_the_self_assessments_of_its_cycle() {
    let merit = Merit::small();
    merit.ok(&["rules", "publish", &small("policies")]);
    merit.ok(&["cycle", "set", "2026-Q3", "--self-assessment-until", "2098-01-31"]);
    let early = merit.run(&["review", "run", "--cycle", "2026-Q3"]).expect(1);
    assert!(early.err.contains("2098-01-31") && early.err.contains("--dry-run"), "{}", early.err);
    let scheduled = merit.run(&["review", "run", "--cycle", "last-ended"]).expect(0);
    assert!(scheduled.out.contains("no cycle has ended"), "{}", scheduled.out);
    merit.run(&["review", "status", "--cycle", "2026-Q3"]).expect(1);
}

#[test]
fn a_later_people_file_adds_history_and_the_last_days_manager_gets_the_team() {
    let head = "person_id,display_name,email,from,role,team,manager,started,ended\n";
    let team = |moves: &[(&str, &str)]| {
        let merit = Merit::small();
        for (from, manager) in moves {
            let row = format!("bo,Bo Łęcki,bo@example.com,{from},AE,West,{manager},2025-06-01,\n");
            let file = merit.file("moves.csv", format!("{head}{row}"));
            merit.ok(&["import", "people", &file, "--profile", "merit"]);
        }
        merit.run(&["review", "run", "--cycle", "2026-Q3", "--policies", &small("policies")]).expect(4);
        let cards = merit.export("scorecards");
        let mut leads: Vec<_> = cards
            .lines()
            .filter(|row| row.starts_with("2026-Q3,team,"))
            .filter_map(|row| {
                let mut cells = row.split(',').skip(2);
                Some((cells.next()?.to_owned(), cells.next()?.to_owned()))
            })
            .filter(|(_, about)| about == "bo")
            .map(|(lead, _)| lead)
            .collect();
        leads.dedup();
        leads
    };
    assert_eq!(team(&[]), ["cy"]);
    assert_eq!(team(&[("2026-09-30", "ana")]), ["ana"], "who leads on the cycle's last day");
    assert_eq!(team(&[("2026-10-01", "ana")]), ["cy"], "a day after the cycle is another cycle's");
    // The order in which files arrive is not the order of the days they speak of.
    assert_eq!(team(&[("2026-09-01", "ana"), ("2026-08-01", "dee")]), ["ana"]);
}

#[test]
fn names_are_data_in_mails_and_exports() {
    let merit = Merit::small();
    let hostile = [
        ("h1", "=HYPERLINK(\"\"http://evil.example\"\",\"\"x\"\")"),
        ("h2", "@SUM(A1)"),
        ("h3", "Smith, <script>alert(1)</script>"),
        ("h4", "\"\"A\"\" <evil@example.net>; Bcc: all@example.net"),
        ("h5", "=?utf-8?q?Someone_Else?="),
        ("h6", "😀 Ωμέγα"),
    ];
    let mut people = String::from("person_id,display_name,email,from,role,team,manager,started,ended\n");
    let mut deals = String::from("external_id,record,amount,owner,closed,is_new\n");
    for (id, name) in hostile {
        people.push_str(&format!("{id},\"{name}\",{id}@example.com,2026-01-01,AE,West,cy,2025-06-01,\n"));
        deals.push_str(&format!("=1+{id},Deal,USD 1000.00,{id},2026-07-14,yes\n"));
    }
    merit.ok(&["import", "people", &merit.file("people.csv", people), "--profile", "merit"]);
    merit.ok(&["import", "results", &merit.file("deals.csv", deals), "--profile", "merit"]);
    merit.run(&["review", "run", "--cycle", "2026-Q3", "--policies", &small("policies")]).expect(4);
    merit.approve();
    merit.ok(&[
        "review",
        "adjust",
        "--cycle",
        "2026-Q3",
        "--participant",
        "h1",
        "--amount",
        "$1.00",
        "--reason",
        "=1+1",
    ]);
    merit.ok(&["review", "publish", "--cycle", "2026-Q3"]);
    merit.ok(&["mail", "send", "--to", "outbox"]);

    let mut seen = 0;
    for entry in std::fs::read_dir(merit.path("outbox")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut fields = BTreeMap::new();
        for line in head.replace("\r\n ", " ").split("\r\n") {
            let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("{line}"));
            assert_eq!(fields.insert(name.to_owned(), value.to_owned()), None, "`{name}` is there twice");
        }
        let names: Vec<_> = fields.keys().map(String::as_str).collect();
        let wanted = ["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To"];
        assert_eq!(names, wanted, "{head}");
        // One address and no other, whatever the name says.
        let (name, address) = fields["To"].rsplit_once('<').unwrap();
        assert!(address.ends_with("@example.com>"), "{head}");
        let bare = name.replace("\\\"", "");
        assert!(!bare.contains(['<', ';', ',']) || (bare.starts_with('"') && bare.trim_end().ends_with('"')), "{head}");
        seen += usize::from(hostile.iter().any(|(id, _)| address == format!("{id}@example.com>")));
        let (_, html) = body.split_once("Content-Type: text/html").unwrap();
        let html = html.replace("=\r\n", "");
        assert!(!html.contains("<script>"), "mark-up in a name got through");
    }
    assert_eq!(seen, hostile.len());

    for what in EXPORTS {
        for row in merit.export(what).lines().skip(1) {
            for cell in row.split(',').map(|cell| cell.trim_start_matches('"')) {
                assert!(!cell.starts_with(['=', '@']), "{what}: a spreadsheet would compute `{cell}` in {row}");
            }
        }
    }
    assert!(merit.export("credits").contains("'=1+h1"), "{}", merit.export("credits"));
}

/// A relay on loopback that refuses some receivers and notes who else it took a mail for.
struct Relay {
    port: u16,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Relay {
    fn start(refuses: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&taken);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut out = stream.try_clone().unwrap();
                let mut say = move |words: &str| out.write_all(format!("{words}\r\n").as_bytes());
                let mut receiver = String::new();
                let mut in_body = false;
                if say("220 relay ESMTP").is_err() {
                    continue;
                }
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let answer = match line.get(..4).unwrap_or(&line) {
                        "." if in_body => {
                            in_body = false;
                            shared.lock().unwrap().push(receiver.clone());
                            "250 taken"
                        }
                        _ if in_body => continue,
                        "RCPT" if refuses.is_some_and(|who| line.contains(who)) => "550 nobody here",
                        "RCPT" => {
                            receiver = line;
                            "250 ok"
                        }
                        "DATA" => {
                            in_body = true;
                            "354 go on"
                        }
                        "QUIT" => "221 bye",
                        _ => "250 ok",
                    };
                    if say(answer).is_err() {
                        break;
                    }
                }
            }
        });
        Self { port, taken }
    }

    fn send(&self, merit: &Merit) -> Run {
        let mut command = merit.command(&["mail", "send"]);
        command.env("MERIT_SMTP_HOST", "127.0.0.1").env("MERIT_SMTP_PORT", self.port.to_string());
        command.env("MERIT_SMTP_SECURITY", "none").env("MERIT_MAIL_FROM", "Merit <merit@example.com>");
        let output = command.output().unwrap();
        Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn taken(&self) -> Vec<String> {
        let mut taken: Vec<_> = self.taken.lock().unwrap().drain(..).collect();
        taken.sort();
        taken
    }
}

#[test]
fn a_relay_gets_each_mail_once_and_the_refused_one_again() {
    let merit = Merit::composed();
    merit.approve();
    merit.ok(&["review", "publish", "--cycle", "2026-Q3"]);
    let moody = Relay::start(Some("bo@example.com"));
    let first = moody.send(&merit).expect(3);
    assert!(first.out.contains("bo") && first.out.contains("550 nobody here"), "{}", first.out);
    let taken = moody.taken();
    assert_eq!(taken.len(), 5, "{taken:?}");
    assert!(!taken.iter().any(|to| to.contains("bo@example.com")), "{taken:?}");

    let well = Relay::start(None);
    well.send(&merit).expect(0);
    assert_eq!(well.taken(), ["RCPT TO:<bo@example.com>"], "only what was refused leaves again");
    well.send(&merit).expect(0);
    assert!(well.taken().is_empty(), "a mail that was acknowledged left again");
}

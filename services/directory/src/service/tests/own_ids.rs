//! Ids of our own parts: new people don't get them, and who has one from before keeps it.

use super::*;

#[tokio::test]
async fn no_new_person_has_the_id_of_a_part_of_ours() {
    let (_folder, directory) = directory().await;
    for ours in ["operator", "service", "system"] {
        let outcome = directory.import(&file(vec![row(2, ours, "2026-07-01", [])])).await.unwrap();
        let [problem] = &messages(&outcome)[..] else { panic!("one problem, not {outcome:?}") };
        for words in ["2", "person_id", ours, "another id"] {
            assert!(problem.contains(words), "{problem}");
        }
        let error = directory.create(row(0, ours, "2026-07-01", []), None).await.unwrap_err();
        assert_eq!(error.reason, "BAD_ID", "{error}");
        assert!(error.message.contains(&format!("such as `{ours}-1`")), "{error}");
    }
    assert_eq!(directory.cutoff().await.unwrap(), 0, "nothing is on record");
    let near = file(vec![row(2, "operator-1", "2026-07-01", []), row(3, "Service", "2026-07-01", [])]);
    assert_eq!(counts(&directory.import(&near).await.unwrap()), (2, 0, 0));
}

#[test]
fn who_is_on_record_with_such_an_id_stays() {
    let display_name = "Sam Vice".to_owned();
    let sam = Person { id: id("service"), display_name, email: None, identities: Vec::new(), history: Vec::new() };
    let plan = plan(&[sam], &file(vec![row(2, "service", "2026-07-01", [])]));
    assert_eq!(plan.outcome.problems, []);
}

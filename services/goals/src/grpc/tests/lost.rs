//! A database that goes away in the middle of a call, as the caller feels it.

use std::time::Duration;

use merit_core::Kind;
use merit_platform::identity::Role;
use merit_platform::store::{Place, scratch};
use merit_proto::goals::v1::CreateGoalRequest;
use sqlx::{Connection as _, PgConnection};

use super::Services;
use super::one_goal::{create, goal, named, refused};

/// Ends the server process that waits for a lock which another holds.
async fn end_who_waits_for(holder: i32, watcher: &mut PgConnection) {
    let ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))";
    let found = async {
        while sqlx::query(ended).bind(holder).fetch_optional(&mut *watcher).await.unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), found).await.unwrap();
}

#[tokio::test]
async fn a_call_that_loses_postgres_says_so_and_the_same_request_does_it_once() {
    let server = scratch::server();
    crate::store::postgres::migrate(&server).await.unwrap();
    let watcher = &mut scratch::connection(&server, crate::NAME, Some("*")).await;
    let holder = &mut scratch::connection(&server, crate::NAME, Some("*")).await;
    let services = Services::over(tempfile::tempdir().unwrap(), &Place::Postgres(server)).await;
    let mut client = services.client("operator", Role::RevenueOperations);
    let request = CreateGoalRequest {
        request_id: "6f1c0d1e-4a5b-4c6d-8e9f-001122334455".to_owned(),
        ..create(goal("people/ana"), "anas")
    };
    // The write has its number and its first rows when it comes to this table.
    let holding: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut *holder).await.unwrap();
    let mut hold = holder.begin().await.unwrap();
    sqlx::query("LOCK TABLE targets IN EXCLUSIVE MODE").execute(&mut *hold).await.unwrap();
    let asking = tokio::spawn({
        let (mut client, request) = (client.clone(), request.clone());
        async move { client.create_goal(request).await }
    });
    end_who_waits_for(holding, watcher).await;
    let lost = refused(asking.await.unwrap());
    assert_eq!((lost.kind, lost.reason.as_str()), (Kind::Unavailable, "STORE_UNAVAILABLE"));
    assert!(lost.message.contains("nothing was changed, so try again"), "{lost}");
    hold.rollback().await.unwrap();
    assert_eq!(refused(client.get_goal(named("goals/anas")).await).kind, Kind::NotFound);
    // As the words say: it is done now, and once.
    let [set, again] = [(), ()].map(|()| request.clone());
    let set = client.create_goal(set).await.unwrap().into_inner().goal.unwrap();
    assert_eq!(client.create_goal(again).await.unwrap().into_inner().goal.unwrap(), set);
    assert_eq!((set.name.as_str(), set.version), ("goals/anas", 1));
}

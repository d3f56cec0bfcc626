//! The two operations: what they answer, and what they refuse.

mod wire;

use std::time::Duration;

use bytes::Bytes;
use chrono::{SecondsFormat, TimeDelta, Utc};
use rowmill_testkit::corpus::Kind;
use rowmill_testkit::server::{Ending, Fault, Server, Setup, Trigger};
use serde_json::{Value, json};
use wire::{add, call, link, look, post, send};

const ID: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";

async fn started(setup: Setup) -> Server {
    Server::start(setup).await.expect("loopback has a free port")
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> =
        value.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

const EXPORT_KEYS: [&str; 7] =
    ["EntityType", "ExpiresUtc", "Files", "Filters", "Id", "Scope", "Status"];

#[tokio::test]
async fn an_export_goes_from_pending_to_success() {
    let setup = Setup::new().corpus(Kind::Reservation, 300, 3).polls_before_ready(2);
    let server = started(setup).await;
    let members = json!({
        "EntityType": "Reservation",
        "Scope": { "EnterpriseIds": [ID] },
        "Filters": { "UpdatedUtc": {
            "StartUtc": "2020-11-04T00:00:00Z", "EndUtc": "2020-11-05T00:00:00Z" } },
        "SomethingNew": 1,
    });
    let answer = call(&server, "add", members.clone()).await;
    assert_eq!(answer.status, 200);
    assert!(!answer.header("request-id").is_empty());
    let export = &answer.json()["Export"];
    assert_eq!(keys(export), EXPORT_KEYS);
    assert_eq!(export["Status"], "Pending");
    assert_eq!(export["EntityType"], "Reservation");
    assert_eq!(export["Scope"], json!({ "EnterpriseIds": [ID], "ChainIds": null }));
    assert_eq!(export["Files"], json!([]));
    assert_eq!(export["ExpiresUtc"], Value::Null);
    assert_eq!(export["Filters"], members["Filters"]);

    let id = export["Id"].as_str().expect("an id");
    assert_eq!(look(&server, id).await["Status"], "Pending");
    let running = call(&server, "add", members.clone()).await;
    assert_eq!(running.status, 400);
    assert_eq!(keys(&running.json()), ["Message", "RequestId"]);
    assert_eq!(running.json()["RequestId"], running.header("request-id"));
    assert_eq!(look(&server, id).await["Status"], "Processing");

    let done = look(&server, id).await;
    assert_eq!(keys(&done), EXPORT_KEYS);
    assert_eq!(done["Status"], "Success");
    assert_eq!(done["Filters"], members["Filters"]);
    let expires = done["ExpiresUtc"].as_str().expect("an instant");
    assert!(expires.ends_with('Z') && expires.len() == 20, "{expires}");
    let sizes: Vec<u64> = (0..3).map(|i| link(&server, &done, i).1).collect();
    assert_eq!(sizes, server.sizes("Reservation"));
    assert_eq!(sizes.iter().sum::<u64>(), server.totals("Reservation").expect("totals").bytes);
    let url = done["Files"][1]["Url"].as_str().expect("a link");
    assert!(url.contains(&format!("/files/{id}-2.jsonl?sig=")) && url.contains("&exp="));

    assert_eq!(call(&server, "add", members).await.status, 200, "the first one has ended");
    assert_eq!((server.requests().add, server.requests().get_all), (3, 3));
}

#[tokio::test]
async fn scope_and_filters_are_null_or_whole_when_left_out() {
    let server = started(Setup::new()).await;
    let export = look(&server, &add(&server, "Customer").await).await;
    assert_eq!(export["Scope"]["EnterpriseIds"], Value::Null);
    assert_eq!(export["Scope"]["ChainIds"].as_array().map(Vec::len), Some(1));
    assert_eq!(export["Filters"], Value::Null);
    assert_eq!((&export["Status"], &export["Files"]), (&json!("Success"), &json!([])));
    let export = look(&server, &add(&server, "Bill").await).await;
    assert_eq!(export["Scope"]["EnterpriseIds"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn endings_other_than_success_have_no_files() {
    let setup = Setup::new()
        .corpus(Kind::Bill, 10, 1)
        .ending("Bill", Ending::Failed)
        .ending("Payment", Ending::Expired)
        .corpus(Kind::Payment, 10, 1);
    let server = started(setup).await;
    let failed = look(&server, &add(&server, "Bill").await).await;
    assert_eq!((&failed["Status"], &failed["ExpiresUtc"]), (&json!("Failed"), &Value::Null));
    assert_eq!(failed["Files"], json!([]));
    let expired = look(&server, &add(&server, "Payment").await).await;
    assert_eq!((&expired["Status"], &expired["Files"]), (&json!("Expired"), &json!([])));
    assert!(expired["ExpiresUtc"].is_string());
}

#[tokio::test]
async fn wrong_tokens_and_wrong_requests_are_told_apart() {
    let server = started(Setup::new().tokens("client", "access")).await;
    let body = |client: &str, access: &str| {
        json!({ "ClientToken": client, "AccessToken": access, "Client": "T", "EntityType": "Bill" })
            .to_string()
    };
    assert_eq!(post(&server, "add", &body("client", "access")).await.status, 200);
    for (client, access, status) in
        [("client", "other", 401), ("other", "access", 401), ("", "access", 400)]
    {
        let answer = post(&server, "add", &body(client, access)).await;
        assert_eq!(answer.status, status, "{client} {access}");
        assert_eq!(keys(&answer.json()), ["Message", "RequestId"]);
        assert!(!answer.text().contains("other"));
    }
    for body in [
        "",
        "{",
        "{}",
        "[]",
        r#"{"ClientToken":"client","AccessToken":"access","Client":"T"}"#,
        r#"{"ClientToken":"client","AccessToken":"access","Client":"T","EntityType":"Bill",}"#,
    ] {
        assert_eq!(post(&server, "add", body).await.status, 400, "{body}");
    }
    let odd = json!({ "EntityType": "Nothing" });
    assert_eq!(call(&server, "add", odd).await.status, 400);
    for path in ["/api/connector/v1/exports/add/", "/api/connector/v1/exports/ADD", "/"] {
        assert_eq!(send(&server, "POST", path, &[], "{}").await.status, 404, "{path}");
    }
    let get = send(&server, "GET", "/api/connector/v1/exports/add", &[], "").await;
    assert_eq!(get.status, 404);
}

#[tokio::test]
async fn the_rules_for_windows_and_ids_are_checked() {
    let server = started(Setup::new()).await;
    let now = Utc::now();
    let back = |minutes: i64| {
        (now - TimeDelta::minutes(minutes)).to_rfc3339_opts(SecondsFormat::Secs, true)
    };
    let day = 24 * 60;
    let window = |from: i64, to: i64| {
        let interval = json!({ "StartUtc": back(from), "EndUtc": back(to) });
        json!({ "EntityType": "Bill", "Filters": { "UpdatedUtc": interval } })
    };
    for (from, to, status) in [
        (180 * day + 6, 6, 200),
        (180 * day + 7, 6, 400),
        (60, 3, 400),
        (10, 20, 400),
        (20, 20, 200),
    ] {
        let answer = call(&server, "add", window(from, to)).await;
        assert_eq!(answer.status, status, "{from} to {to}: {}", answer.text());
    }
    for (ids, status) in [(1_000, 200), (1_001, 400), (0, 400)] {
        let ids = vec![ID; ids];
        let scope = json!({ "EntityType": "Bill", "Scope": { "EnterpriseIds": ids } });
        assert_eq!(call(&server, "add", scope).await.status, status);
        let answer = call(&server, "getAll", json!({ "ExportIds": ids })).await;
        assert_eq!(answer.status, status);
        if status == 200 {
            assert_eq!(answer.json(), json!({ "Exports": [] }), "nobody knows these ids");
        }
    }
    let odd = json!({ "ExportIds": ["not an id"] });
    assert_eq!(call(&server, "getAll", odd).await.status, 400);
    let posting = |start: &str, end: &str| {
        let filter = json!({ "Posting": { "Start": start, "End": end } });
        json!({ "EntityType": "LedgerEntry", "Filters": { "LedgerEntryFilters": filter } })
    };
    assert_eq!(call(&server, "add", posting("2024-02-01", "2024-01-31")).await.status, 400);
    let answer = call(&server, "add", posting("2024-01-01", "2024-01-31")).await;
    let filters = &answer.json()["Export"]["Filters"];
    assert_eq!(filters["LedgerEntryFilters"]["Posting"]["End"], "2024-01-31");
    assert_eq!(filters["UpdatedUtc"], Value::Null);
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let server = started(Setup::new().rate_limit(3, Duration::from_secs(30))).await;
    let ask = || call(&server, "getAll", json!({ "ExportIds": [ID] }));
    for _ in 0..3 {
        assert_eq!(ask().await.status, 200);
    }
    let refused = ask().await;
    let wait: u64 = refused.header("retry-after").parse().expect("whole seconds");
    assert!(refused.status == 429 && (1..=30).contains(&wait), "{} {wait}", refused.status);
    assert_eq!(keys(&refused.json()), ["Message", "RequestId"]);
    assert_eq!(server.requests().rate_limited, 1);
}

#[tokio::test]
async fn scripted_faults_hit_the_requests_they_name() {
    let refuse = |status| Fault::Refuse { status, retry_after: Some(Duration::from_millis(1_500)) };
    let setup = Setup::new()
        .fault(Trigger::get_all().after(1).times(2), refuse(503))
        .fault(Trigger::add(), Fault::LoseAnswer)
        .fault(Trigger::add(), Fault::Cut { after: 10 });
    let server = started(setup).await;
    let lost = call(&server, "add", json!({ "EntityType": "Bill" })).await;
    assert_eq!((lost.status, lost.body.len()), (0, 0), "the answer is lost");
    let cut = call(&server, "add", json!({ "EntityType": "Payment" })).await;
    assert_eq!((cut.status, cut.body.len()), (200, 10));
    assert!(cut.promised() > 10);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let answer = call(&server, "getAll", json!({ "ExportIds": [ID] })).await;
        statuses.push(answer.status);
        if answer.status == 503 {
            assert_eq!(answer.header("retry-after"), "2");
        }
    }
    assert_eq!(statuses, [200, 503, 503, 200]);
    let played: Vec<String> = server.played().into_iter().map(|played| played.request).collect();
    assert_eq!(played, ["exports/add", "exports/add", "exports/getAll", "exports/getAll"]);
}

#[tokio::test]
async fn secrets_stay_out_of_debug_output() {
    let setup = Setup::new().tokens("secret-client", "secret-access").corpus(Kind::Bill, 1, 1);
    assert!(!format!("{setup:?}").contains("secret"));
    let server = started(setup).await;
    assert!(!format!("{server:?}").contains("secret"));
}

#[tokio::test]
async fn get_all_may_tell_something_else() {
    let faults = [
        Fault::OtherSizes,
        Fault::FewerFiles,
        Fault::ExpireExport,
        Fault::FailExport,
        Fault::ForgetExport,
        Fault::Garble,
    ];
    let setup = Setup::new().files("Bill", [Bytes::from("{}\n"), Bytes::from("{}\n{}\n")]);
    let setup = faults.iter().fold(setup, |setup, fault| {
        let trigger = Trigger::get_all();
        setup.fault(trigger, fault.clone())
    });
    let server = started(setup).await;
    let id = add(&server, "Bill").await;
    let mut told = Vec::new();
    for _ in 0..=faults.len() {
        let answer = call(&server, "getAll", json!({ "ExportIds": [id] })).await;
        assert_eq!(answer.status, 200);
        let Ok(answer) = serde_json::from_slice::<Value>(&answer.body) else {
            told.push("no JSON".to_owned());
            continue;
        };
        let Some(export) = answer["Exports"].as_array().and_then(|exports| exports.first()) else {
            told.push("none".to_owned());
            continue;
        };
        let files = export["Files"].as_array().expect("files");
        let sizes: Vec<String> = files.iter().map(|file| file["SizeInBytes"].to_string()).collect();
        told.push(format!("{} {}", export["Status"].as_str().expect("text"), sizes.join(",")));
    }
    let expected = ["Success 4,7", "Success 3", "Expired ", "Failed ", "none", "no JSON"];
    assert_eq!(told[..6], expected);
    assert_eq!(told[6], "Success 3,6", "the truth, when all faults are played");
}

#[tokio::test]
async fn a_seed_draws_the_same_faults_again_and_others_draw_them_all() {
    let drawn = |seed| {
        let setup = Setup::new().random_faults(seed, 6);
        setup.faults().map(|(_, fault)| format!("{fault:?}")).collect::<Vec<_>>()
    };
    assert_eq!(drawn(7).len(), 6);
    assert_eq!(drawn(7), drawn(7));
    let kinds: std::collections::HashSet<String> = (0..200)
        .flat_map(drawn)
        .map(|fault| fault.split([' ', '(']).next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(kinds.len(), 24, "{kinds:?}");
}

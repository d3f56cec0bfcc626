//! The two calls of the API: what is sent and what is understood.

use std::time::{Duration, Instant};

use crate::fake_mews::{
    ACCESS_TOKEN, CLIENT_TOKEN, ID, Reply, Server, bounded, builder, client, export,
};
use rowmill_mews::chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rowmill_mews::{Client, Credentials, Entity, ErrorKind, Platform, Proxy, Status};
use serde_json::{Value, json};

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn added() -> Reply {
    Reply::json(&json!({ "Export": export("Pending", &[]) }))
}

fn found(exports: &[Value]) -> Reply {
    Reply::json(&json!({ "Exports": exports }))
}

#[tokio::test]
async fn add_sends_exactly_what_is_documented() {
    bounded(async {
        let server = Server::start(|_| added()).await;
        let client = client(&server.url);
        client.export(Entity::Reservation).send().await.unwrap();
        client
            .export(Entity::Reservation)
            .enterprises(["3fa85f64-5717-4562-b3fc-2c963f66afa6"])
            .updated(instant("2020-11-04T00:00:00Z")..instant("2020-11-05T00:00:00Z"))
            .send()
            .await
            .unwrap();
        client
            .export(Entity::LedgerEntry)
            .posting(day("2024-03-01")..day("2024-04-01"))
            .send()
            .await
            .unwrap();
        client.export("Voucher".into()).chains(["c1", "c2"]).send().await.unwrap();

        let requests = server.requests();
        let common = format!(
            r#""ClientToken":"{CLIENT_TOKEN}","AccessToken":"{ACCESS_TOKEN}","Client":"Sample Client 1.0.0""#
        );
        let bodies = [
            format!(r#"{{{common},"EntityType":"Reservation"}}"#),
            format!(
                r#"{{{common},"EntityType":"Reservation","Scope":{{"EnterpriseIds":["3fa85f64-5717-4562-b3fc-2c963f66afa6"]}},"Filters":{{"UpdatedUtc":{{"StartUtc":"2020-11-04T00:00:00Z","EndUtc":"2020-11-05T00:00:00Z"}}}}}}"#
            ),
            format!(
                r#"{{{common},"EntityType":"LedgerEntry","Filters":{{"LedgerEntryFilters":{{"Posting":{{"Start":"2024-03-01","End":"2024-03-31"}}}}}}}}"#
            ),
            format!(r#"{{{common},"EntityType":"Voucher","Scope":{{"ChainIds":["c1","c2"]}}}}"#),
        ];
        assert_eq!(requests.len(), bodies.len());
        for (request, body) in requests.iter().zip(bodies) {
            assert_eq!(request.method, "POST");
            assert_eq!(request.target, "/api/connector/v1/exports/add");
            assert_eq!(request.header("content-type"), Some("application/json"));
            assert_eq!(String::from_utf8_lossy(&request.body), body);
        }
    })
    .await;
}

#[tokio::test]
async fn get_all_sends_exactly_what_is_documented_and_splits_above_a_thousand() {
    bounded(async {
        let server = Server::start(|request| {
            let body = request.json();
            let ids = body["ExportIds"].as_array().unwrap();
            let named = |id: &Value| {
                let mut export = export("Processing", &[]);
                export["Id"] = id.clone();
                export
            };
            found(&ids.iter().map(named).collect::<Vec<_>>())
        })
        .await;
        let client = client(&server.url);
        client.get_all(&["a", "b"]).await.unwrap();
        let request = &server.requests()[0];
        assert_eq!(request.target, "/api/connector/v1/exports/getAll");
        let body = format!(
            r#"{{"ClientToken":"{CLIENT_TOKEN}","AccessToken":"{ACCESS_TOKEN}","Client":"Sample Client 1.0.0","ExportIds":["a","b"]}}"#
        );
        assert_eq!(String::from_utf8_lossy(&request.body), body);

        let ids: Vec<String> = (0..2500).map(|id| id.to_string()).collect();
        let exports = client.get_all(&ids).await.unwrap();
        assert!(exports.iter().map(|export| &export.id).eq(&ids));
        let sent: Vec<usize> = server.requests()[1..]
            .iter()
            .map(|request| request.json()["ExportIds"].as_array().unwrap().len())
            .collect();
        assert_eq!(sent, [1000, 1000, 500]);

        assert!(client.get_all(&[] as &[&str]).await.unwrap().is_empty());
        assert!(client.get_all(&["a", " "]).await.is_err());
        assert_eq!(server.requests().len(), 4);
    })
    .await;
}

#[tokio::test]
async fn the_path_of_a_platform_is_kept() {
    bounded(async {
        let server = Server::start(|_| found(&[])).await;
        let url = format!("{}/proxy", server.url);
        client(&url).get_all(&["a"]).await.unwrap();
        assert_eq!(server.requests()[0].target, "/proxy/api/connector/v1/exports/getAll");
    })
    .await;
}

#[tokio::test]
async fn whatever_is_new_in_an_answer_is_tolerated() {
    bounded(async {
        let answer = json!({
            "Cursor": "new",
            "Exports": [
                {
                    "Id": "full", "Status": "Success", "EntityType": "OrderItem",
                    "Scope": { "EnterpriseIds": ["e1", "e2"], "ChainIds": null, "New": {} },
                    "Files": [
                        { "Url": "https://example.com/1?sig=x", "SizeInBytes": 1_215_279, "Hash": "" },
                        { "Url": "https://example.com/2?sig=x", "SizeInBytes": 9_007_199_254_740_993_u64 },
                    ],
                    "ExpiresUtc": "2023-10-26T11:42:28Z",
                    "Filters": {
                        "UpdatedUtc": { "StartUtc": "2020-11-04T00:00:00.1234567Z", "EndUtc": null },
                        "LedgerEntryFilters": null
                    },
                    "New": [1, { "x": null }]
                },
                { "Id": "bare", "Status": "Paused", "EntityType": "Voucher", "ExpiresUtc": 1698320548 },
                {
                    "Id": "null", "Status": "Expired", "EntityType": "LedgerEntry", "Scope": null,
                    "Files": null, "ExpiresUtc": "soon",
                    "Filters": {
                        "UpdatedUtc": null,
                        "LedgerEntryFilters": { "Posting": { "Start": "2024-03-01", "End": "2024-03-31" } }
                    }
                },
            ]
        });
        let server = Server::start(move |_| Reply::json(&answer)).await;
        let exports = client(&server.url).get_all(&["x"]).await.unwrap();

        let full = &exports[0];
        assert_eq!((&full.status, &full.entity_type), (&Status::Success, &Entity::OrderItem));
        assert_eq!(full.scope.enterprise_ids, ["e1", "e2"]);
        assert!(full.scope.chain_ids.is_empty());
        assert_eq!(full.files[1].size_in_bytes, 9_007_199_254_740_993);
        assert_eq!(full.expires, Some(instant("2023-10-26T11:42:28Z")));
        let updated = full.filters.updated.unwrap();
        assert_eq!(updated.start_utc, Some(instant("2020-11-04T00:00:00.1234567Z")));
        assert_eq!(updated.end_utc, None);

        let bare = &exports[1];
        assert_eq!((&bare.status, bare.expires), (&Status::Other("Paused".into()), None));
        assert_eq!(bare.entity_type, Entity::Other("Voucher".into()));
        assert!(bare.files.is_empty() && bare.scope.enterprise_ids.is_empty());

        let null = &exports[2];
        assert_eq!((&null.status, null.expires), (&Status::Expired, None));
        let posting = null.filters.ledger_entry.unwrap().posting.unwrap();
        assert_eq!(posting.end, Some(day("2024-03-31")));
    })
    .await;
}

#[tokio::test]
async fn a_broken_rule_sends_nothing() {
    bounded(async {
        let server = Server::start(|_| added()).await;
        let client = client(&server.url);
        let many = || std::iter::repeat_n("id", 1001);
        let now = Utc::now();
        let (hour, day) = (Duration::from_secs(3600), Duration::from_secs(24 * 3600));
        let march = self::day("2024-03-01")..self::day("2024-04-01");
        let requests = [
            client.export(Entity::Bill).enterprises(many()),
            client.export(Entity::Customer).chains(many()),
            client.export(Entity::Bill).enterprises([] as [&str; 0]),
            client.export(Entity::Bill).updated(now - hour..now),
            client.export(Entity::Bill).updated(now - hour..now - hour),
            client.export(Entity::Bill).updated(now - 182 * day..now - day),
            client.export(Entity::Bill).posting(march),
            client.export(Entity::from("orderitem")),
        ];
        for request in requests {
            let error = request.clone().send().await.unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::InvalidRequest, "{request:?}");
            assert!(!error.is_retryable());
        }
        assert!(server.requests().is_empty());
        // What only seems wrong is sent.
        client.export(Entity::Customer).enterprises(["e"]).send().await.unwrap();
        client.export(Entity::Bill).updated(now - 180 * day..now - day).send().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_id_of_a_new_export_is_kept_whatever_else_is_strange() {
    bounded(async {
        let strange = json!({ "Export": { "Id": ID, "Status": null, "Files": "?" } });
        let server = Server::start(move |_| Reply::json(&strange)).await;
        let pending = client(&server.url).export(Entity::Bill).send().await.unwrap();
        assert_eq!((pending.id(), pending.status()), (ID, None));

        let created = json!({ "Export": export("Pending", &[]) }).to_string();
        let server = Server::start(move |_| Reply::status(201).body(created.clone())).await;
        let pending = client(&server.url).export(Entity::Bill).send().await.unwrap();
        assert_eq!((pending.id(), pending.status()), (ID, Some(&Status::Pending)));
    })
    .await;
}

#[tokio::test]
async fn clones_share_the_rate() {
    bounded(async {
        let server = Server::start(|_| found(&[])).await;
        let window = Duration::from_millis(200);
        let client = builder(&server.url).rate(3, window).build().unwrap();
        let started = Instant::now();
        let calls = (0..9).map(|_| {
            let client = client.clone();
            async move { client.get_all(&[ID]).await }
        });
        futures::future::try_join_all(calls).await.unwrap();
        assert!(started.elapsed() >= 2 * window);
        assert_eq!(server.requests().len(), 9);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_client_is_told_at_once_or_by_the_first_call() {
    let credentials = || Credentials::new("a", "b", "c");
    let plain = Platform::Custom("http://127.0.0.1:1".into());
    let error = Client::builder(plain.clone(), credentials()).build().unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::InvalidRequest);
    let late = Client::new(plain, credentials()).get_all(&[ID]).await.unwrap_err();
    assert_eq!(late.to_string(), error.to_string());

    for blank in [
        Credentials::new(" ", "b", "c"),
        Credentials::new("a", "", "c"),
        Credentials::new("a", "b", ""),
    ] {
        let error = Client::builder(Platform::Demo, blank).build().unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Credentials);
    }
}

#[tokio::test]
async fn a_proxy_is_used_only_when_it_is_asked_for() {
    bounded(async {
        let proxy = Server::start(|_| found(&[])).await;
        let url = "http://127.0.0.1:9/";
        let through = |proxy| builder(url).proxy(proxy).build();
        let address = proxy.url.replace("http://", "http://user:PROXY-PASSWORD@");
        let client = through(Proxy::Url(address)).unwrap();
        client.get_all(&[ID]).await.unwrap();
        let request = &proxy.requests()[0];
        assert_eq!(request.target, "http://127.0.0.1:9/api/connector/v1/exports/getAll");
        assert!(request.header("proxy-authorization").is_some());
        assert!(!format!("{client:?}").contains("PROXY-PASSWORD"));

        for wrong in ["", "proxy.example:3128", "ftp://PROXY-PASSWORD@proxy.example"] {
            let error = through(Proxy::Url(wrong.into())).unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::InvalidRequest, "{wrong}");
            assert!(!format!("{error} {error:?}").contains("PROXY-PASSWORD"));
        }
    })
    .await;
}

#[tokio::test]
async fn the_clock_of_the_server_is_known_from_its_answers() {
    bounded(async {
        let an_hour_ago = Utc::now() - TimeDelta::hours(1);
        let date = an_hour_ago.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let server = Server::start(move |_| found(&[]).header("Date", &date)).await;
        let client = client(&server.url);
        assert_eq!(client.clock_offset(), None);
        client.get_all(&["a"]).await.unwrap();
        // As long as a test may take.
        let offset = client.clone().clock_offset().expect("known").num_seconds();
        assert!((-3_670..=-3_599).contains(&offset), "{offset}");
    })
    .await;
}

//! Links: renewed when they are old or refused, once for all files, and never followed anywhere.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::fake_mews::{
    Asked, Host, ID, Reply, Server, bounded, builder, client, collect, content, exports,
};
use rowmill_mews::ErrorKind;
use serde_json::json;

const TAG: &str = "\"v1\"";

fn status(error: Option<&rowmill_mews::Error>) -> Option<u16> {
    match error?.kind() {
        ErrorKind::Refused { status, .. } | ErrorKind::Server { status } => Some(*status),
        _ => None,
    }
}

#[tokio::test]
async fn an_expired_link_is_renewed_once_for_all_files() {
    bounded(async {
        let files: Vec<Vec<u8>> = (0..40).map(|file| content(file, 5_000)).collect();
        let served = files.clone();
        let host = Host::start(&[5_000; 40], move |asked| {
            if asked.generation == 1 {
                let status = [401, 403, 404, 410][asked.file % 4];
                return Reply::status(status).body("<Error>AccessDenied</Error>");
            }
            asked.answer(&served[asked.file], TAG)
        })
        .await;
        let export = host.ready().await;
        let all = futures::future::join_all((0..40).map(|file| collect(&export, file))).await;
        for (file, (bytes, end)) in all.into_iter().enumerate() {
            assert!(end.is_none(), "{end:?}");
            assert!(bytes == files[file]);
        }
        assert_eq!(host.renewals(), 1);
    })
    .await;
}

#[tokio::test]
async fn old_links_are_renewed_before_they_are_used() {
    bounded(async {
        let host = Host::with(
            &[3, 3],
            |builder| builder.link_age(Duration::from_millis(150)),
            |asked| {
                assert_eq!(asked.generation, if asked.file == 0 { 1 } else { 2 });
                asked.answer(b"abc", TAG)
            },
        )
        .await;
        let export = host.ready().await;
        assert!(collect(&export, 0).await.1.is_none());
        tokio::time::sleep(Duration::from_millis(160)).await;
        assert!(collect(&export, 1).await.1.is_none());
        assert_eq!(host.renewals(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_link_that_expires_in_the_middle_is_renewed_and_the_file_resumed() {
    bounded(async {
        let body = content(16, 60_000);
        let served = body.clone();
        let host = Host::start(&[60_000], move |asked| match (asked.generation, asked.time) {
            (1, 0) => asked.answer(&served, TAG).cut(20_000),
            (2, _) => Reply::status(403),
            (3, _) => asked.answer(&served, TAG),
            _ => Reply::status(500),
        })
        .await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(end.is_none() && bytes == body, "{end:?}");
        assert_eq!(host.renewals(), 2);
        assert_eq!(host.asked(0)[2].header("range"), Some("bytes=20000-"));
    })
    .await;
}

/// A cut does not prove that the link is dead.
#[tokio::test]
async fn a_cut_body_is_resumed_by_the_link_there_is_while_the_api_is_down() {
    bounded(async {
        for (status, survived) in [(503, true), (401, false)] {
            let body = content(20, 10_000);
            let served = body.clone();
            let (polls, times) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let server = Server::start(move |request| {
                let host = request.header("host").unwrap();
                let url = format!("http://{host}/f?sig=x");
                if request.target.ends_with("/exports/getAll") {
                    return match polls.fetch_add(1, Ordering::SeqCst) {
                        0 => exports("Success", &[json!({ "Url": url, "SizeInBytes": 10_000 })]),
                        _ => Reply::status(status),
                    };
                }
                let time = times.fetch_add(1, Ordering::SeqCst);
                let asked = Asked { file: 0, time, generation: 1, request: request.clone() };
                let answer = asked.answer(&served, TAG);
                if time == 0 { answer.cut(4_000) } else { answer }
            })
            .await;
            let client = builder(&server.url).attempts(2).build().unwrap();
            let ready = client.adopt(ID).ready().await.unwrap();
            let (bytes, end) = collect(&ready, 0).await;
            assert_eq!(end.is_none(), survived, "{end:?}");
            assert_eq!(bytes == body, survived);
            assert_eq!(server.calls("/f"), if survived { 2 } else { 1 });
        }
    })
    .await;
}

#[tokio::test]
async fn a_link_that_is_always_refused_ends() {
    bounded(async {
        let host = Host::start(&[10], |_| Reply::status(403)).await;
        let (_, end) = collect(&host.ready().await, 0).await;
        assert_eq!(status(end.as_ref()), Some(403));
        assert_eq!(host.asked(0).len(), 6);
        assert_eq!(host.renewals(), 5);
    })
    .await;
}

#[tokio::test]
async fn a_renewal_with_other_files_is_an_error() {
    bounded(async {
        for changed in [vec![10, 11], vec![10], vec![10, 10, 10]] {
            let host = Host::start(&[10, 10], |_| Reply::status(403)).await;
            let export = host.ready().await;
            *host.sizes.lock().unwrap() = changed;
            let (_, end) = collect(&export, 0).await;
            assert_eq!(end.unwrap().kind(), &ErrorKind::Changed);
            assert_eq!(host.renewals(), 1);
        }
    })
    .await;
}

/// A server whose files have these paths at first and those later. The links of later ones alone work.
async fn renamed(first: &'static [&'static str], later: &'static [&'static str]) -> Server {
    let polls = AtomicUsize::new(0);
    Server::start(move |request| {
        let host = request.header("host").unwrap();
        let list = |paths: &[&str], signature: &str| -> Vec<_> {
            let url = |path: &&str| format!("http://{host}{path}{signature}");
            paths.iter().map(|path| json!({ "Url": url(path), "SizeInBytes": 6 })).collect()
        };
        if request.target.ends_with("/exports/getAll") {
            return match polls.fetch_add(1, Ordering::SeqCst) {
                0 => exports("Success", &list(first, "sig=1")),
                _ => exports("Success", &list(later, "sig=2")),
            };
        }
        match request.target.split_once("sig=") {
            Some((path, "2")) => Reply::status(200).body(&path[..6]),
            _ => Reply::status(403),
        }
    })
    .await
}

#[tokio::test]
async fn files_of_one_size_in_another_order_are_known_by_their_paths() {
    bounded(async {
        let server =
            renamed(&["/f/aa?", "/f/bb?", "/f/cc?"], &["/f/cc?", "/f/aa?", "/f/bb?"]).await;
        let ready = client(&server.url).adopt(ID).ready().await.unwrap();
        for (file, bytes) in [b"/f/aa?", b"/f/bb?", b"/f/cc?"].into_iter().enumerate() {
            let (read, end) = collect(&ready, file).await;
            assert!(end.is_none() && read == bytes, "{end:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn files_with_one_path_or_with_new_ones_are_matched_by_position() {
    bounded(async {
        for (first, later) in [
            (&["/f?n=1&", "/f?n=2&"], &["/f?n=1&", "/f?n=2&"]),
            (&["/f/aa?", "/f/bb?"], &["/f/cc?", "/f/dd?"]),
        ] {
            let server = renamed(first, later).await;
            let ready = client(&server.url).adopt(ID).ready().await.unwrap();
            for (file, path) in later.iter().enumerate() {
                let (read, end) = collect(&ready, file).await;
                assert!(end.is_none() && read == path.as_bytes()[..6], "{end:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_list_in_which_a_file_has_become_another_is_an_error() {
    bounded(async {
        for later in [&["/f/aa?", "/f/cc?"], &["/f/aa?", "/f/aa?n&"]] {
            let server = renamed(&["/f/aa?", "/f/bb?"], later).await;
            let ready = client(&server.url).adopt(ID).ready().await.unwrap();
            let (read, end) = collect(&ready, 1).await;
            assert_eq!(end.unwrap().kind(), &ErrorKind::Changed);
            assert_eq!(read, b"");
        }
    })
    .await;
}

#[tokio::test]
async fn redirects_are_followed_three_times_and_not_to_unsafe_places() {
    bounded(async {
        let host = Host::start(&[3; 4], |asked| {
            let here = asked.request.header("host").unwrap();
            let query = asked.request.target.split_once('?').map(|(_, query)| query);
            let go = |to: &str| Reply::status(307).header("Location", to);
            match asked.file {
                // Three hops within this host, then the file.
                0 if asked.time < 3 => go("/0/1"),
                // One too many.
                1 => go(&format!("http://{here}/1/1")),
                2 => go("http://169.254.169.254/latest/meta-data"),
                3 => go("https://10.0.0.1/?token"),
                _ => {
                    assert_eq!(query, None);
                    asked.answer(b"abc", TAG)
                }
            }
        })
        .await;
        let export = host.ready().await;
        let (bytes, end) = collect(&export, 0).await;
        assert!(end.is_none() && bytes == b"abc", "{end:?}");
        let (_, end) = collect(&export, 1).await;
        assert_eq!(end.unwrap().kind(), &ErrorKind::Protocol);
        assert_eq!(host.asked(1).len(), 4);
        for file in [2, 3] {
            let (_, end) = collect(&export, file).await;
            let error = end.unwrap();
            assert_eq!(error.kind(), &ErrorKind::UnsafeLink);
            assert!(!error.is_retryable());
        }
    })
    .await;
}

#[tokio::test]
async fn an_export_that_expires_under_its_links_ends_the_download() {
    bounded(async {
        for (status, kind) in [
            ("Expired", ErrorKind::Expired),
            ("Failed", ErrorKind::Failed),
            ("Processing", ErrorKind::Changed),
        ] {
            let polls = AtomicUsize::new(0);
            let server = Server::start(move |request| {
                let host = request.header("host").unwrap();
                let file = json!({ "Url": format!("http://{host}/f?sig=x"), "SizeInBytes": 3 });
                if !request.target.ends_with("/exports/getAll") {
                    return Reply::status(403);
                }
                match polls.fetch_add(1, Ordering::SeqCst) {
                    0 => exports("Success", &[file]),
                    _ => exports(status, &[]),
                }
            })
            .await;
            let ready = client(&server.url).adopt(ID).ready().await.unwrap();
            let (_, end) = collect(&ready, 0).await;
            let error = end.unwrap();
            assert_eq!(error.kind(), &kind);
            assert!(error.to_string().starts_with("file 1 of export"), "{error}");
        }
    })
    .await;
}

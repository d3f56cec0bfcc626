//! Downloads: the right bytes in order, or an error, whatever the file host does.

use std::time::Duration;

use crate::fake_mews::{Host, Reply, bounded, collect, content};
use futures::StreamExt;
use rowmill_mews::ErrorKind;

const TAG: &str = "\"v1\"";

#[tokio::test]
async fn a_file_arrives_whole() {
    bounded(async {
        let body = content(1, 3_000_000);
        let served = body.clone();
        let host = Host::start(&[body.len()], move |asked| asked.answer(&served, TAG)).await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(end.is_none(), "{end:?}");
        assert!(bytes == body);
        let asked = host.asked(0);
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].header("accept-encoding"), Some("identity"));
        assert_eq!(asked[0].header("range"), None);
        assert_eq!(host.renewals(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_body_without_a_length_arrives_whole() {
    bounded(async {
        let body = content(2, 100_000);
        let served = body.clone();
        let host =
            Host::start(&[body.len()], move |asked| asked.answer(&served, TAG).without_length())
                .await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(end.is_none() && bytes == body, "{end:?}");
    })
    .await;
}

#[tokio::test]
async fn an_empty_file_is_asked_for_and_gives_nothing() {
    bounded(async {
        let host = Host::start(&[0, 0], |asked| {
            if asked.file == 0 { asked.answer(b"", TAG) } else { Reply::status(204) }
        })
        .await;
        let export = host.ready().await;
        for file in 0..2 {
            let (bytes, end) = collect(&export, file).await;
            assert!(end.is_none() && bytes.is_empty(), "{end:?}");
            assert_eq!(host.asked(file).len(), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn an_empty_file_with_bytes_is_an_error() {
    bounded(async {
        let host = Host::start(&[0], |_| Reply::status(200).body("x").without_length()).await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(bytes.is_empty());
        assert_eq!(end.unwrap().kind(), &ErrorKind::Changed);
    })
    .await;
}

#[tokio::test]
async fn a_cut_body_is_resumed_where_it_was_cut() {
    bounded(async {
        let body = content(3, 500_000);
        let served = body.clone();
        let host = Host::start(&[body.len()], move |asked| match asked.time {
            0 => asked.answer(&served, TAG).cut(123_456),
            _ => asked.answer(&served, TAG),
        })
        .await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(end.is_none(), "{end:?}");
        assert!(bytes == body);
        let asked = host.asked(0);
        assert_eq!(asked.len(), 2);
        assert_eq!(asked[1].header("range"), Some("bytes=123456-"));
        assert_eq!(asked[1].header("if-range"), Some(TAG));
        // The end of the link's life might have cut it.
        assert_eq!(host.renewals(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_body_cut_again_and_again_arrives_as_long_as_it_gets_on() {
    bounded(async {
        let body = content(4, 400_000);
        let served = body.clone();
        let host =
            Host::start(&[body.len()], move |asked| asked.answer(&served, TAG).cut(8_000)).await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(end.is_none(), "{end:?}");
        assert!(bytes == body);
        assert_eq!(host.asked(0).len(), 50);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_never_gets_on_is_given_up() {
    bounded(async {
        let body = content(5, 400_000);
        let served = body.clone();
        let host = Host::start(&[body.len()], move |asked| {
            asked.answer(&served, TAG).cut(if asked.time == 0 { 1000 } else { 0 })
        })
        .await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(bytes == body[..1000]);
        let error = end.unwrap();
        assert!(error.is_retryable());
        assert_eq!(error.attempts(), 6);
        assert_eq!(host.asked(0).len(), 6);
        let text = error.to_string();
        assert!(text.starts_with("file 1 of export 09708665"), "{text}");
        assert!(text.contains("after 6 attempts in "), "{text}");
    })
    .await;
}

#[tokio::test]
async fn a_whole_answer_to_a_resume_is_compared_and_its_beginning_dropped() {
    bounded(async {
        let body = content(6, 300_000);
        let served = body.clone();
        let host = Host::start(&[body.len()], move |asked| {
            let whole = Reply::status(200).header("ETag", TAG).body(served.clone());
            if asked.time == 0 { whole.cut(100_001) } else { whole }
        })
        .await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(end.is_none() && bytes == body, "{end:?}");
        assert_eq!(host.asked(0)[1].header("range"), Some("bytes=100001-"));
    })
    .await;
}

#[tokio::test]
async fn without_a_strong_tag_no_range_is_asked_for() {
    bounded(async {
        for tag in [None, Some("W/\"v1\"")] {
            let body = content(7, 200_000);
            let served = body.clone();
            let host = Host::start(&[body.len()], move |asked| {
                let mut reply = Reply::status(200).body(served.clone());
                if let Some(tag) = tag {
                    reply = reply.header("ETag", tag);
                }
                if asked.time < 2 { reply.cut(50_000 * (asked.time + 1)) } else { reply }
            })
            .await;
            let (bytes, end) = collect(&host.ready().await, 0).await;
            assert!(end.is_none() && bytes == body, "{end:?}");
            let asked = host.asked(0);
            assert_eq!(asked.len(), 3);
            assert!(asked.iter().all(|request| request.header("range").is_none()));
        }
    })
    .await;
}

#[tokio::test]
async fn another_version_is_never_spliced() {
    bounded(async {
        let (first, second) = (content(8, 100_000), content(9, 100_000));
        let served = first.clone();
        let host = Host::start(&[100_000], move |asked| match asked.time {
            0 => asked.answer(&served, TAG).cut(40_000),
            _ => asked.answer(&second, "\"v2\""),
        })
        .await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(bytes == first[..40_000]);
        let error = end.unwrap();
        assert_eq!(error.kind(), &ErrorKind::Changed);
        assert!(error.is_retryable());
        assert_eq!(host.asked(0).len(), 2);
    })
    .await;
}

#[tokio::test]
async fn another_version_with_the_same_beginning_goes_on_from_one_body() {
    bounded(async {
        let (first, mut second) = (content(10, 100_000), content(11, 100_000));
        second[..40_000].copy_from_slice(&first[..40_000]);
        let served = second.clone();
        let host = Host::start(&[100_000], move |asked| match asked.time {
            0 => asked.answer(&first, TAG).cut(40_000),
            1 => asked.answer(&served, "\"v2\"").cut(60_000),
            _ => asked.answer(&served, "\"v2\""),
        })
        .await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(end.is_none() && bytes == second, "{end:?}");
        assert_eq!(host.asked(0)[2].header("if-range"), Some("\"v2\""));
    })
    .await;
}

#[tokio::test]
async fn a_part_that_does_not_fit_is_refused_and_the_file_read_again() {
    bounded(async {
        for wrong in [
            ("bytes 30000-99999/100000", "\"v2\""),
            ("bytes 29999-99999/100000", TAG),
            ("bytes 30000-99999/100001", TAG),
            ("bytes 30000-99999/*", TAG),
        ] {
            let body = content(12, 100_000);
            let served = body.clone();
            let host = Host::start(&[100_000], move |asked| match asked.time {
                0 => asked.answer(&served, TAG).cut(30_000),
                1 => Reply::status(206)
                    .header("Content-Range", wrong.0)
                    .header("ETag", wrong.1)
                    .body(vec![b'!'; 70_000]),
                _ => asked.answer(&served, TAG),
            })
            .await;
            let (bytes, end) = collect(&host.ready().await, 0).await;
            assert!(end.is_none() && bytes == body, "{wrong:?} {end:?}");
            assert_eq!(host.asked(0)[2].header("range"), None);
        }
    })
    .await;
}

#[tokio::test]
async fn a_short_part_is_followed_by_another() {
    bounded(async {
        let body = content(13, 10_000);
        let served = body.clone();
        let host = Host::start(&[10_000], move |asked| match asked.offset() {
            None => asked.answer(&served, TAG).cut(1_000),
            Some(offset) => {
                let last = (offset + 2_999).min(9_999);
                Reply::status(206)
                    .header("ETag", TAG)
                    .header("Content-Range", &format!("bytes {offset}-{last}/10000"))
                    .body(&served[offset..=last])
            }
        })
        .await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(end.is_none() && bytes == body, "{end:?}");
        assert_eq!(host.asked(0).len(), 4);
    })
    .await;
}

#[tokio::test]
async fn a_file_shorter_than_promised_is_incomplete() {
    bounded(async {
        let body = content(14, 9_000);
        for announced in [true, false] {
            let served = body.clone();
            let host = Host::start(&[10_000], move |asked| {
                let reply = asked.answer(&served, TAG);
                if announced { reply } else { reply.without_length() }
            })
            .await;
            let (bytes, end) = collect(&host.ready().await, 0).await;
            // An announced length is known to be wrong before anything is handed on.
            assert_eq!(bytes.len(), if announced { 0 } else { 9_000 });
            assert_eq!(end.unwrap().kind(), &ErrorKind::Incomplete);
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_longer_than_promised_has_changed() {
    bounded(async {
        let body = content(15, 11_000);
        for announced in [true, false] {
            let served = body.clone();
            let host = Host::start(&[10_000], move |asked| {
                let reply = asked.answer(&served, TAG);
                if announced { reply } else { reply.without_length() }
            })
            .await;
            let (bytes, end) = collect(&host.ready().await, 0).await;
            assert!(bytes.len() <= 10_000);
            assert_eq!(end.unwrap().kind(), &ErrorKind::Changed);
        }
    })
    .await;
}

#[tokio::test]
async fn a_busy_host_is_asked_again() {
    bounded(async {
        let host = Host::start(&[3], |asked| match asked.time {
            0 => Reply::status(503),
            1 => Reply::status(429).header("Retry-After", "0"),
            2 => Reply::status(408),
            3 => Reply::lost(),
            _ => asked.answer(b"abc", TAG),
        })
        .await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(end.is_none() && bytes == b"abc", "{end:?}");
        assert_eq!(host.asked(0).len(), 5);
    })
    .await;
}

#[tokio::test]
async fn a_huge_retry_after_ends_at_once() {
    bounded(async {
        let host = Host::start(&[3], |_| Reply::status(429).header("Retry-After", "864000")).await;
        let (_, end) = collect(&host.ready().await, 0).await;
        let error = end.unwrap();
        assert_eq!((error.kind(), error.attempts()), (&ErrorKind::RateLimited, 1));
        assert_eq!(host.asked(0).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_encoded_body_is_an_error() {
    bounded(async {
        let host =
            Host::start(&[3], |asked| asked.answer(b"abc", TAG).header("Content-Encoding", "gzip"))
                .await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(bytes.is_empty());
        assert_eq!(end.unwrap().kind(), &ErrorKind::Protocol);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_the_export_does_not_have_is_an_error() {
    bounded(async {
        let host = Host::start(&[3], |asked| asked.answer(b"abc", TAG)).await;
        let (_, end) = collect(&host.ready().await, 1).await;
        assert_eq!(end.unwrap().kind(), &ErrorKind::InvalidRequest);
    })
    .await;
}

#[tokio::test]
async fn no_more_is_read_ahead_than_was_asked_for() {
    bounded(async {
        // Far more than the sockets between server and client can hold.
        let body = content(18, 40_000_000);
        let served = body.clone();
        let host = Host::with(
            &[body.len()],
            |builder| builder.read_ahead(100_000).idle_timeout(Duration::from_millis(200)),
            move |asked| asked.answer(&served, TAG),
        )
        .await;
        let mut file = host.ready().await.download(0);
        let first = file.next().await.unwrap().unwrap();
        // A consumer that is busy for longer than the idle timeout is not a stalled host.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut bytes = first.to_vec();
        while let Some(chunk) = file.next().await {
            bytes.extend_from_slice(&chunk.unwrap());
        }
        assert!(bytes == body);
        assert_eq!(host.asked(0).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_dropped_download_stops_and_closes_its_connection() {
    bounded(async {
        let body = content(19, 40_000_000);
        let host = Host::with(
            &[body.len()],
            |builder| builder.read_ahead(100_000),
            move |asked| asked.answer(&body, TAG),
        )
        .await;
        let export = host.ready().await;
        for _ in 0..20 {
            let mut file = export.download(0);
            file.next().await.unwrap().unwrap();
            drop(file);
        }
        // A host that could not send the rest is left alone: no resume, no open connection.
        while host.server.open() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(host.asked(0).len(), 20);
    })
    .await;
}

#[test]
fn outside_a_runtime_a_download_is_an_error_and_no_panic() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (host, mut file) = runtime.block_on(async {
        let host = Host::start(&[3], |asked| asked.answer(b"abc", TAG)).await;
        let file = host.ready().await.download(0);
        (host, file)
    });
    let first = futures::executor::block_on(file.next());
    assert_eq!(first.unwrap().unwrap_err().kind(), &ErrorKind::InvalidRequest);
    drop(host);
}

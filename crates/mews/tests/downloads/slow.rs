//! Files that come slowly, not at all for a while, or byte by byte.

use std::time::Duration;

use futures::StreamExt;
use rowmill_mews::{ErrorKind, Reason};

use crate::fake_mews::{Asked, Host, bounded, collect, content};

const TAG: &str = "\"v1\"";

#[tokio::test]
async fn a_stalled_body_is_resumed() {
    bounded(async {
        let body = content(17, 50_000);
        let served = body.clone();
        let host = Host::with(
            &[50_000],
            |builder| builder.idle_timeout(Duration::from_millis(100)),
            move |asked| match asked.time {
                0 => asked.answer(&served, TAG).stall(7_000),
                _ => asked.answer(&served, TAG),
            },
        )
        .await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(end.is_none() && bytes == body, "{end:?}");
        assert_eq!(host.asked(0)[1].header("range"), Some("bytes=7000-"));
    })
    .await;
}

#[tokio::test]
async fn a_drip_within_the_idle_time_is_taken_and_beyond_the_deadline_is_not() {
    bounded(async {
        let drip =
            |asked: &Asked| asked.answer(&[b'x'; 100], TAG).drip(10, Duration::from_millis(20));
        let host = Host::start(&[100], drip).await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(end.is_none() && bytes.len() == 100, "{end:?}");

        let short = Duration::from_millis(90);
        let host = Host::with(&[100], |builder| builder.file_deadline(short), drip).await;
        let (_, end) = collect(&host.ready().await, 0).await;
        assert_eq!(end.unwrap().kind(), &ErrorKind::Timeout);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_resumed() {
    bounded(async {
        let body = content(19, 5_000);
        let served = body.clone();
        let host = Host::with(
            &[5_000],
            // Never silent for so long, and never so fast.
            |builder| builder.idle_timeout(Duration::from_millis(300)).least_bytes(2_000),
            move |asked| match asked.time {
                0 => asked.answer(&served, TAG).drip(20, Duration::from_millis(20)),
                _ => asked.answer(&served, TAG),
            },
        )
        .await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(end.is_none() && bytes == body, "{end:?}");
        let counters = host.client.counters();
        assert_eq!((counters.retries(Reason::Timeout), counters.resumed), (1, 1));
        assert_eq!(host.asked(0).len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_host_that_is_always_too_slow_ends() {
    bounded(async {
        let host = Host::with(
            &[5_000_000],
            |builder| builder.idle_timeout(Duration::from_millis(100)).attempts(3),
            |asked| asked.answer(&vec![b'x'; 5_000_000], TAG).drip(1, Duration::from_millis(10)),
        )
        .await;
        let (_, end) = collect(&host.ready().await, 0).await;
        let end = end.expect("too slow");
        assert_eq!((end.kind(), end.attempts()), (&ErrorKind::Timeout, 3));
    })
    .await;
}

#[tokio::test]
async fn byte_after_byte_makes_a_file_and_few_pieces_of_what_is_read_ahead() {
    bounded(async {
        let body = content(20, 40_000);
        let served = body.clone();
        let host = Host::with(
            &[40_000],
            |builder| builder.range_size(20_000),
            move |asked| asked.answer(&served, TAG).drip(1, Duration::ZERO),
        )
        .await;
        let mut file = host.ready().await.download(0);
        let (mut bytes, mut ahead) = (Vec::new(), 0);
        while let Some(chunk) = file.next().await {
            // Those of the second range.
            ahead += u32::from(bytes.len() >= 20_000);
            bytes.extend_from_slice(&chunk.expect("no fault"));
        }
        assert!(bytes == body);
        assert!(ahead <= 2, "{ahead}");
    })
    .await;
}

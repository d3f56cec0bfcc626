//! Files at once and ranges at once: the same bytes in the same order, over no more connections and
//! in no more memory than allowed, and with no request too many.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::fake_mews::{Asked, Host, Reply, Request, bounded, collect, content, drain};
use futures::TryStreamExt;
use rowmill_mews::{ClientBuilder, ErrorKind};
use tokio::sync::Barrier;

const TAG: &str = "\"v1\"";

/// Ranges of 1,000 bytes, four of them ahead at most.
fn in_ranges(builder: ClientBuilder) -> ClientBuilder {
    builder.range_size(1_000).read_ahead(4_000).connections(8)
}

fn ranges(host: &Host, file: usize) -> Vec<String> {
    let asked = host.asked(file);
    let range = |request: &Request| request.header("range").unwrap_or("all").to_owned();
    asked.iter().map(range).collect()
}

#[tokio::test]
async fn files_are_read_at_once_and_given_one_after_the_other() {
    bounded(async {
        let files: Vec<Vec<u8>> = (0..7).map(|file| content(file, 3_000)).collect();
        let served = files.clone();
        // None of the first three is answered before all of them are asked for.
        let gate = Arc::new(Barrier::new(3));
        let host = Host::with(
            &[3_000; 7],
            |builder| builder.connections(3).files_at_once(4),
            move |asked| {
                let answer = asked.answer(&served[asked.file], TAG);
                if asked.file < 3 { answer.together(&gate) } else { answer }
            },
        )
        .await;
        let export = host.ready().await;
        let downloads = export.downloads();
        assert_eq!(downloads.len(), 7);
        for (index, file) in downloads.enumerate() {
            let (bytes, end) = drain(file).await;
            assert!(end.is_none() && bytes == files[index], "{end:?}");
            assert_eq!(host.asked(index).len(), 1);
        }
        assert_eq!(host.server.most_at_once(), 3);
        assert_eq!(host.renewals(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_large_file_is_read_in_ranges_at_once() {
    bounded(async {
        let body = content(1, 9_500);
        let served = body.clone();
        let gate = Arc::new(Barrier::new(3));
        let host = Host::with(&[9_500], in_ranges, move |asked| {
            let answer = asked.answer(&served, TAG);
            let first = asked.range(9_500).expect("a range").start;
            if (1_000..4_000).contains(&first) { answer.together(&gate) } else { answer }
        })
        .await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(end.is_none() && bytes == body, "{end:?}");
        // The first range says whether it can be done, and of which version the others must be.
        let asked = host.asked(0);
        assert_eq!(asked[0].header("range"), Some("bytes=0-999"));
        assert_eq!(asked[0].header("if-range"), None);
        assert!(asked[1..].iter().all(|request| request.header("if-range") == Some(TAG)));
        let mut ranges = ranges(&host, 0);
        ranges.sort();
        let expected: Vec<String> = (0..10)
            .map(|n| format!("bytes={}-{}", n * 1_000, 9_499.min(n * 1_000 + 999)))
            .collect();
        assert_eq!(ranges, expected);
    })
    .await;
}

#[tokio::test]
async fn there_are_never_more_connections_than_allowed() {
    bounded(async {
        for (connections, at_once) in [(1, 1), (2, 1), (5, 2), (4, 9)] {
            let files: Vec<Vec<u8>> = (0..5).map(|file| content(file, 40_000)).collect();
            let served = files.clone();
            let host = Host::with(
                &[40_000; 5],
                |builder| in_ranges(builder).connections(connections).files_at_once(at_once),
                move |asked| asked.answer(&served[asked.file], TAG),
            )
            .await;
            for (index, file) in host.ready().await.downloads().enumerate() {
                let (bytes, end) = drain(file).await;
                assert!(end.is_none() && bytes == files[index], "{end:?}");
                // One connection reads the file as a whole; each byte is asked for once.
                let requests = if connections == 1 { 1 } else { 40 };
                assert_eq!(host.asked(index).len(), requests);
            }
            let most = host.server.most_at_once();
            assert!(most <= connections, "{most} of {connections}");
        }
    })
    .await;
}

#[tokio::test]
async fn small_files_and_small_memories_are_read_as_a_whole() {
    bounded(async {
        let large = |builder: ClientBuilder| builder.range_size(1_000);
        for settings in [
            |builder: ClientBuilder| builder.range_size(1_001),
            |builder: ClientBuilder| builder.range_size(1_000).read_ahead(1_999),
            |builder: ClientBuilder| builder.range_size(1_000).connections(1),
        ] {
            let body = content(2, 2_000);
            let served = body.clone();
            let host =
                Host::with(&[2_000], settings, move |asked| asked.answer(&served, TAG)).await;
            let (bytes, end) = collect(&host.ready().await, 0).await;
            assert!(end.is_none() && bytes == body, "{end:?}");
            assert_eq!(ranges(&host, 0), ["all"]);
        }
        let body = content(2, 2_000);
        let host = Host::with(&[2_000], large, move |asked| asked.answer(&body, TAG)).await;
        assert_eq!(collect(&host.ready().await, 0).await.0.len(), 2_000);
        assert_eq!(ranges(&host, 0), ["bytes=0-999", "bytes=1000-1999"]);
    })
    .await;
}

#[tokio::test]
async fn a_host_that_has_no_ranges_sends_the_file_once() {
    bounded(async {
        let body = content(3, 20_000);
        let served = body.clone();
        let host = Host::with(&[20_000], in_ranges, move |_| {
            Reply::status(200).header("ETag", TAG).body(served.as_slice())
        })
        .await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(end.is_none() && bytes == body, "{end:?}");
        assert_eq!(ranges(&host, 0), ["bytes=0-999"]);
    })
    .await;
}

#[tokio::test]
async fn a_first_range_that_is_answered_wrongly_is_followed_by_the_whole_file() {
    bounded(async {
        let part = |range: &str, tag: &str, length: usize| {
            let part = Reply::status(206).header("Content-Range", range).header("ETag", tag);
            part.body(vec![b'!'; length])
        };
        for wrong in [
            part("bytes 1-1000/20000", TAG, 1_000),
            part("bytes 0-1000/20000", TAG, 1_001),
            part("bytes 0-999/20001", TAG, 1_000),
            part("bytes 0-999/*", TAG, 1_000),
            part("bytes 0-999/20000", "W/\"v1\"", 1_000),
            part("bytes 0-999/20000", TAG, 999),
            Reply::status(206).header("Content-Range", "bytes 0-999/20000").body(vec![b'!'; 1_000]),
            Reply::status(206).header("ETag", TAG).body(vec![b'!'; 1_000]),
            Reply::status(416),
            Reply::status(400),
        ] {
            let body = content(4, 20_000);
            let (served, told) = (body.clone(), wrong.clone());
            let host = Host::with(&[20_000], in_ranges, move |asked| match asked.time {
                0 => told.clone(),
                _ => asked.answer(&served, TAG),
            })
            .await;
            let (bytes, end) = collect(&host.ready().await, 0).await;
            assert!(end.is_none() && bytes == body, "{wrong:?} {end:?}");
            assert_eq!(ranges(&host, 0), ["bytes=0-999", "all"], "{wrong:?}");
        }
    })
    .await;
}

/// A host that fails at ranges in a way that may pass, and again, is asked without.
#[tokio::test]
async fn a_host_that_fails_at_ranges_is_asked_for_the_whole_file() {
    bounded(async {
        for status in [403, 500, 501] {
            let body = content(5, 20_000);
            let served = body.clone();
            let host = Host::with(&[20_000], in_ranges, move |asked| match asked.range(20_000) {
                Some(_) => Reply::status(status),
                None => asked.answer(&served, TAG),
            })
            .await;
            let (bytes, end) = collect(&host.ready().await, 0).await;
            assert!(end.is_none() && bytes == body, "{status} {end:?}");
            assert_eq!(ranges(&host, 0), ["bytes=0-999", "bytes=0-999", "all"]);
        }
    })
    .await;
}

/// The file is replaced while its ranges are read.
#[tokio::test]
async fn ranges_of_another_version_are_never_spliced() {
    bounded(async {
        // Up to where the two versions have the same bytes.
        for (common, survived) in [(20_000, true), (6_000, true), (500, false), (0, false)] {
            let first = content(6, 20_000);
            let mut second = content(7, 20_000);
            second[..common].copy_from_slice(&first[..common]);
            let versions = [first.clone(), second.clone()];
            let host = Host::with(&[20_000], in_ranges, move |asked| {
                // All from the sixth range on is of the second version.
                let late = asked.range(20_000).is_none_or(|range| range.start >= 5_000);
                let (body, tag) = (&versions[usize::from(late)], ["\"v1\"", "\"v2\""]);
                asked.answer(body, tag[usize::from(late)])
            })
            .await;
            let (bytes, end) = collect(&host.ready().await, 0).await;
            if survived {
                assert!(end.is_none() && bytes == second, "{common} {end:?}");
            } else {
                assert_eq!(end.expect("an error").kind(), &ErrorKind::Changed);
                assert!(first.starts_with(&bytes), "{common}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn wrong_answers_to_ranges_in_the_middle_are_never_spliced() {
    bounded(async {
        type Wrong = fn(&Asked, &[u8]) -> Reply;
        let wrongs: [Wrong; 5] = [
            |asked, body| asked.answer(body, "\"other\""),
            |_, body| {
                let shifted = Reply::status(206).header("ETag", TAG);
                shifted.header("Content-Range", "bytes 5001-6000/20000").body(&body[5_001..6_001])
            },
            |_, body| {
                // More bytes than its own range says.
                let long = Reply::status(206).header("ETag", TAG).without_length();
                long.header("Content-Range", "bytes 5000-5999/20000").body(&body[5_000..6_500])
            },
            |_, body| {
                // All of what is left, where a range was asked for.
                let long = Reply::status(206).header("ETag", TAG);
                long.header("Content-Range", "bytes 5000-19999/20000").body(&body[5_000..])
            },
            |_, _| Reply::status(416),
        ];
        for wrong in wrongs {
            let body = content(8, 20_000);
            let served = body.clone();
            let host = Host::with(&[20_000], in_ranges, move |asked| match asked.range(20_000) {
                Some(range) if range.start == 5_000 => wrong(asked, &served),
                _ => asked.answer(&served, TAG),
            })
            .await;
            let (bytes, end) = collect(&host.ready().await, 0).await;
            assert!(end.is_none() && bytes == body, "{end:?}");
            assert_eq!(ranges(&host, 0).last().map(String::as_str), Some("all"));
        }
    })
    .await;
}

#[tokio::test]
async fn a_host_that_stops_sending_ranges_sends_the_whole_file() {
    bounded(async {
        let body = content(12, 20_000);
        let served = body.clone();
        let host = Host::with(&[20_000], in_ranges, move |asked| match asked.range(20_000) {
            Some(range) if range.start < 5_000 => asked.answer(&served, TAG),
            _ => Reply::status(200).header("ETag", TAG).body(served.as_slice()),
        })
        .await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(end.is_none() && bytes == body, "{end:?}");
    })
    .await;
}

#[tokio::test]
async fn a_range_that_is_cut_or_short_is_completed() {
    bounded(async {
        let body = content(9, 20_000);
        let served = body.clone();
        let host = Host::with(&[20_000], in_ranges, move |asked| {
            let range = asked.range(20_000).expect("a range");
            match range.start {
                2_000 | 6_000 => asked.answer(&served, TAG).cut(300),
                8_000 => {
                    let short = Reply::status(206).header("ETag", TAG);
                    short
                        .header("Content-Range", "bytes 8000-8099/20000")
                        .body(&served[8_000..8_100])
                }
                _ => asked.answer(&served, TAG),
            }
        })
        .await;
        let (bytes, end) = collect(&host.ready().await, 0).await;
        assert!(end.is_none() && bytes == body, "{end:?}");
        let ranges = ranges(&host, 0);
        for rest in ["bytes=2300-2999", "bytes=6300-6999", "bytes=8100-8999"] {
            assert_eq!(ranges.iter().filter(|range| *range == rest).count(), 1, "{ranges:?}");
        }
        assert_eq!(ranges.len(), 23);
    })
    .await;
}

#[tokio::test]
async fn links_that_expire_under_many_ranges_and_files_are_renewed_once() {
    bounded(async {
        let files: Vec<Vec<u8>> = (0..4).map(|file| content(file, 20_000)).collect();
        let served = files.clone();
        let host = Host::with(&[20_000; 4], in_ranges, move |asked| {
            let range = asked.range(20_000).expect("a range");
            if asked.generation == 1 && range.start >= 2_000 {
                return Reply::status(403);
            }
            asked.answer(&served[asked.file], TAG)
        })
        .await;
        for (index, file) in host.ready().await.downloads().enumerate() {
            let (bytes, end) = drain(file).await;
            assert!(end.is_none() && bytes == files[index], "{end:?}");
        }
        assert_eq!(host.renewals(), 1);
    })
    .await;
}

#[tokio::test]
async fn no_more_is_asked_for_than_may_lie_ready() {
    bounded(async {
        let body = content(10, 60_000);
        let served = body.clone();
        let taken = Arc::new(AtomicUsize::new(0));
        let known = Arc::clone(&taken);
        let host = Host::with(&[60_000], in_ranges, move |asked| {
            let until = asked.range(60_000).expect("a range").end;
            // Of what is being taken at this moment the server may not know yet.
            let allowed = known.load(Ordering::SeqCst) + 4_000 + 1_000;
            assert!(until <= allowed, "{until} of {allowed}");
            asked.answer(&served, TAG)
        })
        .await;
        let mut file = host.ready().await.download(0);
        let mut bytes = Vec::new();
        while let Some(chunk) = file.try_next().await.expect("no fault") {
            bytes.extend_from_slice(&chunk);
            taken.store(bytes.len(), Ordering::SeqCst);
        }
        assert!(bytes == body);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_cannot_be_had_is_told_when_it_is_its_turn() {
    bounded(async {
        let host = Host::start(&[3; 4], |asked| match asked.file {
            2 => Reply::status(404),
            _ => asked.answer(b"abc", TAG),
        })
        .await;
        let export = host.ready().await;
        let mut ends = Vec::new();
        for file in export.downloads() {
            ends.push(drain(file).await.1.map(|error| error.to_string()));
        }
        assert_eq!(
            ends.iter().map(Option::is_some).collect::<Vec<_>>(),
            [false, false, true, false]
        );
        let told = ends[2].as_deref().unwrap_or_default();
        assert!(told.starts_with("file 3 of export") && told.contains("6 attempts"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn three_thousand_files_cost_one_request_each_and_one_renewal() {
    bounded(async {
        // All links expire before the first file, or in the middle.
        for last_in_time in [0, 1_500] {
            let sizes: Vec<usize> = (0..3_000).map(|file| file % 3).collect();
            let host = Host::start(&sizes, move |asked| {
                if asked.generation == 1 && asked.file >= last_in_time {
                    return Reply::status(403);
                }
                asked.answer(&b"ab"[..asked.file % 3], TAG)
            })
            .await;
            let mut bytes = 0;
            for file in host.ready().await.downloads() {
                let (given, end) = drain(file).await;
                assert!(end.is_none(), "{end:?}");
                bytes += given.len();
            }
            assert_eq!(bytes, 3_000);
            assert_eq!(host.renewals(), 1);
            let requests = host.server.requests().len();
            // The files that were on their way when the links expired were asked for twice.
            assert!((3_003..=3_006).contains(&requests), "{requests}");
            assert!(host.server.most_at_once() <= 8);
        }
    })
    .await;
}

#[tokio::test]
async fn of_no_files_there_is_nothing_to_read() {
    bounded(async {
        let host = Host::start(&[], |_| Reply::status(500)).await;
        assert_eq!(host.ready().await.downloads().count(), 0);
        assert_eq!(host.server.requests().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn dropping_the_files_closes_all_connections() {
    bounded(async {
        // Far more than the sockets between server and client can hold.
        let body = content(11, 30_000_000);
        let host = Host::with(
            &[body.len(); 3],
            |builder| builder.range_size(10_000_000).read_ahead(20_000_000),
            move |asked| asked.answer(&body, TAG),
        )
        .await;
        let mut downloads = host.ready().await.downloads();
        let mut first = downloads.next().expect("a file");
        first.try_next().await.expect("no fault").expect("a chunk");
        drop((first, downloads));
        while host.server.open() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

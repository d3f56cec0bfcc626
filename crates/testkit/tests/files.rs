//! The file host: links, ranges and bodies.

mod wire;

use std::time::Duration;

use bytes::Bytes;
use rowmill_testkit::corpus::{Corpus, Kind};
use rowmill_testkit::server::{Fault, Server, Setup, Trigger};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wire::{Answer, add, link, look, send};

async fn fetch(server: &Server, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(server, "GET", path, headers, "").await
}

async fn started(setup: Setup) -> Server {
    Server::start(setup).await.expect("loopback has a free port")
}

/// A server with order items in two files, the bytes it should send for the first, its link.
async fn served(setup: Setup) -> (Server, Vec<u8>, String) {
    let server = started(setup.seed(5).corpus(Kind::OrderItem, 700, 2)).await;
    let file = &Corpus::new(Kind::OrderItem, 5, 700).split(2)[0];
    let whole: Vec<u8> = file.pieces().flatten().collect();
    let export = look(&server, &add(&server, "OrderItem").await).await;
    let (path, size) = link(&server, &export, 0);
    assert_eq!(size, whole.len() as u64);
    (server, whole, path)
}

fn refused_in_xml(answer: &Answer, status: u16) {
    assert_eq!((answer.status, answer.header("content-type")), (status, "application/xml"));
    assert!(answer.text().starts_with("<?xml"), "{}", answer.text());
}

#[tokio::test]
async fn a_file_arrives_whole_and_twice_the_same() {
    let (server, whole, path) = served(Setup::new()).await;
    let answer = fetch(&server, &path, &[]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.promised(), whole.len());
    assert_eq!(answer.header("accept-ranges"), "bytes");
    let tag = answer.header("etag");
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 2, "{tag}");
    assert!(answer.body == whole);
    let again = fetch(&server, &path, &[]).await;
    assert!(again.header("etag") == tag && again.body == whole);

    let head = send(&server, "HEAD", &path, &[], "").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!((head.promised(), head.header("etag")), (whole.len(), tag));
}

#[tokio::test]
async fn ranges_are_pieces_of_the_whole() {
    let (server, whole, path) = served(Setup::new()).await;
    let size = whole.len();
    for (asked, from, to) in [
        ("bytes=0-0".to_owned(), 0, 1),
        ("bytes=100000-250000".to_owned(), 100_000, 250_001),
        (format!("bytes=300000-{}", size * 2), 300_000, size),
        (format!("bytes={}-", size - 1), size - 1, size),
        ("bytes=-5".to_owned(), size - 5, size),
        (format!("bytes=-{}", size * 2), 0, size),
    ] {
        let answer = fetch(&server, &path, &[("Range", &asked)]).await;
        assert_eq!(answer.status, 206, "{asked}");
        let place = format!("bytes {from}-{}/{size}", to - 1);
        assert_eq!((answer.header("content-range"), answer.promised()), (&*place, to - from));
        assert!(answer.body == whole[from..to], "{asked}");
    }
    for odd in ["bytes=5-2", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "bytes=-"] {
        let answer = fetch(&server, &path, &[("Range", odd)]).await;
        assert_eq!((answer.status, answer.body.len()), (200, size), "{odd}");
    }
    for beyond in [format!("bytes={size}-"), "bytes=-0".to_owned()] {
        let answer = fetch(&server, &path, &[("Range", &beyond)]).await;
        refused_in_xml(&answer, 416);
        assert_eq!(answer.header("content-range"), format!("bytes */{size}"));
    }
}

#[tokio::test]
async fn a_conditional_range_of_another_version_gets_the_whole_file() {
    let (server, whole, path) = served(Setup::new()).await;
    let tag = fetch(&server, &path, &[("Range", "bytes=0-9")]).await.header("etag").to_owned();
    let with = async |tag: &str| {
        fetch(&server, &path, &[("Range", "bytes=10-19"), ("If-Range", tag)]).await
    };
    let same = with(&tag).await;
    assert!(same.status == 206 && same.body == whole[10..20]);
    for other in ["\"other\"", &format!("W/{tag}")] {
        let answer = with(other).await;
        assert!(answer.status == 200 && answer.body == whole, "{other}");
    }
}

#[tokio::test]
async fn links_expire_and_fresh_ones_work() {
    let (server, whole, path) = served(Setup::new()).await;
    assert_eq!(fetch(&server, &path, &[("Range", "bytes=0-9")]).await.status, 206);
    server.expire_links();
    refused_in_xml(&fetch(&server, &path, &[]).await, 403);
    assert_eq!(server.requests().expired_links, 1);
    let id = path["/files/".len()..].get(..36).expect("an id");
    let (fresh, _) = link(&server, &look(&server, id).await, 0);
    assert_ne!(fresh, path);
    assert!(fetch(&server, &fresh, &[]).await.body == whole);
    server.expire_exports();
    assert_eq!(look(&server, id).await["Status"], "Expired");
    refused_in_xml(&fetch(&server, &fresh, &[]).await, 404);

    let (server, _, path) = served(Setup::new().link_life(Duration::ZERO)).await;
    refused_in_xml(&fetch(&server, &path, &[]).await, 403);
}

#[tokio::test]
async fn forged_links_are_refused() {
    let (server, _, path) = served(Setup::new()).await;
    let (bare, query) = path.split_once('?').expect("a query");
    let later = query.replace("exp=1", "exp=2");
    let other_file = path.replace("-1.jsonl", "-2.jsonl");
    for forged in [bare.to_owned(), format!("{bare}?sig=00"), format!("{bare}?{later}"), other_file]
    {
        refused_in_xml(&fetch(&server, &forged, &[]).await, 403);
    }
}

#[tokio::test]
async fn files_of_ones_own_are_served_as_they_are() {
    let files = ["", "{\"Id\":1}", "not json\n"].map(|text| Bytes::from_static(text.as_bytes()));
    let server = started(Setup::new().files("Bill", files.clone())).await;
    let export = look(&server, &add(&server, "Bill").await).await;
    for (index, file) in files.iter().enumerate() {
        let (path, size) = link(&server, &export, index);
        let answer = fetch(&server, &path, &[]).await;
        assert_eq!((answer.status, size), (200, file.len() as u64));
        assert_eq!(answer.body, *file);
    }
    let (path, _) = link(&server, &export, 0);
    refused_in_xml(&fetch(&server, &path, &[("Range", "bytes=0-")]).await, 416);
}

#[tokio::test]
async fn scripted_faults_hit_files() {
    let file = || Trigger::file("OrderItem", 0);
    let setup = Setup::new()
        .fault(file(), Fault::Cut { after: 200_000 })
        .fault(file(), Fault::ExpireLink)
        .fault(file(), Fault::IgnoreRange)
        .fault(file(), Fault::ShiftRange)
        .fault(Trigger::any_file(), Fault::ChangeTag)
        .fault(file(), Fault::WeakTag)
        .fault(file(), Fault::NoTag)
        .fault(file(), Fault::Refuse { status: 500, retry_after: None });
    let (server, whole, path) = served(setup).await;
    let range = [("Range", "bytes=100-199")];
    let cut = fetch(&server, &path, &[]).await;
    assert!(cut.body.len() == 200_000 && cut.promised() == whole.len());
    assert!(whole.starts_with(&cut.body));
    assert_eq!(fetch(&server, &path, &range).await.status, 403);
    let ignored = fetch(&server, &path, &range).await;
    assert!(ignored.status == 200 && ignored.body == whole);
    let shifted = fetch(&server, &path, &range).await;
    assert_eq!(shifted.header("content-range"), format!("bytes 101-200/{}", whole.len()));
    let changed = fetch(&server, &path, &range).await;
    assert!(changed.header("etag") != cut.header("etag"));
    assert!(fetch(&server, &path, &range).await.header("etag").starts_with("W/"));
    assert_eq!(fetch(&server, &path, &range).await.header("etag"), "");
    refused_in_xml(&fetch(&server, &path, &range).await, 500);
    assert!(fetch(&server, &path, &range).await.body == whole[100..200], "the script is over");
}

#[tokio::test]
async fn a_stopped_server_lets_go_of_everything() {
    let setup = Setup::new().fault(Trigger::any_file(), Fault::Stall { after: 1_000 });
    let (server, _, path) = served(setup).await;
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.expect("it listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("the request can be sent");
    let mut begun = [0; 800];
    stream.read_exact(&mut begun).await.expect("the body begins");
    let port = server.port();
    server.stop().await;
    let mut rest = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
    assert!(end.is_ok() && rest.len() < 2_000, "the stalled body ends with the server");
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

#[tokio::test]
async fn a_dropped_server_stops() {
    let server = started(Setup::new()).await;
    let port = server.port();
    drop(server);
    for _ in 0..200 {
        if TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it still listens");
}

#[tokio::test]
async fn files_may_be_others_than_promised() {
    let size = |server: &Server| server.sizes("OrderItem")[0] as usize;
    for (fault, asked, expected) in [
        (Fault::Lengthen { by: 7 }, None, (200, 7, "")),
        (Fault::Shorten { by: 7 }, None, (200, -7, "")),
        (Fault::Lengthen { by: 7 }, Some("bytes=-10"), (206, 0, "")),
        (Fault::UnknownTotal, Some("bytes=0-9"), (206, 0, "bytes 0-9/*")),
    ] {
        let setup = Setup::new().fault(Trigger::any_file(), fault.clone());
        let (server, whole, path) = served(setup).await;
        let headers: Vec<(&str, &str)> = asked.map(|range| ("Range", range)).into_iter().collect();
        let answer = fetch(&server, &path, &headers).await;
        let (status, more, range) = expected;
        assert_eq!(answer.status, status, "{fault:?}");
        assert_eq!(answer.promised(), answer.body.len(), "{fault:?}");
        if status == 200 {
            assert_eq!(answer.body.len() as i64, size(&server) as i64 + more, "{fault:?}");
            let same = answer.body.len().min(whole.len());
            assert!(answer.body[..same] == whole[..same], "{fault:?}");
        } else {
            assert_eq!(answer.body.len(), 10, "{fault:?}");
        }
        if !range.is_empty() {
            assert_eq!(answer.header("content-range"), range);
        }
        // Once, and not again.
        assert!(fetch(&server, &path, &[]).await.body == whole);
    }
}

#[tokio::test]
async fn bytes_change_from_a_place_on_and_with_them_the_tag() {
    let setup = Setup::new().fault(Trigger::any_file().times(2), Fault::ChangeBytes { from: 100 });
    let (server, whole, path) = served(setup).await;
    let changed = fetch(&server, &path, &[]).await;
    assert_eq!(changed.body.len(), whole.len());
    assert!(changed.body[..100] == whole[..100]);
    assert!(changed.body[100..].iter().all(|byte| *byte == b'~'));
    let part = fetch(&server, &path, &[("Range", "bytes=90-109")]).await;
    assert!(part.body == changed.body[90..110]);
    let usual = fetch(&server, &path, &[]).await;
    assert!(usual.body == whole);
    assert_ne!(usual.header("etag"), changed.header("etag"));
    assert_eq!(part.header("etag"), changed.header("etag"));
}

#[tokio::test]
async fn a_body_may_drip_and_a_host_lead_on_to_itself() {
    let drip = Fault::Drip { piece: 50_000, pause: Duration::ZERO };
    let setup = Setup::new()
        .fault(Trigger::any_file(), drip)
        .fault(Trigger::any_file(), Fault::Redirect)
        .fault(Trigger::any_file(), Fault::Encode);
    let (server, whole, path) = served(setup).await;
    assert!(fetch(&server, &path, &[]).await.body == whole);
    let led = fetch(&server, &path, &[]).await;
    assert_eq!((led.status, led.header("location")), (307, &*path));
    let encoded = fetch(&server, &path, &[]).await;
    assert_eq!(encoded.header("content-encoding"), "gzip");
    assert_eq!(server.played().len(), 3);
}

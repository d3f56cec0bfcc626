//! Random schedules of faults: the right bytes or a clean error, never a splice of two versions.
//!
//! Each schedule is one export of up to four files, made from a seed, with at least two faults of
//! the file host or the API, and read one file after the other while others are on their way, in
//! ranges or whole. A failure prints the seed. `ROWMILL_FAULT_SCHEDULES` sets how many are run, and
//! `ROWMILL_FAULT_SEED` the first of them.

mod fake_mews;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fake_mews::{
    ACCESS_TOKEN, Asked, CLIENT_TOKEN, Reply, Request, SIGNATURE, Server, bounded, builder_with,
    content, drain,
};
use futures::StreamExt;
use rowmill_mews::{Client, Error, ErrorKind};
use serde_json::{Value, json};

const SCHEDULES: u64 = 1_500;
/// Calls of the API that a client makes at most in [`WINDOW`] …
const CALLS: usize = 150;
/// … where the API allows so many, counted as they arrive. The difference is for those on their way
/// when a window begins: never more than [`AT_ONCE`], since an export has one call at a time.
const ALLOWED: usize = 200;
const WINDOW: Duration = Duration::from_millis(100);
/// Schedules that run side by side.
const AT_ONCE: usize = 16;
/// Connections, files at once, bytes of a range, bytes read ahead.
const MANNERS: [(usize, usize, u64, usize); 4] =
    [(1, 1, 1_000, 4_000), (4, 2, 4_000, 16_000), (8, 4, 1_000, 4_000), (6, 3, 20_000, 40_000)];

#[derive(Clone, Copy, Debug)]
enum Fault {
    /// Of the file host, for one request.
    Status(u16),
    Lost,
    Cut(f64),
    CutWithoutLength(f64),
    Stall(f64),
    Drip,
    IgnoresRange,
    WeakTag,
    NoTag,
    ShiftedPart,
    PartOfOtherTag,
    PartOfUnknownTotal,
    ShortPart,
    LongPart,
    Encoded,
    Redirect,
    Unannounced,
    /// Of the file, from then on.
    NextVersion,
    LongerFile,
    ShorterFile,
    NoRanges,
    /// Of the next call of the API.
    Api(u16),
    ApiLost,
    ApiCut,
    ApiGarbage,
    SizeChanges,
    CountChanges,
    Expires,
    Fails,
    Vanishes,
}

fn draw(random: &mut fastrand::Rng) -> Fault {
    let place = random.f64();
    match random.u8(0..54) {
        0..=3 => Fault::Status([401, 403, 404, 410][random.usize(..4)]),
        4..=6 => Fault::Status([408, 429, 500, 503][random.usize(..4)]),
        7..=8 => Fault::Lost,
        9..=16 => Fault::Cut(place),
        17..=20 => Fault::CutWithoutLength(place),
        21 => Fault::Stall(place),
        22 => Fault::Drip,
        23..=25 => Fault::IgnoresRange,
        26..=27 => Fault::WeakTag,
        28 => Fault::NoTag,
        29..=30 => Fault::ShiftedPart,
        31..=32 => Fault::PartOfOtherTag,
        33 => Fault::PartOfUnknownTotal,
        34..=35 => Fault::ShortPart,
        36 => Fault::LongPart,
        37 => Fault::Redirect,
        38 => Fault::Unannounced,
        39..=40 => Fault::NextVersion,
        41 => Fault::LongerFile,
        42 => Fault::ShorterFile,
        43..=44 => Fault::NoRanges,
        45..=46 => Fault::Api([408, 429, 500, 503][random.usize(..4)]),
        47..=48 => Fault::ApiLost,
        49 => Fault::ApiCut,
        50 => Fault::Encoded,
        51 => Fault::ApiGarbage,
        52 => [Fault::SizeChanges, Fault::CountChanges][random.usize(..2)],
        _ => [Fault::Expires, Fault::Fails, Fault::Vanishes][random.usize(..3)],
    }
}

/// The world of one schedule.
struct Export {
    files: Vec<File>,
    /// The faults of the API wait for a call of it.
    api_faults: Vec<Fault>,
    generation: usize,
}

struct File {
    /// What the export promises.
    size: usize,
    /// The file and what it is replaced with, which has the same beginning and the same length.
    versions: [Vec<u8>; 2],
    version: usize,
    length: usize,
    has_ranges: bool,
    /// One for each request, as long as there are any.
    faults: Vec<Fault>,
    times: usize,
}

impl Export {
    fn new(seed: u64) -> Export {
        let mut random = fastrand::Rng::with_seed(seed);
        let count = [0, 1, 1, 2, 3, 4][random.usize(..6)];
        let mut files: Vec<File> = (0..count).map(|_| File::new(&mut random)).collect();
        for _ in 0..random.usize(2..9) {
            let fault = draw(&mut random);
            // Without files there is nothing that could go wrong with them.
            if count > 0 {
                files[random.usize(..count)].faults.push(fault);
            }
        }
        Export { files, api_faults: Vec::new(), generation: 0 }
    }

    fn get_all(&mut self, id: &str, host: &str) -> Reply {
        self.generation += 1;
        let entry = |(index, file): (usize, &File)| {
            let url = format!("http://{host}/{id}/{index}/{}?sig={SIGNATURE}", self.generation);
            json!({ "Url": url, "SizeInBytes": file.size })
        };
        let mut files: Vec<Value> = self.files.iter().enumerate().map(entry).collect();
        let fault = self.api_faults.pop();
        match fault {
            Some(Fault::SizeChanges) => files[0]["SizeInBytes"] = (self.files[0].size + 1).into(),
            Some(Fault::CountChanges) => drop(files.pop()),
            _ => {}
        }
        let status = match fault {
            Some(Fault::Expires) => "Expired",
            Some(Fault::Fails) => "Failed",
            _ => "Success",
        };
        let mut export = fake_mews::export(status, &files);
        export["Id"] = id.into();
        let answer = Reply::json(&json!({ "Exports": [export] }));
        match fault {
            Some(Fault::Api(status)) => Reply::status(status),
            Some(Fault::ApiLost) => Reply::lost(),
            Some(Fault::ApiCut) => answer.without_length().cut(30),
            Some(Fault::ApiGarbage) => Reply::status(200).body("<html>"),
            Some(Fault::Vanishes) => Reply::json(&json!({ "Exports": [] })),
            _ => answer,
        }
    }

    fn file(&mut self, index: usize, generation: usize, request: &Request) -> Reply {
        let file = &mut self.files[index];
        let request = request.clone();
        let asked = Asked { file: index, time: file.times, generation, request };
        file.times += 1;
        let fault = if file.faults.is_empty() { None } else { Some(file.faults.remove(0)) };
        match fault {
            Some(
                api @ (Fault::Api(_)
                | Fault::ApiLost
                | Fault::ApiCut
                | Fault::ApiGarbage
                | Fault::SizeChanges
                | Fault::CountChanges
                | Fault::Expires
                | Fault::Fails
                | Fault::Vanishes),
            ) => {
                self.api_faults.push(api);
                Reply::status(403)
            }
            fault => file.answer(&asked, fault),
        }
    }
}

impl File {
    fn new(random: &mut fastrand::Rng) -> File {
        let size = [0, 1, 100, 5_000, 60_000][random.usize(..5)];
        let first = content(random.u64(..), size);
        let mut second = content(random.u64(..), size);
        let common = random.usize(..=size);
        second[..common].copy_from_slice(&first[..common]);
        File {
            size,
            versions: [first, second],
            version: 0,
            length: size,
            has_ranges: random.u8(..4) > 0,
            faults: Vec::new(),
            times: 0,
        }
    }

    fn answer(&mut self, asked: &Asked, fault: Option<Fault>) -> Reply {
        match fault {
            Some(Fault::NextVersion) => self.version = 1,
            Some(Fault::LongerFile) => self.length = self.size + 7,
            Some(Fault::ShorterFile) => self.length = self.size / 2,
            Some(Fault::NoRanges) => self.has_ranges = false,
            _ => {}
        }
        let mut body = self.versions[self.version].clone();
        body.resize(self.length, b'+');
        let tag = format!("\"v{}-{}\"", self.version, self.length);
        let whole = || Reply::status(200).body(body.clone());
        let usual = match self.has_ranges {
            true => asked.answer(&body, &tag),
            false => whole().header("ETag", &tag),
        };
        // Which part is asked for, if it lies within the file.
        let range = asked.range(body.len()).filter(|range| range.start < range.end);
        let left = range.as_ref().map_or(body.len(), ExactSizeIterator::len);
        let part_of = |place: f64| (left as f64 * place) as usize;
        let part = |range: String, tag: &str, bytes: &[u8]| {
            Reply::status(206).header("ETag", tag).header("Content-Range", &range).body(bytes)
        };
        let total = body.len();
        match fault {
            Some(Fault::Status(status)) => Reply::status(status),
            Some(Fault::Lost) => Reply::lost(),
            Some(Fault::Cut(place)) => usual.cut(part_of(place)),
            Some(Fault::CutWithoutLength(place)) => usual.without_length().cut(part_of(place)),
            Some(Fault::Stall(place)) => usual.stall(part_of(place)),
            Some(Fault::Drip) => usual.drip(total / 3 + 1, Duration::from_millis(2)),
            Some(Fault::IgnoresRange) => whole().header("ETag", &tag),
            Some(Fault::WeakTag) => whole().header("ETag", &format!("W/{tag}")).cut(part_of(0.7)),
            Some(Fault::NoTag) => whole().cut(part_of(0.5)),
            Some(Fault::Encoded) => usual.header("Content-Encoding", "gzip"),
            Some(Fault::Unannounced) => usual.without_length(),
            Some(Fault::Redirect) => Reply::status(307).header("Location", &asked.request.target),
            Some(fault) if left > 1 && range.is_some() => {
                let std::ops::Range { start, end } = range.expect("a range");
                let last = end - 1;
                match fault {
                    Fault::ShiftedPart if end < total => {
                        let shifted = format!("bytes {}-{end}/{total}", start + 1);
                        part(shifted, &tag, &body[start + 1..=end])
                    }
                    // A first range of another version would be nothing but another version.
                    Fault::PartOfOtherTag if asked.request.header("if-range").is_some() => {
                        let other = vec![b'?'; left];
                        part(format!("bytes {start}-{last}/{total}"), "\"other\"", &other)
                    }
                    Fault::PartOfUnknownTotal => {
                        part(format!("bytes {start}-{last}/*"), &tag, &body[start..end])
                    }
                    Fault::ShortPart if asked.request.header("if-range") == Some(&tag) => {
                        let end = start + left / 2;
                        let range = format!("bytes {start}-{}/{total}", end - 1);
                        part(range, &tag, &body[start..end])
                    }
                    Fault::LongPart => {
                        // Its own range is right, and more bytes follow.
                        let mut long = body[start..end].to_vec();
                        long.extend_from_slice(b"and more");
                        part(format!("bytes {start}-{last}/{total}"), &tag, &long).without_length()
                    }
                    _ => usual,
                }
            }
            _ => usual,
        }
    }
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

fn clients(url: &str) -> Vec<Client> {
    let client = |(manner, (connections, files, range, ahead))| {
        let builder = builder_with(url, &format!("{ACCESS_TOKEN}-{manner}"))
            .connections(connections)
            .files_at_once(files)
            .range_size(range)
            .read_ahead(ahead)
            .max_backoff(Duration::from_millis(1))
            .idle_timeout(Duration::from_millis(300))
            .rate(CALLS, WINDOW);
        builder.build().expect("a client")
    };
    MANNERS.into_iter().enumerate().map(client).collect()
}

/// The manner in which a schedule is read.
fn manner(seed: u64) -> usize {
    (seed % MANNERS.len() as u64) as usize
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_faults_end_in_the_right_bytes_or_a_clean_error() {
    let first = number("ROWMILL_FAULT_SEED", 0);
    let count = number("ROWMILL_FAULT_SCHEDULES", SCHEDULES);
    let exports = Arc::new(Mutex::new(HashMap::<String, Export>::new()));
    let calls = Arc::new(Mutex::new(HashMap::<String, Vec<Instant>>::new()));
    let (known, counted) = (Arc::clone(&exports), Arc::clone(&calls));
    let server = Server::start(move |request| {
        let mut exports = known.lock().unwrap();
        let host = request.header("host").expect("a host");
        if request.target.ends_with("/exports/getAll") {
            let body = request.json();
            let id = body["ExportIds"][0].as_str().expect("an id").to_owned();
            let token = body["AccessToken"].as_str().expect("a token").to_owned();
            counted.lock().unwrap().entry(token).or_default().push(Instant::now());
            return match exports.get_mut(&id) {
                Some(export) => export.get_all(&id, host),
                None => Reply::status(404),
            };
        }
        let text = request.text();
        assert!(!text.contains(CLIENT_TOKEN) && !text.contains(ACCESS_TOKEN));
        let path = request.target.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let (id, index, generation) = (parts[0], parts[1], parts[2]);
        match exports.get_mut(id) {
            Some(export) => {
                export.file(index.parse().unwrap(), generation.parse().unwrap(), request)
            }
            // What was on its way when its reader had enough.
            None => Reply::status(404),
        }
    })
    .await;
    let clients = clients(&server.url);

    let schedules = futures::stream::iter(first..first + count).map(|seed| {
        let (client, exports) = (&clients[manner(seed)], &exports);
        async move {
            let id = format!("{seed:08x}-{:04}-4000-8000-000000000000", manner(seed));
            exports.lock().unwrap().insert(id.clone(), Export::new(seed));
            let ready = client.adopt(id.as_str()).ready().await.expect("no fault before a file");
            let mut ends = Vec::new();
            for file in ready.downloads() {
                ends.push(bounded(drain(file)).await);
            }
            let export = exports.lock().unwrap().remove(&id).unwrap();
            assert_eq!(ends.len(), export.files.len(), "seed {seed}");
            for (file, (bytes, end)) in export.files.iter().zip(&ends) {
                check(seed, file, bytes, end.as_ref());
            }
            let requests: usize = export.files.iter().map(|file| file.times).sum();
            assert!(requests <= 1_000, "seed {seed}: {requests} requests");
            (ends.len(), ends.iter().filter(|(_, end)| end.is_none()).count())
        }
    });
    let ends: Vec<(usize, usize)> = schedules.buffer_unordered(AT_ONCE).collect().await;
    let (files, whole) = ends.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    println!(
        "{count} schedules from seed {first} on: {whole} of {files} files whole, the others a clean \
         error"
    );
    // Faults are drawn so that most can be survived; if few were, something is wrong.
    assert!(whole * 2 > files, "only {whole} of {files} files were whole");

    let calls = calls.lock().unwrap();
    assert_eq!(calls.len(), MANNERS.len(), "each client has its own token");
    for (token, times) in &*calls {
        let most = most_within(WINDOW, times);
        assert!(most <= ALLOWED, "{token}: {most} calls in a window");
    }
}

/// The most of these instants, which are in order, that lie in one window, wherever it begins.
fn most_within(window: Duration, times: &[Instant]) -> usize {
    let mut first = 0;
    let within = |(last, time): (usize, &Instant)| {
        while *time - times[first] >= window {
            first += 1;
        }
        last + 1 - first
    };
    times.iter().enumerate().map(within).max().unwrap_or_default()
}

fn check(seed: u64, file: &File, bytes: &[u8], end: Option<&Error>) {
    let [first, second] = &file.versions;
    let Some(error) = end else {
        assert_eq!(bytes.len(), file.size, "seed {seed}");
        assert!(bytes == first || bytes == second, "seed {seed}: a splice");
        return;
    };
    let clean = first.starts_with(bytes) || second.starts_with(bytes);
    assert!(clean, "seed {seed}: wrong bytes before {error}");
    let expected = matches!(
        error.kind(),
        ErrorKind::Incomplete
            | ErrorKind::Changed
            | ErrorKind::Expired
            | ErrorKind::Failed
            | ErrorKind::NotFound
            | ErrorKind::Protocol
            | ErrorKind::Network
            | ErrorKind::Timeout
            | ErrorKind::RateLimited
            | ErrorKind::Server { .. }
            | ErrorKind::Refused { .. }
    );
    assert!(expected, "seed {seed}: {error:?}");
    let text = format!("{error} {error:?}");
    assert!(!text.contains(SIGNATURE) && !text.contains(ACCESS_TOKEN), "seed {seed}: {text}");
    // How often, how long, and whether to try again.
    assert!(error.attempts() > 0 && text.contains("attempt"), "seed {seed}: {text}");
    let advice = ["try again from the start", "makes sense", "will not help", "may be asked for"];
    assert!(advice.iter().any(|advice| text.contains(advice)), "seed {seed}: {text}");
}

//! Random schedules of faults: the right bytes or a clean error, never a splice of two versions.
//!
//! Each schedule is one export of one file, made from a seed, with at least two faults of the file
//! host or the API. A failure prints the seed. `ROWMILL_FAULT_SCHEDULES` sets how many are run, and
//! `ROWMILL_FAULT_SEED` the first of them.

mod fake_mews;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fake_mews::{
    ACCESS_TOKEN, Asked, CLIENT_TOKEN, Reply, Server, bounded, builder, collect, content,
};
use fake_mews::{Request, SIGNATURE};
use futures::StreamExt;
use rowmill_mews::ErrorKind;
use serde_json::json;

const SCHEDULES: u64 = 1_500;

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
    Redirect,
    Unannounced,
    /// Of the file, from then on.
    NextVersion,
    LongerFile,
    ShorterFile,
    /// Of the next calls of the API.
    Api(u16),
    ApiLost,
    ApiCut,
    SizeChanges,
    Expires,
}

fn draw(random: &mut fastrand::Rng) -> Fault {
    let place = random.f64();
    match random.u8(0..46) {
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
        36 => Fault::Redirect,
        37 => Fault::Unannounced,
        38..=39 => Fault::NextVersion,
        40 => Fault::LongerFile,
        41 => Fault::ShorterFile,
        42 => Fault::Api([408, 429, 500, 503][random.usize(..4)]),
        43 => Fault::ApiLost,
        44 => Fault::ApiCut,
        _ => [Fault::SizeChanges, Fault::Expires][random.usize(..2)],
    }
}

/// The world of one schedule.
struct Export {
    size: usize,
    /// The file and what it is replaced with, which has the same beginning and the same length.
    versions: [Vec<u8>; 2],
    version: usize,
    length: usize,
    faults: Vec<Fault>,
    /// The faults of the API wait for a call of it.
    api_faults: Vec<Fault>,
    generation: usize,
    times: usize,
}

impl Export {
    fn new(seed: u64) -> Export {
        let mut random = fastrand::Rng::with_seed(seed);
        let size = [0, 1, 100, 5_000, 60_000][random.usize(..5)];
        let first = content(seed, size);
        let mut second = content(seed + 1, size);
        let common = random.usize(..=size);
        second[..common].copy_from_slice(&first[..common]);
        let count = random.usize(2..9);
        let faults = std::iter::repeat_with(|| draw(&mut random)).take(count).collect();
        Export {
            size,
            versions: [first, second],
            version: 0,
            length: size,
            faults,
            api_faults: Vec::new(),
            generation: 0,
            times: 0,
        }
    }

    fn get_all(&mut self, id: &str, host: &str) -> Reply {
        self.generation += 1;
        let url = format!("http://{host}/{id}/{}?sig={SIGNATURE}", self.generation);
        let mut export =
            fake_mews::export("Success", &[json!({ "Url": url, "SizeInBytes": self.size })]);
        export["Id"] = id.into();
        let whole = |export| Reply::json(&json!({ "Exports": [export] }));
        match self.api_faults.pop() {
            Some(Fault::Api(status)) => Reply::status(status),
            Some(Fault::ApiLost) => Reply::lost(),
            Some(Fault::ApiCut) => whole(export).without_length().cut(30),
            Some(Fault::SizeChanges) => {
                export["Files"][0]["SizeInBytes"] = (self.size + 1).into();
                whole(export)
            }
            Some(Fault::Expires) => {
                export["Status"] = "Expired".into();
                whole(export)
            }
            _ => whole(export),
        }
    }

    fn file(&mut self, generation: usize, request: &Request) -> Reply {
        let asked = Asked { file: 0, time: self.times, generation, request: request.clone() };
        self.times += 1;
        let fault = if self.faults.is_empty() { None } else { Some(self.faults.remove(0)) };
        match fault {
            Some(Fault::NextVersion) => self.version = 1,
            Some(Fault::LongerFile) => self.length = self.size + 7,
            Some(Fault::ShorterFile) => self.length = self.size / 2,
            Some(
                api @ (Fault::Api(_)
                | Fault::ApiLost
                | Fault::ApiCut
                | Fault::SizeChanges
                | Fault::Expires),
            ) => {
                self.api_faults.push(api);
                return Reply::status(403);
            }
            _ => {}
        }
        let mut body = self.versions[self.version].clone();
        body.resize(self.length, b'+');
        let tag = format!("\"v{}-{}\"", self.version, self.length);
        let usual = asked.answer(&body, &tag);
        let whole = || Reply::status(200).body(body.clone());
        // Where the answer begins, and how much of it there would be.
        let offset = asked.offset().unwrap_or(0).min(body.len());
        let left = body.len() - offset;
        let part_of = |place: f64| (left as f64 * place) as usize;
        let part = |range: String, tag: &str, bytes: &[u8]| {
            Reply::status(206).header("ETag", tag).header("Content-Range", &range).body(bytes)
        };
        let (last, total) = (body.len().saturating_sub(1), body.len());
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
            Some(Fault::Unannounced) => usual.without_length(),
            Some(Fault::Redirect) => {
                let here = &asked.request.target;
                Reply::status(307).header("Location", here)
            }
            Some(fault) if asked.offset().is_some() && left > 1 => match fault {
                Fault::ShiftedPart => {
                    part(format!("bytes {}-{last}/{total}", offset + 1), &tag, &body[offset + 1..])
                }
                Fault::PartOfOtherTag => {
                    let other = vec![b'?'; left];
                    part(format!("bytes {offset}-{last}/{total}"), "\"other\"", &other)
                }
                Fault::PartOfUnknownTotal => {
                    part(format!("bytes {offset}-{last}/*"), &tag, &body[offset..])
                }
                Fault::ShortPart => {
                    let end = offset + left / 2;
                    let range = format!("bytes {offset}-{}/{total}", end - 1);
                    if asked.request.header("if-range") == Some(&tag) {
                        part(range, &tag, &body[offset..end])
                    } else {
                        usual
                    }
                }
                _ => usual,
            },
            _ => usual,
        }
    }
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_faults_end_in_the_right_bytes_or_a_clean_error() {
    let first = number("ROWMILL_FAULT_SEED", 0);
    let count = number("ROWMILL_FAULT_SCHEDULES", SCHEDULES);
    let exports = Arc::new(Mutex::new(HashMap::<String, Export>::new()));
    let known = Arc::clone(&exports);
    let server = Server::start(move |request| {
        let mut exports = known.lock().unwrap();
        let host = request.header("host").expect("a host");
        if request.target.ends_with("/exports/getAll") {
            let id = request.json()["ExportIds"][0].as_str().expect("an id").to_owned();
            return exports.get_mut(&id).expect("a known export").get_all(&id, host);
        }
        let text = request.text();
        assert!(!text.contains(CLIENT_TOKEN) && !text.contains(ACCESS_TOKEN));
        let path = request.target.split('?').next().unwrap_or_default();
        let (id, generation) = path.trim_start_matches('/').split_once('/').expect("a link");
        let generation = generation.parse().expect("a number");
        exports.get_mut(id).expect("a known export").file(generation, request)
    })
    .await;
    let client = builder(&server.url)
        .max_backoff(Duration::from_millis(1))
        .idle_timeout(Duration::from_millis(300))
        .rate(1_000_000, Duration::from_secs(1))
        .build()
        .unwrap();

    let schedules = futures::stream::iter(first..first + count).map(|seed| {
        let (client, exports) = (client.clone(), Arc::clone(&exports));
        async move {
            let id = format!("{seed:08x}-0000-4000-8000-000000000000");
            exports.lock().unwrap().insert(id.clone(), Export::new(seed));
            let ready = client.adopt(id.as_str()).ready().await.expect("no fault before a file");
            let (bytes, end) = bounded(collect(&ready, 0)).await;
            let export = exports.lock().unwrap().remove(&id).unwrap();
            check(seed, &export, &bytes, end.as_ref());
            end.is_none()
        }
    });
    let ends: Vec<bool> = schedules.buffer_unordered(16).collect().await;
    let good = ends.iter().filter(|good| **good).count();
    println!(
        "{count} schedules from seed {first} on: {good} files whole, the others a clean error"
    );
    // Faults are drawn so that most can be survived; if few were, something is wrong.
    assert!(good as u64 * 2 > count, "only {good} of {count} files were whole");
}

fn check(seed: u64, export: &Export, bytes: &[u8], end: Option<&rowmill_mews::Error>) {
    let [first, second] = &export.versions;
    let Some(error) = end else {
        assert_eq!(bytes.len(), export.size, "seed {seed}");
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
            | ErrorKind::Protocol
            | ErrorKind::Network
            | ErrorKind::Timeout
            | ErrorKind::RateLimited
            | ErrorKind::Server { .. }
            | ErrorKind::Refused { .. }
    );
    assert!(expected, "seed {seed}: {error:?}");
    assert!(export.times <= 200, "seed {seed}: {} requests", export.times);
    let text = format!("{error} {error:?}");
    assert!(!text.contains(SIGNATURE) && !text.contains(ACCESS_TOKEN), "seed {seed}: {text}");
}

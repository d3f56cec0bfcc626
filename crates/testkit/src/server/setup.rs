//! What a server offers and how it behaves.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use super::faults::{Fault, Script, Trigger};
use super::schedule;
use super::source::Source;
use crate::corpus::{Corpus, Kind, Options, Totals};

/// How an export ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// With its files.
    #[default]
    Success,
    /// With status `Failed` and without files.
    Failed,
    /// With status `Expired` and without files.
    Expired,
}

/// What a [`Server`](super::Server) offers and how it behaves. Every method replaces one
/// setting; what is not set behaves as the documentation says.
#[derive(Clone)]
pub struct Setup {
    pub(super) seed: u64,
    pub(super) port: u16,
    pub(super) client_token: String,
    pub(super) access_token: String,
    pub(super) link_life: Duration,
    pub(super) export_life: Duration,
    pub(super) polls: u32,
    pub(super) ready_after: Duration,
    pub(super) rate_limit: (usize, Duration),
    pub(super) datasets: Vec<Plan>,
    pub(super) script: Script,
}

/// The files of one entity as they were asked for.
#[derive(Clone)]
pub(super) struct Plan {
    entity: String,
    ending: Ending,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Corpus { kind: Kind, rows: u64, files: usize, options: Options },
    Raw(Vec<Bytes>),
}

/// The files of one entity, ready to be served.
pub(super) struct Dataset {
    pub(super) entity: String,
    pub(super) ending: Ending,
    pub(super) files: Vec<Source>,
}

impl Setup {
    /// A server without any data: every export succeeds with no files.
    #[must_use]
    pub fn new() -> Setup {
        Setup {
            seed: 1,
            port: 0,
            client_token: "TESTKIT-CLIENT-TOKEN".to_owned(),
            access_token: "TESTKIT-ACCESS-TOKEN".to_owned(),
            link_life: Duration::from_secs(600),
            export_life: Duration::from_secs(7 * 24 * 3_600),
            polls: 0,
            ready_after: Duration::ZERO,
            rate_limit: (200, Duration::from_secs(30)),
            datasets: Vec::new(),
            script: Script::default(),
        }
    }

    /// The seed of all corpora; 1 if not set.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Setup {
        self.seed = seed;
        self
    }

    /// The port to listen on; 0, the default, takes any free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Setup {
        self.port = port;
        self
    }

    /// The tokens to accept; everything else is answered with 401.
    #[must_use]
    pub fn tokens(mut self, client: impl Into<String>, access: impl Into<String>) -> Setup {
        self.client_token = client.into();
        self.access_token = access.into();
        self
    }

    /// How long a link works after the answer that brought it; 10 minutes if not set.
    #[must_use]
    pub fn link_life(mut self, life: Duration) -> Setup {
        self.link_life = life;
        self
    }

    /// How long a finished export keeps its files; a week if not set.
    #[must_use]
    pub fn export_life(mut self, life: Duration) -> Setup {
        self.export_life = life;
        self
    }

    /// How often `getAll` says that an export is pending or in progress before it is done; 0 if
    /// not set.
    #[must_use]
    pub fn polls_before_ready(mut self, polls: u32) -> Setup {
        self.polls = polls;
        self
    }

    /// How long an export takes at least; no time if not set.
    #[must_use]
    pub fn ready_after(mut self, wait: Duration) -> Setup {
        self.ready_after = wait;
        self
    }

    /// How many requests may be made within a sliding window; 200 in 30 s if not set.
    #[must_use]
    pub fn rate_limit(mut self, requests: usize, window: Duration) -> Setup {
        self.rate_limit = (requests, window);
        self
    }

    /// Offers `rows` generated rows in `files` files under the entity name of `kind`.
    #[must_use]
    pub fn corpus(self, kind: Kind, rows: u64, files: usize) -> Setup {
        self.ugly_corpus(kind, rows, files, Options::default())
    }

    /// As [`corpus`](Setup::corpus), with rows uglier than they need to be.
    #[must_use]
    pub fn ugly_corpus(self, kind: Kind, rows: u64, files: usize, options: Options) -> Setup {
        self.plan(kind.name(), Content::Corpus { kind, rows, files, options })
    }

    /// Offers files whose bytes are given under any entity name, known to the API or not.
    #[must_use]
    pub fn files(self, entity: &str, files: impl IntoIterator<Item = Bytes>) -> Setup {
        self.plan(entity, Content::Raw(files.into_iter().collect()))
    }

    /// How exports of an entity end; with success if not set.
    #[must_use]
    pub fn ending(mut self, entity: &str, ending: Ending) -> Setup {
        match self.datasets.iter_mut().find(|plan| plan.entity == entity) {
            Some(plan) => plan.ending = ending,
            None => {
                let content = Content::Raw(Vec::new());
                self.datasets.push(Plan { entity: entity.to_owned(), ending, content });
            }
        }
        self
    }

    /// Plays a fault; see [`Trigger`] for when.
    #[must_use]
    pub fn fault(mut self, trigger: Trigger, fault: Fault) -> Setup {
        self.script.push(trigger, fault);
        self
    }

    /// Plays three faults that a good client survives without a word: one 429, one body cut in
    /// its middle, one link that expires early.
    #[must_use]
    pub fn mild_faults(self) -> Setup {
        let slow_down = Fault::Refuse { status: 429, retry_after: Some(Duration::from_secs(1)) };
        self.fault(Trigger::get_all(), slow_down)
            .fault(Trigger::file("Reservation", 0), Fault::Cut { after: 100_000 })
            .fault(Trigger::file("OrderItem", 1), Fault::ExpireLink)
    }

    /// Plays `count` faults drawn from `seed`, of all classes there are; some of them are such that
    /// no client can survive them.
    #[must_use]
    pub fn random_faults(mut self, seed: u64, count: usize) -> Setup {
        for (trigger, fault) in schedule::drawn(seed, count) {
            self.script.push(trigger, fault);
        }
        self
    }

    /// The faults that are to be played, in the order in which they are looked through.
    pub fn faults(&self) -> impl Iterator<Item = (&Trigger, &Fault)> {
        self.script.steps()
    }

    fn plan(mut self, entity: &str, content: Content) -> Setup {
        let ending = match self.datasets.iter().position(|plan| plan.entity == entity) {
            Some(known) => self.datasets.remove(known).ending,
            None => Ending::Success,
        };
        self.datasets.push(Plan { entity: entity.to_owned(), ending, content });
        self
    }
}

impl Default for Setup {
    fn default() -> Setup {
        Setup::new()
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entities: Vec<&str> = self.datasets.iter().map(|plan| plan.entity.as_str()).collect();
        f.debug_struct("Setup")
            .field("seed", &self.seed)
            .field("port", &self.port)
            .field("entities", &entities)
            .finish_non_exhaustive()
    }
}

impl Plan {
    /// Makes every row once to learn what the files weigh.
    pub(super) fn prepare(self, seed: u64) -> Dataset {
        let files = match self.content {
            Content::Raw(files) => files.into_iter().map(Source::Raw).collect(),
            Content::Corpus { kind, rows, files, options } => {
                let corpus = Corpus::with(kind, seed, rows, options);
                corpus.split(files).into_iter().map(Source::Corpus).collect()
            }
        };
        Dataset { entity: self.entity, ending: self.ending, files }
    }
}

impl Dataset {
    pub(super) fn totals(&self) -> Option<Totals> {
        let mut sums = Totals::default();
        for file in &self.files {
            let Source::Corpus(file) = file else { return None };
            sums += file.totals();
        }
        (!self.files.is_empty()).then_some(sums)
    }

    pub(super) fn sizes(&self) -> Vec<u64> {
        self.files.iter().map(Source::size).collect()
    }
}

/// The demonstration's data: `rows` rows in all, shared by Reservation, OrderItem and Customer,
/// eleven files; 300,000 rows are about half a gigabyte. Exports take two polls.
#[must_use]
pub fn demo_setup(rows: u64) -> Setup {
    let third = rows / 3;
    Setup::new()
        .polls_before_ready(2)
        .corpus(Kind::Reservation, rows - 2 * third, 4)
        .corpus(Kind::OrderItem, third, 4)
        .corpus(Kind::Customer, third, 3)
}

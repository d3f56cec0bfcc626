//! Repeatable rows, made in blocks and never stored.
//!
//! Row `i` of a kind is a pure function of kind, seed, options and `i`: not of the number of
//! rows, of blocks or of files. So any piece of any file can be made alone, twice the same, and
//! what a file will weigh is known by making it once and counting.
//!
//! The members of a row are those that the documentation of the Mews Connector API lists for
//! the entity, in its order, nulls written out. How often a value is null, how skewed an enum
//! is and how many fraction digits an instant has are assumptions.
//!
//! ```
//! use rowmill_testkit::corpus::{Corpus, Kind};
//!
//! let corpus = Corpus::new(Kind::Reservation, 7, 1_000);
//! let files = corpus.split(3);
//! let bytes: u64 = files.iter().map(|file| file.size()).sum();
//! assert_eq!(bytes, corpus.totals().bytes);
//! ```

mod amount;
mod availability;
mod bill;
mod bill_items;
mod company;
mod customer;
mod event;
mod file;
mod ids;
mod ledger_entry;
mod options;
mod order_item;
mod payment;
pub(crate) mod random;
mod reservation;
mod reshape;
mod resource_block;
mod row;
mod totals;
mod union;
mod words;

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

pub use file::{CorpusFile, Pieces};
pub use options::Options;
pub use totals::Totals;

use ids::Ids;
use random::Random;
use row::{Dress, Row};

/// Rows of a block: about 100 KB of the large kinds.
pub const BLOCK_ROWS: u64 = 64;

/// What a row is about: the ten exported entity types, and events of many shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// 40 members, about 1.64 KB.
    Reservation,
    /// 31 members with three nested amounts, about 1.73 KB.
    OrderItem,
    /// 46 members with text of many scripts, about 1.36 KB.
    Customer,
    /// 25 members with two amounts and a union of five shapes.
    Payment,
    /// 32 members with a duration.
    Company,
    /// 35 members with tagged owner data and maps.
    Bill,
    /// 14 members.
    AvailabilityAdjustment,
    /// 30 members with durations whose components are negative.
    AvailabilityBlock,
    /// 12 members.
    ResourceBlock,
    /// 15 members, plain dates and decimals.
    LedgerEntry,
    /// Not an entity of the API: rows whose payload has one of several shapes, for decoders of
    /// unions and of loosely typed data.
    Event,
}

impl Kind {
    /// The kinds that are entity types of the API.
    pub const ENTITIES: [Kind; 10] = [
        Kind::OrderItem,
        Kind::Payment,
        Kind::Reservation,
        Kind::Customer,
        Kind::Company,
        Kind::Bill,
        Kind::AvailabilityAdjustment,
        Kind::AvailabilityBlock,
        Kind::ResourceBlock,
        Kind::LedgerEntry,
    ];

    /// The name, as the API spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Reservation => "Reservation",
            Kind::OrderItem => "OrderItem",
            Kind::Customer => "Customer",
            Kind::Payment => "Payment",
            Kind::Company => "Company",
            Kind::Bill => "Bill",
            Kind::AvailabilityAdjustment => "AvailabilityAdjustment",
            Kind::AvailabilityBlock => "AvailabilityBlock",
            Kind::ResourceBlock => "ResourceBlock",
            Kind::LedgerEntry => "LedgerEntry",
            Kind::Event => "Event",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Kind, UnknownKind> {
        let kinds = Kind::ENTITIES.into_iter().chain([Kind::Event]);
        kinds.into_iter().find(|kind| kind.name() == name).ok_or(UnknownKind)
    }
}

/// A name that is no [`Kind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownKind;

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such kind of rows")
    }
}

impl std::error::Error for UnknownKind {}

/// A number of rows of one kind. Cheap to clone; holds no rows.
#[derive(Clone)]
pub struct Corpus {
    kind: Kind,
    seed: u64,
    rows: u64,
    options: Options,
    ids: Arc<Ids>,
}

impl Corpus {
    /// Describes the first `rows` rows of `kind` under `seed`. Nothing is made yet.
    #[must_use]
    pub fn new(kind: Kind, seed: u64, rows: u64) -> Corpus {
        Corpus::with(kind, seed, rows, Options::default())
    }

    /// As [`new`](Corpus::new), with rows uglier than they need to be.
    #[must_use]
    pub fn with(kind: Kind, seed: u64, rows: u64, options: Options) -> Corpus {
        Corpus { kind, seed, rows, options, ids: Arc::new(Ids::new(seed)) }
    }

    /// What the rows are about.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The number of blocks: [`BLOCK_ROWS`] rows each, the last one the rest.
    #[must_use]
    pub fn block_count(&self) -> u64 {
        self.rows.div_ceil(BLOCK_ROWS)
    }

    /// The lines of block `index`, nothing for a block beyond the last.
    #[must_use]
    pub fn block(&self, index: u64) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_block(index, &mut out);
        out
    }

    /// Appends the lines of block `index` to `out` and says what is in them.
    pub fn write_block(&self, index: u64, out: &mut Vec<u8>) -> Totals {
        let start = index.saturating_mul(BLOCK_ROWS).min(self.rows);
        self.write_rows(start..start.saturating_add(BLOCK_ROWS).min(self.rows), out)
    }

    /// Appends the lines of some rows to `out` and says what is in them. Row numbers beyond the
    /// corpus are rows of a larger one.
    pub fn write_rows(&self, rows: Range<u64>, out: &mut Vec<u8>) -> Totals {
        let mut sums = Totals::default();
        let start = out.len();
        out.reserve(((rows.end.saturating_sub(rows.start)) as usize).saturating_mul(1_800));
        let dress = Dress {
            long_fractions: (self.options.long_fractions.clamp(0.0, 1.0) * 65_536.0) as u32,
            new_arms: (self.options.new_arms.clamp(0.0, 1.0) * 65_536.0) as u32,
            escaped: self.options.escaped,
        };
        let reshape = self.options.reshapes().then(|| self.options.clone());
        let tag = self.kind as u64;
        for number in rows {
            let line = out.len();
            let random = Random::at(self.seed, tag, number);
            let mut row = Row { out, random, ids: &self.ids, sums: &mut sums, number, dress };
            row.write(self.kind);
            let mut random = row.random;
            if let Some(options) = &reshape {
                reshape::line(out, line, options, &mut random);
            }
            out.extend_from_slice(if self.options.crlf { b"\r\n" } else { b"\n" });
            sums.rows += 1;
        }
        sums.bytes = (out.len() - start) as u64;
        sums
    }

    /// What all rows add up to. Makes every row once, on all cores.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.file().totals().clone()
    }

    /// The bytes of all rows. Makes every row once, on all cores.
    #[must_use]
    pub fn len_bytes(&self) -> u64 {
        self.file().size()
    }

    /// All rows as one file. Makes every row once, on all cores.
    #[must_use]
    pub fn file(&self) -> CorpusFile {
        CorpusFile::count(self, 0..self.rows)
    }

    /// The rows in `files` files of nearly equal row counts, in order; some are empty if there
    /// are more files than rows. Makes every row once, on all cores, to learn the sizes.
    #[must_use]
    pub fn split(&self, files: usize) -> Vec<CorpusFile> {
        let share = |i: usize| {
            let cut = u128::from(self.rows) * i as u128 / files.max(1) as u128;
            u64::try_from(cut).unwrap_or(self.rows)
        };
        (0..files).map(|i| CorpusFile::count(self, share(i)..share(i + 1))).collect()
    }
}

impl fmt::Debug for Corpus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Corpus")
            .field("kind", &self.kind)
            .field("seed", &self.seed)
            .field("rows", &self.rows)
            .field("options", &self.options)
            .finish()
    }
}

impl Row<'_> {
    fn write(&mut self, kind: Kind) {
        match kind {
            Kind::Reservation => self.reservation(),
            Kind::OrderItem => self.order_item(),
            Kind::Customer => self.customer(),
            Kind::Payment => self.payment(),
            Kind::Company => self.company(),
            Kind::Bill => self.bill(),
            Kind::AvailabilityAdjustment => self.availability_adjustment(),
            Kind::AvailabilityBlock => self.availability_block(),
            Kind::ResourceBlock => self.resource_block(),
            Kind::LedgerEntry => self.ledger_entry(),
            Kind::Event => self.event(),
        }
    }
}

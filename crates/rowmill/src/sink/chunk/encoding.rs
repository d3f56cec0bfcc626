//! How the values of a chunk are encoded, which is found out from its first ones.

use parquet::basic::Encoding;

use parquet::errors::Result;

use super::dictionary::{Dictionary, Fixed, TABLE, Words, look_up};
use super::leaf::Kind;
use super::trial::Trial;
use super::values::Values;
use super::{delta, hybrid, plain, split, uuid};
use crate::sink::Profile;

/// With one different value for so many, a dictionary is not doubted.
const FEW: usize = 16;

/// The choice made for a chunk, and its dictionary if it has one.
pub(super) struct Choice {
    way: Option<Way>,
    dictionary: Option<Entries>,
    profile: Profile,
}

#[derive(Clone, Copy)]
enum Way {
    Dictionary,
    /// Without a dictionary.
    Direct(Encoding),
}

enum Entries {
    Narrow(Fixed<i32>),
    Wide(Fixed<i64>),
    Decimals(Fixed<i128>),
    /// As numbers, which are hashed and compared at once.
    Uuids(Fixed<u128>),
    Words(Words),
}

/// Calls a method of whatever dictionary it is.
macro_rules! entries {
    ($entries:expr, $dictionary:ident => $result:expr) => {
        match $entries {
            Entries::Narrow($dictionary) => $result,
            Entries::Wide($dictionary) => $result,
            Entries::Decimals($dictionary) => $result,
            Entries::Uuids($dictionary) => $result,
            Entries::Words($dictionary) => $result,
        }
    };
}

/// What has become of the values of a page.
pub(super) struct Encoded {
    pub(super) encoding: Encoding,
    /// Whether compressing them pays, where that is known without a try.
    pub(super) compressible: Option<bool>,
}

impl Choice {
    pub(super) fn new(kind: Kind, profile: Profile) -> Self {
        let dictionary = match kind {
            Kind::Bool => None,
            Kind::Int32 | Kind::Decimal32 => Some(Entries::Narrow(Fixed::new())),
            Kind::Int64 | Kind::UInt64 | Kind::Float64 | Kind::Timestamp | Kind::Decimal64 => {
                Some(Entries::Wide(Fixed::new()))
            }
            Kind::Decimal(_) => Some(Entries::Decimals(Fixed::new())),
            Kind::Uuid | Kind::UuidText => Some(Entries::Uuids(Fixed::new())),
            Kind::Text | Kind::Keys => Some(Entries::Words(Words::new())),
        };
        let mut choice = Self { way: None, dictionary, profile };
        choice.begin(kind);
        choice
    }

    /// Forgets what is known of a chunk.
    pub(super) fn begin(&mut self, kind: Kind) {
        if let Some(entries) = &mut self.dictionary {
            entries!(entries, dictionary => dictionary.truncate(0));
        }
        self.way = (kind == Kind::Keys).then_some(Way::Dictionary);
    }

    /// What its dictionary takes in memory.
    pub(super) fn bytes(&self) -> usize {
        let Some(entries) = &self.dictionary else { return 0 };
        entries!(entries, dictionary => dictionary.bytes() + dictionary.len() * TABLE)
    }

    pub(super) fn is_made(&self) -> bool {
        self.way.is_some()
    }

    /// The words that keys stand for.
    pub(super) fn words(&mut self) -> Option<&mut Words> {
        match &mut self.dictionary {
            Some(Entries::Words(words)) => Some(words),
            _ => None,
        }
    }

    /// Have keys from elsewhere brought more words than a dictionary may have?
    pub(super) fn keys_overflow(&self, kind: Kind) -> bool {
        match (&self.dictionary, self.way) {
            (Some(Entries::Words(words)), Some(Way::Dictionary)) if kind == Kind::Keys => {
                words.is_too_large()
            }
            _ => false,
        }
    }

    /// From now on words are texts.
    pub(super) fn give_up_keys(&mut self) {
        self.way = Some(Way::Direct(match self.profile {
            Profile::Default => Encoding::DELTA_LENGTH_BYTE_ARRAY,
            Profile::Compat => Encoding::PLAIN,
        }));
    }

    /// The word of a key.
    pub(super) fn word(&self, key: u32) -> &[u8] {
        match &self.dictionary {
            Some(Entries::Words(words)) => words.word(key),
            _ => &[],
        }
    }

    /// Writes the values of a page behind its levels; `keys` are those that were written, if any.
    /// `pages` is how many such pages the chunk will have, as far as is known.
    pub(super) fn encode(
        &mut self,
        kind: Kind,
        values: &Values,
        pages: usize,
        out: &mut Vec<u8>,
        keys: &mut Vec<u32>,
        trial: &mut Trial<'_>,
    ) -> Result<Encoded> {
        keys.clear();
        if values.len() == 0 {
            // Nothing is known of what is to come, but that words will be.
            let compressible = (kind == Kind::Keys).then_some(true);
            return Ok(Encoded { encoding: Encoding::PLAIN, compressible });
        }
        let way = match self.way {
            Some(Way::Direct(encoding)) => Way::Direct(encoding),
            Some(Way::Dictionary) => match self.find_keys(values, keys) {
                Some(_) => Way::Dictionary,
                // It has become too large.
                None => Way::Direct(self.direct(kind, values, trial)?.0),
            },
            None => self.choose(kind, values, pages, keys, trial)?,
        };
        if let (None, Way::Direct(_), Some(entries)) = (self.way, way, &mut self.dictionary) {
            // There may be many columns, and all of them have tried one.
            entries!(entries, dictionary => dictionary.release());
        }
        self.way = Some(way);
        match way {
            Way::Dictionary => {
                self.write_keys(keys, out);
                Ok(Encoded { encoding: Encoding::RLE_DICTIONARY, compressible: Some(true) })
            }
            Way::Direct(encoding) => {
                keys.clear();
                write(kind, values, encoding, out);
                // Random bits.
                let compressible = (kind == Kind::Uuid).then_some(false);
                Ok(Encoded { encoding, compressible })
            }
        }
    }

    /// The way that will take the fewest bytes, by these first values.
    fn choose(
        &mut self,
        kind: Kind,
        values: &Values,
        pages: usize,
        keys: &mut Vec<u32>,
        trial: &mut Trial<'_>,
    ) -> Result<Way> {
        let Some(late) = self.find_keys(values, keys) else {
            return Ok(Way::Direct(self.direct(kind, values, trial)?.0));
        };
        let Some(entries) = &mut self.dictionary else { return Ok(Way::Dictionary) };
        let found = entries!(entries, dictionary => dictionary.len());
        if found * FEW <= values.len() {
            return Ok(Way::Dictionary);
        }
        // As many as will be there if as many new ones keep coming as in the last quarter.
        let all = found + 4 * late * (pages - 1);
        let (now, then) = (hybrid::width(found as u32), hybrid::width(all as u32));
        let keys = trial.keys(keys, now)? / f64::from(now) * f64::from(then);
        let (encoding, each) = self.direct(kind, values, trial)?;
        // A dictionary is written like values without one.
        let with = keys + all as f64 / (values.len() * pages) as f64 * each;
        Ok(if with <= each { Way::Dictionary } else { Way::Direct(encoding) })
    }

    /// The encoding without a dictionary that takes the fewest bytes, and how many for each value.
    fn direct(
        &self,
        kind: Kind,
        values: &Values,
        trial: &mut Trial<'_>,
    ) -> Result<(Encoding, f64)> {
        if kind == Kind::Uuid {
            return Ok((Encoding::PLAIN, 16.0));
        }
        let ways = match self.profile {
            Profile::Default => direct(kind),
            Profile::Compat => &[Encoding::PLAIN],
        };
        trial.best(kind, values, ways)
    }

    /// Puts the keys of `values` into `keys`, and says how many of the last quarter were new. `None` if
    /// there is no dictionary, or none is worth it.
    fn find_keys(&mut self, values: &Values, keys: &mut Vec<u32>) -> Option<usize> {
        let first = self.way.is_none();
        match (self.dictionary.as_mut()?, values) {
            (Entries::Narrow(dictionary), Values::Narrow(values)) => {
                look_up(dictionary, values.iter().copied(), first, keys)
            }
            (Entries::Wide(dictionary), Values::Wide(values)) => {
                look_up(dictionary, values.iter().copied(), first, keys)
            }
            (Entries::Decimals(dictionary), Values::Decimals(values)) => {
                look_up(dictionary, values.iter().copied(), first, keys)
            }
            (Entries::Uuids(dictionary), Values::Uuids(values)) => {
                let numbers = values.iter().map(|uuid| u128::from_ne_bytes(*uuid));
                look_up(dictionary, numbers, first, keys)
            }
            (Entries::Words(dictionary), Values::Texts(texts)) => {
                look_up(dictionary, texts.iter(), first, keys)
            }
            (Entries::Words(_), Values::Keys(ready)) => {
                keys.extend_from_slice(ready);
                Some(0)
            }
            _ => None,
        }
    }

    fn write_keys(&self, keys: &[u32], out: &mut Vec<u8>) {
        let Some(entries) = &self.dictionary else { return };
        let largest = entries!(entries, dictionary => dictionary.len()) - 1;
        let width = hybrid::width(largest as u32);
        out.push(width as u8);
        hybrid::encode(keys, width, out);
    }

    /// Writes the values of the dictionary and says how many there are.
    pub(super) fn write_dictionary(&self, kind: Kind, out: &mut Vec<u8>) -> usize {
        let Some(entries) = &self.dictionary else { return 0 };
        match entries {
            Entries::Narrow(narrow) => plain::narrow(&narrow.values, out),
            Entries::Wide(wide) => plain::wide(&wide.values, out),
            Entries::Decimals(decimals) => plain::decimals(&decimals.values, kind.width(), out),
            Entries::Uuids(uuids) => {
                let uuids: Vec<_> = uuids.values.iter().map(|uuid| uuid.to_ne_bytes()).collect();
                plain::uuids(kind, &uuids, out);
            }
            Entries::Words(words) => {
                (0..words.len() as u32).for_each(|key| plain::text(words.word(key), out));
            }
        }
        entries!(entries, dictionary => dictionary.len())
    }
}

/// The encodings of values without a dictionary, the one before the other that costs less time.
fn direct(kind: Kind) -> &'static [Encoding] {
    use Encoding::{BYTE_STREAM_SPLIT, DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY, PLAIN};
    match kind {
        Kind::Bool | Kind::Uuid => &[PLAIN],
        // Polars 2.1 cannot read them split.
        Kind::Decimal(_) => &[PLAIN],
        Kind::Int32
        | Kind::Int64
        | Kind::UInt64
        | Kind::Timestamp
        | Kind::Decimal32
        | Kind::Decimal64 => &[DELTA_BINARY_PACKED, BYTE_STREAM_SPLIT],
        Kind::Float64 => &[BYTE_STREAM_SPLIT],
        Kind::UuidText => &[DELTA_LENGTH_BYTE_ARRAY],
        // Numbers as text, one greater than the other, have more in common with their lengths between.
        Kind::Text | Kind::Keys => &[DELTA_LENGTH_BYTE_ARRAY, PLAIN],
    }
}

pub(super) fn write(kind: Kind, values: &Values, encoding: Encoding, out: &mut Vec<u8>) {
    match (values, encoding) {
        (Values::Narrow(values), Encoding::BYTE_STREAM_SPLIT) => {
            split::encode(values, 4, |value, n| (value >> (8 * n)) as u8, out);
        }
        (Values::Narrow(values), Encoding::DELTA_BINARY_PACKED) => delta::encode(values, out),
        (Values::Wide(values), Encoding::BYTE_STREAM_SPLIT) => {
            split::encode(values, 8, |value, n| (value >> (8 * n)) as u8, out);
        }
        (Values::Wide(values), Encoding::DELTA_BINARY_PACKED) => delta::encode(values, out),
        (Values::Texts(texts), Encoding::DELTA_LENGTH_BYTE_ARRAY) => {
            delta::encode(&texts.lengths, out);
            out.extend_from_slice(&texts.bytes);
        }
        (Values::Uuids(uuids), Encoding::DELTA_LENGTH_BYTE_ARRAY) => {
            delta::encode(&vec![uuid::LENGTH as i32; uuids.len()], out);
            out.reserve(uuids.len() * uuid::LENGTH);
            uuids.iter().for_each(|value| out.extend_from_slice(&uuid::text(*value)));
        }
        _ => plain::encode(kind, values, out),
    }
}

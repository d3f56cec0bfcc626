//! How the values of a chunk are encoded, which is found out from its first ones.

use parquet::basic::Encoding;

use super::dictionary::{Dictionary, Fixed, TABLE, Words, Worth, look_up};
use super::leaf::Kind;
use super::values::Values;
use super::{delta, hybrid, plain, split, uuid};
use crate::sink::Profile;

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
    Uuids(Fixed<[u8; 16]>),
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
        // Numbers have better ways, which not every reader knows.
        let numbers = profile == Profile::Compat;
        let dictionary = match kind {
            Kind::Int32 | Kind::Decimal32 if numbers => Some(Entries::Narrow(Fixed::new())),
            Kind::Int64 | Kind::UInt64 | Kind::Timestamp | Kind::Decimal64 if numbers => {
                Some(Entries::Wide(Fixed::new()))
            }
            Kind::Float64 => Some(Entries::Wide(Fixed::new())),
            Kind::Decimal(_) => Some(Entries::Decimals(Fixed::new())),
            Kind::Uuid | Kind::UuidText => Some(Entries::Uuids(Fixed::new())),
            Kind::Text | Kind::Keys => Some(Entries::Words(Words::new())),
            _ => None,
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
    pub(super) fn encode(
        &mut self,
        kind: Kind,
        values: &Values,
        out: &mut Vec<u8>,
        keys: &mut Vec<u32>,
    ) -> Encoded {
        keys.clear();
        if values.len() == 0 {
            return Encoded { encoding: Encoding::PLAIN, compressible: Some(false) };
        }
        if self.encode_keys(values, out, keys) {
            self.way = Some(Way::Dictionary);
            return Encoded { encoding: Encoding::RLE_DICTIONARY, compressible: Some(true) };
        }
        keys.clear();
        let encoding = match self.way {
            Some(Way::Direct(encoding)) => encoding,
            _ if self.profile == Profile::Compat => Encoding::PLAIN,
            _ => direct(kind, values),
        };
        self.way = Some(Way::Direct(encoding));
        write(kind, values, encoding, out);
        // Random bits.
        let compressible = (kind == Kind::Uuid).then_some(false);
        Encoded { encoding, compressible }
    }

    fn encode_keys(&mut self, values: &Values, out: &mut Vec<u8>, keys: &mut Vec<u32>) -> bool {
        let first = |worth| self.way.is_none().then_some(worth);
        let short = match self.profile {
            Profile::Default => Worth::SHORT,
            Profile::Compat => Worth::LONG,
        };
        let (long, short) = (first(Worth::LONG), first(short));
        if let Some(Way::Direct(_)) = self.way {
            return false;
        }
        let Some(entries) = &mut self.dictionary else { return false };
        let found = match (&mut *entries, values) {
            (Entries::Narrow(dictionary), Values::Narrow(values)) => {
                look_up(dictionary, values.iter().copied(), short, keys)
            }
            (Entries::Wide(dictionary), Values::Wide(values)) => {
                look_up(dictionary, values.iter().copied(), short, keys)
            }
            (Entries::Decimals(dictionary), Values::Decimals(values)) => {
                look_up(dictionary, values.iter().copied(), short, keys)
            }
            (Entries::Uuids(dictionary), Values::Uuids(values)) => {
                look_up(dictionary, values.iter().copied(), long, keys)
            }
            (Entries::Words(dictionary), Values::Texts(texts)) => {
                look_up(dictionary, texts.iter(), long, keys)
            }
            (Entries::Words(_), Values::Keys(ready)) => {
                keys.extend_from_slice(ready);
                true
            }
            _ => false,
        };
        if found {
            let largest = entries!(entries, dictionary => dictionary.len()) - 1;
            let width = hybrid::width(largest as u32);
            out.push(width as u8);
            hybrid::encode(keys, width, out);
        }
        found
    }

    /// Writes the values of the dictionary and says how many there are.
    pub(super) fn write_dictionary(&self, kind: Kind, out: &mut Vec<u8>) -> usize {
        let Some(entries) = &self.dictionary else { return 0 };
        match entries {
            Entries::Narrow(narrow) => plain::narrow(&narrow.values, out),
            Entries::Wide(wide) => plain::wide(&wide.values, out),
            Entries::Decimals(decimals) => plain::decimals(&decimals.values, kind.width(), out),
            Entries::Uuids(uuids) => plain::uuids(kind, &uuids.values, out),
            Entries::Words(words) => {
                (0..words.len() as u32).for_each(|key| plain::text(words.word(key), out));
            }
        }
        entries!(entries, dictionary => dictionary.len())
    }
}

/// The encoding of values without a dictionary.
fn direct(kind: Kind, values: &Values) -> Encoding {
    match kind {
        Kind::Bool | Kind::Uuid => Encoding::PLAIN,
        // Polars 2.1 cannot read them split.
        Kind::Decimal(_) => Encoding::PLAIN,
        Kind::Int32 | Kind::Int64 | Kind::UInt64 => Encoding::DELTA_BINARY_PACKED,
        // Rounded instants have lower bytes in common, which differences no longer show.
        Kind::Timestamp => match values {
            Values::Wide(values) if values.iter().all(|value| *value & 0xFF == 0) => {
                Encoding::BYTE_STREAM_SPLIT
            }
            _ => Encoding::DELTA_BINARY_PACKED,
        },
        Kind::Float64 | Kind::Decimal32 | Kind::Decimal64 => Encoding::BYTE_STREAM_SPLIT,
        Kind::UuidText | Kind::Text | Kind::Keys => Encoding::DELTA_LENGTH_BYTE_ARRAY,
    }
}

fn write(kind: Kind, values: &Values, encoding: Encoding, out: &mut Vec<u8>) {
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

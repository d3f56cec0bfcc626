//! One column of a row group under construction. `docs/design.md` says how its encoding is chosen.

mod bitmap;
mod bounds;
mod codec;
mod delta;
mod dictionary;
mod encoding;
mod filter;
mod hybrid;
mod leaf;
mod levels;
mod nesting;
mod pages;
mod plain;
mod split;
#[cfg(test)]
mod tests;
mod trial;
mod uuid;
mod values;

use std::io::Write;

use parquet::basic;
use parquet::errors::{ParquetError, Result};
use parquet::file::writer::SerializedRowGroupWriter;
use parquet::schema::types::ColumnDescPtr;

pub(super) use self::codec::Codec;
use self::encoding::{Choice, Encoded};
pub(super) use self::filter::FALSE_POSITIVES;
use self::filter::Filter;
use self::leaf::Kind;
pub(super) use self::leaf::{Columns, node};
use self::levels::Levels;
pub(super) use self::nesting::{Node, Reach};
use self::pages::{About, DictionaryPage, Pages};
use self::trial::Trial;
use self::values::{Picked, Renumbering, Texts, Values};
use super::properties::ROW_GROUP_ROWS;
use crate::arrow::array::Array;
use crate::arrow::array::cast::AsArray;
use crate::arrow::array::types::Int32Type;
use crate::sink::Profile;

/// A page ends with the rows that bring it to this many,
const PAGE_ROWS: usize = 16_384;

/// or to this many bytes before encoding.
const PAGE_BYTES: usize = 1 << 20;

/// What the chunks of a file share: buffers, and the context of the codec.
pub(super) struct Tools {
    codec: Codec,
    named: basic::Compression,
    page: Vec<u8>,
    compressed: Vec<u8>,
    tried: Vec<u8>,
    keys: Vec<u32>,
}

impl Tools {
    pub(super) fn new(codec: Codec, named: basic::Compression) -> Self {
        let (page, compressed, tried, keys) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { codec, named, page, compressed, tried, keys }
    }
}

/// A column chunk: full pages are encoded, one is open. It is used again for each row group.
pub(super) struct Chunk {
    kind: Kind,
    // Of the open page.
    rows: usize,
    levels: Levels,
    values: Values,
    // Of the chunk.
    renumbering: Renumbering,
    choice: Choice,
    /// Whether pages are compressed, once that has been found out.
    compress: Option<bool>,
    filter: Option<Filter>,
    pages: Pages,
}

impl Chunk {
    fn new(kind: Kind, column: ColumnDescPtr, profile: Profile, filtered: bool) -> Self {
        let levels = Levels::new(column.max_def_level() as u8, column.max_rep_level() as u8);
        Self {
            kind,
            rows: 0,
            levels,
            values: kind.values(),
            renumbering: Renumbering::default(),
            choice: Choice::new(kind, profile),
            compress: None,
            filter: filtered.then(Filter::default),
            pages: Pages::new(column),
        }
    }

    /// Appends what is reached of `array`. The rows of it are counted by [`end`](Self::end).
    fn append(&mut self, array: &dyn Array, reach: &Reach, nullable: bool) -> Result<()> {
        let dictionary = array.as_dictionary_opt::<Int32Type>();
        // A word of a dictionary may be null itself.
        let nulls = match dictionary {
            Some(array) if array.values().null_count() > 0 => array.logical_nulls(),
            _ => array.nulls().cloned(),
        };
        let narrowed = nulls.filter(|nulls| nulls.null_count() > 0);
        let narrowed = narrowed.and_then(|nulls| reach.narrow(Some(&nulls)));
        let live = narrowed.as_deref().or(reach.live.as_deref());
        if !nullable && narrowed.is_some() && live.map(bitmap::count) != Some(reach.values()) {
            return Err(unexpected("null in a column that is required"));
        }
        self.levels.append(reach, live, nullable);
        let picked = Picked { start: reach.start, len: reach.len, live };
        let appended = match (dictionary, &mut self.values) {
            (Some(array), Values::Keys(_)) => {
                let words = self.choice.words();
                words.and_then(|words| {
                    self.values.append_keys(array, picked, &mut self.renumbering, words)
                })
            }
            _ => self.values.append(array, picked),
        };
        appended.ok_or_else(|| unexpected("an array of another type"))?;
        // Before any length is made of it that would not fit.
        match i32::try_from(self.values.bytes()) {
            Ok(_) => Ok(()),
            Err(_) => Err(unexpected("more than 2 GiB of text in a few rows")),
        }
    }

    /// Ends a number of rows that have been appended.
    pub(super) fn end(&mut self, rows: usize, tools: &mut Tools) -> Result<()> {
        self.rows += rows;
        // Before the first value nothing is known of what is to come, and nulls take no room.
        let known = self.values.len() > 0 || self.choice.is_made();
        let bytes = self.values.bytes() + self.levels.bytes();
        let full = self.rows >= PAGE_ROWS || bytes >= PAGE_BYTES;
        let overflow = self.choice.keys_overflow(self.kind);
        if (known && full) || overflow {
            self.close_page(ROW_GROUP_ROWS / self.rows.max(1), tools)?;
        }
        if overflow {
            self.choice.give_up_keys();
            self.renumbering.clear();
            self.values = Values::Texts(Texts::default());
        }
        Ok(())
    }

    /// About how many bytes are held of the chunk; that depends on the rows alone.
    pub(super) fn size(&self) -> usize {
        let open = self.values.bytes() + self.levels.bytes();
        let filter = self.filter.as_ref().map_or(0, Filter::bytes);
        self.pages.len() + open + self.choice.bytes() + filter
    }

    /// The bytes of its pages that are encoded.
    pub(super) fn encoded(&self) -> usize {
        self.pages.len()
    }

    /// Ends the page; the chunk will have about so many `pages` like it.
    fn close_page(&mut self, pages: usize, tools: &mut Tools) -> Result<()> {
        let Tools { codec, page, compressed, tried, keys, .. } = tools;
        page.clear();
        self.levels.encode(page);
        let mut trial = Trial { codec: &mut *codec, page: tried, compressed: &mut *compressed };
        let Encoded { encoding, compressible } =
            self.choice.encode(self.kind, &self.values, pages.max(1), page, keys, &mut trial)?;
        let uncompressed = page.len();
        // Those of a dictionary are added with it.
        if let Some(filter) = self.filter.as_mut().filter(|_| keys.is_empty()) {
            compressed.clear();
            plain::encode(self.kind, &self.values, compressed);
            filter.add(self.kind, compressed);
        }
        let compress = self.compress.unwrap_or(compressible != Some(false)) && !codec.is_none();
        if compress {
            codec.compress(page, compressed)?;
        }
        if self.compress.is_none() {
            // Random bits become no less. With so little to win, readers are better off without.
            let pays = compressible.is_some() || compressed.len() < uncompressed / 16 * 15;
            self.compress = Some(compress && pays);
        }
        let bytes = if self.compress == Some(true) { compressed } else { page };
        let about = About {
            rows: self.rows,
            slots: self.levels.slots(),
            values: self.values.len(),
            bounds: self.kind.bounds(&self.values, &self.choice, keys),
            levels: self.levels.histograms(),
            text_bytes: self.kind.text_bytes(&self.values, &self.choice, keys),
        };
        self.pages.push(bytes, uncompressed, encoding, about)?;
        self.rows = 0;
        self.levels.clear();
        self.values.clear();
        Ok(())
    }

    /// Encodes what is left: no more rows come into the chunk.
    pub(super) fn complete(&mut self, tools: &mut Tools) -> Result<()> {
        if self.rows > 0 || self.pages.len() == 0 {
            self.close_page(1, tools)?;
        }
        let compress = self.compress.take().unwrap_or(false);
        tools.page.clear();
        let entries = self.choice.write_dictionary(self.kind, &mut tools.page);
        let uncompressed = tools.page.len();
        let filter = self.filter.as_mut().map(|filter| {
            filter.add(self.kind, &tools.page);
            filter.take()
        });
        let filter = filter.transpose()?;
        let mut page = &mut tools.page;
        if compress && entries > 0 {
            tools.codec.compress(page, &mut tools.compressed)?;
            page = &mut tools.compressed;
        }
        let dictionary = (entries > 0).then_some(DictionaryPage { entries, uncompressed });
        let codec = if compress { tools.named } else { basic::Compression::UNCOMPRESSED };
        self.pages.complete(dictionary, page, codec, filter)?;
        // The next row group knows nothing of this one.
        self.choice.begin(self.kind);
        self.renumbering.clear();
        if let Kind::Keys = self.kind
            && !matches!(self.values, Values::Keys(_))
        {
            self.values = self.kind.values();
        }
        Ok(())
    }

    /// Appends the chunk to `group` once it is complete; the next one has begun then.
    pub(super) fn append_to<W: Write + Send>(
        &mut self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<()> {
        self.pages.append_to(group)
    }
}

/// An array that is not what the schema says.
#[cold]
fn unexpected(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}

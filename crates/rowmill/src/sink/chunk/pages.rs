//! The encoded pages of a column chunk, and what the footer and the page index say of them. Nothing
//! else here touches those parts of the parquet crate that writers of pages use.

use std::collections::VecDeque;
use std::io::{self, Read, Write};

use bytes::Bytes;
use parquet::basic::{self, BoundaryOrder, Encoding, LogicalType, PageType, Type};
use parquet::bloom_filter::Sbbf;
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::errors::Result;
use parquet::file::metadata::{
    ColumnChunkMetaData, ColumnIndexBuilder, LevelHistogram, OffsetIndexBuilder, PageEncodingStats,
};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::statistics::{Statistics, ValueStatistics};
use parquet::file::writer::{SerializedPageWriter, SerializedRowGroupWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use super::bounds::Bounds;
use super::levels::Histograms;
use super::unexpected;

/// The head of a page takes less than this.
const HEAD: usize = 64;

/// The pages of one chunk.
pub(super) struct Pages {
    column: ColumnDescPtr,
    written: Vec<Written>,
    /// The page of the dictionary with its head, if there is one.
    head: Vec<u8>,
    /// What is told of the chunk, once no more pages come.
    complete: Option<ColumnCloseResult>,
    /// Their bytes.
    length: usize,
    /// Buffers of the pages of the row group before, in their order, to be used again.
    spare: VecDeque<Vec<u8>>,
}

/// A data page.
struct Written {
    /// It with its head. Each page has a buffer of its own, since one for all of them would have to
    /// be moved as it grows, and be there twice in that moment.
    bytes: Vec<u8>,
    uncompressed: usize,
    encoding: Encoding,
    about: About,
}

/// What a page holds.
pub(super) struct About {
    pub(super) rows: usize,
    /// Values and what stands for those that are not there.
    pub(super) slots: usize,
    pub(super) values: usize,
    /// None if nothing but null and NaN is in it.
    pub(super) bounds: Option<Bounds>,
    pub(super) levels: Histograms,
    /// The bytes of all texts, if it has texts.
    pub(super) text_bytes: Option<usize>,
}

/// The dictionary of a chunk.
pub(super) struct DictionaryPage {
    pub(super) entries: usize,
    /// Its size before compression.
    pub(super) uncompressed: usize,
}

impl Pages {
    pub(super) fn new(column: ColumnDescPtr) -> Self {
        let (written, spare) = (Vec::new(), VecDeque::new());
        Self { column, written, head: Vec::new(), complete: None, length: 0, spare }
    }

    /// The bytes of all pages so far.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Appends a data page. `bytes` are compressed or not, and are the caller's again.
    pub(super) fn push(
        &mut self,
        bytes: &mut Vec<u8>,
        uncompressed: usize,
        encoding: Encoding,
        about: About,
    ) -> Result<()> {
        let slots = about.slots;
        let num_values =
            i32::try_from(slots).map_err(|_| unexpected("more values than a page holds"))? as u32;
        let page = |buf| Page::DataPage {
            buf,
            num_values,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let mut encoded = self.spare.pop_front().unwrap_or_default();
        encoded.clear();
        encoded.reserve_exact(bytes.len() + HEAD);
        let uncompressed = write(&mut encoded, bytes, uncompressed, page)?;
        self.length += encoded.len();
        self.written.push(Written { bytes: encoded, uncompressed, encoding, about });
        Ok(())
    }

    /// No more pages come; `page` (compressed or not) is that of the dictionary.
    pub(super) fn complete(
        &mut self,
        dictionary: Option<DictionaryPage>,
        page: &mut Vec<u8>,
        codec: basic::Compression,
        bloom_filter: Option<Sbbf>,
    ) -> Result<()> {
        self.head.clear();
        let mut uncompressed: usize = self.written.iter().map(|page| page.uncompressed).sum();
        let mut encodings = vec![Encoding::RLE];
        let mut counts = Vec::new();
        if let Some(DictionaryPage { entries, uncompressed: size }) = &dictionary {
            let num_values = *entries as u32;
            let encoding = Encoding::PLAIN;
            let of = |buf| Page::DictionaryPage { buf, num_values, encoding, is_sorted: false };
            uncompressed += write(&mut self.head, page, *size, of)?;
            encodings.push(encoding);
            counts.push(PageEncodingStats {
                page_type: PageType::DICTIONARY_PAGE,
                encoding,
                count: 1,
            });
        }
        for Written { encoding, .. } in &self.written {
            match counts.last_mut() {
                Some(last)
                    if last.page_type == PageType::DATA_PAGE && last.encoding == *encoding =>
                {
                    last.count += 1;
                }
                _ => {
                    if !encodings.contains(encoding) {
                        encodings.push(*encoding);
                    }
                    let (page_type, encoding) = (PageType::DATA_PAGE, *encoding);
                    counts.push(PageEncodingStats { page_type, encoding, count: 1 });
                }
            }
        }
        let sum = |of: fn(&About) -> usize| self.written.iter().map(|page| of(&page.about)).sum();
        let (rows, slots, values): (usize, usize, usize) =
            (sum(|about| about.rows), sum(|about| about.slots), sum(|about| about.values));
        let length = self.head.len() + self.length;
        let metadata = ColumnChunkMetaData::builder(self.column.clone())
            .set_compression(codec)
            .set_encodings(encodings)
            .set_page_encoding_stats(counts)
            .set_total_compressed_size(length as i64)
            .set_total_uncompressed_size(uncompressed as i64)
            .set_num_values(slots as i64)
            .set_data_page_offset(self.head.len() as i64)
            .set_dictionary_page_offset(dictionary.map(|_| 0))
            .set_statistics(self.statistics((slots - values) as u64))
            .set_unencoded_byte_array_data_bytes(self.text_bytes())
            .set_repetition_level_histogram(self.histogram(|levels| &levels.reps))
            .set_definition_level_histogram(self.histogram(|levels| &levels.defs))
            .build()?;
        self.complete = Some(ColumnCloseResult {
            bytes_written: length as u64,
            rows_written: rows as u64,
            metadata,
            bloom_filter,
            column_index: self.column_index()?,
            offset_index: Some(self.offset_index(self.head.len()).build()),
        });
        Ok(())
    }

    /// Appends the chunk to a row group once it is complete. Afterwards there are no pages.
    pub(super) fn append_to<W: Write + Send>(
        &mut self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<()> {
        let told =
            self.complete.take().ok_or_else(|| unexpected("a chunk that is not complete"))?;
        let length = self.head.len() + self.length;
        group.append_column(&Joined { head: &self.head, pages: &self.written, length }, told)?;
        self.spare = self.written.drain(..).map(|page| page.bytes).collect();
        self.length = 0;
        Ok(())
    }

    /// The bytes of all texts.
    fn text_bytes(&self) -> Option<i64> {
        let bytes: Option<usize> = self.written.iter().map(|page| page.about.text_bytes).sum();
        bytes.map(|bytes| bytes as i64)
    }

    /// The sum of these levels of all pages.
    fn histogram(&self, of: impl Fn(&Histograms) -> &Vec<i64>) -> Option<LevelHistogram> {
        let mut sums: Vec<i64> = Vec::new();
        for counts in self.written.iter().map(|page| of(&page.about.levels)) {
            sums.resize(counts.len(), 0);
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        histogram(&sums)
    }

    fn offset_index(&self, before: usize) -> OffsetIndexBuilder {
        let (mut index, mut offset) = (OffsetIndexBuilder::new(), before);
        for page in &self.written {
            index.append_offset_and_size(offset as i64, page.bytes.len() as i32);
            offset += page.bytes.len();
            index.append_row_count(page.about.rows as i64);
            let bytes = page.about.text_bytes.map(|bytes| bytes as i64);
            index.append_unencoded_byte_array_data_bytes(bytes);
        }
        index
    }

    /// None if a page has values that are no bounds, since there is no way to say so.
    fn column_index(
        &self,
    ) -> Result<Option<parquet::file::page_index::column_index::ColumnIndexMetaData>> {
        let mut index = ColumnIndexBuilder::new(self.column.physical_type());
        for Written { about, .. } in &self.written {
            let nulls = (about.slots - about.values) as i64;
            match &about.bounds {
                Some(bounds) => {
                    let (least, largest) = bounds.encoded(self.width());
                    index.append(false, least, largest, nulls);
                }
                None if about.values == 0 => index.append(true, Vec::new(), Vec::new(), nulls),
                None => return Ok(None),
            }
            let Histograms { reps, defs } = &about.levels;
            index.append_histograms(&histogram(reps), &histogram(defs));
        }
        index.set_boundary_order(self.boundary_order());
        index.build().map(Some)
    }

    /// Whether the bounds of pages go up or down, so that readers need not look at all of them.
    fn boundary_order(&self) -> BoundaryOrder {
        let bounds = self.written.iter().filter_map(|page| page.about.bounds.as_ref());
        let steps = bounds.clone().zip(bounds.skip(1)).map(|(these, next)| these.compare(next));
        let (mut up, mut down) = (true, true);
        for step in steps {
            up &= step.is_some_and(|step| step.iter().all(|order| order.is_le()));
            down &= step.is_some_and(|step| step.iter().all(|order| order.is_ge()));
        }
        match (up, down) {
            (true, _) => BoundaryOrder::ASCENDING,
            (false, true) => BoundaryOrder::DESCENDING,
            (false, false) => BoundaryOrder::UNORDERED,
        }
    }

    fn statistics(&self, nulls: u64) -> Statistics {
        let mut bounds: Option<Bounds> = None;
        for page in self.written.iter().filter_map(|page| page.about.bounds.as_ref()) {
            match &mut bounds {
                None => bounds = Some(page.clone()),
                Some(bounds) => bounds.join(page),
            }
        }
        let nulls = Some(nulls);
        macro_rules! of {
            ($bounds:expr) => {{
                let (least, largest) = $bounds.unzip();
                // The old fields too, where their order is right.
                ValueStatistics::new(least, largest, None, nulls, false)
                    .with_backwards_compatible_min_max(self.column.sort_order().is_signed())
            }};
        }
        let fixed = |(least, largest): (Vec<u8>, Vec<u8>)| {
            (FixedLenByteArray::from(ByteArray::from(least)), ByteArray::from(largest).into())
        };
        match bounds {
            Some(Bounds::Bool(a, b)) => of!(Some((a, b))).into(),
            Some(Bounds::Int32(a, b)) => of!(Some((a, b))).into(),
            Some(Bounds::Int64(a, b)) => of!(Some((a, b))).into(),
            Some(Bounds::UInt64(a, b)) => of!(Some((a as i64, b as i64))).into(),
            Some(Bounds::Float64(a, b)) => of!(Some((a, b))).into(),
            Some(Bounds::Text(a, b)) => {
                let (least, largest) = Bounds::Text(a.clone(), b.clone()).encoded(0);
                let exact = (least.len() == a.len(), largest == b);
                of!(Some((ByteArray::from(least), ByteArray::from(largest))))
                    .with_min_is_exact(exact.0)
                    .with_max_is_exact(exact.1)
                    .into()
            }
            Some(bounds) => of!(Some(fixed(bounds.encoded(self.width())))).into(),
            None => match self.column.physical_type() {
                Type::BOOLEAN => of!(None::<(bool, bool)>).into(),
                Type::INT32 => of!(None::<(i32, i32)>).into(),
                Type::INT64 => of!(None::<(i64, i64)>).into(),
                Type::DOUBLE => of!(None::<(f64, f64)>).into(),
                Type::FIXED_LEN_BYTE_ARRAY => {
                    of!(None::<(FixedLenByteArray, FixedLenByteArray)>).into()
                }
                _ => of!(None::<(ByteArray, ByteArray)>).into(),
            },
        }
    }

    /// The bytes of a value of fixed length.
    fn width(&self) -> usize {
        match self.column.logical_type_ref() {
            Some(LogicalType::Decimal { .. }) => {
                usize::try_from(self.column.type_length()).unwrap_or(0).min(16)
            }
            _ => 16,
        }
    }
}

/// As the parquet crate has it.
fn histogram(counts: &[i64]) -> Option<LevelHistogram> {
    (!counts.is_empty()).then(|| counts.to_vec().into())
}

/// Writes a page with its head behind `out` and gives the size of both before compression.
fn write(
    out: &mut Vec<u8>,
    bytes: &mut Vec<u8>,
    uncompressed: usize,
    page: impl FnOnce(Bytes) -> Page,
) -> Result<usize> {
    let shared = Bytes::from(std::mem::take(bytes));
    let mut sink = TrackedWrite::new(out);
    let page = CompressedPage::new(page(shared.clone()), uncompressed);
    let spec = SerializedPageWriter::new(&mut sink).write_page(page)?;
    sink.into_inner()?;
    // Nobody else has it now, so this is the vector that it was.
    *bytes = shared.into();
    Ok(spec.uncompressed_size)
}

/// A dictionary page and the pages behind it.
struct Joined<'a> {
    head: &'a [u8],
    pages: &'a [Written],
    length: usize,
}

impl Length for Joined<'_> {
    fn len(&self) -> u64 {
        self.length as u64
    }
}

impl<'a> ChunkReader for Joined<'a> {
    type T = Reader<'a>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        match start {
            0 => Ok(Reader { piece: self.head, pages: self.pages.iter() }),
            _ => Err(unexpected("a chunk is read from its start")),
        }
    }

    fn get_bytes(&self, _start: u64, _length: usize) -> Result<Bytes> {
        Err(unexpected("a chunk is read as a whole"))
    }
}

/// Gives the bytes of pages one after the other.
struct Reader<'a> {
    piece: &'a [u8],
    pages: std::slice::Iter<'a, Written>,
}

impl Read for Reader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            let Some(page) = self.pages.next() else { return Ok(0) };
            self.piece = &page.bytes;
        }
        self.piece.read(into)
    }
}

//! What a cap on memory leaves for each part of a run.
//!
//! Everything that shows in the output (where batches, pages and row groups end, how much of a pipe
//! a layout is inferred from) follows from the cap and the layout alone; only how many threads work
//! at a time follows from the number of cores, and that does not show.

use rowmill_json::Options;

use crate::arrow::{DataType, Schema};
use crate::error::{Error, Result};

/// The least cap there is.
const LEAST: usize = 32 << 20;

/// What threads have on its way between them (bytes that are read, batches, bytes to be written), and
/// memory that each keeps for itself to use again.
const BETWEEN: usize = 40 << 20;

/// Bytes of the rows of a batch where there is no cap, without their texts and lists. Many batches are on
/// their way at a time, and a row of many columns has few bytes of input if they are null.
const BATCH: usize = 8 << 20;

/// Sets how many rows of `schema` are decoded at a time where there is no cap.
pub(crate) fn without_cap(options: &mut Options, schema: &Schema) {
    let rows = BATCH / row(schema);
    options.batch_rows = options.batch_rows.min(rows.max(1));
}

/// What a cap of `bytes` leaves where pieces on their way to a store take some of it.
///
/// # Errors
/// [`Usage`](crate::ErrorKind::Usage): it is too little.
#[cfg(feature = "cloud")]
pub(crate) fn without(pieces: usize, bytes: usize) -> Result<usize> {
    bytes.checked_sub(pieces).filter(|left| *left >= LEAST).ok_or_else(|| {
        let least = (LEAST + pieces) >> 20;
        Error::usage(format!(
            "memory of {bytes} bytes is too little for output in a store: {least} MiB are the least"
        ))
    })
}

/// Shares of a cap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shares(usize);

impl Shares {
    /// Those of `bytes`.
    ///
    /// # Errors
    /// [`Usage`](crate::ErrorKind::Usage): it is too little.
    pub(crate) fn of(bytes: usize) -> Result<Self> {
        if bytes < LEAST {
            let least = LEAST >> 20;
            return Err(Error::usage(format!(
                "memory of {bytes} bytes is too little: {least} MiB are the least"
            )));
        }
        Ok(Self(bytes))
    }

    /// A quarter is for the row group that is written; half of the whole, with what it takes to put
    /// it together.
    pub(crate) fn row_group(self) -> usize {
        self.0 / 4
    }

    /// Of a pipe this much is looked at and held.
    pub(crate) fn beginning(self) -> usize {
        self.0 / 4
    }

    /// One line, or the lists of one row.
    pub(crate) fn row(self) -> usize {
        self.0 / 16
    }

    /// Half of the whole is for threads. Some of it is for what is on its way between them, the rest for
    /// the frames and batches of each.
    pub(crate) fn threads(self) -> usize {
        let room = (self.0 / 2).saturating_sub(BETWEEN);
        (room / (6 * self.frame())).max(1)
    }

    fn frame(self) -> usize {
        (self.0 / 64).min(Options::default().frame_bytes)
    }

    /// Sets what a decoder of rows of `schema` takes at a time.
    pub(crate) fn set(self, options: &mut Options, schema: &Schema) {
        // Besides their texts, of which a frame has no more than its own bytes.
        let rows = 2 * self.frame() / row(schema);
        options.frame_bytes = self.frame();
        options.batch_rows = options.batch_rows.min(rows.max(1));
        options.max_batch_bytes = options.max_batch_bytes.min(self.row());
    }
}

/// The bytes of a row, one at least.
fn row(schema: &Schema) -> usize {
    schema.fields().iter().map(|field| width(field.data_type())).sum::<usize>().max(1)
}

/// The bytes of a row in a column of this type, whatever is in it, without those of texts and of the
/// items of lists.
fn width(data_type: &DataType) -> usize {
    match data_type {
        DataType::Boolean => 1,
        DataType::Struct(fields) => fields.iter().map(|field| width(field.data_type())).sum(),
        DataType::Decimal128(..) | DataType::FixedSizeBinary(_) | DataType::Utf8View => 16,
        DataType::Int64 | DataType::UInt64 | DataType::Float64 | DataType::Timestamp(..) => 8,
        // Numbers of 32 bits, and where texts and lists end.
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use rowmill_json::{Column, Layout};

    use super::*;

    #[test]
    fn too_little_is_refused_with_the_least() {
        assert!(Shares::of(LEAST).is_ok());
        let error = Shares::of(LEAST - 1).expect_err("too little");
        assert_eq!(error.kind(), crate::ErrorKind::Usage);
        assert!(error.to_string().contains("32 MiB"), "{error}");
    }

    #[test]
    fn shares_are_no_more_than_the_whole() {
        let wide = (0..400).map(|n| Column::decimal(format!("d{n}"), 38, 10));
        let wide = Layout::new(wide).expect("a sound layout");
        for mebibytes in [32, 48, 64, 100, 256, 1000, 4096] {
            let shares = Shares::of(mebibytes << 20).expect("enough");
            let mut options = Options::default();
            shares.set(&mut options, wide.schema());
            assert!(options.batch_rows * 400 * 16 <= 2 * options.frame_bytes, "{mebibytes} MiB");
            assert!(options.batch_rows > 0);
            let decoding = BETWEEN + shares.threads() * 6 * options.frame_bytes;
            let fits = decoding + 2 * shares.row_group() <= mebibytes << 20;
            assert!(fits || shares.threads() == 1, "{mebibytes} MiB");
        }
        assert_eq!([32, 64, 256, 1024].map(|m| Shares(m << 20).threads()), [1, 1, 3, 19]);
    }

    #[test]
    fn wide_rows_come_in_small_batches_without_a_cap_too() {
        let rows = |columns: usize| {
            let columns = (0..columns).map(|n| Column::decimal(format!("d{n}"), 38, 10));
            let layout = Layout::new(columns).expect("a sound layout");
            let mut options = Options::default();
            without_cap(&mut options, layout.schema());
            options.batch_rows
        };
        assert_eq!([1, 128, 256, 1000].map(rows), [2048, 2048, 2048, 524]);
    }

    #[test]
    fn nobody_gets_more_than_without_a_cap() {
        let layout = Layout::new([Column::int32("n")]).expect("a sound layout");
        let mut options = Options::default();
        Shares::of(64 << 30).expect("enough").set(&mut options, layout.schema());
        assert_eq!(format!("{options:?}"), format!("{:?}", Options::default()));
    }
}

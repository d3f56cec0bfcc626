//! Settings of a decoder, and what it counts.

use std::ops::AddAssign;

/// Settings of a [`Decoder`](crate::Decoder).
///
/// ```
/// use rowmill_json::{OnBadRow, Options};
///
/// let mut options = Options::default();
/// options.threads = 4;
/// assert_eq!(options.on_bad_row, OnBadRow::Fail);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Lines a batch holds at most. Default 2,048: batches of that size stay in the cache while
    /// they are filled.
    pub batch_rows: usize,
    /// Bytes of input that go to a thread at once, up to the end of a line. A batch ends with them,
    /// too. Default 4 MiB.
    pub frame_bytes: usize,
    /// Threads that decode; 1 (the default) decodes inside `next_batch` and starts none. The
    /// batches are the same for every number. More than 1,024 are that many.
    pub threads: usize,
    /// What becomes of a row that does not fit the layout. Default: it ends the decoding.
    pub on_bad_row: OnBadRow,
    /// Bytes of the longest line, its end not counted. A longer one ends the decoding whatever
    /// `on_bad_row` says, since keeping it would take the memory the limit is there to save.
    /// Default 64 MiB, at most 1 GiB.
    pub max_line_bytes: usize,
    /// How many objects and arrays may stand inside one another, the row itself counted.
    /// Default 256.
    pub max_depth: usize,
    /// Bytes that the elements of the lists and maps of a batch may take, whether the input gives them
    /// values or not: `[{},{},…]` has few bytes and many columns. A row that takes more is a bad one.
    /// A batch ends before the row that would bring it above 8 MiB, or above this if it is less, so a
    /// row that takes more than that is alone in its batch. Default 256 MiB.
    pub max_batch_bytes: usize,
    /// The instruction set that decoding uses. Default: the fastest of this machine. The batches are
    /// the same for every one.
    pub simd: Simd,
}

/// An instruction set that the decoder has code for.
///
/// ```
/// use rowmill_json::{Options, Simd};
///
/// assert!(Simd::available().contains(&Simd::Portable));
/// let mut options = Options::default();
/// options.simd = Simd::Portable;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Simd {
    /// The fastest one of this machine, found out at run time.
    #[default]
    Auto,
    /// What every machine has.
    Portable,
    /// AVX2 and BMI of x86-64.
    Avx2,
    /// AVX-512 (F, BW, VL and VBMI2) of x86-64.
    Avx512,
    /// NEON of AArch64.
    Neon,
}

impl Simd {
    /// The instruction sets of this machine, the one that [`Auto`](Simd::Auto) means last. One that is
    /// not here is read as that.
    #[must_use]
    pub fn available() -> Vec<Self> {
        crate::walk::Chosen::all().into_iter().map(|(simd, _)| simd).collect()
    }
}

/// Threads at most: systems end a process that has too many, instead of refusing one.
const MOST_THREADS: usize = 1024;

impl Options {
    /// Threads to start.
    pub(crate) fn crew(&self) -> usize {
        self.threads.min(MOST_THREADS)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            batch_rows: 2048,
            frame_bytes: 4 << 20,
            threads: 1,
            on_bad_row: OnBadRow::Fail,
            max_line_bytes: 64 << 20,
            max_depth: 256,
            max_batch_bytes: 256 << 20,
            simd: Simd::Auto,
        }
    }
}

/// What becomes of a row that does not fit the layout.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum OnBadRow {
    /// The rows before it are given out, then the error.
    Fail,
    /// It is set aside with its place, the reason and its raw bytes, and the others go on.
    Quarantine {
        /// How many are too many.
        at_most: Limit,
    },
    /// A cell that does not fit its column becomes null, or, where the column is required, the
    /// innermost struct, list or map around it that may be null. Each is counted. What is wrong in
    /// another way, or has nothing around it that may be null, is set aside as with `Quarantine`.
    ///
    /// A value is read up to the first thing that is wrong with it. If it becomes null, what follows
    /// in it is checked for grammar only, and nothing in it counts as drift, as the use of a leniency
    /// or as another cell. As a whole it has not been read: the nearest
    /// [`raw_json`](crate::Column::raw_json) column around it, if there is one, keeps it as it is
    /// written.
    ///
    /// A cell does not fit if its error is one of [`Type`](crate::ErrorKind::Type),
    /// [`Format`](crate::ErrorKind::Format), [`Range`](crate::ErrorKind::Range),
    /// [`Precision`](crate::ErrorKind::Precision), [`Null`](crate::ErrorKind::Null) or
    /// [`Missing`](crate::ErrorKind::Missing).
    Null {
        /// How many rows set aside are too many.
        at_most: Limit,
    },
}

impl OnBadRow {
    /// The bound on rows set aside, if any may be.
    #[must_use]
    pub fn limit(self) -> Option<Limit> {
        match self {
            Self::Fail => None,
            Self::Quarantine { at_most } | Self::Null { at_most } => Some(at_most),
        }
    }
}

/// A bound on quarantined rows.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Limit {
    /// No bound.
    None,
    /// This many rows.
    Rows(u64),
    /// This share of all rows, 0 to 100, judged when the input has ended.
    Percent(f64),
}

impl Limit {
    /// Whether `counts` are within the bound, the whole input being read if `ended`.
    #[must_use]
    pub fn holds(&self, counts: &Counts, ended: bool) -> bool {
        match *self {
            Self::None => true,
            Self::Rows(most) => counts.quarantined <= most,
            Self::Percent(most) => {
                let all = counts.rows + counts.quarantined;
                // Counts of this size are exact in a float, so the quotient is rounded once, just as
                // `most` was when it was read: a share that is exactly the bound is within it.
                !ended
                    || counts.quarantined == 0
                    || counts.quarantined as f64 * 100.0 / all as f64 <= most
            }
        }
    }
}

/// What a decoder has seen. `lines == rows + quarantined + blank` holds at all times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Bytes of input.
    pub bytes: u64,
    /// Physical lines, the last one also when its line end is missing.
    pub lines: u64,
    /// Rows in the batches.
    pub rows: u64,
    /// Lines of nothing but white space.
    pub blank: u64,
    /// Rows set aside.
    pub quarantined: u64,
    /// Uses of [`Allow::empty_as_null`](crate::Allow::empty_as_null) in good rows.
    pub empty_as_null: u64,
    /// Uses of [`Allow::date_as_midnight`](crate::Allow::date_as_midnight) in good rows.
    pub date_as_midnight: u64,
    /// Uses of [`Allow::cut_digits`](crate::Allow::cut_digits) in good rows.
    pub cut_digits: u64,
    /// Uses of [`Allow::round_digits`](crate::Allow::round_digits) in good rows.
    pub round_digits: u64,
    /// Uses of [`Allow::rescue_digits`](crate::Allow::rescue_digits) in good rows.
    pub rescue_digits: u64,
    /// Cells made null in good rows, see [`OnBadRow::Null`].
    pub nulled: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.lines += other.lines;
        self.rows += other.rows;
        self.blank += other.blank;
        self.quarantined += other.quarantined;
        self.empty_as_null += other.empty_as_null;
        self.date_as_midnight += other.date_as_midnight;
        self.cut_digits += other.cut_digits;
        self.round_digits += other.round_digits;
        self.rescue_digits += other.rescue_digits;
        self.nulled += other.nulled;
    }
}

//! The options that every way of writing Parquet has in common.

mod towards;

use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::PathBuf;
use std::thread::available_parallelism;

use rowmill_json::{Layout, LayoutError, Limit, OnBadRow, Options, Unknown};

use crate::arrow::Schema;
use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::lineage::Lineage;
use crate::memory::{self, Shares};
use crate::partition::{self, PartitionBy};
use crate::parts::Cut;
use crate::progress::{OnProgress, Progress};
use crate::sink::{self, ParquetOptions};

/// Threads at most, as in the decoder.
const MOST_THREADS: usize = 1024;

/// How the pages of a Parquet file are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    None,
    /// Snappy, for readers that know nothing newer.
    Snappy,
    /// Zstandard at this level, 1 to 22.
    Zstd(i32),
}

impl Default for Compression {
    /// Zstandard at level 1, where the encoder keeps up with the decoder.
    fn default() -> Self {
        Self::Zstd(1)
    }
}

/// What the builders collect.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) on_bad_row: OnBadRow,
    pub(crate) rejects: Option<PathBuf>,
    /// Uploads of files that are no output, at a time.
    #[cfg(feature = "cloud")]
    pub(crate) uploads: usize,
    pub(crate) redact: bool,
    pub(crate) max_expansion: Option<u64>,
    pub(crate) columns: Vec<String>,
    pub(crate) unknown: Option<Unknown>,
    pub(crate) max_line_bytes: Option<usize>,
    pub(crate) max_depth: usize,
    pub(crate) parquet: ParquetOptions,
    pub(crate) threads: usize,
    pub(crate) memory: Option<usize>,
    pub(crate) overwrite: bool,
    /// Exports whose rows go with the commit, since those of this one take their place.
    #[cfg(feature = "mews")]
    pub(crate) replaces: Vec<String>,
    pub(crate) target_size: u64,
    pub(crate) part_per_file: bool,
    pub(crate) partition_by: Vec<PartitionBy>,
    pub(crate) max_partitions: usize,
    pub(crate) new_columns: bool,
    pub(crate) checksum: bool,
    pub(crate) dedupe: bool,
    pub(crate) lineage: BTreeSet<Lineage>,
    pub(crate) entity: Option<String>,
    pub(crate) progress: Option<OnProgress>,
    pub(crate) cancel: Cancel,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            on_bad_row: OnBadRow::Fail,
            rejects: None,
            #[cfg(feature = "cloud")]
            uploads: 0,
            redact: false,
            max_expansion: None,
            columns: Vec::new(),
            unknown: None,
            max_line_bytes: None,
            max_depth: Options::default().max_depth,
            parquet: ParquetOptions::default(),
            threads: 0,
            memory: None,
            overwrite: false,
            #[cfg(feature = "mews")]
            replaces: Vec::new(),
            target_size: 256 << 20,
            part_per_file: false,
            partition_by: Vec::new(),
            max_partitions: 1_000,
            new_columns: false,
            checksum: false,
            dedupe: false,
            lineage: BTreeSet::new(),
            entity: None,
            progress: None,
            cancel: Cancel::new(),
        }
    }
}

impl Settings {
    /// The number of threads to use: never 0, and no more than there is memory for.
    pub(crate) fn threads(&self) -> usize {
        let room = self.memory.and_then(|bytes| Shares::of(bytes).ok());
        threads(self.threads).min(room.map_or(usize::MAX, Shares::threads))
    }

    /// What the cap on memory leaves for each, if there is one.
    ///
    /// # Errors
    /// It is too little.
    pub(crate) fn shares(&self) -> Result<Option<Shares>> {
        self.memory.map(Shares::of).transpose()
    }

    /// How rows of `schema` are decoded.
    pub(crate) fn decoder_options(&self, schema: &Schema) -> Result<Options> {
        let mut options = Options::default();
        options.threads = self.threads();
        options.max_depth = self.max_depth;
        let shares = self.shares()?;
        match shares {
            Some(shares) => shares.set(&mut options, schema),
            None => memory::without_cap(&mut options, schema),
        }
        let most = shares.map_or(options.max_line_bytes, Shares::row);
        options.max_line_bytes =
            self.max_line_bytes.unwrap_or_else(|| options.max_line_bytes.min(most));
        options.on_bad_row = match self.on_bad_row {
            // The limit is one for the whole run; a decoder sees one source only.
            OnBadRow::Quarantine { .. } => OnBadRow::Quarantine { at_most: Limit::None },
            OnBadRow::Null { .. } => OnBadRow::Null { at_most: Limit::None },
            policy => policy,
        };
        Ok(options)
    }

    /// How the Parquet is written.
    pub(crate) fn parquet(&self) -> Result<ParquetOptions> {
        let mut options = self.parquet.clone();
        options.threads = self.threads();
        if let Some(shares) = self.shares()? {
            options.threads = options.threads.min(shares.threads());
            options.row_group_bytes = options.row_group_bytes.min(shares.row_group());
        }
        Ok(options)
    }

    /// Where parts of a directory end.
    pub(crate) fn cut(&self) -> Cut {
        if self.part_per_file { Cut::Source } else { Cut::Size(self.target_size) }
    }

    /// What is read of `layout`, and how.
    pub(crate) fn part_of(&self, layout: Layout) -> Result<Layout> {
        let wrong = |what: &str, error: LayoutError| Error::usage(format!("{what}: {error}"));
        let mut layout = layout;
        if !self.columns.is_empty() {
            let paths = self.columns.iter().map(String::as_str);
            layout = layout.select(paths).map_err(|e| wrong("columns to read", e))?;
        }
        if let Some(unknown) = self.unknown {
            layout = layout.with_unknown(unknown).map_err(|e| wrong("unknown keys", e))?;
        }
        // Before there are rows.
        sink::filtered(layout.schema(), &self.parquet.bloom_filters)?;
        Ok(layout)
    }

    /// The bound on bad rows, `None` where the first one ends the run.
    pub(crate) fn quarantine(&self) -> Option<Limit> {
        self.on_bad_row.limit()
    }

    pub(crate) fn check(&self) -> Result<()> {
        if let Some(name) = &self.entity
            && !is_file_name(name)
        {
            return Err(Error::usage(format!(
                "{name:?} is no name for an entity: letters, digits, `-` and `_` only"
            )));
        }
        if let Compression::Zstd(level) = self.parquet.compression
            && !(1..=22).contains(&level)
        {
            return Err(Error::usage(format!("zstd has the levels 1 to 22, not {level}")));
        }
        if let Some(Limit::Percent(share)) = self.quarantine()
            && !(0.0..=100.0).contains(&share)
        {
            return Err(Error::usage(format!("{share} is no percentage of rows")));
        }
        if self.max_expansion == Some(0) {
            return Err(Error::usage("a source may expand to at least 1 byte for each, not to 0"));
        }
        if let (Some(shares), Some(line)) = (self.shares()?, self.max_line_bytes)
            && line > shares.row()
        {
            return Err(Error::usage(format!(
                "lines of {line} bytes do not fit into the memory given, which leaves {} for one",
                shares.row()
            )));
        }
        if self.target_size == 0 {
            return Err(Error::usage("a part has at least 1 byte, not 0"));
        }
        if self.max_partitions == 0 {
            return Err(Error::usage("rows need at least 1 partition, not 0"));
        }
        partition::check(&self.partition_by)?;
        self.cancel.check()
    }

    pub(crate) fn tell(&self, progress: impl FnOnce() -> Progress) {
        if let Some(callback) = &self.progress {
            callback(progress());
        }
    }
}

/// The number of threads that was asked for, where 0 stands for all cores: never 0.
pub(crate) fn threads(asked: usize) -> usize {
    match asked {
        0 => available_parallelism().map_or(1, NonZero::get),
        n => n.min(MOST_THREADS),
    }
}

/// Whether `name` can stand in a path as it is, also where it came from the network.
pub(crate) fn is_file_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.len() <= 128
        && name.chars().all(fits)
}

/// The methods of a builder with a field `settings: Settings`.
macro_rules! setters {
    () => {
        /// What a row does that does not fit the layout. Default: it ends the run.
        pub fn on_bad_row(mut self, policy: $crate::OnBadRow) -> Self {
            self.settings.on_bad_row = policy;
            self
        }

        /// Where rows go that are set aside: a file of JSON Lines, written only if there are any.
        /// Default: `OUT.rejects.jsonl` beside a file, `OUT/_rowmill/rejects.jsonl` in a directory. With
        /// the feature `cloud` it may be a URL, wherever the output goes.
        ///
        /// The file in a directory gathers the rows of many runs: those of other sources stay. So does one
        /// that is named here for exports. For other sources it is one of this run alone, and what is
        /// there is refused, or [replaced](Self::overwrite).
        ///
        /// Each line has the keys `file`, `line`, `offset` (of the line's first byte in the
        /// uncompressed source), `column`, `code`, `reason`, `expected`, `found`, and `raw`, the
        /// line as it was; where that is not UTF-8, `raw_base64` stands instead of `raw`.
        pub fn rejects(mut self, path: impl Into<std::path::PathBuf>) -> Self {
            self.settings.rejects = Some(path.into());
            self
        }

        /// Keeps data out of what a run says about rows. Lines of the file of
        /// [`rejects`](Self::rejects) then have `raw_bytes`, the length of the row's line in bytes,
        /// instead of `raw` or `raw_base64`, and nothing else in them is data: `column` names columns
        /// of the layout (a key of a map shows as `{}`, one that the layout does not know is left out),
        /// `found` the kind of what was there. The [report](crate::Report::drift) counts new values of
        /// enumerations without telling them; it tells new keys, as errors do. Default: rows are kept
        /// whole, so that they can be repaired.
        ///
        /// Where an earlier run has left rows with their contents in the same file of a directory,
        /// the run is refused (as [`Output`](crate::ErrorKind::Output)) before anything is read, since
        /// they can neither stay nor be thrown away.
        pub fn redact(mut self, redact: bool) -> Self {
            self.settings.redact = redact;
            self
        }

        /// Refuses a compressed source of which more than `times` bytes come out for each byte that
        /// was read, as soon as more than 64 MiB have come out.
        ///
        /// Default: 1,000 for gzip and 20,000 for Zstandard. Rows that are all equal do not get there
        /// (measured: 700 and 12,000 at most), runs of one byte do (1,030 and 32,000).
        pub fn max_expansion(mut self, times: u64) -> Self {
            self.settings.max_expansion = Some(times);
            self
        }

        /// Reads these columns of the layout alone, in this order; see
        /// [`Layout::select`](crate::Layout::select) for paths and aliases. Default: all.
        pub fn columns<P: Into<String>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
            self.settings.columns = paths.into_iter().map(Into::into).collect();
            self
        }

        /// What becomes of keys that the layout does not know. Default: as the layout says; where the
        /// layout is inferred from a sample, they are rescued.
        pub fn unknown(mut self, unknown: $crate::Unknown) -> Self {
            self.settings.unknown = Some(unknown);
            self
        }

        /// Bytes of the longest line, its end not counted. A longer one ends the run under every
        /// policy. Default 64 MiB, or as [`memory`](Self::memory) says; at most 1 GiB.
        pub fn max_line_bytes(mut self, bytes: usize) -> Self {
            self.settings.max_line_bytes = Some(bytes);
            self
        }

        /// How many objects and arrays may stand inside one another, the row itself counted.
        /// Default 256.
        pub fn max_depth(mut self, depth: usize) -> Self {
            self.settings.max_depth = depth;
            self
        }

        /// How pages are compressed. Default: Zstandard at level 1.
        pub fn compression(mut self, codec: $crate::Compression) -> Self {
            self.settings.parquet.compression = codec;
            self
        }

        /// Which encodings the output has. Default: those that make it small.
        pub fn profile(mut self, profile: $crate::Profile) -> Self {
            self.settings.parquet.profile = profile;
            self
        }

        /// How UUIDs are stored in columns of which the layout [does not say
        /// so](crate::Column::stored_as). Default: as 16 bytes of the type UUID. A
        /// [checksum](Self::checksum) is one of the rows and does not change with it.
        pub fn uuid(mut self, form: $crate::UuidForm) -> Self {
            self.settings.parquet.uuid = form;
            self
        }

        /// The columns that get a Bloom filter in each row group, by which readers pass over row groups
        /// that surely have no row with a value. Paths are those of [`columns`](Self::columns), lists
        /// and maps being passed through. Default: none, since they take room and time, and bounds do
        /// as much for values that come in order.
        pub fn bloom_filters<P: Into<String>>(
            mut self,
            paths: impl IntoIterator<Item = P>,
        ) -> Self {
            self.settings.parquet.bloom_filters = paths.into_iter().map(Into::into).collect();
            self
        }

        /// Threads that decode; with more than one, reading and encoding overlap with them. The
        /// output is the same for every number. 0, the default, stands for the number of cores, and more
        /// than 1,024 are that many.
        pub fn threads(mut self, threads: usize) -> Self {
            self.settings.threads = threads;
            self
        }

        /// A cap on the bytes that the run holds, at least 32 MiB; the program itself takes up to 16 MiB
        /// besides, and so do the window of a Zstandard source (8 MiB, or as much as its header asks
        /// for) and what downloads hold on their way. Default: none; then a run takes less than 150 MiB
        /// with one thread and 250 MiB with two.
        ///
        /// It is a matter of pieces: frames, batches and row groups are smaller, so the same rows give
        /// other bytes under another cap, and the same ones for every number of threads. Of those no more
        /// work at a time than there is room for. A line, or the lists of a row, that take more than a
        /// sixteenth of the cap make a bad row (the line ends the run), and a layout is inferred from a
        /// quarter of the cap where a source can be read only once.
        pub fn memory(mut self, bytes: usize) -> Self {
            self.settings.memory = Some(bytes);
            self
        }

        /// Replaces output that is there already, once the new one is complete. In a directory the
        /// manifests that name a replaced part go too, with all parts they name; where one tells of a
        /// source that is not read now, the run is refused, since its rows would be lost. Default: what
        /// is there is refused before anything is read, unless it is what is asked for: then nothing is
        /// done, and the report [says so](crate::Report::already_there).
        pub fn overwrite(mut self, overwrite: bool) -> Self {
            self.settings.overwrite = overwrite;
            self
        }

        /// Ends a part of a directory with the batch of rows by which so many bytes of it are encoded,
        /// and begins the next one: it has the size, and some pages more. A part may hold rows of many
        /// sources, and a source may be in many parts. Where it ends depends on the rows alone. Single
        /// files are never cut. Default: 256 MiB.
        pub fn target_size(mut self, bytes: u64) -> Self {
            self.settings.target_size = bytes;
            self
        }

        /// Makes one part of each source, whatever its size, instead.
        pub fn part_per_file(mut self, each: bool) -> Self {
            self.settings.part_per_file = each;
            self
        }

        /// Puts rows into directories by the values of these columns, one inside another, as Hive does:
        /// `State=Confirmed/StartUtc_month=2024-05/`. Each directory has parts of its own, which are
        /// [cut](Self::target_size) like others. A column whose values are in the names of directories
        /// is not in the files; one of which a [part](crate::DatePart) is taken stays there. Default: no
        /// directories.
        ///
        /// Null is `__HIVE_DEFAULT_PARTITION__`, an empty text is an empty one (`State=`), and what paths
        /// give a meaning to is encoded as `%2F`. Texts, enums, booleans, whole numbers, dates and UUIDs
        /// can be partitioned by, and of instants and dates a year, month or day (in UTC). Anything else
        /// is refused before a row is written, as [`Usage`](crate::ErrorKind::Usage), and so is output
        /// to a single file. A value that takes more than the 255 bytes of a name ends the run, as
        /// [`Data`](crate::ErrorKind::Data).
        ///
        /// Rows that it is not worth while to write yet wait in a file without a name, beside the output or,
        /// if that is a URL, in [`std::env::temp_dir`].
        ///
        /// ```
        /// use rowmill::{Column, Convert, Layout, PartitionBy};
        ///
        /// # let dir = tempfile::tempdir()?;
        /// # let (input, output) = (dir.path().join("rooms.jsonl"), dir.path().join("lake/"));
        /// # std::fs::write(&input, "{\"Id\":1,\"State\":\"Clean\"}\n{\"Id\":2}\n")?;
        /// let layout = Layout::new([Column::int64("Id"), Column::category("State")])?;
        /// let by = [PartitionBy::column("State")];
        /// Convert::new(&layout).partition_by(by).run(&input, &output)?;
        /// assert!(output.join("State=Clean/rooms.parquet").exists());
        /// assert!(output.join("State=__HIVE_DEFAULT_PARTITION__/rooms.parquet").exists());
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        pub fn partition_by(
            mut self,
            columns: impl IntoIterator<Item = $crate::PartitionBy>,
        ) -> Self {
            self.settings.partition_by = columns.into_iter().collect();
            self
        }

        /// Refuses rows of more than so many partitions, before anything is put in place. Default:
        /// 1,000.
        pub fn max_partitions(mut self, most: usize) -> Self {
            self.settings.max_partitions = most;
            self
        }

        /// Lets rows have columns, or fields in them, that the table in the directory does not have so far.
        /// Readers must then join columns by their names, and some leave the new ones out without a word if
        /// they are not told to. Default: such rows are refused, as others are whose columns are not those
        /// of the table.
        pub fn new_columns(mut self, allowed: bool) -> Self {
            self.settings.new_columns = allowed;
            self
        }

        /// Adds columns that say where the rows have come from, in the order of
        /// [`Lineage`](crate::Lineage), whatever the order here. Default: none, so that the same input
        /// gives the same bytes whatever it is called and whenever it is read.
        pub fn lineage(mut self, columns: impl IntoIterator<Item = $crate::Lineage>) -> Self {
            self.settings.lineage = columns.into_iter().collect();
            self
        }

        /// Takes a [`Checksum`](crate::Checksum) of the rows on the way, for the
        /// [report](crate::Report::checksum): of the columns of the layout, without those of
        /// [lineage](Self::lineage). Default: none is taken, since it costs 2 to 5 % of the CPU time.
        pub fn checksum(mut self, checksum: bool) -> Self {
            self.settings.checksum = checksum;
            self
        }

        /// Calls `callback` as the run goes on. See [`Progress`](crate::Progress).
        pub fn progress(
            mut self,
            callback: std::sync::Arc<dyn Fn($crate::Progress) + Send + Sync>,
        ) -> Self {
            self.settings.progress = Some(callback);
            self
        }

        /// Lets `token` stop the run.
        pub fn cancel(mut self, token: $crate::Cancel) -> Self {
            self.settings.cancel = token;
            self
        }
    };
}
pub(crate) use setters;

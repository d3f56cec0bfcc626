//! Options of output in directories by value.

use std::num::NonZeroUsize;

use clap::Args;
use rowmill::PartitionBy;

use crate::{output, values};

/// What `convert` and `export` have in common: which directory a row goes to.
#[derive(Args, Debug)]
pub(crate) struct Partitions {
    /// Put rows into directories by the values of this column, or by the year, month or day (UTC) of its
    /// instants or dates, as in State=Confirmed/StartUtc_month=2024-05; again for directories in those.
    /// A column whose values are in the names of directories is not in the files. Rows that wait for
    /// their directory do so in one of OUT, or where OUT is a URL in that for temporary files (TMPDIR)
    #[arg(long, value_name = "COLUMN[:PART]")]
    pub(crate) partition_by: Vec<PartitionBy>,

    /// Refuse rows of more partitions than this, before anything is put in place [default: 1000]
    #[arg(long, value_name = "N", value_parser = values::count::<NonZeroUsize>, requires = "partition_by")]
    pub(crate) max_partitions: Option<NonZeroUsize>,
}

impl Partitions {
    /// Tells of directories that some readers do not see.
    pub(crate) fn tell(&self) {
        for by in &self.partition_by {
            let directory = by.directory();
            if directory.starts_with(['_', '.']) {
                output::note(&format!(
                    "directories {directory}=… begin with a character that pyarrow passes over without \
                     a word, unless it is told ignore_prefixes"
                ));
            }
        }
    }
}

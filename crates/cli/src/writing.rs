//! The options that `convert` and `export` share, handed on to the library.

use rowmill::{Limit, OnBadRow};

use crate::args::{OnError, Writing};
use crate::exit::Failure;

impl Writing {
    /// The policy for bad rows; options that only make sense with the other one are refused.
    pub(crate) fn on_bad_row(&self) -> Result<OnBadRow, Failure> {
        let at_most = self.max_rejects.unwrap_or(Limit::None);
        let unused = match self.on_error {
            OnError::Quarantine => return Ok(OnBadRow::Quarantine { at_most }),
            OnError::Null => return Ok(OnBadRow::Null { at_most }),
            OnError::Fail if self.rejects.is_some() => "--rejects",
            OnError::Fail if self.max_rejects.is_some() => "--max-rejects",
            OnError::Fail => return Ok(OnBadRow::Fail),
        };
        Err(Failure::usage(format!("{unused} needs --on-error quarantine or null")))
    }
}

/// Sets the shared options on one of the library's builders, which have the same methods.
macro_rules! configure {
    ($builder:expr, $reading:expr, $writing:expr) => {{
        let reading: &$crate::args::Reading = &$reading;
        let writing: &$crate::args::Writing = &$writing;
        let mut builder = $builder
            .on_bad_row(writing.on_bad_row()?)
            .compression(writing.compression)
            .profile(writing.profile.into())
            .uuid(writing.uuid.into())
            .bloom_filters(&writing.bloom)
            .threads(writing.threads.map_or(0, std::num::NonZeroUsize::get))
            .target_size(writing.target_size as u64)
            .part_per_file(writing.part_per_file)
            .partition_by(writing.partitions.partition_by.iter().cloned())
            .new_columns(writing.new_columns)
            .overwrite(writing.overwrite)
            .redact(writing.redact)
            .lineage(writing.lineage.iter().copied())
            // Who reads the summary alone has no use for it.
            .checksum(writing.json)
            .progress($crate::progress::callback());
        if let Some(path) = &writing.rejects {
            builder = builder.rejects(path);
        }
        if let Some(most) = writing.partitions.max_partitions {
            builder = builder.max_partitions(most.get());
        }
        if let Some(bytes) = writing.memory {
            builder = builder.memory(bytes);
        }
        if !reading.columns.is_empty() {
            builder = builder.columns(&reading.columns);
        }
        if let Some(unknown) = reading.unknown {
            builder = builder.unknown(unknown.into());
        }
        if let Some(bytes) = reading.max_line_bytes {
            builder = builder.max_line_bytes(bytes);
        }
        if let Some(depth) = reading.max_depth {
            builder = builder.max_depth(depth.into());
        }
        if let Some(times) = writing.max_expansion {
            builder = builder.max_expansion(times);
        }
        builder
    }};
}
pub(crate) use configure;

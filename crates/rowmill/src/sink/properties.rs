//! What a Parquet file is written with, and how those columns are encoded that the parquet crate
//! encodes, decided from their types.

use std::collections::HashSet;

use parquet::basic::{self, Encoding, LogicalType, ZstdLevel};
use parquet::errors::Result;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

use super::chunk::FALSE_POSITIVES;
use super::options::{ParquetOptions, Profile};
use crate::settings::Compression;

/// Rows of a row group at most.
pub(crate) const ROW_GROUP_ROWS: usize = 131_072;

/// The text in the footer that tells readers what wrote the file.
const CREATED_BY: &str = concat!("rowmill version ", env!("CARGO_PKG_VERSION"));

/// Parquet's name of a codec.
pub(super) fn codec(codec: Compression) -> Result<basic::Compression> {
    Ok(match codec {
        Compression::None => basic::Compression::UNCOMPRESSED,
        Compression::Snappy => basic::Compression::SNAPPY,
        Compression::Zstd(level) => basic::Compression::ZSTD(ZstdLevel::try_new(level)?),
    })
}

/// The properties to write a table of these columns with.
pub(super) fn properties(
    columns: &SchemaDescriptor,
    options: &ParquetOptions,
    filtered: &HashSet<usize>,
) -> Result<WriterProperties> {
    let codec = self::codec(options.compression)?;
    let mut properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(codec)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Page);
    for (n, column) in columns.columns().iter().enumerate() {
        if filtered.contains(&n) {
            properties = properties
                .set_column_bloom_filter_enabled(column.path().clone(), true)
                .set_column_bloom_filter_fpp(column.path().clone(), FALSE_POSITIVES);
        }
        if let Some(encoding) = encoding(column).filter(|_| options.profile == Profile::Default) {
            properties = properties
                .set_column_dictionary_enabled(column.path().clone(), false)
                .set_column_encoding(column.path().clone(), encoding);
        }
    }
    Ok(properties.build())
}

/// The encoding of a column whose values hardly ever repeat, so that looking each up in a
/// dictionary is wasted; `None` for those that are better off with one.
fn encoding(column: &ColumnDescriptor) -> Option<Encoding> {
    match column.logical_type_ref()? {
        LogicalType::Timestamp { .. } => Some(Encoding::DELTA_BINARY_PACKED),
        LogicalType::Uuid | LogicalType::Decimal { .. } | LogicalType::Json => {
            Some(Encoding::PLAIN)
        }
        _ => None,
    }
}

//! How each column of a Parquet file is encoded, decided from its type and, for columns of lineage,
//! its name.

use parquet::arrow::ArrowSchemaConverter;
use parquet::basic::{self, Encoding, LogicalType, ZstdLevel};
use parquet::errors::Result;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

use crate::arrow::Schema;
use crate::lineage::Lineage;
use crate::settings::Compression;

/// Rows of a row group at most.
pub(super) const ROW_GROUP_ROWS: usize = 131_072;

/// The text in the footer that tells readers what wrote the file.
const CREATED_BY: &str = concat!("rowmill version ", env!("CARGO_PKG_VERSION"));

/// The properties to write a table of this schema with.
pub(super) fn properties(schema: &Schema, codec: Compression) -> Result<WriterProperties> {
    let columns: SchemaDescriptor = ArrowSchemaConverter::new().convert(schema)?;
    let codec = match codec {
        Compression::None => basic::Compression::UNCOMPRESSED,
        Compression::Snappy => basic::Compression::SNAPPY,
        Compression::Zstd(level) => basic::Compression::ZSTD(ZstdLevel::try_new(level)?),
    };
    let mut properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(codec)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Page);
    for column in columns.columns() {
        if let Some(encoding) = encoding(column) {
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
    if let [name] = column.path().parts()
        && let Some(lineage) = Lineage::named(name)
    {
        return match lineage {
            // One more each time.
            Lineage::Line => Some(Encoding::DELTA_BINARY_PACKED),
            // One value in all rows: a dictionary of one word, and next to nothing for each row.
            _ => None,
        };
    }
    match column.logical_type_ref()? {
        LogicalType::Timestamp { .. } => Some(Encoding::DELTA_BINARY_PACKED),
        LogicalType::Uuid | LogicalType::Decimal { .. } | LogicalType::Json => {
            Some(Encoding::PLAIN)
        }
        _ => None,
    }
}

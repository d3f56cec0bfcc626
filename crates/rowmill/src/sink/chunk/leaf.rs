//! The columns that are encoded here: what Arrow's types become.

use std::collections::HashSet;

use parquet::basic::{LogicalType, Type};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor};

use super::bounds::{self, Bounds};
use super::encoding::Choice;
use super::uuid;
use super::values::{Texts, Values};
use super::{Chunk, Node};
use crate::arrow::{DataType, Field};
use crate::sink::Profile;

/// Nested deeper than this, levels would not fit into bytes.
const DEEPEST: i16 = 100;

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Bool,
    /// Dates too.
    Int32,
    Int64,
    UInt64,
    Float64,
    Timestamp,
    /// Decimals of at most nine digits,
    Decimal32,
    /// of at most 18,
    Decimal64,
    /// and of more, in so many bytes.
    Decimal(usize),
    Uuid,
    /// UUIDs that are texts in the file.
    UuidText,
    Text,
    /// Texts that are keys of a dictionary already.
    Keys,
}

impl Kind {
    /// `None` if such a column is not encoded here.
    fn of(leaf: &DataType, column: &ColumnDescPtr) -> Option<Self> {
        let width = usize::try_from(column.type_length()).unwrap_or(0);
        let kind = match (leaf, column.physical_type()) {
            (DataType::Boolean, Type::BOOLEAN) => Self::Bool,
            (DataType::Int32 | DataType::Date32, Type::INT32) => Self::Int32,
            (DataType::Int64, Type::INT64) => Self::Int64,
            (DataType::UInt64, Type::INT64) => Self::UInt64,
            (DataType::Float64, Type::DOUBLE) => Self::Float64,
            (DataType::Timestamp(..), Type::INT64) => match column.logical_type_ref() {
                Some(LogicalType::Timestamp { .. }) => Self::Timestamp,
                _ => return None,
            },
            (DataType::Decimal128(..), Type::INT32) => Self::Decimal32,
            (DataType::Decimal128(..), Type::INT64) => Self::Decimal64,
            (DataType::Decimal128(..), Type::FIXED_LEN_BYTE_ARRAY) if (1..=16).contains(&width) => {
                Self::Decimal(width)
            }
            (DataType::FixedSizeBinary(16), Type::FIXED_LEN_BYTE_ARRAY) => Self::Uuid,
            (DataType::FixedSizeBinary(16), Type::BYTE_ARRAY) => Self::UuidText,
            (DataType::Utf8 | DataType::Utf8View, Type::BYTE_ARRAY) => Self::Text,
            (DataType::Dictionary(key, value), Type::BYTE_ARRAY)
                if **key == DataType::Int32 && **value == DataType::Utf8 =>
            {
                Self::Keys
            }
            _ => return None,
        };
        Some(kind)
    }

    /// No values yet.
    pub(super) fn values(self) -> Values {
        match self {
            Self::Bool => Values::Bools(Vec::new()),
            Self::Int32 | Self::Decimal32 => Values::Narrow(Vec::new()),
            Self::Int64 | Self::UInt64 | Self::Float64 | Self::Timestamp | Self::Decimal64 => {
                Values::Wide(Vec::new())
            }
            Self::Decimal(_) => Values::Decimals(Vec::new()),
            Self::Uuid | Self::UuidText => Values::Uuids(Vec::new()),
            Self::Text => Values::Texts(Texts::default()),
            Self::Keys => Values::Keys(Vec::new()),
        }
    }

    /// The bytes of a decimal of many digits.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Decimal(width) => width,
            _ => 16,
        }
    }

    /// The bytes of all texts, for a page whose keys are these if it has a dictionary. `None` if the
    /// column has other values.
    pub(super) fn text_bytes(
        self,
        values: &Values,
        choice: &Choice,
        keys: &[u32],
    ) -> Option<usize> {
        match values {
            Values::Uuids(uuids) if self == Self::UuidText => Some(uuids.len() * uuid::LENGTH),
            Values::Texts(texts) => Some(texts.bytes.len()),
            Values::Keys(_) => {
                let entries = keys.iter().max().map_or(0, |largest| *largest + 1);
                let lengths: Vec<usize> = (0..entries).map(|key| choice.word(key).len()).collect();
                Some(keys.iter().map(|key| lengths[*key as usize]).sum())
            }
            _ => None,
        }
    }

    /// The least and the largest value, for a page whose keys are these if it has a dictionary.
    pub(super) fn bounds(self, values: &Values, choice: &Choice, keys: &[u32]) -> Option<Bounds> {
        match values {
            Values::Bools(values) => {
                bounds::of(values.iter().copied()).map(|(a, b)| Bounds::Bool(a, b))
            }
            Values::Narrow(values) => {
                bounds::of(values.iter().copied()).map(|(a, b)| Bounds::Int32(a, b))
            }
            Values::Wide(values) => match self {
                Self::Float64 => {
                    bounds::of_floats(values.iter().map(|bits| f64::from_bits(*bits as u64)))
                }
                Self::UInt64 => bounds::of(values.iter().map(|value| *value as u64))
                    .map(|(a, b)| Bounds::UInt64(a, b)),
                _ => bounds::of(values.iter().copied()).map(|(a, b)| Bounds::Int64(a, b)),
            },
            Values::Decimals(values) => {
                bounds::of(values.iter().copied()).map(|(a, b)| Bounds::Decimal(a, b))
            }
            // Numbers are compared faster than bytes.
            Values::Uuids(uuids) => bounds::of(uuids.iter().map(|uuid| u128::from_be_bytes(*uuid)))
                .map(|(a, b)| (a.to_be_bytes(), b.to_be_bytes()))
                .map(|(a, b)| match self {
                    Self::UuidText => Bounds::Text(uuid::text(a).into(), uuid::text(b).into()),
                    _ => Bounds::Uuid(a, b),
                }),
            Values::Texts(texts) if keys.is_empty() => bounds::of_texts(texts.iter()),
            Values::Texts(_) | Values::Keys(_) => {
                // Each word once.
                let entries = keys.iter().max().map_or(0, |largest| *largest as usize + 1);
                let mut used = vec![false; entries];
                keys.iter().for_each(|key| used[*key as usize] = true);
                let used = (0..entries as u32).filter(|key| used[*key as usize]);
                bounds::of_texts(used.map(|key| choice.word(key)))
            }
        }
    }
}

/// The columns of `field` and how arrays lead to them, or `None` if one of them is not encoded here.
/// `chunks` are those of the fields before it; nothing is said of them in that case.
pub(in crate::sink) fn node(
    field: &Field,
    columns: &Columns<'_>,
    first: usize,
    chunks: &mut Vec<Chunk>,
) -> Option<Node> {
    Builder { columns, next: first, chunks }.node(field, 0, 0)
}

/// The Parquet columns of a file, and what was chosen for them.
pub(in crate::sink) struct Columns<'a> {
    pub(in crate::sink) schema: &'a SchemaDescriptor,
    pub(in crate::sink) profile: Profile,
    /// Those that get a Bloom filter.
    pub(in crate::sink) filtered: &'a HashSet<usize>,
}

struct Builder<'a> {
    columns: &'a Columns<'a>,
    /// The column that is met next.
    next: usize,
    chunks: &'a mut Vec<Chunk>,
}

impl Builder<'_> {
    /// `def` and `rep` are the levels above the field.
    fn node(&mut self, field: &Field, def: i16, rep: i16) -> Option<Node> {
        let nullable = field.is_nullable();
        let def = def + i16::from(nullable);
        if def > DEEPEST || self.next >= self.columns.schema.num_columns() {
            return None;
        }
        match field.data_type() {
            DataType::Struct(fields) => {
                let fields = fields.iter().map(|field| self.node(field, def, rep));
                Some(Node::Struct { nullable, fields: fields.collect::<Option<_>>()? })
            }
            DataType::List(item) | DataType::Map(item, _) => {
                // Of a map, the entries are required whatever the schema says.
                let item = match field.data_type() {
                    DataType::Map(..) => &item.as_ref().clone().with_nullable(false),
                    _ => item.as_ref(),
                };
                let item = Box::new(self.node(item, def + 1, rep + 1)?);
                Some(Node::List { nullable, level: rep as u8 + 1, item })
            }
            leaf => {
                let column = self.columns.schema.column(self.next);
                if (column.max_def_level(), column.max_rep_level()) != (def, rep) {
                    return None;
                }
                let kind = Kind::of(leaf, &column)?;
                let filtered = self.columns.filtered.contains(&self.next);
                self.next += 1;
                let chunk = self.chunks.len();
                self.chunks.push(Chunk::new(kind, column, self.columns.profile, filtered));
                Some(Node::Leaf { chunk, nullable })
            }
        }
    }
}

//! Arrays of chance.

use std::sync::Arc;

use crate::arrow::array::types::Int32Type;
use crate::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, FixedSizeBinaryArray,
    Float32Array, Float64Array, Int32Array, Int64Array, LargeStringArray, ListArray, MapArray,
    StringArray, StringViewArray, StructArray, TimestampMicrosecondArray, TimestampNanosecondArray,
    UInt64Array,
};
use crate::arrow::buffer::{Buffer, NullBuffer, OffsetBuffer};
use crate::arrow::schema::TimeUnit;
use crate::arrow::{DataType, Field};

/// Numbers of chance that are the same every time.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 11) as usize % bound.max(1)
    }

    pub(super) fn chance(&mut self, of: usize, all: usize) -> bool {
        self.below(all) < of
    }
}

/// All types without others in them that are encoded here.
pub(super) fn leaves() -> impl Iterator<Item = DataType> {
    let utc = || Some("UTC".into());
    [
        DataType::Boolean,
        DataType::Int32,
        DataType::Int64,
        DataType::UInt64,
        DataType::Float64,
        DataType::Date32,
        DataType::Timestamp(TimeUnit::Microsecond, utc()),
        DataType::Timestamp(TimeUnit::Nanosecond, utc()),
        DataType::Decimal128(1, 0),
        DataType::Decimal128(9, 2),
        DataType::Decimal128(18, 4),
        DataType::Decimal128(19, 0),
        DataType::Decimal128(38, 10),
        DataType::FixedSizeBinary(16),
        DataType::Utf8,
        DataType::Utf8View,
        DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
    ]
    .into_iter()
}

/// A type with at most so many levels of others in it.
pub(super) fn any_type(random: &mut Random, levels: usize) -> DataType {
    let leaf = |random: &mut Random| {
        let at = random.below(leaves().count());
        leaves().nth(at).unwrap_or(DataType::Boolean)
    };
    if levels == 0 {
        return leaf(random);
    }
    let field = |random: &mut Random, name: &str| {
        Field::new(name, any_type(random, levels - 1), random.chance(2, 3))
    };
    match random.below(4) {
        0 => leaf(random),
        1 => {
            let names = &["a", "b", "c"][..1 + random.below(3)];
            DataType::Struct(names.iter().map(|name| field(random, name)).collect())
        }
        2 => DataType::List(Arc::new(field(random, "item"))),
        _ => {
            let pair = vec![Field::new("key", DataType::Utf8, false), field(random, "value")];
            let entries = Field::new("key_value", DataType::Struct(pair.into()), false);
            DataType::Map(Arc::new(entries), false)
        }
    }
}

/// So many elements of a field. One in `nulls` is null, or a number of chance.
pub(super) fn array(
    random: &mut Random,
    field: &Field,
    rows: usize,
    nulls: Option<usize>,
) -> ArrayRef {
    let every = nulls.unwrap_or_else(|| [1, 2, 10, 1000, usize::MAX][random.below(5)]);
    let bits: Vec<bool> = (0..rows).map(|_| !random.chance(1, every)).collect();
    let nulls = field.is_nullable().then(|| NullBuffer::from(bits));
    // Numbers of which few are different, that grow, that are round, or of any kind.
    let style = random.below(5);
    let start = random.next() as i64 >> 8;
    let mut number = |n: usize| -> i64 {
        let next = random.next() as i64;
        match style {
            0 => next & 7,
            1 => start + n as i64 * 1000 + (next & 63),
            2 => (next >> 24) << 10,
            3 => next,
            _ => (next & 0x3FFF).wrapping_mul(0x1234_5678_9ABC_DEF1),
        }
    };
    macro_rules! primitive {
        ($array:ident, $of:expr) => {
            Arc::new($array::new((0..rows).map(|n| $of(number(n))).collect(), nulls))
        };
    }
    let float = |v: i64| match v & 31 {
        0 => f64::NAN,
        1 => -0.0,
        2 => 0.0,
        _ => v as f64 / 8.0,
    };
    match field.data_type() {
        DataType::Boolean => {
            let bits: Vec<bool> = (0..rows).map(|n| number(n) & 1 == 1).collect();
            Arc::new(BooleanArray::new(bits.into(), nulls))
        }
        DataType::Int32 => primitive!(Int32Array, |v| v as i32),
        DataType::Date32 => primitive!(Date32Array, |v| v as i32),
        DataType::Int64 => primitive!(Int64Array, |v| v),
        DataType::UInt64 => primitive!(UInt64Array, |v| v as u64),
        DataType::Float64 => primitive!(Float64Array, float),
        DataType::Float32 => primitive!(Float32Array, |v| float(v) as f32),
        DataType::Timestamp(TimeUnit::Nanosecond, zone) => {
            let values = (0..rows).map(number).collect();
            Arc::new(TimestampNanosecondArray::new(values, nulls).with_timezone_opt(zone.clone()))
        }
        DataType::Timestamp(_, zone) => {
            let values = (0..rows).map(number).collect();
            Arc::new(TimestampMicrosecondArray::new(values, nulls).with_timezone_opt(zone.clone()))
        }
        DataType::Decimal128(precision, scale) => {
            let bound = 10_i128.pow((*precision).into());
            let values = (0..rows).map(|n| {
                let value = i128::from(number(n));
                let value = if value & 1 == 0 { value } else { value * 0x1234_5678_9ABC_DEF1 };
                value % bound
            });
            let array = Decimal128Array::new(values.collect(), nulls);
            Arc::new(array.with_precision_and_scale(*precision, *scale).expect("fits"))
        }
        DataType::FixedSizeBinary(size) => {
            let bytes: Vec<u8> = (0..rows)
                .flat_map(|n| {
                    let low = number(n) as u64;
                    (u128::from(low.wrapping_mul(0xD6E8_FEB8_6659_FD93)) << 64 | u128::from(low))
                        .to_be_bytes()
                })
                .collect();
            Arc::new(FixedSizeBinaryArray::new(*size, Buffer::from(bytes), nulls))
        }
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => {
            let texts: Vec<Option<String>> = (0..rows)
                .map(|n| {
                    let valid = nulls.as_ref().is_none_or(|nulls| nulls.is_valid(n));
                    valid.then(|| text(number(n), style))
                })
                .collect();
            match field.data_type() {
                DataType::Utf8 => Arc::new(StringArray::from(texts)),
                DataType::LargeUtf8 => Arc::new(LargeStringArray::from(texts)),
                _ => Arc::new(StringViewArray::from(texts)),
            }
        }
        DataType::Dictionary(..) => {
            // Few words or very many; some are null themselves where the field may be.
            let words = if style == 0 { 5 } else { rows.max(1) };
            let null = field.is_nullable() && start & 3 == 0;
            let word = |n: usize| (n > 0 || !null).then(|| text(n as i64 + (start & 7), style));
            let words: StringArray = (0..words).map(word).collect();
            let bound = crate::arrow::array::Array::len(&words);
            let keys = (0..rows).map(|n| (number(n) as u64 % bound as u64) as i32).collect();
            let keys = Int32Array::new(keys, nulls);
            Arc::new(DictionaryArray::<Int32Type>::new(keys, Arc::new(words)))
        }
        DataType::Struct(fields) => {
            let arrays = fields.iter().map(|field| array(random, field, rows, None)).collect();
            Arc::new(StructArray::new(fields.clone(), arrays, nulls))
        }
        DataType::List(item) => {
            let ends = ends(random, rows);
            let items = array(random, item, ends.last().map_or(0, |end| *end as usize), None);
            Arc::new(ListArray::new(item.clone(), ends, items, nulls))
        }
        DataType::Map(entries, _) => {
            let ends = ends(random, rows);
            let items = array(random, entries, ends.last().map_or(0, |end| *end as usize), None);
            let items = items.as_any().downcast_ref::<StructArray>().expect("entries").clone();
            Arc::new(MapArray::new(entries.clone(), ends, items, nulls, false))
        }
        other => unreachable!("no arrays of {other}"),
    }
}

fn text(number: i64, style: usize) -> String {
    match style {
        0 => ["", "a", "ü", "longer than an inlined view"][number as usize & 3].to_owned(),
        // Longer than bounds are.
        1 => format!("{}{number}", "é".repeat(20 + (number & 31) as usize)),
        2 => "\u{10ffff}".repeat((number & 31) as usize),
        _ => format!("text {number}"),
    }
}

/// Lists of a few items each. Those of a list that is null are still there.
fn ends(random: &mut Random, rows: usize) -> OffsetBuffer<i32> {
    let most = [1, 2, 5][random.below(3)];
    OffsetBuffer::from_lengths((0..rows).map(|_| random.below(most + 1)))
}

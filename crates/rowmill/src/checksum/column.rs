//! One column, and the columns inside it.

use arrow_array::cast::AsArray;
use arrow_array::types::ArrowDictionaryKeyType;
use arrow_array::{
    Array, DictionaryArray, OffsetSizeTrait, downcast_dictionary_array, downcast_primitive_array,
};
use arrow_buffer::{ArrowNativeType, NullBuffer};
use arrow_schema::DataType;
use twox_hash::XxHash3_128;

use super::bits::Bits;
use super::blocks::push_valid;
use super::hasher::{Hasher, Scratch};
use super::lengths::{push_lengths, ranges};
use super::text::{Text, for_each_value, is_text};

/// Which rows are null, and the values of those that are not. Nulls have no values here, so that
/// what lies in their slots cannot count.
#[derive(Clone, Debug)]
pub(super) struct Column {
    valid: Bits,
    values: Values,
}

#[derive(Clone, Debug)]
enum Values {
    Bits(Bits),
    /// Values of so many bytes each.
    Fixed(usize, Hasher),
    Text(Box<Text>),
    /// The hash of the text that each row has, and room for the hashes of a dictionary's words.
    Words(Hasher, Vec<u128>),
    /// Lists and maps: how many items each row has, and the items of all rows.
    List(Hasher, Box<Column>),
    Record(Vec<Column>),
}

impl Column {
    /// A column of this type, if there is a checksum of such.
    pub(super) fn of(data_type: &DataType) -> Option<Self> {
        let values = match data_type {
            DataType::Boolean => Values::Bits(Bits::new()),
            text if is_text(text) => Values::Text(Box::new(Text::new())),
            DataType::Dictionary(_, words) if is_text(words) => {
                Values::Words(Hasher::new(), Vec::new())
            }
            DataType::List(item) | DataType::LargeList(item) | DataType::Map(item, _) => {
                Values::List(Hasher::new(), Box::new(Self::of(item.data_type())?))
            }
            DataType::Struct(fields) => {
                let columns = fields.iter().map(|field| Self::of(field.data_type()));
                Values::Record(columns.collect::<Option<_>>()?)
            }
            other => Values::Fixed(width(other)?, Hasher::new()),
        };
        Some(Self { valid: Bits::new(), values })
    }

    /// Whether arrays of this type can be added.
    pub(super) fn fits(&self, data_type: &DataType) -> bool {
        match (&self.values, data_type) {
            (Values::Bits(_), DataType::Boolean) => true,
            (Values::Fixed(bytes, _), other) => width(other) == Some(*bytes),
            (Values::Text(_), text) => is_text(text),
            (Values::Words(..), DataType::Dictionary(_, words)) => is_text(words),
            // Words are read back as texts by who does not know of the dictionary.
            (Values::Words(..), text) => is_text(text),
            (
                Values::List(_, column),
                DataType::List(item) | DataType::LargeList(item) | DataType::Map(item, _),
            ) => column.fits(item.data_type()),
            (Values::Record(columns), DataType::Struct(fields)) => {
                columns.len() == fields.len()
                    && columns.iter().zip(fields).all(|(c, field)| c.fits(field.data_type()))
            }
            _ => false,
        }
    }

    /// Adds the rows of `array`, which [fits](Self::fits). Where `above` is null there is nothing.
    pub(super) fn update(
        &mut self,
        array: &dyn Array,
        above: Option<&NullBuffer>,
        scratch: &mut Scratch,
    ) {
        // Those of a dictionary's words are among the logical ones.
        let own = array.logical_nulls();
        let nulls = NullBuffer::union(above, own.as_ref()).filter(|nulls| nulls.null_count() > 0);
        let nulls = nulls.as_ref();
        match nulls {
            None => self.valid.push_ones(array.len()),
            Some(nulls) => self.valid.push(nulls.inner(), None),
        }
        match &mut self.values {
            Values::Bits(bits) => {
                bits.push(array.as_boolean().values(), nulls.map(NullBuffer::inner));
            }
            Values::Fixed(width, hasher) => {
                let bytes = fixed(array);
                match width {
                    4 => numbers::<4>(bytes, nulls, scratch, hasher),
                    8 => numbers::<8>(bytes, nulls, scratch, hasher),
                    16 => numbers::<16>(bytes, nulls, scratch, hasher),
                    other => runs(bytes, *other, nulls, scratch, hasher),
                }
            }
            Values::Text(text) => text.update(array, nulls, scratch),
            Values::Words(hasher, hashes) => downcast_dictionary_array!(
                array => words(array, nulls, hashes, scratch, hasher),
                _ => texts(array, nulls, scratch, hasher)
            ),
            Values::List(counts, column) => match array.data_type() {
                DataType::List(_) => {
                    let list = array.as_list::<i32>();
                    items(list.value_offsets(), list.values(), nulls, counts, column, scratch);
                }
                DataType::LargeList(_) => {
                    let list = array.as_list::<i64>();
                    items(list.value_offsets(), list.values(), nulls, counts, column, scratch);
                }
                DataType::Map(..) => {
                    let map = array.as_map();
                    items(map.value_offsets(), map.entries(), nulls, counts, column, scratch);
                }
                _ => {}
            },
            Values::Record(columns) => {
                for (column, array) in columns.iter_mut().zip(array.as_struct().columns()) {
                    column.update(array, nulls, scratch);
                }
            }
        }
    }

    /// Adds what has come of this column to the hash of the whole.
    pub(super) fn finish(&self, all: &mut Hasher) {
        let mut part = |kind: u8, size: usize, hashes: &[u128]| {
            all.write(&[kind]);
            all.write(&(size as u64).to_le_bytes());
            all.write(&self.valid.finish().to_le_bytes());
            hashes.iter().for_each(|hash| all.write(&hash.to_le_bytes()));
        };
        match &self.values {
            Values::Bits(bits) => part(0, 0, &[bits.finish()]),
            Values::Fixed(width, hasher) => part(1, *width, &[hasher.finish()]),
            Values::Text(text) => part(2, 0, &text.finish()),
            Values::Words(hasher, _) => part(3, 0, &[hasher.finish()]),
            Values::List(counts, column) => {
                part(4, 0, &[counts.finish()]);
                column.finish(all);
            }
            Values::Record(columns) => {
                part(5, columns.len(), &[]);
                columns.iter().for_each(|column| column.finish(all));
            }
        }
    }
}

/// Bytes of a value, for types where that is one number.
fn width(data_type: &DataType) -> Option<usize> {
    match data_type {
        DataType::FixedSizeBinary(bytes) => usize::try_from(*bytes).ok().filter(|&n| n > 0),
        other => other.primitive_width(),
    }
}

/// The bytes of all values, nulls too.
fn fixed(array: &dyn Array) -> &[u8] {
    downcast_primitive_array!(
        array => array.values().inner().as_slice(),
        DataType::FixedSizeBinary(_) => array.as_fixed_size_binary().value_data(),
        _ => &[],
    )
}

/// Adds the values of `N` bytes that are not null.
fn numbers<const N: usize>(
    bytes: &[u8],
    nulls: Option<&NullBuffer>,
    scratch: &mut Scratch,
    hasher: &mut Hasher,
) {
    if nulls.is_none() {
        return hasher.write(bytes);
    }
    let (values, _) = bytes.as_chunks::<N>();
    let fill = |from: usize, room: &mut [[u8; N]]| {
        let values = values.get(from..).unwrap_or_default();
        room.iter_mut().zip(values).for_each(|(room, value)| *room = *value);
    };
    push_valid(values.len(), nulls, scratch, hasher, fill, |_| {});
}

/// The same for values of any number of bytes.
fn runs(
    bytes: &[u8],
    width: usize,
    nulls: Option<&NullBuffer>,
    scratch: &mut Scratch,
    hasher: &mut Hasher,
) {
    let Some(nulls) = nulls else { return hasher.write(bytes) };
    for (from, to) in nulls.valid_slices() {
        scratch.push(bytes.get(from * width..to * width).unwrap_or_default(), hasher);
    }
    scratch.flush(hasher);
}

/// Adds the hash of the word that each row has.
fn words<K: ArrowDictionaryKeyType>(
    array: &DictionaryArray<K>,
    nulls: Option<&NullBuffer>,
    hashes: &mut Vec<u128>,
    scratch: &mut Scratch,
    hasher: &mut Hasher,
) {
    let (keys, words) = (array.keys().values(), array.values());
    hashes.clear();
    if words.len() > keys.len() {
        // A slice of something larger: each row looks its word up.
        let valid = |row: &usize| nulls.is_none_or(|nulls| nulls.is_valid(*row));
        for key in (0..keys.len()).filter(valid).filter_map(|row| keys.get(row)) {
            for_each_value(&words.slice(key.as_usize(), 1), |word| {
                scratch.push(&XxHash3_128::oneshot(word).to_le_bytes(), hasher);
            });
        }
        return scratch.flush(hasher);
    }
    for_each_value(words, |word| hashes.push(XxHash3_128::oneshot(word)));
    let fill = |from: usize, room: &mut [[u8; 16]]| {
        let keys = keys.get(from..).unwrap_or_default();
        for (hash, key) in room.iter_mut().zip(keys) {
            // Under a null the key may be anything.
            *hash = hashes.get(key.as_usize()).copied().unwrap_or_default().to_le_bytes();
        }
    };
    push_valid(keys.len(), nulls, scratch, hasher, fill, |_| {});
}

/// The same of words without a dictionary.
fn texts(
    array: &dyn Array,
    nulls: Option<&NullBuffer>,
    scratch: &mut Scratch,
    hasher: &mut Hasher,
) {
    let valid = |row: &usize| nulls.is_none_or(|nulls| nulls.is_valid(*row));
    for row in (0..array.len()).filter(valid) {
        for_each_value(&array.slice(row, 1), |word| {
            scratch.push(&XxHash3_128::oneshot(word).to_le_bytes(), hasher);
        });
    }
    scratch.flush(hasher);
}

/// Adds how many items each row has that is not null, and those items.
fn items<O: OffsetSizeTrait>(
    offsets: &[O],
    values: &dyn Array,
    nulls: Option<&NullBuffer>,
    counts: &mut Hasher,
    column: &mut Column,
    scratch: &mut Scratch,
) {
    let valid = push_lengths(offsets, nulls, scratch, counts);
    ranges(offsets, nulls, valid, |range| {
        if !range.is_empty() {
            column.update(&values.slice(range.start, range.len()), None, scratch);
        }
    });
}

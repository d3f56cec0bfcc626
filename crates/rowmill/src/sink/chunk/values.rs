//! The values of a page, one after the other without the nulls between them.

use super::bitmap;
use super::dictionary::{Dictionary, Words};
use crate::arrow::array::cast::AsArray;
use crate::arrow::array::types::{
    Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, UInt64Type,
};
use crate::arrow::array::{Array, ArrowPrimitiveType, DictionaryArray};

/// Which elements of an array become values: those in a range whose bit is set, if there are any bits.
#[derive(Clone, Copy)]
pub(super) struct Picked<'a> {
    pub(super) start: usize,
    pub(super) len: usize,
    pub(super) live: Option<&'a [u64]>,
}

impl Picked<'_> {
    /// Calls `action` with each of them.
    fn each(&self, mut action: impl FnMut(usize)) {
        match self.live {
            None => (self.start..self.start + self.len).for_each(action),
            Some(live) => bitmap::each(live, |n| action(self.start + n)),
        }
    }

    /// Appends those of `all` to `out`.
    fn gather<T: Copy, U>(&self, all: &[T], out: &mut Vec<U>, of: impl Fn(T) -> U + Copy) {
        let range = &all[self.start..self.start + self.len];
        let Some(live) = self.live else { return out.extend(range.iter().map(|v| of(*v))) };
        for (range, &word) in range.chunks(64).zip(live) {
            if word.count_ones() as usize == range.len() {
                out.extend(range.iter().map(|v| of(*v)));
            } else {
                let mut word = word;
                while word != 0 {
                    out.push(of(range[word.trailing_zeros() as usize]));
                    word &= word - 1;
                }
            }
        }
    }
}

/// Texts behind each other.
#[derive(Default)]
pub(super) struct Texts {
    pub(super) lengths: Vec<i32>,
    pub(super) bytes: Vec<u8>,
}

impl Texts {
    fn push(&mut self, text: &[u8]) {
        self.lengths.push(text.len() as i32);
        self.bytes.extend_from_slice(text);
    }

    /// Each of them.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        let mut rest = self.bytes.as_slice();
        self.lengths.iter().map(move |length| {
            let (text, behind) = rest.split_at(*length as usize);
            rest = behind;
            text
        })
    }
}

/// The numbers that a chunk has for the words of the last dictionary it met.
#[derive(Default)]
pub(super) struct Renumbering {
    of: Option<crate::arrow::array::ArrayRef>,
    /// By number in that dictionary; [`NONE`](Self::NONE) where it was not needed yet.
    numbers: Vec<u32>,
}

impl Renumbering {
    const NONE: u32 = u32::MAX;

    /// Forgets all numbers.
    pub(super) fn clear(&mut self) {
        self.of = None;
        self.numbers.clear();
    }

    fn begin(&mut self, words: &crate::arrow::array::ArrayRef) {
        if !self.of.as_ref().is_some_and(|last| std::sync::Arc::ptr_eq(last, words)) {
            self.numbers.clear();
            self.numbers.resize(words.len(), Self::NONE);
            self.of = Some(words.clone());
        }
    }
}

/// Values of one kind.
pub(super) enum Values {
    Bools(Vec<bool>),
    Narrow(Vec<i32>),
    /// Unsigned numbers and floats by their bits.
    Wide(Vec<i64>),
    Decimals(Vec<i128>),
    Uuids(Vec<[u8; 16]>),
    Texts(Texts),
    /// Numbers of words.
    Keys(Vec<u32>),
}

/// Appends the values of a primitive array to a vector, if it is one of these types.
macro_rules! primitives {
    ($array:expr, $picked:expr, $out:expr, $of:expr, $($type:ty),*) => {
        $(if let Some(array) = $array.as_primitive_opt::<$type>() {
            let of: fn(<$type as ArrowPrimitiveType>::Native) -> _ = $of;
            $picked.gather(array.values(), $out, of);
            return Some(());
        })*
    };
}

impl Values {
    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Bools(values) => values.len(),
            Self::Narrow(values) => values.len(),
            Self::Wide(values) => values.len(),
            Self::Decimals(values) => values.len(),
            Self::Uuids(values) => values.len(),
            Self::Texts(texts) => texts.lengths.len(),
            Self::Keys(keys) => keys.len(),
        }
    }

    /// What they take in memory.
    pub(super) fn bytes(&self) -> usize {
        let each = match self {
            Self::Bools(_) => 1,
            Self::Narrow(_) | Self::Keys(_) => 4,
            Self::Wide(_) => 8,
            Self::Decimals(_) | Self::Uuids(_) => 16,
            Self::Texts(texts) => return texts.bytes.len() + 4 * texts.lengths.len(),
        };
        each * self.len()
    }

    /// The first ones: so many `numbers`, or so many `texts` and as many as reach so many `bytes`, a
    /// longer one cut to that: a sample must not be as large as what it is of.
    pub(super) fn first(&self, numbers: usize, texts: usize, bytes: usize) -> Self {
        fn part<T: Copy>(values: &[T], count: usize) -> Vec<T> {
            values[..count.min(values.len())].to_vec()
        }
        match self {
            Self::Bools(values) => Self::Bools(part(values, numbers)),
            Self::Narrow(values) => Self::Narrow(part(values, numbers)),
            Self::Wide(values) => Self::Wide(part(values, numbers)),
            Self::Decimals(values) => Self::Decimals(part(values, numbers)),
            Self::Uuids(values) => Self::Uuids(part(values, numbers)),
            Self::Keys(values) => Self::Keys(part(values, numbers)),
            Self::Texts(all) => {
                let mut part = Texts::default();
                for text in all.iter().take(texts) {
                    part.push(&text[..text.len().min(bytes)]);
                    if part.bytes.len() >= bytes {
                        break;
                    }
                }
                Self::Texts(part)
            }
        }
    }

    /// Forgets all values.
    pub(super) fn clear(&mut self) {
        match self {
            Self::Bools(values) => values.clear(),
            Self::Narrow(values) => values.clear(),
            Self::Wide(values) => values.clear(),
            Self::Decimals(values) => values.clear(),
            Self::Uuids(values) => values.clear(),
            Self::Texts(texts) => {
                texts.lengths.clear();
                texts.bytes.clear();
            }
            Self::Keys(keys) => keys.clear(),
        }
    }

    /// Appends what is picked of `array`; `None` if it is not an array of such values.
    pub(super) fn append(&mut self, array: &dyn Array, picked: Picked<'_>) -> Option<()> {
        match self {
            Self::Bools(out) => {
                let bits = array.as_boolean_opt()?.values();
                picked.each(|n| out.push(bits.value(n)));
                Some(())
            }
            Self::Narrow(out) => {
                primitives!(array, picked, out, |v| v, Int32Type, Date32Type);
                // Of at most nine digits.
                primitives!(array, picked, out, |v| v as i32, Decimal128Type);
                None
            }
            Self::Wide(out) => {
                primitives!(array, picked, out, |v| v, Int64Type, TimestampMicrosecondType);
                primitives!(array, picked, out, |v| v.to_bits() as i64, Float64Type);
                // Of at most 18 digits, or unsigned.
                primitives!(array, picked, out, |v| v as i64, Decimal128Type);
                primitives!(array, picked, out, |v| v as i64, UInt64Type);
                primitives!(
                    array,
                    picked,
                    out,
                    |v| v,
                    TimestampNanosecondType,
                    TimestampMillisecondType
                );
                None
            }
            Self::Decimals(out) => {
                primitives!(array, picked, out, |v| v, Decimal128Type);
                None
            }
            Self::Uuids(out) => {
                let array = array.as_fixed_size_binary_opt()?;
                let (uuids, _) = array.value_data().as_chunks();
                picked.gather(uuids, out, |uuid| uuid);
                Some(())
            }
            Self::Texts(out) => append_texts(array, picked, out),
            // They need a dictionary.
            Self::Keys(_) => None,
        }
    }

    /// Appends the numbers that `dictionary` gives the words which are picked of `array`.
    pub(super) fn append_keys(
        &mut self,
        array: &DictionaryArray<Int32Type>,
        picked: Picked<'_>,
        renumbering: &mut Renumbering,
        dictionary: &mut Words,
    ) -> Option<()> {
        let Self::Keys(out) = self else { return None };
        let words = array.values().as_string_opt::<i32>()?;
        renumbering.begin(array.values());
        let (keys, numbers) = (array.keys().values(), &mut renumbering.numbers);
        picked.each(|n| {
            let key = keys[n] as usize;
            if numbers[key] == Renumbering::NONE {
                numbers[key] = dictionary.key(words.value(key).as_bytes());
            }
            out.push(numbers[key]);
        });
        Some(())
    }
}

fn append_texts(array: &dyn Array, picked: Picked<'_>, out: &mut Texts) -> Option<()> {
    if let Some(array) = array.as_string_opt::<i32>() {
        let ends = &array.value_offsets()[picked.start..=picked.start + picked.len];
        let (before, text) = (out.lengths.len(), array.value_data());
        let length = |n: usize| ends[n + 1] - ends[n];
        match picked.live {
            None => out.lengths.extend(ends.windows(2).map(|ends| ends[1] - ends[0])),
            Some(live) => bitmap::each(live, |n| out.lengths.push(length(n))),
        }
        let sum: usize = out.lengths[before..].iter().map(|length| *length as usize).sum();
        let (start, end) = (ends[0] as usize, ends[picked.len] as usize);
        if sum == end - start {
            // Nothing lies between the texts that are picked.
            out.bytes.extend_from_slice(&text[start..end]);
        } else {
            picked.each(|n| out.bytes.extend_from_slice(array.value(n).as_bytes()));
        }
    } else if let Some(array) = array.as_string_view_opt() {
        picked.each(|n| out.push(array.value(n).as_bytes()));
    } else {
        let array = array.as_dictionary_opt::<Int32Type>()?;
        let words = array.values().as_string_opt::<i32>()?;
        let keys = array.keys().values();
        picked.each(|n| out.push(words.value(keys[n] as usize).as_bytes()));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_small_whatever_it_is_of() {
        let mut texts = Texts::default();
        (0..10).for_each(|n| texts.push(&vec![b'x'; [10, 1 << 20][n % 2]]));
        let Values::Texts(some) = Values::Texts(texts).first(5, 8, 1000) else { panic!("texts") };
        assert_eq!(some.lengths, [10, 1000]);
        assert_eq!(some.bytes.len(), 1010);
        assert_eq!(Values::Wide(vec![1, 2, 3]).first(2, 9, 9).len(), 2);
        assert_eq!(Values::Wide(vec![1]).first(2, 9, 9).len(), 1);
    }
}

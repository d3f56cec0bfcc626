//! What text and bytes columns hold, in every form that Arrow keeps them in.

use arrow_array::cast::AsArray;
use arrow_array::types::{ByteArrayType, ByteViewType};
use arrow_array::{Array, GenericByteArray, GenericByteViewArray};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;

use super::blocks::push_valid;
use super::hasher::{Hasher, Scratch};
use super::lengths::{push_lengths, ranges};

/// Two streams: how long each value is, and the bytes of all of them.
#[derive(Clone, Debug)]
pub(super) struct Text {
    lengths: Hasher,
    bytes: Hasher,
}

/// Whether these are text or bytes of any length.
pub(super) fn is_text(data_type: &DataType) -> bool {
    use DataType::{Binary, BinaryView, LargeBinary, LargeUtf8, Utf8, Utf8View};
    matches!(data_type, Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView)
}

impl Text {
    pub(super) fn new() -> Self {
        Self { lengths: Hasher::new(), bytes: Hasher::new() }
    }

    pub(super) fn update(
        &mut self,
        array: &dyn Array,
        nulls: Option<&NullBuffer>,
        scratch: &mut Scratch,
    ) {
        match array.data_type() {
            DataType::Utf8 => self.offsets(array.as_string::<i32>(), nulls, scratch),
            DataType::LargeUtf8 => self.offsets(array.as_string::<i64>(), nulls, scratch),
            DataType::Binary => self.offsets(array.as_binary::<i32>(), nulls, scratch),
            DataType::LargeBinary => self.offsets(array.as_binary::<i64>(), nulls, scratch),
            DataType::Utf8View => self.views(array.as_string_view(), nulls, scratch),
            DataType::BinaryView => self.views(array.as_binary_view(), nulls, scratch),
            _ => {}
        }
    }

    fn offsets<T: ByteArrayType>(
        &mut self,
        array: &GenericByteArray<T>,
        nulls: Option<&NullBuffer>,
        scratch: &mut Scratch,
    ) {
        let (offsets, values) = (array.value_offsets(), array.value_data());
        let valid = push_lengths(offsets, nulls, scratch, &mut self.lengths);
        ranges(offsets, nulls, valid, |range| {
            scratch.push(values.get(range).unwrap_or_default(), &mut self.bytes);
        });
        scratch.flush(&mut self.bytes);
    }

    fn views<T: ByteViewType + ?Sized>(
        &mut self,
        array: &GenericByteViewArray<T>,
        nulls: Option<&NullBuffer>,
        scratch: &mut Scratch,
    ) {
        let views = array.views();
        let fill = |from: usize, room: &mut [[u8; 8]]| {
            // The lowest 32 bits of a view are its length, in short and long ones alike.
            let lengths = views.get(from..).unwrap_or_default().iter().map(|&view| view as u32);
            room.iter_mut().zip(lengths).for_each(|(r, n)| *r = u64::from(n).to_le_bytes());
        };
        push_valid(views.len(), nulls, scratch, &mut self.lengths, fill, |_| {});
        let valid = |row: &usize| nulls.is_none_or(|nulls| nulls.is_valid(*row));
        for row in (0..array.len()).filter(valid) {
            scratch.push(array.value(row).as_ref(), &mut self.bytes);
        }
        scratch.flush(&mut self.bytes);
    }

    pub(super) fn finish(&self) -> [u128; 2] {
        [self.lengths.finish(), self.bytes.finish()]
    }
}

/// Calls `each` with the bytes of every value of a text array, nulls as empty ones.
pub(super) fn for_each_value(array: &dyn Array, mut each: impl FnMut(&[u8])) {
    for row in 0..array.len() {
        match array.data_type() {
            DataType::Utf8 => each(array.as_string::<i32>().value(row).as_ref()),
            DataType::LargeUtf8 => each(array.as_string::<i64>().value(row).as_ref()),
            DataType::Binary => each(array.as_binary::<i32>().value(row)),
            DataType::LargeBinary => each(array.as_binary::<i64>().value(row)),
            DataType::Utf8View => each(array.as_string_view().value(row).as_ref()),
            DataType::BinaryView => each(array.as_binary_view().value(row)),
            _ => {}
        }
    }
}

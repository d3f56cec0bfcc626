//! Whole numbers.

use std::sync::Arc;

use arrow_array::{ArrayRef, ArrowPrimitiveType, PrimitiveArray};
use rowmill_scan::{Misfit, Padded, Small};

use super::buffer::Fixed;
use super::{Fill, Usual};
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::Outcome;
use crate::walk::Stamped;

/// A column of whole numbers. Any number is read whose exact value is whole and in range.
pub(crate) struct IntegerColumn<T: ArrowPrimitiveType> {
    values: Fixed<T::Native>,
    type_name: &'static str,
}

impl<T: ArrowPrimitiveType> IntegerColumn<T> {
    pub(super) fn new(type_name: &'static str) -> Self {
        Self { values: Fixed::default(), type_name }
    }
}

impl<T: ArrowPrimitiveType> Usual for IntegerColumn<T>
where
    T::Native: TryFrom<i128> + TryFrom<i64>,
{
    #[inline(always)]
    fn usual<L: Stamped>(
        &mut self,
        _: L,
        text: Padded<'_>,
        at: usize,
        row: usize,
    ) -> Option<usize> {
        let (number, end) = Small::scan(text, at)?;
        let value = T::Native::try_from(number.whole()?).ok()?;
        self.values.put(row, value);
        Some(end)
    }
}

impl<T: ArrowPrimitiveType> Fill for IntegerColumn<T>
where
    T::Native: TryFrom<i128> + TryFrom<i64>,
{
    fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        if !matches!(cursor.peek(), b'-' | b'0'..=b'9') {
            return Err(cursor.mismatch(self.type_name));
        }
        let start = cursor.at;
        let kind = match cursor.number()?.scaled(0) {
            Ok(value) => match T::Native::try_from(value) {
                Ok(value) => {
                    self.values.put(row, value);
                    return Ok(());
                }
                Err(_) => ErrorKind::Range,
            },
            Err(Misfit::Inexact) => ErrorKind::Precision,
            Err(Misfit::Overflow) => ErrorKind::Range,
        };
        Err(cursor.value_fault(kind, start, self.type_name))
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.values.clear(from, to);
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        let (values, nulls) = self.values.take(rows);
        Arc::new(PrimitiveArray::<T>::new(values, nulls))
    }
}

//! Whole numbers.

use arrow_array::{ArrayRef, ArrowPrimitiveType};

use rowmill_scan::{Misfit, Small};

use super::Fill;
use super::primitive::Primitive;
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::Outcome;

/// A column of whole numbers. Any number is read whose exact value is whole and in range.
pub(super) struct IntegerColumn<T: ArrowPrimitiveType> {
    values: Primitive<T>,
    type_name: &'static str,
}

impl<T: ArrowPrimitiveType> IntegerColumn<T> {
    pub(super) fn new(type_name: &'static str) -> Self {
        Self { values: Primitive::default(), type_name }
    }
}

impl<T: ArrowPrimitiveType> Fill for IntegerColumn<T>
where
    T::Native: TryFrom<i128>,
{
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        if let Some((number, length)) = Small::scan(cursor.rest())
            && let Some(value) = number.scaled(0)
            && let Ok(value) = T::Native::try_from(value)
        {
            cursor.at += length;
            self.values.push(value);
            return Ok(());
        }
        if !matches!(cursor.peek(), Some(b'-' | b'0'..=b'9')) {
            return Err(cursor.mismatch(self.type_name));
        }
        let start = cursor.at;
        let kind = match cursor.number()?.scaled(0) {
            Ok(value) => match T::Native::try_from(value) {
                Ok(value) => {
                    self.values.push(value);
                    return Ok(());
                }
                Err(_) => ErrorKind::Range,
            },
            Err(Misfit::Inexact) => ErrorKind::Precision,
            Err(Misfit::Overflow) => ErrorKind::Range,
        };
        Err(cursor.value_fault(kind, start, self.type_name))
    }

    fn push_null(&mut self) {
        self.values.push_null();
    }

    fn truncate(&mut self, len: usize) {
        self.values.truncate(len);
    }

    fn finish(&mut self) -> ArrayRef {
        self.values.finish()
    }
}

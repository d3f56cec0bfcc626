//! Binary floating point.

use arrow_array::ArrayRef;
use arrow_array::types::Float64Type;

use super::Fill;
use super::primitive::Primitive;
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::Outcome;

/// A column of `f64`: the nearest one to the text; what would be infinite is refused.
#[derive(Default)]
pub(super) struct FloatColumn {
    values: Primitive<Float64Type>,
}

impl Fill for FloatColumn {
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        if !matches!(cursor.peek(), Some(b'-' | b'0'..=b'9')) {
            return Err(cursor.mismatch("float64"));
        }
        let start = cursor.at;
        match cursor.number()?.to_f64() {
            Some(value) => {
                self.values.push(value);
                Ok(())
            }
            None => Err(cursor.value_fault(ErrorKind::Range, start, "float64")),
        }
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

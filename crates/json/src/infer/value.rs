//! Values by themselves, outside of rows: for reports about keys that a layout does not know.

use rowmill_scan::{PADDING, Padded, Portable};

use super::columns::Writer;
use super::observer::Observer;
use super::shape::Shape;
use crate::cursor::{Context, Cursor};
use crate::layout::Column;
use crate::options::Options;

impl Shape {
    /// What one value says, whose text is known to be JSON. In an object in which a key stands twice
    /// nothing but an object is seen.
    pub(crate) fn observe(value: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(value.len() + 1 + PADDING);
        bytes.extend_from_slice(value);
        bytes.push(b'\n');
        bytes.extend_from_slice(&[0; PADDING]);
        let mut observer = Observer::new(Self::of_values());
        // Its depth was judged where it was read.
        let options = Options { max_depth: usize::MAX, ..Options::default() };
        let mut context = Context::new(&options);
        if let Some(text) = Padded::new(&bytes) {
            let context = &mut context;
            let mut cursor = Cursor { level: Portable, text, at: 0, depth: 0, context };
            cursor.skip_blanks();
            let first = cursor.peek();
            if observer.line(&mut cursor, 0).is_err() {
                let tally = &mut observer.shape.node_mut(0).tally;
                *(if first == b'[' { &mut tally.lists } else { &mut tally.objects }) += 1;
            }
        }
        observer.shape
    }

    /// A nullable column for these values.
    pub(crate) fn column(&self, name: &str) -> Column {
        Writer::new(self, false).column(name, 0, 0, 0)
    }
}

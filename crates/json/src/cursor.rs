//! A place in the text, and the steps that move it over the tokens of JSON: the general way, for
//! everything that is not written as usual.

use rowmill_scan::{EscapeFault, Number, Padded, Span, check_escapes, scan_string, unescape};

use crate::error::ErrorKind;
use crate::fault::{Fault, Outcome};
use crate::notes::Notes;
use crate::options::{OnBadRow, Options};
use crate::walk::Stamped;

/// What lives longer than a line: scratch memory, limits and tallies.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) max_depth: usize,
    /// Text of the last string that had escapes.
    unescaped: Vec<u8>,
    /// Open brackets of a value being skipped; empty between values.
    pub(crate) open: Vec<u8>,
    /// Whether a cell that does not fit its column becomes null.
    pub(crate) null_cells: bool,
    /// Bytes that the elements of lists and maps may still take in this batch.
    pub(crate) memory: usize,
    pub(crate) notes: Notes,
}

impl Context {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            max_depth: options.max_depth,
            unescaped: Vec::new(),
            open: Vec::new(),
            null_cells: matches!(options.on_bad_row, OnBadRow::Null { .. }),
            memory: 0,
            notes: Notes::default(),
        }
    }

    /// After a row that was not good.
    pub(crate) fn start_over(&mut self) {
        self.open.clear();
        self.notes.drop_row();
    }
}

impl Context {
    /// Takes memory for more elements of the list or map at `at`.
    pub(crate) fn take_memory(&mut self, bytes: usize, at: usize) -> Outcome<()> {
        match self.memory.checked_sub(bytes) {
            Some(left) => {
                self.memory = left;
                Ok(())
            }
            None => Err(too_large(at)),
        }
    }
}

#[cold]
fn too_large(at: usize) -> Box<Fault> {
    Fault::new(ErrorKind::Memory, at, "lists and maps that fit into a batch", "more elements")
}

/// A place in a text of whole lines, each with its end. No token goes over a line end, so every
/// step stops there by itself.
pub(crate) struct Cursor<'a, L> {
    pub(crate) level: L,
    pub(crate) text: Padded<'a>,
    pub(crate) at: usize,
    /// Objects and arrays around this place that are being read into columns.
    pub(crate) depth: usize,
    pub(crate) context: &'a mut Context,
}

/// What JSON may have between the tokens of a line.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

impl<'a, L: Stamped> Cursor<'a, L> {
    /// The byte at the cursor, a line end at the end of the line.
    #[inline(always)]
    pub(crate) fn peek(&self) -> u8 {
        self.text.byte(self.at)
    }

    /// No token begins with a byte this low, so most calls end at the first comparison.
    #[inline(always)]
    pub(crate) fn skip_blanks(&mut self) {
        while self.peek() <= b' ' && is_blank(self.peek()) {
            self.at += 1;
        }
    }

    /// Passes the byte if it is there.
    #[inline(always)]
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        // A branch, and not `self.at += usize::from(here)`: rustc 1.95 drops that addition in optimised
        // builds where a caller branches on the result (its passes over comparisons, not LLVM's).
        if self.peek() != byte {
            return false;
        }
        self.at += 1;
        true
    }

    /// Refuses a bracket at the cursor that would be the `depth`th around its content.
    pub(crate) fn check_depth(&self, depth: usize) -> Outcome<()> {
        check_depth(self.context, depth, self.at)
    }

    /// After a value inside brackets: `true` past a comma, `false` past the closing `bracket`.
    #[inline(always)]
    pub(crate) fn another(&mut self, bracket: u8) -> Outcome<bool> {
        self.skip_blanks();
        let byte = self.peek();
        if byte == b',' {
            self.at += 1;
            self.skip_blanks();
            return Ok(true);
        }
        if byte == bracket {
            self.at += 1;
            return Ok(false);
        }
        Err(self.syntax(if bracket == b'}' { "`,` or `}`" } else { "`,` or `]`" }))
    }

    /// Passes the colon after a key and stands at the value.
    #[inline(always)]
    pub(crate) fn colon(&mut self) -> Outcome<()> {
        self.skip_blanks();
        if !self.take(b':') {
            return Err(self.syntax("`:`"));
        }
        self.skip_blanks();
        Ok(())
    }

    /// Passes one of `true`, `false`, `null`.
    #[inline]
    pub(crate) fn literal(&mut self, word: &'static str) -> Outcome<()> {
        if self.text.block::<5>(self.at).starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(());
        }
        Err(self.not_literal(word))
    }

    #[cold]
    fn not_literal(&mut self, word: &'static str) -> Box<Fault> {
        let same = self
            .text
            .block::<5>(self.at)
            .iter()
            .zip(word.as_bytes())
            .take_while(|(a, b)| a == b)
            .count();
        self.at += same;
        self.syntax(word)
    }

    /// Reads the number at the cursor.
    #[inline]
    pub(crate) fn number(&mut self) -> Outcome<Number<'a>> {
        match Number::scan(&self.text.text()[self.at..]) {
            Ok((number, length)) => {
                self.at += length;
                Ok(number)
            }
            Err(wrong) => {
                self.at += wrong;
                Err(self.syntax("a number of the JSON grammar"))
            }
        }
    }

    /// Passes the string whose opening quote is at the cursor; UTF-8 is checked, escapes are not.
    #[inline(always)]
    pub(crate) fn span(&mut self) -> Outcome<(&'a [u8], Span)> {
        let start = self.at + 1;
        match scan_string(self.level, self.text, start) {
            Ok(span) => {
                let inside = self.text.slice(start, span.end);
                if !span.ascii {
                    self.check_utf8(start, inside)?;
                }
                self.at = span.end + 1;
                Ok((inside, span))
            }
            Err(wrong) => {
                self.at = wrong;
                Err(self.syntax("the rest of a string"))
            }
        }
    }

    fn check_utf8(&self, start: usize, inside: &[u8]) -> Outcome<()> {
        match std::str::from_utf8(inside) {
            Ok(_) => Ok(()),
            Err(error) => {
                let at = start + error.valid_up_to();
                Err(Fault::new(ErrorKind::Utf8, at, "UTF-8", self.byte_at(at)))
            }
        }
    }

    /// Reads the string whose opening quote is at the cursor: what it stands for, as UTF-8.
    #[inline(always)]
    pub(crate) fn string(&mut self) -> Outcome<&[u8]> {
        let start = self.at + 1;
        let (inside, span) = self.span()?;
        if !span.escaped {
            return Ok(inside);
        }
        self.unescaped(start, inside)
    }

    /// What the inside of a string with escapes, which begins at `start`, stands for.
    pub(crate) fn unescaped(&mut self, start: usize, inside: &[u8]) -> Outcome<&[u8]> {
        self.context.unescaped.clear();
        match unescape(inside, &mut self.context.unescaped) {
            Ok(()) => Ok(&self.context.unescaped),
            Err(fault) => Err(self.bad_escape(start, fault)),
        }
    }

    /// Passes the string at the cursor with the same verdict as [`string`](Self::string).
    #[inline(always)]
    pub(crate) fn skip_string(&mut self) -> Outcome<()> {
        let start = self.at + 1;
        let (inside, span) = self.span()?;
        if span.escaped {
            check_escapes(inside).map_err(|fault| self.bad_escape(start, fault))?;
        }
        Ok(())
    }

    #[cold]
    fn bad_escape(&self, start: usize, fault: EscapeFault) -> Box<Fault> {
        match fault {
            EscapeFault::Unknown(at) => Fault::new(
                ErrorKind::Syntax,
                start + at,
                "an escape of the JSON grammar",
                "another",
            ),
            EscapeFault::LoneSurrogate(at) => {
                Fault::new(ErrorKind::Surrogate, start + at, "a pair of surrogates", "one half")
            }
        }
    }

    /// A fault of grammar at the cursor.
    #[cold]
    pub(crate) fn syntax(&self, expected: &'static str) -> Box<Fault> {
        Fault::new(ErrorKind::Syntax, self.at, expected, self.byte_at(self.at))
    }

    /// What kind of byte is there. Which one is part of the row, so it is told of those alone that
    /// hold nothing of a value: punctuation of JSON and control characters.
    fn byte_at(&self, at: usize) -> String {
        match self.text.byte(at) {
            b'\n' => "the end of the line".into(),
            byte if b"{}[],:\"".contains(&byte) => format!("`{}`", byte as char),
            b'0'..=b'9' => "a digit".into(),
            byte if byte.is_ascii_alphabetic() => "a letter".into(),
            byte if byte.is_ascii_control() => format!("byte 0x{byte:02X}"),
            byte if byte.is_ascii() => "another character".into(),
            _ => "a byte beyond ASCII".into(),
        }
    }

    /// The value at the cursor is not what the column reads. A value that is no JSON at all is
    /// reported as such.
    #[cold]
    pub(crate) fn mismatch(&mut self, expected: impl Into<String>) -> Box<Fault> {
        let start = self.at;
        match self.skip_value() {
            Err(fault) => fault,
            Ok(()) => self.value_fault(ErrorKind::Type, start, expected),
        }
    }

    /// A fault of the value that began at `start` and ends at the cursor.
    #[cold]
    pub(crate) fn value_fault(
        &self,
        kind: ErrorKind,
        start: usize,
        expected: impl Into<String>,
    ) -> Box<Fault> {
        let length = self.at - start;
        let bytes = |count| if count == 1 { "1 byte".into() } else { format!("{count} bytes") };
        let found = match self.text.byte(start) {
            b'"' => format!("string, {}", bytes(length.saturating_sub(2))),
            b'{' => "object".into(),
            b'[' => "array".into(),
            b't' | b'f' => "boolean".into(),
            b'n' => "null".into(),
            _ => format!("number, {}", bytes(length)),
        };
        Fault::new(kind, start, expected.into(), found)
    }
}

/// Refuses a bracket at `at` that would be the `depth`th around its content.
#[inline(always)]
pub(crate) fn check_depth(context: &Context, depth: usize, at: usize) -> Outcome<()> {
    if depth <= context.max_depth {
        return Ok(());
    }
    Err(too_deep(context.max_depth, at))
}

#[cold]
fn too_deep(most: usize, at: usize) -> Box<Fault> {
    let most = format!("at most {most} objects and arrays inside one another");
    Fault::new(ErrorKind::Depth, at, most, "one more")
}

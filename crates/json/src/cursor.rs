//! A place in one line, and the steps that move it over the tokens of JSON.

use rowmill_scan::{EscapeFault, Number, Span, check_escapes, scan_string, unescape};

use crate::error::ErrorKind;
use crate::fault::{Fault, Outcome};
use crate::options::Counts;

/// What lives longer than a line: scratch memory, limits and tallies.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) max_depth: usize,
    /// Text of the last string that had escapes.
    text: Vec<u8>,
    /// Open brackets of a value being skipped; empty between values.
    pub(crate) open: Vec<u8>,
    /// Uses of leniencies.
    pub(crate) tally: Counts,
}

impl Context {
    pub(crate) fn new(max_depth: usize) -> Self {
        Self { max_depth, text: Vec::new(), open: Vec::new(), tally: Counts::default() }
    }
}

/// A place in a line. The line has no line end, and `at <= line.len()` always holds.
pub(crate) struct Cursor<'a> {
    pub(crate) line: &'a [u8],
    pub(crate) at: usize,
    /// Objects and arrays around this place that are being read into columns.
    pub(crate) depth: usize,
    pub(crate) context: &'a mut Context,
}

/// What JSON may have between tokens; the line end cannot occur in a line.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

/// Whether the line holds nothing.
pub(crate) fn is_blank_line(line: &[u8]) -> bool {
    line.iter().all(|&byte| is_blank(byte))
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(line: &'a [u8], context: &'a mut Context) -> Self {
        context.open.clear();
        Self { line, at: 0, depth: 0, context }
    }

    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        &self.line[self.at..]
    }

    /// No token begins with a byte this low, so most calls end at the first comparison.
    #[inline]
    pub(crate) fn skip_blanks(&mut self) {
        if self.peek().is_some_and(|byte| byte <= b' ') {
            self.skip_some_blanks();
        }
    }

    fn skip_some_blanks(&mut self) {
        while self.peek().is_some_and(is_blank) {
            self.at += 1;
        }
    }

    /// Passes the byte if it is there.
    #[inline]
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    /// Goes into an object or array; the bracket must be at the cursor.
    pub(crate) fn enter(&mut self) -> Outcome<()> {
        self.check_depth(self.depth + 1)?;
        self.depth += 1;
        self.at += 1;
        self.skip_blanks();
        Ok(())
    }

    /// Refuses a bracket at the cursor that would be the `depth`th around its content.
    pub(crate) fn check_depth(&self, depth: usize) -> Outcome<()> {
        if depth <= self.context.max_depth {
            return Ok(());
        }
        let most =
            format!("at most {} objects and arrays inside one another", self.context.max_depth);
        Err(Fault::new(ErrorKind::Depth, self.at, most, "one more"))
    }

    /// After a value inside brackets: `true` past a comma, `false` past the closing `bracket`.
    #[inline]
    pub(crate) fn another(&mut self, bracket: u8) -> Outcome<bool> {
        self.skip_blanks();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.skip_blanks();
                Ok(true)
            }
            Some(byte) if byte == bracket => {
                self.at += 1;
                self.depth -= 1;
                Ok(false)
            }
            _ if bracket == b'}' => Err(self.syntax("`,` or `}`")),
            _ => Err(self.syntax("`,` or `]`")),
        }
    }

    /// Passes the colon after a key and stands at the value.
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
        if self.rest().starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(());
        }
        Err(self.not_literal(word))
    }

    #[cold]
    fn not_literal(&mut self, word: &'static str) -> Box<Fault> {
        let same = self.rest().iter().zip(word.as_bytes()).take_while(|(a, b)| a == b).count();
        self.at += same;
        self.syntax(word)
    }

    /// Reads the number at the cursor.
    #[inline]
    pub(crate) fn number(&mut self) -> Outcome<Number<'a>> {
        match Number::scan(self.rest()) {
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
    #[inline]
    fn span(&mut self) -> Outcome<(&'a [u8], Span)> {
        let start = self.at + 1;
        match scan_string(self.line, start) {
            Ok(span) => {
                let inside = &self.line[start..span.end];
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
    #[inline]
    pub(crate) fn text(&mut self) -> Outcome<&[u8]> {
        let start = self.at + 1;
        let (inside, span) = self.span()?;
        if !span.escaped {
            return Ok(inside);
        }
        self.context.text.clear();
        match unescape(inside, &mut self.context.text) {
            Ok(()) => Ok(&self.context.text),
            Err(fault) => Err(self.bad_escape(start, fault)),
        }
    }

    /// Passes the string at the cursor with the same verdict as [`text`](Self::text).
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

    fn byte_at(&self, at: usize) -> String {
        match self.line.get(at) {
            None => "the end of the line".into(),
            Some(&byte) if b"{}[],:\"".contains(&byte) => format!("`{}`", byte as char),
            Some(byte) => format!("byte 0x{byte:02X}"),
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
        let found = match self.line.get(start) {
            Some(b'"') => format!("string, {}", bytes(length.saturating_sub(2))),
            Some(b'{') => "object".into(),
            Some(b'[') => "array".into(),
            Some(b't' | b'f') => "boolean".into(),
            Some(b'n') => "null".into(),
            _ => format!("number, {}", bytes(length)),
        };
        Fault::new(kind, start, expected.into(), found)
    }
}

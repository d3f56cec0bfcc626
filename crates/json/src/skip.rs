//! Passing over values that no column wants, as strictly as if one did.

use crate::cursor::Cursor;
use crate::fault::Outcome;
use crate::walk::Stamped;

impl<L: Stamped> Cursor<'_, L> {
    /// Passes the value at the cursor.
    pub(crate) fn skip_value(&mut self) -> Outcome<()> {
        let level = self.level;
        level.skip_value(self)
    }

    /// What [`skip_value`](Self::skip_value) does. Brackets are kept on a stack of our own, so
    /// depth costs memory (one byte a level, up to the limit) and never the thread's stack.
    #[inline(always)]
    pub(crate) fn skip(&mut self) -> Outcome<()> {
        let floor = self.context.open.len();
        loop {
            // At the first byte of a value.
            match self.peek() {
                b'"' => self.skip_string()?,
                b'-' | b'0'..=b'9' => {
                    self.number()?;
                }
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                bracket @ (b'{' | b'[') => {
                    self.check_depth(self.depth + self.context.open.len() + 1)?;
                    self.at += 1;
                    self.skip_blanks();
                    // The closing bracket stands two above the opening one in ASCII.
                    let close = bracket + 2;
                    if !self.take(close) {
                        self.context.open.push(close);
                        if close == b'}' {
                            self.skip_key()?;
                        }
                        continue;
                    }
                }
                _ => return Err(self.syntax("a value")),
            }
            // After a value: out of every bracket that closes here.
            loop {
                let Some(&close) = self.context.open.get(floor..).and_then(<[u8]>::last) else {
                    return Ok(());
                };
                self.skip_blanks();
                if self.take(b',') {
                    self.skip_blanks();
                    if close == b'}' {
                        self.skip_key()?;
                    }
                    break;
                }
                if !self.take(close) {
                    return Err(self.syntax(if close == b'}' {
                        "`,` or `}`"
                    } else {
                        "`,` or `]`"
                    }));
                }
                self.context.open.pop();
            }
        }
    }

    #[inline(always)]
    fn skip_key(&mut self) -> Outcome<()> {
        if self.peek() != b'"' {
            return Err(self.syntax("a key"));
        }
        self.skip_string()?;
        self.colon()
    }
}

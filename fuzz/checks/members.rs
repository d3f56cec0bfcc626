//! Where the members of objects stand in a line, damaged lines included.

use std::ops::Range;

/// A key with its quotes, and its value.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) key: Range<usize>,
    pub(crate) value: Range<usize>,
    /// Where the object around it begins.
    pub(crate) object: usize,
}

impl Member {
    pub(crate) fn whole(&self) -> Range<usize> {
        self.key.start..self.value.end
    }
}

/// All members, outer and inner ones, in the order in which they end. Of a line that is no JSON,
/// whatever looks like one.
pub(crate) fn members(line: &[u8]) -> Vec<Member> {
    let (mut found, mut open) = (Vec::new(), Vec::<Open>::new());
    let mut at = 0;
    while at < line.len() {
        match line[at] {
            b'"' => {
                let end = string_end(line, at);
                if let Some(open) = open.last_mut()
                    && open.key.is_none()
                {
                    open.key = Some(at..end);
                }
                at = end;
                continue;
            }
            b':' => {
                if let Some(open) = open.last_mut() {
                    let blanks =
                        line[at + 1..].iter().take_while(|byte| byte.is_ascii_whitespace());
                    open.value.get_or_insert(at + 1 + blanks.count());
                }
            }
            b'{' | b'[' => open.push(Open { object: at, key: None, value: None }),
            b',' => {
                if let Some(open) = open.last_mut() {
                    found.extend(open.close(at));
                }
            }
            b'}' | b']' => {
                if let Some(mut open) = open.pop() {
                    found.extend(open.close(at));
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// What is known of a bracket's present member.
struct Open {
    object: usize,
    key: Option<Range<usize>>,
    value: Option<usize>,
}

impl Open {
    fn close(&mut self, end: usize) -> Option<Member> {
        let (key, value) = (self.key.take(), self.value.take());
        let (key, value, object) = (key?, value?, self.object);
        (key.end <= value && value <= end).then_some(Member { key, value: value..end, object })
    }
}

/// Index after the string that begins at `at`.
pub(crate) fn string_end(line: &[u8], at: usize) -> usize {
    let (mut at, mut escaped) = (at + 1, false);
    while let Some(&byte) = line.get(at) {
        at += 1;
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => break,
            _ => {}
        }
    }
    at.min(line.len())
}

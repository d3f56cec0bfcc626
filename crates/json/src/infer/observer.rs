//! From the text of a line to what was seen in it: first the walk, which may find that the line is no
//! row, then the values.
//!
//! The walk notes where each value stands and which node it belongs to. Only when the line has proved
//! to be a row are the values looked at, so a bad line leaves nothing behind but nodes that have seen
//! nothing, and those are taken away again.

use rowmill_scan::{Number, Padded, check_escapes, unescape};

use super::shape::{MOST_NODES, NONE, Shape};
use super::unique::{Keys, pass_unique, twice};
use crate::cursor::Cursor;
use crate::fault::Outcome;
use crate::walk::Stamped;

/// A value that was passed.
#[derive(Clone, Copy, Debug)]
struct Passed {
    node: u32,
    /// Where it begins and its bytes; of a string, those between the quotes.
    at: u32,
    len: u32,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Null,
    Boolean,
    Number,
    /// A string that says no more than those before.
    Usual,
    String,
    Escaped,
    List,
    Object,
}

/// Values that are noted before a line is checked as a whole, so that they need not all be kept.
const MOST_PASSED: usize = 1 << 16;

/// Looks at lines and remembers what they hold.
#[derive(Debug)]
pub(crate) struct Observer {
    pub(super) shape: Shape,
    passed: Vec<Passed>,
    /// Where the line begins in the text, and the bytes of input before the text.
    line: usize,
    position: u64,
    /// The line is known to be a row.
    is_row: bool,
    /// Nodes there were before the line, and those that have got new ones below them, with their depth.
    before: usize,
    grown: Vec<(u32, usize)>,
    /// Nodes there may be before some must go, even in the middle of a line.
    crowd: usize,
    text: Vec<u8>,
}

impl Observer {
    pub(super) fn new(shape: Shape) -> Self {
        Self {
            shape,
            passed: Vec::new(),
            line: 0,
            position: 0,
            is_row: false,
            before: 0,
            grown: Vec::new(),
            crowd: CROWD,
            text: Vec::new(),
        }
    }

    /// Looks at the value at the cursor and at the end of its line. `position` bytes of input come
    /// before the text.
    ///
    /// # Errors
    /// It is no line with one value. Then nothing was seen.
    pub(super) fn line<L: Stamped>(
        &mut self,
        cursor: &mut Cursor<'_, L>,
        position: u64,
    ) -> Outcome<()> {
        (self.line, self.position) = (cursor.at, position);
        (self.is_row, self.before) = (false, self.shape.nodes.len());
        let read = cursor.level.observe(self, cursor, 0, 0).and_then(|()| at_line_end(cursor));
        if let Err(fault) = read {
            self.forget();
            return Err(fault);
        }
        self.look(cursor.text);
        for (node, depth) in std::mem::take(&mut self.grown) {
            self.shape.make_map(node, depth);
        }
        if self.shape.nodes.len() > self.shape.room {
            self.shape.tighten();
            self.crowd = self.shape.nodes.len() + CROWD;
        }
        Ok(())
    }

    /// Passes the value at the cursor, which belongs to `node` at `depth`.
    #[inline(always)]
    fn value<L: Stamped>(
        &mut self,
        cursor: &mut Cursor<'_, L>,
        node: u32,
        depth: usize,
    ) -> Outcome<()> {
        let at = cursor.at;
        match cursor.peek() {
            b'"' => {
                let texts = self.shape.node(node).texts.as_deref();
                if let Some(end) = texts.and_then(|t| t.usual(cursor.level, cursor.text, at)) {
                    cursor.at = end;
                    return self.note(cursor, node, at, 0, What::Usual);
                }
                let (inside, span) = cursor.span()?;
                if !span.escaped {
                    return self.note(cursor, node, at + 1, inside.len(), What::String);
                }
                if check_escapes(inside).is_err() {
                    // Read again for the fault it is.
                    cursor.at = at;
                    cursor.skip_string()?;
                }
                self.note(cursor, node, at + 1, inside.len(), What::Escaped)
            }
            b'-' | b'0'..=b'9' => {
                cursor.number()?;
                self.note(cursor, node, at, cursor.at - at, What::Number)
            }
            b'{' => self.object(cursor, node, depth),
            b'[' => self.list(cursor, node, depth),
            b'n' => {
                cursor.literal("null")?;
                self.note(cursor, node, at, 0, What::Null)
            }
            b't' => {
                cursor.literal("true")?;
                self.note(cursor, node, at, 0, What::Boolean)
            }
            b'f' => {
                cursor.literal("false")?;
                self.note(cursor, node, at, 0, What::Boolean)
            }
            _ => Err(cursor.syntax("a value")),
        }
    }

    #[inline(always)]
    fn list<L: Stamped>(
        &mut self,
        cursor: &mut Cursor<'_, L>,
        node: u32,
        depth: usize,
    ) -> Outcome<()> {
        self.note(cursor, node, cursor.at, 0, What::List)?;
        if depth >= self.shape.depth {
            return pass_unique(cursor);
        }
        cursor.check_depth(cursor.depth + 1)?;
        cursor.depth += 1;
        cursor.at += 1;
        cursor.skip_blanks();
        if !cursor.take(b']') {
            if self.shape.node(node).element == NONE {
                self.grown.push((node, depth));
            }
            let element = self.shape.element(node);
            loop {
                self.below(cursor, element, depth)?;
                if !cursor.another(b']')? {
                    break;
                }
            }
        }
        cursor.depth -= 1;
        Ok(())
    }

    /// Passes a value that lies below `depth`, if values are still kept there.
    #[inline(always)]
    fn below<L: Stamped>(
        &mut self,
        cursor: &mut Cursor<'_, L>,
        node: u32,
        depth: usize,
    ) -> Outcome<()> {
        // The depth may have become less in the middle of the line.
        if depth >= self.shape.depth {
            return pass_unique(cursor);
        }
        cursor.level.observe(self, cursor, node, depth + 1)
    }

    #[inline(always)]
    fn object<L: Stamped>(
        &mut self,
        cursor: &mut Cursor<'_, L>,
        node: u32,
        depth: usize,
    ) -> Outcome<()> {
        self.note(cursor, node, cursor.at, 0, What::Object)?;
        if depth >= self.shape.depth {
            return pass_unique(cursor);
        }
        cursor.check_depth(cursor.depth + 1)?;
        cursor.depth += 1;
        cursor.at += 1;
        cursor.skip_blanks();
        if !cursor.take(b'}') {
            self.members(cursor, node, depth)?;
        }
        cursor.depth -= 1;
        Ok(())
    }

    #[inline(always)]
    fn members<L: Stamped>(
        &mut self,
        cursor: &mut Cursor<'_, L>,
        node: u32,
        depth: usize,
    ) -> Outcome<()> {
        let fields = self.shape.node_mut(node).fields.get_or_insert_default();
        fields.visits += 1;
        let visit = fields.visits;
        let (mut expected, mut previous) = (fields.first, None);
        // Keys that have no field.
        let mut others = None;
        loop {
            let at = cursor.at;
            let known = self.shape.node(node).fields.as_ref();
            let end = known.and_then(|f| f.expected(expected, cursor.level, cursor.text, at));
            let found = match end {
                Some(end) => {
                    cursor.at = end;
                    cursor.skip_blanks();
                    Some(expected)
                }
                None => {
                    let found = self.find(cursor, node, depth, &mut others)?;
                    cursor.colon()?;
                    found
                }
            };
            let child = match found {
                Some(place) => {
                    let fields = self.shape.node_mut(node).fields.get_or_insert_default();
                    let field = &mut fields.list[place as usize];
                    if field.seen == visit {
                        return Err(twice(at));
                    }
                    field.seen = visit;
                    expected = field.next;
                    let child = field.node;
                    if end.is_none() {
                        fields.learn(previous, place);
                    }
                    previous = Some(place);
                    child
                }
                None => self.map_entry(node, depth),
            };
            self.below(cursor, child, depth)?;
            if !cursor.another(b'}')? {
                return Ok(());
            }
        }
    }

    /// Reads the key at the cursor and gives the place of its field. One that is new gets a field;
    /// where there is no room for another one, it is kept in `others`.
    #[inline(never)]
    fn find<L: Stamped>(
        &mut self,
        cursor: &mut Cursor<'_, L>,
        node: u32,
        depth: usize,
        others: &mut Option<Keys>,
    ) -> Outcome<Option<u32>> {
        if cursor.peek() != b'"' {
            return Err(cursor.syntax("a key"));
        }
        let at = cursor.at;
        if self.shape.nodes.len() >= self.crowd {
            self.make_room(cursor)?;
        }
        let first = self.position + at as u64;
        // The cursor has checked that it is UTF-8.
        let name = std::str::from_utf8(cursor.string()?).unwrap_or_default();
        if let Some(place) = self.shape.node(node).fields.as_ref().and_then(|f| f.find(name)) {
            return Ok(Some(place));
        }
        if depth < self.shape.depth
            && let Some(place) = self.shape.add_field(node, name, first)
        {
            self.grown.push((node, depth));
            return Ok(Some(place));
        }
        if !others.get_or_insert_default().insert(name.as_bytes().into()) {
            return Err(twice(at));
        }
        Ok(None)
    }

    /// The node for a value whose key has no field.
    fn map_entry(&mut self, node: u32, depth: usize) -> u32 {
        if depth >= self.shape.depth {
            return NONE;
        }
        if self.shape.node(node).entry == NONE {
            self.grown.push((node, depth));
        }
        self.shape.entry(node)
    }

    #[inline(always)]
    fn note<L: Stamped>(
        &mut self,
        cursor: &mut Cursor<'_, L>,
        node: u32,
        at: usize,
        len: usize,
        what: What,
    ) -> Outcome<()> {
        if self.passed.len() == MOST_PASSED {
            self.look_early(cursor)?;
        }
        // Lines and pieces have at most 1 GiB.
        let (at, len) = ((at - self.line) as u32, len as u32);
        self.passed.push(Passed { node, at, len, what });
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn look_early<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>) -> Outcome<()> {
        self.check_line(cursor)?;
        self.look(cursor.text);
        Ok(())
    }

    /// Makes sure that the line is a row, all of it, so that what was seen of it may count before its
    /// end has come.
    fn check_line<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>) -> Outcome<()> {
        if self.is_row {
            return Ok(());
        }
        let (level, text) = (cursor.level, cursor.text);
        let context = &mut *cursor.context;
        let mut whole = Cursor { level, text, at: self.line, depth: 0, context };
        pass_unique(&mut whole)?;
        at_line_end(&mut whole)?;
        self.is_row = true;
        Ok(())
    }

    /// There are far more nodes than will be kept: stops at a level above the lowest one.
    #[cold]
    fn make_room<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>) -> Outcome<()> {
        self.check_line(cursor)?;
        self.shape.limit_depth();
        self.crowd = self.shape.nodes.len() + CROWD;
        Ok(())
    }

    /// Looks at the values that were passed.
    fn look(&mut self, text: Padded<'_>) {
        for passed in &self.passed {
            let node = self.shape.node_mut(passed.node);
            let start = self.line + passed.at as usize;
            let inside = text.slice(start, start + passed.len as usize);
            let tally = &mut node.tally;
            match passed.what {
                What::Null => tally.nulls += 1,
                What::Boolean => tally.booleans += 1,
                What::List => tally.lists += 1,
                What::Object => tally.objects += 1,
                What::Number => {
                    tally.numbers += 1;
                    // It was passed, so it is one.
                    if let Ok((number, _)) = Number::scan(inside) {
                        node.numbers.see(&number);
                    }
                }
                What::Usual => tally.strings += 1,
                What::String => {
                    tally.strings += 1;
                    node.texts.get_or_insert_default().see(inside);
                }
                What::Escaped => {
                    tally.strings += 1;
                    self.text.clear();
                    // Its escapes were checked.
                    let _ = unescape(inside, &mut self.text);
                    node.texts.get_or_insert_default().see(&self.text);
                }
            }
        }
        self.passed.clear();
    }

    /// Takes away what a line has left that is no row.
    #[cold]
    fn forget(&mut self) {
        self.passed.clear();
        let before = self.before as u32;
        for (node, _) in std::mem::take(&mut self.grown) {
            if node >= before {
                continue;
            }
            let node = self.shape.node_mut(node);
            if node.element >= before {
                node.element = NONE;
            }
            if node.entry >= before {
                node.entry = NONE;
            }
            if let Some(fields) = &mut node.fields {
                while fields.list.last().is_some_and(|field| field.node >= before) {
                    fields.remove_last();
                }
            }
        }
        self.shape.nodes.truncate(self.before);
    }
}

/// Passes the value at the cursor, which belongs to `node` at `depth`.
#[inline(always)]
pub(crate) fn observe<L: Stamped>(
    _: L,
    observer: &mut Observer,
    cursor: &mut Cursor<'_, L>,
    node: u32,
    depth: usize,
) -> Outcome<()> {
    observer.value(cursor, node, depth)
}

/// New nodes before some must go: more than a line of any serialiser brings.
const CROWD: usize = 4 * MOST_NODES as usize;

/// Passes blanks, and stands at the line end.
pub(super) fn at_line_end<L: Stamped>(cursor: &mut Cursor<'_, L>) -> Outcome<()> {
    cursor.skip_blanks();
    if cursor.peek() != b'\n' {
        return Err(cursor.syntax("the end of the line"));
    }
    Ok(())
}

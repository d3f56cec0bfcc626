//! The buffer that holds a file, or as much of it as there is room for.

use std::path::Path;

use memmap2::{MmapMut, MmapOptions};
use rowmill::{Bytes, Cancel, Reading, Source};

use super::clock::{Clock, Spent};
use crate::exit::{self, Failure};

/// Bytes that are asked of the system at first, and then twice as many each time, up to a bound: a
/// small file takes little, a large one few calls.
const FIRST_BLOCK: usize = 1 << 20;
const LAST_BLOCK: usize = 16 << 20;

/// A file that is loaded piece by piece: in one piece if it fits.
///
/// Its memory comes from the system and goes back there when it is dropped. The allocator would keep
/// it, and what giving it back takes would be counted nowhere: the process has ended by then.
pub(super) struct Buffer {
    reading: Reading,
    room: u64,
    /// Bytes of the next block.
    size: usize,
    blocks: Vec<Bytes>,
    /// What was read and had no place in the last block.
    rest: Bytes,
    ended: bool,
    /// What filling and giving back have taken.
    pub(super) spent: Spent,
    /// How often it held something.
    pub(super) fillings: u32,
}

impl Buffer {
    /// A buffer of `room` bytes, give or take a block, for the file at `input`.
    pub(super) fn new(input: &Path, room: u64, cancel: &Cancel) -> Result<Self, Failure> {
        let clock = Clock::start();
        // Read by this thread, so that loading ends before what is measured begins.
        let reading = Source::path(input).read(1, cancel)?;
        Ok(Self {
            reading,
            room,
            size: FIRST_BLOCK.min(usize::try_from(room).unwrap_or(FIRST_BLOCK)).max(1),
            blocks: Vec::new(),
            rest: Bytes::new(),
            ended: false,
            spent: clock.elapsed(),
            fillings: 0,
        })
    }

    /// The next piece; `None` after the last one. The piece before is given back, as far as nobody
    /// holds on to it.
    pub(super) fn fill(&mut self, cancel: &Cancel) -> Result<Option<&[Bytes]>, Failure> {
        let clock = Clock::start();
        self.blocks.clear();
        let mut bytes = 0;
        while bytes < self.room && !cancel.is_cancelled() {
            let block = self.block()?;
            if block.is_empty() {
                break;
            }
            bytes += block.len() as u64;
            self.blocks.push(block);
        }
        self.spent += clock.elapsed();
        self.fillings += u32::from(!self.blocks.is_empty());
        Ok((!self.blocks.is_empty()).then_some(&self.blocks))
    }

    /// The next block, full unless the file ends in it.
    fn block(&mut self) -> Result<Bytes, Failure> {
        let (mut block, mut used): (Option<MmapMut>, _) = (None, 0);
        while used < self.size {
            if self.rest.is_empty() && !self.ended {
                match self.reading.next().transpose()? {
                    Some(chunk) => self.rest = chunk,
                    None => self.ended = true,
                }
            }
            if self.rest.is_empty() {
                break;
            }
            let block = match &mut block {
                Some(block) => block,
                none => none.insert(pages(self.size)?),
            };
            let piece = self.rest.split_to(self.rest.len().min(self.size - used));
            if let Some(room) = block.get_mut(used..used + piece.len()) {
                room.copy_from_slice(&piece);
            }
            used += piece.len();
        }
        if self.room > self.size as u64 {
            self.size = (self.size * 2).min(LAST_BLOCK);
        }
        Ok(block.map_or_else(Bytes::new, |block| Bytes::from_owner(block).slice(..used)))
    }
}

/// Memory of the system's own. Pages that are there from the start cost less than those that are
/// missed one by one.
fn pages(size: usize) -> Result<MmapMut, Failure> {
    let no = |error| Failure::new(exit::TRY_LATER, format!("no memory for the file: {error}"));
    MmapOptions::new().len(size).populate().map_anon().map_err(no)
}

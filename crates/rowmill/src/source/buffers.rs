//! The memory of chunks, used again once nobody holds it any more.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

/// Bytes of one chunk: large enough that handing it on costs nothing, small enough to be still in the
/// cache of the processor when it is decoded.
pub(super) const CHUNK: usize = 256 << 10;

/// So many chunks are kept in mind; more than are on their way with a few threads.
const HELD: usize = 128;

/// Gives chunks.
#[derive(Default)]
pub(super) struct Buffers {
    /// Those that were handed out, the oldest first: it is the first that comes back.
    held: VecDeque<Bytes>,
}

impl Buffers {
    /// Memory for a chunk: so many bytes with any values.
    pub(super) fn take(&mut self) -> BytesMut {
        match self.held.pop_front().map(Bytes::try_into_mut) {
            Some(Ok(room)) => return room,
            Some(Err(held)) if self.held.len() < HELD => self.held.push_front(held),
            _ => {}
        }
        BytesMut::zeroed(CHUNK)
    }

    /// The first `filled` bytes of what was taken.
    pub(super) fn hand_out(&mut self, room: BytesMut, filled: usize) -> Bytes {
        let whole = room.freeze();
        let chunk = whole.slice(..filled);
        self.held.push_back(whole);
        chunk
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again_when_nobody_holds_it() {
        let mut buffers = Buffers::default();
        let room = buffers.take();
        let chunk = buffers.hand_out(room, 10);
        let (first, part) = (chunk.as_ptr(), chunk.slice(2..4));
        drop(chunk);
        let room = buffers.take();
        assert_ne!(room.as_ptr(), first, "a part of it is still there");
        let other = buffers.hand_out(room, CHUNK);
        drop(part);
        let room = buffers.take();
        assert_eq!((room.as_ptr(), room.len()), (first, CHUNK));
        assert_eq!(other.len(), CHUNK);
    }

    #[test]
    fn consumers_that_keep_chunks_get_others() {
        let mut buffers = Buffers::default();
        let kept: Vec<Bytes> = (0..2 * HELD)
            .map(|_| {
                let room = buffers.take();
                buffers.hand_out(room, 1)
            })
            .collect();
        assert!(buffers.held.len() <= HELD + 1);
        let mut places: Vec<_> = kept.iter().map(|chunk| chunk.as_ptr()).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), 2 * HELD);
    }
}

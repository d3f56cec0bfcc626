//! An object on its way into a store, in pieces.

use std::io::{self, Write};
use std::mem;

use object_store::multipart::PartId;

use super::place::Place;
#[cfg(feature = "mews")]
use super::place::{Seen, Whole};
use super::runtime::Task;
use crate::error::{Error, ErrorKind, Result};

/// Bytes of a piece: all but the last one are equal, as some stores want it.
const PIECE: usize = 8 << 20;

/// The least that stores take, for those who have little memory.
const LEAST: usize = 5 << 20;

/// Pieces of an upload at most, as stores have it.
const PIECES: usize = 10_000;

/// Takes bytes. A piece is sent while the next one is filled; who is faster than the store waits. What
/// is not finished is given up when it is dropped, and nothing of it ever shows.
pub(crate) struct Upload {
    /// The piece before, on its way. It is dropped first: nothing may arrive after the end.
    flight: Option<Task<object_store::Result<PartId>>>,
    sent: Uploaded,
    piece: usize,
    buffer: Vec<u8>,
    why: Why,
}

/// Tells, when a piece was refused, whether there is a reason for it that the store does not know.
pub(crate) type Why = Box<dyn Fn() -> Option<Error> + Send>;

/// An upload that has all its bytes and waits for the word that makes an object of it. It is given up
/// when it is dropped, unless it is [kept](Self::keep).
pub(crate) struct Uploaded {
    place: Place,
    name: String,
    id: String,
    pieces: Vec<String>,
    bytes: u64,
    kept: bool,
}

/// The bytes of a piece where a run has so much memory.
pub(crate) fn piece(memory: Option<usize>) -> usize {
    if memory.is_some() { LEAST } else { PIECE }
}

/// What so many uploads hold at most that are filled by turns, with such pieces: one that is filled for
/// each, and one on its way.
pub(crate) fn held(uploads: usize, piece: usize) -> usize {
    (uploads + 1) * piece
}

impl Upload {
    /// Takes over the upload with this id, of which nothing has been sent.
    pub(crate) fn new(place: Place, name: String, id: String, piece: usize, why: Why) -> Self {
        let sent = Uploaded { place, name, id, pieces: Vec::new(), bytes: 0, kept: false };
        Self { sent, piece, buffer: Vec::new(), flight: None, why }
    }

    /// Sends what is left and waits until the store has all of it. What is empty has no piece: Azure
    /// takes none without bytes.
    pub(crate) fn finish(mut self) -> Result<Uploaded> {
        if !self.buffer.is_empty() {
            self.send()?;
        }
        self.land()?;
        let Self { sent, .. } = self;
        Ok(sent)
    }

    fn send(&mut self) -> Result<()> {
        self.land()?;
        let Uploaded { place, name, id, pieces, bytes, .. } = &mut self.sent;
        if pieces.len() >= PIECES {
            let message =
                format!("has more than {PIECES} pieces, which no store takes; write parts");
            return Err(Error::output(place.shown(name).as_ref(), message));
        }
        let piece = mem::take(&mut self.buffer);
        *bytes += piece.len() as u64;
        self.flight = Some(place.send(name, id, pieces.len(), piece)?);
        Ok(())
    }

    /// Waits for the piece on its way.
    fn land(&mut self) -> Result<()> {
        let Some(task) = self.flight.take() else { return Ok(()) };
        let piece = self.sent.place.sent(&self.sent.name, task).map_err(|error| {
            let known = error.kind() == ErrorKind::Cancelled;
            if known { error } else { (self.why)().unwrap_or(error) }
        })?;
        self.sent.pieces.push(piece);
        Ok(())
    }
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.capacity() == 0 {
            // No more than a piece, which growing by doubling could be.
            self.buffer.reserve_exact(self.piece);
        }
        let taken = bytes.len().min(self.piece - self.buffer.len());
        self.buffer.extend_from_slice(bytes.get(..taken).unwrap_or_default());
        if self.buffer.len() >= self.piece {
            self.send().map_err(io::Error::other)?;
        }
        Ok(taken)
    }

    /// Waits for the piece on its way. What makes no piece yet stays here: stores take no small ones.
    fn flush(&mut self) -> io::Result<()> {
        self.land().map_err(io::Error::other)
    }
}

impl Uploaded {
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn pieces(&self) -> &[String] {
        &self.pieces
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Makes an object of it at once.
    #[cfg(feature = "mews")]
    pub(crate) fn place(mut self) -> Result<()> {
        let whole = Whole { name: &self.name, upload: &self.id, pieces: &self.pieces };
        let made = self.place.complete_all(&[whole])? == [true];
        // One that is gone may have become the object by a try whose answer was lost.
        let same = |seen: Seen| seen.bytes == self.bytes;
        if !made && !self.place.look(&self.name)?.is_some_and(same) {
            let message = "its upload was given up meanwhile";
            return Err(Error::output(self.place.shown(&self.name).as_ref(), message));
        }
        self.kept = true;
        Ok(())
    }

    /// From now on it is to outlive this value.
    pub(crate) fn keep(&mut self) {
        self.kept = true;
    }
}

impl Drop for Uploaded {
    fn drop(&mut self) {
        if !self.kept {
            // Nothing more can be done about it here; the next run gives it up.
            let _ = self.place.abort(&self.name, &self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cancel::Cancel;
    use crate::cloud::Whole;

    #[test]
    fn a_flush_leaves_nothing_on_its_way_and_no_small_piece() {
        let place = Place::new(Path::new("memory:///flushed/"), &Cancel::new()).expect("a place");
        let id = place.begin("a").expect("begins");
        let never = Box::new(|| None);
        let mut upload = Upload::new(place.clone(), "a".to_owned(), id.clone(), 4, never);
        upload.write_all(b"0123456789").expect("sends");
        assert!(upload.flight.is_some());
        for _ in 0..2 {
            upload.flush().expect("waits");
            assert!(upload.flight.is_none());
            assert_eq!((upload.sent.pieces.len(), &*upload.buffer), (2, &b"89"[..]));
        }
        upload.write_all(b"abc").expect("goes on");
        let mut sent = upload.finish().expect("sends the rest");
        sent.keep();
        assert_eq!((sent.pieces().len(), sent.bytes()), (4, 13));
        let whole = Whole { name: "a", upload: &id, pieces: sent.pieces() };
        assert_eq!(place.complete_all(&[whole]).expect("completes"), [true]);
        let (bytes, _) = place.read("a").expect("reads").expect("is there");
        assert_eq!(&*bytes, b"0123456789abc");
    }

    #[test]
    fn what_is_empty_has_no_piece() {
        let place = Place::new(Path::new("memory:///empty/"), &Cancel::new()).expect("a place");
        let id = place.begin("a").expect("begins");
        let never = Box::new(|| None);
        let upload = Upload::new(place.clone(), "a".to_owned(), id.clone(), 4, never);
        let mut sent = upload.finish().expect("has nothing to send");
        sent.keep();
        assert_eq!((sent.pieces().len(), sent.bytes()), (0, 0));
        let whole = Whole { name: "a", upload: &id, pieces: sent.pieces() };
        assert_eq!(place.complete_all(&[whole]).expect("completes"), [true]);
        assert_eq!(place.look("a").expect("looks").map(|seen| seen.bytes), Some(0));
    }
}

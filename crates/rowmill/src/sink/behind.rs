//! Bytes for a file: gathered, and written while more are made if there is a thread for it.

use std::io::{self, Write};
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::written::Written;

/// The bytes of one call of the system. The parquet crate passes them on by 8 KiB.
const PIECE: usize = 256 << 10;

/// So many pieces may wait for the thread at most: about a row group, which comes all at once.
const WAITING: usize = 64;

/// A thread sends what it has written on to the disk after so many bytes, so that not everything is
/// left to wait for in the end.
const SYNC: usize = 16 << 20;

/// Gathers bytes for a file. Only its [`end`](Self::end) tells whether all of them are there.
pub(crate) struct Behind {
    piece: Vec<u8>,
    way: Way,
}

enum Way {
    /// The caller writes.
    Here(Box<Written>),
    There(Thread),
}

impl Behind {
    /// Writes in a thread of its own if it is `threaded`. A quarter of a row group of `group_bytes` may
    /// wait for it.
    pub(super) fn new(written: Written, threaded: bool, group_bytes: usize) -> io::Result<Self> {
        let waiting = (group_bytes / 4 / PIECE).clamp(1, WAITING);
        let way = if threaded {
            Way::There(Thread::start(written, waiting)?)
        } else {
            Way::Here(Box::new(written))
        };
        Ok(Self { piece: Vec::new(), way })
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// The first with which bytes were refused.
    pub(super) fn end(mut self) -> io::Result<Written> {
        self.pass_on()?;
        match self.way {
            Way::Here(written) => Ok(*written),
            Way::There(mut thread) => thread.end(),
        }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        match &mut self.way {
            Way::Here(written) => {
                written.write_all(&self.piece)?;
                self.piece.clear();
                Ok(())
            }
            Way::There(thread) => thread.pass_on(&mut self.piece),
        }
    }
}

impl Write for Behind {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.piece.len() >= PIECE {
            self.pass_on()?;
        }
        if self.piece.capacity() == 0 {
            self.piece.reserve_exact(PIECE);
        }
        let bytes = &bytes[..bytes.len().min(PIECE - self.piece.len())];
        self.piece.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Passes on what there is, and waits for it; a thread is not waited for.
    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()?;
        match &mut self.way {
            Way::Here(written) => written.flush(),
            Way::There(_) => Ok(()),
        }
    }
}

struct Thread {
    /// `None` once no more pieces come.
    full: Option<Sender<Vec<u8>>>,
    /// Pieces that are written, to be used again.
    empty: Receiver<Vec<u8>>,
    /// What waits is wanted no more.
    given_up: Arc<AtomicBool>,
    /// Ends at the first piece that is refused, or when no more come. `None` once that is told.
    handle: Option<JoinHandle<io::Result<Written>>>,
}

impl Thread {
    fn start(mut written: Written, waiting: usize) -> io::Result<Self> {
        let (full, pieces) = bounded::<Vec<u8>>(waiting);
        let (back, empty) = bounded(waiting);
        let given_up = Arc::new(AtomicBool::new(false));
        let unwanted = Arc::clone(&given_up);
        let work = move || {
            let mut unsynced = 0;
            for mut piece in pieces {
                if unwanted.load(Ordering::Relaxed) {
                    break;
                }
                written.write_all(&piece)?;
                unsynced += piece.len();
                if unsynced >= SYNC {
                    written.sync()?;
                    unsynced = 0;
                }
                piece.clear();
                // One too many goes.
                let _ = back.try_send(piece);
            }
            Ok(written)
        };
        let handle = std::thread::Builder::new().name("rowmill-write".into()).spawn(work)?;
        Ok(Self { full: Some(full), empty, given_up, handle: Some(handle) })
    }

    fn pass_on(&mut self, piece: &mut Vec<u8>) -> io::Result<()> {
        let next = self.empty.try_recv().unwrap_or_default();
        let piece = mem::replace(piece, next);
        match self.full.as_ref().map(|full| full.send(piece)) {
            Some(Ok(())) => Ok(()),
            // It has ended early: with an error.
            _ => self.end().map(drop),
        }
    }

    fn end(&mut self) -> io::Result<Written> {
        self.full = None;
        let ended = self.handle.take().map(JoinHandle::join);
        let given_up = || io::Error::other("the file was given up");
        ended.and_then(Result::ok).unwrap_or_else(|| Err(given_up()))
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        // It does not outlive who gave it the file, nor send a store what nobody wants.
        self.given_up.store(true, Ordering::Relaxed);
        let _ = self.end();
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::*;

    fn bytes() -> Vec<u8> {
        (0..1_000_000_u32).flat_map(u32::to_le_bytes).collect()
    }

    #[test]
    fn the_bytes_are_the_same_with_and_without_a_thread() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, bytes) = (folder.path().join("a"), bytes());
        for threaded in [false, true] {
            for size in [8 << 10, 100_000, PIECE, PIECE + 1, bytes.len()] {
                let written = Written::new(File::create(&path).expect("a file"));
                let mut behind = Behind::new(written, threaded, 1 << 20).expect("begins");
                for piece in bytes.chunks(size) {
                    behind.write_all(piece).expect("writes");
                    behind.flush().expect("passes on");
                }
                let written = behind.end().expect("ends");
                assert_eq!(written.bytes(), bytes.len() as u64);
                assert!(fs::read(&path).expect("reads") == bytes, "{threaded}, {size}");
            }
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_told_at_the_end_if_not_before() {
        for threaded in [false, true] {
            for length in [1, PIECE, 3 * PIECE, 4_000_000] {
                let full = File::options().write(true).open("/dev/full").expect("opens");
                let mut behind =
                    Behind::new(Written::new(full), threaded, 64 << 20).expect("begins");
                let outcome = behind.write_all(&bytes()[..length]);
                let error = outcome.and_then(|()| behind.end()).map(|written| written.bytes());
                let error = error.expect_err("there is no room");
                assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{threaded}, {length}");
            }
        }
    }

    #[test]
    fn nothing_is_written_once_it_has_been_dropped() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let written = Written::new(File::create(&path).expect("a file"));
        let mut behind = Behind::new(written, true, 64 << 20).expect("begins");
        behind.write_all(&bytes()).expect("writes");
        drop(behind);
        let length = fs::metadata(&path).expect("is there").len();
        assert_eq!(length % PIECE as u64, 0, "what was not passed on is dropped");
        assert!(length < bytes().len() as u64);
    }
}

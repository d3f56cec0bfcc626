//! A file of this machine, which others may write to while it is read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A regular file. One that has become shorter since it was opened is an error, and not the end: rows
/// are missing then. What is added to it in the meantime is read.
pub(super) struct LocalFile {
    file: File,
    /// Bytes that it had.
    promised: u64,
    read: u64,
}

impl LocalFile {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        Ok(Self { promised: file.metadata()?.len(), file, read: 0 })
    }
}

impl Read for LocalFile {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(room)?;
        self.read += read as u64;
        if read == 0 && !room.is_empty() && self.read < self.promised {
            let Self { promised, read, .. } = self;
            let message = format!("it had {promised} bytes, and has become shorter: {read} bytes");
            return Err(io::Error::other(message));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_that_shrinks_while_it_is_read_is_no_shorter_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        std::fs::write(&path, [b'x'; 100]).expect("written");
        let mut file = LocalFile::open(&path).expect("opened");
        assert_eq!(file.read(&mut [0; 60]).expect("read"), 60);
        OpenOptions::new().write(true).open(&path).expect("opened").set_len(80).expect("cut");
        assert_eq!(file.read(&mut [0; 60]).expect("read"), 20);
        let error = file.read(&mut [0; 60]).expect_err("20 bytes are missing");
        assert!(error.to_string().contains("had 100 bytes"), "{error}");
    }

    #[test]
    fn what_is_added_meanwhile_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        std::fs::write(&path, b"one\n").expect("written");
        let mut file = LocalFile::open(&path).expect("opened");
        let mut more = OpenOptions::new().append(true).open(&path).expect("opened");
        more.write_all(b"two\n").expect("written");
        assert_eq!(io::read_to_string(&mut file).expect("read"), "one\ntwo\n");
    }
}

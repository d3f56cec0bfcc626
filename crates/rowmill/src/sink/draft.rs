//! A file of a run while it is written: on this machine, or on its way into a store.

#[cfg(feature = "mews")]
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::partial::Partial;
use super::written::Written;
#[cfg(feature = "cloud")]
use crate::cloud::{Upload, Uploaded};
use crate::error::{Error, Result};

/// Takes bytes. Nothing is left of it when it is dropped.
pub(crate) struct Draft {
    // Before `partial`: its last bytes are of no use once the file is removed.
    writer: BufWriter<Written>,
    /// The file on the disk; none for what goes to a store.
    partial: Option<Partial>,
    target: PathBuf,
}

/// What has all bytes of a file and waits for its name.
pub(crate) enum Body {
    /// A file that is on the disk.
    File(Partial),
    /// An upload that is complete.
    #[cfg(feature = "cloud")]
    Object(Uploaded),
}

impl Draft {
    /// `target` is the name that the file gets in the end.
    pub(super) fn file(partial: Partial, target: &Path) -> Result<Self> {
        let written = partial.writer().map_err(|e| Error::writing(target, e))?;
        let (writer, target) = (BufWriter::new(written), target.to_owned());
        Ok(Self { writer, partial: Some(partial), target })
    }

    /// `target` is the name that the object gets in the end.
    #[cfg(feature = "cloud")]
    pub(super) fn upload(upload: Upload, target: &Path) -> Self {
        let writer = BufWriter::new(Written::upload(upload));
        Self { writer, partial: None, target: target.to_owned() }
    }

    /// Waits until all of it is on the disk or in the store.
    pub(crate) fn finish(self) -> Result<Finished> {
        let Self { writer, partial, target } = self;
        let written = writer.into_inner().map_err(|e| Error::writing(&target, e.into_error()))?;
        #[cfg(feature = "mews")]
        let hash = written.hash();
        let bytes = written.bytes();
        let (body, size) = Body::of(written, partial, &target)?;
        if size != bytes {
            let message = format!("{bytes} bytes were written, but {size} are there");
            return Err(Error::output(&target, message));
        }
        Ok(Finished {
            body,
            bytes,
            #[cfg(feature = "mews")]
            hash,
            #[cfg(feature = "mews")]
            target,
        })
    }

    /// Behind what is in a file that has no name and needs none. Errors name `target`.
    #[cfg(feature = "mews")]
    pub(super) fn unnamed(file: File, target: &Path) -> Self {
        let writer = BufWriter::new(Written::new(file));
        Self { writer, partial: None, target: target.to_owned() }
    }

    /// Ends what need not outlive the run, and tells how many bytes it has.
    #[cfg(feature = "mews")]
    pub(crate) fn close(self) -> Result<u64> {
        let Self { writer, target, .. } = self;
        let written = writer.into_inner();
        written.map_or_else(|e| Err(Error::writing(&target, e.into_error())), |it| Ok(it.bytes()))
    }
}

/// A [`Draft`] that has all its bytes.
pub(crate) struct Finished {
    pub(crate) body: Body,
    pub(crate) bytes: u64,
    /// Of its bytes.
    #[cfg(feature = "mews")]
    pub(crate) hash: u128,
    #[cfg(feature = "mews")]
    target: PathBuf,
}

#[cfg(feature = "mews")]
impl Finished {
    /// Gives it its name at once. What has that name is replaced.
    pub(crate) fn place(self) -> Result<()> {
        match self.body {
            Body::File(partial) => {
                partial.close().place(&self.target).map_err(|e| Error::writing(&self.target, e))
            }
            #[cfg(feature = "cloud")]
            Body::Object(uploaded) => uploaded.place(),
        }
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Body {
    /// What was written to `partial`, or to an upload, and its size there.
    pub(super) fn of(
        written: Written,
        partial: Option<Partial>,
        target: &Path,
    ) -> Result<(Self, u64)> {
        match partial {
            Some(partial) => {
                let size = partial.sync().and_then(|()| partial.size());
                let size = size.map_err(|e| Error::writing(target, e))?;
                Ok((Self::File(partial), size))
            }
            None => uploaded(written),
        }
    }
}

/// The upload that everything was written to, and its size.
#[cfg(feature = "cloud")]
fn uploaded(written: Written) -> Result<(Body, u64)> {
    let upload = written.into_upload().ok_or_else(|| Error::internal("bytes without a file"))?;
    let uploaded = upload.finish()?;
    let size = uploaded.bytes();
    Ok((Body::Object(uploaded), size))
}

/// Without clients of stores everything has a file.
#[cfg(not(feature = "cloud"))]
fn uploaded(_: Written) -> Result<(Body, u64)> {
    Err(Error::internal("bytes without a file"))
}

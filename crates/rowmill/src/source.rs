//! Where bytes come from.

mod buffers;
mod chunks;
mod decompress;
#[cfg(feature = "async")]
mod feed;
mod file;
mod fingerprint;
mod reading;
#[cfg(feature = "async")]
mod streamed;
mod thread;

use std::borrow::Cow;
#[cfg(feature = "async")]
use std::error::Error as StdError;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
#[cfg(feature = "mews")]
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::{fmt, iter};

use bytes::Bytes;
#[cfg(feature = "async")]
use futures::Stream;

use crate::cancel::Cancel;
use crate::error::{Error, ErrorKind, Result, code};

#[cfg(feature = "cloud")]
use crate::cloud::{self, Address, Body, Object};
pub(crate) use chunks::Chunks;
use chunks::ReadChunks;
#[cfg(feature = "async")]
use chunks::SeenChunks;
pub(crate) use decompress::decompress;
#[cfg(feature = "mews")]
pub(crate) use feed::Feeder;
#[cfg(feature = "mews")]
pub(crate) use feed::feed;
use file::LocalFile;
pub(crate) use fingerprint::Fingerprint;
pub use reading::Reading;
#[cfg(feature = "async")]
pub(crate) use streamed::Transfer;
#[cfg(feature = "async")]
use streamed::{Streamed, waited_for};
use thread::on_thread;

/// Where the bytes of one table come from: a file, standard input, any reader, or a stream.
///
/// The bytes are JSON Lines, as they are or compressed with gzip or Zstandard, which is told from
/// the bytes themselves. All members of a gzip file and all frames of a Zstandard file are read and
/// their checksums verified; a truncated one, or one with something else behind it, is an error, and
/// so are zeros that fill up a gzip file to some size. The error names the byte after which it was
/// noticed, which is that of the end where something is missing, and otherwise at most 64 KiB early.
///
/// Memory stays bounded whatever the bytes say: a Zstandard frame may look back 128 MiB at most (what
/// `zstd --long` writes). What expands beyond any measure is refused; see
/// [`Convert::max_expansion`](crate::Convert::max_expansion).
pub struct Source(Kind);

enum Kind {
    Path(PathBuf),
    #[cfg(feature = "cloud")]
    Object(Object),
    Reader {
        name: String,
        reader: Box<dyn Read + Send>,
    },
    #[cfg(feature = "async")]
    Stream {
        name: String,
        stream: Streamed,
    },
    Begun(Begun),
}

/// A source that was read to some place, and what was read.
struct Begun {
    name: String,
    file_name: String,
    head: Vec<Bytes>,
    rest: Opened,
}

impl Source {
    /// The file at `path`, or a named pipe there. With the feature `cloud` it may be the URL of an
    /// object: `s3://bucket/rows.jsonl`, and likewise `gs`, `az`, `http` and `https`. Credentials come
    /// from the environment (`AWS_ACCESS_KEY_ID` and so on). An object is read in the version that is
    /// there at first: a connection that breaks is followed by another one that goes on where it broke,
    /// and an object that changes meanwhile is an error.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        #[cfg(feature = "cloud")]
        if let Some(address) = Address::of(&path) {
            return Self(Kind::Object(Object::new(address)));
        }
        Self(Kind::Path(path))
    }

    /// The objects that `url` names: where it ends with `/`, those right below it whose names end like
    /// files of JSON Lines (`.jsonl`, `.ndjson` or `.json`, and `.gz` or `.zst` after it); where its last
    /// part has a `*`, those that have other characters there; else it alone. They come in the order of
    /// their names.
    ///
    /// ```no_run
    /// use rowmill::{Convert, Source};
    ///
    /// let sources = Source::all_at("s3://exports/2026/11/")?;
    /// let report = Convert::inferred().run(sources, "lake/")?;
    /// # Ok::<(), rowmill::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Input`](ErrorKind::Input): there are none, or the store refuses.
    /// [`Usage`](ErrorKind::Usage): it is no such URL, or of a server that cannot list.
    /// [`TryLater`](ErrorKind::TryLater): the store cannot be reached.
    #[cfg(feature = "cloud")]
    pub fn all_at(url: &str) -> Result<Vec<Self>> {
        let Some(address) = Address::of(Path::new(url)) else {
            return Err(Error::usage("is no URL").in_file(url));
        };
        let objects = cloud::list(&address)?;
        Ok(objects.into_iter().map(|object| Self(Kind::Object(object))).collect())
    }

    /// Standard input; its name is `stdin`.
    #[must_use]
    pub fn stdin() -> Self {
        Self::reader("stdin", io::stdin())
    }

    /// Whatever `reader` gives. `name` stands in messages, reports and rejects, and names the part
    /// in a directory.
    ///
    /// It is read by a thread of its own, so that a run can be cancelled while a read blocks. That
    /// thread ends with the read it is in.
    pub fn reader(name: impl Into<String>, reader: impl Read + Send + 'static) -> Self {
        Self(Kind::Reader { name: name.into(), reader: Box::new(reader) })
    }

    /// Whatever `stream` gives: the body of an HTTP answer, a queue, a channel. `name` stands in
    /// messages, reports and rejects, and names the part in a directory. A stream that ends with an error
    /// ends the run.
    ///
    /// With [`Convert::run_async`](crate::Convert::run_async) and
    /// [`Decode::stream`](crate::Decode::stream) it is polled by the task that awaits those, on any
    /// executor. What blocks (`run`, `read` and so on) polls it on a thread of its own, within the
    /// Tokio runtime of the thread that calls, if that has one; a call that blocks the only thread of that
    /// runtime waits for ever.
    ///
    /// ```
    /// use futures::stream;
    /// use rowmill::{Bytes, Column, Convert, Layout, Source};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let output = dir.path().join("rooms.parquet");
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from("{\"n\":1}\n{\"n\":2}\n"))]);
    /// let layout = Layout::new([Column::int64("n")])?;
    /// let report = Convert::new(&layout).run_async(Source::stream("rooms", body), &output).await?;
    /// assert_eq!(report.rows, 2);
    /// # Ok::<(), rowmill::Error>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "async")]
    pub fn stream<S, E>(name: impl Into<String>, stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let name = name.into();
        let stream = Streamed::new(&name, stream);
        Self(Kind::Stream { name, stream })
    }

    /// What moves its bytes from now on, if it is a stream: a future for the caller's task. Without it
    /// the source is an error.
    #[cfg(feature = "async")]
    pub(crate) fn take_transfer(&mut self) -> Option<Transfer> {
        match &mut self.0 {
            Kind::Stream { stream, .. } => stream.take_transfer(),
            _ => None,
        }
    }

    /// The name it goes by: the path as it was given, or the name of the reader or stream.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.0 {
            Kind::Path(path) => path.display().to_string(),
            #[cfg(feature = "cloud")]
            Kind::Object(object) => object.name(),
            #[cfg(feature = "async")]
            Kind::Stream { name, .. } => name.clone(),
            Kind::Reader { name, .. } | Kind::Begun(Begun { name, .. }) => name.clone(),
        }
    }

    /// The source of this name that `head` was read of and that goes on with `rest`.
    pub(crate) fn begun(name: String, file_name: String, head: Vec<Bytes>, rest: Opened) -> Self {
        Self(Kind::Begun(Begun { name, file_name, head, rest }))
    }

    /// The same once more, if it can be read again.
    pub(crate) fn again(&self) -> Option<Self> {
        match &self.0 {
            Kind::Path(path) => path.is_file().then(|| Self::path(path)),
            #[cfg(feature = "cloud")]
            Kind::Object(object) => Some(Self(Kind::Object(object.clone()))),
            #[cfg(feature = "async")]
            Kind::Stream { .. } => None,
            Kind::Reader { .. } | Kind::Begun(_) => None,
        }
    }

    /// The version that is read, where a store has told one.
    pub(crate) fn etag(&self) -> Option<String> {
        match &self.0 {
            #[cfg(feature = "cloud")]
            Kind::Object(object) => object.etag(),
            _ => None,
        }
    }

    /// The file it is, if it is one of this machine.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        match &self.0 {
            Kind::Path(path) if path.is_file() => Some(path.clone()),
            _ => None,
        }
    }

    /// The path of the file it is, or the URL, if it is one of them.
    pub(crate) fn place(&self) -> Option<PathBuf> {
        match &self.0 {
            Kind::Path(path) => Some(path.clone()),
            #[cfg(feature = "cloud")]
            Kind::Object(object) => Some(object.name().into()),
            _ => None,
        }
    }

    /// The last part of its name, without the directories it lies in: what may stand in a part.
    pub(crate) fn file_name(&self) -> String {
        match &self.0 {
            Kind::Path(path) => path.file_name().map(OsStr::to_string_lossy),
            #[cfg(feature = "cloud")]
            Kind::Object(object) => Some(object.file_name().into()),
            Kind::Reader { name, .. } => last_part(name),
            #[cfg(feature = "async")]
            Kind::Stream { name, .. } => last_part(name),
            Kind::Begun(Begun { file_name, .. }) => Some(file_name.into()),
        }
        .unwrap_or_default()
        .into_owned()
    }

    /// The size where it is known. Finds out early that a file is missing.
    pub(crate) fn size(&self) -> Result<Option<u64>> {
        match &self.0 {
            Kind::Path(path) => {
                let found = fs::metadata(path).map_err(|e| Error::reading(&self.name(), e))?;
                if found.is_dir() {
                    let message = "is a directory; name the files to read";
                    let error = Error::new(ErrorKind::Input, message).with_code(code::NOT_A_FILE);
                    return Err(error.in_file(self.name()));
                }
                Ok(found.is_file().then_some(found.len()))
            }
            #[cfg(feature = "cloud")]
            Kind::Object(object) => object.size().map(Some),
            #[cfg(feature = "async")]
            Kind::Stream { .. } => Ok(None),
            Kind::Reader { .. } | Kind::Begun(_) => Ok(None),
        }
    }

    /// Opens it. With `threads` above 1, reading and decompression get a thread of their own.
    pub(crate) fn open(
        self,
        threads: usize,
        max_expansion: Option<u64>,
        cancel: &Cancel,
    ) -> Result<Opened> {
        let decompress = move |raw| decompress(raw, max_expansion);
        let (name, size) = (self.name(), self.size()?);
        let received = Received::default();
        let open_file = |path: &Path| LocalFile::open(path).map(|file| received.chunks(file));
        let chunks = match self.0 {
            Kind::Path(path) if size.is_some() && threads == 1 => {
                open_file(&path).and_then(decompress)
            }
            Kind::Path(path) if size.is_some() => {
                // A file that cannot be opened is found out here, not in the thread.
                open_file(&path).and_then(|raw| on_thread(move || decompress(raw), cancel))
            }
            Kind::Path(path) => {
                let received = received.clone();
                let open_pipe = move || File::open(path).map(|pipe| received.chunks(pipe));
                on_thread(open_pipe, cancel).and_then(decompress)
            }
            #[cfg(feature = "cloud")]
            Kind::Object(object) => {
                let body = Body::new(&object)?;
                let raw = received.chunks(body);
                on_thread(|| Ok(raw), cancel).and_then(decompress)
            }
            Kind::Reader { reader, .. } => {
                let raw = received.chunks(reader);
                on_thread(|| Ok(raw), cancel).and_then(decompress)
            }
            #[cfg(feature = "async")]
            Kind::Stream { stream: Streamed::Here(items), .. } => {
                on_thread(waited_for(items), cancel)
                    .map(|raw| received.seen(raw))
                    .and_then(decompress)
            }
            #[cfg(feature = "async")]
            Kind::Stream { stream: Streamed::Elsewhere(raw, received), .. } => {
                let chunks = decompress(raw).map_err(|cause| Error::reading(&name, cause))?;
                return Ok(Opened { chunks, received });
            }
            Kind::Begun(Begun { head, rest, .. }) => {
                let chunks = Box::new(head.into_iter().map(Ok).chain(rest.chunks));
                return Ok(Opened { chunks, ..rest });
            }
        }
        .map_err(|cause| Error::reading(&name, cause))?;
        Ok(Opened { chunks, received })
    }
}

/// A source that is being read.
pub(crate) struct Opened {
    /// Its bytes, decompressed.
    pub(crate) chunks: Chunks,
    /// What has come so far.
    pub(crate) received: Received,
}

/// What is known of the bytes of a source, before decompression. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Received {
    /// How many were read so far.
    pub(crate) bytes: Arc<AtomicU64>,
    /// What tells them from others of their name and number, once all were read. Files of exports are
    /// known by their export, and have none.
    pub(crate) fingerprint: Arc<OnceLock<String>>,
}

impl Received {
    /// What `reader` gives, seen on its way.
    fn chunks(&self, reader: impl Read + Send + 'static) -> Chunks {
        Box::new(ReadChunks::new(reader, self.clone()))
    }

    /// `chunks` that come from no reader, counted on their way.
    #[cfg(feature = "mews")]
    pub(crate) fn counted(&self, chunks: Chunks) -> Chunks {
        let bytes = Arc::clone(&self.bytes);
        Box::new(chunks.inspect(move |chunk| {
            let length = chunk.as_ref().map_or(0, Bytes::len);
            bytes.fetch_add(length as u64, Ordering::Relaxed);
        }))
    }

    /// The same, and known by their fingerprint.
    #[cfg(feature = "async")]
    fn seen(&self, chunks: Chunks) -> Chunks {
        Box::new(SeenChunks::new(chunks, self.clone()))
    }
}

/// What follows the directories that a name may have.
fn last_part(name: &str) -> Option<Cow<'_, str>> {
    name.rsplit(['/', '\\']).next().map(Into::into)
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.name()).finish()
    }
}

/// One source or many, in order. Whatever turns into a [`Source`] turns into this, and so do
/// vectors, arrays and slices of such, and iterators by `collect`.
#[derive(Debug)]
pub struct Sources(Vec<Source>);

impl Sources {
    pub(crate) fn into_vec(self) -> Vec<Source> {
        self.0
    }
}

impl<S: Into<Source>> FromIterator<S> for Sources {
    fn from_iter<I: IntoIterator<Item = S>>(sources: I) -> Self {
        Self(sources.into_iter().map(Into::into).collect())
    }
}

impl<S: Into<Source>> From<Vec<S>> for Sources {
    fn from(sources: Vec<S>) -> Self {
        sources.into_iter().collect()
    }
}

impl<S: Into<Source>, const N: usize> From<[S; N]> for Sources {
    fn from(sources: [S; N]) -> Self {
        sources.into_iter().collect()
    }
}

impl<S: Into<Source> + Clone> From<&[S]> for Sources {
    fn from(sources: &[S]) -> Self {
        sources.iter().cloned().collect()
    }
}

impl<S: Into<Source> + Clone> From<&Vec<S>> for Sources {
    fn from(sources: &Vec<S>) -> Self {
        sources.iter().cloned().collect()
    }
}

impl From<Source> for Sources {
    fn from(source: Source) -> Self {
        iter::once(source).collect()
    }
}

macro_rules! from_paths {
    ($($path:ty),*) => {$(
        impl From<$path> for Source {
            fn from(path: $path) -> Self {
                Self::path(path)
            }
        }

        impl From<$path> for Sources {
            fn from(path: $path) -> Self {
                Source::path(path).into()
            }
        }
    )*};
}
from_paths!(&str, &String, String, &Path, &PathBuf, PathBuf);

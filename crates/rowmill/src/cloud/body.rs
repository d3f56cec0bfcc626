//! The bytes of an object, in order, whatever happens to connections.

use std::io::{self, Read};
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::{Error as Cause, GetOptions, GetRange};
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use super::object::{Found, Object, SILENCE, silent};
use super::{refusal, runtime};
use crate::error::{Error, ErrorKind, Result};

/// Requests in a row that may bring nothing.
const ATTEMPTS: u32 = 5;

/// The wait before the second of them; it doubles.
const WAIT: Duration = Duration::from_millis(250);

/// Reads one version of an object. A connection that breaks is followed by another one, which goes on
/// where it broke; an object that is another one by then is an error. It is read by a plain thread, at
/// the pace of that thread.
pub(crate) struct Body {
    name: String,
    found: Found,
    runtime: Handle,
    /// Where the next byte stands.
    offset: u64,
    stream: Option<BoxStream<'static, object_store::Result<Bytes>>>,
    chunk: Bytes,
    /// Requests that have brought nothing since the last byte.
    failures: u32,
}

impl Body {
    /// Of `object`, from its first byte.
    ///
    /// # Errors
    /// It is not there, or cannot be looked at.
    pub(crate) fn new(object: &Object) -> Result<Self> {
        Ok(Self {
            name: object.name(),
            found: object.found()?.clone(),
            runtime: runtime::handle()?,
            offset: 0,
            stream: None,
            chunk: Bytes::new(),
            failures: 0,
        })
    }

    /// The next bytes; none at the end.
    fn next(&mut self) -> Result<Bytes> {
        while self.offset < self.found.meta.size {
            let mut stream = match self.stream.take() {
                Some(stream) => stream,
                None => match self.request()? {
                    Some(stream) => stream,
                    None => continue,
                },
            };
            match self.runtime.block_on(async { timeout(SILENCE, stream.next()).await }) {
                Ok(Some(Ok(chunk))) => {
                    self.stream = Some(stream);
                    self.offset += chunk.len() as u64;
                    if self.offset > self.found.meta.size {
                        return Err(self.changed());
                    }
                    if !chunk.is_empty() {
                        self.failures = 0;
                        return Ok(chunk);
                    }
                }
                Ok(Some(Err(cause))) => self.failed(Some(&cause))?,
                // A body that ends early has no error where its length was not known.
                Ok(None) | Err(_) => self.failed(None)?,
            }
        }
        Ok(Bytes::new())
    }

    /// Asks for all bytes that are missing; `None` where that is to be tried again.
    fn request(&mut self) -> Result<Option<BoxStream<'static, object_store::Result<Bytes>>>> {
        let Found { store, meta } = &self.found;
        // By a weak tag nothing can be asked for.
        let tag = meta.e_tag.clone().filter(|tag| !tag.starts_with("W/"));
        // One that was not told is the beginning of 1970.
        let dated = meta.last_modified.timestamp() > 0;
        if self.offset > 0 && tag.is_none() && !dated {
            let message = format!(
                "cannot be read: the connection broke at byte {}, and the server has no entity tag \
                 and no date by which to go on; trying again may help",
                self.offset
            );
            return Err(Error::new(ErrorKind::TryLater, message).in_file(&*self.name));
        }
        let options = GetOptions {
            // A tag says more than a date of whole seconds.
            if_unmodified_since: (tag.is_none() && dated).then_some(meta.last_modified),
            if_match: tag,
            range: (self.offset > 0).then_some(GetRange::Offset(self.offset)),
            ..GetOptions::default()
        };
        let answer = async { timeout(SILENCE, store.get_opts(&meta.location, options)).await };
        match self.runtime.block_on(answer) {
            Ok(Ok(answer)) => {
                let same = answer.meta.size == meta.size && answer.meta.e_tag == meta.e_tag;
                if !same || answer.range.start != self.offset {
                    return Err(self.changed());
                }
                Ok(Some(answer.into_stream()))
            }
            Ok(Err(Cause::Precondition { .. })) => Err(self.changed()),
            Ok(Err(Cause::NotFound { .. })) if self.offset > 0 => Err(self.changed()),
            Ok(Err(cause)) => self.failed(Some(&cause)).map(|()| None),
            Err(_) => self.failed(None).map(|()| None),
        }
    }

    /// A request has brought nothing, for this reason or out of silence: waits for the next one.
    ///
    /// # Errors
    /// It was the last one, or another one would bring no more.
    fn failed(&mut self, cause: Option<&Cause>) -> Result<()> {
        self.failures += 1;
        let error = cause.map_or_else(|| silent(&self.name), |c| refusal::reading(&self.name, c));
        if !error.is_retryable() || self.failures >= ATTEMPTS {
            return Err(error);
        }
        let wait = WAIT * 2_u32.pow(self.failures - 1);
        self.runtime.block_on(async { sleep(wait).await });
        Ok(())
    }

    fn changed(&self) -> Error {
        let message = "has changed while it was read; nothing was made of two versions";
        Error::new(ErrorKind::Input, message).in_file(&*self.name)
    }
}

impl Read for Body {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.chunk.is_empty() {
            self.chunk = self.next().map_err(io::Error::other)?;
        }
        let bytes = self.chunk.len().min(into.len());
        self.chunk.copy_to_slice(&mut into[..bytes]);
        Ok(bytes)
    }
}

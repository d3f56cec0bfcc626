//! The links of all files of an export, renewed together.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::Url;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::link::Link;
use crate::model::{Export, FileEntry, Status};

/// The links of an export, with their age.
///
/// One call renews the links of all files, so whoever needs a fresh one waits for a renewal that is
/// under way instead of starting another. Files have no id: they are matched by position, which is
/// safe only as long as their number and sizes stay the same.
pub(crate) struct Links {
    client: Client,
    id: String,
    sizes: Vec<u64>,
    newest: Mutex<Newest>,
    /// Renewals that failed; see [`Links::get`].
    failures: AtomicU64,
}

struct Newest {
    links: Vec<Link>,
    asked: Instant,
    generation: u64,
    last_failure: Option<Error>,
}

/// A link that was young enough when it was given out.
pub(crate) struct Issued {
    pub(crate) url: Url,
    /// Which renewal it came from; told back when the link is refused.
    pub(crate) generation: u64,
}

impl Links {
    pub(crate) fn new(client: Client, export: &Export, asked: Instant) -> Links {
        let newest =
            Newest { links: links(&export.files), asked, generation: 0, last_failure: None };
        Links {
            client,
            id: export.id.clone(),
            sizes: sizes(&export.files),
            newest: Mutex::new(newest),
            failures: AtomicU64::new(0),
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The size that the export promises for a file.
    pub(crate) fn size(&self, index: usize) -> Option<u64> {
        self.sizes.get(index).copied()
    }

    /// A link to use now: renewed if it is old, or if it is of the generation that was `refused`.
    pub(crate) async fn get(&self, index: usize, refused: Option<u64>) -> Result<Issued, Error> {
        let failures = self.failures.load(Ordering::Acquire);
        // Held during a renewal: that is what makes the others wait for it.
        let mut newest = self.newest.lock().await;
        let old = newest.asked.elapsed() >= self.client.settings().link_age;
        if old || refused == Some(newest.generation) {
            // A renewal that failed while this one waited would fail again, file after file.
            if self.failures.load(Ordering::Acquire) != failures
                && let Some(failure) = &newest.last_failure
            {
                return Err(failure.clone());
            }
            if let Err(error) = self.renew(&mut newest).await {
                newest.last_failure = Some(error.clone());
                self.failures.fetch_add(1, Ordering::AcqRel);
                return Err(error);
            }
        }
        let generation = newest.generation;
        let url =
            newest.links.get(index).and_then(Link::url).ok_or_else(|| {
                Error::new(ErrorKind::Protocol, "the link of the file is not a URL")
            })?;
        Ok(Issued { url, generation })
    }

    async fn renew(&self, newest: &mut Newest) -> Result<(), Error> {
        let (export, asked) = self.client.get_one(&self.id).await?;
        let gone = |kind, text: &str| Err(Error::new(kind, text));
        match &export.status {
            Status::Success => {}
            Status::Expired => return gone(ErrorKind::Expired, "the export has expired"),
            Status::Failed => return gone(ErrorKind::Failed, "the export failed at the server"),
            status => {
                let text = format!("the export was finished and is now {}", status.as_str());
                return gone(ErrorKind::Changed, &text);
            }
        }
        if sizes(&export.files) != self.sizes {
            let text = "the number or the sizes of the files are not what they were";
            return gone(ErrorKind::Changed, text);
        }
        newest.links = links(&export.files);
        newest.asked = asked;
        newest.generation += 1;
        tracing::debug!(export = %self.id, renewal = newest.generation, "links renewed");
        Ok(())
    }
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").field("export", &self.id).finish_non_exhaustive()
    }
}

fn links(files: &[FileEntry]) -> Vec<Link> {
    files.iter().map(|file| file.link.clone()).collect()
}

fn sizes(files: &[FileEntry]) -> Vec<u64> {
    files.iter().map(|file| file.size_in_bytes).collect()
}

//! The links of all files of an export, renewed together.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::Url;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;
use tracing::{Instrument, Span};

use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::event::Event;
use crate::events::{Events, Listeners};
use crate::link::Link;
use crate::model::{Export, FileEntry, Status};

/// The links of an export, with their age.
///
/// One call renews the links of all files, so whoever needs a fresh one waits for a renewal that is
/// under way instead of starting another. Files have no id, and a list may come in another order: they
/// are matched by the paths of their links, in front of the signatures, or by position if all paths
/// are new. Another number of files or another size of one is an error.
pub(crate) struct Links {
    client: Client,
    id: String,
    sizes: Vec<u64>,
    /// The paths of the first links, by which files are known.
    paths: Vec<String>,
    newest: Mutex<Newest>,
    /// Renewals that failed; see [`Links::get`].
    failures: AtomicU64,
    /// How many files are read at once.
    at_once: usize,
    /// Connections beyond the one that each of those files has.
    spare: Arc<Semaphore>,
    listeners: Listeners,
    /// What all that is done for the export is part of.
    span: Span,
}

struct Newest {
    links: Vec<Link>,
    asked: Instant,
    generation: u64,
    last_failure: Option<Error>,
}

/// Why a link is not wanted any more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Doubt {
    /// The renewal that it came from.
    pub(crate) generation: u64,
    /// The file host refuses it; otherwise a body was cut, which may have another cause.
    pub(crate) refused: bool,
}

/// A link that was young enough when it was given out.
pub(crate) struct Issued {
    pub(crate) url: Url,
    /// Which renewal it came from; told back when there are doubts.
    pub(crate) generation: u64,
}

impl Links {
    pub(crate) fn new(client: Client, export: &Export, asked: Instant) -> Links {
        let newest =
            Newest { links: links(&export.files), asked, generation: 0, last_failure: None };
        let settings = client.settings();
        let at_once = settings.files_at_once.min(settings.connections).min(export.files.len());
        let spare = settings.connections.saturating_sub(at_once.max(1));
        let span = tracing::info_span!("export", export = %export.id, entity = %export.entity_type,
            files = export.files.len(), bytes = sizes(&export.files).iter().sum::<u64>());
        Links {
            at_once: at_once.max(1),
            spare: Arc::new(Semaphore::new(spare.min(Semaphore::MAX_PERMITS))),
            client,
            id: export.id.clone(),
            sizes: sizes(&export.files),
            paths: paths(&export.files),
            newest: Mutex::new(newest),
            failures: AtomicU64::new(0),
            listeners: Listeners::default(),
            span,
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// What happens to the files from now on.
    pub(crate) fn events(&self) -> Events {
        self.listeners.listen()
    }

    /// Tells those who listen to this export, and those who listen to the client.
    pub(crate) fn tell(&self, event: &dyn Fn() -> Event) {
        self.listeners.tell(event);
        self.client.tell(event);
    }

    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    pub(crate) fn count(&self) -> usize {
        self.sizes.len()
    }

    pub(crate) fn at_once(&self) -> usize {
        self.at_once
    }

    pub(crate) fn spare(&self) -> Arc<Semaphore> {
        Arc::clone(&self.spare)
    }

    /// The size that the export promises for a file.
    pub(crate) fn size(&self, index: usize) -> Option<u64> {
        self.sizes.get(index).copied()
    }

    /// A link to use now: renewed if it is old, or if it is of the generation that is in `doubt`.
    pub(crate) async fn get(&self, index: usize, doubt: Option<Doubt>) -> Result<Issued, Error> {
        let failures = self.failures.load(Ordering::Acquire);
        // Held during a renewal: that is what makes the others wait for it.
        let mut newest = self.newest.lock().await;
        let old = newest.asked.elapsed() >= self.client.settings().link_age;
        let doubt = doubt.filter(|doubt| doubt.generation == newest.generation);
        if old || doubt.is_some() {
            // A renewal that failed while this one waited would fail again, file after file.
            let failed_meanwhile = self.failures.load(Ordering::Acquire) != failures;
            let outcome = match newest.last_failure.clone().filter(|_| failed_meanwhile) {
                Some(failure) => Err(failure),
                None => self.renew(&mut newest).await.inspect_err(|error| {
                    newest.last_failure = Some(error.clone());
                    self.failures.fetch_add(1, Ordering::AcqRel);
                }),
            };
            let needed = old || doubt.is_some_and(|doubt| doubt.refused);
            if let Err(error) = outcome
                && (needed || !is_passing(&error))
            {
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
        let started = Instant::now();
        let (export, asked) =
            self.client.get_one(&self.id).instrument(self.span.clone()).await.map_err(|error| {
                if error.attempts() > 0 { error } else { error.tried(1, started.elapsed()) }
            })?;
        let gone = |kind, text: &str| Err(Error::new(kind, text).tried(1, asked.elapsed()));
        match &export.status {
            Status::Success => {}
            Status::Expired => return gone(ErrorKind::Expired, "the export has expired"),
            Status::Failed => return gone(ErrorKind::Failed, "the export failed at the server"),
            status => {
                let text = format!("the export was finished and is now {}", status.as_str());
                return gone(ErrorKind::Changed, &text);
            }
        }
        let Some(files) = self.ordered(&export.files) else {
            let text = "the files, their number or their sizes are not what they were";
            return gone(ErrorKind::Changed, text);
        };
        newest.links = links(&files);
        newest.asked = asked;
        newest.generation += 1;
        let renewal = newest.generation;
        tracing::info!(parent: &self.span, export = %self.id, renewal, "links renewed");
        self.client.count(|counters| counters.renewals += 1);
        self.tell(&|| Event::LinksRenewed { export: self.id.clone(), renewal });
        Ok(())
    }

    /// The files of a later list in the order of the first one; `None` if they are not the same ones.
    fn ordered(&self, files: &[FileEntry]) -> Option<Vec<FileEntry>> {
        let paths = paths(files);
        let places: HashMap<&String, &FileEntry> = paths.iter().zip(files).collect();
        let found: Vec<_> = self.paths.iter().map(|path| places.get(path)).collect();
        let distinct = self.paths.iter().collect::<HashSet<_>>().len() == self.paths.len();
        let ordered: Vec<FileEntry> = if distinct && found.iter().any(Option::is_some) {
            if places.len() < files.len() {
                return None;
            }
            found.into_iter().map(|file| Some((*file?).clone())).collect::<Option<_>>()?
        } else {
            // Paths stand for many files, or each renewal makes new ones.
            files.to_vec()
        };
        (files.len() == self.sizes.len() && sizes(&ordered) == self.sizes).then_some(ordered)
    }
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").field("export", &self.id).finish_non_exhaustive()
    }
}

/// The API could not be asked, which says nothing about the links there are.
fn is_passing(error: &Error) -> bool {
    error.is_retryable() && *error.kind() != ErrorKind::Changed
}

fn links(files: &[FileEntry]) -> Vec<Link> {
    files.iter().map(|file| file.link.clone()).collect()
}

/// What is in front of the signatures; that of a link that is no URL stands for nothing.
fn paths(files: &[FileEntry]) -> Vec<String> {
    let path = |file: &FileEntry| file.link.url().map(|url| url.path().to_owned());
    files.iter().map(|file| path(file).unwrap_or_default()).collect()
}

fn sizes(files: &[FileEntry]) -> Vec<u64> {
    files.iter().map(|file| file.size_in_bytes).collect()
}

//! A finished export.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::client::Client;
use crate::download::{Download, Downloads, Links};
use crate::entity::Entity;
use crate::events::Events;
use crate::model::{Export, FileEntry, Filters, Scope};

/// A finished export, whose files can be downloaded until it expires.
///
/// Clones share the links of the files, so that a renewal serves all of them.
#[derive(Clone, Debug)]
pub struct ReadyExport {
    export: Arc<Export>,
    links: Arc<Links>,
}

impl ReadyExport {
    pub(crate) fn new(client: Client, export: Export, asked: Instant) -> ReadyExport {
        let links = Arc::new(Links::new(client, &export, asked));
        ReadyExport { export: Arc::new(export), links }
    }

    /// The id of the export.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.export.id
    }

    /// What was exported.
    #[must_use]
    pub fn entity(&self) -> &Entity {
        &self.export.entity_type
    }

    /// The enterprises or chains it was made for.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.export.scope
    }

    /// The filters it was made with.
    #[must_use]
    pub fn filters(&self) -> &Filters {
        &self.export.filters
    }

    /// The files, in the server's order; none if there are no rows.
    #[must_use]
    pub fn files(&self) -> &[FileEntry] {
        &self.export.files
    }

    /// When the files may go away, if the server told.
    #[must_use]
    pub fn expires(&self) -> Option<DateTime<Utc>> {
        self.export.expires
    }

    /// All files in their order, to be taken one after the other while the next ones are on their
    /// way already.
    ///
    /// ```no_run
    /// # async fn run(export: rowmill_mews::ReadyExport) -> Result<(), rowmill_mews::Error> {
    /// use futures::TryStreamExt;
    ///
    /// for mut file in export.downloads() {
    ///     while let Some(chunk) = file.try_next().await? {
    ///         // the bytes of one file after the other
    ///         let _ = chunk;
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn downloads(&self) -> Downloads {
        Downloads::new(Arc::clone(&self.links))
    }

    /// What happens to the files of this export from now on, whichever clone of it they are
    /// downloaded with. Nothing waits for who reads it; see [`Events`], which has an example.
    pub fn events(&self) -> Events {
        self.links.events()
    }

    /// One file as an ordered stream of bytes, starting when it is first polled.
    ///
    /// What happens underneath — expired links, cut connections, busy servers — does not show. The
    /// stream ends well only if exactly [`size_in_bytes`](FileEntry::size_in_bytes) bytes were
    /// given out; otherwise its last item is an error. An `index` beyond
    /// [`files`](ReadyExport::files) gives a stream of one error.
    #[must_use]
    pub fn download(&self, index: usize) -> Download {
        Download::new(Arc::clone(&self.links), index)
    }
}

//! The files of an export, one after the other.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use crate::download::{Download, Links};

/// The files of an export in their order, made by
/// [`ReadyExport::downloads`](crate::ReadyExport::downloads).
///
/// When a file is given out, the ones behind it are begun, so many
/// [at once](crate::ClientBuilder::files_at_once), each reading ahead by as many bytes as the client
/// is set to. Taken one after the other, each file to its end or dropped before the next, they
/// never have more [connections](crate::ClientBuilder::connections) than were allowed, and memory
/// is bounded by what is read ahead of one file, times the number of files.
pub struct Downloads {
    links: Arc<Links>,
    /// Files that are on their way.
    begun: VecDeque<Download>,
    /// The first file that is not.
    next: usize,
}

impl Downloads {
    pub(crate) fn new(links: Arc<Links>) -> Downloads {
        Downloads { links, begun: VecDeque::new(), next: 0 }
    }
}

impl Iterator for Downloads {
    type Item = Download;

    fn next(&mut self) -> Option<Download> {
        while self.begun.len() < self.links.at_once() && self.next < self.links.count() {
            let mut file = Download::new(Arc::clone(&self.links), self.next);
            file.begin();
            self.begun.push_back(file);
            self.next += 1;
        }
        self.begun.pop_front()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.links.count() - self.next + self.begun.len();
        (left, Some(left))
    }
}

impl ExactSizeIterator for Downloads {}

impl fmt::Debug for Downloads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Downloads").field("left", &self.len()).finish_non_exhaustive()
    }
}

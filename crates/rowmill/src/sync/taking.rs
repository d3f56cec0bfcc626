//! An export from its end at the server to the commit and the watermark.

use rowmill_mews::chrono::Utc;
use rowmill_mews::{ErrorKind as Mews, PendingExport, ReadyExport, Scope};

use super::Goal;
use super::answer;
use super::event::SyncEvent;
use super::journal::{Event, Work};
use super::run::Run;
use super::watch::Watch;
use super::watermark::Watermark;
use crate::error::{Error, Result};
use crate::ingest::ingest;
use crate::report::Report;
use crate::settings::Settings;

/// What came of an export that was taken over.
pub(super) enum TakenOver {
    Committed(Box<Report>),
    Ended,
}

impl Run {
    /// The finished export. One that has come to nothing is noted as such.
    pub(super) async fn ready(
        &self,
        work: &Work,
        pending: PendingExport,
        watch: &Watch,
    ) -> Result<Result<ReadyExport, rowmill_mews::Error>> {
        let outcome = watch.ready(pending).await;
        let outcome =
            outcome.ok_or_else(|| Error::internal("nobody waits for exports any more"))?;
        if let Err(error) = &outcome
            && matches!(error.kind(), Mews::Failed | Mews::Expired | Mews::NotFound)
            && !self.has_manifest(work)?
        {
            self.ended(work)?;
        }
        Ok(outcome)
    }

    /// There will be no rows of it.
    fn ended(&self, work: &Work) -> Result<()> {
        let mut book = self.book();
        // One that was adopted by its id may be committed.
        if work.export.as_ref().is_some_and(|id| book.journal.is_open(id)) {
            book.journal.record(Event::Ended, work)?;
        }
        Ok(())
    }

    /// Goes on with an export that an earlier run has asked for.
    pub(super) async fn take_over(&self, work: &Work, watch: &Watch) -> Result<TakenOver> {
        let export = work.export.clone().unwrap_or_default();
        let entity = work.subject.entity.clone();
        self.tell(|| SyncEvent::TakenOver { entity: entity.clone(), export: export.clone() });
        let error = match self.ready(work, self.client.adopt(&export), watch).await? {
            Ok(ready) => {
                let report = self.take_in(work, ready).await?;
                return Ok(TakenOver::Committed(Box::new(report)));
            }
            Err(error) => error,
        };
        if !matches!(error.kind(), Mews::Failed | Mews::Expired | Mews::NotFound) {
            return Err(error.into());
        }
        if self.has_manifest(work)? {
            // It died between the commit and the watermark, a long time ago. Its rows count as long as
            // they are what is asked for.
            match self.left_of(&work.subject, &export).await {
                Ok(Some(report)) => {
                    self.committed(work, None)?;
                    return Ok(TakenOver::Committed(Box::new(report)));
                }
                Err(error) if !self.settings.overwrite => return Err(error),
                Ok(None) | Err(_) => self.ended(work)?,
            }
        }
        self.tell(|| SyncEvent::Ended { entity, export, reason: error.to_string() });
        Ok(TakenOver::Ended)
    }

    /// From the files to the commit, and only then the watermark.
    pub(super) async fn take_in(&self, work: &Work, ready: ReadyExport) -> Result<Report> {
        if let Err(error) = answer::check(work, &ready) {
            // It would be the same each time it is taken over.
            self.ended(work)?;
            return Err(error);
        }
        self.check_scope(work, ready.scope())?;
        let scope = ready.scope().clone();
        let replaces = self.replaced_by(work).await?;
        let report = self.ingest(&work.subject.entity, ready, replaces).await?;
        self.committed(work, Some(&scope))?;
        Ok(report)
    }

    pub(super) fn expect(&self, entity: &str, ready: &ReadyExport) -> Result<()> {
        if ready.entity().as_str() == entity {
            return Ok(());
        }
        let (id, found) = (ready.id(), ready.entity());
        Err(Error::usage(format!("export {id} is one of {found}, not of {entity}")))
    }

    /// The files of an export. The rows of those that it `replaces` go.
    pub(super) async fn ingest(
        &self,
        entity: &str,
        ready: ReadyExport,
        replaces: Vec<String>,
    ) -> Result<Report> {
        let _turn = self.turn.lock().await;
        let (entity, export) = (entity.to_owned(), ready.id().to_owned());
        let files = ready.files().len();
        let bytes = ready.files().iter().map(|file| file.size_in_bytes).sum();
        let layout = self.options.layouts.get(&entity).cloned();
        self.tell(|| SyncEvent::Ready { entity, export, files, bytes });
        let settings = Settings { replaces, ..self.settings.clone() };
        let mut ingest = ingest(ready).with(&settings, layout);
        if let Some(directory) = &self.options.keep_raw {
            ingest = ingest.keep_raw(directory);
        }
        ingest.into_parquet(&self.root).await
    }

    /// The watermark first: if the journal's line is lost, the export is only taken over once more,
    /// and found to be there.
    fn committed(&self, work: &Work, scope: Option<&Scope>) -> Result<()> {
        self.advance(work, scope)?;
        let mut book = self.book();
        book.journal.record(Event::Committed, work)?;
        let watermark = book.state.get(&work.subject).map(|mark| mark.until);
        drop(book);
        let entity = work.subject.entity.clone();
        let export = work.export.clone().unwrap_or_default();
        self.tell(|| SyncEvent::Committed { entity, export, watermark });
        Ok(())
    }

    /// Refuses a window of more enterprises than the watermark was made with: their earlier rows
    /// would be missing, and nobody would notice.
    fn check_scope(&self, work: &Work, scope: &Scope) -> Result<()> {
        let lenient = matches!(self.options.goal, Goal::Everything | Goal::Interval(..));
        if lenient || work.filter.updated.is_none() || work.subject.is_scoped() {
            return Ok(());
        }
        match self.book().state.get(&work.subject) {
            Some(mark) if !mark.knows(scope) => Err(Error::usage(format!(
                "the export of {} is of enterprises or chains that earlier ones did not have, whose \
                 earlier rows would be missing: ask for all data once more (--full), or keep another \
                 --state",
                work.subject.entity
            ))),
            _ => Ok(()),
        }
    }

    /// Moves the watermark to where it may be after this commit.
    fn advance(&self, work: &Work, scope: Option<&Scope>) -> Result<()> {
        let since = match self.options.goal {
            Goal::Since(since) => Some(since),
            _ => None,
        };
        let mut book = self.book();
        match Watermark::after(book.state.get(&work.subject), work, scope, since, Utc::now()) {
            Some(mark) => {
                book.journal.check()?;
                book.state.set(mark)
            }
            None => Ok(()),
        }
    }
}

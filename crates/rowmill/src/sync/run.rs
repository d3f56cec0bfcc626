//! The work of a run: for each entity one step after the other, all entities side by side.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::future::{Either, join_all, select};
use futures::{FutureExt, StreamExt};
use rowmill_mews::chrono::{DateTime, Utc};
use rowmill_mews::{Entity, ErrorKind as Mews, ExportRequest, PendingExport, ReadyExport, Scope};

use super::event::SyncEvent;
use super::journal::{Event, Journal, Work};
use super::state::State;
use super::watch::{Watch, watch};
use super::watermark::Watermark;
use super::window::{Filter, MARGIN_OF_CLOCKS, Subject, Window, edge, windows};
use super::{EntityReport, Goal, Options, SyncReport};
use crate::entity;
use crate::error::{Error, Result};
use crate::ingest::ingest;
use crate::lineage::with_lineage;
use crate::newest::Newest;
use crate::partition::Plan;
use crate::report::Report;
use crate::settings::Settings;
use crate::sink::has_manifest;

/// One call of [`SyncRun::into_parquet`](super::SyncRun::into_parquet).
pub(super) struct Run {
    pub(super) client: rowmill_mews::Client,
    pub(super) subjects: Vec<Subject>,
    pub(super) options: Options,
    pub(super) settings: Settings,
    pub(super) root: PathBuf,
    /// Locked for moments only, never while waiting.
    pub(super) book: Mutex<Book>,
    /// Exports are made side by side and taken in one by one: each takes all threads, and the
    /// memory of one.
    pub(super) turn: tokio::sync::Mutex<()>,
}

/// What is remembered.
pub(super) struct Book {
    pub(super) journal: Journal,
    pub(super) state: State,
}

/// What came of an export that was taken over.
enum TakenOver {
    Committed(Option<Box<Report>>),
    Ended,
}

impl Run {
    /// What can be told before anything is asked for.
    pub(super) fn check(&self) -> Result<()> {
        for subject in &self.subjects {
            let Settings { dedupe, partition_by, lineage, .. } = &self.settings;
            let layout = self.options.layouts.get(&subject.entity).cloned();
            let of_entity = |e| Error::usage(format!("{}: {e}", subject.entity));
            if (*dedupe || !partition_by.is_empty())
                && let Some(layout) = layout.or_else(|| entity::layout(&subject.entity))
            {
                let layout = self.settings.part_of(layout)?;
                let schema = with_lineage(layout.schema(), lineage);
                Plan::new(partition_by, &schema).map_err(of_entity)?;
                if *dedupe {
                    Newest::new(layout.schema(), None).map_err(of_entity)?;
                }
            }
            self.request(subject, &Filter { updated: None, ..self.filter(subject) }).check()?;
            if let Goal::Interval(from, until) = self.options.goal {
                if from >= until {
                    return Err(Error::usage("the interval is empty"));
                }
                for updated in windows(from, until) {
                    let filter = Filter { updated: Some(updated), ..self.filter(subject) };
                    self.request(subject, &filter).check()?;
                }
            }
            if let Goal::Since(from) = self.options.goal
                && let Some(mark) = self.book().state.get(subject)
                && from > mark.until
            {
                let (entity, until) = (&subject.entity, mark.until);
                return Err(Error::usage(format!(
                    "{entity} is complete until {until:?}: to begin at {from:?} would leave out \
                     what was updated in between"
                )));
            }
        }
        Ok(())
    }

    /// All entities.
    pub(super) async fn all(&self) -> Result<SyncReport> {
        let damaged = self.book().journal.damaged();
        if damaged > 0 {
            self.tell(|| SyncEvent::JournalDamaged { lines: damaged });
        }
        for subject in &self.subjects {
            for doubt in self.request(subject, &self.filter(subject)).doubts() {
                self.tell(|| SyncEvent::Doubtful { entity: subject.entity.clone(), doubt });
            }
        }
        let (watch, watcher) = watch(&self.client);
        let entities = join_all(self.subjects.iter().map(|subject| self.entity(subject, &watch)));
        let work = pin!(self.telling(async {
            match select(entities, pin!(watcher.run())).await {
                Either::Left((entities, _)) => Ok(SyncReport { entities }),
                // It listens as long as `watch` exists.
                Either::Right(_) => Err(Error::internal("nobody waits for exports any more")),
            }
        }));
        match select(work, self.settings.cancel.cancelled()).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => Err(Error::cancelled()),
        }
    }

    /// One export by its id.
    pub(super) async fn adopt(&self, id: &str) -> Result<Report> {
        let Some(subject) = self.subjects.first() else { return Err(Error::usage("no entity")) };
        self.telling(self.adopted(subject, id)).await
    }

    async fn adopted(&self, subject: &Subject, id: &str) -> Result<Report> {
        let known = self.book().journal.find(id).cloned();
        let ready = self.client.adopt(id).ready().await?;
        self.expect(&subject.entity, &ready)?;
        match known {
            Some(work) => self.take_in(&work, ready).await,
            None => self.ingest(&subject.entity, ready).await,
        }
    }

    async fn entity(&self, subject: &Subject, watch: &Watch) -> EntityReport {
        let mut exports = Vec::new();
        let error = self.steps(subject, watch, &mut exports).await.err();
        let watermark = self.book().state.get(subject).map(|mark| mark.until);
        EntityReport { entity: Entity::from(subject.entity.as_str()), exports, watermark, error }
    }

    /// What earlier runs have begun, then what is missing.
    async fn steps(
        &self,
        subject: &Subject,
        watch: &Watch,
        exports: &mut Vec<Report>,
    ) -> Result<()> {
        let mut whole = false;
        let begun = self.book().journal.open_exports(subject);
        for work in begun {
            match self.take_over(&work, watch).await? {
                TakenOver::Committed(report) => {
                    exports.extend(report.map(|report| *report));
                    whole |= work.filter == Filter { updated: None, ..self.filter(subject) };
                }
                TakenOver::Ended => {}
            }
        }
        let Some(windows) = self.plan(subject, Utc::now()) else {
            // It is here already if an earlier run wanted the same.
            if !whole {
                exports.push(self.ask_and_take_in(subject, self.filter(subject), watch).await?);
            }
            return Ok(());
        };
        // An earlier run wanted all there was; what came after it is for the next one.
        if whole && matches!(self.options.goal, Goal::Onward) {
            return Ok(());
        }
        if windows.is_empty()
            && let Some(watermark) = self.book().state.get(subject).map(|mark| mark.until)
        {
            let entity = subject.entity.clone();
            self.tell(|| SyncEvent::UpToDate { entity, watermark });
        }
        for updated in windows {
            let filter = Filter { updated: Some(updated), ..self.filter(subject) };
            if !self.is_committed(subject, &filter)? {
                exports.push(self.ask_and_take_in(subject, filter, watch).await?);
            }
        }
        Ok(())
    }

    /// The windows to ask for; `None` for all data at once.
    fn plan(&self, subject: &Subject, now: DateTime<Utc>) -> Option<Vec<Window>> {
        match self.options.goal {
            Goal::Everything => None,
            Goal::Interval(from, until) => Some(windows(from, until)),
            Goal::Since(from) => Some(windows(from, edge(now))),
            // Days of posting say nothing of updates.
            Goal::Onward if self.filter(subject).posting.is_some() => None,
            Goal::Onward => {
                let until = self.book().state.get(subject)?.until;
                let overlap = rowmill_mews::chrono::TimeDelta::from_std(self.options.overlap);
                let from = overlap.ok().and_then(|overlap| until.checked_sub_signed(overlap));
                Some(windows(from.unwrap_or(DateTime::UNIX_EPOCH), edge(now)))
            }
        }
    }

    /// The part of every filter that is the same for all exports of a run.
    fn filter(&self, subject: &Subject) -> Filter {
        let is_ledger = subject.entity == Entity::LedgerEntry.as_str();
        Filter { updated: None, posting: self.options.posting.filter(|_| is_ledger) }
    }

    /// Whether an earlier run has committed exactly this, and nothing would come of doing it again.
    fn is_committed(&self, subject: &Subject, filter: &Filter) -> Result<bool> {
        let book = self.book();
        let done = match (self.options.goal, filter.updated, book.state.get(subject)) {
            (Goal::Interval(..), ..) => true,
            // Otherwise the watermark would stay behind it.
            (Goal::Since(_), Some(window), Some(mark)) => window.until <= mark.until,
            _ => false,
        };
        // Days of posting may get further entries.
        if !done || self.settings.overwrite || filter.posting.is_some() {
            return Ok(false);
        }
        let Some(export) = book.journal.committed(subject, filter).map(str::to_owned) else {
            return Ok(false);
        };
        drop(book);
        if !has_manifest(&self.root, &export)? {
            return Ok(false);
        }
        let entity = subject.entity.clone();
        self.tell(|| SyncEvent::AlreadyCommitted { entity, export });
        Ok(true)
    }

    fn request(&self, subject: &Subject, filter: &Filter) -> ExportRequest {
        let mut request = self.client.export(Entity::from(subject.entity.as_str()));
        request = request.keep_asking(self.options.keep_asking);
        if !self.options.enterprises.is_empty() {
            request = request.enterprises(&self.options.enterprises);
        }
        if !self.options.chains.is_empty() {
            request = request.chains(&self.options.chains);
        }
        if let Some(window) = filter.updated {
            request = request.updated(window.range());
        }
        if let Some(days) = filter.posting {
            request = request.posting(days.from..days.until);
        }
        request
    }

    async fn ask_and_take_in(
        &self,
        subject: &Subject,
        filter: Filter,
        watch: &Watch,
    ) -> Result<Report> {
        let (work, pending) = self.ask(subject, filter).await?;
        let ready = self.ready(&work, pending, watch).await??;
        self.take_in(&work, ready).await
    }

    /// Asks for an export. Its id is in the journal before anything else happens.
    async fn ask(&self, subject: &Subject, filter: Filter) -> Result<(Work, PendingExport)> {
        let request = self.request(subject, &filter);
        request.check()?;
        if let Some(asked) = self.book().journal.unanswered(&subject.entity) {
            let entity = subject.entity.clone();
            self.tell(|| SyncEvent::Unanswered { entity, asked });
        }
        let subject = subject.clone();
        let asked = Utc::now();
        let mut work = Work { subject, filter, asked, asked_there: None, export: None };
        self.book().journal.record(Event::Asked, &work)?;
        let outcome = request.send().await;
        let pending = match outcome {
            Ok(pending) => pending,
            Err(error) => {
                // A lost answer stays an open question.
                if *error.kind() != Mews::Unknown {
                    self.book().journal.record(Event::Refused, &work)?;
                }
                return Err(self.refused(&work.subject, error));
            }
        };
        let export = pending.id().to_owned();
        work.export = Some(export.clone());
        // A clock of this machine that is ahead would set a watermark that the data does not reach.
        let behind = self.client.clock_offset().filter(|offset| *offset < -MARGIN_OF_CLOCKS);
        work.asked_there = behind.and_then(|offset| asked.checked_add_signed(offset));
        // Between the answer and this line nothing waits, so that no drop of the future can come
        // in between.
        let recorded = self.book().journal.record(Event::Added, &work);
        let entity = work.subject.entity.clone();
        let updated = work.filter.updated.map(|window| (window.from, window.until));
        self.tell(|| SyncEvent::Requested { entity, export, updated });
        recorded?;
        Ok((work, pending))
    }

    /// The error of a refused request, with what the journal knows of other exports.
    fn refused(&self, subject: &Subject, error: rowmill_mews::Error) -> Error {
        let may_be_pending = matches!(error.kind(), Mews::Refused { may_be_pending: true, .. });
        let elsewhere = self.book().journal.open_elsewhere(subject).map(str::to_owned);
        let error = Error::from(error);
        match elsewhere {
            Some(id) if may_be_pending => {
                let told =
                    format!("{error} (export {id} of this type, with another scope, may run)");
                Error::new(error.kind(), told).because(error)
            }
            _ => error,
        }
    }

    /// The finished export. One that has come to nothing is noted as such.
    async fn ready(
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
            self.book().journal.record(Event::Ended, work)?;
        }
        Ok(outcome)
    }

    fn has_manifest(&self, work: &Work) -> Result<bool> {
        work.export.as_ref().map_or(Ok(false), |id| has_manifest(&self.root, id))
    }

    /// Goes on with an export that an earlier run has asked for.
    async fn take_over(&self, work: &Work, watch: &Watch) -> Result<TakenOver> {
        let export = work.export.clone().unwrap_or_default();
        let entity = work.subject.entity.clone();
        self.tell(|| SyncEvent::TakenOver { entity: entity.clone(), export: export.clone() });
        let error = match self.ready(work, self.client.adopt(&export), watch).await? {
            Ok(ready) => {
                let report = self.take_in(work, ready).await?;
                return Ok(TakenOver::Committed(Some(Box::new(report))));
            }
            Err(error) => error,
        };
        if !matches!(error.kind(), Mews::Failed | Mews::Expired | Mews::NotFound) {
            return Err(error.into());
        }
        if self.has_manifest(work)? {
            // It died between the commit and the watermark, a long time ago.
            self.committed(work, None)?;
            return Ok(TakenOver::Committed(None));
        }
        self.tell(|| SyncEvent::Ended { entity, export, reason: error.to_string() });
        Ok(TakenOver::Ended)
    }

    /// From the files to the commit, and only then the watermark.
    async fn take_in(&self, work: &Work, ready: ReadyExport) -> Result<Report> {
        self.expect(&work.subject.entity, &ready)?;
        self.check_scope(work, ready.scope())?;
        let scope = ready.scope().clone();
        let report = self.ingest(&work.subject.entity, ready).await?;
        self.committed(work, Some(&scope))?;
        Ok(report)
    }

    fn expect(&self, entity: &str, ready: &ReadyExport) -> Result<()> {
        if ready.entity().as_str() == entity {
            return Ok(());
        }
        let (id, found) = (ready.id(), ready.entity());
        Err(Error::usage(format!("export {id} is one of {found}, not of {entity}")))
    }

    async fn ingest(&self, entity: &str, ready: ReadyExport) -> Result<Report> {
        let _turn = self.turn.lock().await;
        let (entity, export) = (entity.to_owned(), ready.id().to_owned());
        let files = ready.files().len();
        let bytes = ready.files().iter().map(|file| file.size_in_bytes).sum();
        let layout = self.options.layouts.get(&entity).cloned();
        self.tell(|| SyncEvent::Ready { entity, export, files, bytes });
        let mut ingest = ingest(ready).with(&self.settings, layout);
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
        match Watermark::after(book.state.get(&work.subject), work, scope, since) {
            Some(mark) => {
                book.journal.check()?;
                book.state.set(mark)
            }
            None => Ok(()),
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Every change is on the disk before it is seen here, whatever a thread panicked over.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does the work, and tells meanwhile what the client tells.
    async fn telling<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        if !self.is_watched() {
            return work.await;
        }
        let mut events = self.client.events();
        loop {
            match select(work.as_mut(), events.next()).await {
                Either::Left((outcome, _)) => {
                    while let Some(Some(event)) = events.next().now_or_never() {
                        self.tell_of(event);
                    }
                    return outcome;
                }
                Either::Right((Some(event), _)) => self.tell_of(event),
                // It has no end as long as there is a client.
                Either::Right((None, _)) => return work.await,
            }
        }
    }

    /// Tells what the client tells, unless the run tells more of the same.
    fn tell_of(&self, event: rowmill_mews::Event) {
        use rowmill_mews::Event::{Ready, Requested};
        if !matches!(event, Requested { .. } | Ready { .. }) {
            self.tell(|| SyncEvent::Client(event));
        }
    }

    fn is_watched(&self) -> bool {
        self.options.on_event.is_some() || self.options.teller.is_some()
    }

    fn tell(&self, event: impl FnOnce() -> SyncEvent) {
        if !self.is_watched() {
            return;
        }
        let event = event();
        if let Some(callback) = &self.options.on_event {
            callback(&event);
        }
        if let Some(teller) = &self.options.teller {
            teller.tell(&event);
        }
    }
}

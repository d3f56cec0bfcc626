//! The work of a run: for each entity one step after the other, all entities side by side.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use futures::future::{Either, join_all, select};
use rowmill_mews::Entity;
use rowmill_mews::chrono::{DateTime, TimeDelta, Utc};

use super::event::SyncEvent;
use super::journal::Journal;
use super::state::State;
use super::taking::TakenOver;
use super::there::Tables;
use super::watch::{Watch, watch};
use super::window::{Filter, Subject, Window, edge, windows};
use super::{EntityReport, Goal, Options, SyncReport};
use crate::arrow::SchemaRef;
use crate::error::{Error, Result};
use crate::ingest::layout_for;
use crate::lineage::with_lineage;
use crate::newest::Newest;
use crate::partition::Plan;
use crate::report::Report;
use crate::settings::Settings;

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
    /// What is in the output, once somebody has asked.
    pub(super) tables: OnceLock<Tables>,
}

/// What is remembered.
pub(super) struct Book {
    pub(super) journal: Journal,
    pub(super) state: State,
}

impl Run {
    /// What can be told before anything is asked for.
    pub(super) fn check(&self) -> Result<()> {
        for subject in &self.subjects {
            let of_entity = |e| Error::usage(format!("{}: {e}", subject.entity));
            let schema = self.schema(subject)?;
            Plan::new(&self.settings.partition_by, &schema).map_err(of_entity)?;
            if self.settings.dedupe {
                Newest::new(&schema, None).map_err(of_entity)?;
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

    /// The columns that the rows of `subject` will have.
    pub(super) fn schema(&self, subject: &Subject) -> Result<SchemaRef> {
        let layout = self.options.layouts.get(&subject.entity).cloned();
        let layout = layout.map_or_else(|| layout_for(&subject.entity), Ok)?;
        let layout = self.settings.part_of(layout)?;
        Ok(with_lineage(layout.schema(), &self.settings.lineage))
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
            None => self.ingest(&subject.entity, ready, Vec::new()).await,
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
                    exports.push(*report);
                    whole |= work.filter == Filter { updated: None, ..self.filter(subject) };
                }
                TakenOver::Ended => {}
            }
        }
        let Some(windows) = self.plan(subject, Utc::now())? else {
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
        if windows.is_empty() {
            self.tell(|| self.nothing_to_ask(subject));
        }
        for updated in windows {
            let filter = Filter { updated: Some(updated), ..self.filter(subject) };
            match self.committed_before(subject, &filter).await? {
                None => exports.push(self.ask_and_take_in(subject, filter, watch).await?),
                // It may have been taken over just now.
                Some(report) if exports.iter().any(|told| told.export == report.export) => {}
                Some(report) => exports.push(report),
            }
        }
        Ok(())
    }

    /// The windows to ask for; `None` for all data at once.
    ///
    /// # Errors
    /// The watermark cannot be true.
    fn plan(&self, subject: &Subject, now: DateTime<Utc>) -> Result<Option<Vec<Window>>> {
        Ok(match self.options.goal {
            Goal::Everything => None,
            Goal::Interval(from, until) => Some(windows(from, until)),
            Goal::Since(from) => {
                self.mark(subject, now)?;
                Some(windows(from, edge(now)))
            }
            // Days of posting say nothing of updates.
            Goal::Onward if self.filter(subject).posting.is_some() => None,
            Goal::Onward => self.mark(subject, now)?.map(|until| {
                let overlap = TimeDelta::from_std(self.options.overlap);
                let from = overlap.ok().and_then(|overlap| until.checked_sub_signed(overlap));
                windows(from.unwrap_or(DateTime::UNIX_EPOCH), edge(now))
            }),
        })
    }

    /// Up to where the rows of `subject` are complete.
    ///
    /// # Errors
    /// Up to an instant that has not come yet: then nothing before it would ever be asked for.
    fn mark(&self, subject: &Subject, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        match self.book().state.get(subject).map(|mark| mark.until) {
            Some(until) if until > now => Err(Error::usage(format!(
                "{} is said to be complete until {until:?}, which lies in the future by the clock of \
                 this machine: that clock is wrong now, or one was when this was written; ask for all \
                 data once more (--full, in code `.everything()`) to begin anew",
                subject.entity
            ))),
            mark => Ok(mark),
        }
    }

    /// Why there is no window to ask for.
    fn nothing_to_ask(&self, subject: &Subject) -> SyncEvent {
        let entity = subject.entity.clone();
        let mark = self.book().state.get(subject).map(|mark| mark.until);
        match (mark, self.options.goal) {
            (None, Goal::Since(from)) => SyncEvent::TooEarly { entity, from },
            (mark, _) => {
                let watermark = mark.unwrap_or(DateTime::UNIX_EPOCH);
                SyncEvent::UpToDate { entity, watermark }
            }
        }
    }

    /// The part of every filter that is the same for all exports of a run.
    pub(super) fn filter(&self, subject: &Subject) -> Filter {
        let is_ledger = subject.entity == Entity::LedgerEntry.as_str();
        Filter { updated: None, posting: self.options.posting.filter(|_| is_ledger) }
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        // Every change is on the disk before it is seen here, whatever a thread panicked over.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Asking for an export.

use rowmill_mews::chrono::Utc;
use rowmill_mews::{Entity, ErrorKind as Mews, ExportRequest, PendingExport};

use super::event::SyncEvent;
use super::journal::{Event, Work};
use super::run::Run;
use super::watch::Watch;
use super::window::{Filter, MARGIN_OF_CLOCKS, Subject};
use crate::error::{Error, ErrorKind, Result};
use crate::ingest::name_of_export;
use crate::report::Report;
use crate::sink::has_manifest;

impl Run {
    pub(super) fn request(&self, subject: &Subject, filter: &Filter) -> ExportRequest {
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

    pub(super) async fn ask_and_take_in(
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
        self.check_table(subject, &filter).await?;
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
        // Where that cannot be told now, the id is kept all the same.
        let known = self.is_known(&export);
        if matches!(known, Ok(true)) {
            self.book().journal.record(Event::Refused, &work)?;
            let message = format!(
                "exports/add was asked for a new export of {} and has answered with {export}, which is \
                 known already: what was updated since is not in it",
                work.subject.entity
            );
            return Err(Error::new(ErrorKind::Refused, message));
        }
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
        known?;
        Ok((work, pending))
    }

    /// Whether an export was asked for, or taken in here, before.
    fn is_known(&self, id: &str) -> Result<bool> {
        if self.book().journal.find(id).is_some() {
            return Ok(true);
        }
        // One with another name can have left nothing.
        name_of_export(id).map_or(Ok(false), |name| has_manifest(&self.root, &name))
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
}

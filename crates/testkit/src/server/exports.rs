//! The exports that exist, and how they come to their end.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::clock::later;
use super::model::{Filters, Scope};
use super::setup::Ending;

/// All exports of this server.
pub(super) struct Exports {
    polls: u32,
    ready_after: Duration,
    life: Duration,
    list: Vec<Export>,
}

pub(super) struct Export {
    pub(super) id: String,
    pub(super) entity: String,
    pub(super) scope: Scope,
    pub(super) filters: Option<Filters>,
    ending: Ending,
    begun: Instant,
    polls: u32,
    /// Set once it is done.
    expires: Option<DateTime<Utc>>,
}

/// Where an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    Processing,
    Success,
    Failed,
    Expired,
}

impl Status {
    pub(super) fn name(self) -> &'static str {
        match self {
            Status::Pending => "Pending",
            Status::Processing => "Processing",
            Status::Success => "Success",
            Status::Failed => "Failed",
            Status::Expired => "Expired",
        }
    }
}

impl Exports {
    pub(super) fn new(polls: u32, ready_after: Duration, life: Duration) -> Exports {
        Exports { polls, ready_after, life, list: Vec::new() }
    }

    /// Whether an export of this entity type is pending or in progress.
    pub(super) fn runs(&self, entity: &str) -> bool {
        self.list.iter().any(|export| {
            export.entity == entity
                && export.expires.is_none()
                && (export.polls < self.polls || export.begun.elapsed() < self.ready_after)
        })
    }

    /// The newest export of this entity type.
    pub(super) fn newest(&self, entity: &str) -> Option<&Export> {
        self.list.iter().rev().find(|export| export.entity == entity)
    }

    pub(super) fn begin(
        &mut self,
        id: String,
        entity: String,
        scope: Scope,
        filters: Option<Filters>,
        ending: Ending,
    ) -> &Export {
        let at = self.list.len();
        let begun = Instant::now();
        let expires = None;
        self.list.push(Export { id, entity, scope, filters, ending, begun, polls: 0, expires });
        &self.list[at]
    }

    /// An export, and where it stands at this poll, which counts.
    pub(super) fn poll(&mut self, id: &str, now: DateTime<Utc>) -> Option<(&Export, Status)> {
        let (polls, ready_after, life) = (self.polls, self.ready_after, self.life);
        let export = self.list.iter_mut().find(|export| export.id.eq_ignore_ascii_case(id))?;
        export.polls = export.polls.saturating_add(1);
        let done = export.polls > polls && export.begun.elapsed() >= ready_after;
        if done && export.expires.is_none() {
            export.expires = Some(later(now, life));
        }
        let status = match export.expires {
            None if export.polls == 1 && polls > 1 => Status::Pending,
            None => Status::Processing,
            Some(_) if export.ending == Ending::Failed => Status::Failed,
            Some(end) if export.ending == Ending::Expired || now >= end => Status::Expired,
            Some(_) => Status::Success,
        };
        Some((export, status))
    }

    /// The entity of an export whose files may be fetched at `now`.
    pub(super) fn open_entity(&self, id: &str, now: DateTime<Utc>) -> Option<&str> {
        let export = self.list.iter().find(|export| export.id == id)?;
        let open = export.ending == Ending::Success && export.expires.is_some_and(|end| now < end);
        open.then_some(export.entity.as_str())
    }

    pub(super) fn expire_all(&mut self) {
        for export in &mut self.list {
            if let Some(end) = &mut export.expires {
                *end = DateTime::<Utc>::MIN_UTC;
            }
        }
    }
}

impl Export {
    /// When its files go away: `None` until it is done, and for one that failed.
    pub(super) fn expires(&self) -> Option<DateTime<Utc>> {
        self.expires.filter(|_| self.ending != Ending::Failed)
    }
}

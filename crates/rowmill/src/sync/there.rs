//! What is in the output already, before anything is asked for.

use std::path::PathBuf;

use super::Goal;
use super::event::SyncEvent;
use super::journal::Work;
use super::run::Run;
use super::window::{Filter, Subject};
use crate::error::Result;
use crate::ingest::{left_of, name_of_export, rehearse};
use crate::partition::{PartitionColumn, Plan};
use crate::report::Report;
use crate::settings::Settings;
use crate::sink::{
    ColumnsId, Manifest, TableColumns, all_manifests, check_partitioning, has_manifest, stored,
};

/// How the tables of the output are partitioned: a manifest each.
pub(super) type Tables = Vec<Table>;

pub(super) struct Table {
    manifest: PathBuf,
    job: String,
    entity: Option<String>,
    partitioned_by: Vec<PartitionColumn>,
    columns: Option<ColumnsId>,
}

impl Run {
    /// Whether the manifest of an export is in the output.
    pub(super) fn has_manifest(&self, work: &Work) -> Result<bool> {
        let name = work.export.as_deref().and_then(name_of_export);
        name.map_or(Ok(false), |name| has_manifest(&self.root, &name))
    }

    /// The report of an earlier run that has committed exactly this, where nothing would come of doing
    /// it again. It is judged as an export is that is taken in twice.
    ///
    /// # Errors
    /// It is there, but not as it is asked for now.
    pub(super) async fn committed_before(
        &self,
        subject: &Subject,
        filter: &Filter,
    ) -> Result<Option<Report>> {
        let mark = self.book().state.get(subject).map(|mark| mark.until);
        let done = match (self.options.goal, filter.updated, mark) {
            (Goal::Interval(..), ..) => true,
            // Otherwise the watermark would stay behind it.
            (Goal::Since(_), Some(window), Some(mark)) => window.until <= mark,
            _ => false,
        };
        // Days of posting may get further entries.
        if !done || self.settings.overwrite || filter.posting.is_some() {
            return Ok(None);
        }
        let export = self.book().journal.committed(subject, filter).map(str::to_owned);
        let Some(export) = export else { return Ok(None) };
        let report = self.left_of(subject, &export).await?;
        if report.is_some() {
            let entity = subject.entity.clone();
            self.tell(|| SyncEvent::AlreadyCommitted { entity, export });
        }
        Ok(report)
    }

    /// What this export has left in the output, if it is what is asked for; `None` if nothing of it is
    /// there.
    pub(super) async fn left_of(&self, subject: &Subject, export: &str) -> Result<Option<Report>> {
        let Some(name) = name_of_export(export) else { return Ok(None) };
        // One at a time has the output.
        let _turn = self.turn.lock().await;
        let entity = &subject.entity;
        let layout = self.options.layouts.get(entity).cloned();
        let raw = self.options.keep_raw.as_deref();
        left_of(&name, entity, layout, &self.settings, raw, &self.root)
    }

    /// Exports of the same window whose rows go when those of `work` come: all of them if the run is to
    /// replace what is there, otherwise those of which nothing is left but the manifest.
    pub(super) async fn replaced_by(&self, work: &Work) -> Result<Vec<String>> {
        let mut replaced = Vec::new();
        for export in self.of_the_same_window(&work.subject, &work.filter) {
            let own = work.export.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(&export));
            if own || !has_manifest(&self.root, &export)? {
                continue;
            }
            let gone = || async { matches!(self.left_of(&work.subject, &export).await, Ok(None)) };
            if self.settings.overwrite || gone().await {
                replaced.push(export);
            }
        }
        Ok(replaced)
    }

    /// The names of all exports of this window that have come to their end.
    fn of_the_same_window(&self, subject: &Subject, filter: &Filter) -> Vec<String> {
        // All data as of another day, and days of posting, are further rows.
        if filter.updated.is_none() || filter.posting.is_some() {
            return Vec::new();
        }
        self.book().journal.over(subject, filter).filter_map(name_of_export).collect()
    }

    /// Makes sure that the rows of `subject` can lie beside those that are there.
    ///
    /// # Errors
    /// Those are partitioned otherwise, or have other columns.
    pub(super) async fn check_table(&self, subject: &Subject, filter: &Filter) -> Result<()> {
        let tables = match self.tables.get() {
            Some(tables) => tables,
            None => {
                let tables = all_manifests(&self.root)?.into_iter().map(Table::from).collect();
                self.tables.get_or_init(|| tables)
            }
        };
        let schema = self.schema(subject)?;
        let plan = Plan::new(&self.settings.partition_by, &schema)?;
        let by = plan.as_ref().map(Plan::columns).unwrap_or_default();
        let schema = plan.as_ref().map_or(&schema, Plan::schema);
        let stored = stored(schema, self.settings.parquet.uuid);
        let columns = TableColumns::of(&stored).id();
        let replaces = match self.settings.overwrite {
            true => self.of_the_same_window(subject, filter),
            false => Vec::new(),
        };
        let mut same = true;
        for table in tables.iter().filter(|it| it.entity.as_ref() == Some(&subject.entity)) {
            if !replaces.contains(&table.job) {
                check_partitioning(&table.manifest, &table.partitioned_by, &by)?;
                same &= table.columns.as_ref().is_none_or(|there| *there == columns);
            }
        }
        if same {
            return Ok(());
        }
        // What differs, and whether it may, is for the parts to tell.
        let _turn = self.turn.lock().await;
        let layout = self.options.layouts.get(&subject.entity).cloned();
        let settings = Settings { replaces, ..self.settings.clone() };
        rehearse(&subject.entity, layout, &settings, &self.root)
    }
}

impl From<(PathBuf, Manifest)> for Table {
    fn from((manifest, of): (PathBuf, Manifest)) -> Self {
        let (job, entity, partitioned_by) = (of.job, of.entity, of.partitioned_by);
        Self { manifest, job, entity, partitioned_by, columns: of.columns }
    }
}

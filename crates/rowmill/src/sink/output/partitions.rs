//! What is special about output in directories by value.

use std::path::{Path, PathBuf};

use super::super::folder::{check_spelling, sweep_partitions};
use super::super::manifest::Manifest;
use super::{Output, Target};
use crate::error::{Error, Result, code};
use crate::partition::{PartitionBy, PartitionColumn};

impl Output {
    /// Where the part goes whose stem is `stem`, in the directory of a partition.
    ///
    /// # Errors
    /// The file system takes a directory of another name for this one.
    pub(crate) fn partition_path(&self, directory: &str, stem: &str) -> Result<PathBuf> {
        let mut folder = self.table();
        for name in directory.split('/') {
            folder.push(name);
            // A store tells all names apart.
            if self.is_on_disk() {
                check_spelling(&folder)?;
            }
        }
        folder.push(format!("{stem}.parquet"));
        Ok(folder)
    }

    /// Removes directories of these partitions in which nothing lies: a run that died may have made
    /// them.
    pub(crate) fn sweep(&self, partitions: &[PartitionBy]) {
        if self.is_on_disk() {
            let names: Vec<String> = partitions.iter().map(PartitionBy::prefix).collect();
            sweep_partitions(&self.table(), &names);
        }
    }

    /// Makes sure that all rows of the table are partitioned in one way, without which readers do not
    /// take it for one. `job` is what replaces itself.
    ///
    /// # Errors
    /// There are rows that are partitioned otherwise and stay, or parts of `job` itself that may not be
    /// replaced.
    pub(crate) fn claim_partitions(
        &mut self,
        columns: &[PartitionColumn],
        job: Option<&str>,
    ) -> Result<()> {
        if matches!(self.target, Target::File(_)) {
            return Ok(());
        }
        let itself = |manifest: &Manifest| job == Some(manifest.job.as_str());
        for (path, manifest) in self.others(|manifest| manifest.entity == self.entity)? {
            if itself(&manifest) && (self.overwrite || manifest.partitioned_by == columns) {
                for part in manifest.parts.iter().filter(|_| !columns.is_empty()) {
                    self.check_part(&self.absolute(&part.path))?;
                }
            } else {
                check_partitioning(&path, &manifest.partitioned_by, columns)?;
            }
        }
        Ok(())
    }
}

/// Refuses rows that are partitioned by `columns` beside those of the manifest at `path`, if those are
/// partitioned otherwise: `there`.
pub(crate) fn check_partitioning(
    path: &Path,
    there: &[PartitionColumn],
    columns: &[PartitionColumn],
) -> Result<()> {
    if same(there, columns) {
        return Ok(());
    }
    let message = format!(
        "the rows of this table that are here already are {}, and these would be {}: no reader \
         takes both for one table; write to another directory",
        told(there),
        told(columns)
    );
    Err(Error::output(path, message).with_code(code::OTHER_COLUMNS))
}

/// Whether directories have the same names and meaning.
fn same(one: &[PartitionColumn], other: &[PartitionColumn]) -> bool {
    let key = |column: &PartitionColumn| (column.column.clone(), column.part);
    one.iter().map(key).eq(other.iter().map(key))
}

fn told(columns: &[PartitionColumn]) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    if names.is_empty() {
        "not partitioned".to_owned()
    } else {
        format!("partitioned by {}", names.join(", "))
    }
}

//! What is special about output that comes to a table which is there already.

use std::cmp::Reverse;
use std::path::PathBuf;

use super::super::manifest::Manifest;
use super::super::one_table::TableColumns;
use super::{Output, Target};
use crate::error::{Error, Result, code};

impl Output {
    /// Makes sure that all parts of the table have the same columns, without which readers do not take
    /// them for one; or, with `more`, that these are those of the table and new ones. `job` is what
    /// replaces itself.
    ///
    /// Since every run keeps to that, those are the columns of the table which the part has that has the
    /// most. Where no manifest tells columns, earlier versions have written there and kept to nothing:
    /// then it is enough that some part has these.
    ///
    /// # Errors
    /// There are parts with other columns that stay.
    pub(crate) fn claim_columns(
        &self,
        columns: &TableColumns,
        more: bool,
        job: Option<&str>,
    ) -> Result<()> {
        if matches!(self.target, Target::File(_)) {
            return Ok(());
        }
        let mut others = self.others(|manifest| {
            manifest.entity == self.entity && job != Some(manifest.job.as_str())
        })?;
        let told = others.iter().any(|(_, manifest)| manifest.columns.is_some());
        others.retain(|(_, manifest)| manifest.columns.is_some() == told);
        others.sort_by(|(one, a), (other, b)| {
            let count = |manifest: &Manifest| manifest.columns.as_ref().map(|id| id.count);
            (Reverse(count(a)), one).cmp(&(Reverse(count(b)), other))
        });
        let id = Some(columns.id());
        let mut refused = None;
        for (_, manifest) in &others {
            if manifest.columns == id {
                return Ok(());
            }
            // Parts may have been removed; then their columns matter no more.
            let Some((part, there)) = self.columns_of(manifest) else { continue };
            let Some(difference) = columns.difference(&there, more) else { return Ok(()) };
            let error = || Error::output(&part, difference.told()).with_code(code::OTHER_COLUMNS);
            refused.get_or_insert_with(error);
            if told {
                break;
            }
        }
        refused.map_or(Ok(()), Err)
    }

    /// The columns of the parts that a manifest names, as the first one says that is there.
    fn columns_of(&self, manifest: &Manifest) -> Option<(PathBuf, TableColumns)> {
        manifest.parts.iter().find_map(|part| {
            let path = self.absolute(&part.path);
            let (_, footer) = self.footer(&path)?;
            let columns = TableColumns::of(footer.schema());
            Some((path, columns))
        })
    }
}

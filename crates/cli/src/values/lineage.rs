//! A column that says where rows have come from: its name without the `_`.

use rowmill::Lineage;

/// Reads one of the names.
pub(crate) fn lineage(text: &str) -> Result<Lineage, String> {
    let found = Lineage::ALL.into_iter().find(|column| name(*column) == text);
    found.ok_or_else(|| format!("expected {}", Lineage::ALL.map(name).join(", ")))
}

fn name(column: Lineage) -> &'static str {
    let name = column.column_name();
    name.strip_prefix('_').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_name() {
        for column in Lineage::ALL {
            assert_eq!(lineage(name(column)), Ok(column));
        }
        assert_eq!(lineage("export_id"), Ok(Lineage::ExportId));
        for text in ["", "_file", "File", "files", "file,"] {
            assert!(lineage(text).is_err_and(|told| told.contains("ingested_at")), "{text}");
        }
    }
}

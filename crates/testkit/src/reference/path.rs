//! How columns are called: `Amount.TaxValues[].Value`, `LegalIdentifiers{}`.

/// A field of the object at `path`, which is empty for the row.
pub(super) fn field(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// An item of the list.
pub(super) fn element(path: &str) -> String {
    format!("{path}[]")
}

/// A value of the map.
pub(super) fn entry(path: &str) -> String {
    format!("{path}{{}}")
}

//! How ugly the rows shall be.

/// Ways in which rows may differ from the tidy form, all off by default. None of them but
/// `long_fractions` changes what the rows say, so [`Totals`](super::Totals) stay the same but for
/// the bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// The share (0 to 1) of the null members of a row that are left out.
    pub missing_keys: f64,
    /// Whether the members of a row come in an order drawn anew for each row.
    pub shuffled_keys: bool,
    /// Whether there is white space around every comma, colon and bracket of a row.
    pub spaced: bool,
    /// Whether lines end with carriage return and line feed.
    pub crlf: bool,
    /// The share (0 to 1) of the instants with a random fraction that have seven fraction
    /// digits of which the last is not zero, so that microseconds cannot hold them. Ends of
    /// nights and plain dates never have a fraction.
    pub long_fractions: f64,
    /// Whether everything outside ASCII is written as `\uXXXX`.
    pub escaped: bool,
}

impl Options {
    /// Whether finished rows have to be taken apart again.
    pub(super) fn reshapes(&self) -> bool {
        self.missing_keys > 0.0 || self.shuffled_keys || self.spaced
    }
}

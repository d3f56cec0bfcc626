//! How ugly the rows shall be.

/// Ways in which rows may differ from the tidy form, all off by default. None of them but
/// `long_fractions`, `dropped_keys` and `new_arms` changes what the rows say, so [`Totals`](super::Totals) stay
/// the same but for the bytes; and they do not know what was dropped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// The share (0 to 1) of the null members of a row that are left out.
    pub missing_keys: f64,
    /// The share (0 to 1) of the members of a row, null or not, that are left out.
    pub dropped_keys: f64,
    /// Whether the members of a row come in an order drawn anew for each row.
    pub shuffled_keys: bool,
    /// Whether there is white space, drawn anew each time, around every comma, colon and bracket of
    /// a row.
    pub spaced: bool,
    /// Whether there is one blank after every comma and colon, as many serialisers have it.
    pub airy: bool,
    /// Whether lines end with carriage return and line feed.
    pub crlf: bool,
    /// The share (0 to 1) of the instants with a random fraction that have seven fraction
    /// digits of which the last is not zero, so that microseconds cannot hold them. Ends of
    /// nights and plain dates never have a fraction.
    pub long_fractions: f64,
    /// The share (0 to 1) of the unions that have an arm no documentation knows. Such a row has its
    /// other members too, but they may hold other values.
    pub new_arms: f64,
    /// Whether everything outside ASCII is written as `\uXXXX`.
    pub escaped: bool,
}

impl Options {
    /// Whether finished rows have to be taken apart again.
    pub(super) fn reshapes(&self) -> bool {
        self.missing_keys > 0.0
            || self.dropped_keys > 0.0
            || self.shuffled_keys
            || self.spaced
            || self.airy
    }
}

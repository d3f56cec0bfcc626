//! The postal address that customers and companies carry, `configuration.md#address`.
//!
//! Bills have an address of another shape; it stands with the bill.

use super::table::Type::{Category, Coordinate, Text, Uuid};
use super::table::{Field, optional, required};

/// An address. Its coordinates are the only numbers of the ten entities read as `float64`.
pub(super) const ADDRESS: &[Field] = &[
    required("Id", Uuid),
    optional("Line1", Text),
    optional("Line2", Text),
    optional("City", Text),
    optional("PostalCode", Text),
    optional("CountryCode", Category),
    optional("CountrySubdivisionCode", Category),
    optional("Latitude", Coordinate),
    optional("Longitude", Coordinate),
];

//! What can be exported.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::name;

/// An exported entity type.
///
/// The ten documented types have names of their own; a type that Mews adds later is kept as
/// [`Entity::Other`], so that reading and asking for it works without a new version of this crate.
///
/// ```
/// use rowmill_mews::Entity;
///
/// assert_eq!("OrderItem".parse(), Ok(Entity::OrderItem));
/// assert_eq!(Entity::LedgerEntry.as_str(), "LedgerEntry");
/// assert_eq!(Entity::from("Voucher"), Entity::Other("Voucher".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Entity {
    /// Order items: what was sold.
    OrderItem,
    /// Payments.
    Payment,
    /// Reservations.
    Reservation,
    /// Customer profiles; selected by chain.
    Customer,
    /// Company profiles; selected by chain.
    Company,
    /// Bills.
    Bill,
    /// Availability adjustments.
    AvailabilityAdjustment,
    /// Availability blocks.
    AvailabilityBlock,
    /// Resource blocks.
    ResourceBlock,
    /// Ledger entries; in beta at Mews, with a filter of its own.
    LedgerEntry,
    /// A type that this version does not know, by its name in the API.
    Other(String),
}

impl Entity {
    /// The ten documented types, in the order of the documentation.
    pub const KNOWN: [Entity; 10] = [
        Entity::OrderItem,
        Entity::Payment,
        Entity::Reservation,
        Entity::Customer,
        Entity::Company,
        Entity::Bill,
        Entity::AvailabilityAdjustment,
        Entity::AvailabilityBlock,
        Entity::ResourceBlock,
        Entity::LedgerEntry,
    ];

    /// The name in the API, such as `OrderItem`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Entity::OrderItem => "OrderItem",
            Entity::Payment => "Payment",
            Entity::Reservation => "Reservation",
            Entity::Customer => "Customer",
            Entity::Company => "Company",
            Entity::Bill => "Bill",
            Entity::AvailabilityAdjustment => "AvailabilityAdjustment",
            Entity::AvailabilityBlock => "AvailabilityBlock",
            Entity::ResourceBlock => "ResourceBlock",
            Entity::LedgerEntry => "LedgerEntry",
            Entity::Other(name) => name,
        }
    }

    /// Which of the two selectors of a scope counts for this type, as far as anybody can tell.
    ///
    /// The documentation says that it depends on the type and never lists it. This mapping is
    /// read off the ordinary operations of each entity, so it is good for a warning only.
    pub(crate) fn selected_by_chain(&self) -> Option<bool> {
        match self {
            Entity::Customer | Entity::Company => Some(true),
            Entity::Other(_) => None,
            _ => Some(false),
        }
    }
}

impl From<&str> for Entity {
    fn from(name: &str) -> Entity {
        Entity::KNOWN
            .into_iter()
            .find(|known| known.as_str() == name)
            .unwrap_or_else(|| Entity::Other(name.to_owned()))
    }
}

impl FromStr for Entity {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Entity, Infallible> {
        Ok(Entity::from(name))
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Entity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Entity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entity, D::Error> {
        Ok(Entity::from(name(&String::deserialize(deserializer)?)))
    }
}

//! Amounts of money as the entities nest them: `_objects.md` of the documentation.

use super::table::Type::{Category, Decimal, List, Record, Text};
use super::table::{Field, optional, required};

/// An amount with its taxes, `_objects.md#amount`.
pub(super) const AMOUNT: &[Field] = &[
    required("Currency", Category),
    required("NetValue", Decimal),
    required("GrossValue", Decimal),
    required("TaxValues", List(&Record(TAX_VALUE))),
    required("Breakdown", Record(TAX_BREAKDOWN)),
];

/// One tax within an amount, `_objects.md#tax-value`.
const TAX_VALUE: &[Field] = &[optional("Code", Text), required("Value", Decimal)];

/// How an amount splits by tax rate, `_objects.md#tax-breakdown`.
const TAX_BREAKDOWN: &[Field] = &[required("Items", List(&Record(TAX_BREAKDOWN_ITEM)))];

/// The share of one tax rate, `_objects.md#tax-breakdown-item`.
const TAX_BREAKDOWN_ITEM: &[Field] =
    &[optional("TaxRateCode", Text), required("NetValue", Decimal), required("TaxValue", Decimal)];

/// The amount of card transactions and of the older items on bills: an [`AMOUNT`] with the numbers
/// of a [`CURRENCY_VALUE`]. The documentation calls it extended and describes it as an amount; the
/// four numbers stand in the OpenAPI description of the interface only.
pub(super) const EXTENDED_AMOUNT: &[Field] = &[
    optional("Value", Decimal),
    optional("Net", Decimal),
    optional("Tax", Decimal),
    optional("TaxRate", Decimal),
    required("Currency", Category),
    required("NetValue", Decimal),
    required("GrossValue", Decimal),
    required("TaxValues", List(&Record(TAX_VALUE))),
    required("Breakdown", Record(TAX_BREAKDOWN)),
];

/// The older amount with a single tax rate, `_objects.md#currency-value-ver-2018-06-07`.
pub(super) const CURRENCY_VALUE: &[Field] = &[
    required("Currency", Category),
    optional("Value", Decimal),
    optional("Net", Decimal).deprecated(),
    optional("Tax", Decimal).deprecated(),
    optional("TaxRate", Decimal).deprecated(),
];

//! The deprecated items inside bills.

use super::ids::IdText;
use super::row::{Row, first, key};
use super::words::NOTES;

const STATES: &[&str] = &["Closed", "Open", "Canceled"];
const REVENUES: &[&str] = &["Service", "Product", "Additional"];
const KINDS: &[&str] = &["ServiceRevenue", "ProductRevenue", "AdditionalRevenue", "Payment"];
const CHARGES: &[&str] =
    &["SpaceOrder", "ProductOrder", "CancellationFee", "Rebate", "CustomItem", "Other"];
const PAYMENTS: &[&str] = &["CreditCard", "Cash", "Invoice", "WireTransfer", "Unspecified"];

impl Row<'_> {
    /// The four arrays of items.
    pub(super) fn bill_items(&mut self, account: &IdText, created: i64) {
        let old = self.random.chance(20);
        self.items(key!("Revenue"), old, |row| row.accounting_item(account, created));
        self.items(key!("Payments"), old, |row| row.accounting_item(account, created));
        self.items(key!("OrderItems"), old, |row| row.bill_order_item(account, created));
        self.items(key!("PaymentItems"), old, |row| row.bill_payment_item(account, created));
    }

    fn items(&mut self, key: &str, some: bool, mut item: impl FnMut(&mut Self)) {
        self.raw(key);
        self.raw("[");
        let count = if some { self.random.below(4) } else { 0 };
        for at in 0..count {
            if at > 0 {
                self.raw(",");
            }
            item(self);
        }
        self.raw("]");
    }

    fn accounting_item(&mut self, account: &IdText, created: i64) {
        let ids = self.ids;
        let id = self.fresh();
        self.id(first!("Id"), &id);
        self.id(key!("AccountId"), account);
        self.null(key!("CustomerId"));
        self.some_id(key!("OrderId"), 60, Self::fresh);
        self.some_id(key!("ServiceId"), 60, |row| row.random.pick_skewed(&ids.services));
        self.some_id(key!("ProductId"), 40, |row| row.random.pick_skewed(&ids.products));
        self.null(key!("BillId"));
        self.null(key!("InvoiceId"));
        self.some_id(key!("AccountingCategoryId"), 60, |row| row.random.pick_skewed(&ids.accounts));
        self.some_id(key!("CreditCardId"), 10, Self::fresh);
        self.some_plain(key!("Type"), 100, KINDS);
        self.null(key!("SubType"));
        self.plain(key!("Name"), "Night");
        let note = self.random.pick(NOTES);
        self.some_string(key!("Notes"), 10, note);
        self.instant(key!("ConsumptionUtc"), created);
        self.some_instant(key!("ClosedUtc"), 60, created + 86_400);
        self.some_plain(key!("State"), 100, STATES);
        self.null(key!("SubState"));
        let amount = self.draw_amount(20);
        self.extended_amount(key!("Amount"), &amount);
        self.null(key!("TaxExemptionReasonCode"));
        self.raw("}");
    }

    fn bill_order_item(&mut self, account: &IdText, created: i64) {
        let ids = self.ids;
        let (id, order) = (self.fresh(), self.fresh());
        self.id(first!("Id"), &id);
        self.id(key!("AccountId"), account);
        self.id(key!("OrderId"), &order);
        self.null(key!("BillId"));
        self.some_id(key!("AccountingCategoryId"), 60, |row| row.random.pick_skewed(&ids.accounts));
        let count = 1 + self.random.skewed(12) as i64;
        self.integer(key!("UnitCount"), count);
        let unit = self.draw_amount(12);
        self.amount(key!("UnitAmount"), &unit);
        self.extended_amount(key!("Amount"), &unit.times(count));
        self.extended_amount(key!("OriginalAmount"), &unit.times(count));
        self.some_plain(key!("RevenueType"), 100, REVENUES);
        let profile = self.random.pick_skewed(&ids.profiles);
        self.id(key!("CreatorProfileId"), &profile);
        self.id(key!("UpdaterProfileId"), &profile);
        self.instant(key!("CreatedUtc"), created);
        self.instant(key!("UpdatedUtc"), created + 60);
        self.some_instant(key!("ConsumedUtc"), 90, created);
        self.null(key!("CanceledUtc"));
        self.some_instant(key!("ClosedUtc"), 60, created + 86_400);
        self.some_instant(key!("StartUtc"), 50, created);
        self.some_plain(key!("AccountingState"), 100, STATES);
        self.raw(key!("Data"));
        if self.arm_is_new() {
            self.new_value_union();
        } else {
            let tag = self.random.pick_skewed(CHARGES);
            self.value_union(tag, |row| match tag {
                "Rebate" => {
                    let id = row.fresh();
                    row.id(first!("RebatedItemId"), &id);
                    row.raw("}");
                }
                "ProductOrder" => {
                    let id = row.random.pick_skewed(&ids.products);
                    row.id(first!("ProductId"), &id);
                    let category = |row: &mut Self| row.random.pick(&ids.age_categories);
                    row.some_id(key!("AgeCategoryId"), 40, category);
                    row.raw("}");
                }
                _ => row.raw("null"),
            });
        }
        self.raw("}");
    }

    fn bill_payment_item(&mut self, account: &IdText, created: i64) {
        let ids = self.ids;
        let id = self.fresh();
        self.id(first!("Id"), &id);
        self.id(key!("AccountId"), account);
        self.null(key!("BillId"));
        self.some_id(key!("AccountingCategoryId"), 60, |row| row.random.pick_skewed(&ids.accounts));
        let amount = self.draw_amount(96).without_tax();
        self.extended_amount(key!("Amount"), &amount);
        self.extended_amount(key!("OriginalAmount"), &amount);
        self.null(key!("AmountDefault"));
        let note = self.random.pick(NOTES);
        self.some_string(key!("Notes"), 10, note);
        self.some_code(key!("SettlementId"), 30, "ST-", 10_000);
        self.instant(key!("ConsumedUtc"), created);
        self.some_instant(key!("ClosedUtc"), 60, created + 86_400);
        self.some_plain(key!("AccountingState"), 100, STATES);
        self.plain(key!("State"), "Charged");
        self.null(key!("Identifier"));
        self.raw(key!("Data"));
        if self.arm_is_new() {
            self.new_value_union();
        } else {
            let tag = self.random.pick_skewed(PAYMENTS);
            self.value_union(tag, |row| {
                let id = match tag {
                    "CreditCard" => first!("PaymentCardId"),
                    "Invoice" => first!("InvoiceId"),
                    _ => return row.raw("null"),
                };
                row.some_id(id, 100, Self::fresh);
                row.raw("}");
            });
        }
        self.raw("}");
    }
}

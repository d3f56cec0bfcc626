//! OrderItem rows: 31 members with three nested amounts and a tagged union.

use super::row::{Row, first, key};
use super::words::{FIRST_NAMES, LAST_NAMES, ORDER_NOTES};

const STATES: &[&str] = &["Closed", "Open", "Canceled", "Inactive"];
const TYPES: &[&str] = &[
    "SpaceOrder",
    "ProductOrder",
    "CityTax",
    "CustomItem",
    "Surcharge",
    "ServiceCharge",
    "CancellationFee",
    "NightRebate",
    "ProductOrderRebate",
    "Deposit",
    "ResourceUpgradeFee",
    "InvoiceFee",
    "TaxCorrection",
    "MulticurrencyFee",
    "ExchangeRateDifference",
];
const REVENUES: &[&str] = &["Service", "Product", "Additional"];
const EXEMPTIONS: &[&str] = &["Unknown", "IT_N1", "DE_NATO", "PL_ZW", "FR_293_B"];
const DAY: i64 = 86_400;

impl Row<'_> {
    pub(super) fn order_item(&mut self) {
        let ids = self.ids;
        let state = self.random.pick_skewed(STATES);
        self.sums.state(state);
        let created = self.creation();

        self.row_id(first!("Id"));
        let enterprise = self.random.pick_skewed(&ids.enterprises);
        self.id(key!("EnterpriseId"), &enterprise);
        let account = self.guest();
        self.id(key!("AccountId"), &account);
        let company = self.random.chance(8);
        self.plain(key!("AccountType"), if company { "Company" } else { "Customer" });
        if self.random.chance(35) {
            let note = self.random.pick_skewed(ORDER_NOTES);
            self.string(key!("Notes"), note);
        } else {
            self.null(key!("Notes"));
        }
        let service = self.random.pick_skewed(&ids.services);
        self.id(key!("ServiceId"), &service);
        let order = self.fresh();
        self.id(key!("ServiceOrderId"), &order);
        self.some_id(key!("BillId"), 85, Self::fresh);
        self.some_id(key!("AccountingCategoryId"), 92, |row| row.random.pick_skewed(&ids.accounts));
        if self.random.chance(30) {
            self.raw(key!("BillingName"));
            self.raw("\"");
            let (first, last) = (self.random.pick(FIRST_NAMES), self.random.pick(LAST_NAMES));
            self.string_part(first);
            self.raw(" ");
            self.string_part(last);
            self.raw("\"");
        } else {
            self.null(key!("BillingName"));
        }
        if self.random.chance(20) {
            let number = u64::from(self.random.below(99_999_999));
            self.code(key!("ExternalIdentifier"), "POS-", number);
        } else {
            self.null(key!("ExternalIdentifier"));
        }

        let count = 1 + self.random.skewed(12) as i64;
        self.sums.units += count;
        self.integer(key!("UnitCount"), count);
        let unit = self.draw_amount(12);
        let amount = unit.times(count);
        self.count_money(amount.gross());
        self.amount(key!("UnitAmount"), &unit);
        self.amount(key!("Amount"), &amount);
        let original = if self.random.chance(90) { amount } else { unit };
        self.amount(key!("OriginalAmount"), &original);

        let kind = self.random.pick_skewed(TYPES);
        let revenue = self.random.pick_skewed(REVENUES);
        self.plain(key!("RevenueType"), revenue);
        let creator = self.random.pick_skewed(&ids.profiles);
        self.id(key!("CreatorProfileId"), &creator);
        let updater = self.random.pick_skewed(&ids.profiles);
        self.id(key!("UpdaterProfileId"), &updater);
        self.instant(key!("CreatedUtc"), created);
        let updated = created + self.random.skewed(30 * DAY as usize) as i64;
        self.updated(key!("UpdatedUtc"), updated);
        let night = (created / DAY + self.random.skewed(60) as i64) * DAY;
        self.whole_instant(key!("ConsumedUtc"), night);
        let canceled = if state == "Canceled" { 100 } else { 0 };
        self.some_instant(key!("CanceledUtc"), canceled, updated);
        let closed = if state == "Closed" { 100 } else { 0 };
        if !self.some_instant(key!("ClosedUtc"), closed, updated) {
            self.sums.nulls += 1;
        }
        self.some_instant(key!("StartUtc"), 75, night - 7_200);
        self.some_instant(key!("ClaimedUtc"), 25, night);
        self.plain(key!("AccountingState"), state);
        self.plain(key!("Type"), kind);
        self.raw(key!("Options"));
        self.flag(first!("CanceledWithReservation"), state == "Canceled");
        self.raw("}");
        self.order_data(kind);
        let exempt = self.random.chance(4);
        self.some_plain(key!("TaxExemptionReason"), if exempt { 100 } else { 0 }, EXEMPTIONS);
        if exempt {
            self.string(key!("TaxExemptionLegalReference"), "§ 4 Nr. 1 lit. a UStG");
        } else {
            self.null(key!("TaxExemptionLegalReference"));
        }
        self.raw("}");
    }

    /// The tagged union: the member named by the discriminator is filled, the others are null.
    fn order_data(&mut self, kind: &str) {
        let ids = self.ids;
        self.raw(key!("Data"));
        if self.arm_is_new() {
            return self.new_member_union();
        }
        match kind {
            "ProductOrder" | "SpaceOrder" | "Surcharge" => {
                self.plain(first!("Discriminator"), "Product");
                self.null(key!("Rebate"));
                let product = self.random.pick_skewed(&ids.products);
                self.raw(key!("Product"));
                self.id(first!("ProductId"), &product);
                self.some_id(key!("AgeCategoryId"), 40, |row| row.random.pick(&ids.age_categories));
                self.some_plain(key!("ProductType"), 80, &["Product", "Product", "Allowance"]);
                self.raw("}");
                self.null(key!("AllowanceDiscount"));
            }
            "NightRebate" | "ProductOrderRebate" => {
                self.plain(first!("Discriminator"), "Rebate");
                let product = self.random.pick_skewed(&ids.products);
                self.raw(key!("Rebate"));
                self.id(first!("ProductId"), &product);
                self.some_id(key!("RebatedItemId"), 90, Self::fresh);
                self.raw("}");
                self.null(key!("Product"));
                self.null(key!("AllowanceDiscount"));
            }
            "CustomItem" => {
                self.plain(first!("Discriminator"), "AllowanceDiscount");
                self.null(key!("Rebate"));
                self.null(key!("Product"));
                self.raw(key!("AllowanceDiscount"));
                let (item, product) = (self.fresh(), self.fresh());
                self.id(first!("DiscountedOrderItemId"), &item);
                self.id(key!("AllowanceProductOrderItemId"), &product);
                self.raw("}");
            }
            _ => {
                self.raw("null");
                return;
            }
        }
        self.null(key!("AllowanceProfits"));
        self.raw("}");
    }
}

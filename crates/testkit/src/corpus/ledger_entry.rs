//! LedgerEntry rows: 15 flat members, a plain date, decimals; no `UpdatedUtc`.

use super::row::{Row, first, key};

const ITEMS: &[&str] = &["OrderItem", "Payment", "Invoice", "DepositItem", "OutletItem"];
const LEDGERS: &[&str] = &["Revenue", "Tax", "Guest", "Payment", "Deposit", "City", "NonRevenue"];

impl Row<'_> {
    pub(super) fn ledger_entry(&mut self) {
        let ids = self.ids;
        let created = self.creation();
        let ledger = self.random.pick_skewed(LEDGERS);
        self.sums.state(ledger);
        self.row_id(first!("Id"));
        let enterprise = self.random.pick_skewed(&ids.enterprises);
        self.id(key!("EnterpriseId"), &enterprise);
        self.some_id(key!("TransactionId"), 90, Self::fresh);
        let account = self.guest();
        self.id(key!("AccountId"), &account);
        if self.random.chance(70) {
            let bill = self.fresh();
            self.id(key!("BillId"), &bill);
        } else {
            self.null(key!("BillId"));
            self.sums.nulls += 1;
        }
        self.some_id(key!("AccountingCategoryId"), 80, |row| row.random.pick(&ids.accounts));
        let item = self.fresh();
        self.id(key!("AccountingItemId"), &item);
        self.some_plain(key!("AccountingItemType"), 100, ITEMS);
        self.plain(key!("LedgerType"), ledger);
        self.some_plain(key!("LedgerEntryType"), 100, &["Debit", "Credit"]);
        self.date(key!("PostingDate"), created / 86_400);
        let value = self.random.skewed(9_000_000) as i64;
        self.count_money(value);
        self.money(key!("Value"), value, 4);
        if self.random.chance(60) {
            self.money(key!("NetBaseValue"), value / 110 * 100, 4);
        } else {
            self.null(key!("NetBaseValue"));
        }
        self.some_plain(key!("TaxRateCode"), 60, &["DE-2020-1-L", "CZ-2024-1-L", "UK-2022-S"]);
        self.instant(key!("CreatedUtc"), created);
        self.raw("}");
    }
}

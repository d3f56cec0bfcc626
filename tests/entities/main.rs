//! The ten entity layouts: what they are, and what they make of rows as Mews writes them.

mod leaves;
mod samples;
mod show;

use bytes::Bytes;
use rowmill::arrow::RecordBatch;
use rowmill::arrow::array::Array;
use rowmill::arrow::array::cast::AsArray;
use rowmill::arrow::schema::{DataType, TimeUnit};
use rowmill::{Allow, Column, Decoder, Kind, Layout, entity, schema_file};

use show::{at, shown};

/// Entity, columns, rows of `data/entities`, and how often each leniency is used by them.
const EXPECTED: [(&str, usize, usize, [u64; 3]); 10] = [
    ("OrderItem", 31, 6, [1, 1, 1]),
    ("Payment", 25, 8, [2, 0, 0]),
    ("Reservation", 40, 2, [0, 0, 0]),
    ("Customer", 46, 2, [2, 0, 0]),
    ("Company", 32, 2, [0, 0, 0]),
    ("Bill", 35, 3, [0, 3, 0]),
    ("AvailabilityAdjustment", 14, 2, [0, 1, 0]),
    ("AvailabilityBlock", 30, 2, [0, 0, 0]),
    ("ResourceBlock", 12, 2, [1, 0, 0]),
    ("LedgerEntry", 15, 2, [0, 0, 0]),
];

fn layout(name: &str) -> Layout {
    entity::layout(name).expect("a known entity")
}

#[test]
fn all_ten_are_there() {
    assert_eq!(entity::NAMES, EXPECTED.map(|(name, ..)| name));
    for (name, columns, ..) in EXPECTED {
        assert_eq!(layout(name).columns().len(), columns, "{name}");
        assert_eq!(layout(name).schema().fields().len(), columns, "{name}");
    }
    assert!(entity::layout("reservation").is_none());
    assert!(entity::layout("Invoice").is_none());
}

#[test]
fn rules_that_hold_for_every_column() {
    fn check(path: &str, column: &Column) {
        assert!(column.is_nullable(), "{path}");
        let inner = |inner: &Column| check(&format!("{path}.{}", inner.name()), inner);
        match column.kind() {
            Kind::Leaf(DataType::Timestamp(unit, _)) => {
                assert_eq!(
                    (*unit, column.allowed()),
                    (TimeUnit::Microsecond, Allow::ALL),
                    "{path}"
                );
            }
            Kind::Leaf(DataType::Date32) => {
                let allow = column.allowed();
                assert!(
                    allow.empty_as_null && !allow.date_as_midnight && !allow.cut_digits,
                    "{path}"
                );
            }
            other => {
                assert_eq!(column.allowed(), Allow::NONE, "{path}");
                match other {
                    Kind::Leaf(DataType::Decimal128(p, s)) => {
                        assert_eq!((*p, *s), (38, 10), "{path}")
                    }
                    Kind::Leaf(DataType::Float64) => {
                        assert!(
                            path.ends_with(".Latitude") || path.ends_with(".Longitude"),
                            "{path}"
                        );
                    }
                    Kind::Record(fields) => {
                        fields.iter().for_each(contract);
                        fields.iter().for_each(inner);
                    }
                    Kind::Union(union) => {
                        union.arms().iter().for_each(contract);
                        union.arms().iter().for_each(inner);
                    }
                    Kind::List(item) | Kind::Map(item) => inner(item),
                    Kind::Json => panic!("{path} is documented, and yet it is text"),
                    _ => {}
                }
            }
        }
    }
    fn contract(column: &Column) {
        // It is ours, not the documentation's.
        if *column.kind() == Kind::RawJson {
            return assert_eq!(column.name(), "_other");
        }
        let contract = column.metadata().get("mews.contract").map(String::as_str);
        assert!(matches!(contract, Some("required" | "optional")), "{}", column.name());
    }
    for name in entity::NAMES {
        let layout = layout(name);
        layout.columns().iter().for_each(contract);
        layout.columns().iter().for_each(|column| check(column.name(), column));
        let first = &layout.columns()[0];
        assert_eq!((first.name(), first.kind()), ("Id", &Kind::Uuid), "{name}");
    }
}

#[test]
fn some_types() {
    let enumeration = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let instant = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    for (name, column, expected) in [
        ("OrderItem", "UnitCount", DataType::Int32),
        ("OrderItem", "Type", enumeration.clone()),
        ("Payment", "SettlementId", DataType::Utf8),
        ("Reservation", "Number", DataType::Utf8),
        ("Reservation", "AssignedResourceLocked", DataType::Boolean),
        ("Reservation", "ScheduledStartUtc", instant),
        ("Reservation", "QrCodeData", DataType::Utf8),
        ("Customer", "BirthDate", DataType::Date32),
        ("Customer", "NationalityCode", enumeration),
        ("Company", "Number", DataType::Int64),
        ("LedgerEntry", "PostingDate", DataType::Date32),
        ("LedgerEntry", "Value", DataType::Decimal128(38, 10)),
    ] {
        let layout = layout(name);
        let field = layout.schema().field_with_name(column).unwrap();
        assert_eq!(field.data_type(), &expected, "{name}.{column}");
    }
    let kind = |name, column| {
        let layout = layout(name);
        layout.columns().iter().find(|c| c.name() == column).unwrap().kind().clone()
    };
    for (name, column) in [("OrderItem", "Data"), ("Payment", "Data")] {
        let Kind::Record(fields) = kind(name, column) else { panic!("{name}.{column}") };
        let names: Vec<_> = fields.iter().map(Column::name).collect();
        let tags = fields[0].values();
        assert_eq!((names[0], names[names.len() - 1]), ("Discriminator", "_other"));
        assert_eq!(tags, &names[1..names.len() - 1], "{name}.{column}");
    }
    for column in ["OwnerData", "AssigneeData"] {
        let Kind::Union(union) = kind("Bill", column) else { panic!("{column}") };
        assert_eq!((union.tag().name(), union.value()), ("Discriminator", "Value"));
        assert_eq!(union.tag().values(), ["BillCustomerData", "BillCompanyData"]);
    }
    assert_eq!(kind("Company", "InvoiceDueInterval"), Kind::Duration);
    assert!(
        matches!(kind("Bill", "AssociatedAccountIds"), Kind::List(item) if *item.kind() == Kind::Uuid)
    );
}

#[test]
fn the_documented_contract_is_metadata() {
    let layout = layout("Reservation");
    let metadata = |name: &str| layout.schema().field_with_name(name).unwrap().metadata().clone();
    assert_eq!(metadata("GroupId")["mews.contract"], "required");
    assert!(!metadata("GroupId").contains_key("mews.deprecated"));
    assert_eq!(metadata("BookerId")["mews.contract"], "optional");
    assert_eq!(metadata("StartUtc")["mews.deprecated"], "true");
}

#[test]
fn layouts_are_schema_files_too() {
    for name in entity::NAMES {
        let text = schema_file::print(&layout(name));
        assert_eq!(schema_file::parse(&text).unwrap(), layout(name), "{name}\n{text}");
    }
}

/// The lines of `data/entities/<name>.jsonl`.
fn lines(name: &str) -> String {
    let path = format!("{}/tests/data/entities/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// The rows of those lines and the counts of leniencies.
fn sample(name: &str) -> (RecordBatch, [u64; 3]) {
    let mut decoder = Decoder::new(layout(name));
    decoder.push(Bytes::from(lines(name)));
    decoder.finish();
    let batch = decoder.next_batch().unwrap().expect("one batch");
    assert!(decoder.next_batch().unwrap().is_none());
    let counts = decoder.report().expect("all taken");
    assert_eq!(counts.lines, counts.rows);
    (batch, [counts.empty_as_null, counts.date_as_midnight, counts.cut_digits])
}

#[test]
fn every_sample_row_is_read() {
    for (name, columns, rows, leniencies) in EXPECTED {
        let (batch, used) = sample(name);
        assert_eq!(
            (batch.num_columns(), batch.num_rows(), used),
            (columns, rows, leniencies),
            "{name}"
        );
    }
}

#[test]
fn sample_values() {
    for (name, expected) in [
        (
            "OrderItem",
            &[
                ("Id", 0, "1b4e28ba2fa141d2883f0016d3cca427"),
                ("AccountType", 0, "Customer"),
                ("Notes", 0, "Late breakfast, table 4 – \"window\"\nagain"),
                ("UnitCount", 0, "3"),
                (
                    "UnitAmount",
                    0,
                    "{Currency: EUR, NetValue: 9.1743119270, GrossValue: 10.0000000000, TaxValues: \
                     [{Code: PT-2021-L, Value: 0.8256880730}], Breakdown: {Items: [{TaxRateCode: \
                     PT-2021-L, NetValue: 9.1743119270, TaxValue: 0.8256880730}]}}",
                ),
                ("Amount.GrossValue", 1, "-100.0000000000"),
                ("Amount.TaxValues", 1, "[]"),
                ("OriginalAmount.Currency", 0, "CHF"),
                ("CreatedUtc", 0, "2024-02-29 23:59:59"),
                ("UpdatedUtc", 0, "2024-03-01 06:15:00.125"),
                ("CreatedUtc", 1, "2024-03-02 10:00:00.123456"),
                ("ClosedUtc", 0, "null"),
                ("StartUtc", 0, "2024-02-29 00:00:00"),
                ("Options.CanceledWithReservation", 1, "true"),
                ("Data", 0, "null"),
                (
                    "Data",
                    1,
                    "{Discriminator: Product, Rebate: null, Product: {ProductId: \
                     9d3a1c526a0e4c1f9f3b5f0f4f1f2a77, AgeCategoryId: null, ProductType: Product}, \
                     AllowanceDiscount: null, AllowanceProfits: null, _other: null}",
                ),
                ("Data.Discriminator", 5, "BundleOfTomorrow"),
                ("Data.Product.ProductType", 5, "Bundle"),
                (
                    "Data._other",
                    5,
                    r#"{"Product":{"Size":2},"BundleOfTomorrow":{"Parts":[1,2.5],"Name":"Fjäril \"3\""}}"#,
                ),
                ("BillingName", 0, "null"),
                ("TaxExemptionReason", 1, "ReasonOfTomorrow"),
            ][..],
        ),
        (
            "Payment",
            &[
                ("Amount.NetValue", 0, "-1204.5000000000"),
                (
                    "Amount.Breakdown.Items",
                    1,
                    "[{TaxRateCode: null, NetValue: -30000.0000000000, TaxValue: 0.0000000000}]",
                ),
                ("SettlementId", 0, "po_7Qm2Zr0Xk4"),
                ("SettlementUtc", 1, "null"),
                ("Identifier", 1, ""),
                ("Data", 1, "null"),
                ("Data.CreditCard.Transaction.Fee.Value", 0, "1.2045000000"),
                ("Data.CreditCard.Transaction.SettledAmount.GrossValue", 6, "108.2500000000"),
                ("Data.Invoice.Type", 2, "OverpaymentBalancingReceivable"),
                ("Data.External", 3, "{Type: ChequeOfTomorrow, ExternalIdentifier: B-7/1}"),
                ("Data.Alternative.Type", 5, "SepaDirectDebit"),
                ("Data._other", 7, r#"{"TokenOfTomorrow":[{"Step":1},null]}"#),
                ("PaymentRequestId", 1, "null"),
            ],
        ),
        (
            "Reservation",
            &[
                ("Number", 0, "10482"),
                ("ActualStartUtc", 0, "2024-06-01 12:41:07"),
                ("Options.AllCompanionsCheckedIn", 0, "false"),
                ("Options", 1, "null"),
                ("GroupId", 1, "00000000000000000000000000000000"),
                ("ScheduledEndUtc", 1, "null"),
                ("PersonCounts", 1, "[]"),
                ("AssignedResourceLocked", 0, "true"),
            ],
        ),
        (
            "Customer",
            &[
                ("FirstName", 0, "Inês"),
                ("BirthDate", 0, "1990-02-28"),
                ("BirthDate", 1, "null"),
                ("Passport.Type", 0, "Passport"),
                ("Passport.Expiration", 0, "2031-10-09"),
                ("Passport.Issuance", 0, "null"),
                ("Address.Latitude", 0, "38.571431"),
                ("Address.Longitude", 0, "-7.9135"),
                ("Classifications", 0, "[Returning, VeryImportant]"),
                ("Notes", 1, "likes 日本茶 🍵"),
                ("ChainId", 1, "null"),
            ],
        ),
        (
            "Company",
            &[
                ("Number", 0, "9007199254740993"),
                ("InvoiceDueInterval", 0, "P0M14DT0H0M0S"),
                ("ContactPerson", 0, "null"),
                ("ContactPerson", 1, "the front office"),
                ("Options.AddTaxDeductedPaymentToInvoices", 0, "null"),
                ("CreditRating.Basic", 0, "CreditOk"),
                ("Address.Longitude", 1, "-8"),
            ],
        ),
        (
            "Bill",
            &[
                ("TaxedUtc", 0, "2024-04-30 00:00:00"),
                ("Revenue", 0, "[]"),
                ("PaymentItems", 0, "null"),
                (
                    "OwnerData",
                    1,
                    "{Discriminator: KindOfTomorrow, BillCustomerData: null, BillCompanyData: null, \
                     Value: {\"ItalianFiscalCode\":\"x\"}}",
                ),
                ("OwnerData.BillCompanyData.Name", 0, "Cork & Sons"),
                ("OwnerData.BillCustomerData.TitlePrefix", 2, "Doctor"),
                ("OwnerData.Value", 2, "null"),
                ("CompanyDetails.Address.SubdivisionCode", 0, "PT-11"),
                (
                    "CompanyDetails.LegalIdentifiers",
                    0,
                    "{TaxIdentifier: PT500000000, Registration: Lisboa 42}",
                ),
                ("EnterpriseData.Iban", 0, "PT50000000000000000000000"),
                ("UpdatedUtc", 1, "null"),
                ("CorrectedBillId", 1, "e4d909c290d04b1ca068ffaddf22cbd0"),
            ],
        ),
        (
            "AvailabilityAdjustment",
            &[
                ("UnitCount", 0, "-4"),
                ("ReleaseOverrideUtc", 0, "2024-06-30 00:00:00"),
                (
                    "PaxCounts",
                    0,
                    "[{PersonCount: 2, UnitCount: 3}, {PersonCount: 1, UnitCount: 1}]",
                ),
                ("PaxCounts", 1, "null"),
            ],
        ),
        (
            "AvailabilityBlock",
            &[
                ("Budget.Value", 0, "12500.7500000000"),
                ("Budget", 1, "null"),
                ("RollingReleaseOffset", 0, "P-2DT6H"),
                ("CancellationReason", 1, "ForceMajeure"),
            ],
        ),
        ("ResourceBlock", &[("DeletedUtc", 0, "null"), ("DeletedUtc", 1, "2024-03-09 00:00:00")]),
        (
            "LedgerEntry",
            &[
                ("PostingDate", 0, "2024-04-30"),
                ("Value", 0, "1234567890123456789.0123456789"),
                ("Value", 1, "0.0100000000"),
                ("NetBaseValue", 0, "5.0000000000"),
                ("LedgerEntryType", 1, "Debit"),
            ],
        ),
    ] {
        let (batch, _) = sample(name);
        for (path, row, value) in expected {
            assert_eq!(shown(&at(&batch, path), *row), *value, "{name}, {path}, row {row}");
        }
    }
}

#[test]
fn items_of_bills() {
    let (bills, _) = sample("Bill");
    let items = |name| at(&bills, name).as_list::<i32>().value(2);
    let data = items("OrderItems").as_struct().column_by_name("Data").unwrap().clone();
    let data: Vec<_> = (0..data.len()).map(|row| shown(&data, row)).collect();
    assert_eq!(data[0], "{Discriminator: Deposit, Rebate: null, ProductOrder: null, Value: null}");
    assert!(data[1].starts_with("{Discriminator: Rebate, Rebate: {RebatedItemId: "));
    assert!(data[2].contains("null, ProductOrder: {ProductId: "));
    assert!(data[3].ends_with(r#"ProductOrder: null, Value: {"Miles":[12,7.5]}}"#));

    let accounts = items("AssociatedAccountData");
    assert!(shown(&accounts, 0).ends_with(r#"_other: {"GroupOfTomorrow":{"Size":14.0}}}"#));
    assert!(shown(&accounts, 1).ends_with(r#"_other: {"BillCustomerData":{"Nickname":"Å"}}}"#));
}

#[test]
fn text_keeps_every_byte() {
    let (reservations, _) = sample("Reservation");
    let code = shown(&at(&reservations, "QrCodeData"), 0);
    assert!(
        code.starts_with(r#"{"Reservations":[{"Id":"c2b0f7de-40f4-4c12-8f27-1f0f25a6d0a1","#),
        "{code}"
    );
}

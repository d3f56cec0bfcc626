//! The ten entity layouts: what they are, and what they make of rows as Mews writes them.

use bytes::Bytes;
use rowmill::arrow::RecordBatch;
use rowmill::arrow::array::cast::AsArray;
use rowmill::arrow::array::types::{
    Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use rowmill::arrow::array::{Array, ArrayRef};
use rowmill::arrow::schema::{DataType, TimeUnit};
use rowmill::{Allow, Column, Decoder, Kind, Layout, entity, schema_file};

/// Entity, columns, rows of `data/entities`, and how often each leniency is used by them.
const EXPECTED: [(&str, usize, usize, [u64; 3]); 10] = [
    ("OrderItem", 31, 2, [1, 1, 1]),
    ("Payment", 25, 2, [1, 0, 0]),
    ("Reservation", 40, 2, [0, 0, 0]),
    ("Customer", 46, 2, [2, 0, 0]),
    ("Company", 32, 2, [0, 0, 0]),
    ("Bill", 35, 2, [0, 1, 0]),
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
                    Kind::List(item) | Kind::Map(item) => inner(item),
                    _ => {}
                }
            }
        }
    }
    fn contract(column: &Column) {
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
    for (name, column) in [
        ("OrderItem", "Data"),
        ("Payment", "Data"),
        ("Bill", "Revenue"),
        ("Bill", "Payments"),
        ("Bill", "OrderItems"),
        ("Bill", "PaymentItems"),
        ("Bill", "OwnerData"),
        ("Bill", "AssigneeData"),
    ] {
        assert_eq!(kind(name, column), Kind::Json, "{name}.{column}");
    }
    assert_eq!(kind("Company", "InvoiceDueInterval"), Kind::Duration);
    assert!(
        matches!(kind("Bill", "AssociatedAccountData"), Kind::List(item) if *item.kind() == Kind::Json)
    );
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

/// The rows of `data/entities/<name>.jsonl` and the counts of leniencies.
fn sample(name: &str) -> (RecordBatch, [u64; 3]) {
    let path = format!("{}/tests/data/entities/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let mut decoder = Decoder::new(layout(name));
    decoder.push(Bytes::from(std::fs::read(path).unwrap()));
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
                    r#"{"Discriminator":"Product","Rebate":null,"Product":{"ProductId":"9d3a1c52-6a0e-4c1f-9f3b-5f0f4f1f2a77","AgeCategoryId":null,"ProductType":"Product"}}"#,
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
                    r#"{"Value":{"ItalianFiscalCode":"x"},"Discriminator":"KindOfTomorrow"}"#,
                ),
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
fn unions_and_text_keep_every_byte() {
    let (bills, _) = sample("Bill");
    let accounts = at(&bills, "AssociatedAccountData");
    let accounts = accounts.as_list::<i32>().value(0);
    assert_eq!(accounts.len(), 2);
    assert!(shown(&accounts, 0).contains(r#""Name":"Cork & Sons","FiscalIdentifier":null"#));
    assert!(shown(&accounts, 1).ends_with(r#""FirstName":"Inês","LegalIdentifiers":{}}}"#));
    assert!(shown(&at(&bills, "Payments"), 0).contains(r#""Value":850.00,"#), "digits as written");

    let (payments, _) = sample("Payment");
    assert!(shown(&at(&payments, "Data"), 0).contains(r#""Fee":{"Value":1.204500,"#));

    let (reservations, _) = sample("Reservation");
    let code = shown(&at(&reservations, "QrCodeData"), 0);
    assert!(
        code.starts_with(r#"{"Reservations":[{"Id":"c2b0f7de-40f4-4c12-8f27-1f0f25a6d0a1","#),
        "{code}"
    );
}

/// The column or nested field at a path of names.
fn at(batch: &RecordBatch, path: &str) -> ArrayRef {
    let mut names = path.split('.');
    let first = names.next().and_then(|name| batch.column_by_name(name)).expect(path).clone();
    names.fold(first, |array, name| array.as_struct().column_by_name(name).expect(path).clone())
}

/// One value as text, whatever its type.
fn shown(array: &dyn Array, row: usize) -> String {
    if array.is_null(row) {
        return "null".into();
    }
    let joined = |parts: Vec<String>| parts.join(", ");
    match array.data_type() {
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Date32 => {
            array.as_primitive::<Date32Type>().value_as_date(row).unwrap().to_string()
        }
        DataType::Timestamp(..) => {
            let instants = array.as_primitive::<TimestampMicrosecondType>();
            instants.value_as_datetime(row).unwrap().to_string()
        }
        DataType::FixedSizeBinary(_) => {
            let bytes = array.as_fixed_size_binary().value(row);
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        }
        DataType::Dictionary(..) => {
            let codes = array.as_dictionary::<Int32Type>();
            shown(codes.values(), codes.key(row).unwrap())
        }
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            format!("[{}]", joined((0..items.len()).map(|i| shown(&items, i)).collect()))
        }
        DataType::Struct(fields) => {
            let columns = fields.iter().zip(array.as_struct().columns());
            let parts =
                columns.map(|(field, column)| format!("{}: {}", field.name(), shown(column, row)));
            format!("{{{}}}", joined(parts.collect()))
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            let parts =
                (0..entries.len()).map(|i| format!("{}: {}", shown(keys, i), shown(values, i)));
            format!("{{{}}}", joined(parts.collect()))
        }
        other => panic!("no entity has a column of type {other}"),
    }
}

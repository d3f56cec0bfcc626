//! The reference decoder and the generator, each the other's witness.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int32Type, TimestampMicrosecondType};
use arrow_array::{Array, StringArray};
use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};
use rowmill_testkit::corpus::{Corpus, CorpusFile, Kind, Options, Totals};
use rowmill_testkit::reference::{Leniency, decode};

const INSTANT: TimeUnit = TimeUnit::Microsecond;

fn order_items() -> Schema {
    let money = DataType::Decimal128(38, 10);
    let tax = Fields::from(vec![
        Field::new("Code", DataType::Utf8, false),
        Field::new("Value", money.clone(), false),
    ]);
    let taxes = DataType::List(Arc::new(Field::new("element", DataType::Struct(tax), true)));
    let amount = Fields::from(vec![
        Field::new("Currency", DataType::Utf8, true),
        Field::new("GrossValue", money, true),
        Field::new("TaxValues", taxes, true),
    ]);
    let open = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let instant = DataType::Timestamp(INSTANT, Some("UTC".into()));
    Schema::new(vec![
        Field::new("Id", DataType::FixedSizeBinary(16), false),
        Field::new("UnitCount", DataType::Int32, false),
        Field::new("Amount", DataType::Struct(amount), true),
        Field::new("UpdatedUtc", instant.clone(), false),
        Field::new("ClosedUtc", instant, true),
        Field::new("AccountingState", open, true),
    ])
}

/// The totals of order items a third way: out of Arrow columns.
fn recount(batch: &RecordBatch, bytes: u64) -> Totals {
    let mut totals = Totals::default();
    totals.rows = batch.num_rows() as u64;
    totals.bytes = bytes;
    let column = |name| batch.column_by_name(name).expect("a column");
    for id in column("Id").as_fixed_size_binary().iter().flatten() {
        totals.id_xor ^= u128::from_be_bytes(id.try_into().expect("16 bytes"));
    }
    let units = column("UnitCount").as_primitive::<Int32Type>();
    totals.units = units.values().iter().map(|&units| i64::from(units)).sum();
    let gross = column("Amount").as_struct().column_by_name("GrossValue").expect("a column");
    totals.money = gross.as_primitive::<Decimal128Type>().iter().flatten().sum();
    totals.nulls = column("ClosedUtc").null_count() as u64;
    let updated = column("UpdatedUtc").as_primitive::<TimestampMicrosecondType>().values();
    totals.first_updated = updated.iter().min().copied();
    totals.last_updated = updated.iter().max().copied();
    let states = column("AccountingState").as_dictionary::<Int32Type>();
    let states = states.downcast_dict::<StringArray>().expect("text");
    let mut names: Vec<&str> = states.into_iter().flatten().collect();
    names.sort_unstable();
    let runs =
        names.chunk_by(|a, b| a == b).map(|run| (&*run[0].to_owned().leak(), run.len() as u64));
    totals.states = runs.collect();
    totals
}

fn bytes(file: &CorpusFile) -> Vec<u8> {
    file.pieces().flatten().collect()
}

#[test]
fn order_items_add_up() {
    let ugly = Options {
        missing_keys: 0.4,
        shuffled_keys: true,
        spaced: true,
        crlf: true,
        escaped: true,
        ..Options::default()
    };
    let mut tidy_batch = None;
    for options in [Options::default(), ugly] {
        let file = Corpus::with(Kind::OrderItem, 21, 1_500, options).file();
        let batch = decode(&order_items(), |_| Leniency::default(), &bytes(&file));
        let batch = batch.expect("every row is good");
        assert_eq!(&recount(&batch, file.size()), file.totals());
        assert_eq!(tidy_batch.get_or_insert_with(|| batch.clone()), &batch);
    }
}

#[test]
fn long_fractions_need_the_leniency() {
    let options = Options { long_fractions: 0.5, ..Options::default() };
    let file = Corpus::with(Kind::OrderItem, 21, 200, options).file();
    assert!(decode(&order_items(), |_| Leniency::default(), &bytes(&file)).is_err());
    let cut = Leniency { cut_digits: true, ..Leniency::default() };
    let batch = decode(&order_items(), |_| cut, &bytes(&file)).expect("every row is good");
    assert_eq!(&recount(&batch, file.size()), file.totals());
}

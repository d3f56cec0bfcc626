use std::slice;
use std::sync::Arc;

use arrow_array::builder::{Int32Builder, ListBuilder, MapBuilder, StringBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Decimal128Array, DictionaryArray, FixedSizeBinaryArray,
    Float64Array, Int32Array, Int64Array, LargeStringArray, ListArray, RecordBatch, StringArray,
    StringViewArray, StructArray, UnionArray,
};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Fields, UnionFields};

use super::Checksum;
use crate::error::ErrorKind;

fn batch(columns: &[ArrayRef]) -> RecordBatch {
    let named = columns.iter().enumerate().map(|(at, column)| (at.to_string(), column.clone()));
    RecordBatch::try_from_iter(named).expect("columns of one length")
}

/// The checksum of `batch`, taken in pieces of these lengths, again and again.
fn in_pieces(batch: &RecordBatch, lengths: &[usize]) -> u128 {
    let mut checksum = Checksum::new(&batch.schema()).expect("supported");
    let mut at = 0;
    for length in lengths.iter().cycle() {
        let length = (*length).min(batch.num_rows() - at);
        checksum.update(&batch.slice(at, length)).expect("the same schema");
        at += length;
        if at == batch.num_rows() {
            break;
        }
    }
    checksum.finish()
}

fn of(columns: &[ArrayRef]) -> u128 {
    in_pieces(&batch(columns), &[usize::MAX])
}

fn one(column: impl Array + 'static) -> u128 {
    of(&[Arc::new(column)])
}

fn text(values: &[Option<&str>]) -> u128 {
    one(StringArray::from_iter(values))
}

/// Some of everything, nulls in it at other places in every column.
fn mixed(rows: i64) -> RecordBatch {
    let some = |n: i64, every: i64| n % every != 0;
    let all = || 0..rows;
    let list = {
        let mut list = ListBuilder::new(StringBuilder::new());
        for n in all() {
            for item in 0..n % 4 {
                list.values().append_option((item != 1).then(|| format!("item {n}")));
            }
            list.append(some(n, 5));
        }
        list.finish()
    };
    let map = {
        let mut map = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
        for n in all() {
            for key in 0..n % 3 {
                map.keys().append_value(format!("key {key}"));
                map.values().append_option((n % 7 > 0).then_some(n as i32));
            }
            map.append(some(n, 11)).expect("as many keys as values");
        }
        map.finish()
    };
    let inner: ArrayRef = Arc::new(Int64Array::from_iter(all().map(|n| some(n, 3).then_some(n))));
    let words: ArrayRef = Arc::new(DictionaryArray::<Int32Type>::from_iter(
        all().map(|n| some(n, 13).then_some(["Started", "Processed", ""][n as usize % 3])),
    ));
    let fields: Fields = vec![
        Field::new("a", DataType::Int64, true),
        Field::new("b", words.data_type().clone(), true),
    ]
    .into();
    let valid = NullBuffer::from_iter(all().map(|n| some(n, 4)));
    let record = StructArray::new(fields, vec![inner.clone(), words.clone()], Some(valid));
    let ids = all().map(|n| some(n, 6).then(|| u128::to_le_bytes(n as u128)));
    let ids = FixedSizeBinaryArray::try_from_sparse_iter_with_size(ids, 16).expect("16 bytes");
    batch(&[
        inner,
        words,
        Arc::new(Int32Array::from_iter_values(all().map(|n| n as i32))),
        Arc::new(BooleanArray::from_iter(all().map(|n| some(n, 9).then_some(n % 2 == 0)))),
        Arc::new(StringArray::from_iter(all().map(|n| some(n, 8).then(|| format!("{n:0>4}"))))),
        Arc::new(Decimal128Array::from_iter(all().map(|n| (n > 70).then_some(n as i128)))),
        Arc::new(ids),
        Arc::new(list),
        Arc::new(map),
        Arc::new(record),
    ])
}

#[test]
fn cuts_do_not_count() {
    for rows in [0, 1, 63, 64, 65, 300] {
        let batch = mixed(rows);
        let whole = in_pieces(&batch, &[usize::MAX]);
        for lengths in [&[1][..], &[2], &[63], &[64], &[65], &[7, 0, 100, 1], &[128, 3]] {
            assert_eq!(in_pieces(&batch, lengths), whole, "{rows} rows by {lengths:?}");
        }
        assert_eq!(in_pieces(&mixed(rows + 9).slice(0, rows as usize), &[50]), whole);
    }
}

#[test]
fn every_value_counts_in_every_column() {
    let all = mixed(100);
    let whole = in_pieces(&all, &[usize::MAX]);
    for at in 0..all.num_columns() {
        let column = all.column(at);
        // The last two rows of this column alone change places.
        let moved = [column.slice(0, 98), column.slice(99, 1), column.slice(98, 1)];
        let mut checksum = Checksum::new(&all.schema()).expect("supported");
        for (part, (from, rows)) in moved.iter().zip([(0, 98), (98, 1), (99, 1)]) {
            let mut columns = all.slice(from, rows).columns().to_vec();
            columns[at] = part.clone();
            checksum.update(&batch(&columns)).expect("the same schema");
        }
        assert_ne!(checksum.finish(), whole, "column {at}");
    }
}

#[test]
fn order_counts() {
    let (a, b): (ArrayRef, ArrayRef) =
        (Arc::new(Int64Array::from(vec![1, 2])), Arc::new(Int64Array::from(vec![2, 1])));
    assert_ne!(of(slice::from_ref(&a)), of(slice::from_ref(&b)));
    assert_ne!(of(&[a.clone(), b.clone()]), of(&[b, a]));
}

#[test]
fn a_null_is_neither_zero_nor_empty_nor_absent() {
    assert_ne!(one(Int64Array::from(vec![None, Some(1)])), one(Int64Array::from(vec![0, 1])));
    assert_ne!(one(Int64Array::from(vec![None, Some(1)])), one(Int64Array::from(vec![1])));
    assert_ne!(
        one(Int64Array::from(vec![None, Some(1)])),
        one(Int64Array::from(vec![Some(1), None]))
    );
    assert_ne!(text(&[Some("a"), None]), text(&[Some("a"), Some("")]));
    assert_ne!(text(&[Some("a"), None]), text(&[Some("a")]));
    let bools = |values: &[Option<bool>]| one(BooleanArray::from(values.to_vec()));
    assert_ne!(bools(&[None]), bools(&[Some(false)]));
    let words = |values: &[Option<&str>]| one(values.iter().copied().collect::<Words>());
    assert_ne!(words(&[None, Some("a")]), words(&[Some(""), Some("a")]));
    let list = |valid| {
        let item = Arc::new(Field::new("item", DataType::Int32, true));
        let items = Arc::new(Int32Array::from(vec![7]));
        let nulls = NullBuffer::from(vec![valid, true]);
        one(ListArray::new(item, OffsetBuffer::from_lengths([0, 1]), items, Some(nulls)))
    };
    assert_ne!(list(true), list(false));
}

type Words = DictionaryArray<Int32Type>;

#[test]
fn text_does_not_move_between_neighbours() {
    assert_ne!(text(&[Some("ab"), Some("c")]), text(&[Some("a"), Some("bc")]));
    let column = |values: [&str; 2]| Arc::new(StringArray::from_iter_values(values)) as ArrayRef;
    assert_ne!(
        of(&[column(["ab", "c"]), column(["d", "e"])]),
        of(&[column(["ab", "cd"]), column(["", "e"])])
    );
    let list = |lengths: [usize; 2]| {
        let item = Arc::new(Field::new("item", DataType::Int32, false));
        let items = Arc::new(Int32Array::from(vec![1, 2, 3]));
        one(ListArray::new(item, OffsetBuffer::from_lengths(lengths), items, None))
    };
    assert_ne!(list([1, 2]), list([2, 1]));
}

#[test]
fn text_counts_alike_in_every_form() {
    let values = [Some("a"), None, Some("longer than a view holds by itself"), Some(""), Some("b")];
    let plain = text(&values);
    assert_eq!(one(LargeStringArray::from_iter(values)), plain);
    assert_eq!(one(StringViewArray::from_iter(values)), plain);
    let long = "x".repeat(10_000);
    let values = [Some(&*long), Some("y"), None];
    assert_eq!(one(StringViewArray::from_iter(values)), text(&values));
}

#[test]
fn what_lies_under_nulls_does_not_count() {
    let nulls = || Some(NullBuffer::from(vec![true, false, true, false]));
    let numbers = |values: Vec<i64>| Int64Array::new(values.into(), nulls());
    assert_eq!(one(numbers(vec![1, 2, 3, 4])), one(numbers(vec![1, 0, 3, 0])));
    let bools = |values: Vec<bool>| BooleanArray::new(values.into(), nulls());
    assert_eq!(
        one(bools(vec![true, true, false, true])),
        one(bools(vec![true, false, false, false]))
    );
    let strings = |lengths: [usize; 4], bytes: &str| {
        let offsets = OffsetBuffer::from_lengths(lengths);
        one(StringArray::new(offsets, Buffer::from(bytes.as_bytes()), nulls()))
    };
    assert_eq!(strings([1, 2, 3, 4], "abbcccdddd"), strings([1, 0, 3, 0], "accc"));
    let lists = |lengths: [usize; 4], items: Vec<i32>| {
        let item = Arc::new(Field::new("item", DataType::Int32, false));
        let offsets = OffsetBuffer::from_lengths(lengths);
        one(ListArray::new(item, offsets, Arc::new(Int32Array::from(items)), nulls()))
    };
    assert_eq!(lists([1, 1, 2, 1], vec![1, 9, 2, 3, 9]), lists([1, 0, 2, 0], vec![1, 2, 3]));
    let records = |values: Vec<Option<i64>>| {
        let fields: Fields = vec![Field::new("a", DataType::Int64, true)].into();
        one(StructArray::new(fields, vec![Arc::new(Int64Array::from(values))], nulls()))
    };
    assert_eq!(
        records(vec![Some(1), Some(2), None, Some(4)]),
        records(vec![Some(1), None, None, None])
    );
}

#[test]
fn the_order_of_a_dictionary_does_not_count() {
    let words = |keys: Vec<Option<i32>>, words: Vec<Option<&str>>| {
        one(Words::new(Int32Array::from(keys), Arc::new(StringArray::from(words))))
    };
    let plain = words(vec![Some(0), Some(1), None, Some(0)], vec![Some("a"), Some("b")]);
    let more = vec![Some("z"), Some("b"), None, Some("a"), Some("y"), Some("x")];
    // With more words than rows each is looked up by itself, and a null may be a word.
    assert_eq!(words(vec![Some(3), Some(1), Some(2), Some(3)], more), plain);
    let other = words(vec![Some(0), Some(1), None, Some(1)], vec![Some("a"), Some("b")]);
    assert_ne!(other, plain);
    let views: ArrayRef = Arc::new(StringViewArray::from(vec!["b", "a"]));
    let keys = Int32Array::from(vec![Some(1), Some(0), None, Some(1)]);
    assert_eq!(one(Words::new(keys, views)), plain);
}

#[test]
fn numbers_count_with_their_bits() {
    assert_ne!(one(Float64Array::from(vec![0.0])), one(Float64Array::from(vec![-0.0])));
    assert_ne!(one(Int32Array::from(vec![1, 0])), one(Int64Array::from(vec![1])));
}

#[test]
fn other_schemas_are_refused() {
    let numbers = batch(&[Arc::new(Int64Array::from(vec![1]))]);
    let mut checksum = Checksum::new(&numbers.schema()).expect("supported");
    let before = checksum.finish();
    for other in [
        batch(&[Arc::new(Int32Array::from(vec![1]))]),
        batch(&[numbers.column(0).clone(), numbers.column(0).clone()]),
        batch(&[Arc::new(StringArray::from(vec!["a"]))]),
    ] {
        assert_eq!(checksum.update(&other).map_err(|e| e.kind()), Err(ErrorKind::Usage));
    }
    assert_eq!(checksum.finish(), before);

    let fields = [(0, Arc::new(Field::new("a", DataType::Int32, false)))];
    let fields: UnionFields = fields.into_iter().collect();
    let items: Vec<ArrayRef> = vec![Arc::new(Int32Array::from(vec![1]))];
    let union = UnionArray::try_new(fields, ScalarBuffer::from(vec![0_i8]), None, items);
    let union = batch(&[Arc::new(union.expect("a union"))]);
    let refused = Checksum::new(&union.schema());
    assert_eq!(refused.map(drop).map_err(|e| e.kind()), Err(ErrorKind::Schema));
}

/// Changes of this value are changes of what reports have recorded: they need a line in the log of
/// changes.
#[test]
#[cfg(target_endian = "little")]
fn the_value_is_kept() {
    assert_eq!(
        format!("{:032x}", in_pieces(&mixed(300), &[77])),
        "9181f11c2ec5561b12ee612e077ab9a0"
    );
}

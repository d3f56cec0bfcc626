//! One run of a decoder, everything that can be seen of it, and what must hold of any run.

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use rowmill_json::{Counts, Decoder, Drift, Error, Layout, Limit, OnBadRow, Options, Place};

/// An error, equal to another if a user can tell no difference.
#[derive(Clone, Debug)]
pub(crate) struct Told(pub(crate) Error);

impl PartialEq for Told {
    fn eq(&self, other: &Self) -> bool {
        // What messages are made of. To make them costs more than the decoding.
        self.code() == other.code()
            && self.place() == other.place()
            && (self.0.expected(), self.0.found()) == (other.0.expected(), other.0.found())
            && self.raw() == other.raw()
    }
}

impl Told {
    pub(crate) fn code(&self) -> &'static str {
        self.0.code()
    }

    pub(crate) fn place(&self) -> Option<&Place> {
        self.0.place()
    }

    pub(crate) fn line(&self) -> u64 {
        self.place().map_or(0, |place| place.line)
    }

    pub(crate) fn raw(&self) -> Option<&[u8]> {
        self.0.excerpt()
    }
}

/// Everything that can be seen of a run.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) batches: Vec<RecordBatch>,
    pub(crate) rejects: Vec<Told>,
    pub(crate) drift: Drift,
    pub(crate) end: Result<Counts, Told>,
}

/// When batches are taken.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Take {
    /// After each piece, as the documentation asks.
    AtOnce,
    /// When everything has been pushed.
    AtTheEnd,
}

/// These options with no bound on rows set aside. Cells that do not fit stay null if they were.
pub(crate) fn quarantine(options: &Options) -> Options {
    let mut options = options.clone();
    options.on_bad_row = at_most(options.on_bad_row, Limit::None);
    options
}

/// This policy, or a quarantine in place of none, with this bound.
pub(crate) fn at_most(policy: OnBadRow, at_most: Limit) -> OnBadRow {
    match policy {
        OnBadRow::Null { .. } => OnBadRow::Null { at_most },
        _ => OnBadRow::Quarantine { at_most },
    }
}

/// Pushes the pieces and takes everything.
pub(crate) fn run<'a>(
    layout: &Layout,
    options: &Options,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    take: Take,
) -> Seen {
    let mut decoder = Decoder::with(layout, options.clone());
    let mut seen = Seen {
        batches: vec![],
        rejects: vec![],
        drift: Drift::default(),
        end: Ok(Counts::default()),
    };
    let (mut bytes, mut going) = (0, true);
    for piece in pieces {
        bytes += piece.len() as u64;
        decoder.push(piece.to_vec().into());
        if take == Take::AtOnce {
            going = seen.take(&mut decoder, options);
        }
        if !going {
            break;
        }
    }
    decoder.finish();
    if going && seen.take(&mut decoder, options) {
        let counts = decoder.report().expect("a run without an error has a report");
        assert_eq!(counts.lines, counts.rows + counts.quarantined + counts.blank, "{counts:?}");
        assert_eq!(counts.bytes, bytes, "all bytes are counted");
        let rows: usize = seen.batches.iter().map(RecordBatch::num_rows).sum();
        assert_eq!(counts.rows, rows as u64, "all rows are counted");
        assert_eq!(counts.quarantined, seen.rejects.len() as u64, "all rejects are counted");
        seen.end = Ok(counts);
    } else {
        assert!(decoder.report().is_none(), "a run that failed has no report");
    }
    assert!(matches!(decoder.next_batch(), Ok(None)), "what has ended stays ended");
    seen.drift = decoder.drift().clone();
    seen
}

impl Seen {
    /// False if the run ended with an error.
    fn take(&mut self, decoder: &mut Decoder, options: &Options) -> bool {
        loop {
            let next = decoder.next_batch();
            self.rejects.extend(decoder.take_rejects().iter().map(|it| Told(it.error().clone())));
            match next {
                Ok(Some(batch)) => {
                    assert!(batch.num_rows() > 0, "no empty batches");
                    assert!(batch.num_rows() <= options.batch_rows.max(1), "batch_rows is kept");
                    assert_eq!(&batch.schema(), decoder.schema());
                    batch.columns().iter().for_each(valid);
                    self.batches.push(batch);
                }
                Ok(None) => return true,
                Err(error) => {
                    self.end = Err(Told(error));
                    return false;
                }
            }
        }
    }

    /// Requires that two runs look the same in everything.
    #[track_caller]
    pub(crate) fn same_as(&self, other: &Self, what: &str) {
        let lengths =
            |seen: &Self| seen.batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>();
        assert_eq!(self.rejects, other.rejects, "{what}: rejects");
        assert_eq!(self.end, other.end, "{what}: end");
        assert_eq!(self.drift, other.drift, "{what}: drift");
        assert_eq!(lengths(self), lengths(other), "{what}: rows of the batches");
        for (at, (a, b)) in self.batches.iter().zip(&other.batches).enumerate() {
            same_columns(a, b, &format!("{what}: batch {at}"));
            // Equal values may stand behind other keys, which a file would show.
            let dictionaries = |batch: &RecordBatch| {
                let mut found = Vec::new();
                batch.columns().iter().for_each(|array| dictionaries(array, &mut found));
                found
            };
            assert_eq!(dictionaries(a), dictionaries(b), "{what}: dictionaries of batch {at}");
        }
    }

    /// Requires that the rows of all batches, as one, are those of `wanted` from its start.
    /// Gives how many there are.
    #[track_caller]
    pub(crate) fn rows_are(&self, wanted: &RecordBatch, what: &str) -> usize {
        let mut row = 0;
        for batch in &self.batches {
            let most = wanted.num_rows();
            assert!(row + batch.num_rows() <= most, "{what}: more than {most} rows");
            let same = wanted.slice(row, batch.num_rows());
            same_columns(batch, &same, &format!("{what}: from row {row}"));
            row += batch.num_rows();
        }
        row
    }
}

#[track_caller]
pub(crate) fn same_columns(a: &RecordBatch, b: &RecordBatch, what: &str) {
    for (at, field) in a.schema().fields().iter().enumerate() {
        assert_eq!(a.column(at), b.column(at), "{what}: column {}", field.name());
    }
}

/// The same but for the lines that rows come from.
#[track_caller]
pub(crate) fn same_columns_elsewhere(a: &RecordBatch, b: &RecordBatch, what: &str) {
    for (at, field) in a.schema().fields().iter().enumerate() {
        if field.metadata().get("rowmill:type").is_none_or(|it| it != "line_number") {
            assert_eq!(a.column(at), b.column(at), "{what}: column {}", field.name());
        }
    }
}

/// Requires what Arrow requires, and that nothing is left over behind the values.
fn valid(array: &ArrayRef) {
    array.to_data().validate_full().expect("a valid array");
    match array.data_type() {
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            assert_eq!(list.values().len() as i32, list.offsets()[list.len()], "list elements");
            valid(list.values());
        }
        DataType::Map(..) => {
            let map = array.as_map();
            assert_eq!(map.entries().len() as i32, map.offsets()[map.len()], "map entries");
            valid(map.values());
        }
        DataType::Struct(_) => array.as_struct().columns().iter().for_each(valid),
        DataType::Utf8 => {
            let text = array.as_string::<i32>();
            assert_eq!(text.values().len() as i32, text.offsets()[text.len()], "text");
        }
        DataType::Dictionary(..) => {
            let dictionary = array.as_dictionary::<Int32Type>();
            let keys = dictionary.keys();
            // Entries stand in the order of their first use: so each is used, and none twice.
            let mut next = 0;
            for key in keys.iter().flatten() {
                assert!(key <= next, "an entry before its first use");
                next += i32::from(key == next);
            }
            assert_eq!(next as usize, dictionary.values().len(), "unused entries");
            let mut texts: Vec<_> = dictionary.values().as_string::<i32>().iter().collect();
            texts.sort_unstable();
            assert!(texts.windows(2).all(|pair| pair[0] != pair[1]), "an entry twice");
        }
        _ => {}
    }
}

fn dictionaries(array: &ArrayRef, found: &mut Vec<ArrayRef>) {
    match array.data_type() {
        DataType::List(_) => dictionaries(array.as_list::<i32>().values(), found),
        DataType::Map(..) => dictionaries(array.as_map().values(), found),
        DataType::Struct(_) => {
            array.as_struct().columns().iter().for_each(|array| dictionaries(array, found));
        }
        DataType::Dictionary(..) => {
            found.push(array.as_dictionary::<Int32Type>().values().clone());
        }
        _ => {}
    }
}

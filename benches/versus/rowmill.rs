//! One file decoded by rowmill, in one thread, for `decode.py`:
//!
//! ```sh
//! cargo bench -p rowmill-benches --bench versus -- FILE ENTITY         # prints CPU seconds
//! cargo bench -p rowmill-benches --bench versus -- FILE ENTITY check   # writes an Arrow stream
//! ```
//!
//! With `count` after the entity, or `count portable` for the portable instruction set, nothing is
//! timed: for `valgrind --tool=callgrind` on the program, under which the clock does not work.
//!
//! The file is read as it is decoded, so the seconds hold that too, as those of the others do.

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{self, Read};

use arrow_ipc::writer::StreamWriter;
use rowmill::arrow::RecordBatch;
use rowmill::{Bytes, Column, Decoder, Layout, Options, Simd, entity};
use rustix::time::{ClockId, clock_gettime};

/// Bytes of one reading.
const CHUNK: usize = 256 << 10;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [path, kind, rest @ ..] = words.as_slice() else { return Err("FILE ENTITY".into()) };
    let layout = layout(kind)?;
    let mut options = Options::default();
    if rest.last().is_some_and(|word| word == "portable") {
        options.simd = Simd::Portable;
    }
    let decode = |each: &mut dyn FnMut(RecordBatch) -> Result<(), Box<dyn Error>>| {
        decode(path, Decoder::with(&layout, options.clone()), each)
    };
    if rest == ["check"] {
        let mut stream = StreamWriter::try_new(io::stdout().lock(), layout.schema())?;
        decode(&mut |batch| Ok(stream.write(&batch)?))?;
        return Ok(stream.finish()?);
    }
    let mut drop = |batch| {
        black_box(batch);
        Ok(())
    };
    if rest.first().is_some_and(|word| word == "count") {
        return decode(&mut drop);
    }
    let start = thread_seconds();
    decode(&mut drop)?;
    println!("{:.6}", thread_seconds() - start);
    Ok(())
}

/// The columns of `shapes.py`, where unions are JSON text: the others know no unions.
fn layout(kind: &str) -> Result<Layout, Box<dyn Error>> {
    let layout = entity::layout(kind).ok_or("no such entity")?;
    let columns = layout.columns().iter().map(|column| match column.name() {
        "Data" => Column::json(column.name()),
        _ => column.clone(),
    });
    Ok(Layout::new(columns)?)
}

fn decode(
    path: &str,
    mut decoder: Decoder,
    take: &mut dyn FnMut(RecordBatch) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut file = File::open(path)?;
    loop {
        let mut chunk = Vec::with_capacity(CHUNK);
        if file.by_ref().take(CHUNK as u64).read_to_end(&mut chunk)? == 0 {
            decoder.finish();
        }
        let ended = chunk.is_empty();
        decoder.push(Bytes::from(chunk));
        while let Some(batch) = decoder.next_batch()? {
            take(batch)?;
        }
        if ended {
            return Ok(());
        }
    }
}

/// What the thread has used of a processor, in user and system mode.
fn thread_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

//! One conversion by `arrow-json` and `ArrowWriter`, with one thread, for `convert.py`:
//!
//! ```text
//! arrow_writer SCHEMA FILE OUT      prints the seconds it took, of CPU and on the wall, as JSON
//! ```
//!
//! SCHEMA is a schema file of rowmill's. Ids and enumerations are text: it reads neither UUIDs nor
//! dictionaries.

use std::error::Error;
use std::fs::{self, File};
use std::io::BufReader;
use std::time::Instant;

use arrow_json_60::ReaderBuilder;
use parquet_60::arrow::ArrowWriter;
use parquet_60::basic::{Compression, ZstdLevel};
use parquet_60::file::properties::WriterProperties;
use rowmill::schema_file;
use rustix::time::{ClockId, clock_gettime};

// The other benchmark decodes from memory.
#[allow(dead_code)]
#[path = "../decode/arrow_json.rs"]
mod arrow_json;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [schema, path, out] = words.as_slice() else { return Err("SCHEMA FILE OUT".into()) };
    let layout = schema_file::parse(&fs::read_to_string(schema)?)?;
    let schema = arrow_json::schema(layout.schema());
    let (cpu, wall) = (cpu_seconds(), Instant::now());
    let file = BufReader::with_capacity(1 << 20, File::open(path)?);
    let lines = ReaderBuilder::new(schema.clone()).with_batch_size(arrow_json::BATCH_ROWS);
    let lines = lines.build(file)?;
    let zstd = Compression::ZSTD(ZstdLevel::try_new(1)?);
    let properties = WriterProperties::builder().set_compression(zstd).build();
    let mut writer = ArrowWriter::try_new(File::create(out)?, schema, Some(properties))?;
    for batch in lines {
        writer.write(&batch?)?;
    }
    writer.close()?;
    let (cpu, wall) = (cpu_seconds() - cpu, wall.elapsed().as_secs_f64());
    println!("{{\"cpu_s\": {cpu:.6}, \"wall_s\": {wall:.6}}}");
    Ok(())
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

//! What can be typed: commands, options and their help.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, RangedU64ValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use rowmill::mews::chrono::{DateTime, Utc};
use rowmill::{Compression, Limit, Lineage};
use serde::Serialize;

use crate::values::{self, Interval};

mod choices;
mod help;
mod network;
mod partitions;

use help::{BENCH, CREDENTIALS, EXIT_CODES, SCHEMA, with_urls};

pub(crate) use choices::{OnError, ProfileName, UnknownKeys, UuidName};
pub(crate) use network::Network;
pub(crate) use partitions::Partitions;

/// JSON Lines and Mews exports into Arrow and Parquet.
#[derive(Debug, Parser)]
#[command(name = "rowmill", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the whole line at work: a local export server, download, decode, Parquet, checked sums
    #[cfg(feature = "demo")]
    Demo(Demo),
    /// Convert JSON Lines (plain, gzip or zstd) to Parquet
    #[command(after_help = with_urls(""))]
    Convert(Box<Convert>),
    /// Measure where the time goes when these files are converted; nothing is kept
    #[command(after_help = with_urls(BENCH))]
    Bench(Bench),
    /// Export entities from Mews and store them as Parquet
    #[command(after_help = with_urls(CREDENTIALS))]
    Export(Box<Export>),
    /// Run the demo export server alone, to test your own jobs and clients against. Its data never change, and
    /// an export has all rows of its type, whatever interval of updates it asks for
    #[cfg(feature = "demo")]
    Serve(Serve),
    /// Print the layout of data, or of an entity, as a schema file
    #[command(after_help = SCHEMA)]
    Schema(Schema),
    /// Print what makes a shell complete these commands and options
    Completions(Completions),
    /// Print the manual page, or write those of all commands into a directory
    Man(Man),
}

impl Command {
    /// Whether programs are told the outcome.
    pub(crate) fn json(&self) -> bool {
        match self {
            Self::Convert(args) => args.writing.json,
            Self::Export(args) => args.writing.json,
            Self::Bench(args) => args.json,
            #[cfg(feature = "demo")]
            Self::Demo(args) => args.json,
            _ => false,
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell to complete in
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Args, Debug)]
pub(crate) struct Man {
    /// Write rowmill.1, rowmill-convert.1 and so on here
    #[arg(short, long, value_parser = values::path(), value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Convert {
    /// Files to read; `-` is standard input
    #[arg(required = true, value_parser = values::place(), value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// The Parquet file to write, or the directory if there are many inputs or it is one already, ends with
    /// / or is needed for partitions, --part-per-file or --new-columns
    #[arg(short, long, value_parser = values::place(), value_name = "OUT")]
    pub(crate) out: PathBuf,

    /// Read rows as this Mews entity
    #[arg(long, value_name = "NAME", value_parser = entity(), conflicts_with = "schema")]
    pub(crate) entity: Option<String>,

    /// Read rows as this schema file says (`rowmill schema` prints one to start from) [default: the
    /// layout is inferred from the data]
    #[arg(long, value_parser = values::place(), value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,

    /// Infer the layout from so many rows only, instead of all that can be read twice
    #[arg(long, value_name = "ROWS", value_parser = rows(), conflicts_with_all = ["entity", "schema"])]
    pub(crate) sample: Option<u64>,

    #[command(flatten)]
    pub(crate) reading: Reading,

    #[command(flatten)]
    pub(crate) writing: Writing,
}

#[derive(Args, Debug)]
pub(crate) struct Bench {
    /// Files to read, each once for every stage
    #[arg(required = true, value_parser = values::place(), value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Read rows as this Mews entity
    #[arg(long, value_name = "NAME", value_parser = entity(), conflicts_with = "schema")]
    pub(crate) entity: Option<String>,

    /// Read rows as this schema file says [default: the layout is inferred from the data]
    #[arg(long, value_parser = values::place(), value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,

    /// Threads that read, decode and convert [default: all cores]
    #[arg(long, value_name = "N", value_parser = values::count::<NonZeroUsize>, allow_negative_numbers = true)]
    pub(crate) threads: Option<NonZeroUsize>,

    /// Run this stage alone
    #[arg(long, value_name = "STAGE", value_enum)]
    pub(crate) only: Option<StageName>,

    /// Print the figures on standard output as a line of JSON, and nothing else there
    #[arg(long)]
    pub(crate) json: bool,
}

/// The stages of `bench`, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StageName {
    /// The source to its end, decompressed
    Read,
    /// Bytes cut into runs of whole lines
    Frame,
    /// Bytes to batches, from memory
    Decode,
    /// Batches to Parquet that goes nowhere
    Encode,
    /// The complete conversion
    Whole,
}

#[derive(Args, Debug)]
pub(crate) struct Export {
    /// Entity types to export, separated by commas; each is an export of its own
    #[arg(
        long,
        value_name = "NAME[,NAME...]",
        value_parser = entity(),
        value_delimiter = ',',
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    pub(crate) entity: Vec<String>,

    /// Export all entity types
    #[arg(long)]
    pub(crate) all: bool,

    /// The directory to write into
    #[arg(short, long, value_parser = values::place(), value_name = "DIR")]
    pub(crate) out: PathBuf,

    /// The platform's address [default: the production platform]
    #[arg(long, value_name = "URL")]
    pub(crate) api: Option<String>,

    /// Read rows as this schema file says, instead of the entity's own layout
    #[arg(long, value_parser = values::place(), value_name = "FILE", conflicts_with = "all")]
    pub(crate) schema: Option<PathBuf>,

    /// Take over this export, running or finished, instead of asking for a new one
    #[arg(long, value_name = "ID", conflicts_with_all = ["all", "enterprise_id", "chain_id", "updated", "posting", "since", "full", "overlap"])]
    pub(crate) export_id: Option<String>,

    /// Only these enterprises
    #[arg(long, value_name = "ID", num_args = 1.., value_delimiter = ',')]
    pub(crate) enterprise_id: Vec<String>,

    /// Only these chains
    #[arg(long, value_name = "ID", num_args = 1.., value_delimiter = ',')]
    pub(crate) chain_id: Vec<String>,

    /// Only what was updated in this time (dates or RFC 3339 instants, UTC, end excluded), in windows
    /// of 180 days [default: what was updated since the last run, and all data at first]
    #[arg(long, value_name = "FROM..TO", value_parser = values::interval)]
    pub(crate) updated: Option<Interval>,

    /// What was updated from this time on (a date or RFC 3339 instant, UTC), whatever the last run has
    /// done
    #[arg(long, value_name = "FROM", value_parser = values::instant, conflicts_with = "updated")]
    pub(crate) since: Option<DateTime<Utc>>,

    /// All data once more, whatever the last run has done
    #[arg(long, conflicts_with_all = ["updated", "since"])]
    pub(crate) full: bool,

    /// Read so much of what the last run has read once more
    #[arg(long, value_name = "D", value_parser = values::duration, conflicts_with_all = ["updated", "since", "full"])]
    pub(crate) overlap: Option<Duration>,

    /// Write of each Id only the row with the newest UpdatedUtc in an export; which is the newest in all
    /// exports is for the lake to tell
    #[arg(long)]
    pub(crate) dedupe: bool,

    /// Of LedgerEntry, only what was posted in this time (dates or RFC 3339 instants, UTC, end excluded)
    #[arg(long, value_name = "FROM..TO", value_parser = values::interval)]
    pub(crate) posting: Option<Interval>,

    /// Keep in this file how far each entity is complete, and the ids of exports beside it in
    /// PATH.journal.jsonl [default: state.json and journal.jsonl in DIR/_rowmill]
    #[arg(long, value_parser = values::target(), value_name = "PATH")]
    pub(crate) state: Option<PathBuf>,

    /// Keep the files as they came in this directory, too, with checksums; where rows are bad, all of
    /// them are kept, to be converted without the API
    #[arg(long, value_parser = values::target(), value_name = "DIR")]
    pub(crate) keep_raw: Option<PathBuf>,

    /// Read the credentials from this file, of this machine, instead of the environment
    #[arg(long, value_parser = values::path(), value_name = "FILE")]
    pub(crate) credentials: Option<PathBuf>,

    /// Tell each look at an export, and each wait, retry and renewal of links
    #[arg(short, long)]
    pub(crate) verbose: bool,

    #[command(flatten)]
    pub(crate) reading: Reading,

    #[command(flatten)]
    pub(crate) writing: Writing,

    #[command(flatten)]
    pub(crate) network: Network,
}

/// What `convert` and `export` have in common: what is read of the rows.
#[derive(Args, Debug)]
pub(crate) struct Reading {
    /// Read these columns alone, in this order: paths such as Id or Amount.Net; NAME=PATH takes a value
    /// out of the objects around it
    #[arg(long, value_name = "PATH[,PATH...]", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,

    /// What becomes of keys that are not in the layout [default: as the schema file says, or ignore]
    #[arg(long, value_name = "POLICY", value_enum)]
    pub(crate) unknown: Option<UnknownKeys>,

    /// Refuse lines longer than this [default: 64MiB]
    #[arg(long, value_name = "SIZE", value_parser = values::line_size)]
    pub(crate) max_line_bytes: Option<usize>,

    /// Refuse rows with more than this many objects and arrays inside one another [default: 256]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) max_depth: Option<u16>,
}

/// What `convert` and `export` have in common: the policy for bad rows and the output.
#[derive(Args, Debug)]
pub(crate) struct Writing {
    /// What a bad row does
    #[arg(long, value_name = "POLICY", value_enum, default_value_t = OnError::Fail)]
    pub(crate) on_error: OnError,

    /// Where quarantined rows go; of exports, behind those of others that are there [default: beside the output]
    #[arg(long, value_parser = values::target(), value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,

    /// Keep data out of that file and of the report: of quarantined rows place, reason and length, of
    /// new values of enumerations their number
    #[arg(long)]
    pub(crate) redact: bool,

    /// Fail when more rows than this are bad: a count (100) or a share (0.5%)
    #[arg(long, value_name = "N|P%", value_parser = values::limit)]
    pub(crate) max_rejects: Option<Limit>,

    /// Refuse compressed input that expands to more than this many times its size
    /// [default: 1000 for gzip, 20000 for zstd]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_expansion: Option<u64>,

    /// Add columns that say where rows have come from: any of file, line, export_id, ingested_at
    /// (which makes output depend on the clock) and enterprise_id
    #[arg(long, value_name = "NAME[,NAME...]", value_parser = values::lineage, value_delimiter = ',')]
    pub(crate) lineage: Vec<Lineage>,

    /// Write the layout with columns for new keys and values that were found to this schema file, for
    /// the next run; what is there is replaced if it is a schema file too
    #[arg(long, value_parser = values::target(), value_name = "FILE")]
    pub(crate) widened: Option<PathBuf>,

    /// zstd[:LEVEL], snappy or none
    #[arg(long, value_name = "CODEC", value_parser = values::compression, default_value = "zstd")]
    pub(crate) compression: Compression,

    /// Which encodings the output has
    #[arg(long, value_name = "PROFILE", value_enum, default_value_t = ProfileName::Default)]
    pub(crate) profile: ProfileName,

    /// How UUIDs are stored, where the schema file does not say so
    #[arg(long, value_name = "FORM", value_enum, default_value_t = UuidName::Binary)]
    pub(crate) uuid: UuidName,

    /// Give these columns a Bloom filter in each row group: paths such as Id or Amount.Currency
    #[arg(long, value_name = "PATH[,PATH...]", value_delimiter = ',')]
    pub(crate) bloom: Vec<String>,

    /// Threads that decode and encode [default: all cores]
    #[arg(long, value_name = "N", value_parser = values::count::<NonZeroUsize>, allow_negative_numbers = true)]
    pub(crate) threads: Option<NonZeroUsize>,

    /// Hold at most so much in memory (such as 64MiB, from 32MiB on), besides what the program itself
    /// takes; row groups become smaller by it [default: no cap, and less than 150MiB with one thread]
    #[arg(long, value_name = "SIZE", value_parser = values::size)]
    pub(crate) memory: Option<usize>,

    /// End a part of a directory when it has reached this size; a part may hold many inputs, and an
    /// input may be in many parts
    #[arg(long, value_name = "SIZE", value_parser = values::size, default_value = "256MiB")]
    pub(crate) target_size: usize,

    /// Make one part of each input instead
    #[arg(long, conflicts_with = "target_size")]
    pub(crate) part_per_file: bool,

    #[command(flatten)]
    pub(crate) partitions: Partitions,

    /// Let rows have columns that the table in the directory does not have so far; readers must then
    /// join columns by their names
    #[arg(long)]
    pub(crate) new_columns: bool,

    /// Replace output that is already there
    #[arg(long)]
    pub(crate) overwrite: bool,

    /// Print the report on standard output as a line of JSON (one for each entity, and one with the
    /// error where there is one), and nothing else there
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(feature = "demo")]
#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// The directory to write into; what an earlier demo left there is replaced
    #[arg(short, long, value_parser = values::path(), value_name = "DIR", default_value = "rowmill-demo")]
    pub(crate) out: PathBuf,

    /// Rows in all, over all entities
    #[arg(long, value_name = "N", default_value_t = 300_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) rows: u64,

    /// Print the report on standard output as JSON, and nothing else there
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(feature = "demo")]
#[derive(Args, Debug)]
pub(crate) struct Serve {
    /// The port to listen on, on 127.0.0.1 [default: a free one]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) port: u16,

    /// Rows in all, over all entities
    #[arg(long, value_name = "N", default_value_t = 300_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) rows: u64,

    /// Play this many faults of all kinds, drawn from the seed; some of them cannot be survived
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) faults: usize,

    /// The seed of these faults and of the rows
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,

    /// How long links of files work [default: 10m]
    #[arg(long, value_name = "D", value_parser = values::duration)]
    pub(crate) link_life: Option<Duration>,

    /// How long an export takes until it is ready [default: two polls]
    #[arg(long, value_name = "D", value_parser = values::duration)]
    pub(crate) ready_after: Option<Duration>,
}

#[derive(Args, Debug)]
pub(crate) struct Schema {
    /// Files whose layout is wanted; `-` is standard input
    #[arg(value_parser = values::place(), value_name = "INPUT", required_unless_present = "entity", conflicts_with = "entity")]
    pub(crate) inputs: Vec<PathBuf>,

    /// The layout of this Mews entity
    #[arg(long, value_name = "NAME", value_parser = entity())]
    pub(crate) entity: Option<String>,

    /// Look at so many rows only
    #[arg(long, value_name = "ROWS", value_parser = rows(), conflicts_with = "entity")]
    pub(crate) sample: Option<u64>,

    /// Threads that look at rows [default: all cores]
    #[arg(long, value_name = "N", value_parser = values::count::<NonZeroUsize>, allow_negative_numbers = true, conflicts_with = "entity")]
    pub(crate) threads: Option<NonZeroUsize>,
}

/// A number of rows, one at least.
fn rows() -> RangedU64ValueParser {
    RangedU64ValueParser::new().range(1..)
}

/// Takes the ten names as Mews spells them; clap lists them and guesses which one was meant.
fn entity() -> PossibleValuesParser {
    PossibleValuesParser::new(rowmill::entity::NAMES)
}

#[cfg(test)]
mod tests;

//! What help says after the options.

pub(super) const EXIT_CODES: &str = "\
Exit codes: 0 done (also with quarantined rows), 1 bad data, 2 usage, schema or missing input,
3 refused by the API, 4 try again later, 5 output, 130 interrupted, 143 terminated.";

pub(super) const CREDENTIALS: &str = "\
Credentials come from the environment: MEWS_CLIENT_TOKEN, MEWS_ACCESS_TOKEN and, if you like,
MEWS_CLIENT (the client's name), or from the file given with --credentials, which holds the same
names as lines of NAME=VALUE. They are never options, since other users of the machine can read
those.";

pub(super) const BENCH: &str = "\
Stages: read (the source to its end, decompressed), frame (cut into runs of whole lines, nothing
decoded), decode (from a buffer that holds the file, into a checksum), encode (decoded batches to
Parquet that goes nowhere), whole (the complete conversion, into a temporary place that is removed;
TMPDIR says where).

CPU time is that of all threads, user and system, and for --only STAGE it is what an outside clock
shows: loading the file and the checksum are parts of it, which are told apart as well. Only encode
leaves out what comes before it.";

pub(super) const SCHEMA: &str = "\
The layout of data is the narrowest one that loses nothing of it. All rows are looked at, of standard
input and pipes as far as 64 MiB. Lines that are no rows are skipped; their number, and what the data
did not show, is told on standard error.";

const URLS: &str = "\
URLs: files and directories of data may be s3://, gs:// and az:// URLs, what is read http:// and https://
ones too. An input that ends with / names all JSON Lines right below it, one with a * in its last part all
that match; --out is one object if it ends with .parquet, else a directory. Credentials come from the
environment (AWS_ACCESS_KEY_ID and so on; AWS_ENDPOINT for a server of your own).";

/// `text`, and what is to be said of URLs where this program takes them.
pub(super) fn with_urls(text: &str) -> String {
    let urls = if cfg!(feature = "cloud") { URLS } else { "" };
    let joint = if text.is_empty() || urls.is_empty() { "" } else { "\n\n" };
    format!("{text}{joint}{urls}")
}

//! Times become a table, and JSON.

use std::fmt;

use serde_json::json;

use super::data::DataSet;
use super::variant::Variant;

/// The times of one data set. The first variant is what the others are compared with.
pub(crate) struct Table {
    name: &'static str,
    bytes: usize,
    rows: u64,
    variants: Vec<(String, Vec<f64>)>,
}

impl Table {
    pub(crate) fn new(data: &DataSet, variants: &[Variant]) -> Self {
        let variants = variants.iter().map(|variant| (variant.name(), Vec::new())).collect();
        Self { name: data.name, bytes: data.lines.len(), rows: data.rows, variants }
    }

    /// Adds the seconds of a round to those of the variant at `at`.
    pub(crate) fn add(&mut self, at: usize, seconds: f64) {
        self.variants[at].1.push(seconds);
    }

    /// Name, median and best MB/s, and how many times the seconds of the first variant it took: the
    /// median of the ratios within the rounds, since a round is short against what disturbs it.
    fn lines(&self) -> impl Iterator<Item = (&str, f64, f64, f64)> {
        let first = &self.variants[0].1;
        let speed = |seconds: f64| self.bytes as f64 / 1e6 / seconds;
        self.variants.iter().map(move |(name, seconds)| {
            let best = seconds.iter().copied().fold(f64::INFINITY, f64::min);
            let ratios = seconds.iter().zip(first).map(|(these, first)| these / first).collect();
            (name.as_str(), speed(median(seconds.clone())), speed(best), median(ratios))
        })
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len().is_multiple_of(2) {
        (values[middle - 1] + values[middle]) / 2.0
    } else {
        values[middle]
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, bytes, rows, .. } = self;
        let (size, rounds) = (*bytes as f64 / 1e6, self.variants[0].1.len());
        let mean = *bytes as f64 / *rows as f64;
        writeln!(f, "{name}: {size:.1} MB, {rows} rows of {mean:.0} bytes, {rounds} rounds")?;
        writeln!(f, "  {:<26} {:>11} {:>9} {:>12}", "", "median MB/s", "best", "rowmill is")?;
        for (name, median, best, ratio) in self.lines() {
            writeln!(f, "  {name:<26} {median:>11.0} {best:>9.0} {ratio:>10.2} x")?;
        }
        Ok(())
    }
}

/// All tables with every time in them.
pub(crate) fn json(tables: &[Table]) -> String {
    let sets = tables.iter().map(|table| {
        let variants = table.variants.iter().zip(table.lines());
        let variants = variants.map(|((name, seconds), (_, median, best, ratio))| {
            json!({
                "name": name,
                "cpu_seconds": seconds,
                "median_mb_per_s": median,
                "best_mb_per_s": best,
                "times_the_first": ratio,
            })
        });
        json!({
            "data": table.name,
            "bytes": table.bytes,
            "rows": table.rows,
            "variants": variants.collect::<Vec<_>>(),
        })
    });
    let mut text = format!("{:#}", json!(sets.collect::<Vec<_>>()));
    text.push('\n');
    text
}

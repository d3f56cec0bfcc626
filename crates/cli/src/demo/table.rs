//! Plain tables, and the decimal numbers in them.

use std::fmt::Write;

/// Lines of columns two blanks apart: the first column to the left, the others to the right.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let widths: [usize; N] = std::array::from_fn(|at| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([head[at].chars().count()]).max().unwrap_or(0)
    });
    let mut text = String::new();
    for row in std::iter::once(&head.map(str::to_owned)).chain(rows) {
        let mut line = String::new();
        for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
            // Writing to a string cannot fail.
            let _ = match at {
                0 => write!(line, "{cell:<width$}"),
                _ => write!(line, "  {cell:>width$}"),
            };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A decimal number from its units and scale (at least 1), without trailing zeros beyond two
/// places.
pub(crate) fn decimal(units: i128, scale: u32) -> String {
    let one = 10_u128.pow(scale);
    let magnitude = units.unsigned_abs();
    let mut fraction = format!("{:0>width$}", magnitude % one, width = scale as usize);
    while fraction.len() > 2 && fraction.ends_with('0') {
        fraction.pop();
    }
    let sign = if units < 0 { "-" } else { "" };
    format!("{sign}{}.{fraction}", magnitude / one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let rows = [["a".to_owned(), "1".to_owned()], ["bcd".to_owned(), "20,000".to_owned()]];
        assert_eq!(table(["name", "rows"], &rows), "name    rows\na          1\nbcd   20,000\n");
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(decimal(12_345_000_000, 10), "1.2345");
        assert_eq!(decimal(-5_000_000_000, 10), "-0.50");
        assert_eq!(decimal(0, 10), "0.00");
        assert_eq!(decimal(100, 2), "1.00");
        assert!(decimal(i128::MIN, 10).starts_with("-17014118346046923173168730371."));
    }
}

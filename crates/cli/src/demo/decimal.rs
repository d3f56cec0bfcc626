//! Decimal numbers for people.

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
    fn decimals_are_exact() {
        assert_eq!(decimal(12_345_000_000, 10), "1.2345");
        assert_eq!(decimal(-5_000_000_000, 10), "-0.50");
        assert_eq!(decimal(0, 10), "0.00");
        assert_eq!(decimal(100, 2), "1.00");
        assert!(decimal(i128::MIN, 10).starts_with("-17014118346046923173168730371."));
    }
}

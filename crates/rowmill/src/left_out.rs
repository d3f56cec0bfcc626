//! Rows that are read and not written.

/// The rows of a part that are left out, on the way through its batches.
#[derive(Default)]
pub(crate) struct LeftOut {
    rows: std::vec::IntoIter<u32>,
    /// Rows of the batches before.
    passed: usize,
}

impl LeftOut {
    pub(crate) fn new(rows: Vec<u32>) -> Self {
        Self { rows: rows.into_iter(), passed: 0 }
    }

    /// What stays of the next `rows` rows, as starts and lengths.
    pub(crate) fn stays(&mut self, rows: usize) -> Vec<(usize, usize)> {
        let (mut stays, mut from) = (Vec::new(), 0);
        let next =
            |rows: &std::vec::IntoIter<u32>| rows.as_slice().first().map(|&row| row as usize);
        while let Some(row) = next(&self.rows).and_then(|row| row.checked_sub(self.passed))
            && row < rows
        {
            self.rows.next();
            if row > from {
                stays.push((from, row - from));
            }
            from = row + 1;
        }
        if rows > from {
            stays.push((from, rows - from));
        }
        self.passed += rows;
        stays
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_does_not_depend_on_the_batches() {
        let left_out = [0_u32, 3, 4, 9];
        for size in 1..=10 {
            let mut walk = LeftOut::new(left_out.to_vec());
            let mut stays = Vec::new();
            for start in (0..10).step_by(size) {
                for (from, rows) in walk.stays(size.min(10 - start)) {
                    stays.extend(start + from..start + from + rows);
                }
            }
            assert_eq!(stays, [1, 2, 5, 6, 7, 8], "{size}");
        }
        assert_eq!(LeftOut::default().stays(3), [(0, 3)]);
    }
}

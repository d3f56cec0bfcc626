//! Counting lines, which is how bytes are looked at that nobody decodes.

/// Lines of a file that comes in chunks.
#[derive(Debug, Default)]
pub(super) struct Lines {
    ends: u64,
    /// Whether the last line has begun and not ended.
    open: bool,
}

impl Lines {
    /// Looks at every byte of the next chunk.
    pub(super) fn look_at(&mut self, chunk: &[u8]) {
        // Runs as short as a byte can count, which the compiler turns into wide instructions.
        let count = |run: &[u8]| run.iter().fold(0_u8, |n, &byte| n + u8::from(byte == b'\n'));
        self.ends += chunk.chunks(128).map(|run| u64::from(count(run))).sum::<u64>();
        self.open = chunk.last().map_or(self.open, |&last| last != b'\n');
    }

    pub(super) fn count(&self) -> u64 {
        self.ends + u64::from(self.open)
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn lines_are_counted() {
        let count = |chunks: &[&[u8]]| {
            let mut lines = Lines::default();
            chunks.iter().for_each(|chunk| lines.look_at(chunk));
            lines.count()
        };
        for length in [0, 1, 127, 128, 129, 1000] {
            assert_eq!(count(&[&vec![b'\n'; length]]), length as u64);
        }
        assert_eq!(count(&[&[b'x'; 300]]), 1);
        assert_eq!(count(&[b"{}\n{", b"", b"}\n", b"{}", b""]), 3);
    }
}

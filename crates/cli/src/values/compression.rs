//! Parquet compression: `zstd[:LEVEL]`, `snappy`, `none`.

use rowmill::Compression;

const EXPECTED: &str = "expected zstd, zstd:LEVEL (1 to 22), snappy or none";

/// `zstd` alone is level 1: the level at which the encoder keeps up with the decoder.
const DEFAULT_ZSTD_LEVEL: i32 = 1;

/// Reads the name of a codec, with a level for the one that has levels.
pub(crate) fn compression(text: &str) -> Result<Compression, String> {
    match text {
        "none" => Ok(Compression::None),
        "snappy" => Ok(Compression::Snappy),
        "zstd" => Ok(Compression::Zstd(DEFAULT_ZSTD_LEVEL)),
        _ => text
            .strip_prefix("zstd:")
            .and_then(|level| level.parse().ok())
            .filter(|level| (1..=22).contains(level))
            .map(Compression::Zstd)
            .ok_or_else(|| EXPECTED.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codecs_and_levels_are_read() {
        assert_eq!(compression("none"), Ok(Compression::None));
        assert_eq!(compression("snappy"), Ok(Compression::Snappy));
        assert_eq!(compression("zstd"), Ok(Compression::Zstd(1)));
        assert_eq!(compression("zstd:22"), Ok(Compression::Zstd(22)));
    }

    #[test]
    fn unknown_codecs_and_levels_are_refused() {
        for text in ["", "gzip", "ZSTD", "zstd:", "zstd:0", "zstd:23", "zstd:x", "snappy:1"] {
            assert_eq!(compression(text), Err(EXPECTED.to_owned()), "{text}");
        }
    }
}

//! Numbers of things of which there must be one at least: threads, tries, rows.

use std::num::NonZeroU64;

/// Reads a whole number from 1 on.
pub(crate) fn count<N: TryFrom<NonZeroU64>>(text: &str) -> Result<N, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse::<NonZeroU64>().ok().filter(|_| digits);
    let number = number.and_then(|number| N::try_from(number).ok());
    number.ok_or_else(|| "expected a whole number from 1 on".to_owned())
}

#[cfg(test)]
mod tests {
    use std::num::{NonZeroU32, NonZeroUsize};

    use super::*;

    #[test]
    fn one_and_more_are_read() {
        assert_eq!(count::<NonZeroUsize>("1").map(NonZeroUsize::get), Ok(1));
        assert_eq!(count::<NonZeroU32>("4294967295").map(NonZeroU32::get), Ok(u32::MAX));
        for text in ["0", "", "-1", "+1", "1.5", "many", "4294967296", "18446744073709551616"] {
            assert!(count::<NonZeroU32>(text).is_err_and(|told| told.contains("from 1")), "{text}");
        }
    }
}

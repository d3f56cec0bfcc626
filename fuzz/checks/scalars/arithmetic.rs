//! Exact values of numbers, by digits in a row and nothing else.

/// A number as `digits` times ten to the power of `exponent`, no digit at either end a zero.
pub(crate) struct Exact {
    negative: bool,
    /// Empty for zero.
    digits: Vec<u8>,
    exponent: i128,
}

impl Exact {
    /// `text` is a number of the JSON grammar.
    pub(crate) fn new(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        // No line has digits enough to make up for an exponent that 60 bits cannot hold.
        let least = if exponent.starts_with('-') { -1 << 60 } else { 1 << 60 };
        let mut exponent = exponent.parse::<i128>().unwrap_or(least).clamp(-1 << 60, 1 << 60);
        let mut digits = Vec::new();
        let mut after_point = false;
        for byte in mantissa.bytes() {
            match byte {
                b'.' => after_point = true,
                b'-' => {}
                digit => {
                    digits.push(digit - b'0');
                    exponent -= i128::from(after_point);
                }
            }
        }
        while digits.last() == Some(&0) {
            digits.pop();
            exponent += 1;
        }
        let zeros = digits.iter().take_while(|&&digit| digit == 0).count();
        digits.drain(..zeros);
        Self { negative: text.starts_with('-'), digits, exponent }
    }

    /// Whether nothing is lost below `scale` digits after the point.
    pub(crate) fn is_whole(&self, scale: u8) -> bool {
        self.digits.is_empty() || self.exponent + i128::from(scale) >= 0
    }

    /// The whole part of the value times ten to the power of `scale`, if 127 bits hold it.
    fn magnitude(&self, scale: u8) -> Option<i128> {
        let places = self.digits.len() as i128 + self.exponent + i128::from(scale);
        if self.digits.is_empty() || places <= 0 {
            return Some(0);
        }
        if places > 39 {
            return None;
        }
        let mut value: i128 = 0;
        for place in 0..places as usize {
            let digit = self.digits.get(place).copied().unwrap_or(0);
            value = value.checked_mul(10)?.checked_add(digit.into())?;
        }
        Some(value)
    }

    /// Whether the value times ten to the power of `scale` is beyond 127 bits and a sign.
    pub(crate) fn is_beyond(&self, scale: u8) -> bool {
        self.magnitude(scale).is_none()
    }

    /// The value times ten to the power of `scale`, if it is whole and not beyond.
    pub(crate) fn scaled(&self, scale: u8) -> Option<i128> {
        let magnitude = self.magnitude(scale).filter(|_| self.is_whole(scale))?;
        Some(if self.negative { -magnitude } else { magnitude })
    }
}

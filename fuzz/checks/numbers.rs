//! Numbers as JSON text, many spellings of one value among them.

use super::draw::Draw;

/// A whole number within the bounds: near them, near powers of ten and of two, or small.
pub(crate) fn whole(least: i128, most: i128, draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    let near = match draw.below(6) {
        0 | 1 => 0,
        2 => 10_i128.pow(draw.below(20) as u32),
        3 => 1 << draw.below(65),
        4 => most,
        _ => least,
    };
    let value = near + draw.below(7) as i128 - 3;
    let value = if draw.chance(20) { -value } else { value };
    let value = value.clamp(least, most);
    spelled(value, 0, draw, out);
}

/// A number with at most `scale` digits after the point and `precision` in all.
pub(crate) fn decimal(precision: u8, scale: u8, draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    let digits = 1 + draw.below(precision.into());
    let mut value: i128 = 0;
    for _ in 0..digits {
        value = value * 10 + i128::from(draw.byte() % 10);
    }
    let value = match draw.below(8) {
        0 => 10_i128.pow(precision.into()) - 1,
        1 => 0,
        _ => value,
    };
    spelled(if draw.chance(30) { -value } else { value }, scale, draw, out);
}

/// Writes `value` divided by ten to the power of `scale`, in one of its spellings.
fn spelled(value: i128, scale: u8, draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    let scale = usize::from(scale);
    let (sign, digits) = (if value < 0 { "-" } else { "" }, value.unsigned_abs().to_string());
    let text = match draw.below(8) {
        // An exponent, with the point anywhere or nowhere.
        6 => format!("{sign}{digits}e-{scale}"),
        7 => {
            let at = 1 + draw.below(digits.len());
            let (whole, fraction) = digits.split_at(at.min(digits.len()));
            let exponent = fraction.len() as i64 - scale as i64;
            let point = if fraction.is_empty() { "" } else { "." };
            let e = draw.pick(&["e", "E", "e+", "E+"]);
            let e = if exponent < 0 { &e[..1] } else { e };
            format!("{sign}{whole}{point}{fraction}{e}{exponent}")
        }
        choice => {
            let padded = format!("{digits:0>width$}", width = scale + 1);
            let (whole, fraction) = padded.split_at(padded.len() - scale);
            let short = fraction.trim_end_matches('0');
            let fraction = if choice == 5 { format!("{fraction}00") } else { short.into() };
            let point = if fraction.is_empty() { "" } else { "." };
            format!("{sign}{whole}{point}{fraction}")
        }
    };
    out.extend_from_slice(text.as_bytes());
}

/// A number that a float holds, rounded or not.
pub(crate) fn float(draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    const EDGES: [&str; 12] = [
        "0",
        "-0.0",
        "0.1",
        "1.7976931348623157e308",
        "5e-324",
        "2.4703282292062328e-324",
        "9007199254740993",
        "1e23",
        "8.5e-400",
        "0.30000000000000004",
        "-123.456e-7",
        "179769313486231580793728971405301e276",
    ];
    match draw.below(3) {
        0 => out.extend_from_slice(draw.pick(&EDGES).as_bytes()),
        1 => decimal(30, 12, draw, out),
        _ => {
            decimal(18, 9, draw, out);
            if !out.iter().rev().take(50).any(|byte| b"eE".contains(byte)) {
                let exponent = draw.below(400) as i64 - 200;
                out.extend_from_slice(format!("e{exponent}").as_bytes());
            }
        }
    }
}

/// A text of digits, `length` of them before and after the point together, none of them a zero that
/// could be left out.
pub(crate) fn of_digits(length: usize, after_point: usize, draw: &mut Draw<'_>) -> String {
    let mut text = String::new();
    for at in 0..length {
        let digit = draw.byte() % 10;
        let edge = at == 0 || at + 1 == length;
        text.push(char::from(b'0' + if edge { digit % 9 + 1 } else { digit }));
    }
    if after_point > 0 && after_point < length {
        text.insert(length - after_point, '.');
    } else if after_point == length && length > 0 {
        text.insert_str(0, "0.");
    }
    text
}

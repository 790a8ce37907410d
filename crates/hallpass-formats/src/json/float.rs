//! Floats as Python's `repr` prints them.

/// The shortest digits that read back as the same number; an exponent from 1e+16 on and below 1e-4.
pub(super) fn repr(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    let scientific = shortest(number);
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs());
    }
    // As many places behind the point as the digits need there, at least one.
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let behind_point = i32::try_from(digits).unwrap_or_default() - 1 - exponent;
    format!(
        "{number:.*}",
        usize::try_from(behind_point).unwrap_or_default().max(1)
    )
}

/// The shortest digits in Rust's scientific layout. Where two such texts are equally near, Rust takes
/// the upper one and Python the one with the even last digit; rounding to that many digits, which Rust
/// does to even, tells them apart.
fn shortest(number: f64) -> String {
    let upper = format!("{number:e}");
    let mantissa = upper.split('e').next().unwrap_or_default();
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let even = format!("{number:.*e}", digits.saturating_sub(1));
    if even.parse() == Ok(number) {
        even
    } else {
        upper
    }
}

#[cfg(test)]
mod tests {
    use super::repr;

    #[test]
    fn prints_as_python_does() {
        for (number, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.5, "1.5"),
            (100.0, "100.0"),
            (0.1, "0.1"),
            (1e15, "1000000000000000.0"),
            (4_789_099_179_694_393.0 / 4.0, "1197274794923598.2"),
            (1e16, "1e+16"),
            (9_007_199_254_740_993.0, "9007199254740992.0"),
            (1.25e16, "1.25e+16"),
            (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (1e100, "1e+100"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(repr(number), text);
        }
    }
}

//! Durations as Go's `time.ParseDuration` reads them.

/// The nanoseconds of `text`, such as `1h30m` or `-1.5s`; `None` where Go refuses it.
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    let negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (value, after) = parse_part(rest)?;
        total = total.checked_add(value).filter(|total| *total <= 1 << 63)?;
        rest = after;
    }
    if negative {
        return Some((total as i64).wrapping_neg());
    }
    i64::try_from(total).ok()
}

/// The nanoseconds of one number with its unit, and what follows.
fn parse_part(text: &str) -> Option<(u64, &str)> {
    let (whole, rest) = split_digits(text);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => split_digits(rest),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let unit_end = rest
        .find(|c: char| c == '.' || c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (unit, rest) = rest.split_at_checked(unit_end)?;
    let unit = nanoseconds(unit)?;
    let limit = 1 << 63;
    let whole: u64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let value = whole.checked_mul(unit).filter(|value| *value <= limit)?;
    let value = value + fraction_of(fraction, unit);
    (value <= limit).then_some((value, rest))
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// `unit` times `0.fraction`; digits beyond what an integer holds are ignored, as in Go.
fn fraction_of(fraction: &str, unit: u64) -> u64 {
    let mut digits: u64 = 0;
    let mut scale = 1.0;
    for digit in fraction.bytes() {
        let next = u64::from(digit - b'0');
        let Some(grown) = digits.checked_mul(10).and_then(|it| it.checked_add(next)) else {
            break;
        };
        if grown > 1 << 63 {
            break;
        }
        digits = grown;
        scale *= 10.0;
    }
    (digits as f64 * (unit as f64 / scale)) as u64
}

fn nanoseconds(unit: &str) -> Option<u64> {
    match unit {
        "ns" => Some(1),
        "us" | "\u{b5}s" | "\u{3bc}s" => Some(1_000),
        "ms" => Some(1_000_000),
        "s" => Some(1_000_000_000),
        "m" => Some(60_000_000_000),
        "h" => Some(3_600_000_000_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::parse_duration;

    #[test]
    fn durations_are_read_as_go_reads_them() {
        for (text, nanoseconds) in [
            ("0", Some(0)),
            ("30s", Some(30_000_000_000)),
            ("1h2m3s", Some(3_723_000_000_000)),
            ("1.5ms", Some(1_500_000)),
            (".5s", Some(500_000_000)),
            ("1.s", Some(1_000_000_000)),
            ("+5us", Some(5_000)),
            ("5µs", Some(5_000)),
            ("-1m", Some(-60_000_000_000)),
            ("0.3333333333333333333h", Some(1_200_000_000_000)),
            ("9223372036854775807ns", Some(i64::MAX)),
            ("-9223372036854775808ns", Some(i64::MIN)),
            ("9223372036854775808ns", None),
            ("3000000h", None),
            ("", None),
            ("-", None),
            ("5", None),
            (".s", None),
            ("5 s", None),
            ("5d", None),
            ("s", None),
        ] {
            assert_eq!(parse_duration(text), nanoseconds, "{text}");
        }
    }
}

//! Keys and values of `LABEL`.

use dflint_parser::{Command, Instruction, KeyValue};

use crate::options::LabelFormat;
use crate::spdx;
use crate::written::unquoted;

/// The pairs of a `LABEL`.
pub(crate) fn labels<'m, 'a>(instruction: &'m Instruction<'a>) -> &'m [KeyValue<'a>] {
    match &instruction.command {
        Command::Label(pairs) => &pairs.pairs,
        _ => &[],
    }
}

/// The key of a label without quotes.
pub(crate) fn key<'m>(pair: &'m KeyValue) -> &'m str {
    unquoted(pair.key.as_str())
}

/// The value of a label without quotes, variables as they are written.
pub(crate) fn value<'m>(pair: &'m KeyValue) -> &'m str {
    unquoted(pair.value.as_str())
}

impl LabelFormat {
    /// Whether `value` looks like that.
    pub(crate) fn admits(self, value: &str) -> bool {
        match self {
            Self::Text => !value.is_empty(),
            Self::Url => is_url(value),
            Self::Rfc3339 => is_rfc3339(value),
            Self::Spdx => spdx::is_expression(value),
            Self::Hash => is_hash(value),
            Self::SemVer => is_semver(value),
            Self::Email => is_email(value),
        }
    }
}

fn is_url(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once(':') else {
        return false;
    };
    let mut letters = scheme.chars();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        && !rest.is_empty()
        && value
            .chars()
            .all(|c| c.is_ascii_graphic() && !"<>\"{}|\\^`".contains(c))
        && value.split('%').skip(1).all(begins_with_hex_pair)
}

fn begins_with_hex_pair(text: &str) -> bool {
    let pair = text.as_bytes().get(..2);
    pair.is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
}

/// `2021-03-10T10:26:33.5+01:00`.
fn is_rfc3339(value: &str) -> bool {
    let shape = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text
                .bytes()
                .zip(shape.bytes())
                .all(|(byte, shape)| match shape {
                    b'0' => byte.is_ascii_digit(),
                    shape => byte.eq_ignore_ascii_case(&shape),
                })
    };
    let (Some(start), Some(rest)) = (value.get(..19), value.get(19..)) else {
        return false;
    };
    let number = |from: usize, to: usize| start.get(from..to).and_then(|text| text.parse().ok());
    let within = |range: std::ops::RangeInclusive<u32>, number: Option<u32>| {
        number.is_some_and(|number| range.contains(&number))
    };
    let fits = within(1..=12, number(5, 7))
        && within(1..=days(number(0, 4), number(5, 7)), number(8, 10))
        && within(0..=23, number(11, 13))
        && within(0..=59, number(14, 16))
        && within(0..=60, number(17, 19));
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
        None => rest,
    };
    let is_zone = zone.eq_ignore_ascii_case("z") || shape(zone, "+00:00") || shape(zone, "-00:00");
    shape(start, "0000-00-00T00:00:00") && fits && is_zone
}

/// How many days the month of a year has.
fn days(year: Option<u32>, month: Option<u32>) -> u32 {
    let is_leap = |year: u32| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    match month {
        Some(2) if year.is_some_and(is_leap) => 29,
        Some(2) => 28,
        Some(4 | 6 | 9 | 11) => 30,
        _ => 31,
    }
}

fn is_hash(value: &str) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    matches!(value.len(), 7 | 40) && value.bytes().all(is_digit)
}

/// Semantic versioning 2.0.0.
fn is_semver(value: &str) -> bool {
    let (value, build) = match value.split_once('+') {
        Some((value, build)) => (value, Some(build)),
        None => (value, None),
    };
    let (core, pre) = match value.split_once('-') {
        Some((core, pre)) => (core, Some(pre)),
        None => (value, None),
    };
    let is_number = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && (text.len() == 1 || !text.starts_with('0'))
    };
    let is_word = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_pre = |text: &str| {
        is_word(text) && (is_number(text) || !text.bytes().all(|byte| byte.is_ascii_digit()))
    };
    core.split('.').count() == 3
        && core.split('.').all(is_number)
        && pre.is_none_or(|pre| pre.split('.').all(is_pre))
        && build.is_none_or(|build| build.split('.').all(is_word))
}

fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else {
        return false;
    };
    let in_local = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-.".contains(c);
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    !local.is_empty()
        && local.split('.').all(|part| !part.is_empty())
        && local.chars().all(in_local)
        && domain.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats() {
        use LabelFormat::*;
        for (format, good, bad) in [
            (Text, "a", ""),
            (Url, "https://example.com/a?b=c", "example.com"),
            (
                Rfc3339,
                "2021-03-10T10:26:33.564595127+01:00",
                "2021-03-10 10:26:33",
            ),
            (Rfc3339, "2021-03-10T10:26:33Z", "2021-13-10T10:26:33Z"),
            (Rfc3339, "2024-02-29T10:26:33Z", "2023-02-29T10:26:33Z"),
            (Rfc3339, "2000-02-29T10:26:33Z", "1900-02-29T10:26:33Z"),
            (Url, "https://example.com/a%20b", "https://example.com/a%2"),
            (Spdx, "mit OR GFDL-1.3", "MIT OR Apache2"),
            (Spdx, "TTYP0", "MIT WITH Apache-2.0"),
            (Spdx, "MIT OR (Apache-2.0 AND BSD-3-Clause)", "not-spdx"),
            (
                Spdx,
                "GPL-2.0-or-later WITH Classpath-exception-2.0",
                "MIT OR",
            ),
            (Hash, "2dbfae9", "2DBFAE9"),
            (SemVer, "1.0.0-rc.1+build", "1.0"),
            (SemVer, "0.0.1", "01.0.0"),
            (Email, "ada@example.com", "not-email"),
        ] {
            assert!(format.admits(good), "{good}");
            assert!(!format.admits(bad), "{bad}");
        }
    }
}

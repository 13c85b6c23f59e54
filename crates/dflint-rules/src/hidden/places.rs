//! Where secret values stand in a text.

use std::ops::Range;

use dflint_knowledge::secret::{buildkit_secret_names, hadolint_secret_names};

use super::commands;
use crate::harmless_value::is_harmless;
use crate::secret_text::{passwords, tokens};

/// The longest name that a value is given to, in bytes.
const MAX_NAME: usize = 100;

/// Options whose next word is a secret, or a user and a secret.
const OPTIONS: &[&str] = &["-u", "--user", "--proxy-user"];

/// Where secret values stand, unsorted.
pub(super) fn of(text: &str) -> Vec<Range<usize>> {
    let mut places: Vec<Range<usize>> = tokens(text).into_iter().map(|(_, at)| at).collect();
    places.extend(passwords(text));
    places.extend(assigned(text));
    places.extend(key_blocks(text));
    places.extend(json_values(text));
    places.extend(headers(text));
    places.extend(words_behind_options(text));
    places.extend(commands::secrets(text));
    places.extend(sql_passwords(text));
    // Few files have it, and looking into each line takes time.
    let sets_passwords = text.contains("chpasswd");
    for (start, line) in lines(text) {
        let shifted = |place: Range<usize>| start + place.start..start + place.end;
        places.extend(legacy_value(line).map(shifted));
        if sets_passwords {
            places.extend(passwords_of_users(line).into_iter().map(shifted));
        }
    }
    places
}

/// The lines of `text` with the byte they begin at.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.trim_end_matches(['\n', '\r']))
    })
}

fn is_name_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether a variable, an option or a setting of this name holds a secret.
fn is_secret_name(name: &str) -> bool {
    let name = name.trim_start_matches('-');
    let same = |byte: u8| match byte {
        b'-' => '_',
        byte => char::from(byte.to_ascii_lowercase()),
    };
    let name: String = name.bytes().map(same).collect();
    let is_known = buildkit_secret_names().matches(&name)
        || hadolint_secret_names().matches(&name) && !name.contains("user")
        || ["authtoken", "passphrase"]
            .iter()
            .any(|end| name.ends_with(end));
    let last = name.rsplit('_').next().unwrap_or_default();
    is_known && !["file", "path", "stdin", "dir", "url"].contains(&last)
}

/// Whether `value` of `name` is to be hidden: a literal that may be a secret.
pub(super) fn is_secret_value(name: &str, value: &str) -> bool {
    !value.starts_with(['$', '<', '{', '%', '(']) && !is_harmless(name, value)
}

/// The values of `NAME=value`.
fn assigned(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    for (at, _) in text.match_indices('=') {
        let from = at.saturating_sub(MAX_NAME);
        let before = bytes.get(from..at).unwrap_or_default();
        let length = before
            .iter()
            .rev()
            .take_while(|byte| is_name_part(**byte))
            .count();
        let Some(name) = text.get(at - length..at).filter(|name| !name.is_empty()) else {
            continue;
        };
        if !is_secret_name(name) {
            continue;
        }
        let value = value_at(text, at + 1);
        let written = text.get(value.clone()).unwrap_or_default();
        found.extend(is_secret_value(name, written).then_some(value));
    }
    found
}

/// The word that begins at byte `at`, without its quotes.
pub(super) fn value_at(text: &str, at: usize) -> Range<usize> {
    let rest = text.get(at..).unwrap_or_default();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote {
        let inner = rest.get(1..).unwrap_or_default();
        let end = inner.find([quote, '\n']).unwrap_or(inner.len());
        return at + 1..at + 1 + end;
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`');
    at..at + rest.find(ends).unwrap_or(rest.len())
}

/// The value of `ENV NAME value`, which goes on to the end of the line. `ARG` has no such form:
/// the words behind its first are names too.
fn legacy_value(line: &str) -> Option<Range<usize>> {
    let mut words = words(line);
    let (_, keyword) = words
        .next()
        .filter(|(_, word)| word.len() <= "LABEL".len())?;
    let has_form = ["ENV", "LABEL"]
        .iter()
        .any(|known| keyword.eq_ignore_ascii_case(known));
    let (at, name) = words.next().filter(|_| has_form)?;
    if name.contains('=') || !is_secret_name(name) {
        return None;
    }
    let rest = line.get(at + name.len()..)?;
    let value = rest.trim_start();
    let start = line.len() - value.len();
    let end = start + value.trim_end_matches(['\\', '`', ' ', '\t']).len();
    is_secret_value(name, line.get(start..end)?).then_some(start..end)
}

/// The words of a line with the byte they begin at.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    line.split_ascii_whitespace()
        .map(move |word| (word.as_ptr() as usize - line.as_ptr() as usize, word))
}

/// The values of `--password value` and `-u user:password`.
fn words_behind_options(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('-') {
        // Most stand within a word.
        let is_within = |before: &u8| is_name_part(*before);
        let before = text.as_bytes().get(at.wrapping_sub(1));
        if before.is_some_and(is_within) || !begins_word(text, at) {
            continue;
        }
        let Some((option, behind)) = word_and_next(text, at) else {
            continue;
        };
        let name = option.trim_end_matches(['"', '\'', ',']);
        let is_short = OPTIONS.contains(&name);
        let is_long = name.starts_with("--") && !name.contains('=') && is_secret_name(name);
        if !is_short && !is_long {
            continue;
        }
        let value = value_at(text, behind);
        let written = text.get(value.clone()).unwrap_or_default();
        if is_short {
            let secret = written.split_once(':').map(|(user, _)| user.len() + 1);
            let place = secret.map(|from| value.start + from..value.end);
            let shown = |place: &Range<usize>| text.get(place.clone()).unwrap_or_default();
            found.extend(place.filter(|place| is_secret_value("password", shown(place))));
        } else if !written.starts_with('-') && is_secret_value(name, written) {
            found.push(value);
        }
    }
    found
}

/// Whether a word begins at byte `at` of `text`, quotes and the signs of a list aside.
fn begins_word(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default().bytes().rev();
    let mut before = before.skip_while(|byte| matches!(byte, b'"' | b'\'' | b'[' | b','));
    before.next().is_none_or(|byte| byte.is_ascii_whitespace())
}

/// The word that begins at byte `at` of `text`, and where the next one of the line begins.
fn word_and_next(text: &str, at: usize) -> Option<(&str, usize)> {
    let is_space = |byte: u8| byte.is_ascii_whitespace();
    let bytes = text.as_bytes();
    let length = bytes.get(at..)?.iter().position(|byte| is_space(*byte))?;
    let end = at + length;
    let space = bytes.get(end..)?.iter().position(|byte| !is_space(*byte))?;
    let next = end + space;
    let is_one_line = !bytes.get(end..next)?.contains(&b'\n');
    is_one_line.then_some((text.get(at..end)?, next))
}

/// The passwords of `echo user:VALUE | chpasswd`.
fn passwords_of_users(line: &str) -> Vec<Range<usize>> {
    if !line.contains("chpasswd") {
        return Vec::new();
    }
    let pairs = words(line).filter_map(|(at, word)| {
        let (user, password) = word.split_once(':')?;
        let password = password.trim_end_matches(['"', '\'', ';']);
        let start = at + user.len() + 1;
        is_secret_value("password", password).then_some(start..start + password.len())
    });
    pairs.collect()
}

/// The values of `"password": "VALUE"`, the quotes with or without an escape.
fn json_values(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    for (at, _) in text.match_indices("\":") {
        let end = at - usize::from(at > 0 && bytes.get(at - 1) == Some(&b'\\'));
        let before = bytes
            .get(end.saturating_sub(MAX_NAME)..end)
            .unwrap_or_default();
        let length = before
            .iter()
            .rev()
            .take_while(|byte| is_name_part(**byte))
            .count();
        let name = text.get(end - length..end).unwrap_or_default();
        let rest = text.get(at + 2..).unwrap_or_default();
        let value = rest.trim_start_matches([' ', '\\', '"']);
        if name.is_empty() || value.len() == rest.len() || !is_secret_name(name) {
            continue;
        }
        let start = text.len() - value.len();
        let value = value.get(..value.find(['"', '\\', '\n']).unwrap_or(value.len()));
        let value = value.unwrap_or_default();
        found.extend(is_secret_value(name, value).then_some(start..start + value.len()));
    }
    found
}

/// The values of `Authorization: Bearer …`.
fn headers(text: &str) -> Vec<Range<usize>> {
    const NAMES: [&str; 3] = ["authorization", "private-token", "x-api-key"];
    const SCHEMES: [&str; 3] = ["bearer ", "basic ", "token "];
    let mut found = Vec::new();
    for (at, _) in text.match_indices(':') {
        let is_named = NAMES.iter().any(|name| {
            let before = at
                .checked_sub(name.len())
                .and_then(|from| text.get(from..at));
            before.is_some_and(|before| before.eq_ignore_ascii_case(name))
        });
        if !is_named {
            continue;
        }
        let line = text.get(at + 1..).and_then(|rest| rest.lines().next());
        let mut value = line.unwrap_or_default().trim_start();
        let scheme = SCHEMES.iter().find(|scheme| {
            let begin = value.get(..scheme.len());
            begin.is_some_and(|begin| begin.eq_ignore_ascii_case(scheme))
        });
        if let Some(scheme) = scheme {
            value = value.get(scheme.len()..).unwrap_or_default().trim_start();
        }
        let start = at + 1 + line.unwrap_or_default().len() - value.len();
        let place = value_at(text, start);
        let written = text.get(place.clone()).unwrap_or_default();
        found.extend(is_secret_value("token", written).then_some(place));
    }
    found
}

/// The passwords of `IDENTIFIED BY 'VALUE'` and `WITH PASSWORD 'VALUE'` in SQL.
fn sql_passwords(text: &str) -> Vec<Range<usize>> {
    /// How far in front of `BY` a word tells what is set: `IDENTIFIED WITH plugin BY`, in bytes.
    const BEFORE: usize = 60;
    let mut found = Vec::new();
    for (word, sign) in [
        (" BY ", "IDENTIFIED "),
        (" by ", "identified "),
        ("PASSWORD ", ""),
        ("password ", ""),
    ] {
        if !text.contains(sign) {
            continue;
        }
        for (at, _) in text.match_indices(word) {
            let from = text.floor_char_boundary(at.saturating_sub(BEFORE));
            let before = text.get(from..=at).unwrap_or_default();
            let rest = text.get(at + word.len()..).unwrap_or_default();
            let value = rest.trim_start_matches([' ', '\\']);
            if !before.contains(sign) || !value.starts_with(['"', '\'']) {
                continue;
            }
            let place = value_at(text, text.len() - value.len());
            let written = text.get(place.clone()).unwrap_or_default();
            found.extend(is_secret_value("password", written).then_some(place));
        }
    }
    found
}

/// Blocks of private keys, from their first line to their last.
fn key_blocks(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(begin) = text.get(at..).and_then(|rest| rest.find("-----BEGIN ")) {
        let start = at + begin;
        let block = text.get(start..).unwrap_or_default();
        at = start + "-----BEGIN ".len();
        let title = block.get("-----BEGIN ".len()..).unwrap_or_default();
        let title = title.split("-----").next().unwrap_or_default();
        if !title.contains("PRIVATE KEY") || title.contains('\n') {
            continue;
        }
        let end = block
            .find("-----END ")
            .map(|end| (end, block.get(end..).unwrap_or_default()));
        let end = end.map_or(block.len(), |(end, rest)| {
            end + rest.find(['\n', '"', '\'']).unwrap_or(rest.len())
        });
        found.push(start..start + end);
        at = start + end;
    }
    found
}

//! Reads a rule page: front matter, required sections, fenced blocks.

use std::fmt;

use crate::block::{self, Block, BlockKind};
use crate::literal::Literal;

/// The folders that hold rule pages, in the spelling of `Category`'s variants.
pub(crate) const CATEGORIES: [(&str, &str); 8] = [
    ("cache", "Cache"),
    ("stages", "Stages"),
    ("secrets", "Secrets"),
    ("correctness", "Correctness"),
    ("packages", "Packages"),
    ("labels", "Labels"),
    ("style", "Style"),
    ("project", "Project"),
];

const SEVERITIES: [(&str, &str); 4] = [
    ("error", "Error"),
    ("warning", "Warning"),
    ("info", "Info"),
    ("style", "Style"),
];

const FIXES: [(&str, &str); 3] = [("safe", "Safe"), ("unsafe", "Unsafe"), ("none", "None")];

const FINDERS: [(&str, &str); 3] = [
    ("rule", "Rule"),
    ("linter", "Linter"),
    ("program", "Program"),
];

/// The sections a page may have, in their order, and whether it must.
const SECTIONS: [(&str, bool); 6] = [
    ("What it does", true),
    ("Why", true),
    ("Examples", true),
    ("Fix safety", false),
    ("Options", false),
    ("References", true),
];

/// What is wrong with a page, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PageError {
    pub(crate) file: String,
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) message: String,
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// Where a page was found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The path as error messages name it.
    pub(crate) file: &'a str,
    /// The folder's name.
    pub(crate) category: &'a str,
    /// The file's name without `.md`.
    pub(crate) stem: &'a str,
}

impl Place<'_> {
    fn error(&self, line: usize, message: impl Into<String>) -> PageError {
        PageError {
            file: self.file.to_owned(),
            line,
            message: message.into(),
        }
    }
}

/// A page that keeps the rules of `README.md`.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) codes: Vec<String>,
    category: &'static str,
    severity: &'static str,
    default: bool,
    fix: &'static str,
    found_by: &'static str,
    summary: String,
    markdown: String,
    pub(crate) blocks: Vec<Block>,
}

impl Page {
    /// The page's name as a Rust constant: `MISSING_CACHE_MOUNT`.
    pub(crate) fn constant(&self) -> String {
        self.name.replace('-', "_").to_uppercase()
    }
}

impl Literal for Page {
    fn literal(&self) -> String {
        format!(
            "RulePage {{ name: {}, category: Category::{}, severity: Severity::{}, default: {}, \
             fix: Fixability::{}, found_by: Finder::{}, codes: {}, summary: {}, markdown: {}, \
             blocks: {} }}",
            self.name.literal(),
            self.category,
            self.severity,
            self.default.literal(),
            self.fix,
            self.found_by,
            self.codes.literal(),
            self.summary.literal(),
            self.markdown.literal(),
            self.blocks.literal(),
        )
    }
}

/// Reads the page that stands at `place`.
///
/// # Errors
/// The first thing that breaks the format, with its line.
pub(crate) fn parse(place: Place<'_>, text: &str) -> Result<Page, PageError> {
    let text = text.replace("\r\n", "\n");
    let (front, body, body_line) = split(place, &text)?;
    let blocks =
        block::parse(body, body_line).map_err(|(line, message)| place.error(line, message))?;
    let what_it_does = check_sections(place, body, body_line, front.fix)?;
    let page = Page {
        name: front.name,
        codes: front.codes,
        category: front.category,
        severity: front.severity,
        default: front.default,
        fix: front.fix,
        found_by: front.found_by,
        summary: first_sentence(what_it_does),
        markdown: body.trim_start().to_owned(),
        blocks,
    };
    check_blocks(place, &page)?;
    Ok(page)
}

struct FrontMatter {
    name: String,
    category: &'static str,
    severity: &'static str,
    default: bool,
    fix: &'static str,
    found_by: &'static str,
    codes: Vec<String>,
}

/// The front matter, the rest, and the line on which the rest begins.
fn split<'t>(place: Place<'_>, text: &'t str) -> Result<(FrontMatter, &'t str, usize), PageError> {
    let Some(after) = text.strip_prefix("---\n") else {
        return Err(place.error(1, "a page begins with front matter between two `---` lines"));
    };
    let Some(end) = after.find("\n---\n") else {
        return Err(place.error(1, "the front matter has no closing `---` line"));
    };
    let (head, rest) = after.split_at(end + 1);
    let body = rest.strip_prefix("---\n").unwrap_or(rest);
    let body_line = head.lines().count() + 3;
    Ok((front_matter(place, head)?, body, body_line))
}

fn front_matter(place: Place<'_>, head: &str) -> Result<FrontMatter, PageError> {
    let mut values: Vec<(&str, &str, usize)> = Vec::new();
    for (index, line) in head.lines().enumerate() {
        let number = index + 2;
        let Some((key, value)) = line.split_once(':') else {
            return Err(place.error(number, "expected `key: value`"));
        };
        let key = key.trim();
        if ![
            "name", "category", "severity", "default", "fix", "found_by", "codes",
        ]
        .contains(&key)
        {
            return Err(place.error(number, format!("unknown front matter key `{key}`")));
        }
        if values.iter().any(|(known, ..)| *known == key) {
            return Err(place.error(number, format!("`{key}` stands twice")));
        }
        values.push((key, value.trim(), number));
    }
    let find = |key: &str| values.iter().find(|(known, ..)| *known == key).copied();
    let get = |key: &str| {
        find(key)
            .map(|(_, value, line)| (value, line))
            .ok_or_else(|| place.error(1, format!("the front matter lacks `{key}`")))
    };
    let (name, name_line) = get("name")?;
    if name != place.stem {
        let message = format!("name `{name}` differs from the file's, `{}`", place.stem);
        return Err(place.error(name_line, message));
    }
    if !is_kebab_case(name) {
        return Err(place.error(name_line, format!("`{name}` is not kebab-case")));
    }
    let (category, category_line) = get("category")?;
    if category != place.category {
        let message = format!(
            "category `{category}` differs from the folder's, `{}`",
            place.category
        );
        return Err(place.error(category_line, message));
    }
    let found_by = find("found_by").map_or(("rule", 1), |(_, value, line)| (value, line));
    Ok(FrontMatter {
        name: name.to_owned(),
        category: one_of(place, "category", (category, category_line), &CATEGORIES)?,
        severity: one_of(place, "severity", get("severity")?, &SEVERITIES)?,
        default: one_of(
            place,
            "default",
            get("default")?,
            &[("true", "true"), ("false", "false")],
        )? == "true",
        fix: one_of(place, "fix", get("fix")?, &FIXES)?,
        found_by: one_of(place, "found_by", found_by, &FINDERS)?,
        codes: codes(place, get("codes")?)?,
    })
}

fn is_kebab_case(name: &str) -> bool {
    name.split('-').all(|part| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    })
}

fn one_of(
    place: Place<'_>,
    key: &str,
    (value, line): (&str, usize),
    known: &[(&str, &'static str)],
) -> Result<&'static str, PageError> {
    let found = known.iter().find(|(word, _)| *word == value);
    found.map(|&(_, variant)| variant).ok_or_else(|| {
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        place.error(
            line,
            format!("{key} `{value}` is none of {}", words.join(", ")),
        )
    })
}

/// `[A, B]`.
fn codes(place: Place<'_>, (value, line): (&str, usize)) -> Result<Vec<String>, PageError> {
    let inner = value
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let Some(inner) = inner else {
        return Err(place.error(line, "codes are written `[A, B]`, or `[]` for none"));
    };
    let mut codes: Vec<String> = Vec::new();
    for code in inner
        .split(',')
        .map(str::trim)
        .filter(|code| !code.is_empty())
    {
        let Some(expanded) = expand(code) else {
            return Err(place.error(line, format!("`{code}` is not a code")));
        };
        if codes.iter().any(|known| expanded.contains(known)) {
            return Err(place.error(line, format!("code `{code}` stands twice")));
        }
        codes.extend(expanded);
    }
    Ok(codes)
}

/// One code, or all from the first to the last of `SC1000-SC1199`; `None` where it is neither.
fn expand(code: &str) -> Option<Vec<String>> {
    let is_code = |code: &str| code.chars().all(|c| c.is_ascii_alphanumeric());
    let Some((first, last)) = code.split_once('-') else {
        return is_code(code).then(|| vec![code.to_owned()]);
    };
    let letters = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let first: u32 = first.strip_prefix(letters)?.parse().ok()?;
    let last: u32 = last.strip_prefix(letters)?.parse().ok()?;
    let is_range = is_code(letters) && first < last;
    is_range.then(|| {
        (first..=last)
            .map(|number| format!("{letters}{number}"))
            .collect()
    })
}

/// Checks the `##` headings; gives the text of "What it does".
fn check_sections<'b>(
    place: Place<'_>,
    body: &'b str,
    body_line: usize,
    fix: &str,
) -> Result<&'b str, PageError> {
    let headings = headings(body, body_line);
    let mut previous = 0;
    for (title, line, _) in &headings {
        let Some(at) = SECTIONS.iter().position(|(known, _)| known == title) else {
            return Err(place.error(*line, format!("unknown section `{title}`")));
        };
        if at < previous {
            return Err(place.error(*line, format!("section `{title}` stands twice or too late")));
        }
        previous = at + 1;
    }
    let required = SECTIONS
        .iter()
        .filter(|(title, always)| *always || (*title == "Fix safety" && fix != "None"));
    for (title, _) in required {
        if !headings.iter().any(|(known, ..)| known == title) {
            return Err(place.error(body_line, format!("section `{title}` is missing")));
        }
    }
    let mut starts = headings.iter().map(|(.., offset)| *offset);
    let start = starts.next().unwrap_or(0);
    let end = starts.next().unwrap_or(body.len());
    let section = body.get(start..end).unwrap_or_default();
    let text = section.split_once('\n').map_or("", |(_, text)| text);
    if first_sentence(text).is_empty() {
        return Err(place.error(body_line, "section `What it does` is empty"));
    }
    Ok(text)
}

/// The `##` headings outside fenced blocks: title, line, byte offset in `body`.
fn headings(body: &str, body_line: usize) -> Vec<(&str, usize, usize)> {
    let mut found = Vec::new();
    let mut fence = None;
    let mut offset = 0;
    for (index, line) in body.split_inclusive('\n').enumerate() {
        let at = offset;
        offset += line.len();
        match (fence, block::fence_length(line)) {
            (None, Some(length)) => fence = Some(length),
            (Some(open), Some(length)) if length >= open => fence = None,
            _ => {}
        }
        if fence.is_none()
            && let Some(title) = line.strip_prefix("## ")
        {
            found.push((title.trim(), body_line + index, at));
        }
    }
    found
}

/// The first sentence of the first paragraph, Markdown marks taken off.
fn first_sentence(text: &str) -> String {
    let paragraph: Vec<&str> = text
        .lines()
        .map(str::trim)
        .skip_while(|line| line.is_empty())
        .take_while(|line| !line.is_empty())
        .collect();
    let paragraph = plain(&paragraph.join(" "));
    let end = paragraph.match_indices(". ").map(|(at, _)| at).find(|at| {
        paragraph
            .get(at + 2..)
            .is_some_and(|rest| rest.starts_with(char::is_uppercase))
    });
    match end {
        Some(at) => paragraph.get(..=at).unwrap_or_default().to_owned(),
        None => paragraph,
    }
}

/// `` `code` `` and `[text](url)` as plain text.
fn plain(markdown: &str) -> String {
    let mut out = String::new();
    let mut rest = markdown;
    while let Some(open) = rest.find('[') {
        let (before, link) = rest.split_at(open);
        out.push_str(before);
        let parts = link
            .split_once("](")
            .and_then(|(text, tail)| Some((text.get(1..)?, tail.split_once(')')?.1)));
        let Some((text, tail)) = parts else {
            out.push('[');
            rest = link.get(1..).unwrap_or_default();
            continue;
        };
        out.push_str(text);
        rest = tail;
    }
    out.push_str(rest);
    out.replace('`', "")
}

fn check_blocks(place: Place<'_>, page: &Page) -> Result<(), PageError> {
    let has = |kind| page.blocks.iter().any(|block| block.kind == kind);
    for (kind, word) in [(BlockKind::Bad, "bad"), (BlockKind::Good, "good")] {
        if !has(kind) {
            return Err(place.error(1, format!("the page has no `dockerfile {word}` block")));
        }
    }
    if page.fix == "None" && has(BlockKind::Fixed) {
        return Err(place.error(
            1,
            "the page has a `dockerfile fixed` block, but says `fix: none`",
        ));
    }
    if page.fix != "None" && !has(BlockKind::Fixed) {
        return Err(place.error(
            1,
            "the page promises a fix, but has no `dockerfile fixed` block",
        ));
    }
    Ok(())
}

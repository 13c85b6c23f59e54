//! Reads the fenced blocks of a page.

use crate::literal::Literal;

/// Settings an info string may name besides `path` and `lines`. `option.NAME` sets an option of
/// the rules.
const ATTRIBUTES: [&str; 3] = ["preset", "select", "unsafe"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockKind {
    Bad,
    Good,
    Fixed,
    ContextFile,
    CreatedFile,
    Prose,
}

#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) kind: BlockKind,
    pub(crate) example: u32,
    pub(crate) path: Option<String>,
    pub(crate) lines: Vec<u32>,
    pub(crate) attributes: Vec<(String, String)>,
    page_line: u32,
    pub(crate) text: String,
}

impl Literal for Block {
    fn literal(&self) -> String {
        format!(
            "Block {{ kind: BlockKind::{:?}, example: {}, path: {}, lines: {}, attributes: {}, \
             page_line: {}, text: {} }}",
            self.kind,
            self.example.literal(),
            self.path.literal(),
            self.lines.literal(),
            self.attributes.literal(),
            self.page_line.literal(),
            self.text.literal(),
        )
    }
}

/// The number of backticks with which `line` opens or closes a fenced block; `None` for any other
/// line.
pub(crate) fn fence_length(line: &str) -> Option<usize> {
    let length = line.bytes().take_while(|byte| *byte == b'`').count();
    (length >= 3).then_some(length)
}

/// The blocks of `body`, whose first line is line `body_line` of the page.
///
/// # Errors
/// The line and what is wrong there.
pub(crate) fn parse(body: &str, body_line: usize) -> Result<Vec<Block>, (usize, String)> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut example = 0;
    let mut lines = body.split_inclusive('\n').zip(body_line..);
    while let Some((line, number)) = lines.next() {
        if line.starts_with("### ") {
            example += 1;
        }
        let Some(fence) = fence_length(line) else {
            continue;
        };
        let info = line.trim_start_matches('`').trim();
        let mut block = header(info, example).map_err(|message| (number, message))?;
        block.page_line = u32::try_from(number + 1).unwrap_or(u32::MAX);
        loop {
            let Some((line, _)) = lines.next() else {
                return Err((number, "the fenced block is never closed".to_owned()));
            };
            let closes = line.trim_end().bytes().all(|byte| byte == b'`')
                && fence_length(line).is_some_and(|length| length >= fence);
            if closes {
                break;
            }
            block.text.push_str(line);
        }
        check(&block, &blocks).map_err(|message| (number, message))?;
        blocks.push(block);
    }
    Ok(blocks)
}

/// A block without text from its info string, `dockerfile bad lines=3`.
fn header(info: &str, example: u32) -> Result<Block, String> {
    let mut words = info.split_whitespace();
    let language = words.next().unwrap_or_default();
    let mut block = Block {
        kind: BlockKind::Prose,
        example,
        path: None,
        lines: Vec::new(),
        attributes: Vec::new(),
        page_line: 0,
        text: String::new(),
    };
    for word in words {
        match word.split_once('=') {
            Some(("path", path)) => {
                block.kind = BlockKind::ContextFile;
                block.path = Some(context_path(path)?);
            }
            Some(("creates", path)) => {
                block.kind = BlockKind::CreatedFile;
                block.path = Some(context_path(path)?);
            }
            Some(("lines", list)) => block.lines = line_list(list)?,
            Some((key, value)) if ATTRIBUTES.contains(&key) || key.starts_with("option.") => {
                block.attributes.push((key.to_owned(), value.to_owned()));
            }
            Some((key, _)) => return Err(format!("unknown attribute `{key}`")),
            None => block.kind = example_kind(language, word)?,
        }
    }
    Ok(block)
}

fn example_kind(language: &str, word: &str) -> Result<BlockKind, String> {
    let kind = match word {
        "bad" => BlockKind::Bad,
        "good" => BlockKind::Good,
        "fixed" => BlockKind::Fixed,
        _ => return Err(format!("`{word}` is none of bad, good, fixed")),
    };
    if language != "dockerfile" {
        return Err(format!("only a `dockerfile` block can be {word}"));
    }
    Ok(kind)
}

fn context_path(path: &str) -> Result<String, String> {
    let inside = !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if inside {
        return Ok(path.to_owned());
    }
    Err(format!("`{path}` is not a path inside the build context"))
}

fn line_list(list: &str) -> Result<Vec<u32>, String> {
    let lines: Result<Vec<u32>, _> = list.split(',').map(str::parse).collect();
    match lines {
        Ok(lines) if lines.is_sorted() && !lines.contains(&0) => Ok(lines),
        _ => Err(format!(
            "`lines={list}` is not an ascending list of line numbers"
        )),
    }
}

fn check(block: &Block, before: &[Block]) -> Result<(), String> {
    let bad = block.kind == BlockKind::Bad;
    if bad && block.lines.is_empty() {
        return Err("a bad block names the lines that fire: `lines=3,5`".to_owned());
    }
    if !bad && !block.lines.is_empty() {
        return Err("only a bad block has `lines`".to_owned());
    }
    let length = block.text.lines().count();
    if let Some(line) = block.lines.iter().find(|line| **line as usize > length) {
        return Err(format!("the block has no line {line}"));
    }
    if block.kind != BlockKind::Fixed {
        return Ok(());
    }
    let fixes_bad = before
        .iter()
        .rev()
        .find(|earlier| {
            !matches!(
                earlier.kind,
                BlockKind::ContextFile | BlockKind::CreatedFile | BlockKind::Prose
            )
        })
        .is_some_and(|earlier| earlier.kind == BlockKind::Bad || earlier.kind == BlockKind::Fixed);
    if fixes_bad {
        return Ok(());
    }
    Err("a fixed block follows the bad block that it repairs".to_owned())
}

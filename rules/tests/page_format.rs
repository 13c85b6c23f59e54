//! What the build script says about bad rule pages.

#[path = "../build/block.rs"]
mod block;
#[path = "../build/literal.rs"]
mod literal;
#[path = "../build/page.rs"]
mod page;

use block::BlockKind;
use literal::Literal;
use page::{Page, PageError, Place};

const PAGE: &str = "---
name: a-rule
category: cache
severity: warning
default: true
fix: safe
codes: [DL3042, AbcDef]
---

## What it does

Finds `pip` [caches](https://example.com). They are gone.

## Why

Time.

## Examples

```text path=requirements.txt
flask
```

```dockerfile bad lines=2 preset=hadolint
FROM python
RUN pip install flask
```

```dockerfile fixed unsafe=true
FROM python
RUN pip install flask
```

### Another

````dockerfile good
FROM scratch
```
````

## Fix safety

Safe.

## References

- None.
";

fn parse(text: &str) -> Result<Page, PageError> {
    let place = Place {
        file: "cache/a-rule.md",
        category: "cache",
        stem: "a-rule",
    };
    page::parse(place, text)
}

#[test]
fn a_good_page_gives_its_parts() {
    let page = parse(PAGE).expect("the page is good");
    assert_eq!(page.constant(), "A_RULE");
    assert_eq!(page.codes, ["DL3042", "AbcDef"]);
    let kinds: Vec<BlockKind> = page.blocks.iter().map(|block| block.kind).collect();
    assert_eq!(
        kinds,
        [
            BlockKind::ContextFile,
            BlockKind::Bad,
            BlockKind::Fixed,
            BlockKind::Good
        ]
    );
    let bad = &page.blocks[1];
    assert_eq!(bad.lines, [2]);
    assert_eq!(
        bad.attributes,
        [("preset".to_owned(), "hadolint".to_owned())]
    );
    assert_eq!(bad.text, "FROM python\nRUN pip install flask\n");
    assert_eq!(page.blocks[0].path.as_deref(), Some("requirements.txt"));
    assert_eq!((bad.example, page.blocks[3].example), (0, 1));
    assert_eq!(page.blocks[3].text, "FROM scratch\n```\n");
    assert!(page.literal().contains("summary: \"Finds pip caches.\""));
}

#[test]
fn windows_line_ends_make_no_difference() {
    let page = parse(&PAGE.replace('\n', "\r\n")).expect("the page is good");
    assert_eq!(
        page.literal(),
        parse(PAGE).expect("the page is good").literal()
    );
}

#[test]
fn every_defect_is_named_with_its_line() {
    let cases = [
        (
            "---\nname",
            "name",
            "cache/a-rule.md:1: a page begins with front matter between two `---` lines",
        ),
        (
            "\n---\n\n##",
            "\n##",
            "cache/a-rule.md:1: the front matter has no closing `---` line",
        ),
        (
            "name: a-rule",
            "name: b-rule",
            "cache/a-rule.md:2: name `b-rule` differs from the file's, `a-rule`",
        ),
        (
            "category: cache",
            "category: style",
            "cache/a-rule.md:3: category `style` differs from the folder's, `cache`",
        ),
        (
            "severity: warning",
            "severity: fatal",
            "cache/a-rule.md:4: severity `fatal` is none of error, warning, info, style",
        ),
        (
            "default: true",
            "default: yes",
            "cache/a-rule.md:5: default `yes` is none of true, false",
        ),
        (
            "fix: safe",
            "fix: safe\nfix: safe",
            "cache/a-rule.md:7: `fix` stands twice",
        ),
        (
            "fix: safe",
            "fixes: safe",
            "cache/a-rule.md:6: unknown front matter key `fixes`",
        ),
        (
            "fix: safe\n",
            "",
            "cache/a-rule.md:1: the front matter lacks `fix`",
        ),
        (
            "fix: safe",
            "fix: none",
            "cache/a-rule.md:1: the page has a `dockerfile fixed` block, but says `fix: none`",
        ),
        (
            "[DL3042, AbcDef]",
            "DL3042",
            "cache/a-rule.md:7: codes are written `[A, B]`, or `[]` for none",
        ),
        (
            "AbcDef",
            "DL3042",
            "cache/a-rule.md:7: code `DL3042` stands twice",
        ),
        (
            "## Why",
            "## Because",
            "cache/a-rule.md:14: unknown section `Because`",
        ),
        (
            "## Why\n\nTime.\n",
            "",
            "cache/a-rule.md:9: section `Why` is missing",
        ),
        (
            "## Fix safety\n\nSafe.\n",
            "",
            "cache/a-rule.md:9: section `Fix safety` is missing",
        ),
        (
            "## References",
            "## Why",
            "cache/a-rule.md:45: section `Why` stands twice or too late",
        ),
        (
            "bad lines=2 ",
            "bad ",
            "cache/a-rule.md:24: a bad block names the lines that fire: `lines=3,5`",
        ),
        (
            "lines=2",
            "lines=3",
            "cache/a-rule.md:24: the block has no line 3",
        ),
        (
            "lines=2",
            "lines=2,1",
            "cache/a-rule.md:24: `lines=2,1` is not an ascending list of line numbers",
        ),
        (
            "preset=",
            "presets=",
            "cache/a-rule.md:24: unknown attribute `presets`",
        ),
        (
            "dockerfile good",
            "dockerfile fine",
            "cache/a-rule.md:36: `fine` is none of bad, good, fixed",
        ),
        (
            "````dockerfile good",
            "````text good",
            "cache/a-rule.md:36: only a `dockerfile` block can be good",
        ),
        (
            "\n````\n",
            "\n",
            "cache/a-rule.md:36: the fenced block is never closed",
        ),
        (
            "path=requirements.txt",
            "path=../secret",
            "cache/a-rule.md:20: `../secret` is not a path inside the build context",
        ),
        (
            "dockerfile good",
            "dockerfile fixed",
            "cache/a-rule.md:1: the page has no `dockerfile good` block",
        ),
        (
            "bad lines=2",
            "good",
            "cache/a-rule.md:29: a fixed block follows the bad block that it repairs",
        ),
    ];
    for (from, to, expected) in cases {
        assert!(PAGE.contains(from), "{from:?} is not in the page");
        let error = parse(&PAGE.replacen(from, to, 1))
            .map(|_| "no error")
            .map_err(|error| error.to_string());
        assert_eq!(error, Err(expected.to_owned()), "{from:?} -> {to:?}");
    }
}

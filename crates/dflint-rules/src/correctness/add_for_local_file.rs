//! `ADD app.py /app/`.

use dflint_build::path::clean;
use dflint_build::{BuildContext, EntryKind};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Command, Instruction, InstructionName, Source, Transfer};

use crate::archive::{begins_like_archive, is_archive, may_unpack};
use crate::place::relative;
use crate::sent_files::kind_of;
use crate::written::unquoted;
use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct AddForLocalFile;

impl Rule for AddForLocalFile {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Add]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let Command::Add(add) = &site.instruction.command else {
            return;
        };
        let is_found = match cx.dialect {
            Dialect::Hadolint => sources(add).any(|source| !is_archive(source) && !is_web(source)),
            _ => is_plain_copy(add) && !sources(add).any(|source| is_unpacked(cx, source)),
        };
        if !is_found {
            return;
        }
        findings
            .report(
                site.instruction.keyword.span(),
                "COPY is enough here: ADD also unpacks archives and downloads",
            )
            .fix_or_withhold(fix(cx, site.instruction, add));
    }
}

fn sources<'m>(add: &'m Transfer) -> impl Iterator<Item = &'m str> {
    add.sources.iter().filter_map(|source| match source {
        Source::Path(path) => Some(unquoted(path.as_str())),
        _ => None,
    })
}

fn is_web(source: &str) -> bool {
    source.starts_with("http://") || source.starts_with("https://")
}

fn is_repository(source: &str) -> bool {
    ["git@", "git://", "ssh://"]
        .iter()
        .any(|start| source.starts_with(start))
        || source.ends_with(".git")
        || source.contains(".git#")
}

/// Whether nothing that `ADD` alone can do is asked for.
fn is_plain_copy(add: &Transfer) -> bool {
    let has_own_flag =
        add.checksum.is_some() || add.keep_git_dir.is_some() || add.unpack == Some(true);
    let is_plain = |source: &str| {
        !may_unpack(source)
            && !is_web(source)
            && !is_repository(source)
            && !source.contains(['$', '*', '?', '['])
    };
    !has_own_flag && sources(add).all(is_plain)
}

/// Whether the build context shows that the file is an archive.
fn is_unpacked(cx: &Context, source: &str) -> bool {
    let head = cx
        .build_context
        .and_then(|context| context.head(relative(&clean(source))));
    head.is_some_and(|head| begins_like_archive(&head))
}

/// Whether `ADD` might unpack the file, whose name does not tell what is in it.
fn is_nameless(context: Option<&dyn BuildContext>, source: &str) -> bool {
    let name = source.rsplit('/').next().unwrap_or(source);
    let tells = name.is_empty() || name.contains('.');
    let is_known = |context: &dyn BuildContext| match kind_of(context, &clean(source)) {
        Some(EntryKind::Directory) => true,
        Some(_) => context.head(relative(&clean(source))).is_some(),
        None => false,
    };
    !tells && !context.is_some_and(is_known)
}

fn fix(cx: &Context, instruction: &Instruction, add: &Transfer) -> Result<Fix, &'static str> {
    if !is_plain_copy(add) || add.unpack.is_some() {
        return Err("a source may be more than a local file");
    }
    if sources(add).any(|source| is_unpacked(cx, source)) {
        return Err("a source is an archive, which ADD unpacks");
    }
    if !instruction.keyword.is_contiguous() {
        return Err("the keyword is written on several lines");
    }
    let safety = match sources(add).any(|source| is_nameless(cx.build_context, source)) {
        true => Safety::Unsafe,
        false => Safety::Safe,
    };
    let is_lower = instruction.keyword.as_str().chars().all(char::is_lowercase);
    Ok(Fix {
        title: "Replace ADD by COPY".to_owned(),
        safety,
        keeps: Keeps::Copies,
        edits: vec![Edit::replace(
            instruction.keyword.span(),
            if is_lower { "copy" } else { "COPY" },
        )],
    })
}

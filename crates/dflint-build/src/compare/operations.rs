//! Comparing operations one by one, from the base of each stage to its end.

use std::collections::HashMap;

use crate::keeps::Difference;
use crate::lower::{
    Build, CopyAction, ExecOp, FileAction, FileOp, Input, MountOp, MountOpKind, Op, OpId,
    StageBuild,
};
use crate::model::{PIPES, Stage};
use crate::value::Value;

use super::allowance::Allowance;
use super::commands;

/// How deep operations that were not compared before are followed.
const MAX_DEPTH: usize = 16;

/// What differs between two operations; for people.
type Compared = Result<(), String>;

/// Two builds and what is known to be equal in them.
pub(super) struct Comparison<'c> {
    before: &'c Build,
    after: &'c Build,
    allowance: Allowance<'c>,
    /// Operations of the build before, with what they are equal to.
    equal: HashMap<OpId, OpId>,
    depth: usize,
}

/// Compares the operations of one stage in order.
pub(super) fn compare(
    comparison: &mut Comparison<'_>,
    (old_stage, old): (&Stage<'_>, &StageBuild),
    (new_stage, new): (&Stage<'_>, &StageBuild),
) -> Result<(), Difference> {
    let old_steps = changes(old_stage, old);
    let new_steps = changes(new_stage, new);
    for (&(_, old_output), &(line, new_output)) in old_steps.iter().zip(&new_steps) {
        comparison
            .inputs(old_output, new_output)
            .map_err(|detail| Difference {
                what: format!("the fix would also change {detail} (line {line} once it is made)"),
            })?;
    }
    if old_steps.len() != new_steps.len() {
        return Err(super::difference(new_stage, "the number of steps"));
    }
    Ok(())
}

/// The steps that change files, with the line they stand on.
fn changes(stage: &Stage<'_>, build: &StageBuild) -> Vec<(u32, Input)> {
    let mut current = build.base;
    let steps = stage.steps.iter().zip(&build.steps);
    let changing = steps.filter_map(|(step, &output)| {
        let changes = output != current;
        current = output;
        changes.then_some((step.instruction.start_line, output))
    });
    changing.collect()
}

impl<'c> Comparison<'c> {
    pub(super) fn new(before: &'c Build, after: &'c Build, allowance: Allowance<'c>) -> Self {
        Self {
            before,
            after,
            allowance,
            equal: HashMap::new(),
            depth: 0,
        }
    }

    pub(super) fn before(&self) -> &'c Build {
        self.before
    }

    pub(super) fn after(&self) -> &'c Build {
        self.after
    }

    /// Notes that two file systems hold the same for all that comes after them.
    pub(super) fn assume_equal(&mut self, old: Input, new: Input) {
        if let (Some(old), Some(new)) = (old, new) {
            self.equal.insert(old, new);
        }
    }

    /// Compares two file systems.
    pub(super) fn inputs(&mut self, old: Input, new: Input) -> Compared {
        let (old_id, new_id) = match (old, new) {
            (None, None) => return Ok(()),
            (Some(old), Some(new)) => (old, new),
            _ => return Err("what it starts from".to_owned()),
        };
        if self.equal.get(&old_id) == Some(&new_id) {
            return Ok(());
        }
        if self.depth > MAX_DEPTH {
            return Err("what it starts from".to_owned());
        }
        self.depth += 1;
        let compared = self.ops(old_id, new_id);
        self.depth -= 1;
        compared?;
        self.equal.insert(old_id, new_id);
        Ok(())
    }

    fn ops(&mut self, old: OpId, new: OpId) -> Compared {
        match (self.before.op(old), self.after.op(new)) {
            (Some(Op::Source(old)), Some(Op::Source(new))) if old == new => Ok(()),
            (Some(Op::Source(_)), Some(Op::Source(_))) => Err("the image or source".to_owned()),
            (Some(Op::Exec(old)), Some(Op::Exec(new))) => {
                self.inputs(old.root, new.root)?;
                self.exec(old, new)
            }
            (Some(Op::File(old)), Some(Op::File(new))) => self.file(old, new),
            (Some(Op::Merge(old)), Some(Op::Merge(new))) if old.len() == new.len() => {
                let (old, new) = (old.clone(), new.clone());
                old.into_iter()
                    .zip(new)
                    .try_for_each(|(old, new)| self.inputs(old, new))
            }
            _ => Err("the kind of step".to_owned()),
        }
    }

    /// Compares two commands, but for the file system they run on.
    pub(super) fn exec(&mut self, old: &ExecOp, new: &ExecOp) -> Compared {
        if !self.same_command(&old.args, &new.args) {
            return Err("the command".to_owned());
        }
        let parts = [
            ("the environment", old.env == new.env),
            ("the working directory", old.cwd == new.cwd),
            ("the user", old.user == new.user),
            ("the network", old.network == new.network),
            ("the security mode", old.insecure == new.insecure),
            ("the platform", old.platform == new.platform),
            ("the secrets", old.secret_env == new.secret_env),
            ("the devices", old.devices == new.devices),
        ];
        if let Some((what, _)) = parts.into_iter().find(|(_, equal)| !equal) {
            return Err(what.to_owned());
        }
        let (old_mounts, new_mounts) = (self.compared_mounts(old), self.compared_mounts(new));
        if old_mounts.len() != new_mounts.len() {
            return Err("the mounts".to_owned());
        }
        let mut pairs = old_mounts.into_iter().zip(new_mounts);
        pairs.try_for_each(|(old, new)| self.mounts(old, new))?;
        self.new_cache_mounts(new)
    }

    fn compared_mounts<'m>(&self, exec: &'m ExecOp) -> Vec<&'m MountOp> {
        let frees_caches = self.allowance.frees_cache_mounts();
        let is_compared = |mount: &&MountOp| !(frees_caches && is_cache(mount));
        exec.mounts.iter().filter(is_compared).collect()
    }

    /// A cache mount that may be new starts empty: it brings no files of a stage or image along.
    fn new_cache_mounts(&self, exec: &ExecOp) -> Compared {
        if !self.allowance.frees_cache_mounts() {
            return Ok(());
        }
        let starts_empty = |mount: &&MountOp| match mount.input.and_then(|id| self.after.op(id)) {
            None => true,
            Some(Op::File(file)) => file.base.is_none(),
            Some(_) => false,
        };
        let mut caches = exec.mounts.iter().filter(|mount| is_cache(mount));
        match caches.find(|mount| !starts_empty(mount)) {
            None => Ok(()),
            Some(_) => Err("what a cache mount starts with".to_owned()),
        }
    }

    fn mounts(&mut self, old: &MountOp, new: &MountOp) -> Compared {
        let same = old.destination == new.destination
            && old.selector == new.selector
            && old.read_only == new.read_only
            && old.kind == new.kind
            && old.unknown == new.unknown;
        if !same {
            return Err(format!("the mount at {}", new.destination));
        }
        if self.same_script(old, new) {
            return Ok(());
        }
        self.inputs(old.input, new.input)
    }

    /// Whether two mounts bring scripts that are the same but for the texts of commands that may
    /// differ.
    fn same_script(&self, old: &MountOp, new: &MountOp) -> bool {
        let Allowance::Commands { removed, added } = self.allowance else {
            return false;
        };
        let (Some(old), Some(new)) = (script(self.before, old), script(self.after, new)) else {
            return false;
        };
        old.0 == new.0 && commands::is_allowed(old.1, new.1, removed, added)
    }

    fn same_command(&self, old: &[Value], new: &[Value]) -> bool {
        if old == new {
            return true;
        }
        let Allowance::Commands { removed, added } = self.allowance else {
            return false;
        };
        let (Some((old_script, old_shell)), Some((new_script, new_shell))) =
            (old.split_last(), new.split_last())
        else {
            return false;
        };
        let is_shell = old_shell
            .last()
            .is_some_and(|flag| flag.as_str().starts_with('-'));
        if is_shell && old_shell == new_shell {
            let (old, new) = (old_script.as_str(), new_script.as_str());
            return commands::is_allowed(old, new, removed, added);
        }
        let line = |words: &[Value]| {
            let quoted = words.iter().map(|word| quoted(word.as_str()));
            quoted.collect::<Vec<_>>().join(" ")
        };
        commands::is_allowed(&line(old), &line(new), removed, added)
    }

    fn file(&mut self, old: &FileOp, new: &FileOp) -> Compared {
        self.inputs(old.base, new.base)?;
        if old.actions.len() != new.actions.len() {
            return Err("the number of sources".to_owned());
        }
        let mut pairs = old.actions.iter().zip(&new.actions);
        pairs.try_for_each(|(old, new)| self.action(old, new))
    }

    /// Compares two changes of files, but for the file system that is changed.
    pub(super) fn action(&mut self, old: &FileAction, new: &FileAction) -> Compared {
        match (old, new) {
            (FileAction::Copy(old), FileAction::Copy(new)) => self.copies(old, new),
            _ if old == new => Ok(()),
            _ => Err("a file or directory that is made".to_owned()),
        }
    }

    /// Compares two copies, but for the file system that is changed.
    pub(super) fn copies(&mut self, old: &CopyAction, new: &CopyAction) -> Compared {
        self.inputs(old.from, new.from)?;
        let may_change_way = matches!(self.allowance, Allowance::Copies);
        let unpacks_same = old.unpack == new.unpack || (may_change_way && is_no_archive(old));
        let lands_same = old.destination == new.destination
            || (may_change_way && lands_in_same_directory(old, new));
        let parts = [
            ("the source", old.source == new.source),
            ("the destination", lands_same),
            ("the mode", old.mode == new.mode),
            ("the owner", old.owner == new.owner),
            ("what is excluded", old.exclude == new.exclude),
            ("what is included", old.include == new.include),
            ("what must be there", old.required == new.required),
            ("whether archives are unpacked", unpacks_same),
            ("the kind of source", old.is_local == new.is_local),
        ];
        match parts.into_iter().find(|(_, equal)| !equal) {
            Some((what, _)) => Err(what.to_owned()),
            None => Ok(()),
        }
    }
}

/// Path and text of the script that a heredoc with `#!` becomes, where `mount` brings one.
fn script<'b>(build: &'b Build, mount: &MountOp) -> Option<(&'b str, &'b str)> {
    if mount.destination.to_known() != Some(PIPES) {
        return None;
    }
    let Some(Op::File(file)) = build.op(mount.input?) else {
        return None;
    };
    let ([FileAction::MakeFile { path, contents, .. }], None) =
        (file.actions.as_slice(), file.base)
    else {
        return None;
    };
    Some((path.to_known()?, contents.to_known()?))
}

fn is_cache(mount: &MountOp) -> bool {
    matches!(mount.kind, MountOpKind::Cache { .. })
}

/// A word as one word of a command line.
fn quoted(word: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./=:,@+%*".contains(&b);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Whether a source, by its name, is not one that `ADD` unpacks. What a name hides cannot be seen.
fn is_no_archive(copy: &CopyAction) -> bool {
    let Some(source) = copy.source.to_known() else {
        return false;
    };
    let name = crate::path::base(source).to_lowercase();
    let has_wildcards = name.contains(['*', '?', '[']);
    let is_archive = ARCHIVES.iter().any(|suffix| name.ends_with(suffix));
    copy.is_local && !has_wildcards && !is_archive
}

/// Endings of archives and of compressed files, which may be archives.
const ARCHIVES: [&str; 14] = [
    ".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".tlz", ".gz", ".bz2", ".xz", ".zst",
    ".lzma", ".z", ".cpio",
];

/// Whether destinations differ by a slash at the end only, for a source that is certainly a
/// directory: the root of the context, a stage or an image.
fn lands_in_same_directory(old: &CopyAction, new: &CopyAction) -> bool {
    let is_directory = old.is_local && old.source.to_known() == Some("/");
    let trimmed = |copy: &CopyAction| {
        let destination = copy.destination.to_known()?;
        Some(
            destination
                .trim_end_matches("/.")
                .trim_end_matches('/')
                .to_owned(),
        )
    };
    is_directory && trimmed(old).is_some() && trimmed(old) == trimmed(new)
}

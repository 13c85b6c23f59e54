//! The project that a step runs in, as far as the build context shows it.

use dflint_build::packages::Project;
use dflint_build::{BuildContext, CopySource, CopyStep, Origin};

/// The folders of the build context that were copied into a stage so far.
#[derive(Clone, Default)]
pub(crate) struct CopiedFolders {
    folders: Vec<String>,
}

/// More folders than any project has are not remembered.
const MAX_FOLDERS: usize = 16;

impl CopiedFolders {
    /// Notes what a `COPY` or `ADD` takes from the context.
    pub(crate) fn note(&mut self, copy: &CopyStep, context: Option<&dyn BuildContext>) {
        let Some(context) = context.filter(|_| copy.from == Origin::Context) else {
            return;
        };
        for source in &copy.sources {
            let CopySource::Path { path, .. } = source else {
                continue;
            };
            let Some(path) = path.to_known() else {
                continue;
            };
            let path = path.trim_matches('/');
            let folder = match is_folder(context, path) {
                true => path,
                false => path.rsplit_once('/').map_or("", |(folder, _)| folder),
            };
            let is_new = !self.folders.iter().any(|known| known == folder);
            if is_new && self.folders.len() < MAX_FOLDERS {
                self.folders.push(folder.to_owned());
            }
        }
    }

    /// The text of each file called `name` in those folders.
    pub(crate) fn texts<'s>(
        &'s self,
        name: &'s str,
        context: &'s dyn BuildContext,
    ) -> impl Iterator<Item = std::sync::Arc<str>> + 's {
        let paths = self.folders.iter().map(move |folder| within(folder, name));
        paths.filter_map(|path| context.read(&path))
    }
}

fn is_folder(context: &dyn BuildContext, path: &str) -> bool {
    path.is_empty() || {
        let below = format!("{path}/");
        context.entries().is_some_and(|entries| {
            let at = entries.partition_point(|entry| entry.path.as_str() < below.as_str());
            entries
                .get(at)
                .is_some_and(|entry| entry.path.starts_with(&below))
        })
    }
}

fn within(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// What the build context shows of the project.
pub(super) struct ContextProject<'c> {
    pub(super) context: Option<&'c dyn BuildContext>,
    pub(super) copied: &'c CopiedFolders,
}

impl Project for ContextProject<'_> {
    fn has_file(&self, name: &str) -> Option<bool> {
        let context = self.context?;
        let folders = &self.copied.folders;
        if folders.is_empty() {
            return None;
        }
        Some(
            folders
                .iter()
                .any(|folder| context.is_sent(&within(folder, name))),
        )
    }

    fn major_of(&self, command: &str) -> Option<u32> {
        let context = self.context?;
        self.copied
            .texts("package.json", context)
            .find_map(|text| package_manager_major(&text, command))
    }
}

/// The major version in `"packageManager": "yarn@4.1.0"`.
fn package_manager_major(package: &str, command: &str) -> Option<u32> {
    let (_, after) = package.split_once("\"packageManager\"")?;
    let value = after.trim_start().strip_prefix(':')?.trim_start();
    let named = value.strip_prefix('"')?.strip_prefix(command)?;
    let version = named.strip_prefix('@')?;
    let digits = version
        .find(|letter: char| !letter.is_ascii_digit())
        .map_or(version, |end| version.get(..end).unwrap_or_default());
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::package_manager_major;

    #[test]
    fn package_managers_have_a_major_version() {
        let package = "{ \"packageManager\" : \"yarn@4.1.0+sha\" }";
        assert_eq!(package_manager_major(package, "yarn"), Some(4));
        assert_eq!(package_manager_major(package, "pnpm"), None);
        assert_eq!(package_manager_major("{}", "yarn"), None);
    }
}

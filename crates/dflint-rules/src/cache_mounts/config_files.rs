//! Configuration files of the project that decide on a cache.

use dflint_knowledge::package_manager::{ConfigFile, PackageManager};

use super::run::Run;

/// The configuration file of the project that moves the cache or switches it off.
pub(super) fn moved_by_file(run: &Run<'_, '_>, manager: &PackageManager) -> Option<&'static str> {
    let context = run.build_context?;
    let mut files = manager.config_files.iter();
    let found = files.find(|config| {
        let mut texts = run.notes.copied.texts(config.file, context);
        texts.any(|text| sets(&text, config))
    });
    found.map(|config| config.file)
}

/// Whether a configuration file sets the key, in whichever of the usual syntaxes.
fn sets(text: &str, config: &ConfigFile) -> bool {
    let tag = format!("<{}>", config.key);
    text.lines().map(str::trim_start).any(|line| {
        let rest = line.trim_start_matches(['"', '-']).strip_prefix(config.key);
        let value = rest.and_then(|rest| {
            let sign = rest.trim_start_matches(['"', ' ', '\t']);
            let behind_sign = sign.strip_prefix(['=', ':']);
            // `.yarnrc` has none.
            behind_sign.or_else(|| rest.strip_prefix(' '))
        });
        line.contains(&tag) || value.is_some_and(|value| is_value(value, config.value))
    })
}

/// Whether the rest of a line begins with that value.
fn is_value(rest: &str, wanted: &str) -> bool {
    rest.trim_start_matches([' ', '\t', '"', '\''])
        .starts_with(wanted)
}

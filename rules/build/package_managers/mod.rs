//! `data/package-managers.toml`.

mod entry;

use std::collections::{BTreeMap, BTreeSet};

use crate::literal::Literal;
use crate::schema::TableFile;
use entry::{Action, CacheEntry, Entry, RuntimePath};

/// The statics of the table.
///
/// # Errors
/// The first entry that breaks the schema, by name.
pub(crate) fn render(mut table: TableFile) -> Result<(BTreeSet<String>, String), String> {
    let runtime: Vec<RuntimePath> = table.take("runtime-paths")?;
    for entry in &runtime {
        check_template(&entry.path, false).map_err(|what| table.error("runtime-paths", what))?;
    }
    let entries: BTreeMap<String, Entry> = table.take_section("managers")?;
    let mut literals = Vec::new();
    let mut names = Names::default();
    for (index, (name, entry)) in entries.iter().enumerate() {
        check(entry).map_err(|what| table.error(&format!("managers.{name}"), what))?;
        let literal = entry
            .literal(name)
            .map_err(|what| table.error(&format!("managers.{name}"), what))?;
        literals.push(literal);
        let index = u32::try_from(index).map_err(|error| error.to_string())?;
        names.add(entry, index);
    }
    check_shared_commands(&entries).map_err(|(name, what)| table.error(&name, what))?;
    table.finish()?;
    let code = format!(
        "pub(crate) static MANAGERS: &[PackageManager] = &[{}];\n\
         pub(crate) static RUNTIME_PATHS: &[RuntimePath] = {};\n\
         {}",
        literals.join(",\n"),
        runtime.literal(),
        names.render(),
    );
    Ok((entries.into_keys().collect(), code))
}

/// What managers are called by, with their positions: sorted tables to search in.
#[derive(Default)]
struct Names {
    commands: BTreeSet<(String, u32)>,
    /// Commands that a version number may follow, without it.
    numbered: BTreeSet<(String, u32)>,
    shortcuts: BTreeSet<(String, u32)>,
    interpreters: BTreeSet<(String, u32)>,
    launchers: BTreeSet<String>,
}

impl Names {
    fn add(&mut self, entry: &Entry, index: u32) {
        for command in entry.names() {
            match command.strip_suffix('#') {
                Some(stem) => self.numbered.insert((stem.to_owned(), index)),
                None => self.commands.insert((command.clone(), index)),
            };
        }
        let shortcuts = entry.shortcuts.keys();
        self.shortcuts
            .extend(shortcuts.map(|command| (command.clone(), index)));
        let interpreters = entry.interpreters.iter();
        self.interpreters
            .extend(interpreters.map(|command| (command.clone(), index)));
        self.launchers.extend(entry.launchers.iter().cloned());
    }

    fn render(self) -> String {
        let listed = |names: BTreeSet<(String, u32)>| names.into_iter().collect::<Vec<_>>();
        let launchers: Vec<String> = self.launchers.into_iter().collect();
        format!(
            "pub(crate) static COMMANDS: &[(&str, u32)] = {};\n\
             pub(crate) static NUMBERED_COMMANDS: &[(&str, u32)] = {};\n\
             pub(crate) static SHORTCUTS: &[(&str, u32)] = {};\n\
             pub(crate) static INTERPRETERS: &[(&str, u32)] = {};\n\
             pub(crate) static LAUNCHERS: &[&str] = {};\n",
            listed(self.commands).literal(),
            listed(self.numbered).literal(),
            listed(self.shortcuts).literal(),
            listed(self.interpreters).literal(),
            launchers.literal(),
        )
    }
}

/// Managers with the same command must say how to tell them apart.
fn check_shared_commands(entries: &BTreeMap<String, Entry>) -> Result<(), (String, String)> {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, entry) in entries {
        for command in entry.names() {
            let Some(other) = owners.insert(command, name) else {
                continue;
            };
            let told_apart = entry.variant.is_some()
                && entries
                    .get(other)
                    .is_some_and(|other| other.variant.is_some());
            if !told_apart {
                let what = format!(
                    "`{command}` is a command of `{other}` too, and no `variant` tells them apart"
                );
                return Err((format!("managers.{name}"), what));
            }
        }
    }
    Ok(())
}

fn check(entry: &Entry) -> Result<(), String> {
    for (name, cache) in &entry.caches {
        check_template(&cache.path, false)?;
        if let Some(path) = &cache.root_path {
            check_template(path, false)?;
        }
        for (_, path) in cache.flags.iter().chain(&cache.env) {
            check_template(path, true).map_err(|what| format!("cache `{name}`: {what}"))?;
        }
    }
    for cleanup in &entry.cleanups {
        let unknown = cleanup
            .caches
            .iter()
            .find(|cache| !entry.caches.contains_key(*cache));
        if let Some(cache) = unknown {
            return Err(format!(
                "cleanup `{}` names the unknown cache `{cache}`",
                cleanup.words
            ));
        }
    }
    for refusal in &entry.refusals {
        if refusal.flag.is_empty() == refusal.env.is_empty() {
            return Err("a refusal names either a flag or a variable".to_owned());
        }
    }
    check_copy_orders(entry)
}

/// Orders are about known subcommands and caches.
fn check_copy_orders(entry: &Entry) -> Result<(), String> {
    let known: Vec<&String> = entry.subcommands.values().flatten().collect();
    for order in &entry.copy_orders {
        let by_hand = order.by_hand.as_ref();
        let prepare = by_hand.and_then(|it| it.prepare.as_ref());
        let mut words = order.subcommands.iter().chain(prepare);
        if let Some(words) = words.find(|words| !known.contains(words)) {
            return Err(format!("copy-order names the unknown subcommand `{words}`"));
        }
        let mut despite = by_hand.iter().flat_map(|it| &it.despite);
        if let Some(cache) = despite.find(|cache| !entry.caches.contains_key(*cache)) {
            return Err(format!("copy-order names the unknown cache `{cache}`"));
        }
    }
    Ok(())
}

/// A path that begins with `/`, `{home}`, `{project}` or `{value…}` and has no other placeholder.
fn check_template(path: &str, with_value: bool) -> Result<(), String> {
    let mut starts = vec!["/", "{home}", "{project}"];
    if with_value {
        starts.extend(["{value}", "{value:first}"]);
    }
    let rest = starts.iter().find_map(|start| path.strip_prefix(start));
    match rest {
        Some(rest) if !rest.contains(['{', '}']) => Ok(()),
        _ => Err(format!(
            "`{path}` is not a path that begins with one of {}",
            starts.join(", ")
        )),
    }
}

impl Entry {
    /// Every command that runs it.
    fn names(&self) -> impl Iterator<Item = &String> {
        self.commands.iter().chain(self.shortcuts.keys())
    }

    fn literal(&self, name: &str) -> Result<String, String> {
        let fields = [
            ("name", name.to_owned().literal()),
            ("kind", self.kind.literal()),
            ("commands", self.commands.literal()),
            ("shortcuts", shortcuts(&self.shortcuts)),
            ("modules", self.modules.literal()),
            ("interpreters", self.interpreters.literal()),
            ("launchers", self.launchers.literal()),
            ("runs_command", self.runs_command.literal()),
            ("variant", self.variant.literal()),
            ("global_options", self.global_options.literal()),
            ("value_options", self.value_options.literal()),
            ("subcommands", subcommands(&self.subcommands)?),
            ("caches", caches(&self.caches)),
            ("disabling_flags", disabling_flags(&self.disabling_flags)),
            ("disabling_env", conditions(&self.disabling_env)?),
            ("mount_flags", self.mount_flags.literal()),
            ("mount_needs", self.mount_needs.literal()),
            ("offline_flags", self.offline_flags.literal()),
            ("offline_env", conditions(&self.offline_env)?),
            ("publishes", self.publishes.literal()),
            ("source_flags", self.source_flags.literal()),
            ("refusals", self.refusals.literal()),
            ("cleanups", self.cleanups.literal()),
            ("config_files", self.config_files.literal()),
            ("roots_above", self.roots_above.literal()),
            ("unwritable", self.unwritable.literal()),
            ("outputs", self.outputs.literal()),
            ("copy_orders", self.copy_orders.literal()),
            ("system", self.system.literal()),
        ];
        Ok(struct_literal("PackageManager", &fields))
    }
}

fn struct_literal(name: &str, fields: &[(&str, String)]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|(field, value)| format!("{field}: {value}"))
        .collect();
    format!("{name} {{ {} }}", fields.join(", "))
}

fn shortcuts(entries: &BTreeMap<String, String>) -> String {
    let items: Vec<String> = entries
        .iter()
        .map(|(command, words)| format!("Shortcut {{ command: {command:?}, words: {words:?} }}"))
        .collect();
    format!("&[{}]", items.join(", "))
}

fn subcommands(by_action: &BTreeMap<String, Vec<String>>) -> Result<String, String> {
    let mut all: Vec<(&str, Action)> = Vec::new();
    for (action, list) in by_action {
        let value = toml::Value::String(action.clone());
        let action: Action = serde::Deserialize::deserialize(value)
            .map_err(|_| format!("`{action}` is not an action"))?;
        for words in list {
            if all.iter().any(|(known, _)| known == words) {
                return Err(format!("subcommand `{words}` stands twice"));
            }
            all.push((words, action));
        }
    }
    // The longest match holds, so the longest comes first; `*` matches least exactly.
    all.sort_by_key(|(words, _)| {
        (
            words.ends_with('*'),
            std::cmp::Reverse(words.len()),
            words.to_string(),
        )
    });
    let items: Vec<String> = all
        .iter()
        .map(|(words, action)| {
            format!(
                "Subcommand {{ words: {words:?}, action: {} }}",
                action.literal()
            )
        })
        .collect();
    Ok(format!("&[{}]", items.join(", ")))
}

fn caches(entries: &BTreeMap<String, CacheEntry>) -> String {
    let items: Vec<String> = entries
        .iter()
        .map(|(name, cache)| {
            let fields = [
                ("name", name.literal()),
                ("path", cache.path.literal()),
                ("root_path", cache.root_path.literal()),
                ("instead_of", cache.instead_of.literal()),
                ("only_on_known_base", cache.only_on_known_base.literal()),
                ("flags", moves(&cache.flags)),
                ("env", moves(&cache.env)),
                ("sharing", cache.sharing.literal()),
                ("class", cache.class.literal()),
                ("per_platform", cache.per_platform.literal()),
                ("compiled", cache.compiled.literal()),
                ("read_by_builds", cache.read_by_builds.literal()),
                ("only_for", cache.only_for.literal()),
                ("only_commands", cache.only_commands.literal()),
                ("only_with_update", cache.only_with_update.literal()),
                ("offered", cache.offered.literal()),
            ];
            struct_literal("Cache", &fields)
        })
        .collect();
    format!("&[{}]", items.join(", "))
}

fn moves(list: &[(String, String)]) -> String {
    let items: Vec<String> = list
        .iter()
        .map(|(name, path)| format!("Move {{ name: {name:?}, path: {path:?} }}"))
        .collect();
    format!("&[{}]", items.join(", "))
}

fn disabling_flags(flags: &BTreeMap<String, String>) -> String {
    let items: Vec<String> = flags
        .iter()
        .map(|(flag, instead)| {
            let instead = (!instead.is_empty()).then(|| instead.clone());
            format!(
                "DisablingFlag {{ flag: {flag:?}, with_mount: {} }}",
                instead.literal()
            )
        })
        .collect();
    format!("&[{}]", items.join(", "))
}

fn conditions(tests: &BTreeMap<String, String>) -> Result<String, String> {
    let mut items = Vec::new();
    for (env, test) in tests {
        let test = match test.as_str() {
            "set" => "EnvTest::Set".to_owned(),
            "non-empty" => "EnvTest::NonEmpty".to_owned(),
            "truthy" => "EnvTest::Truthy".to_owned(),
            other => match (other.strip_prefix('='), other.strip_prefix("word ")) {
                (Some(value), _) => format!("EnvTest::Equals({value:?})"),
                (_, Some(word)) => format!("EnvTest::HasWord({word:?})"),
                _ => {
                    return Err(format!(
                        "`{other}` is none of set, non-empty, truthy, =value, word value"
                    ));
                }
            },
        };
        items.push(format!("Condition {{ env: {env:?}, test: {test} }}"));
    }
    Ok(format!("&[{}]", items.join(", ")))
}

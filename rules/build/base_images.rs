//! `data/base-images.toml`.

use std::collections::{BTreeMap, BTreeSet};

use crate::literal::Literal;
use crate::schema::{TableFile, schema};

schema! {
    #[derive(PartialEq, Eq)]
    struct User {
        name: String,
        uid: Option<u32>,
        gid: Option<u32>,
        home: Option<String>,
    }
}

schema! {
    enum Family {
        Debian, Ubuntu, Alpine, Fedora, Rhel, Amazon, Azure, Suse, Arch, Wolfi, Busybox,
        Distroless, Windows, Unknown,
    }
}

/// What all images of a family have, unless an image says otherwise.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FamilyFacts {
    family: Family,
    #[serde(default)]
    package_managers: Vec<String>,
    #[serde(default)]
    docker_clean: bool,
    #[serde(default)]
    bash: bool,
    /// Empty where there is no shell.
    shell: Vec<String>,
}

/// Tags that are built on another family than the rest of their repository.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Variant {
    tags: Vec<String>,
    family: String,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    repositories: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
    family: String,
    /// The variants its tags come in.
    #[serde(default)]
    variants: Vec<String>,
    user: Option<User>,
    workdir: Option<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// Variables whose value depends on the version.
    #[serde(default)]
    env_set: Vec<String>,
    #[serde(default)]
    users: Vec<User>,
    shell: Option<Vec<String>>,
    bash: Option<bool>,
    docker_clean: Option<bool>,
    /// In addition to the family's.
    #[serde(default)]
    package_managers: Vec<String>,
    #[serde(default)]
    links: BTreeMap<String, String>,
    #[serde(default)]
    directories: Vec<String>,
    #[serde(default)]
    volumes: Vec<String>,
    #[serde(default)]
    onbuild: bool,
}

struct Families {
    families: BTreeMap<String, FamilyFacts>,
    variants: BTreeMap<String, Variant>,
}

/// The statics of the table. `managers` are the names that package managers have.
///
/// # Errors
/// The first entry that breaks the schema, by name.
pub(crate) fn render(mut table: TableFile, managers: &BTreeSet<String>) -> Result<String, String> {
    let known = Families {
        families: table.take_section("families")?,
        variants: table.take_section("variants")?,
    };
    let mirrors: BTreeMap<String, String> = table.take_section("mirrors")?;
    let entries: BTreeMap<String, Entry> = table.take_section("images")?;
    let mut exact: Vec<(String, usize, String)> = Vec::new();
    let mut prefixes: Vec<(String, usize, String)> = Vec::new();
    let tagged: Vec<&Entry> = entries
        .values()
        .filter(|entry| !entry.tags.is_empty())
        .collect();
    for (name, entry) in &entries {
        let is_shared = |repository: &String| entry.repositories.contains(repository);
        let siblings: Vec<&Entry> = tagged
            .iter()
            .filter(|other| other.repositories.iter().any(is_shared))
            .copied()
            .collect();
        let expanded = known
            .expand(entry, &siblings, managers)
            .map_err(|what| table.error(&format!("images.{name}"), what))?;
        for repository in &entry.repositories {
            let list = if repository.ends_with('*') {
                &mut prefixes
            } else {
                &mut exact
            };
            for (order, fields) in &expanded {
                let literal = format!(
                    "BaseImage {{ repository: {}, {fields} }}",
                    repository.literal()
                );
                list.push((repository.clone(), *order, literal));
            }
        }
    }
    table.finish()?;
    let mut mirrors: Vec<(String, String)> = mirrors.into_iter().collect();
    mirrors.sort_by_key(|(mirror, _)| std::cmp::Reverse(mirror.len()));
    exact.sort();
    prefixes.sort();
    let list = |items: Vec<(String, usize, String)>| {
        let items: Vec<String> = items.into_iter().map(|(.., literal)| literal).collect();
        items.join(",\n")
    };
    Ok(format!(
        "pub(crate) static EXACT: &[BaseImage] = &[{}];\n\
         pub(crate) static PREFIXES: &[BaseImage] = &[{}];\n\
         pub(crate) static MIRRORS: &[(&str, &str)] = {};\n",
        list(exact),
        list(prefixes),
        mirrors.literal(),
    ))
}

impl Families {
    /// An image's static entries, each with its place among those of the same repository: one for
    /// each variant, the rest of the tags, and, where tags differ, what holds when the tag is not
    /// known.
    fn expand(
        &self,
        entry: &Entry,
        siblings: &[&Entry],
        managers: &BTreeSet<String>,
    ) -> Result<Vec<(usize, String)>, String> {
        let own = self.family(&entry.family)?;
        let mut shared = FamilyFacts {
            docker_clean: entry.docker_clean.unwrap_or(own.docker_clean),
            ..own.clone()
        };
        for sibling in siblings {
            let facts = self.family(&sibling.family)?;
            shared.keep_common(facts, sibling.docker_clean);
        }
        let mut expanded = Vec::new();
        for name in &entry.variants {
            let variant = self
                .variants
                .get(name)
                .ok_or_else(|| format!("`{name}` is not a variant"))?;
            let facts = self.family(&variant.family)?;
            shared.keep_common(facts, None);
            let fields = fields(entry, facts, &variant.tags, false, managers)?;
            expanded.push((place(&variant.tags), fields));
        }
        let differs = !siblings.is_empty() || !entry.variants.is_empty();
        let any_tag = !differs && entry.tags.is_empty();
        expanded.push((
            place(&entry.tags),
            fields(entry, own, &entry.tags, any_tag, managers)?,
        ));
        if differs && entry.tags.is_empty() {
            expanded.push((LAST + 1, fields(entry, &shared, &[], true, managers)?));
        }
        Ok(expanded)
    }

    fn family(&self, name: &str) -> Result<&FamilyFacts, String> {
        self.families
            .get(name)
            .ok_or_else(|| format!("`{name}` is not a family"))
    }
}

impl FamilyFacts {
    /// Drops what does not hold for images of another family too.
    fn keep_common(&mut self, other: &FamilyFacts, docker_clean: Option<bool>) {
        if self.family != other.family {
            self.family = Family::Unknown;
        }
        self.package_managers
            .retain(|name| other.package_managers.contains(name));
        self.docker_clean &= docker_clean.unwrap_or(other.docker_clean);
        self.bash &= other.bash;
    }
}

/// The place of entries that are about all remaining tags.
const LAST: usize = 1000;

/// Entries with longer patterns are tried first: `*fpm-alpine*` before `*-alpine`.
fn place(tags: &[String]) -> usize {
    let longest = tags.iter().map(String::len).max().unwrap_or(0);
    LAST.saturating_sub(longest)
}

fn fields(
    entry: &Entry,
    facts: &FamilyFacts,
    tags: &[String],
    any_tag: bool,
    managers: &BTreeSet<String>,
) -> Result<String, String> {
    let mut package_managers = facts.package_managers.clone();
    package_managers.extend(entry.package_managers.iter().cloned());
    if let Some(name) = package_managers
        .iter()
        .find(|name| !managers.contains(*name))
    {
        return Err(format!("`{name}` is not a package manager"));
    }
    let root = User {
        name: "root".to_owned(),
        uid: Some(0),
        gid: Some(0),
        home: Some("/root".to_owned()),
    };
    let shell = entry.shell.as_ref().unwrap_or(&facts.shell);
    let shell = (!shell.is_empty()).then(|| shell.clone());
    let links: Vec<(String, String)> = entry.links.clone().into_iter().collect();
    let fields = [
        ("tags", tags.to_vec().literal()),
        ("any_tag", any_tag.literal()),
        ("family", facts.family.literal()),
        ("user", entry.user.as_ref().unwrap_or(&root).literal()),
        ("workdir", entry.workdir.literal()),
        ("env", environment(entry)?.literal()),
        ("users", entry.users.literal()),
        ("shell", shell.literal()),
        ("bash", entry.bash.unwrap_or(facts.bash).literal()),
        (
            "docker_clean",
            entry.docker_clean.unwrap_or(facts.docker_clean).literal(),
        ),
        ("package_managers", package_managers.literal()),
        ("links", links.literal()),
        ("directories", entry.directories.literal()),
        ("volumes", entry.volumes.literal()),
        ("onbuild", entry.onbuild.literal()),
    ];
    let fields: Vec<String> = fields
        .iter()
        .map(|(field, value)| format!("{field}: {value}"))
        .collect();
    Ok(fields.join(", "))
}

/// Name and value, sorted by name; every image has a PATH.
fn environment(entry: &Entry) -> Result<Vec<(String, Option<String>)>, String> {
    let mut all: BTreeMap<String, Option<String>> = BTreeMap::new();
    for (name, value) in &entry.env {
        all.insert(name.clone(), Some(value.clone()));
    }
    for name in &entry.env_set {
        if all.insert(name.clone(), None).is_some() {
            return Err(format!("variable `{name}` stands twice"));
        }
    }
    all.entry("PATH".to_owned()).or_insert(None);
    Ok(all.into_iter().collect())
}

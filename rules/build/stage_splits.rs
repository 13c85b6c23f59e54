//! `data/stage-splits.toml`.

use std::collections::BTreeMap;

use crate::base_images::Family;
use crate::literal::Literal;
use crate::schema::{TableFile, schema};

schema! {
    enum Artefact {
        GoProgram, CargoProgram, CompiledProgram, Jar, PublishedFolder, NodeBuild, PythonPackages,
    }
}

schema! {
    struct Shape { from: String, copy: String, }
}

schema! {
    struct Runtime {
        image: String,
        tag: String,
        from: String,
        #[serde(default)]
        packages: Vec<String>,
        #[serde(default)]
        env: Vec<String>,
    }
}

schema! {
    struct Commands {
        harmless: Vec<String>,
        printing: Vec<String>,
        repeated: Vec<String>,
        builders: Vec<String>,
        tidying: Vec<String>,
    }
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Language {
    title: String,
    tool: String,
    #[serde(default)]
    builds: Vec<String>,
    artefact: Artefact,
    leaves: String,
    check: String,
    #[serde(default)]
    prune: String,
    shape: Shape,
    #[serde(default)]
    sources: Vec<String>,
    #[serde(default)]
    proofs: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    starts_programs: Vec<String>,
    #[serde(default)]
    build_env: Vec<String>,
    #[serde(default)]
    keeps_base: Vec<String>,
    #[serde(default)]
    runtimes: Vec<Runtime>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Distribution {
    install: String,
    #[serde(default)]
    no_recommends: String,
    compilers: Vec<String>,
    compiler_libraries: Vec<String>,
    #[serde(default)]
    commands: Vec<String>,
    #[serde(default)]
    command_packages: BTreeMap<String, String>,
}

/// The statics of the table.
///
/// # Errors
/// The first entry that breaks the schema, by name.
pub(crate) fn render(mut table: TableFile) -> Result<String, String> {
    let build_tools: Vec<String> = table.take("build-tools")?;
    let build_packages: Vec<String> = table.take("build-packages")?;
    let plain_bases: Vec<String> = table.take("plain-bases")?;
    let neutral_files: Vec<String> = table.take("neutral-files")?;
    let commands: Commands = table.take("commands")?;
    let families: BTreeMap<String, Distribution> = table.take_section("families")?;
    let languages: BTreeMap<String, Language> = table.take_section("languages")?;
    let mut written = Vec::new();
    for (name, language) in &languages {
        let language = language
            .literal()
            .map_err(|what| table.error(&format!("languages.{name}"), what))?;
        written.push(language);
    }
    let mut distributions = Vec::new();
    for (name, family) in &families {
        let parsed: Family = toml::Value::String(name.clone())
            .try_into()
            .map_err(|error| table.error(&format!("families.{name}"), error))?;
        distributions.push(family.literal(parsed));
    }
    table.finish()?;
    Ok(format!(
        "pub(crate) static BUILD_TOOLS: &[&str] = {};\n\
         pub(crate) static BUILD_PACKAGES: &[&str] = {};\n\
         pub(crate) static PLAIN_BASES: &[&str] = {};\n\
         pub(crate) static NEUTRAL_FILES: &[&str] = {};\n\
         pub(crate) static COMMANDS: Commands = {};\n\
         pub(crate) static DISTRIBUTIONS: &[Distribution] = &[{}];\n\
         pub(crate) static LANGUAGES: &[Language] = &[{}];\n",
        build_tools.literal(),
        build_packages.literal(),
        plain_bases.literal(),
        neutral_files.literal(),
        commands.literal(),
        distributions.join(", "),
        written.join(",\n"),
    ))
}

impl Language {
    fn literal(&self) -> Result<String, String> {
        for runtime in &self.runtimes {
            runtime.check()?;
        }
        let proofs: Vec<(String, Vec<String>)> = self.proofs.clone().into_iter().collect();
        Ok(format!(
            "Language {{ title: {}, tool: {}, builds: {}, artefact: {}, leaves: {}, check: {}, \
             prune: {}, shape: {}, \
             sources: {}, proofs: {}, starts_programs: {}, build_env: {}, keeps_base: {}, runtimes: {} }}",
            self.title.literal(),
            self.tool.literal(),
            self.builds.literal(),
            self.artefact.literal(),
            self.leaves.literal(),
            self.check.literal(),
            self.prune.literal(),
            self.shape.literal(),
            self.sources.literal(),
            proofs.literal(),
            self.starts_programs.literal(),
            self.build_env.literal(),
            self.keeps_base.literal(),
            self.runtimes.literal(),
        ))
    }
}

impl Runtime {
    /// Whether placeholders are known, and only those of the tag are used.
    fn check(&self) -> Result<(), String> {
        let mut held = 0;
        for part in self.tag.split('{').skip(1) {
            let name = part.split('}').next().unwrap_or_default();
            if !["debian", "java", "minor", "number", "ubuntu"].contains(&name) {
                return Err(format!("`{{{name}}}` is not a placeholder of a tag"));
            }
            held += 1;
        }
        for part in self.from.split('{').skip(1) {
            let number = part.split('}').next().unwrap_or_default();
            if !number
                .parse::<usize>()
                .is_ok_and(|number| (1..=held).contains(&number))
            {
                return Err(format!("`{}` has no placeholder {number}", self.tag));
            }
        }
        Ok(())
    }
}

impl Distribution {
    fn literal(&self, family: Family) -> String {
        let packages: Vec<(String, String)> = self.command_packages.clone().into_iter().collect();
        format!(
            "Distribution {{ family: {}, install: {}, no_recommends: {}, commands: {}, compilers: {}, compiler_libraries: {}, \
             command_packages: {} }}",
            family.literal(),
            self.install.literal(),
            self.no_recommends.literal(),
            self.commands.literal(),
            self.compilers.literal(),
            self.compiler_libraries.literal(),
            packages.literal(),
        )
    }
}

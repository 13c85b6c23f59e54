//! From files to a [`Config`].

use std::fs;
use std::path::{Path, PathBuf};

use toml::Spanned;

use crate::config::file::{BuilderName, ConfigFile};
use crate::config::{Config, ConfigError, hadolint};
use crate::exclude::Patterns;
use crate::paths::absolute;
use crate::source::reason;

/// How many files may extend each other.
const MAX_EXTENDS: usize = 16;

pub(crate) fn load(path: &Path) -> Result<Config, ConfigError> {
    from_layers(layers(path)?)
}

/// The configuration that is read from `path`, where there is one; `environment` holds hadolint's
/// variables, which count where dflint has no configuration.
pub(crate) fn load_with_environment(
    path: Option<&Path>,
    environment: &[(String, String)],
) -> Result<Config, ConfigError> {
    if environment.is_empty() || path.is_some_and(|path| !hadolint::is_hadolints(path)) {
        return path.map_or_else(|| Ok(Config::default()), load);
    }
    let mut layer = match path {
        Some(path) => Layer::read(path.to_owned())?,
        None => Layer::default(),
    };
    hadolint::add_environment(&mut layer.file, environment)?;
    from_layers(vec![layer])
}

/// The text of a `dflint.toml` that says what hadolint's configuration file at `path` says.
///
/// # Errors
///
/// A file that cannot be read, or that hadolint would not understand either.
pub fn migrate(path: &Path) -> Result<String, ConfigError> {
    hadolint::migrate(path, &read_text(path)?)
}

fn read_text(path: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(path)
        .map_err(|error| ConfigError::whole(path, format!("cannot read: {}", reason(&error))))
}

fn from_layers(layers: Vec<Layer>) -> Result<Config, ConfigError> {
    let mut config = Config::default();
    let mut lacks_program = None;
    // From the most general to the nearest, so that the nearest has the last word.
    for layer in layers.into_iter().rev() {
        if let Some(written) = &layer.file.shellcheck.path {
            lacks_program = layer.program(written).err();
        }
        layer.apply(&mut config)?;
    }
    // Only now is it known whether the program is needed.
    if let Some(error) = lacks_program.filter(|_| config.shellcheck != Some(false)) {
        return Err(error);
    }
    let length = |patterns: &Patterns| std::cmp::Reverse(patterns.length());
    config
        .contexts
        .sort_by_key(|(patterns, _)| length(patterns));
    Ok(config)
}

/// The file at `path` and those it extends, the nearest first.
fn layers(path: &Path) -> Result<Vec<Layer>, ConfigError> {
    let mut layers: Vec<Layer> = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        if layers.len() == MAX_EXTENDS || layers.iter().any(|layer| layer.path == path) {
            return Err(ConfigError::whole(
                &path,
                "is extended in a circle or too deeply",
            ));
        }
        let layer = Layer::read(path)?;
        next = layer
            .file
            .extends
            .as_ref()
            .map(|extended| absolute(layer.directory(), Path::new(extended.get_ref())));
        if let (Some(next), Some(extends)) = (&next, &layer.file.extends)
            && !next.is_file()
        {
            let message = format!("there is no file `{}` to extend", extends.get_ref());
            return Err(layer.error(extends, message));
        }
        layers.push(layer);
    }
    Ok(layers)
}

/// One configuration file; the environment alone has no path.
#[derive(Default)]
struct Layer {
    path: PathBuf,
    text: String,
    file: ConfigFile,
}

impl Layer {
    fn read(path: PathBuf) -> Result<Self, ConfigError> {
        let text = read_text(&path)?;
        let file = if hadolint::is_hadolints(&path) {
            hadolint::read(&path, &text)?
        } else {
            toml::from_str(&text).map_err(|error| ConfigError::toml(&path, &text, &error))?
        };
        Ok(Self { path, text, file })
    }

    /// Relative paths and patterns in the file are meant from here.
    fn directory(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    fn error<T>(&self, at: &Spanned<T>, message: impl Into<String>) -> ConfigError {
        ConfigError::at(&self.path, &self.text, Some(at.span()), message)
    }

    fn apply(self, config: &mut Config) -> Result<(), ConfigError> {
        self.select(config)?;
        self.match_files(config)?;
        let file = self.file;
        let options = &mut config.options;
        if let Some(policy) = file.options.cache_policy {
            options.cache_policy = policy.into();
        }
        if let Some(registries) = file.options.trusted_registries {
            options.trusted_registries = registries;
        }
        let labels = file.options.label_schema.into_iter();
        options
            .label_schema
            .extend(labels.map(|(label, value)| (label, value.into())));
        if let Some(strict) = file.options.strict_labels {
            options.strict_labels = strict;
        }
        config.fail_on = file.fail_on.or(config.fail_on);
        config.shellcheck = file.shellcheck.enabled.or(config.shellcheck);
        if let Some(program) = &file.shellcheck.path {
            let directory = self.path.parent().unwrap_or(&self.path);
            config.shellcheck_program = Some(absolute(directory, Path::new(program.get_ref())));
        }
        if let Some(builder) = file.builder {
            config.only_buildkit = builder == BuilderName::Buildkit;
        }
        if let Some(count) = file.ignore_comments {
            config.without_ignore_comments = !count;
        }
        if !self.path.as_os_str().is_empty() {
            config.files.push(self.path);
        }
        Ok(())
    }

    fn select(&self, config: &mut Config) -> Result<(), ConfigError> {
        let file = &self.file;
        let selection = &mut config.selection;
        if let Some(preset) = file.preset {
            selection.preset = preset.into();
        }
        if let Some(select) = &file.select {
            selection.select = names(select);
        }
        selection.extend_select.extend(names(&file.extend_select));
        selection.ignore.extend(names(&file.ignore));
        let severities = file.severity.iter();
        selection
            .severities
            .extend(severities.map(|(name, level)| (name.get_ref().clone(), (*level).into())));
        // Resolved here only to say where an unknown name is written.
        let mut everything = selection.clone();
        let per_file = file.per_file_ignores.values();
        everything
            .ignore_always
            .extend(per_file.flat_map(|rules| names(rules)));
        everything.resolve().map_err(|unknown| {
            let place = file.place_of(&unknown.name);
            ConfigError::at(&self.path, &self.text, place, unknown.to_string())
        })?;
        Ok(())
    }

    fn match_files(&self, config: &mut Config) -> Result<(), ConfigError> {
        for (pattern, rules) in &self.file.per_file_ignores {
            let patterns = self.patterns(pattern)?;
            config.per_file_ignores.push((patterns, names(rules)));
        }
        for pattern in &self.file.exclude {
            config.exclude.push(self.patterns(pattern)?);
        }
        for (pattern, written) in &self.file.context {
            config
                .contexts
                .push((self.patterns(pattern)?, self.context(written)?));
        }
        Ok(())
    }

    /// That the program is there which is `written` as ShellCheck.
    fn program(&self, written: &Spanned<String>) -> Result<(), ConfigError> {
        let name = written.get_ref();
        match dflint_shellcheck::find(&absolute(self.directory(), Path::new(name))) {
            Some(_) => Ok(()),
            None => Err(self.error(written, format!("there is no program `{name}`"))),
        }
    }

    /// The directory that is `written` as a build context.
    fn context(&self, written: &Spanned<String>) -> Result<PathBuf, ConfigError> {
        let name = written.get_ref();
        let directory = absolute(self.directory(), Path::new(name));
        if directory.is_dir() {
            return Ok(directory);
        }
        let message = format!("`{name}` is no directory to use as build context");
        Err(self.error(written, message))
    }

    fn patterns(&self, pattern: &Spanned<String>) -> Result<Patterns, ConfigError> {
        Patterns::new(self.directory(), [pattern.get_ref()])
            .map_err(|error| self.error(pattern, error.to_string()))
    }
}

fn names(written: &[Spanned<String>]) -> Vec<String> {
    written.iter().map(|name| name.get_ref().clone()).collect()
}

//! Settings, build context and files of a run, from configuration and command line together.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use dflint_build::Model;
use dflint_knowledge::pages;
use dflint_linter::{Preset, ScriptJudge, Selection, Settings, Source, UnknownName};
use dflint_parser::Dockerfile;
use dflint_shellcheck::ShellCheck;
use rayon::prelude::*;

use crate::builds::{Builds, DockerfileFacts};
use crate::config::{Config, ConfigError, ConfigFiles};
use crate::context::{Contexts, DiskContext, Roots, infer};
use crate::directories::Directories;
use crate::discovery::{Discovered, Exclusions, Found, discover};
use crate::exclude::{PatternError, Patterns};
use crate::paths::absolute;
use crate::shellchecks::ShellChecks;
use crate::source::read;

/// What the command line says; it wins over configuration.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// The rules to start from; takes the place of the configuration's preset and selection.
    pub preset: Option<Preset>,
    /// The rules to run; takes the place of all that the configuration selects and ignores.
    pub select: Vec<String>,
    /// Rules to add.
    pub extend_select: Vec<String>,
    /// Rules to leave out.
    pub ignore: Vec<String>,
    /// The build context of all Dockerfiles.
    pub context: Option<PathBuf>,
    /// Values of build arguments.
    pub build_args: Vec<(String, String)>,
    /// The stage that is built; the last one where absent.
    pub target: Option<String>,
    /// Patterns of files that a search leaves out, relative to the working directory.
    pub exclude: Vec<String>,
    /// Whether excluded files are left out even when they are named.
    pub force_exclude: bool,
    /// Whether ShellCheck reads the scripts of `RUN`.
    pub shellcheck: bool,
    /// hadolint's environment variables, name and value. They count as its configuration file
    /// does: where dflint has no configuration.
    pub hadolint_environment: Vec<(String, String)>,
}

/// Where configuration comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ConfigSource {
    /// For each Dockerfile the nearest `dflint.toml` in its directory or above, else the nearest
    /// `.hadolint.yaml`.
    #[default]
    Nearest,
    /// One file for all.
    File(PathBuf),
    /// No configuration files.
    None,
}

/// Why a run cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// A rule name on the command line.
    #[error(transparent)]
    Rule(#[from] UnknownName),
    /// An exclude pattern on the command line.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// The build context on the command line.
    #[error("`{}` is no directory to use as build context", .0.display())]
    Context(PathBuf),
}

/// What settings depend on: the configuration file and the rules left out besides.
type SettingsKey = (Option<PathBuf>, Vec<String>);

/// What configuration files say, by path; `None` stands for where there is none.
type Configs = HashMap<Option<Arc<Path>>, Result<Arc<Config>, ConfigError>>;

/// What holds for the files of a run.
pub struct Project {
    directory: PathBuf,
    source: ConfigSource,
    overrides: Overrides,
    exclude: Patterns,
    directories: Arc<Directories>,
    contexts: Contexts,
    builds: Builds,
    roots: Roots,
    config_files: ConfigFiles,
    configs: Mutex<Configs>,
    shellchecks: ShellChecks,
    settings: Mutex<HashMap<SettingsKey, Arc<Settings>>>,
}

/// What holds for one file.
pub struct Governing {
    /// The configuration.
    pub config: Arc<Config>,
    /// The configuration and the command line, ready to lint with.
    pub settings: Arc<Settings>,
}

impl Project {
    /// A run in `directory` (absolute).
    ///
    /// # Errors
    ///
    /// What [`ProjectError`] lists: whatever is wrong with the command line.
    pub fn new(
        directory: PathBuf,
        source: ConfigSource,
        overrides: Overrides,
    ) -> Result<Self, ProjectError> {
        overrides.select(Selection::default()).resolve()?;
        let exclude = Patterns::new(&directory, &overrides.exclude)?;
        if let Some(context) = &overrides.context
            && !absolute(&directory, context).is_dir()
        {
            return Err(ProjectError::Context(context.clone()));
        }
        let directories = Arc::<Directories>::default();
        Ok(Self {
            directory,
            source,
            overrides,
            exclude,
            contexts: Contexts::new(Arc::clone(&directories)),
            builds: Builds::new(Arc::clone(&directories)),
            config_files: ConfigFiles::new(Arc::clone(&directories)),
            directories,
            roots: Roots::default(),
            configs: Mutex::default(),
            shellchecks: ShellChecks::default(),
            settings: Mutex::default(),
        })
    }

    /// The working directory: what paths are told relative to.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The Dockerfiles that `paths` mean. A configuration that cannot be used excludes nothing
    /// here; who asks for its settings hears why.
    #[must_use]
    pub fn discover(&self, paths: &[PathBuf]) -> Discovered {
        let mut exclusions = Exclusions {
            patterns: vec![self.exclude.clone()],
            force: self.overrides.force_exclude,
        };
        if let Ok(config) = self.config_in(&self.directory) {
            exclusions.patterns.extend_from_slice(&config.exclude);
        }
        let mut found = discover(&self.directory, paths, &exclusions);
        // Only now is it known which other configurations there are.
        let is_wanted = |file: &Found| {
            let may_leave_out = !file.named || self.overrides.force_exclude;
            !(may_leave_out && self.is_excluded(&file.path))
        };
        found.files = match found.files {
            // Starting threads would take longer than the work.
            files if files.len() < 2 => files.into_iter().filter(is_wanted).collect(),
            files => files.into_par_iter().filter(is_wanted).collect(),
        };
        found
    }

    /// Whether the patterns of the command line or the file's configuration mean it.
    #[must_use]
    pub fn is_excluded(&self, path: &Path) -> bool {
        let config = self.config_in(path.parent().unwrap_or(path));
        let by_config = config.is_ok_and(|config| {
            config
                .exclude
                .iter()
                .any(|patterns| patterns.matches(path, false))
        });
        by_config || self.exclude.matches(path, false)
    }

    /// What holds for the Dockerfile at `path` (absolute and clean).
    ///
    /// # Errors
    ///
    /// What is wrong with its configuration.
    pub fn governing(&self, path: &Path) -> Result<Governing, ConfigError> {
        let config = self.config_in(path.parent().unwrap_or(path))?;
        let mut ignored: Vec<String> = config.ignored_in(path).map(str::to_owned).collect();
        ignored.sort();
        ignored.dedup();
        let nearest = config.files.last();
        let key = (nearest.cloned(), ignored);
        let mut known = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(settings) = known.get(&key) {
            let settings = Arc::clone(settings);
            return Ok(Governing { config, settings });
        }
        let mut selection = self.overrides.select(config.selection.clone());
        selection.ignore_always.clone_from(&key.1);
        let mut settings = Settings::new(&selection).map_err(|unknown| {
            let path = nearest.map_or(self.directory.as_path(), PathBuf::as_path);
            ConfigError::whole(path, unknown.to_string())
        })?;
        settings.options = config.options.clone();
        settings.pragmas = !config.without_ignore_comments;
        settings
            .model
            .build_args
            .clone_from(&self.overrides.build_args);
        settings.model.target.clone_from(&self.overrides.target);
        settings.script_judge = self
            .shellcheck(&config, &settings)
            .map(|shellcheck| shellcheck as Arc<dyn ScriptJudge>);
        let settings = Arc::new(settings);
        known.insert(key, Arc::clone(&settings));
        Ok(Governing { config, settings })
    }

    /// The ShellCheck that reads the scripts of files with this configuration.
    fn shellcheck(&self, config: &Config, settings: &Settings) -> Option<Arc<ShellCheck>> {
        if !settings.rules.has(&pages::SHELLCHECK) {
            return None;
        }
        let said = self
            .overrides
            .shellcheck
            .then_some(true)
            .or(config.shellcheck);
        let is_asked = said.unwrap_or(settings.rules.preset() == Preset::Hadolint);
        if !is_asked {
            return None;
        }
        let program = config.shellcheck_program.as_deref();
        self.shellchecks.get(program, said.is_some())
    }

    /// Has the scripts of the files at `paths` (absolute and clean) read in few processes, where
    /// ShellCheck is asked for. A file that cannot be read is left for who reads it next.
    pub fn prepare_scripts<'p>(&self, paths: impl Iterator<Item = &'p Path>) {
        for path in paths {
            let Ok(governing) = self.governing(path) else {
                continue;
            };
            let Some(shellcheck) = self.shellcheck(&governing.config, &governing.settings) else {
                continue;
            };
            let Ok(bytes) = read(path) else { continue };
            let Ok(source) = Source::read(&bytes) else {
                continue;
            };
            let file = dflint_parser::parse(source.text());
            let model = Model::new(&file, &governing.settings.model);
            self.shellchecks.collect(&shellcheck, &model);
        }
        self.shellchecks.prepare();
    }

    /// What went wrong with ShellCheck, one sentence each.
    #[must_use]
    pub fn shellcheck_notes(&self) -> Vec<String> {
        self.shellchecks.notes()
    }

    /// The directory that is the build context of `file`, which stands at `path` (absolute and
    /// clean): as the command line or the configuration says, else inferred; `None` where it is
    /// unknown.
    #[must_use]
    pub fn context_directory(
        &self,
        path: &Path,
        config: &Config,
        file: &Dockerfile<'_>,
    ) -> Option<PathBuf> {
        if let Some(context) = &self.overrides.context {
            return Some(absolute(&self.directory, context));
        }
        if let Some(context) = config.context_of(path) {
            return Some(context.to_owned());
        }
        infer(path, file, &self.root_of(path), &self.directories)
    }

    /// The root of the project that the Dockerfile at `path` belongs to: that of its repository,
    /// else the working directory where that is above it.
    fn root_of(&self, path: &Path) -> PathBuf {
        let own = path.parent().unwrap_or(path);
        let otherwise = if own.starts_with(&self.directory) {
            &self.directory
        } else {
            own
        };
        self.roots
            .of(own)
            .map_or_else(|| otherwise.to_owned(), |root| root.to_path_buf())
    }

    /// What the other files of the project say about builds of the Dockerfile at `path` (absolute
    /// and clean); they are read when somebody asks. The configuration may overrule what they say
    /// about builders.
    #[must_use]
    pub fn facts(&self, path: &Path, config: &Config) -> DockerfileFacts {
        let facts = self.builds.facts(&self.root_of(path), path);
        match config.only_buildkit {
            true => facts.of_buildkit(),
            false => facts,
        }
    }

    /// The build context at `directory` for the Dockerfile at `path`.
    #[must_use]
    pub fn open_context(&self, directory: &Path, path: &Path) -> Option<DiskContext> {
        self.contexts.open(directory, Some(path))
    }

    fn config_in(&self, directory: &Path) -> Result<Arc<Config>, ConfigError> {
        let path = match &self.source {
            ConfigSource::None => None,
            ConfigSource::File(path) => Some(Arc::from(absolute(&self.directory, path))),
            ConfigSource::Nearest => self.config_files.of(directory),
        };
        let mut known = self.configs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = known.get(&path) {
            return config.clone();
        }
        let config = match (&self.source, &path) {
            (ConfigSource::None, _) => Ok(Config::default()),
            (ConfigSource::File(_), Some(path)) => Config::load(path),
            (_, path) => {
                let environment = &self.overrides.hadolint_environment;
                Config::load_with_environment(path.as_deref(), environment)
            }
        };
        let config = config.map(Arc::new);
        known.insert(path, config.clone());
        config
    }
}

impl Overrides {
    /// `configured` as the command line changes it.
    fn select(&self, mut configured: Selection) -> Selection {
        if let Some(preset) = self.preset {
            configured.preset = preset;
            configured.select.clear();
        }
        if !self.select.is_empty() {
            configured.select.clone_from(&self.select);
            configured.extend_select.clear();
            configured.ignore.clear();
        }
        configured
            .extend_select
            .extend_from_slice(&self.extend_select);
        configured.ignore.extend_from_slice(&self.ignore);
        configured
    }
}

//! `COPY` and `ADD`, as BuildKit's `dispatchCopy` converts them.

use dflint_parser::{Heredoc, Instruction, Source, Text, Transfer};

use crate::error::ErrorKind;
use crate::expand::Expander;
use crate::git::{self, GitSource};
use crate::path::clean_value;
use crate::reference::is_digest;
use crate::value::Value;

use super::chmod;
use super::convert::{Converter, Refused};
use super::run::chomped;
use super::stage::Origin;
use super::step::{Action, Chmod, CopySource, CopyStep};

/// Converts one `COPY` or `ADD`.
pub(super) fn convert<'a>(
    converter: &mut Converter<'_, 'a, '_>,
    instruction: &'a Instruction<'a>,
    transfer: &Transfer<'a>,
    is_add: bool,
) -> Result<Action<'a>, Refused> {
    let mut transfer = Conversion {
        converter,
        instruction,
        transfer,
        is_add,
    };
    let step = transfer.step()?;
    Ok(Action::Copy(Box::new(step)))
}

/// How remote sources are fetched: what the flags say until the address of a repository says
/// otherwise, which then holds for the sources behind it too.
struct Fetch {
    checksum: Option<String>,
    keep_git_dir: Option<bool>,
}

struct Conversion<'c, 'b, 'a, 'o> {
    converter: &'c mut Converter<'b, 'a, 'o>,
    instruction: &'a Instruction<'a>,
    transfer: &'c Transfer<'a>,
    is_add: bool,
}

impl Conversion<'_, '_, '_, '_> {
    fn step(&mut self) -> Result<CopyStep, Refused> {
        let chown = self.expand_flag(self.transfer.chown.as_ref())?;
        let mode = self.expand_flag(self.transfer.chmod.as_ref())?;
        let checksum = self.expand_flag(self.transfer.checksum.as_ref())?;
        let mut paths = Vec::new();
        for source in &self.transfer.sources {
            if let Source::Path(text) = source {
                paths.push((text, self.converter.expand_value(self.instruction, text)?));
            }
        }
        let written = self
            .converter
            .expand_value(self.instruction, &self.transfer.destination)?;
        let heredocs = self.heredocs()?;
        let destination = self.destination(&written)?;
        let chmod = match (&mode, &self.transfer.chmod) {
            (Some(value), Some(text)) => Some(self.chmod(value, text)?),
            _ => None,
        };
        self.check_checksum(checksum.as_ref(), &paths)?;
        let mut sources = Vec::with_capacity(paths.len() + heredocs.len());
        let mut fetch = Fetch {
            checksum: checksum.as_ref().map(|value| value.as_str().to_owned()),
            keep_git_dir: self.transfer.keep_git_dir,
        };
        for (text, value) in paths {
            sources.push(self.source(text, value, &mut fetch)?);
        }
        sources.extend(heredocs);
        Ok(CopyStep {
            is_add: self.is_add,
            from: self.origin()?,
            sources,
            destination,
            chown,
            chmod,
            link: self.transfer.link,
            parents: self.transfer.parents,
            exclude: self
                .transfer
                .exclude
                .iter()
                .map(|p| p.as_str().to_owned())
                .collect(),
            unpack: self.transfer.unpack,
        })
    }

    /// Expands a flag; an empty one counts as absent.
    fn expand_flag(&mut self, flag: Option<&Text<'_>>) -> Result<Option<Value>, Refused> {
        let Some(flag) = flag else {
            return Ok(None);
        };
        let value = self.converter.expand_value(self.instruction, flag)?;
        Ok((!value.as_str().is_empty()).then_some(value))
    }

    fn destination(&mut self, written: &Value) -> Result<Value, Refused> {
        let state = &self.converter.state;
        let style = state.path_style();
        let stripped = match written.to_known() {
            Some(known) => style.without_drive(known, true).map(Value::from),
            None => Ok(written.clone()),
        };
        let normalized = stripped.and_then(|path| {
            let path = match path.as_str() {
                "" | "." => "./".into(),
                _ => path,
            };
            let path = style.normalize_value(state.workdir(), &path, true)?;
            Ok(clean_value(&path, true))
        });
        normalized.map_err(|_| {
            let kind = ErrorKind::BadDrive(written.to_string());
            let span = self.transfer.destination.span();
            self.converter.refuse(self.instruction, span, kind)
        })
    }

    fn chmod(&mut self, value: &Value, text: &Text<'_>) -> Result<Chmod, Refused> {
        chmod::parse(value).ok_or_else(|| {
            let kind = ErrorKind::BadMode(value.to_string());
            self.converter.refuse(self.instruction, text.span(), kind)
        })
    }

    fn check_checksum(
        &mut self,
        checksum: Option<&Value>,
        paths: &[(&Text<'_>, Value)],
    ) -> Result<(), Refused> {
        let (Some(_), Some(flag)) = (checksum, &self.transfer.checksum) else {
            return Ok(());
        };
        let problem = match paths {
            [(_, source)] => match source.to_known() {
                None => None,
                // For this question alone an address without a scheme is one of a repository.
                Some(text) if text.starts_with("github.com/") => None,
                Some(text) if is_http(text) || git::parse(text).is_ok_and(|g| g.is_some()) => None,
                Some(_) => Some("only files from the web and Git repositories take one"),
            },
            _ => Some("it takes exactly one source"),
        };
        match problem {
            None => Ok(()),
            Some(why) => {
                let kind = ErrorKind::BadChecksum(why);
                Err(self.converter.refuse(self.instruction, flag.span(), kind))
            }
        }
    }

    fn source(
        &mut self,
        text: &Text<'_>,
        value: Value,
        fetch: &mut Fetch,
    ) -> Result<CopySource, Refused> {
        let remote = self.remote(&value, fetch).map_err(|kind| {
            let flag = self.transfer.checksum.as_ref();
            let guilty = flag.filter(|_| matches!(kind, ErrorKind::BadChecksum(_)));
            let span = guilty.unwrap_or(text).span();
            self.converter.refuse(self.instruction, span, kind)
        })?;
        if let Some(remote) = remote {
            return Ok(remote);
        }
        let style = self.converter.state.path_style();
        let root = Value::from("/");
        let path = match value.to_known() {
            // BuildKit takes an empty source for the whole context.
            Some("") => Ok(root),
            _ => style.normalize_value(&root, &value, false),
        };
        let path = path.map_err(|_| {
            let kind = ErrorKind::BadDrive(value.to_string());
            self.converter.refuse(self.instruction, text.span(), kind)
        })?;
        Ok(CopySource::Path {
            written: value,
            path: clean_value(&path, false),
        })
    }

    /// A source on the web or in a repository; `None` for a path.
    fn remote(&self, value: &Value, fetch: &mut Fetch) -> Result<Option<CopySource>, ErrorKind> {
        let text = value.as_str();
        let bad_source = |error| ErrorKind::BadGitSource {
            address: text.to_owned(),
            error,
        };
        if let Some(git) = git::parse(text).map_err(bad_source)? {
            if !self.is_add {
                return Err(ErrorKind::RemoteCopy(text.to_owned()));
            }
            let git = repository(git, fetch)?;
            return Ok(Some(CopySource::Git(Box::new(git))));
        }
        if !is_http(text) {
            return Ok(None);
        }
        if !self.is_add {
            return Err(ErrorKind::RemoteCopy(text.to_owned()));
        }
        let checksum = fetch.checksum.clone();
        let is_bad = |checksum: &String| !checksum.contains('$') && !is_digest(checksum);
        if checksum.as_ref().is_some_and(is_bad) {
            return Err(ErrorKind::BadChecksum("this is not a digest"));
        }
        Ok(Some(CopySource::Http {
            url: value.clone(),
            file_name: git::file_name(text),
            checksum,
        }))
    }

    fn heredocs(&mut self) -> Result<Vec<CopySource>, Refused> {
        let instruction = self.instruction;
        let mut files = Vec::new();
        for source in &self.transfer.sources {
            let file = match source {
                Source::Path(_) => continue,
                Source::EmptyHeredoc { name, .. } => CopySource::Heredoc {
                    name: name.as_str().into(),
                    contents: Value::default(),
                },
                Source::Heredoc(index) => {
                    let Some(heredoc) = instruction.heredocs.get(*index) else {
                        continue;
                    };
                    let body = instruction.copied_body(*index).unwrap_or(&heredoc.body);
                    CopySource::Heredoc {
                        name: heredoc.name.as_str().into(),
                        contents: self.contents(heredoc, body)?,
                    }
                }
            };
            files.push(file);
        }
        Ok(files)
    }

    /// What is written for `heredoc`, whose body is `body`.
    fn contents(&mut self, heredoc: &Heredoc<'_>, body: &Text<'_>) -> Result<Value, Refused> {
        let text = chomped(body.as_str(), heredoc.chomp);
        if !heredoc.expand {
            return Ok(text.into_owned().into());
        }
        let expanded = Expander::for_heredoc().word(&text, &self.converter.state.env);
        let expanded = expanded
            .map_err(|error| self.converter.refuse(self.instruction, body.span(), error))?;
        Ok(expanded.value)
    }

    fn origin(&mut self) -> Result<Origin, Refused> {
        let from = self.transfer.from.as_ref().filter(|from| !from.is_empty());
        let Some(from) = from else {
            return Ok(Origin::Context);
        };
        // Errors of the name itself are recorded already.
        let origin = self.converter.builder.copy_origin(from.as_str());
        let origin = origin.unwrap_or_else(|_| Origin::Unknown(from.as_str().into()));
        let Some(stage) = origin.stage() else {
            return Ok(origin);
        };
        if self.converter.is_built(stage) {
            return Ok(origin);
        }
        let kind = ErrorKind::UsedBeforeBuilt(self.converter.label_of(stage));
        Err(self.converter.refuse(self.instruction, from.span(), kind))
    }
}

/// Joins what the flags and the address of a repository say.
fn repository(mut git: GitSource, fetch: &mut Fetch) -> Result<GitSource, ErrorKind> {
    let flag = fetch.keep_git_dir;
    if flag.is_some() && git.keep_git_dir.is_some() && flag != git.keep_git_dir {
        return Err(ErrorKind::KeepGitDirMismatch);
    }
    git.keep_git_dir = git.keep_git_dir.or(flag);
    fetch.keep_git_dir = git.keep_git_dir;
    if !git.checksum.is_empty() {
        let other = fetch.checksum.replace(git.checksum.clone());
        if other.is_some_and(|other| other != git.checksum) {
            return Err(ErrorKind::BadChecksum("the address names another one"));
        }
    } else if let Some(checksum) = &fetch.checksum {
        git.checksum.clone_from(checksum);
    }
    Ok(git)
}

fn is_http(source: &str) -> bool {
    source.starts_with("http://") || source.starts_with("https://")
}

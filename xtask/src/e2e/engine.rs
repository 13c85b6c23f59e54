//! A Docker engine, driven through its command line.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use super::deadline;
use super::image::Image;

/// The longest that one build may take; the base of cargo-chef, which is compiled for it, takes four
/// minutes on two cores.
const BUILD_LIMIT: Duration = Duration::from_mins(15);

/// An engine that answers.
#[derive(Debug)]
pub(super) struct Engine {
    /// Variables that lead `docker` to the engine.
    environment: Vec<(String, String)>,
    /// What the engine says its version is.
    pub(super) version: String,
}

/// What one build asks for.
#[derive(Debug)]
pub(super) struct Build<'a> {
    /// The build context; its `Dockerfile` is built.
    pub(super) context: &'a Path,
    /// The name of the image that comes out.
    pub(super) tag: &'a str,
    /// Other images in the place of those that the Dockerfile names.
    pub(super) bases: &'a [(String, String)],
    /// Separates this build's cache mounts from those of others.
    pub(super) cache: &'a str,
    /// Whether every step runs, whatever the layer cache holds.
    pub(super) fresh: bool,
    /// Further build arguments.
    pub(super) arguments: &'a [(&'a str, &'a str)],
}

/// What a build did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Work {
    /// Steps that ran, of those that can be cached: RUN, COPY, ADD and WORKDIR.
    pub(super) ran: usize,
    /// Archives that apt fetched.
    pub(super) archives: usize,
}

impl Engine {
    /// Looks for an engine: the one that `tool env` names, else the environment's own.
    ///
    /// # Errors
    /// The reason why no engine answers, for people.
    pub(super) fn find(tool: Option<&str>) -> anyhow::Result<Self> {
        let mut engine = Self {
            environment: Vec::new(),
            version: String::new(),
        };
        if let Some(tool) = tool {
            let output = Command::new(tool)
                .arg("env")
                .output()
                .with_context(|| format!("cannot run {tool}"))?;
            if !output.status.success() {
                bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
            }
            engine.environment = parse_exports(&String::from_utf8_lossy(&output.stdout));
        }
        let version = engine.output(&["version", "--format", "{{.Server.Version}}"])?;
        engine.version = version.trim().to_owned();
        Ok(engine)
    }

    fn docker(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command.args(arguments).envs(self.environment.clone());
        command
    }

    fn output(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = self
            .docker(arguments)
            .output()
            .context("cannot run docker")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("docker {}: {}", arguments.join(" "), said.trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Builds an image.
    ///
    /// # Errors
    /// The end of the build's log, if it fails.
    pub(super) fn build(&self, build: &Build<'_>) -> anyhow::Result<Work> {
        let mut command = self.docker(&["build", "--network=host", "--progress=plain"]);
        command.args(["--tag", build.tag]);
        if build.fresh {
            command.arg("--no-cache");
        }
        for (name, image) in build.bases {
            command.arg(format!("--build-context={name}=docker-image://{image}"));
        }
        let cache = [("BUILDKIT_CACHE_MOUNT_NS", build.cache)];
        for (name, value) in cache.iter().chain(build.arguments) {
            command.arg(format!("--build-arg={name}={value}"));
        }
        let ended = deadline::run(command.arg(build.context), BUILD_LIMIT)
            .with_context(|| format!("the build of {}", build.tag))?;
        let log = ended.log;
        if !ended.status.success() {
            let end: Vec<&str> = log.lines().rev().take(30).collect();
            let end: Vec<&str> = end.into_iter().rev().collect();
            bail!("the build of {} failed:\n{}", build.tag, end.join("\n"));
        }
        Ok(Work::of_log(&log))
    }

    /// What the engine's own checks complain about first in a Dockerfile, if anything.
    pub(super) fn complaint(&self, dockerfile: &str, context: &Path) -> Option<String> {
        let file = tempfile::NamedTempFile::new().and_then(|mut file| {
            file.write_all(dockerfile.as_bytes())?;
            Ok(file)
        });
        let file = match file {
            Ok(file) => file,
            Err(error) => return Some(error.to_string()),
        };
        let mut command = self.docker(&["build", "--check", "--progress=plain", "--file"]);
        let output = command.arg(file.path()).arg(context).output();
        let output = match output {
            Ok(output) => output,
            Err(error) => return Some(error.to_string()),
        };
        if output.status.success() {
            return None;
        }
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        let is_complaint =
            |line: &&str| line.starts_with("WARNING: ") || line.starts_with("ERROR: ");
        let first = said.lines().find(is_complaint);
        Some(first.unwrap_or("not accepted").to_owned())
    }

    /// The first line that `command` prints in a container of an image.
    ///
    /// # Errors
    /// It cannot be run.
    pub(super) fn first_line(&self, image: &str, command: &str) -> anyhow::Result<String> {
        let output = self.run_in(image, command).stdin(Stdio::null()).output();
        let output = output.context("cannot run docker")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let line = said.lines().map(str::trim).find(|line| !line.is_empty());
        let line = line.with_context(|| format!("`{command}` prints nothing"))?;
        Ok(line.replace('|', "/"))
    }

    /// What `command` prints in a container of an image, run as the image's own user.
    ///
    /// # Errors
    /// It fails.
    pub(super) fn output_in(&self, image: &str, command: &str) -> anyhow::Result<String> {
        let options = ["run", "--rm", "--network=host", "--entrypoint=sh"];
        self.output(&[&options, [image, "-c", command].as_slice()].concat())
    }

    /// The size of an image in bytes.
    ///
    /// # Errors
    /// The image is not there.
    pub(super) fn size(&self, image: &str) -> anyhow::Result<u64> {
        let size = self.output(&["image", "inspect", "--format", "{{.Size}}", image])?;
        Ok(size.trim().parse()?)
    }

    /// The time by the engine's clock, as `find` reads it.
    ///
    /// # Errors
    /// The engine does not answer.
    pub(super) fn clock(&self) -> anyhow::Result<String> {
        let time = self.output(&["info", "--format", "{{.SystemTime}}"])?;
        Ok(time.trim().to_owned())
    }

    /// Reads an image: the names of all its files, its folders and the files that were
    /// made since `since` (everything else came unchanged with the base image), and the configuration.
    ///
    /// # Errors
    /// The image is not there, or has no `sh`, `find` and `tar`.
    pub(super) fn image(&self, tag: &str, since: &str) -> anyhow::Result<Image> {
        let configuration =
            self.output(&["image", "inspect", "--format", "{{json .Config}}", tag])?;
        let names = self.run_in(tag, "find / -xdev -printf '%P\\n'").output();
        let names =
            String::from_utf8_lossy(&names.context("cannot run docker")?.stdout).into_owned();
        let script = format!(
            "cd / && find . -xdev '(' -type d -o -newerct '{since}' ')' ! -path './etc/host*' ! -path ./etc/resolv.conf -print0 |
             tar --create --null --no-recursion --files-from=-"
        );
        let mut run = self.run_in(tag, &script);
        let mut run = run
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let stream = run.stdout.take().context("no output of docker run")?;
        let image = Image::read(stream, &names, configuration)?;
        ensure!(run.wait()?.success(), "cannot read the files of {tag}");
        Ok(image)
    }

    /// Adds to `image`, which is called `tag`, the files that only the build of `other` made anew.
    ///
    /// # Errors
    /// The image is not there, or has no `tar`.
    pub(super) fn add_files(
        &self,
        tag: &str,
        image: &mut Image,
        other: &Image,
    ) -> anyhow::Result<()> {
        let paths: Vec<String> = image.lacking(other).cloned().collect();
        if paths.is_empty() {
            return Ok(());
        }
        let mut run = self.run_in(
            tag,
            "tar --create --directory=/ --no-recursion --files-from=-",
        );
        let run = run
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut run = run.spawn().context("cannot run docker")?;
        let mut input = run.stdin.take().context("no input of docker run")?;
        input.write_all(paths.join("\n").as_bytes())?;
        drop(input);
        image.add(run.stdout.take().context("no output of docker run")?)?;
        ensure!(run.wait()?.success(), "cannot read files of {tag}");
        Ok(())
    }

    /// A command that runs `script` as root in a container of an image.
    fn run_in(&self, image: &str, script: &str) -> Command {
        let options = [
            "run",
            "--rm",
            "--interactive",
            "--network=host",
            "--user=0",
            "--entrypoint=sh",
        ];
        self.docker(&[&options, [image, "-c", script].as_slice()].concat())
    }

    /// Forgets images that a case has made.
    pub(super) fn remove(&self, tags: &[&str]) {
        // An image that never came to be needs no removing.
        self.output(&[&["image", "rm", "--force"], tags].concat())
            .ok();
    }
}

/// `export NAME=VALUE` lines.
fn parse_exports(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|line| line.strip_prefix("export ")?.split_once('='))
        .filter(|(name, _)| *name != "PATH")
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

impl Work {
    /// Counts in the log of `docker build --progress=plain`.
    fn of_log(log: &str) -> Self {
        let mut work = Self {
            ran: 0,
            archives: 0,
        };
        let mut steps: Vec<&str> = Vec::new();
        for line in log.lines() {
            let Some((id, rest)) = line.strip_prefix('#').and_then(|line| line.split_once(' '))
            else {
                continue;
            };
            if is_step(rest) && !steps.contains(&id) {
                steps.push(id);
            }
            if rest == "CACHED" {
                steps.retain(|step| *step != id);
            }
            if is_apt_archive(rest) {
                work.archives += 1;
            }
        }
        work.ran = steps.len();
        work
    }
}

/// `[stage 2/4] RUN …`
fn is_step(line: &str) -> bool {
    let Some((_, instruction)) = line
        .strip_prefix('[')
        .and_then(|line| line.split_once("] "))
    else {
        return false;
    };
    let keyword = instruction.split(' ').next().unwrap_or_default();
    ["RUN", "COPY", "ADD", "WORKDIR"].contains(&keyword)
}

/// `0.1 Get:1 http://… bookworm/main amd64 bc amd64 1.07 [110 kB]`, but not the line of an index.
fn is_apt_archive(line: &str) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        [_, get, _, _, _, _, _, _, size, _] => get.starts_with("Get:") && size.starts_with('['),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_tells_which_steps_ran_and_what_apt_fetched() {
        let log = "#4 [1/4] FROM docker.io/library/debian\n\
                   #5 [2/4] WORKDIR /app\n#5 CACHED\n\
                   #6 [3/4] COPY . .\n#6 DONE 0.0s\n\
                   #7 [build 4/4] RUN apt-get update\n\
                   #7 0.1 Get:1 http://mirror/debian bookworm InRelease [151 kB]\n\
                   #7 0.2 Get:2 http://mirror/debian bookworm/main amd64 Packages [8 kB]\n\
                   #7 1.9 Get:3 http://mirror/debian bookworm/main amd64 bc amd64 1.07.1-3+b1 [110 kB]\n\
                   #7 DONE 3.0s\n";
        assert_eq!(
            Work::of_log(log),
            Work {
                ran: 2,
                archives: 1
            }
        );
    }

    #[test]
    fn exports_lead_to_the_engine() {
        let exports =
            parse_exports("export DOCKER_HOST=unix:///run/d.sock\nexport PATH=/x:$PATH\n# note\n");
        assert_eq!(
            exports,
            [("DOCKER_HOST".to_owned(), "unix:///run/d.sock".to_owned())]
        );
    }
}

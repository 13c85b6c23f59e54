//! Suite `buildkit-llb`: build operations and image configuration of every target.
//!
//! Ids are arbitrary, so operations are compared from the result down: each is written out with
//! its inputs replaced by what they were written out as.

use std::collections::HashMap;

use dflint_build::lower::{
    CopyAction, FileAction, Identity, Input, MountOp, MountOpKind, Op, Owner, Source,
};
use dflint_build::{
    Build, Chmod, ImageConfig, Model, ModelOptions, Network, Platform, Sharing, StageId,
};
use serde_json::{Map, Value, json};

use super::recordings::{Recordings, flag, list, text};
use super::suite::{Differences, Outcome, Suite};

/// Compares lowering with BuildKit's.
pub(crate) struct BuildkitLlb;

impl Suite for BuildkitLlb {
    fn name(&self) -> &'static str {
        "buildkit-llb"
    }

    fn run(&self, recordings: &Recordings) -> anyhow::Result<Outcome> {
        recordings.compare("buildkit-llb.jsonl", |record| {
            let path = text(record, "path");
            let source = recordings.corpus_file(path)?;
            let mut differences = Differences::default();
            compare_target(&source, None, record, &mut differences);
            let targets = record.get("targets").and_then(Value::as_object);
            for (name, answer) in targets.into_iter().flatten() {
                compare_target(&source, Some(name), answer, &mut differences);
            }
            Ok((path.to_owned(), differences))
        })
    }
}

fn compare_target(source: &str, target: Option<&str>, answer: &Value, found: &mut Differences) {
    let file = dflint_parser::parse(source);
    let options = ModelOptions {
        target: target.map(str::to_owned),
        ..ModelOptions::like_buildkit_checks()
    };
    let model = Model::new(&file, &options);
    let label = target.unwrap_or("(default)");
    let error = model.error_of_target();
    if flag(answer, "ok") != error.is_none() {
        let ours = error.map(|error| error.kind.to_string());
        found.note(format!(
            "{label}: ours {ours:?}, theirs {:?}",
            text(answer, "error")
        ));
        return;
    }
    let (Some(target), None) = (model.target(), error) else {
        return;
    };
    let build = Build::new(&model);
    let ours = Writer::new(&build).result(target);
    let theirs = Reader::new(list(answer, "ops")).result();
    if ours != theirs {
        found.note(format!("{label}: {}", first_difference(&ours, &theirs)));
    }
    let Some(stage) = build.stages.get(target.0) else {
        return;
    };
    let ours = image(&stage.image, stage.platform.as_str());
    let theirs = answer.get("image").cloned().unwrap_or(Value::Null);
    found.expect(&format!("{label}: image"), &sorted(&ours), &sorted(&theirs));
}

/// The first line at which two lists of operations differ.
fn first_difference(ours: &[String], theirs: &[String]) -> String {
    let differs = ours
        .iter()
        .zip(theirs)
        .find(|(ours, theirs)| ours != theirs);
    match differs {
        Some((ours, theirs)) => format!("ours {ours}\n      theirs {theirs}"),
        None => format!("ours {} operations, theirs {}", ours.len(), theirs.len()),
    }
}

/// Numbers equal operations equally and keeps them in the order in which they are first needed.
#[derive(Default)]
struct Pool {
    numbers: HashMap<String, usize>,
    written: Vec<String>,
}

impl Pool {
    fn number(&mut self, operation: String) -> usize {
        if let Some(number) = self.numbers.get(&operation) {
            return *number;
        }
        let number = self.written.len();
        self.written.push(operation.clone());
        self.numbers.insert(operation, number);
        number
    }
}

/// Writes out BuildKit's operations.
struct Reader<'v> {
    by_id: HashMap<u64, &'v Value>,
    numbers: HashMap<u64, i64>,
    end: Option<&'v Value>,
    pool: Pool,
}

impl<'v> Reader<'v> {
    fn new(ops: &'v [Value]) -> Self {
        let id = |op: &Value| op.get("id").and_then(Value::as_u64).unwrap_or_default();
        Self {
            by_id: ops.iter().map(|op| (id(op), op)).collect(),
            numbers: HashMap::new(),
            end: ops.iter().find(|op| text(op, "type") == "end"),
            pool: Pool::default(),
        }
    }

    fn result(mut self) -> Vec<String> {
        let inputs = self.end.map(|end| list(end, "inputs")).unwrap_or_default();
        for input in inputs {
            self.input(input);
        }
        self.pool.written
    }

    fn input(&mut self, input: &Value) -> i64 {
        let id = input.as_str().and_then(|input| input.split('#').next());
        let Some(id) = id.and_then(|id| id.parse::<u64>().ok()) else {
            return -1;
        };
        if let Some(number) = self.numbers.get(&id) {
            return *number;
        }
        let Some(op) = self.by_id.get(&id).copied() else {
            return -1;
        };
        let inputs: Vec<i64> = list(op, "inputs")
            .iter()
            .map(|input| self.input(input))
            .collect();
        let number = self.pool.number(write_theirs(op, &inputs).to_string()) as i64;
        self.numbers.insert(id, number);
        number
    }
}

fn write_theirs(op: &Value, inputs: &[i64]) -> Value {
    let resolve = |value: Option<&Value>| {
        let at = value.and_then(Value::as_i64).unwrap_or(-1);
        let found = usize::try_from(at).ok().and_then(|at| inputs.get(at));
        json!(found.copied().unwrap_or(-1))
    };
    let mut written = op.as_object().cloned().unwrap_or_default();
    for key in ["id", "lines", "inputs"] {
        written.remove(key);
    }
    match text(op, "type") {
        "exec" => {
            let mounts = list(op, "mounts").iter().map(|mount| {
                let mut mount = mount.as_object().cloned().unwrap_or_default();
                mount.insert("input".to_owned(), resolve(mount.get("input")));
                Value::Object(mount)
            });
            written.insert("mounts".to_owned(), mounts.collect());
        }
        "file" => {
            let base = list(op, "actions")
                .first()
                .and_then(|action| action.get("input"));
            written.insert("base".to_owned(), resolve(base));
            let actions = list(op, "actions").iter().map(|action| {
                let mut action = action.as_object().cloned().unwrap_or_default();
                for key in ["input", "output"] {
                    action.remove(key);
                }
                action.insert("secondary".to_owned(), resolve(action.get("secondary")));
                if let Some(owner) = action.get_mut("owner") {
                    for side in ["user", "group"] {
                        if let Some(named) = owner.get_mut(side).and_then(Value::as_object_mut) {
                            named.insert("input".to_owned(), resolve(named.get("input")));
                        }
                    }
                }
                Value::Object(action)
            });
            written.insert("actions".to_owned(), actions.collect());
        }
        "merge" => {
            let merged = list(op, "merge").iter().map(|input| resolve(Some(input)));
            written.insert("merge".to_owned(), merged.collect());
        }
        _ => {}
    }
    sorted(&Value::Object(written))
}

/// Writes out dflint's operations in the same form.
struct Writer<'b> {
    build: &'b Build,
    numbers: HashMap<usize, i64>,
    pool: Pool,
}

impl<'b> Writer<'b> {
    fn new(build: &'b Build) -> Self {
        Self {
            build,
            numbers: HashMap::new(),
            pool: Pool::default(),
        }
    }

    fn result(mut self, target: StageId) -> Vec<String> {
        if let Some(stage) = self.build.stages.get(target.0) {
            self.input(stage.output);
        }
        self.pool.written
    }

    fn input(&mut self, input: Input) -> i64 {
        let Some(id) = input else {
            return -1;
        };
        if let Some(number) = self.numbers.get(&id.0) {
            return *number;
        }
        let Some(op) = self.build.op(id) else {
            return -1;
        };
        let written = self.write(op);
        let number = self.pool.number(sorted(&written).to_string()) as i64;
        self.numbers.insert(id.0, number);
        number
    }

    fn write(&mut self, op: &Op) -> Value {
        match op {
            Op::Source(source) => write_source(source),
            Op::Exec(exec) => {
                let root = self.input(exec.root);
                let mut mounts = vec![json!({
                    "dest": "/", "input": root, "output": 0, "readonly": false, "type": "bind",
                })];
                for mount in &exec.mounts {
                    mounts.push(self.mount(mount));
                }
                let variables = exec.env.in_update_order();
                let env = variables.iter().map(|v| format!("{}={}", v.name, v.value));
                let mut written = json!({
                    "type": "exec",
                    "args": strings(&exec.args),
                    "env": env.collect::<Vec<_>>(),
                    "cwd": exec.cwd.as_str(),
                    "user": exec.user.as_str(),
                    "network": match exec.network {
                        Network::Default => "UNSET",
                        Network::None => "NONE",
                        Network::Host => "HOST",
                    },
                    "security": if exec.insecure { "INSECURE" } else { "SANDBOX" },
                    "platform": exec.platform.as_str(),
                    "mounts": mounts,
                });
                if !exec.secret_env.is_empty() {
                    let secrets = exec.secret_env.iter().map(|secret| {
                        json!({
                            "id": secret.id.as_str(),
                            "name": secret.name.as_str(),
                            "optional": secret.optional,
                        })
                    });
                    written["secretenv"] = secrets.collect();
                }
                written
            }
            Op::File(file) => {
                let base = self.input(file.base);
                let actions = file.actions.iter().map(|action| self.action(action, base));
                let actions: Vec<Value> = actions.collect();
                json!({"type": "file", "base": base, "actions": actions})
            }
            Op::Merge(inputs) => {
                let merged: Vec<i64> = inputs.iter().map(|input| self.input(*input)).collect();
                json!({"type": "merge", "merge": merged})
            }
        }
    }

    fn mount(&mut self, mount: &MountOp) -> Value {
        let has_output = matches!(mount.kind, MountOpKind::Secret(_) | MountOpKind::Ssh(_));
        let mut written = json!({
            "dest": mount.destination.as_str(),
            "input": self.input(mount.input),
            "output": if has_output { 0 } else { -1 },
            "readonly": mount.read_only,
        });
        if let Some(selector) = &mount.selector {
            written["selector"] = json!(selector.as_str());
        }
        let access = |access: &dflint_build::lower::Access| {
            json!({
                "id": access.id.as_str(), "uid": access.uid, "gid": access.gid,
                "mode": access.mode, "optional": access.optional,
            })
        };
        let kind = match &mount.kind {
            MountOpKind::Bind | MountOpKind::Unknown => "bind",
            MountOpKind::Cache { id, sharing } => {
                let sharing = match sharing {
                    Sharing::Shared => "shared",
                    Sharing::Private => "private",
                    Sharing::Locked => "locked",
                };
                written["cache"] = json!({"id": id.as_str(), "sharing": sharing});
                "cache"
            }
            MountOpKind::Tmpfs { size } => {
                written["tmpfs_size"] = json!(size);
                "tmpfs"
            }
            MountOpKind::Secret(secret) => {
                written["secret"] = access(secret);
                "secret"
            }
            MountOpKind::Ssh(agent) => {
                written["ssh"] = access(agent);
                "ssh"
            }
        };
        written["type"] = json!(kind);
        written
    }

    fn action(&mut self, action: &FileAction, base: i64) -> Value {
        match action {
            FileAction::MakeDirectory {
                path,
                mode,
                parents,
                owner: owned,
            } => json!({
                "action": "mkdir", "dst": path.as_str(), "mode": mode, "parents": parents,
                "owner": owner(owned.as_ref(), base), "secondary": -1, "timestamp": -1,
            }),
            FileAction::MakeFile {
                path,
                mode,
                contents,
            } => json!({
                "action": "mkfile", "dst": path.as_str(), "mode": mode, "data": contents.as_str(),
                "owner": null, "secondary": -1, "timestamp": -1,
            }),
            FileAction::Copy(copy) => self.copy(copy, base),
        }
    }

    fn copy(&mut self, copy: &CopyAction, base: i64) -> Value {
        let (mode, mode_str) = match &copy.mode {
            None => (json!(-1), ""),
            Some(Chmod::Octal(mode)) => (json!(mode), ""),
            Some(Chmod::Symbolic(mode)) => (json!(0), mode.as_str()),
            Some(Chmod::Unknown(mode)) => (json!(-1), mode.as_str()),
        };
        let list = |texts: Vec<&str>| match texts.is_empty() {
            true => Value::Null,
            false => json!(texts),
        };
        json!({
            "action": "copy",
            "secondary": self.input(copy.from),
            "src": copy.source.as_str(),
            "dst": copy.destination.as_str(),
            "mode": mode,
            "mode_str": mode_str,
            "owner": owner(copy.owner.as_ref(), base),
            "excludes": list(copy.exclude.iter().map(String::as_str).collect()),
            "includes": list(copy.include.iter().map(|p| p.as_str()).collect()),
            "required": list(copy.required.iter().map(|p| p.as_str()).collect()),
            "unpack": copy.unpack,
            "create_dest": true,
            "dir_contents": copy.is_local,
            "empty_wildcard": copy.is_local,
            "follow_symlink": copy.is_local,
            "wildcard": copy.is_local,
            "replace": false,
            "timestamp": -1,
        })
    }
}

fn write_source(source: &Source) -> Value {
    match source {
        Source::Image { name, platform } => json!({
            "type": "source", "attrs": null, "platform": platform.as_str(),
            "identifier": format!("docker-image://{name}"),
        }),
        Source::Context => json!({"type": "source", "attrs": {}, "identifier": "local://context"}),
        Source::Http {
            url,
            file_name,
            checksum,
        } => {
            let mut attrs = json!({"http.filename": file_name});
            if let Some(checksum) = checksum {
                attrs["http.checksum"] = json!(checksum);
            }
            json!({"type": "source", "attrs": attrs, "identifier": url.as_str()})
        }
        Source::Git(git) => {
            let mut attrs = json!({
                "git.authheadersecret": "GIT_AUTH_HEADER",
                "git.authtokensecret": "GIT_AUTH_TOKEN",
                "git.fullurl": git.remote,
            });
            if git.keep_git_dir == Some(true) {
                attrs["git.keepgitdir"] = json!("true");
            }
            if git.submodules == Some(false) {
                attrs["git.skipsubmodules"] = json!("true");
            }
            if !git.checksum.is_empty() {
                attrs["git.checksum"] = json!(git.checksum);
            }
            if git.ssh {
                attrs["git.mountsshsock"] = json!("default");
            }
            let mut identifier = format!("git://{}", git.host_and_path);
            if !git.reference.is_empty() || !git.subdir.is_empty() {
                identifier.push('#');
                identifier.push_str(&git.reference);
            }
            if !git.subdir.is_empty() {
                identifier.push(':');
                identifier.push_str(&git.subdir);
            }
            json!({"type": "source", "attrs": attrs, "identifier": identifier})
        }
    }
}

fn owner(owner: Option<&Owner>, base: i64) -> Value {
    let Some(owner) = owner else {
        return Value::Null;
    };
    let identity = |identity: &Identity| match identity {
        Identity::Number(number) => json!(number),
        Identity::Name(name) => json!({"name": name.as_str(), "input": base}),
    };
    json!({"user": identity(&owner.user), "group": owner.group.as_ref().map(identity)})
}

/// An image's configuration as the recordings hold it: what is not set is absent.
fn image(config: &ImageConfig, platform: &str) -> Value {
    let platform = Platform::parse(platform).unwrap_or_default().normalized();
    let mut inner = Map::new();
    let mut put = |key: &str, value: Value| {
        let is_empty = match &value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(list) => list.is_empty(),
            Value::Object(map) => map.is_empty(),
            Value::Bool(set) => !set,
            Value::Number(_) => false,
        };
        if !is_empty {
            inner.insert(key.to_owned(), value);
        }
    };
    let variables = config.env.in_introduction_order();
    put(
        "Env",
        variables
            .iter()
            .map(|v| json!(format!("{}={}", v.name, v.value)))
            .collect(),
    );
    let labels = config.labels.in_update_order();
    put(
        "Labels",
        labels
            .iter()
            .map(|v| (v.name.to_string(), json!(v.value.as_str())))
            .collect(),
    );
    for (key, set) in [
        ("Volumes", &config.volumes),
        ("ExposedPorts", &config.exposed_ports),
    ] {
        let names = set.in_update_order();
        put(
            key,
            names
                .iter()
                .map(|v| (v.name.to_string(), json!({})))
                .collect(),
        );
    }
    put("User", json!(config.user.as_str()));
    put("WorkingDir", json!(config.workdir.as_str()));
    put("StopSignal", json!(config.stop_signal.as_str()));
    for (key, words) in [
        ("Cmd", &config.cmd),
        ("Entrypoint", &config.entrypoint),
        ("Shell", &config.shell),
    ] {
        put(
            key,
            words
                .as_deref()
                .map_or(Value::Null, |words| json!(strings(words))),
        );
    }
    put("ArgsEscaped", json!(config.args_escaped));
    put(
        "OnBuild",
        json!(
            config
                .on_build
                .in_introduction_order()
                .into_iter()
                .map(|trigger| trigger.value.to_string())
                .collect::<Vec<_>>()
        ),
    );
    if let Some(check) = &config.healthcheck {
        let mut written = json!({"Test": check.test});
        for (key, value) in [
            ("Interval", check.interval),
            ("Timeout", check.timeout),
            ("StartPeriod", check.start_period),
            ("StartInterval", check.start_interval),
            ("Retries", check.retries),
        ] {
            if value != 0 {
                written[key] = json!(value);
            }
        }
        put("Healthcheck", written);
    }
    let mut written = json!({
        "architecture": platform.architecture, "os": platform.os, "config": inner,
    });
    if !platform.variant.is_empty() {
        written["variant"] = json!(platform.variant);
    }
    if !config.author.as_str().is_empty() {
        written["author"] = json!(config.author.as_str());
    }
    written
}

fn strings(values: &[dflint_build::Value]) -> Vec<&str> {
    values.iter().map(dflint_build::Value::as_str).collect()
}

/// The same value with every object's keys in order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            entries
                .into_iter()
                .map(|(key, value)| (key.clone(), sorted(value)))
                .collect()
        }
        Value::Array(list) => list.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

//! Lowering a model to build operations, as BuildKit's `dockerfile2llb` does.
//!
//! Every stage is lowered, as if each were a target. Operations are not pooled: two equal ones of
//! two steps stay two, and each knows its inputs by position.

mod op;

pub use op::{
    Access, CopyAction, ExecOp, FileAction, FileOp, Identity, Input, MountOp, MountOpKind, Op,
    OpId, Owner, SecretEnv, Source,
};

use std::rc::Rc;

use dflint_parser::MountKind;

use crate::model::{
    Action, Base, CopySource, CopyStep, ImageConfig, Model, Origin, ResolvedMount, RunStep, Stage,
    StageId, StagePlatform, State, Step,
};
use crate::path;
use crate::value::Value;

/// Everything that a file builds.
#[derive(Debug)]
pub struct Build {
    /// The operations, each after those it needs.
    pub ops: Vec<Op>,
    /// The stages in file order.
    pub stages: Vec<StageBuild>,
}

/// What a stage builds.
#[derive(Debug)]
pub struct StageBuild {
    /// What the stage starts from.
    pub base: Input,
    /// For each step of the stage, the file system after it.
    pub steps: Vec<Input>,
    /// The file system at the end.
    pub output: Input,
    /// The image's configuration at the end.
    pub image: ImageConfig,
    /// The image's platform, or what is known of it.
    pub platform: Value,
}

impl Build {
    /// Lowers every stage of a model.
    #[must_use]
    pub fn new(model: &Model<'_>) -> Self {
        let mut lowering = Lowering {
            model,
            build: Self {
                ops: Vec::new(),
                stages: Vec::new(),
            },
            context: None,
        };
        for stage in model.stages() {
            let built = lowering.stage(stage);
            lowering.build.stages.push(built);
        }
        lowering.build
    }

    /// An operation by its position.
    #[must_use]
    pub fn op(&self, id: OpId) -> Option<&Op> {
        self.ops.get(id.0)
    }
}

struct Lowering<'m, 'a> {
    model: &'m Model<'a>,
    build: Build,
    context: Input,
}

impl Lowering<'_, '_> {
    fn add(&mut self, op: Op) -> Input {
        self.build.ops.push(op);
        Some(OpId(self.build.ops.len() - 1))
    }

    fn stage(&mut self, stage: &Stage<'_>) -> StageBuild {
        let platform = self.platform(stage);
        let base = match &stage.base {
            Base::Scratch => None,
            Base::Stage(id) => self.output(*id),
            Base::Image(reference) => self.image(reference.to_string().into(), platform.clone()),
            Base::Unknown(name) => self.image(name.clone(), platform.clone()),
            Base::Invalid => self.image(stage.from.base.as_str().into(), platform.clone()),
        };
        let runs_on = op::normalized(&platform);
        let mut current = base;
        let mut steps = Vec::with_capacity(stage.steps.len());
        for step in &stage.steps {
            current = self.step(step, current, &runs_on);
            steps.push(current);
        }
        StageBuild {
            base,
            steps,
            output: current,
            image: stage.end.image().clone(),
            platform,
        }
    }

    /// A stage's platform; one that depends on an unknown argument stays as written.
    fn platform(&self, stage: &Stage<'_>) -> Value {
        match (&stage.base, &stage.platform) {
            (Base::Stage(id), _) => {
                let base = self.build.stages.get(id.0);
                base.map(|base| base.platform.clone()).unwrap_or_default()
            }
            (Base::Scratch, _) => op::platform_value(&self.model.options().target_platform),
            (_, StagePlatform::Unknown(written)) => written.clone(),
            _ => op::platform_value(stage.initial.platform()),
        }
    }

    fn output(&self, id: StageId) -> Input {
        self.build.stages.get(id.0)?.output
    }

    fn image(&mut self, name: Value, platform: Value) -> Input {
        self.add(Op::Source(Source::Image { name, platform }))
    }

    fn context(&mut self) -> Input {
        if self.context.is_none() {
            self.context = self.add(Op::Source(Source::Context));
        }
        self.context
    }

    fn origin(&mut self, origin: &Origin) -> Input {
        match origin {
            Origin::Context => self.context(),
            Origin::Stage(id) => self.output(*id),
            Origin::Scratch => None,
            Origin::Image(reference) => {
                let platform = op::platform_value(&self.model.options().target_platform);
                self.image(reference.to_string().into(), platform)
            }
            Origin::Unknown(name) => {
                let platform = op::platform_value(&self.model.options().target_platform);
                self.image(name.clone(), platform)
            }
        }
    }

    fn step(&mut self, step: &Step<'_>, current: Input, platform: &Value) -> Input {
        match &step.action {
            Action::Run(run) => self.run(run, &step.state, current, platform),
            Action::Copy(copy) => self.copy(copy, current),
            Action::Workdir { path, .. } => self.workdir(path, &step.state, current),
            _ => current,
        }
    }

    fn workdir(&mut self, path: &Value, state: &State, current: Input) -> Input {
        if path.to_known() == Some("/") {
            return current;
        }
        let user = &state.image().user;
        let owner = (!user.as_str().is_empty()).then(|| Owner::parse(user));
        let action = FileAction::MakeDirectory {
            path: path::clean_value(path, false),
            mode: 0o755,
            parents: true,
            owner,
        };
        self.add(Op::File(FileOp {
            base: current,
            actions: vec![action],
        }))
    }

    fn run(&mut self, run: &RunStep<'_>, state: &State, current: Input, platform: &Value) -> Input {
        let mut mounts = Vec::with_capacity(run.mounts.len());
        mounts.extend(self.script_mount(run));
        for mount in &run.mounts {
            mounts.extend(self.mount(mount));
        }
        mounts.sort_by(|a, b| a.destination.as_str().cmp(b.destination.as_str()));
        mounts.extend(run.mounts.iter().filter_map(secret_mount));
        let agents = run
            .mounts
            .iter()
            .filter(|mount| mount.kind == MountKind::Ssh);
        let agents: Vec<MountOp> = agents
            .enumerate()
            .map(|(n, mount)| agent(n, mount))
            .collect();
        let mut env = state.env().clone();
        if let Some(first) = agents.first()
            && env.get("SSH_AUTH_SOCK").is_none()
        {
            env.set("SSH_AUTH_SOCK", first.destination.clone());
        }
        mounts.extend(agents);
        self.add(Op::Exec(Box::new(ExecOp {
            root: current,
            args: run.args.clone(),
            env,
            cwd: state.workdir().clone(),
            user: state.image().user.clone(),
            network: run.network,
            insecure: run.insecure,
            platform: platform.clone(),
            mounts,
            secret_env: run.mounts.iter().filter_map(secret_env).collect(),
            devices: run.devices.clone(),
        })))
    }

    /// The mount of the script that a heredoc with `#!` becomes.
    fn script_mount(&mut self, run: &RunStep<'_>) -> Option<MountOp> {
        let (name, text) = run.script_file.as_ref()?;
        let input = self.add(Op::File(FileOp {
            base: None,
            actions: vec![FileAction::MakeFile {
                path: path::join("/", name).into(),
                mode: 0o755,
                contents: Value::known(Rc::clone(text)),
            }],
        }));
        Some(MountOp {
            destination: crate::model::PIPES.into(),
            input,
            selector: Some("/".into()),
            read_only: true,
            kind: MountOpKind::Bind,
            unknown: Vec::new(),
        })
    }

    /// A mount of files; `None` for secrets and agents, which come last.
    fn mount(&mut self, mount: &ResolvedMount<'_>) -> Option<MountOp> {
        let kind = match mount.kind {
            MountKind::Secret | MountKind::Ssh => return None,
            MountKind::Bind => MountOpKind::Bind,
            MountKind::Tmpfs => MountOpKind::Tmpfs { size: mount.size },
            MountKind::Cache => MountOpKind::Cache {
                id: prefixed("/", mount.id.as_ref()?),
                sharing: mount.sharing,
            },
            MountKind::Unknown => MountOpKind::Unknown,
        };
        let mut input = self.origin(&mount.from);
        let mut selector = None;
        if mount.source.to_known() != Some("/") {
            selector = Some(mount.source.clone());
        } else if mount.uid.is_some() || mount.gid.is_some() || mount.mode.is_some() {
            input = self.owned_directory(mount, input);
            selector = Some("/cache".into());
        }
        Some(MountOp {
            destination: mount.target.clone()?,
            input,
            selector,
            read_only: mount.read_only,
            kind,
            unknown: mount.unknown.clone(),
        })
    }

    /// The directory that a cache with an owner starts from.
    fn owned_directory(&mut self, mount: &ResolvedMount<'_>, base: Input) -> Input {
        let number = |id: Option<u64>| {
            let id = id.and_then(|id| u32::try_from(id).ok());
            Identity::Number(id.unwrap_or_default())
        };
        let mode = mount.mode.and_then(|mode| u32::try_from(mode).ok());
        self.add(Op::File(FileOp {
            base,
            actions: vec![FileAction::MakeDirectory {
                path: "/cache".into(),
                mode: mode.unwrap_or(0o755),
                parents: false,
                owner: Some(Owner {
                    user: number(mount.uid),
                    group: Some(number(mount.gid)),
                }),
            }],
        }))
    }

    fn copy(&mut self, copy: &CopyStep, current: Input) -> Input {
        let owner = copy.chown.as_ref().map(Owner::parse);
        let exclude: Rc<[String]> = copy.exclude.clone().into();
        let mut actions = Vec::with_capacity(copy.sources.len());
        for source in &copy.sources {
            let mut action = CopyAction {
                from: None,
                source: Value::default(),
                destination: copy.destination.clone(),
                mode: copy.chmod.clone(),
                owner: owner.clone(),
                exclude: Rc::clone(&exclude),
                include: Vec::new(),
                required: Vec::new(),
                unpack: false,
                is_local: false,
            };
            self.fill(&mut action, source, copy);
            actions.push(FileAction::Copy(Box::new(action)));
        }
        let merges = copy.link && copy.chmod.is_none();
        let files = self.add(Op::File(FileOp {
            base: current.filter(|_| !merges),
            actions,
        }));
        match current {
            Some(_) if merges => self.add(Op::Merge(vec![current, files])),
            _ => files,
        }
    }

    /// Says where one source comes from.
    fn fill(&mut self, action: &mut CopyAction, source: &CopySource, copy: &CopyStep) {
        match source {
            CopySource::Path { written, path } => {
                action.from = self.origin(&copy.from);
                action.is_local = true;
                action.unpack = copy.unpack.unwrap_or(copy.is_add);
                action.source = path.clone();
                if copy.parents {
                    keep_parents(action, written);
                }
            }
            CopySource::Http {
                url,
                file_name,
                checksum,
            } => {
                action.from = self.add(Op::Source(Source::Http {
                    url: url.clone(),
                    file_name: file_name.clone(),
                    checksum: checksum.clone(),
                }));
                action.source = path::join("/", file_name).into();
                action.unpack = copy.unpack.unwrap_or(false);
            }
            CopySource::Git(git) => {
                action.from = self.add(Op::Source(Source::Git((**git).clone())));
                action.source = "/".into();
            }
            CopySource::Heredoc { name, contents } => {
                let path = Value::from(path::join("/", name.as_str()));
                action.from = self.add(Op::File(FileOp {
                    base: None,
                    actions: vec![FileAction::MakeFile {
                        path: path.clone(),
                        mode: 0o644,
                        contents: contents.clone(),
                    }],
                }));
                action.source = path;
            }
        }
    }
}

/// `COPY --parents`: where copying starts, and what it includes.
fn keep_parents(action: &mut CopyAction, written: &Value) {
    let Some(text) = written.to_known() else {
        action.include = vec![written.clone()];
        action.source = "/".into();
        return;
    };
    let (start, pattern) = text.split_once("/./").unwrap_or(("/", text));
    let pattern = path::join("/", pattern);
    let relative = pattern.strip_prefix('/').unwrap_or(&pattern);
    action.include = vec![relative.into()];
    if !has_wildcards(start) && !has_wildcards(&pattern) {
        action.required = vec![path::join("/", &path::join(start, &pattern)).into()];
    }
    action.source = path::join("/", start).into();
}

/// Whether a path holds `*`, `?` or `[` that is not escaped.
fn has_wildcards(path: &str) -> bool {
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'*' | b'?' | b'[' => return true,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
    false
}

fn secret_mount(mount: &ResolvedMount<'_>) -> Option<MountOp> {
    if mount.kind != MountKind::Secret {
        return None;
    }
    Some(MountOp {
        destination: mount.target.clone()?,
        input: None,
        selector: None,
        read_only: false,
        kind: MountOpKind::Secret(access(mount, mount.id.clone()?, 0o400)),
        unknown: mount.unknown.clone(),
    })
}

fn secret_env(mount: &ResolvedMount<'_>) -> Option<SecretEnv> {
    let name = mount
        .env
        .as_ref()
        .filter(|_| mount.kind == MountKind::Secret)?;
    Some(SecretEnv {
        id: mount.id.clone()?,
        name: name.clone(),
        optional: !mount.required,
    })
}

/// The `n`th agent of a command.
fn agent(n: usize, mount: &ResolvedMount<'_>) -> MountOp {
    let default = || Value::from(format!("/run/buildkit/ssh_agent.{n}"));
    MountOp {
        destination: mount.target.clone().unwrap_or_else(default),
        input: None,
        selector: None,
        read_only: false,
        kind: MountOpKind::Ssh(access(
            mount,
            // Without a name the client takes the one called `default`.
            mount.id.clone().unwrap_or_default(),
            0o600,
        )),
        unknown: mount.unknown.clone(),
    }
}

fn access(mount: &ResolvedMount<'_>, id: Value, default_mode: u64) -> Access {
    Access {
        id,
        uid: mount.uid.unwrap_or_default(),
        gid: mount.gid.unwrap_or_default(),
        mode: mount.mode.unwrap_or(default_mode),
        optional: !mount.required,
    }
}

/// `prefix` and `value`, what is unknown of it still marked.
fn prefixed(prefix: &str, value: &Value) -> Value {
    let mut builder = crate::value::ValueBuilder::default();
    builder.push_str(prefix);
    builder.push_value(value);
    builder.finish()
}

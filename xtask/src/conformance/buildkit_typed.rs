//! The typed level of suite `buildkit-parse`: stages, arguments in front of them, and what each
//! command says.

use dflint_parser::{
    Command, CommandLine, Dockerfile, FromClause, HealthTest, Healthcheck, Instruction, KeyValues,
    Level, Run, Source, Text, Transfer,
};
use serde_json::{Map, Value, json};

use super::recordings::{flag, list, text};
use super::suite::Differences;

/// Compares the typed level of `file` with `theirs`.
pub(crate) fn compare(file: &Dockerfile<'_>, theirs: &Value, differences: &mut Differences) {
    let accepted = file.errors.iter().all(|error| error.level != Level::Typed);
    differences.expect("typed ok", &accepted, &flag(theirs, "ok"));
    if !accepted || !flag(theirs, "ok") {
        return;
    }
    let mut stages: Vec<(&Instruction<'_>, &FromClause<'_>, Vec<&Instruction<'_>>)> = Vec::new();
    let mut meta_args = Vec::new();
    for instruction in &file.instructions {
        match (&instruction.command, stages.last_mut()) {
            (Command::From(from), _) => stages.push((instruction, from, Vec::new())),
            (_, Some((_, _, commands))) => commands.push(instruction),
            (_, None) => meta_args.push(instruction),
        }
    }
    compare_commands(file, &meta_args, list(theirs, "meta_args"), differences);
    let their_stages = list(theirs, "stages");
    differences.expect("stages", &stages.len(), &their_stages.len());
    for ((instruction, from, commands), theirs) in stages.iter().zip(their_stages) {
        let ours = stage(file, instruction, from);
        for (key, value) in &ours {
            let field = format!("stage at line {}: {key}", instruction.start_line);
            differences.expect(&field, value, &theirs[key]);
        }
        compare_commands(file, commands, list(theirs, "commands"), differences);
    }
}

fn compare_commands(
    file: &Dockerfile<'_>,
    ours: &[&Instruction<'_>],
    theirs: &[Value],
    differences: &mut Differences,
) {
    differences.expect("commands", &ours.len(), &theirs.len());
    for (instruction, theirs) in ours.iter().zip(theirs) {
        let line = instruction.start_line;
        let name = instruction
            .name
            .map(|name| name.as_str().to_ascii_lowercase());
        differences.expect(
            &format!("line {line}: type"),
            name.as_deref().unwrap_or_default(),
            text(theirs, "type"),
        );
        differences.expect(
            &format!("line {line}: name"),
            instruction.keyword.as_str(),
            text(theirs, "name"),
        );
        differences.expect(
            &format!("line {line}: code"),
            instruction.logical.as_str().trim(),
            text(theirs, "code"),
        );
        differences.expect(
            &format!("line {line}: data"),
            &data(file, instruction),
            &theirs["data"],
        );
        if let Command::Run(run) = &instruction.command {
            let network = run.network.as_ref().map_or("default", Text::as_str);
            differences.expect(
                &format!("line {line}: network"),
                network,
                text(theirs, "network"),
            );
            let security = run.security.as_ref().map_or("sandbox", Text::as_str);
            differences.expect(
                &format!("line {line}: security"),
                security,
                text(theirs, "security"),
            );
            compare_mounts(run, line, theirs, differences);
        }
    }
}

fn stage(
    file: &Dockerfile<'_>,
    instruction: &Instruction<'_>,
    from: &FromClause<'_>,
) -> Map<String, Value> {
    let name = from
        .name
        .as_ref()
        .map_or_else(String::new, |name| dflint_parser::lowercase(name.as_str()));
    let stage = json!({
        "base": from.base.as_str(),
        "doc": doc_comment(file, instruction, &name),
        "name": name,
        "orig_cmd": instruction.keyword.as_str(),
        "platform": from.platform.as_ref().map_or("", Text::as_str),
        "start_line": instruction.start_line,
        "end_line": instruction.end_line,
    });
    let Value::Object(stage) = stage else {
        return Map::new();
    };
    stage
}

/// What the first comment that begins with `name` says of it.
fn doc_comment<'f>(file: &'f Dockerfile<'_>, instruction: &Instruction<'_>, name: &str) -> &'f str {
    if name.is_empty() {
        return "";
    }
    let comments = file
        .comments
        .get(instruction.doc_comments.clone())
        .unwrap_or_default();
    comments
        .iter()
        .find_map(|comment| comment.text.strip_prefix(name)?.strip_prefix(' '))
        .unwrap_or_default()
}

/// The fields of the command as BuildKit's Go types hold them.
fn data(file: &Dockerfile<'_>, instruction: &Instruction<'_>) -> Value {
    match &instruction.command {
        Command::Arg(definitions) => {
            let args: Vec<Value> = definitions
                .iter()
                .map(|arg| {
                    json!({
                        "Key": arg.key.as_str(),
                        "Value": arg.value.as_ref().map(Text::as_str),
                        "DocComment": doc_comment(file, instruction, arg.key.as_str()),
                    })
                })
                .collect();
            json!({ "Args": args })
        }
        Command::Env(pairs) => json!({ "Env": key_values(pairs) }),
        Command::Label(pairs) => json!({ "Labels": key_values(pairs) }),
        Command::Run(run) => run_data(instruction, run),
        // Go's `nil`, for ENTRYPOINT alone.
        Command::Entrypoint(line) if words(line).is_empty() => json!({
            "CmdLine": null,
            "Files": null,
            "PrependShell": matches!(line, CommandLine::Shell(_)),
        }),
        Command::Cmd(line) | Command::Entrypoint(line) => json!({
            "CmdLine": words(line),
            "Files": null,
            "PrependShell": matches!(line, CommandLine::Shell(_)),
        }),
        Command::Copy(copy) => copy_data(instruction, copy),
        Command::Add(add) => add_data(instruction, add),
        Command::Workdir(path) => json!({ "Path": path.as_str() }),
        Command::User(user) => json!({ "User": user.as_str() }),
        Command::Volume(paths) => json!({ "Volumes": texts(paths) }),
        Command::Expose(ports) => {
            let mut ports = texts(ports);
            ports.sort_unstable();
            json!({ "Ports": ports })
        }
        Command::Stopsignal(signal) => json!({ "Signal": signal.as_str() }),
        Command::Shell(shell) => json!({ "Shell": texts(shell) }),
        Command::Healthcheck(check) => json!({ "Health": health(check) }),
        Command::Maintainer(name) => json!({ "Maintainer": name.as_str() }),
        Command::Onbuild(_) => json!({ "Expression": onbuild_expression(instruction) }),
        Command::From(_) | Command::Invalid => Value::Null,
    }
}

/// What BuildKit parses again in a stage based on the image: the logical line without `ONBUILD`,
/// the heredocs put back.
fn onbuild_expression(instruction: &Instruction<'_>) -> String {
    let line = instruction.logical.as_str().trim_start();
    let keyword = instruction.keyword.as_str();
    let keyword = if keyword.is_ascii() { keyword } else { "" };
    let line = line.strip_prefix(keyword).unwrap_or_default();
    let is_space = |ch| matches!(ch, '\t' | '\n' | '\u{c}' | '\r' | ' ');
    let mut expression = line.trim_start_matches(is_space).to_owned();
    for heredoc in &instruction.heredocs {
        for piece in ["\n", heredoc.body.as_str(), &heredoc.name] {
            expression.push_str(piece);
        }
    }
    expression
}

fn texts<'t>(texts: &'t [Text<'_>]) -> Vec<&'t str> {
    texts.iter().map(Text::as_str).collect()
}

fn words<'l>(line: &'l CommandLine<'_>) -> Vec<&'l str> {
    match line {
        CommandLine::Exec(words) => texts(words),
        CommandLine::Shell(line) if line.is_empty() => Vec::new(),
        CommandLine::Shell(line) => vec![line.as_str()],
    }
}

fn key_values(pairs: &KeyValues<'_>) -> Vec<Value> {
    let pair = |pair: &dflint_parser::KeyValue<'_>| json!({ "Key": pair.key.as_str(), "Value": pair.value.as_str(), "NoDelim": pairs.legacy });
    pairs.pairs.iter().map(pair).collect()
}

/// `null` for no element, as Go's `nil`.
fn or_null(values: Vec<Value>) -> Value {
    if values.is_empty() {
        Value::Null
    } else {
        values.into()
    }
}

fn run_data(instruction: &Instruction<'_>, run: &Run<'_>) -> Value {
    let file = |heredoc: &dflint_parser::Heredoc<'_>| json!({ "Name": heredoc.name, "Data": heredoc.body.as_str(), "Chomp": heredoc.chomp });
    let mut flags: Vec<&str> = instruction
        .flags
        .iter()
        .map(|flag| flag.name.as_str())
        .collect();
    flags.sort_unstable();
    flags.dedup();
    json!({
        "CmdLine": words(&run.command),
        "Files": or_null(instruction.heredocs.iter().map(file).collect()),
        "PrependShell": matches!(run.command, CommandLine::Shell(_)),
        "FlagsUsed": flags,
    })
}

fn transfer_data(instruction: &Instruction<'_>, transfer: &Transfer<'_>) -> Map<String, Value> {
    let mut paths = Vec::new();
    let mut contents = Vec::new();
    for source in &transfer.sources {
        match source {
            Source::Path(path) => paths.push(json!(path.as_str())),
            Source::Heredoc(index) => contents.push(heredoc_source(instruction, *index)),
            Source::EmptyHeredoc { name, expand, .. } => {
                contents.push(json!({ "Path": name, "Data": "", "Expand": expand }));
            }
        }
    }
    let optional = |text: &Option<Text<'_>>| json!(text.as_ref().map_or("", Text::as_str));
    let exclude = transfer
        .exclude
        .iter()
        .map(|pattern| json!(pattern.as_str()))
        .collect();
    let mut data = Map::new();
    data.insert("DestPath".to_owned(), json!(transfer.destination.as_str()));
    data.insert("SourcePaths".to_owned(), or_null(paths));
    data.insert("SourceContents".to_owned(), or_null(contents));
    data.insert("Chown".to_owned(), optional(&transfer.chown));
    data.insert("Chmod".to_owned(), optional(&transfer.chmod));
    data.insert("Link".to_owned(), json!(transfer.link));
    data.insert("ExcludePatterns".to_owned(), or_null(exclude));
    data
}

fn heredoc_source(instruction: &Instruction<'_>, index: usize) -> Value {
    let Some(heredoc) = instruction.heredocs.get(index) else {
        return Value::Null;
    };
    let body = instruction.copied_body(index).map_or("", Text::as_str);
    let lines = body.split_inclusive('\n');
    let chomp = |line| {
        if heredoc.chomp {
            str::trim_start_matches(line, '\t')
        } else {
            line
        }
    };
    let body: String = lines.map(chomp).collect();
    json!({ "Path": heredoc.name, "Data": body, "Expand": heredoc.expand })
}

fn copy_data(instruction: &Instruction<'_>, copy: &Transfer<'_>) -> Value {
    let mut data = transfer_data(instruction, copy);
    data.insert(
        "From".to_owned(),
        json!(copy.from.as_ref().map_or("", Text::as_str)),
    );
    data.insert("Parents".to_owned(), json!(copy.parents));
    Value::Object(data)
}

fn add_data(instruction: &Instruction<'_>, add: &Transfer<'_>) -> Value {
    let mut data = transfer_data(instruction, add);
    data.insert("KeepGitDir".to_owned(), json!(add.keep_git_dir));
    data.insert(
        "Checksum".to_owned(),
        json!(add.checksum.as_ref().map_or("", Text::as_str)),
    );
    data.insert("Unpack".to_owned(), json!(add.unpack));
    Value::Object(data)
}

fn health(check: &Healthcheck<'_>) -> Value {
    let mut health = Map::new();
    let mut test = Vec::new();
    match &check.test {
        HealthTest::None => test.push("NONE"),
        HealthTest::Cmd(line) => {
            test.push(if matches!(line, CommandLine::Exec(_)) {
                "CMD"
            } else {
                "CMD-SHELL"
            });
            test.extend(words(line));
        }
    }
    health.insert("Test".to_owned(), json!(test));
    for (key, value) in [
        ("Interval", check.interval),
        ("Timeout", check.timeout),
        ("StartPeriod", check.start_period),
        ("StartInterval", check.start_interval),
        ("Retries", check.retries),
    ] {
        if let Some(value) = value.filter(|value| *value != 0) {
            health.insert(key.to_owned(), json!(value));
        }
    }
    Value::Object(health)
}

/// The fields of each mount as they are written. What they default to is the business of the
/// build's conversion.
fn compare_mounts(run: &Run<'_>, line: u32, theirs: &Value, differences: &mut Differences) {
    if theirs
        .get("mounts_error")
        .is_some_and(|error| !error.is_null())
    {
        return;
    }
    let theirs = list(theirs, "mounts");
    differences.expect(
        &format!("line {line}: mounts"),
        &run.mounts.len(),
        &theirs.len(),
    );
    for (mount, theirs) in run.mounts.iter().zip(theirs) {
        let kind = format!("{:?}", mount.kind).to_ascii_lowercase();
        differences.expect(
            &format!("line {line}: mount type"),
            kind.as_str(),
            text(theirs, "Type"),
        );
        for (names, recorded) in [
            (["from"].as_slice(), "From"),
            (&["source", "src"], "Source"),
            (&["target", "dst", "destination"], "Target"),
            (&["id"], "CacheID"),
            (&["sharing"], "CacheSharing"),
        ] {
            let recorded_as = |value: &str| match recorded {
                "CacheSharing" => value.to_lowercase(),
                _ => value.to_owned(),
            };
            let field = mount
                .fields
                .iter()
                .rfind(|field| names.contains(&field.key.as_str()));
            let value = field.and_then(|field| field.value.as_ref());
            let field = format!("line {line}: mount {recorded}");
            differences.expect(
                &field,
                recorded_as(value.map_or("", Text::as_str)).as_str(),
                text(theirs, recorded),
            );
        }
    }
}

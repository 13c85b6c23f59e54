//! What BuildKit makes of files that few people write, but that it reads in its own way. Every
//! expectation was checked with BuildKit's Dockerfile frontend.

use dflint_build::lower::{FileAction, MountOpKind, Op, Source};
use dflint_build::{Action, Base, Build, CopySource, Model, ModelOptions, Origin};
use dflint_parser::parse;

/// The operations of a file.
fn ops(source: &str) -> Vec<Op> {
    let file = parse(source);
    assert!(file.errors.is_empty(), "{:?}", file.errors);
    let model = Model::new(&file, &ModelOptions::like_buildkit_checks());
    assert!(model.errors().is_empty(), "{:?}", model.errors());
    Build::new(&model).ops
}

/// What BuildKit refuses of a file.
fn errors(source: &str) -> Vec<String> {
    let file = parse(source);
    let model = Model::new(&file, &ModelOptions::like_buildkit_checks());
    let errors = model.errors().iter();
    errors.map(|error| error.kind.to_string()).collect()
}

/// The files that a `COPY` or `ADD` writes itself, and what is in them.
fn written_files(source: &str) -> Vec<(String, String)> {
    let actions = ops(source).into_iter().flat_map(|op| match op {
        Op::File(file) => file.actions,
        _ => Vec::new(),
    });
    let files = actions.filter_map(|action| match action {
        FileAction::MakeFile { path, contents, .. } => {
            Some((path.to_string(), contents.to_string()))
        }
        _ => None,
    });
    files.collect()
}

fn file(path: &str, contents: &str) -> (String, String) {
    (path.to_owned(), contents.to_owned())
}

#[test]
fn heredocs_of_one_name_share_the_last_body() {
    let source = "FROM a\nCOPY <<E <<-E /x/\none\nE\n\ttwo\n\tE\n";
    assert_eq!(
        written_files(source),
        [file("/E", "\ttwo\n"), file("/E", "two\n")]
    );
}

#[test]
fn a_word_that_only_looks_like_a_heredoc_is_an_empty_file() {
    let json = "FROM a\nCOPY [\"<<E\", \"/x\"]\n";
    assert_eq!(written_files(json), [file("/E", "")]);
    let split = "FROM a\nCOPY <<E\\ F /x/\nbody\nE F\n";
    assert_eq!(written_files(split), [file("/E", "")]);
}

#[test]
fn what_an_address_says_holds_for_the_sources_behind_it() {
    let commit = "a".repeat(40);
    let source = format!(
        "FROM a\nADD https://x.org/a.git?tag=v1&checksum={commit}&keep-git-dir=1 git@x:y /x/\n"
    );
    let repositories: Vec<_> = ops(&source)
        .into_iter()
        .filter_map(|op| match op {
            Op::Source(Source::Git(git)) => {
                Some((git.host_and_path, git.checksum, git.keep_git_dir))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        repositories,
        [
            ("x.org/a.git".to_owned(), commit.clone(), Some(true)),
            ("x/y".to_owned(), commit.clone(), Some(true)),
        ]
    );
    let file =
        format!("FROM a\nADD https://x.org/a.git?tag=v1&checksum={commit} https://x.org/b /x/\n");
    assert_eq!(errors(&file), ["`--checksum`: this is not a digest"]);
}

#[test]
fn an_agent_without_a_name_has_none() {
    let agents: Vec<_> = ops("FROM a\nRUN --mount=type=ssh b\n")
        .into_iter()
        .filter_map(|op| match op {
            Op::Exec(exec) => Some(exec.mounts),
            _ => None,
        })
        .flatten()
        .filter_map(|mount| match mount.kind {
            MountOpKind::Ssh(agent) => Some(agent.id.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(agents, [""]);
}

#[test]
fn commands_run_on_the_normal_form_of_the_platform() {
    let mut platforms = Vec::new();
    for op in ops("FROM --platform=linux/arm a\nRUN b\n") {
        match op {
            Op::Source(Source::Image { platform, .. }) => platforms.push(platform.to_string()),
            Op::Exec(exec) => platforms.push(exec.platform.to_string()),
            _ => {}
        }
    }
    assert_eq!(platforms, ["linux/arm", "linux/arm/v7"]);
}

#[test]
fn a_trigger_keeps_the_blanks_at_its_end() {
    let file = parse("FROM a\nonbuild  RUN b \t\nRUN c");
    let model = Model::new(&file, &ModelOptions::like_buildkit_checks());
    let triggers: Vec<_> = model
        .steps()
        .filter_map(|(_, step)| match &step.action {
            Action::Onbuild(trigger) => Some(trigger.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(triggers, ["RUN b \t"]);
}

#[test]
fn images_that_commands_name_are_counted_behind_the_stages() {
    let origins = |source: &str| {
        let file = parse(source);
        let model = Model::new(&file, &ModelOptions::like_buildkit_checks());
        let steps = model.steps().filter_map(|(_, step)| match &step.action {
            Action::Copy(copy) => Some(copy.from.clone()),
            _ => None,
        });
        let origins: Vec<Origin> = steps.collect();
        (origins, errors(source))
    };
    let source = "FROM a\nRUN --mount=type=tmpfs,target=/x b\nCOPY --from=c d /d\n\
                  COPY --from=1 d /d\nCOPY --from=2 d /d\nCOPY --from=3 d /d\n";
    let (found, refused) = origins(source);
    assert_eq!(found[0], found[2]);
    assert!(matches!(found[0], Origin::Image(_)));
    assert_eq!(found[1], Origin::Scratch);
    assert_eq!(
        refused,
        ["there is no stage number 3: stages are counted from 0"]
    );
}

#[test]
fn letters_become_small_one_by_one() {
    let file = parse("FROM a AS \u{130}x\nFROM ix\nONBU\u{130}LD RUN b\n");
    let model = Model::new(&file, &ModelOptions::like_buildkit_checks());
    let names = model.stages().iter().map(|stage| stage.name.as_deref());
    assert_eq!(names.collect::<Vec<_>>(), [Some("ix"), None]);
    assert!(matches!(model.stages()[1].base, Base::Stage(_)));
    let triggers = model.steps().filter_map(|(_, step)| match &step.action {
        Action::Onbuild(trigger) => Some(trigger.to_string()),
        _ => None,
    });
    assert_eq!(triggers.collect::<Vec<_>>(), ["ONBU\u{130}LD RUN b"]);
}

#[test]
fn on_windows_a_short_destination_loses_its_slash() {
    let destination = |written: &str| {
        let source = format!("FROM --platform=windows a\nCOPY x {written}\n");
        let copies = ops(&source).into_iter().flat_map(|op| match op {
            Op::File(file) => file.actions,
            _ => Vec::new(),
        });
        let mut to = copies.filter_map(|action| match action {
            FileAction::Copy(copy) => Some(copy.destination.to_string()),
            _ => None,
        });
        to.next().unwrap()
    };
    for (written, want) in [
        ("c/", "/c"),
        ("cd/", "/cd/"),
        ("cd/.", "/cd"),
        ("C:/cd/", "/cd/"),
        (".", "/"),
    ] {
        assert_eq!(destination(written), want, "{written}");
    }
}

#[test]
fn all_mounts_are_read_before_one_is_resolved() {
    assert_eq!(
        errors("FROM a\nRUN --mount=type=cache,target=/ --mount=type=nothing b\n"),
        [
            "the mount's `type` is `nothing`, which BuildKit does not know: it is bind, cache, tmpfs, secret, ssh"
        ]
    );
}

#[test]
fn a_base_closes_no_circle() {
    assert_eq!(
        errors("FROM a AS one\nCOPY --from=two x /x\nFROM one AS two\nRUN b\n"),
        ["stage `two` is used before it is built; it must stand above"]
    );
    assert_eq!(
        errors("FROM a AS one\nCOPY --from=two x /x\nFROM a AS two\nCOPY --from=one x /x\n"),
        [
            "stages wait for each other in a circle: one",
            "stage `two` is used before it is built; it must stand above",
        ]
    );
}

#[test]
fn an_address_that_is_none_for_go_names_no_file() {
    let file = parse("FROM a\nADD https://x.org/a%zz /x\n");
    let model = Model::new(&file, &ModelOptions::like_buildkit_checks());
    let mut names = Vec::new();
    for (_, step) in model.steps() {
        let Action::Copy(copy) = &step.action else {
            continue;
        };
        names.extend(copy.sources.iter().filter_map(|source| match source {
            CopySource::Http { file_name, .. } => Some(file_name.as_str()),
            _ => None,
        }));
    }
    assert_eq!(names, ["__unnamed__"]);
}

#[test]
fn a_file_without_a_stage_builds_nothing() {
    let message = "there is nothing to build: a FROM must follow the arguments";
    assert_eq!(errors("ARG a=1\nARG b\n"), [message]);
    // It is met before the defaults are expanded.
    assert_eq!(errors("ARG a=${b?c}\n").first().unwrap(), message);
    // Reading the instructions says enough.
    for source in ["ARG a=1\nRUN b\n", "ARG a=1\nFROM\n", "", "# c\n"] {
        assert_eq!(errors(source), [""; 0], "{source}");
        assert_eq!(parse(source).errors.len(), 1, "{source}");
    }
}

//! What must not bring dflint down: each case ends with findings or a clear error, and never
//! hides another file.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows test functions, but not the functions they share"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Runs dflint in `directory` with a good Dockerfile besides.
fn dflint(directory: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dflint"))
        .current_dir(directory)
        .args(["--isolated", "--select", "maintainer-deprecated"])
        .args(args)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn project() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(
        directory.path().join("Dockerfile"),
        "FROM alpine\nMAINTAINER x\n",
    )
    .unwrap();
    directory
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The file called `name` is refused with `message`, and the good one is linted all the same.
fn is_refused(name: &str, content: &[u8], message: &str) {
    let project = project();
    fs::write(project.path().join(name), content).unwrap();
    let output = dflint(project.path(), &["."]);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{out}{err}");
    assert!(err.contains(name) && err.contains(message), "{err}");
    assert!(out.contains("Dockerfile:2:1"), "{out}");
}

/// The file called `name` is linted, and the good one too.
fn is_linted(name: &str, content: &[u8]) {
    let project = project();
    fs::write(project.path().join(name), content).unwrap();
    for args in [["."].as_slice(), &["--diff", "--unsafe-fixes", "."]] {
        let output = dflint(project.path(), args);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(1), "{name}: {err}");
        assert!(out.contains("MAINTAINER x"), "{name}");
        assert!(err.is_empty(), "{name}: {err}");
    }
}

#[test]
fn binary_files_are_refused() {
    is_refused("Dockerfile.bin", b"\x7fELF\0\0\0", "binary file");
    is_refused("Dockerfile.utf16", b"\xff\xfeF\0R\0O\0M\0", "UTF-16");
}

#[test]
fn huge_files_are_refused() {
    let content = vec![b'#'; 50 * 1024 * 1024 + 1];
    is_refused("Dockerfile.huge", &content, "too large");
}

#[test]
fn odd_files_are_linted() {
    is_linted("Dockerfile.empty", b"");
    is_linted("Dockerfile.invalid", b"FROM alpine\nRUN echo \xff\xfe\n");
    is_linted(
        "Dockerfile.heredoc",
        b"FROM alpine\nRUN <<EOF\nnever closed\n",
    );
    is_linted(
        "Dockerfile.bom",
        b"\xef\xbb\xbfFROM alpine\r\nMAINTAINER y\r\n",
    );
    is_linted("Dockerfile.escapes", b"FROM alpine\nRUN \x1b[2Jx\n");
    let long = format!("FROM alpine\nENV X {}\n", "y".repeat(60_000));
    is_linted("Dockerfile.long", long.as_bytes());
    is_linted(
        "Dockerfile.stages",
        "FROM alpine\n".repeat(5_000).as_bytes(),
    );
    let nested = format!("FROM alpine\nRUN {}\n", "(".repeat(20_000));
    is_linted("Dockerfile.nested", nested.as_bytes());
}

#[test]
fn a_directory_named_dockerfile_is_searched() {
    let project = project();
    let inner = project.path().join("a/Dockerfile");
    fs::create_dir_all(&inner).unwrap();
    fs::write(inner.join("Dockerfile"), "FROM alpine\nMAINTAINER y\n").unwrap();
    let output = dflint(project.path(), &["a"]);
    assert!(text(&output.stdout).contains("a/Dockerfile/Dockerfile:2:1"));
}

#[cfg(unix)]
#[test]
fn links_and_pipes_do_not_hang() {
    use std::os::unix::fs::symlink;

    let project = project();
    let at = |name: &str| project.path().join(name);
    symlink("Dockerfile.loop", at("Dockerfile.loop")).unwrap();
    symlink("/dev/zero", at("Dockerfile.zero")).unwrap();
    symlink(".", at("loop")).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(at("Dockerfile.pipe"))
            .status()
            .unwrap()
            .success()
    );
    let output = dflint(project.path(), &[".", "Dockerfile.zero"]);
    let err = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(
        err.contains("Dockerfile.loop: cannot follow the link"),
        "{err}"
    );
    assert!(
        err.contains("Dockerfile.zero: cannot read: is not a regular file"),
        "{err}"
    );
    assert!(
        err.contains("Dockerfile.pipe: cannot read: is not a regular file"),
        "{err}"
    );
    assert!(text(&output.stdout).contains("Dockerfile:2:1"));
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_said() {
    use std::os::unix::fs::PermissionsExt;

    let project = project();
    let path = project.path().join("Dockerfile");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let output = dflint(project.path(), &["--fix", "--unsafe-fixes"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("not written: the file is read-only"));
    assert!(
        text(&output.stdout).contains("Dockerfile:2:1"),
        "the finding still stands"
    );
    assert_eq!(
        fs::read_to_string(path).unwrap(),
        "FROM alpine\nMAINTAINER x\n"
    );
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let project = project();
    for number in 0..200 {
        let path = project.path().join(format!("Dockerfile.{number}"));
        fs::write(path, "FROM alpine\nMAINTAINER x\n".repeat(20)).unwrap();
    }
    let binary = env!("CARGO_BIN_EXE_dflint");
    let output = Command::new("sh")
        .current_dir(project.path())
        .args(["-c", &format!("'{binary}' --isolated . | head -n 1")])
        .output()
        .unwrap();
    assert!(text(&output.stderr).is_empty(), "{}", text(&output.stderr));
}

#[test]
fn standard_input_is_bounded_too() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dflint"))
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let chunk = vec![b'#'; 1024 * 1024];
    // dflint stops reading long before this ends.
    for _ in 0..200 {
        if std::io::Write::write_all(&mut stdin, &chunk).is_err() {
            break;
        }
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("too large"));
}

/// Pipes `input` through `dflint` with `args` in `directory`.
fn piped(directory: &Path, args: &[&str], input: &[u8]) -> Output {
    let buffer = directory.join("buffer");
    fs::write(&buffer, input).unwrap();
    Command::new(env!("CARGO_BIN_EXE_dflint"))
        .current_dir(directory)
        .args(args)
        .stdin(fs::File::open(&buffer).unwrap())
        .output()
        .unwrap()
}

#[test]
fn a_buffer_is_never_lost() {
    let project = project();
    let text_of = |name: &str| fs::read_to_string(project.path().join(name)).unwrap();
    let good = text_of("Dockerfile");
    let large = vec![b'#'; 17 * 1024 * 1024];
    let cases: [(&[&str], &[u8]); 8] = [
        (&["--fix", "-"], b"FROM a\0"),
        (&["--fix", "-"], &large),
        (&["--fix", "-"], b"FRM a\nRUN \xff"),
        (&["--fix", "--select", "no-such-rule", "-"], good.as_bytes()),
        (&["--fix", "--no-such-flag", "-"], good.as_bytes()),
        (&["--fix", "--config", "missing.toml", "-"], good.as_bytes()),
        (
            &["--fix", "--preset", "no-such-preset", "-"],
            good.as_bytes(),
        ),
        (&["--fix", "-", "Dockerfile"], good.as_bytes()),
    ];
    for (args, input) in cases {
        let output = piped(project.path(), args, input);
        assert_ne!(output.status.code(), Some(0), "{args:?}");
        assert!(!output.stderr.is_empty(), "{args:?}");
        assert!(output.stdout == input, "{args:?}: not what came in");
    }
}

#[test]
fn a_buffer_comes_back_once() {
    let project = project();
    let args = ["--fix", "--output-file", "missing/report", "-"];
    let output = piped(project.path(), &args, b"FROM alpine:3.22\nENV A b\n");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stdout), "FROM alpine:3.22\nENV A=b\n");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_context_is_not_written_to() {
    let outside = tempfile::tempdir().unwrap();
    let shared = outside.path().join("shared");
    fs::write(&shared, "*.log\n").unwrap();
    let project = project();
    fs::create_dir(project.path().join(".git")).unwrap();
    fs::write(project.path().join(".git/HEAD"), "").unwrap();
    let file = b"FROM alpine:3.22\nCOPY . /app\n";
    fs::write(project.path().join("Dockerfile"), file).unwrap();
    std::os::unix::fs::symlink(&shared, project.path().join(".dockerignore")).unwrap();
    let select = [
        "--select",
        "missing-dockerignore",
        "--unsafe-fixes",
        "--fix",
    ];
    let output = dflint(project.path(), &select);
    assert_eq!(output.status.code(), Some(1), "the finding still stands");
    assert_eq!(fs::read_to_string(&shared).unwrap(), "*.log\n");
}

#[test]
fn a_buffer_creates_no_files() {
    let project = project();
    fs::create_dir(project.path().join(".git")).unwrap();
    let input = b"FROM alpine:3.22\nCOPY . /app\n";
    fs::write(project.path().join("Dockerfile"), input).unwrap();
    let select = ["--select", "missing-dockerignore", "--unsafe-fixes"];
    let offered = dflint(project.path(), &["--select", "missing-dockerignore"]);
    assert!(text(&offered.stdout).contains("new file .dockerignore"));
    let args = [
        &select[..],
        &["--fix", "--stdin-filename", "Dockerfile", "-"],
    ]
    .concat();
    let output = piped(project.path(), &args, input);
    assert_eq!(output.status.code(), Some(1), "the finding still stands");
    assert!(text(&output.stderr).contains("missing-dockerignore"));
    assert!(output.stdout == input);
    assert!(!project.path().join(".dockerignore").exists());
}

//! No output ever repeats the value of a secret, whatever the format.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot run has failed"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Values put together here, so that no scanner takes this file for a leak: looks of services,
/// and a password without any.
fn secrets() -> Vec<String> {
    let run = |alphabet: &str, length: usize| -> String {
        alphabet.chars().cycle().take(length).collect()
    };
    let mixed = "a1B2c3D4e5F6g7H8j9K";
    vec![
        ["Qu1ck", "Fox&9"].concat(),
        ["correct", "horsebattery"].concat(),
        ["ghp", "_", &run(mixed, 36)].concat(),
        ["github", "_pat_", &run(mixed, 82)].concat(),
        ["gl", "pat-", &run(mixed, 20)].concat(),
        ["AK", "IA", &run("A1B2C3D4E5F6G7H8", 16)].concat(),
        ["xo", "xb-", &run(mixed, 40)].concat(),
        ["np", "m_", &run(mixed, 36)].concat(),
        ["sk", "_live_", &run(mixed, 24)].concat(),
        [
            "ey",
            "J",
            &run(mixed, 30),
            ".",
            &run(mixed, 30),
            ".",
            &run(mixed, 30),
        ]
        .concat(),
    ]
}

/// The ways in which a secret gets into a Dockerfile. `{}` stands for it.
const FORMS: &[&str] = &[
    "FROM alpine\nARG DB_PASSWORD={}\nRUN ./x $DB_PASSWORD\n",
    "FROM alpine\nARG API_TOKEN=\"{}\"\nRUN curl -H \"X: $API_TOKEN\" x\n",
    "FROM alpine\nENV DB_PASSWORD={} A=b\n",
    "FROM alpine\nENV DB_PASSWORD {}\n",
    "FROM alpine\nENV A=b \\\n    DB_PASSWORD='{}'\nRUN cd /x && pip install y\n",
    "FROM alpine\nLABEL auth_token={}\n",
    "FROM alpine\nONBUILD ENV AUTH_TOKEN={}\n",
    "FROM alpine\nRUN export API_TOKEN={} && cd /x && make\n",
    "FROM alpine\nRUN API_TOKEN='{}' sudo apt-get install x\n",
    "FROM alpine\nRUN ./login --user ci --password {} | tee log\n",
    "FROM alpine\nRUN ./login --token={}\n",
    "FROM alpine\nRUN [\"./login\", \"--password\", \"{}\"]\n",
    "FROM alpine\nRUN cd /x && git clone https://me:{}@example.com/y\n",
    "FROM alpine\nRUN curl -u me:{} https://example.com/y\n",
    "FROM alpine\nRUN curl -H 'Authorization: Bearer {}' https://example.com/y\n",
    "FROM alpine\nRUN <<E\nexport PASSWORD={}\ncd /x\nE\n",
    "FROM alpine\nCOPY <<E /root/.npmrc\n//r/:_authToken={}\nE\n",
    "FROM alpine\nRUN cd /x && docker login -u me -p{} r\n",
    "FROM alpine\nRUN cd /x && echo {} | docker login -u me --password-stdin r\n",
    "FROM alpine\nRUN cd /x && mysql \\\n -p'{}' -e 'SELECT 1'\n",
    "FROM alpine\nRUN cd /x && mysql -e \"ALTER USER a IDENTIFIED BY '{}'\"\n",
    "FROM alpine\nHEALTHCHECK CMD ./x --password={}\n",
    "FROM alpine\nCMD ./x --password={}\n",
    "FROM alpine\nCMD [\"./x\", \"--token={}\"]\n",
    "FROM alpine\nADD https://me:{}@example.com/y /y\n",
    // What BuildKit refuses, and says so with the words it does not understand.
    "FROM alpine\nENV A=b\n    DB_PASSWORD={}\n",
    "FROM alpine\nENV DB_PASSWORD={} x\n",
    "FROM alpine\nARG TOKEN={} =\n",
    "FROM alpine\nCOPY --token={} a b\n",
    "FROM alpine\nEXPOSE $X\nAPI_TOKEN={}\n",
    // Something to change right beside it, and a stage that goes away with it.
    "from alpine\nENV DB_PASSWORD={}\nmaintainer x\nRUN cd /x && make\n",
    "FROM alpine AS old\nARG DB_PASSWORD={}\nRUN ./x\n\nFROM alpine\nRUN true\n",
];

/// How many secrets each form is tried with; they take turns.
const PER_FORM: usize = 3;

/// Secrets in each form, a file each.
fn write_samples(folder: &Path) {
    let secrets = secrets();
    let texts = FORMS.iter().enumerate().flat_map(|(at, form)| {
        let turn = secrets.iter().cycle().skip(at * PER_FORM).take(PER_FORM);
        turn.map(move |secret| form.replace("{}", secret))
    });
    for (at, text) in texts.enumerate() {
        fs::write(folder.join(format!("Dockerfile.{at}")), text).unwrap();
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dflint"));
    command.current_dir(folder).args(["check", "--isolated"]);
    command.args(arguments).output().unwrap()
}

/// The lines of `output` that hold a secret, plain or as XML and workflow commands escape it.
fn leaks(output: &Output) -> Vec<String> {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let secrets = secrets();
    let leaked = text.lines().filter(|line| {
        let holds =
            |secret: &String| line.contains(secret) || line.contains(&secret.replace('&', "&amp;"));
        secrets.iter().any(holds)
    });
    leaked.map(str::to_owned).collect()
}

#[test]
fn no_format_repeats_a_secret() {
    for format in [
        "human",
        "json",
        "sarif",
        "github",
        "gitlab",
        "checkstyle",
        "junit",
        "rdjson",
        "rdjsonl",
    ] {
        for mode in [
            &["--verbose"][..],
            &["--diff", "--unsafe-fixes"],
            &["--fix", "--verbose"],
            &["--fix", "--unsafe-fixes", "--verbose"],
        ] {
            let folder = tempfile::tempdir().unwrap();
            write_samples(folder.path());
            let arguments = [mode, &["--preset", "all", "--output-format", format]].concat();
            let output = run(folder.path(), &arguments);
            assert!(output.status.code().is_some());
            assert!(!output.stdout.is_empty(), "{arguments:?}");
            let leaks = leaks(&output);
            assert!(leaks.is_empty(), "{arguments:?}:\n{}", leaks.join("\n"));
        }
    }
}

#[test]
fn findings_about_secrets_are_shown_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let secret = ["hun", "ter2"].concat();
    let text = format!("FROM alpine\nENV DB_PASSWORD={secret}\n");
    fs::write(folder.path().join("Dockerfile"), text).unwrap();
    let output = run(folder.path(), &["--color", "never"]);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("ENV DB_PASSWORD=*******"), "{shown}");
}

#[test]
fn a_diff_beside_a_secret_can_be_applied() {
    let folder = tempfile::tempdir().unwrap();
    let secret = ["hun", "ter2"].concat();
    let text = format!("FROM alpine\nENV DB_PASSWORD={secret}\n\nENV A b\n");
    fs::write(folder.path().join("Dockerfile"), &text).unwrap();
    let output = run(
        folder.path(),
        &["--select", "legacy-key-value-format", "--diff"],
    );
    let diff = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        diff,
        "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -3,2 +3,2 @@\n \n-ENV A b\n+ENV A=b\n"
    );
}

#[test]
fn a_diff_that_hides_a_secret_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let secret = ["hun", "ter2"].concat();
    let text = format!("FROM alpine\nENV DB_PASSWORD {secret}\n");
    fs::write(folder.path().join("Dockerfile"), &text).unwrap();
    let select = ["--select", "legacy-key-value-format"];
    let output = run(folder.path(), &[&select[..], &["--diff"]].concat());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("note: Dockerfile: the diff hides"), "{told}");
    run(folder.path(), &[&select[..], &["--fix"]].concat());
    let fixed = fs::read_to_string(folder.path().join("Dockerfile")).unwrap();
    assert_eq!(fixed, format!("FROM alpine\nENV DB_PASSWORD={secret}\n"));
}

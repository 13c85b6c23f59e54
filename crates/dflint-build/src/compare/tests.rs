use super::compare;
use crate::keeps::Keeps;
use crate::model::{Model, ModelOptions};

/// What differs between two files under a promise; empty when nothing does.
fn difference(before: &str, after: &str, keeps: &Keeps) -> String {
    let (before, after) = (dflint_parser::parse(before), dflint_parser::parse(after));
    let options = ModelOptions::default();
    let (before, after) = (Model::new(&before, &options), Model::new(&after, &options));
    match compare(&before, &after, keeps) {
        Ok(()) => String::new(),
        Err(difference) => difference.what,
    }
}

fn commands(removed: &[&str], added: &[&str]) -> Keeps {
    let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Keeps::Commands {
        removed: own(removed),
        added: own(added),
    }
}

fn order(reads: &[&str]) -> Keeps {
    Keeps::Order {
        reads: reads.iter().map(|path| (*path).to_owned()).collect(),
    }
}

#[test]
fn what_does_not_change_the_build_is_equal() {
    for (before, after) in [
        ("FROM a\nRUN x", "from a\n# c\nrun x\n"),
        ("FROM a AS B\nFROM b", "FROM a as b\nFROM b"),
        ("FROM a\nENV k v w", "FROM a\nENV k=\"v w\""),
        ("FROM a\nLABEL k v", "FROM a\nLABEL k=v"),
        ("FROM a\nCMD x\nCMD y", "FROM a\nCMD y"),
        ("FROM a\nRUN x \\\n\n  y", "FROM a\nRUN x \\\n  y"),
        ("FROM --platform=$TARGETPLATFORM a\nRUN x", "FROM a\nRUN x"),
        (
            "FROM --platform=${TARGETPLATFORM:-b} a\nRUN x",
            "FROM a\nRUN x",
        ),
        ("FROM a\nEXPOSE 80/TCP", "FROM a\nEXPOSE 80/tcp"),
        ("FROM docker.io/library/a:latest\nRUN x", "FROM a\nRUN x"),
    ] {
        let found = difference(before, after, &Keeps::Everything);
        assert_eq!(found, "", "{before:?} {after:?}");
    }
}

#[test]
fn what_changes_the_build_is_seen() {
    for (before, after) in [
        ("FROM a", "FROM b"),
        ("FROM a", "FROM a\nFROM a"),
        ("FROM a AS b", "FROM a AS c"),
        ("FROM a\nRUN x", "FROM a\nRUN y"),
        ("FROM a\nRUN x", "FROM a"),
        ("FROM a\nRUN x\nRUN y", "FROM a\nRUN y\nRUN x"),
        ("FROM a\nRUN x", "FROM a\nRUN [\"x\"]"),
        ("FROM a\nRUN x", "FROM a\nENV A=1\nRUN x"),
        ("FROM a\nRUN x", "FROM a\nARG A=1\nRUN x"),
        ("FROM a\nARG A=1\nRUN x", "FROM a\nRUN x\nARG A=1"),
        ("FROM a\nRUN x", "FROM a\nUSER u\nRUN x"),
        ("FROM a\nRUN x", "FROM a\nSHELL [\"bash\", \"-c\"]\nRUN x"),
        ("FROM a\nRUN --network=none x", "FROM a\nRUN x"),
        (
            "FROM a\nRUN x",
            "FROM a\nRUN --mount=type=cache,target=/c x",
        ),
        ("FROM a\nRUN <<E\nx\nE", "FROM a\nRUN <<E\ny\nE"),
        ("FROM a\nCOPY <<E /f\nx\nE", "FROM a\nCOPY <<E /f\ny\nE"),
        ("FROM a\nCOPY <<E /f\nx\nE", "FROM a\nCOPY <<'E' /f\n$x\nE"),
        ("FROM a\nCOPY x /", "FROM a\nCOPY --chown=1 x /"),
        ("FROM a\nCOPY x /", "FROM a\nCOPY --link x /"),
        ("FROM a\nCOPY x /", "FROM a\nADD x /"),
        ("FROM a\nHEALTHCHECK CMD x", "FROM a\nHEALTHCHECK CMD y"),
        (
            "FROM a\nHEALTHCHECK CMD x",
            "FROM a\nHEALTHCHECK --interval=5s CMD x",
        ),
        ("FROM a\nONBUILD RUN x", "FROM a\nONBUILD RUN y"),
        ("FROM a\nLABEL a=b", "FROM a\nLABEL a=c"),
        ("FROM a\nEXPOSE 80", "FROM a\nEXPOSE 81"),
        ("FROM a\nVOLUME /a", "FROM a"),
        ("FROM a\nSTOPSIGNAL 9", "FROM a\nSTOPSIGNAL 15"),
        ("FROM a\nMAINTAINER x", "FROM a\nLABEL maintainer=x"),
        ("FROM a\nWORKDIR /a", "FROM a\nWORKDIR /b"),
        ("FROM a\nENTRYPOINT x", "FROM a\nENTRYPOINT [\"x\"]"),
        ("FROM a\nRUN x", "FROM a\nRUN x\nRUN"),
        // Equal only while nobody gives the argument another value.
        ("ARG V=1\nFROM a:$V", "ARG V=1\nFROM a:1"),
        ("FROM a\nARG V=1\nENV X=$V", "FROM a\nARG V=1\nENV X=1"),
        // What the base image sets is not known.
        ("FROM a\nENV X=$Y", "FROM a\nENV X="),
        ("FROM a\nWORKDIR b", "FROM a\nWORKDIR /b"),
        ("FROM a\nENV X=\"\\${Y}$Z\"", "FROM a\nENV X=\"${Y}$Z\""),
    ] {
        for (before, after) in [(before, after), (after, before)] {
            let found = difference(before, after, &Keeps::Everything);
            assert!(!found.is_empty(), "{before:?} {after:?}");
        }
    }
}

#[test]
fn a_promise_of_nothing_holds() {
    assert_eq!(difference("FROM a", "FROM b", &Keeps::Nothing), "");
}

#[test]
fn commands_of_a_script_with_its_own_shell_may_change_as_declared() {
    let file = |line: &str| format!("FROM a\nRUN <<EOF\n#!/bin/bash\n{line}\nEOF\n");
    let (before, after) = (file("apt-get upgrade"), file("apt-get upgrade -y"));
    let declared = commands(&["upgrade"], &["upgrade -y"]);
    assert_eq!(difference(&before, &after, &declared), "");
    assert_ne!(difference(&before, &after, &commands(&[], &[])), "");
    let other = file("apt-get dist-upgrade -y");
    assert_ne!(difference(&before, &other, &declared), "");
}

#[test]
fn commands_may_change_as_declared() {
    let before = "FROM a\nRUN pip install --no-cache-dir x && rm -rf /root/.cache\nRUN y";
    let after = "FROM a\nRUN --mount=type=cache,target=/root/.cache/pip \\\n  pip install x\nRUN y";
    let keeps = commands(&["--no-cache-dir", "rm -rf /root/.cache"], &[]);
    assert_eq!(difference(before, after, &keeps), "");
    assert_ne!(
        difference(before, after, &commands(&["--no-cache-dir"], &[])),
        ""
    );
    assert_ne!(
        difference(before, &after.replace("RUN y", "RUN z"), &keeps),
        ""
    );
    assert_ne!(
        difference(before, &after.replace("type=cache", "type=bind"), &keeps),
        ""
    );
    assert_ne!(
        difference(before, &after.replace("FROM a", "FROM b"), &keeps),
        ""
    );
    assert_ne!(
        difference(before, &after.replace("RUN y", "USER u\nRUN y"), &keeps),
        ""
    );
}

#[test]
fn a_cache_mount_may_not_bring_files_along() {
    let before = "FROM b AS s\nFROM a\nRUN x";
    let mount =
        |more: &str| format!("FROM b AS s\nFROM a\nRUN --mount=type=cache,target=/c{more} x");
    let keeps = commands(&[], &[]);
    assert_eq!(
        difference(before, &mount(",uid=1000,sharing=locked"), &keeps),
        ""
    );
    assert_ne!(difference(before, &mount(",from=s"), &keeps), "");
}

#[test]
fn json_commands_are_compared_by_word() {
    let before = "FROM a\nRUN [\"pip\", \"install\", \"--no-cache-dir\", \"x\"]";
    let keeps = commands(&["--no-cache-dir"], &[]);
    assert_eq!(
        difference(before, "FROM a\nRUN [\"pip\", \"install\", \"x\"]", &keeps),
        ""
    );
    assert_ne!(
        difference(before, "FROM a\nRUN [\"pip\", \"install x\"]", &keeps),
        ""
    );
}

#[test]
fn files_may_come_by_copy_or_add() {
    for (before, after, equal) in [
        ("ADD a.txt /x", "COPY a.txt /x", true),
        ("ADD . /x", "COPY . /x/", true),
        ("ADD a.tar.gz /x", "COPY a.tar.gz /x", false),
        ("ADD *.txt /x", "COPY *.txt /x", false),
        ("ADD a /x", "COPY a /y", false),
        ("COPY a /x", "COPY a /x/", false),
        ("COPY a /x", "COPY --chown=1 a /x", false),
        ("COPY --link a /x", "COPY a /x", false),
    ] {
        let file = |line: &str| format!("FROM a\n{line}\n");
        let found = difference(&file(before), &file(after), &Keeps::Copies);
        assert_eq!(found.is_empty(), equal, "{before} {after}: {found}");
    }
}

#[test]
fn a_copy_may_move_behind_a_command_that_keeps_what_it_reads() {
    let before = "FROM a\nWORKDIR /app\nCOPY . .\nRUN pip install -r req.txt\nRUN y";
    let after =
        "FROM a\nWORKDIR /app\nCOPY req.txt ./\nRUN pip install -r req.txt\nCOPY . .\nRUN y";
    assert_eq!(difference(before, after, &order(&["req.txt"])), "");
    assert_ne!(difference(before, after, &Keeps::Everything), "");
    let reads_more = order(&["req.txt", "setup.py"]);
    assert_ne!(difference(before, after, &reads_more), "");
    for change in [
        after.replace("COPY req.txt ./\n", ""),
        after.replace("COPY req.txt ./", "COPY req.txt /other/"),
        after.replace("COPY req.txt ./", "COPY --chown=1 req.txt ./"),
        after.replace("COPY req.txt ./", "COPY req.txt more.txt ./"),
        after.replace("COPY . .\n", ""),
        after.replace("RUN y", "RUN z"),
        after.replace("RUN y", "USER u\nRUN y"),
        after.replace("RUN pip", "RUN --mount=type=cache,target=/c pip"),
    ] {
        let moved_alone = change.contains("more.txt");
        let found = difference(before, &change, &order(&["req.txt"]));
        assert_eq!(found.is_empty(), moved_alone, "{change}: {found}");
    }
}

#[test]
fn copies_from_stages_do_not_move() {
    let before = "FROM b AS s\nFROM a\nCOPY --from=s /x /x\nRUN y";
    let after = "FROM b AS s\nFROM a\nRUN y\nCOPY --from=s /x /x";
    assert_ne!(difference(before, after, &order(&[])), "");
}

#[test]
fn copies_that_write_over_each_other_keep_their_order() {
    let file = |first: &str, second: &str| format!("FROM a\n{first}\n{second}\nRUN y");
    let (one, two) = ("COPY x /a", "COPY y /a");
    assert_ne!(
        difference(&file(one, two), &file(two, one), &order(&[])),
        ""
    );
    let (one, two) = ("COPY x /a", "COPY y /b");
    assert_eq!(
        difference(&file(one, two), &file(two, one), &order(&[])),
        ""
    );
}

#[test]
fn many_steps_and_stages_end() {
    let steps = "ENV A=1\nRUN x\n".repeat(3_000);
    let stages = "FROM a\n".to_owned() + &steps + &"FROM 0\nRUN y\n".repeat(10);
    let chain: String = (1..3_000)
        .map(|n| format!("FROM s{} AS s{n}\nENV V{n}=1\nRUN x\n", n - 1))
        .collect();
    let chain = format!("FROM a AS s0\n{chain}");
    for before in [stages, chain] {
        let after = format!("{before}\n# done\n");
        assert_eq!(difference(&before, &after, &Keeps::Everything), "");
        assert_eq!(difference(&before, &after, &commands(&[], &[])), "");
    }
}

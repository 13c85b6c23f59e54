//! Dockerfiles that BuildKit can read, made of every instruction in every way to write one.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// What may stand in a stage. A blank is a gap, and may become any that BuildKit takes for one.
const INSTRUCTIONS: [&str; 40] = [
    "ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://x.org/a.tgz /a/",
    "ADD --chown=1:1 --link a b /c/",
    "ADD [\"a\", \"/b\"]",
    "ARG NAME",
    "ARG NAME=value OTHER=\"two\"",
    "CMD run --flag",
    "CMD [\"run\", \"--flag\"]",
    "COPY . .",
    "COPY --from=alpine --chmod=755 /a /b",
    "COPY package.json package-lock.json ./",
    "COPY requirements.txt /app/",
    "ENTRYPOINT [\"/entry\"]",
    "entrypoint /entry $NAME",
    "ENV NAME=value OTHER=$NAME:${PATH}",
    "ENV NAME value",
    "ENV PASSWORD=hunter2",
    "EXPOSE 80 443/tcp",
    "HEALTHCHECK --interval=30s --timeout=3s CMD curl -f http://localhost/",
    "HEALTHCHECK NONE",
    "LABEL a=b org.opencontainers.image.title=\"c\"",
    "LABEL name value",
    "MAINTAINER someone",
    "ONBUILD RUN make",
    "ONBUILD COPY . /src",
    "RUN apt-get update",
    "RUN apt-get update && apt-get install -y curl git",
    "RUN apk add curl && rm -rf /var/cache/apk/*",
    "RUN pip install -r requirements.txt",
    "RUN npm ci && npm run build",
    "RUN --mount=type=cache,target=/root/.cache pip install flask",
    "RUN --mount=type=bind,source=.,target=/src --network=none make -C /src",
    "RUN cd /app && make ; echo é | tee /log",
    "RUN [\"/bin/sh\", \"-c\", \"true\"]",
    "run curl -L https://x.org/install.sh | sh",
    "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]",
    "STOPSIGNAL SIGTERM",
    "USER root",
    "USER 1000:1000",
    "VOLUME /data /log",
    "WORKDIR app",
];

/// Instructions with what stands on the lines behind them.
const HEREDOCS: [&str; 5] = [
    "RUN <<EOF\napt-get update\n  apt-get install -y curl\nEOF\n",
    "RUN <<-'EOF' bash\n\tset -e\n\t# no comment\n\tEOF\n",
    "RUN cat <<a <<b > /c\n1\na\n2\nb\n",
    "COPY <<one <<\"two\" /etc/\n$1\none\n\ntwo\n",
    "ADD <<EOF /empty\nEOF\n",
];

/// What may stand between two words; `@` is the escape character.
const GAPS: [&str; 8] = [
    " ",
    " ",
    "  ",
    "\t",
    " @\n    ",
    " @  \n",
    " @\n# why\n    ",
    " @\n\n  # why\n  ",
];

/// What may stand between two instructions.
const BETWEEN: [&str; 5] = [
    "",
    "",
    "\n",
    "# a comment\n",
    "  # dflint: ignore=all\n\n#\n",
];

const FROMS: [&str; 6] = [
    "FROM alpine:3.22",
    "FROM --platform=linux/amd64 debian AS build",
    "from python:3.13-slim as Py",
    "FROM scratch",
    "FROM node:22 AS build",
    "FROM $BASE",
];

/// An instruction, how its words are parted, and what stands before it.
type Piece = (&'static str, Vec<&'static str>, &'static str);

fn piece(instructions: &'static [&'static str]) -> impl Strategy<Value = Piece> {
    let gaps = vec(select(&GAPS[..]), 1..6);
    (select(instructions), gaps, select(&BETWEEN[..]))
}

/// Files that are read without an error.
pub(crate) fn dockerfiles() -> impl Strategy<Value = String> {
    let step = prop_oneof![4 => piece(&INSTRUCTIONS), 1 => piece(&HEREDOCS)];
    let stage = (piece(&FROMS), vec(step, 0..7));
    let stages = vec(stage, 1..4);
    (stages, any::<[bool; 4]>()).prop_map(|(stages, [mark, crlf, backquote, no_end])| {
        let escape = if backquote { "`" } else { "\\" };
        let mut text = format!("# escape={escape}\nARG BASE=alpine\n");
        for (from, steps) in stages {
            for piece in std::iter::once(from).chain(steps) {
                write(&mut text, piece, escape);
            }
        }
        if no_end {
            text.truncate(text.trim_end().len());
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let mark = if mark { "\u{feff}" } else { "" };
        format!("{mark}{text}")
    })
}

fn write(text: &mut String, (instruction, gaps, before): Piece, escape: &str) {
    text.push_str(before);
    if instruction.ends_with('\n') {
        text.push_str(instruction);
        return;
    }
    let mut gaps = gaps.iter().cycle();
    for (index, word) in instruction.split(' ').enumerate() {
        if index > 0 {
            let gap = gaps.next().copied().unwrap_or(" ");
            text.push_str(&gap.replace('@', escape));
        }
        text.push_str(word);
    }
    text.push('\n');
}

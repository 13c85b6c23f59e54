//! Dockerfiles that grow in one direction each.

use std::fmt::Write as _;

/// A Dockerfile that can be made as large as one likes.
pub(super) struct Shape {
    pub(super) name: &'static str,
    /// A size at which dflint has something to do, but not for long.
    pub(super) size: usize,
    /// The Dockerfile of a size.
    pub(super) make: fn(usize) -> String,
}

const fn shape(name: &'static str, size: usize, make: fn(usize) -> String) -> Shape {
    Shape { name, size, make }
}

/// Every shape.
pub(super) const SHAPES: &[Shape] = &[
    // Stages
    shape("stages", 500, |n| {
        each(n, |i| format!("FROM alpine AS s{i}\nRUN true\n"))
    }),
    shape("unnamed stages", 500, |n| "FROM alpine\n".repeat(n)),
    shape("same stage name", 500, |n| "FROM alpine AS a\n".repeat(n)),
    shape("stage chain", 300, stage_chain),
    shape("stages on one base", 300, stages_on_one_base),
    shape("copies between stages", 300, copies_between_stages),
    shape("copies of one stage", 1_000, copies_of_one_stage),
    shape("arguments in FROM", 500, arguments_in_from),
    // Instructions
    shape("undefined arguments in FROM", 500, |n| {
        each(n, |i| format!("ARG A{i}\n")) + &each(n, |i| format!("FROM $B{i}\n"))
    }),
    shape("undefined arguments in one ARG", 500, |n| {
        format!("FROM alpine\nARG{}\n", each(n, |i| format!(" A{i}=$B{i}")))
    }),
    shape("ARG", 1_000, |n| image(n, |i| format!("ARG A{i}=1\n"))),
    shape("ARG before FROM", 1_000, |n| {
        each(n, |i| format!("ARG A{i}=$A{}\n", i.saturating_sub(1))) + "FROM a$A1\n"
    }),
    shape("ENV", 1_000, |n| image(n, |i| format!("ENV A{i}=1\n"))),
    shape("ENV in one", 1_000, |n| {
        format!("FROM alpine\nENV{}\n", each(n, |i| format!(" A{i}=1")))
    }),
    shape("ENV that extends the last", 300, |n| {
        image(n, |i| format!("ENV PATH=/opt/{i}/bin:$PATH\n"))
    }),
    shape("ENV that doubles", 300, |n| {
        image(n, |i| format!("ENV A{}=${{A{i}}}${{A{i}}}x\n", i + 1))
    }),
    shape("ENV and RUN", 500, |n| {
        image(n, |i| format!("ENV A{i}=1\nRUN echo $A{i}\n"))
    }),
    shape("LABEL", 1_000, |n| image(n, |i| format!("LABEL l{i}=1\n"))),
    shape("same LABEL", 1_000, |n| {
        image(n, |_| "LABEL a=1\n".to_owned())
    }),
    shape("EXPOSE", 1_000, |n| {
        image(n, |i| format!("EXPOSE {}\n", i % 65_535 + 1))
    }),
    shape("WORKDIR", 500, |n| image(n, |i| format!("WORKDIR d{i}\n"))),
    shape("VOLUME", 1_000, |n| image(n, |i| format!("VOLUME /v{i}\n"))),
    shape("CMD", 500, |n| image(n, |i| format!("CMD echo {i}\n"))),
    shape("USER and SHELL", 500, |n| {
        image(n, |i| format!("USER u{i}\nSHELL [\"/bin/bash\", \"-c\"]\n"))
    }),
    shape("COPY", 1_000, |n| {
        image(n, |i| format!("COPY f{i} /d{i}/\n"))
    }),
    shape("ADD", 500, |n| image(n, |i| format!("ADD f{i} /d{i}/\n"))),
    shape("COPY with many sources", 1_000, |n| {
        format!("FROM alpine\nCOPY{} /d/\n", each(n, |i| format!(" f{i}")))
    }),
    shape("chown after COPY", 300, |n| {
        image(n, |i| format!("COPY f{i} /d{i}\nRUN chown -R app /d{i}\n"))
    }),
    shape("MAINTAINER", 500, |n| {
        image(n, |i| format!("MAINTAINER m{i}\n"))
    }),
    shape("ONBUILD", 500, |n| {
        image(n, |i| format!("ONBUILD RUN echo {i}\n"))
    }),
    shape("ONBUILD for many stages", 60, |n| {
        format!(
            "FROM alpine AS base\n{}{}",
            each(n, |i| format!("ONBUILD RUN echo {i}\n")),
            "FROM base\n".repeat(n)
        )
    }),
    shape("nested ONBUILD", 300, |n| {
        format!("FROM alpine\n{}RUN true\n", "ONBUILD ".repeat(n))
    }),
    shape("unknown instructions", 500, |n| {
        image(n, |i| format!("COPPY f{i} /d\n"))
    }),
    shape("lower case", 500, |n| {
        image(n, |i| format!("run echo {i}\nCOPY f{i} /\n"))
    }),
    // Scripts
    shape("RUN", 500, |n| image(n, |i| format!("RUN echo {i}\n"))),
    shape("commands in one RUN", 1_000, |n| {
        format!(
            "FROM alpine\nRUN true{}\n",
            each(n, |i| format!(" && echo {i}"))
        )
    }),
    shape("lines in one RUN", 1_000, |n| {
        format!(
            "FROM alpine\nRUN true{}\n",
            each(n, |i| format!(" \\\n  && echo {i}"))
        )
    }),
    shape("comments in one RUN", 1_000, |n| {
        format!(
            "FROM alpine\nRUN true \\\n{}  && true\n",
            each(n, |i| format!("# {i}\n   echo {i}; \\\n"))
        )
    }),
    shape("empty lines in one RUN", 1_000, |n| {
        format!(
            "FROM alpine\nRUN true \\\n{}  && true\n",
            " \\\n\n".repeat(n)
        )
    }),
    shape("installs in one RUN", 200, |n| {
        format!(
            "FROM debian\nRUN true{}\n",
            each(n, |i| format!(" && apt-get install p{i}"))
        )
    }),
    shape("packages in one install", 1_000, |n| {
        format!(
            "FROM debian\nRUN apt-get update && apt-get install{}\n",
            each(n, |i| format!(" p{i}"))
        )
    }),
    shape("apt-get", 200, |n| {
        image_of("debian", n, |i| {
            format!(
                "RUN apt-get update && apt-get install -y p{i} && rm -rf /var/lib/apt/lists/*\n"
            )
        })
    }),
    shape("pip", 200, |n| {
        image_of("python:3.12", n, |i| {
            format!("RUN pip install --no-cache-dir p{i}\n")
        })
    }),
    shape("pip with caches of their own", 200, |n| {
        image_of("python:3.12", n, |i| {
            format!("RUN pip install --cache-dir=/c/{i} p{i}\n")
        })
    }),
    shape("go build", 200, |n| {
        image_of("golang:1.22", n, |i| format!("RUN go build ./cmd/c{i}\n"))
            + "FROM scratch\nCOPY --from=0 /go/bin /\n"
    }),
    shape("go build with caches of their own", 100, |n| {
        image_of("golang:1.22", n, |i| {
            format!("RUN GOCACHE=/c/{i} go build ./cmd/c{i}\n")
        }) + "FROM scratch\nCOPY --from=0 /go/bin /\n"
    }),
    shape("cache mounts", 200, |n| {
        image_of("python:3.12", n, |i| {
            format!("RUN --mount=type=cache,target=/root/.cache/pip pip install p{i}\n")
        })
    }),
    shape("mounts in one RUN", 500, |n| {
        format!(
            "FROM alpine\nRUN{} true\n",
            each(n, |i| format!(" --mount=type=cache,target=/c{i}"))
        )
    }),
    shape("COPY before install", 100, |n| {
        image_of("python:3.12", n, |i| {
            format!("COPY . /app{i}\nRUN pip install -r /app{i}/requirements.txt\n")
        })
    }),
    shape("cd", 300, |n| {
        image(n, |i| format!("RUN cd /d{i} && make\n"))
    }),
    shape("sudo", 300, |n| {
        image(n, |i| format!("RUN sudo make t{i}\n"))
    }),
    shape("pipes in one RUN", 1_000, |n| {
        format!("FROM alpine\nRUN echo{}\n", " | cat".repeat(n))
    }),
    shape("subshells", 100, |n| {
        format!("FROM alpine\nRUN {}true{}\n", "(".repeat(n), ")".repeat(n))
    }),
    shape("nested substitutions", 100, |n| {
        format!(
            "FROM alpine\nRUN echo {}x{}\n",
            "$(echo ".repeat(n),
            ")".repeat(n)
        )
    }),
    shape("nested back quotes", 300, |n| {
        format!("FROM alpine\nRUN echo {}\n", "`".repeat(n))
    }),
    shape("nested defaults", 300, |n| {
        format!(
            "FROM alpine\nENV A={}x{}\n",
            "${a:-".repeat(n),
            "}".repeat(n)
        )
    }),
    shape("nested defaults in a script", 100, |n| {
        format!(
            "FROM alpine\nRUN echo {}x{}\n",
            "${a:-".repeat(n),
            "}".repeat(n)
        )
    }),
    shape("open substitutions", 300, |n| {
        format!("FROM alpine\nRUN echo {}\n", "$(".repeat(n))
    }),
    shape("nested shells", 8, |n| {
        format!("FROM alpine\nRUN {}true\n", "sh -c \"".repeat(n))
    }),
    shape("variables in one word", 1_000, |n| {
        format!("FROM alpine\nENV A={}\n", each(n, |i| format!("$A{i}")))
    }),
    shape("removed prefixes", 300, |n| {
        format!(
            "FROM alpine\nARG A={}\nENV B=${{A##*a*a*a*b}}\n",
            "a".repeat(n)
        )
    }),
    shape("quotes", 1_000, |n| {
        format!("FROM alpine\nRUN echo {}\n", "'a'\"b\"".repeat(n))
    }),
    shape("heredoc", 1_000, |n| {
        format!(
            "FROM alpine\nRUN <<EOF\n{}EOF\n",
            each(n, |i| format!("echo {i}\n"))
        )
    }),
    shape("heredoc in another language", 1_000, |n| {
        format!(
            "FROM python\nRUN <<EOF python3\n{}EOF\n",
            each(n, |i| format!("print({i})\n"))
        )
    }),
    shape("copied heredoc", 1_000, |n| {
        format!(
            "FROM alpine\nCOPY <<EOF /f\n{}EOF\n",
            each(n, |i| format!("line $A{i}\n"))
        )
    }),
    shape("heredocs in one RUN", 300, |n| {
        format!(
            "FROM alpine\nRUN true{}\n{}",
            each(n, |i| format!(" <<E{i}")),
            each(n, |i| format!("a\nE{i}\n"))
        )
    }),
    shape("heredocs in one COPY", 300, |n| {
        format!(
            "FROM alpine\nCOPY{} /d/\n{}",
            each(n, |i| format!(" <<E{i}")),
            each(n, |i| format!("a\nE{i}\n"))
        )
    }),
    shape("heredocs", 300, |n| {
        image(n, |i| format!("RUN <<EOF\necho {i}\nEOF\n"))
    }),
    shape("open heredocs", 300, |n| {
        image(n, |i| format!("RUN <<E{i} true\n"))
    }),
    // Text
    shape("a long line", 60_000, |n| {
        format!("FROM alpine\nENV A={}\n", "y".repeat(n))
    }),
    shape("a long script", 60_000, |n| {
        format!("FROM alpine\nRUN echo {}\n", "y".repeat(n))
    }),
    shape("a long word of dollars", 2_000, |n| {
        format!("FROM alpine\nENV A={}\n", "$".repeat(n))
    }),
    shape("a long instruction name", 60_000, |n| {
        format!("FROM alpine\n{}\n", "Y".repeat(n))
    }),
    shape("a long JSON form", 1_000, |n| {
        format!(
            "FROM alpine\nCMD [\"a\"{}]\n",
            each(n, |i| format!(", \"b{i}\""))
        )
    }),
    shape("a long RUN in JSON form", 1_000, |n| {
        format!(
            "FROM alpine\nRUN [\"sh\", \"-c\", \"true{}\"]\n",
            each(n, |i| format!(" && echo {i}"))
        )
    }),
    shape("an open JSON form", 1_000, |n| {
        format!("FROM alpine\nCMD [{}\n", "\"b\", ".repeat(n))
    }),
    shape("nested brackets", 1_000, |n| {
        format!("FROM alpine\nCMD {}\n", "[".repeat(n))
    }),
    shape("comments", 2_000, |n| {
        format!("{}FROM alpine\n", each(n, |i| format!("# {i}\n")))
    }),
    shape("empty lines", 5_000, |n| {
        format!("FROM alpine\n{}RUN true\n", "\n".repeat(n))
    }),
    shape("unknown directives", 1_000, |n| {
        format!("{}FROM alpine\n", each(n, |i| format!("# d{i}=1\n")))
    }),
    shape("ignore comments", 500, |n| {
        image(n, |i| format!("# dflint ignore=DL3059\nRUN echo {i}\n"))
    }),
    shape("ignores in one comment", 1_000, |n| {
        format!(
            "FROM alpine\n# dflint ignore={}\nRUN echo 1\n",
            "DL3059,".repeat(n)
        )
    }),
    shape("binary garbage", 60_000, |n| {
        each(n, |i| {
            char::from_u32(u32::try_from(i * 7_919 % 250 + 1).unwrap_or(1))
                .unwrap_or('x')
                .to_string()
        })
    }),
    shape("findings on one line", 500, |n| {
        format!(
            "FROM alpine\nLABEL{}\n",
            each(n, |i| format!(" A{i}=$B{i}"))
        )
    }),
    shape("findings in one script", 300, |n| {
        format!(
            "FROM alpine\nRUN true{}\n",
            each(n, |i| format!("; cd d{i}; curl http://e.org/{i} | sh"))
        )
    }),
    shape("overlapping fixes", 200, |n| {
        image_of("debian", n, |i| {
            format!("run cd /d{i} && apt-get install p{i} && pip install q{i}\n")
        })
    }),
    shape("secrets", 500, |n| {
        image(n, |i| format!("ENV A{i}_PASSWORD=hunter{i}\n"))
    }),
    shape("secrets in one script", 500, |n| {
        format!(
            "FROM alpine\nRUN true{}\n",
            each(n, |i| format!(" && export TOKEN{i}=ghp_{:036}", i))
        )
    }),
];

fn each(n: usize, part: impl Fn(usize) -> String) -> String {
    (0..n).map(part).collect()
}

fn image(n: usize, part: impl Fn(usize) -> String) -> String {
    image_of("alpine", n, part)
}

fn image_of(base: &str, n: usize, part: impl Fn(usize) -> String) -> String {
    format!("FROM {base}\n{}", each(n, part))
}

fn stage_chain(n: usize) -> String {
    let mut text = "FROM debian AS s0\n".to_owned();
    for i in 1..n {
        let _ = writeln!(text, "FROM s{} AS s{i}", i - 1);
        let _ = writeln!(
            text,
            "ENV A{i}=1\nRUN apt-get update && apt-get install -y p{i}"
        );
    }
    text
}

fn stages_on_one_base(n: usize) -> String {
    let arguments = each(n, |i| format!("ARG A{i}=1\nENV E{i}=1\n"));
    let stages = each(n, |i| format!("FROM base AS s{i}\nRUN pip install p{i}\n"));
    format!("FROM python:3.12 AS base\n{arguments}{stages}")
}

fn copies_between_stages(n: usize) -> String {
    let mut text = "FROM alpine AS s0\n".to_owned();
    for i in 1..n {
        let _ = writeln!(text, "FROM alpine AS s{i}\nCOPY --from=s{} /a /a", i / 2);
    }
    text
}

fn copies_of_one_stage(n: usize) -> String {
    let copies = each(n, |i| format!("COPY --from=b /f{i} /f{i}\n"));
    format!("FROM alpine AS b\nRUN true\nFROM alpine\n{copies}")
}

fn arguments_in_from(n: usize) -> String {
    let arguments = each(n, |i| format!("ARG A{i}=alpine:{i}\n"));
    let stages = each(n, |i| {
        format!("FROM $A{i} AS s{i}\nARG A{i}\nRUN echo $A{i}\n")
    });
    format!("{arguments}{stages}")
}

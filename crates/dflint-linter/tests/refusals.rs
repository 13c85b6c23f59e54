//! Every kind of thing that BuildKit refuses: which rule says so, which bytes it points at, and in
//! which words; and that linting goes on behind it.

use std::error::Error;

use dflint_linter::{Finding, Selection, Settings, Source, lint};

/// Lines of a Dockerfile, the rule that finds something, the bytes it points at, and the message.
/// Lines that do not begin a file stand behind a `FROM`.
#[rustfmt::skip]
const REFUSED: &[(&str, &str, &str, &str)] = &[
    ("FORM a", "syntax-error", "FORM", "unknown instruction FORM, did you mean FROM?"),
    ("apt-get install b", "syntax-error", "apt-get", "unknown instruction apt-get"),
    ("COPY --form=a b c", "syntax-error", "--form=a", "COPY has no flag --form, did you mean --from?"),
    ("ADD --from=a b c", "syntax-error", "--from=a", "ADD has no flag --from: it takes --chown, --chmod, --link, --keep-git-dir, --checksum, --unpack, --exclude"),
    ("ENV --x=y a=b", "syntax-error", "--x=y", "ENV has no flag --x: it takes none"),
    ("COPY --from b c", "syntax-error", "--from", "--from needs a value: --from=…"),
    ("COPY --link= b c", "syntax-error", "--link=", "--link needs a value: --link=…"),
    ("COPY --link=1 b c", "syntax-error", "1", "--link is true or false, not \"1\""),
    ("COPY --chown=a --chown=b c d", "syntax-error", "--chown=b", "--chown is given twice"),
    ("RUN --network=hots b", "syntax-error", "hots", "--network is default, none, host, not \"hots\", did you mean host?"),
    ("RUN --network= b", "syntax-error", "--network=", "--network is default, none, host, not \"\""),
    ("RUN --security=x b", "syntax-error", "x", "--security is sandbox, insecure, not \"x\""),
    ("RUN --mount= b", "syntax-error", "--mount=", "there is nothing after `=`"),
    ("RUN --mount b", "syntax-error", "--mount", "--mount needs a value: --mount=…"),
    ("RUN --mount=from=$a,target=/x b", "syntax-error", "$a", "`from` takes no variable here: name a stage that is FROM the variable instead"),
    ("RUN --mount=\\\"a\\\"b c", "syntax-error", "\"", "a double quote must begin a field, end it, or be doubled within it"),
    ("RUN --device= b", "syntax-error", "--device=", "there is nothing after `=`"),
    ("RUN --device=a/b=c,required=2 b", "syntax-error", "required=2", "`required` is true or false"),
    ("RUN --device=name=a,name=b c", "syntax-error", "name=b", "the device has a name already"),
    ("RUN --device=a,b c", "syntax-error", "b", "a device has only the fields `name` and `required`"),
    ("FROM", "syntax-error", "FROM", "FROM takes an image, or an image, AS and a stage name"),
    ("FROM a b", "syntax-error", "b", "FROM takes an image, or an image, AS and a stage name, not b"),
    ("FROM a ASS b", "syntax-error", "ASS", "FROM takes an image, or an image, AS and a stage name, not ASS, did you mean AS?"),
    ("FROM a AS", "syntax-error", "AS", "FROM takes an image, or an image, AS and a stage name: the name is missing"),
    ("FROM a AS b c", "syntax-error", "c", "FROM takes an image, or an image, AS and a stage name: this is one word too many"),
    ("FROM a AS 1b", "syntax-error", "1b", "\"1b\" is no name for a stage: it begins with a letter, and holds letters, digits, `-`, `_` and `.`"),
    ("FROM a # b", "syntax-error", "#", "a comment must stand on a line of its own: here `#` is part of FROM"),
    ("COPY a", "syntax-error", "a", "COPY needs at least one source and a destination"),
    ("COPY", "syntax-error", "COPY", "COPY needs at least one source and a destination"),
    ("ENV a", "syntax-error", "a", "ENV needs a value: write ENV a=<value>"),
    ("ENV", "syntax-error", "ENV", "ENV needs name=value"),
    ("ENV a=b c", "syntax-error", "c", "no `=` in \"c\": every word must be name=value; quote values with spaces"),
    ("ENV a=b RUN", "syntax-error", "RUN", "no `=` in \"RUN\": every word must be name=value; is an escape character left over on the line before?"),
    ("ENV =b", "syntax-error", "=", "there is no name in front of `=`"),
    ("ARG =b", "syntax-error", "=b", "there is no name in front of `=`"),
    ("CMD [1]", "syntax-error", "1", "only strings can stand in a JSON array of arguments; put this in double quotes"),
    ("VOLUME [\"a\", \" \"]", "syntax-error", " ", "a VOLUME path is empty"),
    ("VOLUME [\"\"]", "syntax-error", "[\"\"]", "a VOLUME path is empty"),
    ("SHELL bash -c", "syntax-error", "bash -c", "SHELL needs a JSON array, such as [\"/bin/sh\", \"-c\"]"),
    ("SHELL", "syntax-error", "SHELL", "SHELL needs a JSON array, such as [\"/bin/sh\", \"-c\"]"),
    ("EXPOSE", "syntax-error", "EXPOSE", "EXPOSE needs a port"),
    ("USER", "syntax-error", "USER", "USER needs a user"),
    ("WORKDIR", "syntax-error", "WORKDIR", "WORKDIR needs a path"),
    ("STOPSIGNAL", "syntax-error", "STOPSIGNAL", "STOPSIGNAL needs a signal"),
    ("MAINTAINER", "syntax-error", "MAINTAINER", "MAINTAINER needs a name"),
    ("ONBUILD", "syntax-error", "ONBUILD", "ONBUILD needs an instruction"),
    ("ONBUILD FROM a", "syntax-error", "FROM", "FROM cannot stand under ONBUILD"),
    ("HEALTHCHECK", "syntax-error", "HEALTHCHECK", "HEALTHCHECK needs CMD and a command, or NONE"),
    ("HEALTHCHECK CND x", "syntax-error", "CND", "HEALTHCHECK takes CMD or NONE, not CND, did you mean CMD?"),
    ("HEALTHCHECK CMD", "syntax-error", "CMD", "HEALTHCHECK CMD needs a command"),
    ("HEALTHCHECK NONE a", "syntax-error", "a", "nothing can follow HEALTHCHECK NONE"),
    ("HEALTHCHECK --interval=1 CMD a", "syntax-error", "1", "--interval is a duration such as 30s or 1m30s, not \"1\""),
    ("HEALTHCHECK --interval=1us CMD a", "syntax-error", "1us", "--interval must be at least 1ms"),
    ("HEALTHCHECK --retries=-1 CMD a", "syntax-error", "-1", "--retries cannot be negative"),
    ("HEALTHCHECK --retries=a CMD a", "syntax-error", "a", "--retries is a whole number, not \"a\""),
    ("# escape=x", "syntax-error", "x", "the escape character is `\\` or a backquote, not \"x\""),
    ("# check=skip", "syntax-error", "skip", "`skip` is not a check option, which are written key=value"),
    ("FROM a:", "build-error", "a:", "`a:` is not a usable base image: this is not a valid image reference"),
    ("FROM A", "build-error", "A", "`A` is not a usable base image: the repository name `library/A` must be lower case"),
    ("FROM a@sha256:1", "build-error", "a@sha256:1", "`a@sha256:1` is not a usable base image: this is not a valid image reference"),
    ("FROM \"\" AS b", "build-error", "\"\"", "the base image `\"\"` is empty: a build argument without a value or default"),
    ("FROM --platform=linux/* a", "build-error", "linux/*", "`--platform=linux/*`: `linux/*` holds a wildcard"),
    ("FROM --platform=lnux a", "build-error", "lnux", "`--platform=lnux`: `lnux` is neither an operating system nor an architecture, did you mean linux?"),
    ("FROM --platform=linux/a/b/c a", "build-error", "linux/a/b/c", "`--platform=linux/a/b/c`: `linux/a/b/c` has more than three parts"),
    ("ENV a=b${c^}", "build-error", "b${c^}", "BuildKit does not know the modifier `^` in a substitution: it has `:-`, `-`, `:+`, `+`, `:?`, `?`, `#`, `##`, `%`, `%%`, `/` and `//`"),
    ("ENV a=${b", "build-error", "${b", "`${` is never closed by `}`"),
    ("ENV a='b", "build-error", "'b", "a single quote is never closed"),
    ("ENV a=${b/c}", "build-error", "${b/c}", "`${name/pattern/replacement}` lacks its second `/`"),
    ("ENV a=${}", "build-error", "${}", "`${` is not followed by a variable name"),
    ("COPY --from=9 a /b", "build-error", "9", "there is no stage number 9: stages are counted from 0"),
    ("COPY --from=$x a /b", "build-error", "$x", "`--from` does not expand variables; declare a stage with FROM instead"),
    ("RUN --mount=target=/ b", "build-error", "target=/", "`/` is no place for a mount"),
    ("RUN --mount=type=cahe,target=/b c", "build-error", "type=cahe", "the mount's `type` is `cahe`, which BuildKit does not know, did you mean cache?"),
    ("RUN --mount=type=cache,target=/b,sharing=all c", "build-error", "sharing=all", "the mount's `sharing` is `all`, which BuildKit does not know: it is shared, private, locked"),
    ("RUN --mount=type=cache,target=/b,uid=x c", "build-error", "uid=x", "the mount's `uid` is `x`, which is not a number BuildKit accepts"),
    ("RUN --mount=type=tmpfs,target=/b,size=x c", "build-error", "size=x", "the mount's `size` is `x`, which BuildKit does not know: it is a number with a unit, such as 64m"),
    ("RUN --mount=type=bind,target=/b,readonly=yes c", "build-error", "readonly=yes", "the mount's `readonly` is `yes`, which BuildKit does not know: it is true, false"),
    ("RUN --mount=type=bind,sorce=/b,target=/b c", "build-error", "sorce=/b", "a mount of type bind does not take `sorce`, did you mean source?"),
    ("RUN --mount=type=bind,target=/b,mode=0755 c", "build-error", "mode=0755", "a mount of type bind does not take `mode`"),
    ("RUN --mount=type=ssh,src=/b c", "build-error", "src=/b", "a mount of type ssh does not take `source`"),
    ("RUN --mount=type=bind,target c", "build-error", "target", "the mount's `target` needs a value: target=…"),
    ("RUN --mount=type=secret b", "build-error", "--mount=type=secret", "the mount lacks `id`"),
    ("RUN []", "build-error", "[]", "RUN without a command"),
    ("COPY --chmod=999 a /b", "build-error", "999", "`--chmod=999` is neither an octal mode up to 07777 nor a symbolic one"),
    ("ADD --checksum=a https://b.org/c /d", "build-error", "a", "`--checksum`: this is not a digest"),
    ("ADD --checksum=a b /d", "build-error", "a", "`--checksum`: only files from the web and Git repositories take one"),
    ("COPY https://b.org/c /d", "build-error", "https://b.org/c", "COPY cannot fetch `https://b.org/c`; ADD can"),
    ("ADD https://b.org/c.git?d=e /f", "build-error", "https://b.org/c.git?d=e", "`https://b.org/c.git?d=e`: the query `d` is not one that BuildKit takes"),
    ("ADD --keep-git-dir=true https://b.org/c.git?keep-git-dir=0 /f", "build-error", "https://b.org/c.git?keep-git-dir=0", "`--keep-git-dir` says otherwise than the address of the repository"),
    ("EXPOSE 80 http", "build-error", "http", "the port `http` is not `port[-port][/tcp|udp|sctp]`"),
    ("STOPSIGNAL SIGTREM", "build-error", "SIGTREM", "`SIGTREM` is not a signal, did you mean SIGTERM?"),
    ("VOLUME /a \"\"", "build-error", "\"\"", "a volume's path is empty"),
    ("COPY a <<E\nE", "syntax-error", "<<E", "a heredoc cannot be the destination"),
    ("RUN <<E\na\n  E", "syntax-error", "<<E", "this heredoc never ends: no line after it is exactly `E`; line 4 has white space besides"),
    ("RUN <<E\na", "syntax-error", "<<E", "this heredoc never ends: no line after it is exactly `E`"),
    ("# escape=`\n# escape=`\nFROM a:1", "syntax-error", "# escape=`", "a second `escape` directive: only one is allowed"),
    ("ARG a=b\nRUN c", "syntax-error", "RUN", "RUN before the first FROM: only ARG can stand here"),
    ("ARG c=\nFROM $c", "build-error", "$c", "the base image `$c` is empty: a build argument without a value or default"),
    ("ENV c=\nWORKDIR /${c:?d}", "build-error", "/${c:?d}", "c: d"),
    ("ENV c=1\nWORKDIR /${c#\\b}", "build-error", "/${c#\\b}", "the pattern `\\b` holds the escape `\\b`, which means nothing"),
    ("COPY --from=later a /b\nFROM c:1 AS later", "build-error", "later", "stage `later` is used before it is built; it must stand above"),
    ("RUN --mount=from=later,target=/b a\nFROM c:1 AS later", "build-error", "from=later", "stage `later` is used before it is built; it must stand above"),
    ("FROM a:1 AS b\nCOPY --from=c x /x\nFROM a:1 AS c\nCOPY --from=b x /x", "build-error", "b", "stages wait for each other in a circle: b"),
    ("FROM --platform=windows a:1\nWORKDIR D:/a", "build-error", "D:/a", "the directory `D:/a` is not on drive C"),
];

#[test]
fn the_guilty_word_is_pointed_at_and_linting_goes_on() -> Result<(), Box<dyn Error>> {
    let settings = Settings::new(&Selection::default())?;
    for &(lines, rule, guilty, message) in REFUSED {
        let begins_file =
            lines.starts_with('#') || lines.starts_with("ARG a") || lines.starts_with("ARG c");
        let head = if begins_file { "" } else { "FROM a:1\n" };
        let source = format!("{head}{lines}\nFROM b:1\nMAINTAINER c\n");
        let source = Source::read(source.as_bytes())?;
        let findings = lint(&source, &settings, None).findings;
        let of_rule = |rule: &str| -> Vec<&Finding> {
            findings
                .iter()
                .filter(|finding| finding.rule.name == rule)
                .collect()
        };
        let first = of_rule(rule)
            .first()
            .map(|it| (it.span.text(source.text()), it.message.as_str()));
        assert_eq!(first, Some((guilty, message)), "{lines}");
        let later = of_rule("maintainer-deprecated");
        let later = later
            .iter()
            .any(|it| it.span.start as usize > head.len() + lines.len());
        assert!(later, "nothing is found behind {lines}");
    }
    Ok(())
}

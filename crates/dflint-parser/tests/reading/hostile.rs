//! Files that mean harm end soon, with a tree. Each took minutes, or the stack, if reading were
//! not linear and bounded.

use dflint_parser::parse;

#[test]
fn hostile_files_end() {
    let n = 50_000;
    for source in [
        format!("RUN a{}", " \\\n".repeat(n)),
        format!("RUN a \\\n{}", "# x\n".repeat(n)),
        format!("ENV{}", " a=b \\\n".repeat(n)),
        format!(
            "FROM a\nRUN{} x",
            " --mount=type=cache,target=/x \\\n".repeat(n)
        ),
        format!("FROM a\nCOPY{} x y", " --exclude='é' \\\n".repeat(n)),
        format!("FROM a\n{}", "RUN <<A\n".repeat(n)),
        format!("FROM a\nRUN{}\n{}", " <<A".repeat(n), "A\n".repeat(n)),
        format!(
            "FROM a\nCOPY{} /x\n{}",
            " \\\n<<A".repeat(n),
            "A\n".repeat(n)
        ),
        format!("FROM a\nRUN <<{}", "${a:-".repeat(n)),
        format!("FROM a\n{}ENV a\n", "ONBUILD \\\n".repeat(n)),
        format!("FROM a\n{}ENV a\n", "ONBUILD --a \\\n".repeat(n)),
        format!("CMD {}", "[".repeat(n)),
        format!("{{\"a\":{}", "[{\"a\":".repeat(n)),
        format!("CMD [{}\"a\"]", "\"\\n\", \\\n".repeat(n)),
        "# syntax=a\n".repeat(n),
        "// syntax=a\n".repeat(n),
        "x\n".repeat(n),
        "\0".repeat(n),
        "\r".repeat(n),
        "\n".repeat(n),
    ] {
        let file = parse(&source);
        let read = !file.instructions.is_empty() || !file.errors.is_empty();
        assert!(read, "{:.40}", source);
    }
}

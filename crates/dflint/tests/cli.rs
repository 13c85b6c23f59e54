//! The command-line cases of `testdata/cli`; `TRYCMD=overwrite cargo test -p dflint --test cli`
//! renews what they expect.

#[test]
fn command_lines() {
    trycmd::TestCases::new()
        .env("NO_COLOR", "1")
        .case("../../testdata/cli/*.md")
        .case("../../testdata/cli/stdin/*.toml");
}

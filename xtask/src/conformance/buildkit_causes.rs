//! How BuildKit names the cause for which it refuses a file, and how dflint names it.

/// Part of BuildKit's message, and part of dflint's for the same cause.
const CAUSES: [(&str, &str); 47] = [
    ("unknown instruction", "unknown instruction"),
    ("unknown instruction", "before the end of the file"),
    ("FROM requires", "FROM takes"),
    ("FROM requires", "a comment must stand on a line of its own"),
    ("must be a key=value pair", "a device has only the fields"),
    ("can't find =", "no `=` in"),
    ("no build stage", "before the first FROM"),
    ("file with no instructions", "no instructions"),
    ("must have two arguments", "needs a value"),
    ("unterminated heredoc", "never ends"),
    ("unknown flag", "has no flag"),
    (
        "requires at least two arguments",
        "needs at least one source",
    ),
    ("invalid name for build stage", "is no name for a stage"),
    ("requires at least one argument", "needs"),
    ("requires exactly one argument", "needs"),
    ("in JSON form", "JSON array"),
    ("arrays must be comprised of strings only", "JSON array"),
    ("ONBUILD trigger", "under ONBUILD"),
    ("Chaining ONBUILD", "under ONBUILD"),
    ("in HEALTHCHECK", "HEALTHCHECK takes"),
    ("Missing command after HEALTHCHECK", "HEALTHCHECK CMD needs"),
    ("NONE takes no arguments", "HEALTHCHECK NONE"),
    ("greater than max allowed size", "at most 65535 bytes"),
    ("names can not be blank", "no name in front of"),
    ("parser directive can be used", "directive: only one"),
    ("invalid escape token", "escape character is"),
    ("can not be an empty string", "VOLUME path is empty"),
    ("failed to parse csv", "nothing after `=`"),
    ("failed to parse csv", "double quote must begin a field"),
    ("expecting boolean value", "is true or false"),
    ("missing a value on flag", "needs a value"),
    ("duplicate flag", "is given twice"),
    ("security \"", "--security is"),
    ("security is not supported", "--security is"),
    ("invalid network mode", "--network is"),
    ("doesn't support variable expansion", "takes no variable"),
    (
        "cannot accept a heredoc",
        "heredoc cannot be the destination",
    ),
    ("time: ", "is a duration"),
    ("cannot be less than", "must be at least"),
    ("strconv.ParseInt", "--retries is a whole number"),
    (
        "--retries cannot be negative",
        "--retries cannot be negative",
    ),
    ("syntax error", "cannot read the heredoc name"),
    ("bad substitution", "cannot read the heredoc name"),
    ("unsupported modifier", "cannot read the heredoc name"),
    ("invalid value for required", "`required` is"),
    ("device name", "the device has a name"),
    ("unexpected key '", "a device has only the fields"),
];

/// Whether dflint's message gives the cause of BuildKit's.
pub(super) fn same_cause(ours: &str, theirs: &str) -> bool {
    CAUSES
        .iter()
        .any(|(cause, words)| theirs.contains(cause) && ours.contains(words))
}

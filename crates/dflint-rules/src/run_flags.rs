//! The flags of two `RUN`s compared.

use std::collections::BTreeSet;

use dflint_parser::{Mount, MountKind, Run, Text};

/// Whether both run under the same circumstances, in whatever order their flags say so.
pub(crate) fn have_equal_flags(one: &Run, other: &Run) -> bool {
    let same = |one: &Option<Text>, other: &Option<Text>| {
        one.as_ref().map(Text::as_str) == other.as_ref().map(Text::as_str)
    };
    same(&one.network, &other.network)
        && same(&one.security, &other.security)
        && texts(&one.devices) == texts(&other.devices)
        && mounts(one) == mounts(other)
}

fn texts<'m>(texts: &'m [Text]) -> BTreeSet<&'m str> {
    texts.iter().map(Text::as_str).collect()
}

/// A mount's fields, in order of their names.
type MountFields<'m> = BTreeSet<(&'m str, Option<&'m str>)>;

/// Kind and fields of each mount.
fn mounts<'m>(run: &'m Run) -> BTreeSet<(MountKind, MountFields<'m>)> {
    let fields = |mount: &'m Mount| {
        let told = mount.fields.iter().filter(|field| field.key != "type");
        told.map(|field| {
            let key = match field.key.as_str() {
                "dst" | "destination" => "target",
                key => key,
            };
            (key, field.value.as_ref().map(Text::as_str))
        })
        .collect()
    };
    let mounts = run.mounts.iter();
    mounts.map(|mount| (mount.kind, fields(mount))).collect()
}

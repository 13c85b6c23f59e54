//! `--mount` of `RUN`, as `instructions/commands_runmount.go` and `convert_runmount.go` read it.

use dflint_parser::{
    Instruction, Mount, MountField, MountKind, Span, Text, did_you_mean, lowercase,
};

use crate::error::ErrorKind;
use crate::path;
use crate::value::Value;

use super::build::SCRATCH;
use super::convert::{Converter, Refused};
use super::stage::Origin;
use super::step::{ResolvedMount, Sharing};

/// The fields that mounts have, the ones of all kinds together.
const KEYS: [&str; 19] = [
    "type",
    "from",
    "source",
    "src",
    "target",
    "dst",
    "destination",
    "readonly",
    "ro",
    "readwrite",
    "rw",
    "required",
    "size",
    "id",
    "sharing",
    "mode",
    "uid",
    "gid",
    "env",
];

/// The field that is meant instead of `key`, for a message; empty where none is near, and where
/// the field is one of another kind of mount.
pub(crate) fn suggest_key(key: &str) -> String {
    if KEYS.contains(&key) {
        return String::new();
    }
    did_you_mean(key, KEYS)
}

/// What may stand instead of `value` in the field `key`, for a message.
pub(crate) fn suggest_value(key: &str, value: &str) -> String {
    let known: &[&str] = match key {
        "type" => &["bind", "cache", "tmpfs", "secret", "ssh"],
        "sharing" => &["shared", "private", "locked"],
        "readonly" | "ro" | "readwrite" | "rw" | "required" => &["true", "false"],
        "size" => return ": it is a number with a unit, such as 64m".to_owned(),
        _ => &[],
    };
    let suggestion = did_you_mean(value, known.iter().copied());
    if !suggestion.is_empty() || known.is_empty() {
        return suggestion;
    }
    format!(": it is {}", known.join(", "))
}

/// The stage or image that BuildKit looks up for a mount before it knows the kind: `scratch`, which
/// may be the name of a stage, where none is written.
pub(super) fn written_origin<'m>(mount: &'m Mount<'_>) -> &'m str {
    let from = from_field(mount).map(Text::as_str);
    from.filter(|from| !from.is_empty()).unwrap_or(SCRATCH)
}

/// The value of `from`.
pub(super) fn from_field<'m, 'a>(mount: &'m Mount<'a>) -> Option<&'m Text<'a>> {
    let fields = mount.fields.iter().rev();
    let mut froms = fields.filter(|field| field.key == "from");
    froms.next()?.value.as_ref()
}

/// The fields of a mount, expanded.
#[derive(Default)]
pub(super) struct Fields {
    kind: Option<MountKind>,
    has_from: bool,
    source: Value,
    target: Value,
    read_only: Option<bool>,
    required: bool,
    size: i64,
    id: Value,
    sharing: Option<Sharing>,
    mode: Option<u64>,
    uid: Option<u64>,
    gid: Option<u64>,
    env: Option<Value>,
    unknown: Vec<(String, Value)>,
}

/// Expands and reads the fields of one mount. BuildKit does that for all mounts of a command
/// before it resolves any.
pub(super) fn expand<'a>(
    converter: &mut Converter<'_, 'a, '_>,
    instruction: &'a Instruction<'a>,
    mount: &'a Mount<'a>,
) -> Result<Fields, Refused> {
    let mut fields = Fields::default();
    for field in &mount.fields {
        let value = match &field.value {
            Some(value) => Some(converter.expand_value(instruction, value)?),
            None => None,
        };
        fields
            .set(field, value)
            .map_err(|kind| converter.refuse(instruction, field.text.span(), kind))?;
    }
    let checked = fields.check(fields.kind());
    checked.map_err(|kind| converter.refuse(instruction, guilty_part(mount, &kind), kind))?;
    Ok(fields)
}

/// Resolves one mount.
pub(super) fn convert<'a>(
    converter: &mut Converter<'_, 'a, '_>,
    instruction: &'a Instruction<'a>,
    mount: &'a Mount<'a>,
    fields: Fields,
) -> Result<ResolvedMount<'a>, Refused> {
    let resolved = resolve(converter, mount, fields.kind(), fields);
    resolved.map_err(|kind| converter.refuse(instruction, guilty_part(mount, &kind), kind))
}

/// The field that an error speaks of; the whole flag where it speaks of none that is written.
fn guilty_part(mount: &Mount<'_>, error: &ErrorKind) -> Span {
    let keys: &[&str] = match error {
        ErrorKind::MountKey { key, .. } if key == "source" => &["source", "src"],
        ErrorKind::MountKey { key, .. } => &[key.as_str()],
        ErrorKind::MountTarget(_) => &["target", "dst", "destination"],
        ErrorKind::UsedBeforeBuilt(_) => &["from"],
        _ => &[],
    };
    let mut fields = mount.fields.iter().rev();
    let field = fields.find(|field| keys.contains(&field.key.as_str()));
    field.map_or(mount.flag.span(), |field| field.text.span())
}

impl Fields {
    fn kind(&self) -> MountKind {
        self.kind.unwrap_or(MountKind::Bind)
    }

    fn set(&mut self, field: &MountField<'_>, value: Option<Value>) -> Result<(), ErrorKind> {
        let key = field.key.as_str();
        let Some(value) = value else {
            return self.set_bare(key);
        };
        match key {
            "type" => self.kind = Some(kind(&value)?),
            "from" => self.has_from = !value.as_str().is_empty(),
            "source" | "src" => self.source = value,
            "target" | "dst" | "destination" => self.target = value,
            "readonly" | "ro" => self.read_only = self.flag(key, value)?,
            "readwrite" | "rw" => self.read_only = self.flag(key, value)?.map(|yes| !yes),
            "required" => {
                self.allow_required()?;
                self.required = self.flag(key, value)?.unwrap_or(false);
            }
            "size" if self.kind() == MountKind::Tmpfs => {
                self.size = match value.to_known() {
                    None => {
                        self.unknown.push((key.to_owned(), value));
                        0
                    }
                    Some(text) => ram_in_bytes(text).ok_or_else(|| bad_value(key, text))?,
                };
            }
            "size" => return Err(bad_key(self.kind(), key)),
            "id" => self.id = value,
            "sharing" => self.sharing = self.read_sharing(value)?,
            "mode" => self.mode = self.number(key, value, 8)?,
            "uid" => self.uid = self.number(key, value, 10)?,
            "gid" => self.gid = self.number(key, value, 10)?,
            "env" => self.env = Some(value),
            _ => return Err(bad_key(self.kind(), key)),
        }
        Ok(())
    }

    fn set_bare(&mut self, key: &str) -> Result<(), ErrorKind> {
        match key {
            "readonly" | "ro" => self.read_only = Some(true),
            "readwrite" | "rw" => self.read_only = Some(false),
            "required" => {
                self.allow_required()?;
                self.required = true;
            }
            key if KEYS.contains(&key) => {
                return Err(ErrorKind::MountLacksValue(key.to_owned()));
            }
            key => return Err(bad_key(self.kind(), key)),
        }
        Ok(())
    }

    fn allow_required(&self) -> Result<(), ErrorKind> {
        match self.kind() {
            MountKind::Secret | MountKind::Ssh => Ok(()),
            kind => Err(bad_key(kind, "required")),
        }
    }

    /// A truth value as Go's `strconv.ParseBool` reads it; `None` where it is not known.
    fn flag(&mut self, key: &str, value: Value) -> Result<Option<bool>, ErrorKind> {
        let Some(text) = value.to_known() else {
            self.unknown.push((key.to_owned(), value));
            return Ok(None);
        };
        match text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Some(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Some(false)),
            _ => Err(bad_value(key, text)),
        }
    }

    fn number(&mut self, key: &str, value: Value, radix: u32) -> Result<Option<u64>, ErrorKind> {
        let Some(text) = value.to_known() else {
            self.unknown.push((key.to_owned(), value));
            return Ok(None);
        };
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = digits
            .then(|| u32::from_str_radix(text, radix).ok())
            .flatten();
        let number = number.ok_or_else(|| ErrorKind::MountNumber {
            key: key.to_owned(),
            value: text.to_owned(),
        })?;
        Ok(Some(u64::from(number)))
    }

    fn read_sharing(&mut self, value: Value) -> Result<Option<Sharing>, ErrorKind> {
        let Some(text) = value.to_known() else {
            self.unknown.push(("sharing".to_owned(), value));
            return Ok(None);
        };
        match lowercase(text).as_str() {
            "shared" => Ok(Some(Sharing::Shared)),
            "private" => Ok(Some(Sharing::Private)),
            "locked" => Ok(Some(Sharing::Locked)),
            _ => Err(bad_value("sharing", text)),
        }
    }

    /// What fits together.
    fn check(&self, kind: MountKind) -> Result<(), ErrorKind> {
        let takes_owner = matches!(kind, MountKind::Secret | MountKind::Ssh | MountKind::Cache);
        let owner = [("mode", self.mode), ("uid", self.uid), ("gid", self.gid)];
        if let Some((key, _)) = owner
            .iter()
            .find(|(_, value)| value.is_some() && !takes_owner)
        {
            return Err(bad_key(kind, key));
        }
        if self.sharing.is_some() && kind != MountKind::Cache {
            return Err(bad_key(kind, "sharing"));
        }
        let is_empty = |value: &Value| value.as_str().is_empty();
        let nothing_named = is_empty(&self.source) && is_empty(&self.id) && is_empty(&self.target);
        match kind {
            MountKind::Secret if self.has_from => Err(bad_key(kind, "from")),
            MountKind::Secret if nothing_named => Err(ErrorKind::MountIncomplete("id")),
            MountKind::Secret if !is_empty(&self.source) && !is_empty(&self.id) => {
                Err(bad_key(kind, "source"))
            }
            MountKind::Ssh if !is_empty(&self.source) => Err(bad_key(kind, "source")),
            _ => Ok(()),
        }
    }
}

fn resolve<'a>(
    converter: &Converter<'_, 'a, '_>,
    mount: &'a Mount<'a>,
    kind: MountKind,
    fields: Fields,
) -> Result<ResolvedMount<'a>, ErrorKind> {
    let written_by_default = matches!(kind, MountKind::Cache | MountKind::Tmpfs);
    let read_only = fields.read_only.unwrap_or(!written_by_default);
    let source = match fields.source.to_known() {
        Some(source) => path::join("/", source).into(),
        None => fields.source.clone(),
    };
    let (target, id) = match kind {
        MountKind::Secret => secret_place(&fields),
        MountKind::Ssh => (non_empty(&fields.target), non_empty(&fields.id)),
        MountKind::Cache => (
            Some(place(converter, &fields.target)?),
            Some(cache_id(&fields)),
        ),
        _ => (Some(place(converter, &fields.target)?), None),
    };
    Ok(ResolvedMount {
        mount,
        kind,
        target,
        from: origin(converter, mount, kind)?,
        source,
        id,
        sharing: fields.sharing.unwrap_or_default(),
        read_only,
        uid: fields.uid,
        gid: fields.gid,
        mode: fields.mode,
        env: fields.env,
        required: fields.required,
        size: fields.size,
        unknown: fields.unknown,
    })
}

/// Where a mount appears, seen from the working directory.
fn place(converter: &Converter<'_, '_, '_>, target: &Value) -> Result<Value, ErrorKind> {
    let workdir = converter.state.workdir();
    let place = match (target.to_known(), workdir.to_known()) {
        (Some(target), _) if target.starts_with('/') => Value::from(target),
        (Some(target), Some(workdir)) => path::join(workdir, target).into(),
        _ => {
            let style = converter.state.path_style();
            let normalized = style.normalize_value(workdir, target, false);
            normalized.unwrap_or_else(|_| target.clone())
        }
    };
    if place.to_known() == Some("/") {
        return Err(ErrorKind::MountTarget("/".to_owned()));
    }
    Ok(place)
}

fn cache_id(fields: &Fields) -> Value {
    if !fields.id.as_str().is_empty() {
        return fields.id.clone();
    }
    match fields.target.to_known() {
        Some(target) => path::clean(target).into(),
        None => fields.target.clone(),
    }
}

/// Place and name of a secret; without a place it is only a variable.
fn secret_place(fields: &Fields) -> (Option<Value>, Option<Value>) {
    let named = non_empty(&fields.source).or_else(|| non_empty(&fields.id));
    let base = |value: &Value| match value.to_known() {
        Some(text) => Value::from(path::base(text)),
        None => value.clone(),
    };
    let id = named.unwrap_or_else(|| base(&fields.target));
    let default = || Value::from(format!("/run/secrets/{}", base(&id)));
    let target = match (non_empty(&fields.target), &fields.env) {
        (Some(target), _) => Some(target),
        (None, Some(_)) => None,
        (None, None) => Some(default()),
    };
    (target, Some(id))
}

fn non_empty(value: &Value) -> Option<Value> {
    (!value.as_str().is_empty()).then(|| value.clone())
}

fn origin(
    converter: &Converter<'_, '_, '_>,
    mount: &Mount<'_>,
    kind: MountKind,
) -> Result<Origin, ErrorKind> {
    if matches!(kind, MountKind::Tmpfs | MountKind::Secret | MountKind::Ssh) {
        return Ok(Origin::Scratch);
    }
    let from = from_field(mount)
        .map(Text::as_str)
        .filter(|from| !from.is_empty());
    let name = match (from, kind) {
        (Some(from), _) => from,
        (None, MountKind::Cache) => SCRATCH,
        (None, _) => return Ok(Origin::Context),
    };
    let origin = match converter.builder.origin(name) {
        Ok(origin) => origin,
        // Recorded already, with the names of the other images.
        Err(_) => Origin::Unknown(name.into()),
    };
    match origin.stage() {
        Some(stage) if !converter.is_built(stage) => {
            Err(ErrorKind::UsedBeforeBuilt(converter.label_of(stage)))
        }
        _ => Ok(origin),
    }
}

fn kind(value: &Value) -> Result<MountKind, ErrorKind> {
    let Some(text) = value.to_known() else {
        return Ok(MountKind::Unknown);
    };
    match lowercase(text).as_str() {
        "bind" => Ok(MountKind::Bind),
        "cache" => Ok(MountKind::Cache),
        "tmpfs" => Ok(MountKind::Tmpfs),
        "secret" => Ok(MountKind::Secret),
        "ssh" => Ok(MountKind::Ssh),
        _ => Err(bad_value("type", text)),
    }
}

fn bad_value(key: &str, value: &str) -> ErrorKind {
    ErrorKind::MountValue {
        key: key.to_owned(),
        value: value.to_owned(),
    }
}

fn bad_key(kind: MountKind, key: &str) -> ErrorKind {
    let kind = match kind {
        MountKind::Bind => "bind",
        MountKind::Cache => "cache",
        MountKind::Tmpfs => "tmpfs",
        MountKind::Secret => "secret",
        MountKind::Ssh => "ssh",
        MountKind::Unknown => "unknown",
    };
    ErrorKind::MountKey {
        kind,
        key: key.to_owned(),
    }
}

/// A size as `go-units`' `RAMInBytes` reads it: a number with an optional unit in powers of 1024.
fn ram_in_bytes(text: &str) -> Option<i64> {
    let end = text.rfind(|ch: char| ch.is_ascii_digit() || ch == '.')? + 1;
    let (number, unit) = text.split_at(end);
    let number = number.strip_suffix(' ').unwrap_or(number);
    let number: f64 = number.parse().ok().filter(|number: &f64| *number >= 0.0)?;
    let unit = unit.strip_prefix(' ').unwrap_or(unit).to_lowercase();
    let power = match unit.as_str() {
        "" | "b" => 0,
        unit => {
            let (first, rest) = unit.split_at_checked(1)?;
            if !matches!(rest, "" | "b" | "ib") {
                return None;
            }
            ["k", "m", "g", "t", "p"]
                .iter()
                .position(|known| *known == first)? as i32
                + 1
        }
    };
    Some((number * 1024_f64.powi(power)) as i64)
}

#[cfg(test)]
mod tests {
    use super::ram_in_bytes;

    #[test]
    fn sizes() {
        for (text, want) in [
            ("0", Some(0)),
            ("64", Some(64)),
            ("64b", Some(64)),
            ("1k", Some(1024)),
            ("1.5 MiB", Some(1_572_864)),
            ("2gb", Some(2 << 30)),
            ("x", None),
            ("1q", None),
            ("-1", None),
        ] {
            assert_eq!(ram_in_bytes(text), want, "{text}");
        }
    }
}

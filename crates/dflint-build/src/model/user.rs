//! The user that commands run as.

use std::rc::Rc;

use dflint_knowledge::base_image::{ROOT, User as KnownUser};

use crate::value::Value;

use super::base::BaseFacts;

/// The user that commands run as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// `user[:group]` as the last `USER` or the base image says; empty means root.
    pub value: Value,
    /// The numeric user, where it is known.
    pub uid: Option<u32>,
    /// The numeric group, where it is known.
    pub gid: Option<u32>,
    /// The home directory in the user database, where it is known.
    pub home: Option<Rc<str>>,
}

impl User {
    /// What `USER value` means on an image of which `base` is known.
    pub(super) fn of(value: &Value, base: BaseFacts) -> Self {
        let Some(text) = value.to_known() else {
            return Self {
                value: value.clone(),
                uid: None,
                gid: None,
                home: None,
            };
        };
        let (name, group) = match text.split_once(':') {
            Some((name, group)) => (name, Some(group)),
            None => (text, None),
        };
        let known = known_user(name, base);
        let number = |text: &str| text.parse::<u32>().ok();
        let gid = match group {
            Some("root") => Some(0),
            Some(group) => number(group),
            None => known.and_then(|user| user.gid),
        };
        Self {
            value: value.clone(),
            uid: known.and_then(|user| user.uid).or_else(|| number(name)),
            gid,
            home: known.and_then(|user| user.home).map(Rc::from),
        }
    }

    /// Whether it is certainly root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.uid == Some(0)
    }
}

fn known_user(name: &str, base: BaseFacts) -> Option<KnownUser> {
    if matches!(name, "" | "root" | "0") {
        return Some(ROOT);
    }
    base.known()?.user(name)
}

#[cfg(test)]
mod tests {
    use super::User;
    use crate::model::base::BaseFacts;
    use crate::value::Value;

    #[test]
    fn users() {
        for (text, uid, gid, home) in [
            ("", Some(0), Some(0), Some("/root")),
            ("root", Some(0), Some(0), Some("/root")),
            ("0:0", Some(0), Some(0), Some("/root")),
            ("1000", Some(1000), None, None),
            ("1000:50", Some(1000), Some(50), None),
            ("app", None, None, None),
            ("app:root", None, Some(0), None),
        ] {
            let user = User::of(&text.into(), BaseFacts::Unknown);
            assert_eq!(
                (user.uid, user.gid, user.home.as_deref()),
                (uid, gid, home),
                "{text}"
            );
        }
        let unknown = User::of(&Value::unresolved("${U}"), BaseFacts::Unknown);
        assert_eq!(unknown.uid, None);
    }
}

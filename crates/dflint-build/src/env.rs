//! Environments that share what they have in common.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use smallvec::{SmallVec, smallvec};

use crate::value::Value;

/// What is known of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup<'e> {
    /// It has this value (which may hold unknown pieces).
    Set(&'e Value),
    /// It is certainly not set.
    Unset,
    /// The base image or a build argument may set it.
    Unknown,
}

/// Where expansion finds variables.
pub trait Variables {
    /// What is known of variable `name`.
    fn lookup(&self, name: &str) -> Lookup<'_>;
}

/// No variables at all.
#[derive(Debug, Clone, Copy)]
pub struct NoVariables;

impl Variables for NoVariables {
    fn lookup(&self, _: &str) -> Lookup<'_> {
        Lookup::Unset
    }
}

/// A set of variables at one point of a build.
///
/// Copies share their contents: setting a variable copies those nodes on one path of a trie that
/// are shared, so that ten thousand steps, each with an environment of its own, stay linear.
#[derive(Clone, Default)]
pub struct Env {
    root: Option<Rc<Node>>,
    /// How many times a variable was set.
    clock: u32,
    len: u32,
    /// Sum of the digests of all variables: equal for equal sets, whatever the order.
    digest: u64,
    /// Whether variables that are not listed may be set all the same (by an unknown base image).
    open: bool,
}

/// One variable.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name.
    pub name: Rc<str>,
    /// Its value.
    pub value: Value,
    /// Position of the first time it was set.
    introduced: u32,
    /// Position of the last time it was set.
    updated: u32,
}

#[derive(Clone)]
enum Node {
    /// Variables whose names have the same hash: one, but for collisions.
    Leaf(u64, SmallVec<[Variable; 1]>),
    Branch([Option<Rc<Node>>; 2]),
}

impl Env {
    /// An environment in which variables that were never set may be set all the same.
    #[must_use]
    pub fn open() -> Self {
        Self {
            open: true,
            ..Self::default()
        }
    }

    /// Whether an unlisted variable may be set all the same.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// How many variables are listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether no variable is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The variable called `name`, where it is listed.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let hash = NameHash::of(name).place();
        let mut node = self.root.as_deref()?;
        for depth in 0..=u64::BITS {
            match node {
                Node::Leaf(_, variables) => {
                    return variables
                        .iter()
                        .find(|v| &*v.name == name)
                        .map(|v| &v.value);
                }
                Node::Branch(children) => node = children.get(side(hash, depth))?.as_deref()?,
            }
        }
        None
    }

    /// Sets a variable, in place of an older value.
    pub fn set(&mut self, name: &str, value: Value) {
        let hash = NameHash::of(name);
        self.digest = self.digest.wrapping_add(hash.digest(&value));
        let entry = Variable {
            name: name.into(),
            value,
            introduced: self.clock,
            updated: self.clock,
        };
        self.clock += 1;
        match insert(&mut self.root, 0, hash.place(), entry) {
            Some(old) => self.digest = self.digest.wrapping_sub(hash.digest(&old)),
            None => self.len += 1,
        }
    }

    /// The variables in the order in which they were last set: BuildKit's order in the operations.
    #[must_use]
    pub fn in_update_order(&self) -> Vec<&Variable> {
        self.sorted_by(|variable| variable.updated)
    }

    /// The variables in the order in which they first appeared: the order in the image's
    /// configuration.
    #[must_use]
    pub fn in_introduction_order(&self) -> Vec<&Variable> {
        self.sorted_by(|variable| variable.introduced)
    }

    fn sorted_by(&self, key: impl Fn(&Variable) -> u32) -> Vec<&Variable> {
        let mut found = Vec::with_capacity(self.len());
        let mut pending: Vec<&Node> = self.root.as_deref().into_iter().collect();
        while let Some(node) = pending.pop() {
            match node {
                Node::Leaf(_, variables) => found.extend(variables),
                Node::Branch(children) => pending.extend(children.iter().flatten().map(|n| &**n)),
            }
        }
        found.sort_by_key(|variable| key(variable));
        found
    }
}

impl Variables for Env {
    fn lookup(&self, name: &str) -> Lookup<'_> {
        match self.get(name) {
            Some(value) => Lookup::Set(value),
            None if self.open => Lookup::Unknown,
            None => Lookup::Unset,
        }
    }
}

/// Two environments are equal when they set the same variables to the same values; the order in
/// which that happened is not compared.
impl PartialEq for Env {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.open == other.open && self.digest == other.digest
    }
}

impl Eq for Env {}

impl std::fmt::Debug for Env {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let variables = self.in_update_order();
        f.debug_map()
            .entries(variables.iter().map(|v| (&v.name, &v.value)))
            .finish()
    }
}

/// Puts `entry` below `slot`, copying only nodes that are shared; returns the value that it
/// replaced.
fn insert(
    slot: &mut Option<Rc<Node>>,
    depth: u32,
    hash: u64,
    mut entry: Variable,
) -> Option<Value> {
    let Some(node) = slot.as_deref() else {
        *slot = Some(Rc::new(Node::Leaf(hash, smallvec![entry])));
        return None;
    };
    if let Node::Leaf(here, _) = *node
        && here != hash
    {
        let mut children = [None, None];
        children[side(here, depth)] = slot.take();
        *slot = Some(Rc::new(Node::Branch(children)));
    }
    match Rc::make_mut(slot.as_mut()?) {
        Node::Branch(children) => insert(&mut children[side(hash, depth)], depth + 1, hash, entry),
        Node::Leaf(_, variables) => {
            let Some(old) = variables.iter_mut().find(|v| v.name == entry.name) else {
                variables.push(entry);
                return None;
            };
            entry.introduced = old.introduced;
            Some(std::mem::replace(old, entry).value)
        }
    }
}

/// Which child of a branch at `depth` a hash belongs to. Leaves with different hashes part within
/// 64 levels, which bounds the recursion.
fn side(hash: u64, depth: u32) -> usize {
    (hash.checked_shr(depth).unwrap_or(0) & 1) as usize
}

/// The hash of a name: alone it says where the name stands in the trie, and with a value what the
/// variable adds to the digest.
struct NameHash(DefaultHasher);

impl NameHash {
    fn of(name: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        Self(hasher)
    }

    fn place(&self) -> u64 {
        self.0.finish()
    }

    fn digest(&self, value: &Value) -> u64 {
        let mut hasher = self.0.clone();
        value.hash(&mut hasher);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Env, Lookup, Variables};
    use crate::value::Value;

    fn names(variables: &[&super::Variable]) -> Vec<String> {
        variables.iter().map(|v| v.name.to_string()).collect()
    }

    #[test]
    fn a_copy_does_not_see_later_changes() {
        let mut first = Env::default();
        first.set("A", "1".into());
        let mut second = first.clone();
        second.set("A", "2".into());
        assert_eq!(first.get("A").map(Value::as_str), Some("1"));
        assert_eq!(second.get("A").map(Value::as_str), Some("2"));
        assert_ne!(first, second);
        second.set("A", "1".into());
        assert_eq!(first, second);
    }

    #[test]
    fn both_orders_are_kept() {
        let mut env = Env::default();
        for name in ["PATH", "B", "C", "PATH"] {
            env.set(name, "x".into());
        }
        assert_eq!(names(&env.in_update_order()), ["B", "C", "PATH"]);
        assert_eq!(names(&env.in_introduction_order()), ["PATH", "B", "C"]);
        assert_eq!(env.len(), 3);
    }

    #[test]
    fn many_variables_are_found_again() {
        let mut env = Env::default();
        for n in 0..5_000 {
            env.set(&format!("V{n}"), Value::known(n.to_string()));
        }
        for n in 0..5_000 {
            let value = env.get(&format!("V{n}")).map(Value::as_str);
            assert_eq!(value, Some(n.to_string().as_str()));
        }
        assert_eq!(env.get("V5000"), None);
    }

    #[test]
    fn an_open_environment_answers_unknown() {
        assert_eq!(Env::open().lookup("A"), Lookup::Unknown);
        assert_eq!(Env::default().lookup("A"), Lookup::Unset);
    }
}

//! Tables: what TOML may say, and how errors name it.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

/// Defines what a table entry may hold. Reading refuses unknown keys; writing gives the Rust
/// expression of the type that has the same name in `src/`.
macro_rules! schema {
    ($(#[$meta:meta])* struct $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* }) => {
        #[derive(Debug, Clone, serde::Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        $(#[$meta])*
        pub(crate) struct $name {
            $($(#[$field_meta])* pub(crate) $field: $type,)*
        }

        impl $crate::literal::Literal for $name {
            fn literal(&self) -> String {
                let fields = [$(format!(
                    "{}: {}",
                    stringify!($field),
                    $crate::literal::Literal::literal(&self.$field)
                )),*];
                format!("{} {{ {} }}", stringify!($name), fields.join(", "))
            }
        }
    };
    ($(#[$meta:meta])* enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident,)* }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        $(#[$meta])*
        pub(crate) enum $name {
            $($(#[$variant_meta])* $variant,)*
        }

        impl $crate::literal::Literal for $name {
            fn literal(&self) -> String {
                format!("{}::{:?}", stringify!($name), self)
            }
        }
    };
}

pub(crate) use schema;

/// A TOML file whose top-level tables are the entries.
pub(crate) struct TableFile {
    file: String,
    entries: toml::Table,
}

impl TableFile {
    /// Reads the `text` of `file`.
    ///
    /// # Errors
    /// What TOML finds wrong, with file and line.
    pub(crate) fn parse(file: String, text: &str) -> Result<Self, String> {
        let entries = text.parse().map_err(|error| format!("{file}: {error}"))?;
        Ok(Self { file, entries })
    }

    /// An error about `entry`.
    pub(crate) fn error(&self, entry: &str, what: impl std::fmt::Display) -> String {
        let what = what.to_string();
        format!(
            "{}: [{entry}]: {}",
            self.file,
            what.trim_end().replace('\n', "; ")
        )
    }

    /// Takes the table called `name` out of the file; its tables are entries of type `T`.
    pub(crate) fn take_section<T: DeserializeOwned>(
        &mut self,
        name: &str,
    ) -> Result<BTreeMap<String, T>, String> {
        let value = self.entries.remove(name);
        let Some(toml::Value::Table(section)) = value else {
            return Err(self.error(name, "the table is missing"));
        };
        let mut entries = BTreeMap::new();
        for (key, value) in section {
            let entry = T::deserialize(value)
                .map_err(|error| self.error(&format!("{name}.{key}"), error))?;
            entries.insert(key, entry);
        }
        Ok(entries)
    }

    /// Takes the value called `name` out of the file.
    pub(crate) fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, String> {
        let Some(value) = self.entries.remove(name) else {
            return Err(self.error(name, "it is missing"));
        };
        T::deserialize(value).map_err(|error| self.error(name, error))
    }

    /// What was not taken must not be there.
    pub(crate) fn finish(self) -> Result<(), String> {
        match self.entries.keys().next() {
            None => Ok(()),
            Some(key) => Err(self.error(key, "unknown key")),
        }
    }
}

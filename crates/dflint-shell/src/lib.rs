//! RUN and CMD scripts as commands, words and operators with spans in the Dockerfile.
//!
//! [`Script`] owns everything: the logical text with its way back to the file, the tree of lists,
//! pipelines and compound commands ([`List`]), and the simple commands as a flat list with their
//! context ([`SimpleCommand`]). Ranges ([`TextRange`]) count bytes of the script's logical text;
//! [`Script::span`] and [`Script::source_ranges`] say where that stands in the file.
//!
//! The grammar is read by `shuck-parser`; nothing of it is visible outside of the `lower` module.

mod chain;
mod command;
mod decode;
mod effective;
mod flow;
mod joined;
mod lower;
mod range;
mod script;
mod shell;
mod tree;
mod word;

pub use chain::{Chain, Link};
pub use command::{Assignment, CommandId, HereDocument, Redirect, RedirectKind, SimpleCommand};
pub use effective::Wrappers;
pub use flow::Directory;
pub use range::TextRange;
pub use script::{Certainty, Commands, Script};
pub use shell::{Dialect, Shell};
pub use tree::{
    Arm, Branch, Compound, CompoundKind, Construct, Constructs, Item, List, LoopKind, Node,
    Operator, OperatorKind, Pipeline,
};
pub use word::{Variable, Word};

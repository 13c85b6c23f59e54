//! Chores of the dflint repository.

fn main() {}

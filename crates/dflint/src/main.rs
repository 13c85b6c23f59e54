//! The dflint command line.

fn main() {}

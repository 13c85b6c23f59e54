//! dflint's rules, one file each.

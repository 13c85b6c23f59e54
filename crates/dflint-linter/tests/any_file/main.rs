//! What holds for every file that is linted and fixed.

#[cfg(test)]
mod damage;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod properties;

//! One call from source and settings to findings and fixed source.

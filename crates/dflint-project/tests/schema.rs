//! The schema in `docs/` is the one that the code has; `SNAPSHOTS=overwrite cargo test` renews it.

use snapbox::{assert_data_eq, file};

#[test]
fn the_configuration_schema_is_current() {
    assert_data_eq!(
        dflint_project::config::schema(),
        file!["../../../docs/dflint.schema.json"].raw()
    );
}

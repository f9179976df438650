//! Where the test extension `krait_threads` was built.

/// The folder that has it, for `sys.path`.
pub const FOLDER: &str = env!("KRAIT_TEST_EXTENSION");

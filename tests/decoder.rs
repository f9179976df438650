//! The fuzz target's body, over bytes that look a little like a frame: it stays sound, and it stays compiling.

use proptest::prelude::*;

#[path = "../fuzz/decoder.rs"]
mod decoder;

const PACKAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python");

/// One test only: Python belongs to the thread that starts it here.
#[test]
fn no_bytes_do_harm_to_the_fuzz_target() {
    let byte = prop_oneof![3 => 0..=32u8, 2 => Just(0u8), 1 => any::<u8>()];
    let bytes = proptest::collection::vec(byte, 0..200);
    let config = ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() };
    let tried = proptest::test_runner::TestRunner::new(config).run(&bytes, |bytes| {
        decoder::decode(&bytes);
        Ok(())
    });
    tried.unwrap_or_else(|failure| panic!("{failure}"));
}

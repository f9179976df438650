//! The frame's decoder: `make fuzz`, or `PYO3_PYTHON=… cargo +nightly fuzz run decode` in the project's root.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../decoder.rs"]
mod decoder;

const PACKAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../python");

/// What the leak sanitizer overlooks: the one string that is leaked on purpose when Python starts.
#[unsafe(no_mangle)]
extern "C" fn __lsan_default_suppressions() -> *const std::ffi::c_char {
    c"leak:krait_core::py::state::wide".as_ptr()
}

fuzz_target!(|bytes: &[u8]| decoder::decode(bytes));

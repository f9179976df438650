//! The raw C API: the only place that names `pyo3_ffi`.
//!
//! The core is built against the stable ABI of CPython 3.10 and not linked to any libpython. What is
//! younger, or outside the stable ABI, is looked up at run time in [`optional`].

pub mod optional;

pub use pyo3_ffi::*;

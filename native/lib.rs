//! Krait's core: CPython inside the JVM.
//!
//! The layers, the tokens and the frame are described in `native/ARCHITECTURE.md`. Each module imports only
//! modules that stand above it in this list.

pub mod trace;

pub mod ffi;
pub mod py;

pub mod frame;

pub mod jvm;

pub mod runtime;

pub mod bridge;

pub mod entry;

//! The natives: what Java calls. Each is a line or three through [`guard`].

mod batch;
mod call;
mod columns;
mod failure;
mod items;
mod memory;
mod natives;
mod numbers;
mod operations;
mod operators;
mod simple;

pub use failure::Failure;
pub use natives::krait_core_bind;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::jvm::{self, Env};
use crate::py;

/// Runs a native's body; a panic becomes an AssertionError in Java, and `otherwise` is returned.
///
/// # Safety
/// `env` is the calling thread's environment.
unsafe fn guard<R>(env: Env, otherwise: R, body: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        // SAFETY: by the caller's guarantee; the switch back to the Java stack came with the unwinding.
        unsafe { jvm::throw(env, c"java/lang/AssertionError", &py::panic_text(&*panic)) };
        otherwise
    })
}

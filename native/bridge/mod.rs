//! Java as Python sees it: `JavaObject`, the up-call, the `_krait` module, and the codec's view of a binding.

mod module;
mod object;
mod peer;
mod upcall;

pub use module::register;
pub use object::JavaObject;
pub use peer::{CallPeer, stale};

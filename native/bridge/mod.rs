//! Java as Python sees it: objects, methods, the up-call, the `_krait` module, and the codec's view of a binding.

mod classes;
mod method;
mod module;
mod numbers;
mod object;
mod peer;
mod threads;
mod upcall;

pub use classes::Bridge;
pub use method::JavaMethod;
pub use module::register;
pub use object::JavaObject;
pub use peer::{CallPeer, Ends, stale};
pub use upcall::{closed, loaded, opened};

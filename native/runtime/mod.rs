//! The running Python: domains, bindings, thread states, the main thread, dead references.

mod domain;
mod handles;
mod start;
mod thread;

pub use domain::{Binding, Domain, main_domain};
pub use handles::{Handles, Stale};
pub use start::{StartError, Started, start};
pub use thread::{attach_depth, current_binding, current_namespace, detached, down};

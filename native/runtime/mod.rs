//! The running Python: domains, bindings, thread states, the main thread, dead references.

mod domain;
mod door;
mod down;
mod gate;
mod greenlets;
mod handles;
mod importing;
mod isolation;
mod loops;
mod observe;
mod record;
mod start;
mod stopping;
mod thread;
mod turns;

pub use domain::{Binding, Domain, Helpers, main_domain};
pub use door::{Door, number};
pub use down::{Caller, NoCall, Work, down, down_for_answer, down_to};
pub use handles::{Handles, Stale};
pub use isolation::{EndError, Isolation, end, open};
pub use observe::{Counts, counts, measure, take_waited};
pub use record::{CallId, Running, Seen, Stop};
pub use start::{Options, StartError, start};
pub use stopping::stop;
pub use thread::{Here, detached, forget_stop, here, is_nested, keep_for_answer};

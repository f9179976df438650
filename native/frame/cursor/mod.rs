//! Reading and writing a frame's bytes, and the blocks that hold what did not fit: the only unsafe code in this layer.

mod block;
mod reader;
mod writer;

pub use block::{Nobody, Sender, discard, take};
pub use reader::{Malformed, Reader};
pub use writer::Writer;

/// Length of a frame's header: the payload starts here.
pub const HEADER: usize = 32;

const STATUS: usize = 0;
const RELEASED: usize = 4;
const LENGTH: usize = 8;
const BLOCK: usize = 16;

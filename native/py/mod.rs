//! Safe Python: everything above this layer uses CPython without `unsafe`.
//!
//! - [`Gil`] proves that this thread has an attached thread state; every function that touches Python takes one.
//! - [`Owned`] is a strong reference that is dropped under the GIL; `&Object` is a borrowed one.
//! - [`Detached`] is a strong reference that may travel; see there what its drop does.
//! - [`Raised`] says that the error indicator is set.

mod arguments;
mod buffer;
mod call;
mod cell;
mod class;
mod containers;
mod error;
mod gil;
mod gil_state;
mod kind;
mod memory;
mod method;
mod number;
mod object;
mod operators;
mod reuse;
mod rows;
mod state;
mod subinterpreter;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod threads;

pub use arguments::Positional;
pub use buffer::{BufferView, Layout};
pub use cell::CellContents;
pub use class::{Behaviour, Class, Function};
pub use containers::{DictIter, ListBuilder, TupleBuilder};
pub use error::{Exception, Raised, Result, panic_text};
pub use gil::{Gil, set_graveyard};
pub use gil_state::Found;
pub use kind::{BuiltIn, Family};
pub use memory::Bytes;
pub use method::{Method, MethodClass};
pub use number::Number;
pub use object::{Detached, Object, Owned};
pub use operators::{Binary, Unary};
pub use reuse::NumberMemory;
pub use rows::{MOST_COLUMNS, Rows, RowsClass, Shape};
pub use state::{InterpreterState, Start, ThreadState, initialise, is_initialised, join, thread_ident, version};
pub use subinterpreter::{end_interpreter, new_interpreter};
pub use text::{Text, Utf16};

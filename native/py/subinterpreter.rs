//! Sub-interpreters: making and ending them, from a thread that is attached to the main interpreter.
//!
//! A thread has one attached thread state at a time. The functions here leave the main interpreter's for the other's and
//! come back to it before they return, so that the caller's token holds before and after.

use std::ffi::CStr;
use std::ptr::null_mut;

use super::{Found, Gil, InterpreterState, ThreadState, gil_state, version};
use crate::ffi::{self, optional};

/// Makes a sub-interpreter and runs `body` attached to it; where that fails, the interpreter is ended again.
///
/// `body` gets the new interpreter's token and first thread state, which stays this thread's.
pub fn new_interpreter<R>(
    main: Gil<'_>,
    own_gil: bool,
    body: impl for<'g> FnOnce(Gil<'g>, ThreadState) -> Result<R, String>,
) -> Result<R, String> {
    gil_state::prepare(main);
    let main_state = main.thread_state();
    let made = if own_gil { with_own_gil() } else { with_shared_gil() };
    let state = made.inspect_err(|_| back_after_failure(main_state))?;
    let _found = Found::now(state);
    // SAFETY: making an interpreter attaches its first thread state to this thread.
    let gil = unsafe { Gil::assume() };
    let result = body(gil, state);
    if result.is_ok() {
        // SAFETY: nothing of either interpreter is used between; the main state is this thread's.
        unsafe {
            gil.detach();
            main_state.attach();
        }
    } else {
        end_attached(state, main_state);
    }
    result
}

fn with_own_gil() -> Result<ThreadState, String> {
    let Some(new) = optional::py_new_interpreter_from_config() else {
        return Err("a GIL of its own needs CPython 3.12 or newer".to_owned());
    };
    let config = optional::InterpreterConfig {
        use_main_obmalloc: 0,
        allow_fork: 0,
        allow_exec: 0,
        allow_threads: 1,
        allow_daemon_threads: 0,
        check_multi_interp_extensions: 1,
        gil: 2,
    };
    let mut state = null_mut();
    // SAFETY: attached to the main interpreter; the config is complete and copied.
    let status = unsafe { new(&mut state, &config) };
    if status.kind != 0 && !status.message.is_null() {
        // SAFETY: CPython's messages are static C strings.
        return Err(unsafe { CStr::from_ptr(status.message) }.to_string_lossy().into_owned());
    }
    ThreadState::from_ptr(state).ok_or_else(|| "CPython could not make another interpreter".to_owned())
}

fn with_shared_gil() -> Result<ThreadState, String> {
    // SAFETY: attached to the main interpreter.
    let state = unsafe { ffi::Py_NewInterpreter() };
    ThreadState::from_ptr(state).ok_or_else(|| "CPython could not make another interpreter".to_owned())
}

/// CPython attaches the caller's state again after a failure, but for a path or two that leave none.
fn back_after_failure(main: ThreadState) {
    let current = optional::py_thread_state_get_unchecked();
    // SAFETY: only reads this thread's current state.
    if current.is_some_and(|get| unsafe { get() }.is_null()) {
        // SAFETY: no state is attached, and the main state is this thread's.
        unsafe { main.attach() };
    }
}

/// Ends a sub-interpreter, unless `body`, attached to it, says no. Whether it ended.
///
/// # Safety
/// Nobody else uses the interpreter any more, and where `body` says yes it has no other thread state.
pub unsafe fn end_interpreter(
    main: Gil<'_>,
    interpreter: InterpreterState,
    body: impl for<'g> FnOnce(Gil<'g>, ThreadState) -> bool,
) -> bool {
    // SAFETY: the main state is this thread's, and is attached again below.
    let main_state = unsafe { main.detach() };
    // SAFETY: the interpreter is alive: nobody but this function ends it.
    let Some(state) = (unsafe { ThreadState::new(interpreter) }) else {
        // SAFETY: as above.
        unsafe { main_state.attach() };
        return false;
    };
    let _found = Found::now(state);
    // SAFETY: it is this thread's, and nothing is attached.
    let gil = unsafe { state.attach() };
    if body(gil, state) {
        end_attached(state, main_state);
        return true;
    }
    // SAFETY: it is attached, and nothing of it is used any more.
    unsafe {
        state.delete_attached();
        main_state.attach();
    }
    false
}

/// Ends the interpreter of an attached thread state, its only one, and attaches the main one again.
fn end_attached(state: ThreadState, main: ThreadState) {
    // SAFETY: the caller has seen to it that the state is the only one. Before 3.12 the GIL, which is shared, is held
    // still when Py_EndInterpreter returns; later none is.
    unsafe {
        ffi::Py_EndInterpreter(state.as_ptr());
        if version() < (3, 12) {
            let swap = optional::py_thread_state_swap().expect("every CPython exports PyThreadState_Swap");
            swap(main.as_ptr());
        } else {
            main.attach();
        }
    }
}

//! The token, and where references go that are dropped without it.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::{NonNull, null_mut};
use std::sync::OnceLock;

use super::InterpreterState;
use crate::ffi::{self, optional};

/// Proof that this thread has an attached thread state, for as long as `'g`.
///
/// Zero-sized, `Copy` and bound to its thread.
#[derive(Clone, Copy)]
pub struct Gil<'g>(PhantomData<(&'g (), *mut ())>);

impl<'g> Gil<'g> {
    /// Makes the token out of nothing.
    ///
    /// # Safety
    /// This thread has an attached thread state and keeps it during `'g`, but for calls that detach and attach again
    /// before they return.
    #[inline(always)]
    pub unsafe fn assume() -> Self {
        Gil(PhantomData)
    }

    /// Whether pending signals or asynchronous exceptions raise now.
    pub fn check_signals(self) -> super::Result<()> {
        // SAFETY: `self` proves the attached thread state.
        self.status(unsafe { ffi::PyErr_CheckSignals() })
    }
}

/// Takes a reference, and the interpreter that this thread is attached to, if it is.
type Graveyard = fn(NonNull<ffi::PyObject>, Option<InterpreterState>);

static GRAVEYARD: OnceLock<Graveyard> = OnceLock::new();

thread_local! {
    /// The thread state with which this thread drops what is its interpreter's: see [`Gil::release`].
    static RELEASING: Cell<*mut ffi::PyThreadState> = const { Cell::new(null_mut()) };
}

/// Says where references go that are dropped without the GIL: the runtime sets it once.
pub fn set_graveyard(bury: Graveyard) {
    // A second call is a second initialisation of the same core: the function is the same.
    let _ = GRAVEYARD.set(bury);
}

/// The current thread state: before 3.12, that of whichever thread holds the GIL.
fn current() -> *mut ffi::PyThreadState {
    // SAFETY: only reads the current state.
    optional::py_thread_state_get_unchecked().map_or(null_mut(), |get| unsafe { get() })
}

/// Whether the current thread state is attached to this thread, as far as this CPython tells.
fn is_own(current: *mut ffi::PyThreadState) -> bool {
    // SAFETY: only reads what CPython knows of this thread.
    optional::py_new_interpreter_from_config().is_some() || current == unsafe { ffi::PyGILState_GetThisThreadState() }
}

/// Drops a reference at once where [`Gil::release`] says so, else hands it to the graveyard. Without one (no runtime yet)
/// it leaks, which is the only safe thing left.
pub(super) fn bury(object: NonNull<ffi::PyObject>) {
    let current = current();
    if !current.is_null() && RELEASING.try_with(Cell::get) == Ok(current) {
        // SAFETY: a strong reference of the interpreter that this thread is attached to: the state is this thread's, as
        // `release` found, and nobody else attaches it.
        unsafe { ffi::Py_DECREF(object.as_ptr()) }
    } else if let Some(bury) = GRAVEYARD.get() {
        let attached = !current.is_null() && is_own(current);
        // SAFETY: a thread state is attached.
        bury(object, attached.then(|| unsafe { Gil::assume() }.interpreter()));
    }
}

impl Gil<'_> {
    /// Drops a value with all references in it at once: they are of this interpreter. It may be ending, and then there is
    /// no later time.
    pub fn release<T>(self, value: T) {
        struct Restore(*mut ffi::PyThreadState);
        impl Drop for Restore {
            fn drop(&mut self) {
                let _ = RELEASING.try_with(|releasing| releasing.set(self.0));
            }
        }
        let _restore = Restore(
            RELEASING.try_with(|releasing| releasing.replace(self.thread_state().as_ptr())).unwrap_or(null_mut()),
        );
        drop(value);
    }

    /// Drops a reference that [`set_graveyard`]'s function was given, by its address.
    pub(crate) fn drop_buried(self, address: usize) {
        // SAFETY: the graveyard holds addresses of strong references, each once, and this thread is attached.
        unsafe { ffi::Py_DECREF(address as *mut ffi::PyObject) }
    }
}

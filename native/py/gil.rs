//! The token, and where references go that are dropped without it.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::OnceLock;

use crate::ffi;

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

type Graveyard = fn(NonNull<ffi::PyObject>);

static GRAVEYARD: OnceLock<Graveyard> = OnceLock::new();

/// Says where references go that are dropped without the GIL: the runtime sets it once.
pub fn set_graveyard(bury: Graveyard) {
    // A second call is a second initialisation of the same core: the function is the same.
    let _ = GRAVEYARD.set(bury);
}

thread_local! {
    /// Inside [`Gil::dropping`].
    static DROPPING: Cell<bool> = const { Cell::new(false) };
}

/// Hands a reference to the graveyard. Without one (no runtime yet) it leaks, which is the only safe thing left.
pub(super) fn bury(object: NonNull<ffi::PyObject>) {
    let dropping = DROPPING.try_with(|dropping| dropping.replace(false)).unwrap_or(false);
    if dropping {
        // SAFETY: `dropping` holds a token on this thread, and runs nothing but drops: code that this runs, which may
        // detach, finds the flag cleared.
        unsafe { ffi::Py_DECREF(object.as_ptr()) };
        DROPPING.set(true);
    } else if let Some(bury) = GRAVEYARD.get() {
        bury(object);
    }
}

impl Gil<'_> {
    /// Drops a value; the [`super::Detached`] in it go at once. The graveyard's may be dropped by another interpreter, which
    /// must not touch the objects of one that ends or has memory of its own.
    pub fn dropping<T>(self, value: T) {
        let outer = DROPPING.replace(true);
        drop(value);
        DROPPING.set(outer);
    }

    /// Drops a reference that [`set_graveyard`]'s function was given, by its address.
    pub(crate) fn drop_buried(self, address: usize) {
        // SAFETY: the graveyard holds addresses of strong references, each once, and this thread is attached.
        unsafe { ffi::Py_DECREF(address as *mut ffi::PyObject) }
    }
}

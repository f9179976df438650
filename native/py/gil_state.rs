//! Which thread state `PyGILState_Ensure` finds in a thread. Cython's and pybind11's modules call it all over, and from CPython 3.12
//! on it finds the attached one. Before, it finds the first state that the thread ever had, for good: in a sub-interpreter that is
//! another one, and it waits for ever for the GIL, which its own thread holds.

use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Gil, ThreadState, version};
use crate::ffi;

/// Where CPython before 3.12 keeps that state: its key for the values of threads, a `pthread_key_t`. [`UNKNOWN`] while no
/// sub-interpreter was opened, and on other CPythons.
static KEY: AtomicU32 = AtomicU32::new(UNKNOWN);

/// No key: it is beyond [`KEYS`].
const UNKNOWN: libc::pthread_key_t = libc::pthread_key_t::MAX;

/// How many keys a process has: `PTHREAD_KEYS_MAX` of glibc; musl has 128, and says of others that there is nothing.
const KEYS: libc::pthread_key_t = 1024;

/// Before a sub-interpreter is opened: finds the key. CPython tells nobody, but gives its value: the key is the one whose value
/// is that, and where another value is what CPython gives then.
pub(super) fn prepare(_gil: Gil<'_>) {
    if KEY.load(Ordering::Relaxed) != UNKNOWN || version() >= (3, 12) {
        return;
    }
    let known = gil_state();
    let key = (0..KEYS).find(|&key| !known.is_null() && value(key) == known && leads(key));
    match key {
        Some(key) => KEY.store(key, Ordering::Relaxed),
        None => log::warn!("modules that call PyGILState_Ensure may wait for ever in sub-interpreters of this CPython"),
    }
}

/// Whether CPython finds what stands there.
fn leads(key: libc::pthread_key_t) -> bool {
    let before = value(key);
    let other = (&raw const KEY).cast_mut().cast();
    set(key, other);
    let found = gil_state();
    set(key, before);
    found == other
}

fn gil_state() -> *mut c_void {
    // SAFETY: only reads this thread's value, whatever it is.
    unsafe { ffi::PyGILState_GetThisThreadState() }.cast()
}

fn value(key: libc::pthread_key_t) -> *mut c_void {
    // SAFETY: Linux's C libraries give null for keys that are not in use.
    unsafe { libc::pthread_getspecific(key) }
}

/// Cannot fail for want of memory: the thread has had a value at this key.
fn set(key: libc::pthread_key_t, value: *mut c_void) {
    // SAFETY: the key is in use; its owner, CPython, reads thread states there, and KEY's address only in `leads`.
    unsafe { libc::pthread_setspecific(key, value) };
}

/// While it lives, `PyGILState_Ensure` finds the state in this thread that Krait attaches; then again what it found before.
#[must_use]
pub struct Found(Option<*mut c_void>);

impl Found {
    /// For a state that this thread attaches.
    #[inline(always)]
    pub fn now(state: ThreadState) -> Self {
        match KEY.load(Ordering::Relaxed) {
            UNKNOWN => Found(None),
            key => Self::tell(key, state),
        }
    }

    #[cold]
    fn tell(key: libc::pthread_key_t, state: ThreadState) -> Self {
        let (before, state) = (value(key), state.as_ptr().cast());
        if before == state {
            return Found(None);
        }
        set(key, state);
        Found(Some(before))
    }
}

impl Drop for Found {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(before) = self.0 {
            // The key is there: `now` read it, and it never changes again.
            set(KEY.load(Ordering::Relaxed), before);
        }
    }
}

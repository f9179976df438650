//! Which thread state `PyGILState_Ensure` finds in a thread. Cython's and pybind11's modules call it all over.
//!
//! Before CPython 3.12 it is the first state that the thread ever had, for good: in a sub-interpreter that is another one than the
//! attached one, and it waits for ever for the GIL, which its own thread holds. From 3.12 on it is the one attached last, also when
//! that is deleted by another thread, because its interpreter ends: the next state that the thread attaches takes its place, and a
//! flag in the old one is cleared, which is in nobody's memory then, or in somebody else's. So what a thread had found before it
//! went into a sub-interpreter is put back when it comes out.

use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use super::{Gil, ThreadState, version};
use crate::ffi;

/// Where CPython keeps that state: its key for the values of threads, a `pthread_key_t`, or [`THREAD_LOCAL`]. [`UNKNOWN`] while no
/// sub-interpreter was opened.
static KEY: AtomicU32 = AtomicU32::new(UNKNOWN);

/// No key: it is beyond [`KEYS`].
const UNKNOWN: libc::pthread_key_t = libc::pthread_key_t::MAX;

/// No key, either: it is the thread-local variable [`VARIABLE`].
const THREAD_LOCAL: libc::pthread_key_t = UNKNOWN - 1;

/// How many keys a process has: `PTHREAD_KEYS_MAX` of glibc; musl has 128, and says of others that there is nothing.
const KEYS: libc::pthread_key_t = 1024;

/// Where a thread-local variable stands, as the dynamic linker counts: in which library, and where in what that has of a thread.
struct Variable {
    library: AtomicUsize,
    offset: AtomicUsize,
}

static VARIABLE: Variable = Variable { library: AtomicUsize::new(0), offset: AtomicUsize::new(0) };

unsafe extern "C" {
    /// The address of a thread-local variable, by its library and its offset in there.
    fn __tls_get_addr(index: *const [usize; 2]) -> *mut *mut c_void;
}

impl Variable {
    fn place(&self) -> *mut *mut c_void {
        let index = [self.library.load(Ordering::Relaxed), self.offset.load(Ordering::Relaxed)];
        // SAFETY: `find` found a variable there, in a library that is never unloaded.
        unsafe { __tls_get_addr(&index) }
    }

    /// Whether a library has the variable, which is then this one.
    fn find(&self, known: *mut c_void, library: &libc::dl_phdr_info) -> bool {
        // SAFETY: the linker gives the library's own headers.
        let headers = unsafe { std::slice::from_raw_parts(library.dlpi_phdr, usize::from(library.dlpi_phnum)) };
        let Some(block) = headers.iter().find(|header| header.p_type == libc::PT_TLS) else {
            return false;
        };
        // A library that has nothing of this thread yet, or no pointers.
        if library.dlpi_tls_data.is_null() {
            return false;
        }
        self.library.store(library.dlpi_tls_modid, Ordering::Relaxed);
        (0..block.p_memsz as usize / size_of::<usize>()).map(|word| word * size_of::<usize>()).any(|offset| {
            self.offset.store(offset, Ordering::Relaxed);
            value(THREAD_LOCAL) == known && leads(THREAD_LOCAL)
        })
    }
}

/// Before a sub-interpreter is opened: finds the place. CPython tells nobody, but gives its value: it is where that value is, and
/// where another one is what CPython gives then.
pub(super) fn prepare(_gil: Gil<'_>) {
    if KEY.load(Ordering::Relaxed) != UNKNOWN {
        return;
    }
    let known = gil_state();
    if known.is_null() {
        return;
    }
    let key = (0..KEYS).find(|&key| value(key) == known && leads(key));
    match key.or_else(|| is_thread_local(known).then_some(THREAD_LOCAL)) {
        Some(key) => KEY.store(key, Ordering::Relaxed),
        None => log::warn!(
            "modules that call PyGILState_Ensure may fail in sub-interpreters of this CPython {:?}, which is not known well enough",
            version()
        ),
    }
}

/// Looks for the variable in all libraries.
fn is_thread_local(mut known: *mut c_void) -> bool {
    unsafe extern "C" fn look(library: *mut libc::dl_phdr_info, _size: usize, known: *mut c_void) -> libc::c_int {
        // SAFETY: the linker's own description, and what is passed below.
        let (library, known) = unsafe { (&*library, *known.cast::<*mut c_void>()) };
        VARIABLE.find(known, library).into()
    }
    // SAFETY: the function keeps none of its arguments, and does not unwind.
    unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut known).cast()) != 0 }
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

#[inline]
fn value(key: libc::pthread_key_t) -> *mut c_void {
    if key == THREAD_LOCAL {
        // SAFETY: the variable's place in this thread, or another word of what a library has of this thread, which is only looked at.
        return unsafe { VARIABLE.place().read() };
    }
    // SAFETY: Linux's C libraries give null for keys that are not in use.
    unsafe { libc::pthread_getspecific(key) }
}

/// Cannot fail for want of memory: the thread has had a value at this key.
#[inline]
fn set(key: libc::pthread_key_t, value: *mut c_void) {
    if key == THREAD_LOCAL {
        // SAFETY: the variable's place in this thread; or, in `leads`, a word that has the address of a thread state, until it has it
        // again: nobody but this thread uses it, which does nothing but ask CPython meanwhile.
        return unsafe { VARIABLE.place().write(value) };
    }
    // SAFETY: the key is in use; its owner, CPython, reads thread states there, and KEY's address only in `leads`.
    unsafe { libc::pthread_setspecific(key, value) };
}

/// Runs something that has CPython forget what it finds in this thread, where it means another thread.
pub(super) fn kept<R>(body: impl FnOnce() -> R) -> R {
    let key = KEY.load(Ordering::Relaxed);
    if key == UNKNOWN {
        return body();
    }
    let before = value(key);
    let result = body();
    set(key, before);
    result
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::py::subinterpreter::{end_interpreter, new_interpreter};
    use crate::py::testing::with_python;

    #[test]
    fn a_thread_state_that_goes_with_its_interpreter_is_found_by_nobody() {
        with_python(|gil| {
            let (other, first) =
                new_interpreter(gil, false, |gil, first| Ok((gil.interpreter(), first))).expect("a sub-interpreter");
            assert_ne!(KEY.load(Ordering::Relaxed), UNKNOWN, "the place is known for this CPython");
            let (main, found) = (gil.interpreter(), gil_state() as usize);
            let ((made, states), (ended, end)) = (channel(), channel());
            let thread = std::thread::spawn(move || {
                // SAFETY: both interpreters live, and the states are this thread's, which attaches one after the other.
                unsafe {
                    let outer = ThreadState::new(main).expect("a thread state");
                    let _ = outer.attach().detach();
                    assert_eq!(gil_state(), outer.as_ptr().cast());
                    let inner = ThreadState::new(other).expect("a thread state");
                    let found = Found::now(inner);
                    let gil = inner.attach();
                    assert_eq!(gil_state(), inner.as_ptr().cast());
                    let _ = gil.detach();
                    drop(found);
                    assert_eq!(gil_state(), outer.as_ptr().cast());
                    made.send(inner).expect("the other thread waits");
                    end.recv().expect("the other thread has ended the interpreter");
                    let _ = outer.attach();
                    assert_eq!(gil_state(), outer.as_ptr().cast());
                    outer.delete_attached();
                }
            });
            // SAFETY: nothing of Python is used until this thread attaches again; the states are deleted with their interpreter,
            // in which nobody runs.
            let ended_well = unsafe {
                let here = gil.detach();
                let inner = states.recv().expect("the other thread sends it");
                let gil = here.attach();
                let over = end_interpreter(gil, other, |gil, state| {
                    for old in [first, inner] {
                        old.delete(gil);
                        assert_eq!(gil_state(), state.as_ptr().cast(), "who deletes them still finds its own");
                    }
                    true
                });
                gil.detach();
                ended.send(()).expect("the other thread waits");
                let joined = thread.join();
                here.attach();
                over && joined.is_ok()
            };
            assert!(ended_well, "the interpreter ended, and the other thread found what it should");
            assert_eq!(gil_state() as usize, found);
        });
    }
}

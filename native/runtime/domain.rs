//! Domains and bindings: one interpreter state, and one class loader's view of it.

use std::any::Any;
use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::frame::Types;
use crate::jvm::host::Host;
use crate::py::{Detached, Gil, InterpreterState, Object, Owned, Result};

use super::handles::{Handles, Stale};

/// One interpreter state with what Krait keeps for it.
pub struct Domain {
    interpreter: InterpreterState,
    handles: RefCell<Handles>,
    dead: Mutex<Vec<i64>>,
    dead_count: AtomicUsize,
    types: OnceLock<Types>,
    helpers: OnceLock<Helpers>,
    bridge: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// Python objects that every call may need.
pub struct Helpers {
    /// The dict of `builtins`.
    pub builtins: Detached,
    /// The module `krait._bridge`.
    pub bridge: Detached,
    /// `krait._bridge.resolve`.
    pub resolve: Detached,
    /// `krait._errors.describe`.
    pub describe: Detached,
    /// `krait._errors.java_exception`.
    pub java_exception: Detached,
}

// SAFETY: the handle table is only touched by functions that take the domain's `Gil`, which is held by one thread at a
// time and borrowed for less than a Python call; all else is guarded by itself.
unsafe impl Sync for Domain {}
// SAFETY: as above.
unsafe impl Send for Domain {}

impl Domain {
    /// A domain without its helpers: [`Domain::load`] comes next.
    pub(super) fn new(interpreter: InterpreterState) -> Self {
        Domain {
            interpreter,
            handles: RefCell::default(),
            dead: Mutex::default(),
            dead_count: AtomicUsize::new(0),
            types: OnceLock::new(),
            helpers: OnceLock::new(),
            bridge: OnceLock::new(),
        }
    }

    /// Fetches what calls need from the `krait` package, which must be importable.
    pub(super) fn load(&self, gil: Gil<'_>) -> Result<()> {
        let bridge = gil.import(c"krait._bridge")?;
        let errors = gil.import(c"krait._errors")?;
        let helpers = Helpers {
            builtins: gil.builtins()?.detach(),
            resolve: bridge.attr_str(gil, c"resolve")?.detach(),
            describe: errors.attr_str(gil, c"describe")?.detach(),
            java_exception: errors.attr_str(gil, c"java_exception")?.detach(),
            bridge: bridge.detach(),
        };
        let types = Types::load(gil)?;
        // Both are set once: a domain is loaded by the thread that made it, before anyone else sees it.
        let _ = (self.helpers.set(helpers), self.types.set(types));
        Ok(())
    }

    /// Its interpreter state.
    pub fn interpreter(&self) -> InterpreterState {
        self.interpreter
    }

    /// The codec's types.
    #[inline]
    pub fn types(&self) -> &Types {
        self.types.get().expect("a domain is loaded before it is used")
    }

    /// The helpers.
    #[inline]
    pub fn helpers(&self) -> &Helpers {
        self.helpers.get().expect("a domain is loaded before it is used")
    }

    /// The bridge's own state for this domain, made on first use.
    pub fn bridge<T: Any + Send + Sync>(&self, make: impl FnOnce() -> Result<T>) -> Result<&T> {
        let state = match self.bridge.get() {
            Some(state) => state,
            None => {
                let state = Box::new(make()?);
                self.bridge.get_or_init(|| state)
            }
        };
        Ok(state.downcast_ref::<T>().expect("the bridge keeps one type of state"))
    }

    /// The bridge's own state for this domain, if it was made.
    #[inline]
    pub fn bridge_if_made<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.bridge.get().and_then(|state| state.downcast_ref::<T>())
    }

    /// The object behind a handle.
    #[inline]
    pub fn object<'g>(&self, gil: Gil<'g>, handle: i64) -> std::result::Result<Owned<'g>, Stale> {
        self.handles.borrow().get(gil, handle)
    }

    /// A new handle for the object.
    #[inline]
    pub fn handle(&self, _gil: Gil<'_>, object: Owned<'_>) -> i64 {
        self.handles.borrow_mut().insert(object)
    }

    /// Releases a handle now. One that is stale already is none of its business.
    pub fn free(&self, gil: Gil<'_>, handle: i64) {
        let removed = self.handles.borrow_mut().remove(handle);
        if let Ok(object) = removed {
            object.free(gil);
        }
    }

    /// Releases a handle at the next attach. Any thread, no GIL.
    pub fn bury(&self, handle: i64) {
        let mut dead = self.dead.lock().unwrap_or_else(PoisonError::into_inner);
        dead.push(handle);
        self.dead_count.store(dead.len(), Ordering::Release);
    }

    /// Releases what was buried.
    #[inline]
    pub fn drain(&self, gil: Gil<'_>) {
        if self.dead_count.load(Ordering::Relaxed) != 0 {
            self.drain_now(gil);
        }
        drain_references(gil);
    }

    #[cold]
    fn drain_now(&self, gil: Gil<'_>) {
        let dead = {
            let mut dead = self.dead.lock().unwrap_or_else(PoisonError::into_inner);
            self.dead_count.store(0, Ordering::Release);
            std::mem::take(&mut *dead)
        };
        for handle in dead {
            self.free(gil, handle);
        }
    }

    /// Number of handles in use.
    pub fn live_handles(&self, _gil: Gil<'_>) -> usize {
        self.handles.borrow().live()
    }

    /// Runs `krait._bridge.name`.
    pub fn helper<'g>(&self, gil: Gil<'g>, name: &Object) -> Result<Owned<'g>> {
        self.helpers().bridge.get(gil).attr(gil, name)
    }
}

/// References dropped without the GIL; see [`crate::py::set_graveyard`].
static DEAD_REFERENCES: Mutex<Vec<usize>> = Mutex::new(Vec::new());
static DEAD_REFERENCE_COUNT: AtomicUsize = AtomicUsize::new(0);

/// Takes a reference that was dropped without the GIL.
pub(super) fn bury_reference(object: std::ptr::NonNull<crate::ffi::PyObject>) {
    let mut dead = DEAD_REFERENCES.lock().unwrap_or_else(PoisonError::into_inner);
    dead.push(object.as_ptr() as usize);
    DEAD_REFERENCE_COUNT.store(dead.len(), Ordering::Release);
}

#[inline]
fn drain_references(gil: Gil<'_>) {
    if DEAD_REFERENCE_COUNT.load(Ordering::Relaxed) == 0 {
        return;
    }
    let dead = {
        let mut dead = DEAD_REFERENCES.lock().unwrap_or_else(PoisonError::into_inner);
        DEAD_REFERENCE_COUNT.store(0, Ordering::Release);
        std::mem::take(&mut *dead)
    };
    for address in dead {
        gil.drop_buried(address);
    }
}

/// One domain as one class loader sees it. Its address is what Java holds; it is never freed.
pub struct Binding {
    /// The interpreter state.
    pub domain: &'static Domain,
    /// The class loader's classes.
    pub host: &'static Host,
}

static MAIN: OnceLock<&'static Domain> = OnceLock::new();

/// The main interpreter's domain, once CPython runs.
pub fn main_domain() -> Option<&'static Domain> {
    MAIN.get().copied()
}

pub(super) fn set_main_domain(domain: &'static Domain) {
    // A second start finds the first one's domain: there is one main interpreter in a process.
    let _ = MAIN.set(domain);
}

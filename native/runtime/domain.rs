//! Domains and bindings: one interpreter state, and one class loader's view of it.

use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::frame::Types;
use crate::jvm::host::Host;
use crate::py::{Detached, Found, Gil, InterpreterState, Object, Owned, Result, RowsClass, ThreadState};

use super::gate::Gate;
use super::handles::{Handles, Stale};
use super::record::{CallId, Record, Seen};

/// One interpreter state with what Krait keeps for it.
///
/// Domains are never freed: a sub-interpreter that ends leaves its domain to the next one, with a new *life*, so that
/// whoever still names the old one is found out.
pub struct Domain {
    interpreter: Cell<InterpreterState>,
    gate: Cell<&'static Gate>,
    handles: RefCell<Handles>,
    /// As many as `handles` and `records` have, for those who look without the GIL.
    held: AtomicUsize,
    states: AtomicUsize,
    records: RefCell<Vec<Arc<Record>>>,
    /// Number of records, to be asked without the GIL.
    threads: AtomicUsize,
    dead: Mutex<Vec<i64>>,
    dead_count: AtomicUsize,
    loaded: Cell<Option<&'static Loaded>>,
    bridge: Cell<Option<&'static BridgeState>>,
    first: Cell<Option<ThreadState>>,
    is_main: bool,
    /// Its last interpreter has ended, or is about to: the address may be another one's by now.
    ended: AtomicBool,
    /// Odd while it can be called, even between two lives.
    life: AtomicU64,
    /// Calls under way, and those that have ended; not counted for the main domain, which never ends.
    users: AtomicUsize,
    left: AtomicUsize,
    /// A thread waits until it can stop calls.
    stopping: AtomicBool,
    /// Taken before the GIL by whoever deletes thread states: the domain's end, and threads' ends.
    pub(super) ending: Mutex<()>,
}

/// What is loaded once per life.
struct Loaded {
    types: Types,
    helpers: Helpers,
}

/// The bridge's state. Its type stands beside it, since asking the state itself is a call that each up-call would feel.
struct BridgeState {
    kind: TypeId,
    state: Box<dyn Any + Send + Sync>,
}

impl BridgeState {
    #[inline(always)]
    fn get<T: Any>(&self) -> Option<&T> {
        // SAFETY: the state is a T, as `bridge` found when it made it.
        (self.kind == TypeId::of::<T>()).then(|| unsafe { &*std::ptr::from_ref(&*self.state).cast::<T>() })
    }
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
    /// `krait._errors.CallTimeout`.
    pub timeout: Detached,
    /// `krait._errors.CallInterrupted`.
    pub interrupted: Detached,
    /// `krait._threads.forget`.
    pub forget_thread: Detached,
    /// `krait._loops.end_greenlet`.
    pub end_greenlet: Detached,
    /// `krait._loops.stop_trio`.
    pub stop_trio: Detached,
    /// `krait._loops.wake`.
    pub wake_loop: Detached,
    /// What calls a function for the rows of a batch.
    pub rows: RowsClass,
    /// `sys.modules`.
    pub modules: Detached,
    /// The str `greenlet`.
    pub greenlet: Detached,
}

// SAFETY: the cells are written only between two lives, when nobody can enter; the tables are only touched by functions
// that take the domain's `Gil`, which is held by one thread at a time, and borrowed for less than a Python call; all else
// is guarded by itself.
unsafe impl Sync for Domain {}
// SAFETY: as above.
unsafe impl Send for Domain {}

impl Domain {
    /// A domain that cannot be called yet: [`Domain::load`] comes next.
    pub(super) fn make(interpreter: InterpreterState, gate: &'static Gate, is_main: bool) -> &'static Self {
        let domain: &'static Domain = Box::leak(Box::new(Domain::new(interpreter, gate, is_main)));
        ALL.lock().unwrap_or_else(PoisonError::into_inner).push(domain);
        domain
    }

    fn new(interpreter: InterpreterState, gate: &'static Gate, is_main: bool) -> Self {
        if !is_main {
            DOMAINS.fetch_add(1, Ordering::Relaxed);
        }
        Domain {
            interpreter: Cell::new(interpreter),
            gate: Cell::new(gate),
            handles: RefCell::default(),
            held: AtomicUsize::new(0),
            states: AtomicUsize::new(0),
            records: RefCell::default(),
            threads: AtomicUsize::new(0),
            dead: Mutex::default(),
            dead_count: AtomicUsize::new(0),
            loaded: Cell::new(None),
            bridge: Cell::new(None),
            first: Cell::new(None),
            is_main,
            ended: AtomicBool::new(false),
            life: AtomicU64::new(0),
            users: AtomicUsize::new(0),
            left: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
            ending: Mutex::default(),
        }
    }

    /// Begins another life with another interpreter.
    pub(super) fn reuse(&self, interpreter: InterpreterState, gate: &'static Gate) {
        self.interpreter.set(interpreter);
        self.gate.set(gate);
        self.stopping.store(false, Ordering::SeqCst);
        self.ended.store(false, Ordering::Release);
    }

    /// Whether it is the interpreter's, which is not ending.
    pub fn is_of(&self, interpreter: InterpreterState) -> bool {
        !self.ended.load(Ordering::Acquire) && self.interpreter() == interpreter
    }

    /// Fetches what calls need from the `krait` package, which must be importable. The domain can be called then.
    pub(super) fn load(&self, gil: Gil<'_>) -> Result<()> {
        let bridge = gil.import(c"krait._bridge")?;
        let errors = gil.import(c"krait._errors")?;
        let loops = gil.import(c"krait._loops")?;
        let threads = gil.import(c"krait._threads")?;
        let error = |name| errors.attr_str(gil, name).map(Owned::detach);
        let helpers = Helpers {
            builtins: gil.builtins()?.detach(),
            resolve: bridge.attr_str(gil, c"resolve")?.detach(),
            describe: error(c"describe")?,
            java_exception: error(c"java_exception")?,
            timeout: error(c"CallTimeout")?,
            interrupted: error(c"CallInterrupted")?,
            end_greenlet: loops.attr_str(gil, c"end_greenlet")?.detach(),
            stop_trio: loops.attr_str(gil, c"stop_trio")?.detach(),
            wake_loop: loops.attr_str(gil, c"wake")?.detach(),
            forget_thread: threads.attr_str(gil, c"forget")?.detach(),
            rows: RowsClass::new(gil)?,
            modules: gil.import(c"sys")?.attr_str(gil, c"modules")?.detach(),
            greenlet: gil.interned(c"greenlet")?.detach(),
            bridge: bridge.detach(),
        };
        let loaded = Box::new(Loaded { types: Types::load(gil)?, helpers });
        self.loaded.set(Some(Box::leak(loaded)));
        self.life.fetch_add(1, Ordering::Release);
        Ok(())
    }

    /// Lets go of what [`Domain::load`] and the calls since hold of this interpreter, which ends. What its finalizers call from
    /// then on does not find the domain any more.
    pub(super) fn unload(&self, gil: Gil<'_>) {
        self.free_all(gil);
        self.ended.store(true, Ordering::Release);
        // What finalizers have given to Java until now. The next interpreter's end would take it for its own.
        self.free_all(gil);
        if let Some(state) = self.bridge.take() {
            // SAFETY: `bridge` leaked it, and nobody uses the domain any more.
            gil.release(unsafe { Box::from_raw(std::ptr::from_ref(state).cast_mut()) });
        }
        if let Some(loaded) = self.loaded.take() {
            // SAFETY: `load` leaked it, and nobody uses the domain any more.
            gil.release(unsafe { Box::from_raw(std::ptr::from_ref(loaded).cast_mut()) });
        }
        drain_references(gil);
    }

    /// Releases all handles.
    fn free_all(&self, gil: Gil<'_>) {
        self.drain(gil);
        let handles = self.handles.borrow_mut().remove_all();
        self.held.store(0, Ordering::Relaxed);
        for object in handles {
            object.free(gil);
        }
    }

    /// Whether the caller is to stop the domain's calls as soon as they can be: nobody else does.
    pub(super) fn begin_stopping(&self) -> bool {
        !self.stopping.swap(true, Ordering::SeqCst)
    }

    /// Nobody does any more.
    pub(super) fn end_stopping(&self) {
        self.stopping.store(false, Ordering::SeqCst);
    }

    /// Whether it is the main interpreter's, which never ends.
    #[inline(always)]
    pub fn is_main(&self) -> bool {
        self.is_main
    }

    /// Its interpreter state.
    pub fn interpreter(&self) -> InterpreterState {
        self.interpreter.get()
    }

    /// The gate before its GIL.
    #[inline(always)]
    pub(super) fn gate(&self) -> &'static Gate {
        self.gate.get()
    }

    /// Whether more than one thread has called, besides the main thread, which calls nobody: else the gate is of no use.
    /// Interpreters that share a GIL are never alone.
    #[inline(always)]
    pub(super) fn is_shared(&self) -> bool {
        !self.is_main || self.threads.load(Ordering::Relaxed) > 2 || DOMAINS.load(Ordering::Relaxed) > 0
    }

    /// Which life it is in.
    #[inline]
    pub fn life(&self) -> u64 {
        self.life.load(Ordering::Acquire)
    }

    /// Which life it is in, if it can be called.
    pub(super) fn open_life(&self) -> Option<u64> {
        let life = self.life();
        (life % 2 == 1).then_some(life)
    }

    /// Begins a call in this life, unless that is over. [`Domain::leave`] ends the call.
    #[inline(always)]
    pub(super) fn enter(&self, life: u64) -> bool {
        if self.is_main {
            return true;
        }
        self.users.fetch_add(1, Ordering::SeqCst);
        if self.life.load(Ordering::SeqCst) == life {
            return true;
        }
        self.users.fetch_sub(1, Ordering::SeqCst);
        false
    }

    /// Ends a call.
    #[inline(always)]
    pub(super) fn leave(&self) {
        if !self.is_main {
            self.left.fetch_add(1, Ordering::Relaxed);
            self.users.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Ends this life: no call enters any more. False where it was over already.
    pub(super) fn close(&self, life: u64) -> bool {
        !self.is_main && self.life.compare_exchange(life, life + 1, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Begins a life of which only Krait knows: the interpreter was closed, but could not be ended.
    pub(super) fn go_on(&self) -> u64 {
        self.life.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Calls under way.
    pub(super) fn users(&self) -> usize {
        self.users.load(Ordering::SeqCst)
    }

    /// Calls that have ended.
    pub(super) fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }

    /// Whether the sub-interpreter has threads that Python made, or others: thread states that are not Krait's.
    pub(super) fn has_other_threads(&self, gil: Gil<'_>) -> bool {
        // Krait's are this thread's, which is not among the others, and the interpreter's first one, which is not counted.
        gil.other_thread_states() > self.states.load(Ordering::Relaxed)
    }

    /// Keeps the interpreter's first thread state.
    pub(super) fn keep_first(&self, state: ThreadState) {
        self.first.set(Some(state));
    }

    /// Whether it is kept.
    pub(super) fn has_first(&self) -> bool {
        self.first.get().is_some()
    }

    /// Gives it up.
    pub(super) fn take_first(&self) -> Option<ThreadState> {
        self.first.take()
    }

    /// A thread calls for the first time.
    pub(super) fn add_record(&self, _gil: Gil<'_>, record: &Arc<Record>) {
        let mut records = self.records.borrow_mut();
        // Threads with a thread state of others' end without a word: nobody but this list has their records then. So it is where a
        // thread ends while the domain does, which deletes its state then.
        records.retain(|known| Arc::strong_count(known) > 1 || known.state().is_some());
        records.push(Arc::clone(record));
        self.threads.store(records.len(), Ordering::Relaxed);
        if record.state().is_some() {
            self.states.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// All threads' records; the list is empty then.
    pub(super) fn take_records(&self, _gil: Gil<'_>) -> Vec<Arc<Record>> {
        self.threads.store(0, Ordering::Relaxed);
        self.states.store(0, Ordering::Relaxed);
        self.records.take()
    }

    /// Number of threads that have called and not ended.
    pub fn threads(&self, _gil: Gil<'_>) -> usize {
        self.records.borrow().len()
    }

    /// A thread ends: its thread state goes, if the domain has not ended first. On the Python stack.
    pub(super) fn leave_thread(&self, life: u64, record: &Arc<Record>) {
        let _ending = self.ending.lock().unwrap_or_else(PoisonError::into_inner);
        if self.life() != life {
            return;
        }
        let Some(state) = record.state() else {
            return;
        };
        let _found = Found::now(state);
        // SAFETY: this thread made the state and nothing is attached: the thread ends. The lock keeps the domain alive.
        unsafe {
            let gil = state.attach();
            record.take_state();
            let mut records = self.records.borrow_mut();
            records.retain(|other| !Arc::ptr_eq(other, record));
            self.threads.store(records.len(), Ordering::Relaxed);
            drop(records);
            self.states.fetch_sub(1, Ordering::Relaxed);
            self.forget_thread(gil);
            record.drop_kept(gil);
            self.drain(gil);
            state.delete_attached();
        }
    }

    /// Lets Python's `threading` forget the thread, which ends.
    fn forget_thread(&self, gil: Gil<'_>) {
        if let Err(raised) = self.helpers().forget_thread.get(gil).call(gil, &[]) {
            // The thread's name stays behind in a table: nobody could do more about it.
            gil.clear_raised(raised);
        }
    }

    /// The threads that call, and the calls that each of them runs.
    pub fn threads_seen(&self, gil: Gil<'_>) -> Vec<Seen> {
        self.records.borrow().iter().map(|record| record.seen(gil)).collect()
    }

    /// The threads that have called and not ended.
    pub(super) fn records(&self) -> Vec<Arc<Record>> {
        self.records.borrow().clone()
    }

    /// Whether the calling thread, and whether any other, runs a call that `which` picks.
    pub fn runs(&self, gil: Gil<'_>, which: impl Fn(&CallId) -> bool) -> (bool, bool) {
        let own = crate::py::thread_ident();
        let running = |mine: bool| {
            self.records.borrow().iter().any(|record| (record.thread() == own) == mine && record.runs(gil, &which))
        };
        (running(true), running(false))
    }

    fn loaded(&self) -> &Loaded {
        self.loaded.get().expect("a domain is loaded before it is used")
    }

    /// The codec's types.
    #[inline]
    pub fn types(&self) -> &Types {
        &self.loaded().types
    }

    /// The helpers.
    #[inline]
    pub fn helpers(&self) -> &Helpers {
        &self.loaded().helpers
    }

    /// The bridge's own state for this domain, made on first use.
    #[inline]
    pub fn bridge<T: Any + Send + Sync>(&self, make: impl FnOnce() -> Result<T>) -> Result<&T> {
        let state = match self.bridge.get() {
            Some(state) => state,
            None => {
                let made = BridgeState { kind: TypeId::of::<T>(), state: Box::new(make()?) };
                let made: &'static BridgeState = Box::leak(Box::new(made));
                self.bridge.set(Some(made));
                made
            }
        };
        Ok(state.get().expect("the bridge keeps one type of state"))
    }

    /// The bridge's own state for this domain, if it was made.
    #[inline]
    pub fn bridge_if_made<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.bridge.get().and_then(BridgeState::get)
    }

    /// The object behind a handle.
    #[inline(always)]
    pub fn object<'g>(&self, gil: Gil<'g>, handle: i64) -> std::result::Result<Owned<'g>, Stale> {
        self.handles.borrow().get(gil, handle)
    }

    /// A new handle for the object.
    #[inline]
    pub fn handle(&self, _gil: Gil<'_>, object: Owned<'_>) -> i64 {
        let mut handles = self.handles.borrow_mut();
        let handle = handles.insert(object);
        self.held.store(handles.live(), Ordering::Relaxed);
        handle
    }

    /// Releases a handle now. One that is stale already is none of its business.
    pub fn free(&self, gil: Gil<'_>, handle: i64) {
        let mut handles = self.handles.borrow_mut();
        let removed = handles.remove(handle);
        self.held.store(handles.live(), Ordering::Relaxed);
        drop(handles);
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

    /// Whether something is buried.
    #[inline(always)]
    pub(super) fn has_dead(&self) -> bool {
        self.dead_count.load(Ordering::Relaxed) != 0 || DEAD_REFERENCE_COUNT.load(Ordering::Relaxed) != 0
    }

    /// Releases what was buried.
    #[inline(always)]
    pub fn drain(&self, gil: Gil<'_>) {
        if self.dead_count.load(Ordering::Relaxed) != 0 {
            self.drain_now(gil);
        }
        if DEAD_REFERENCE_COUNT.load(Ordering::Relaxed) != 0 {
            drain_references(gil);
        }
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

    /// Number of handles in use but for those that are buried. Any thread, no GIL.
    pub(super) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed).saturating_sub(self.dead_count.load(Ordering::Relaxed))
    }

    /// Number of thread states that Krait made for threads that have not ended. Any thread, no GIL.
    pub(super) fn thread_states(&self) -> usize {
        self.states.load(Ordering::Relaxed)
    }

    /// Runs `krait._bridge.name`.
    pub fn helper<'g>(&self, gil: Gil<'g>, name: &Object) -> Result<Owned<'g>> {
        self.helpers().bridge.get(gil).attr(gil, name)
    }
}

/// References dropped without the GIL; see [`crate::py::set_graveyard`].
static DEAD_REFERENCES: Mutex<Vec<(usize, Option<InterpreterState>)>> = Mutex::new(Vec::new());
static DEAD_REFERENCE_COUNT: AtomicUsize = AtomicUsize::new(0);
/// Whether there were interpreters with a GIL of their own: an object is then freed by its own interpreter only.
static SEPARATE: AtomicBool = AtomicBool::new(false);

/// An interpreter with a GIL of its own is opened.
pub(super) fn separate() {
    SEPARATE.store(true, Ordering::Relaxed);
}

/// Takes a reference that was dropped without the GIL, or at a time when no Python code may run.
pub(super) fn bury_reference(object: std::ptr::NonNull<crate::ffi::PyObject>, interpreter: Option<InterpreterState>) {
    if interpreter.is_none() && SEPARATE.load(Ordering::Relaxed) {
        // Nobody knows whose it is: it leaks, for every other way might crash.
        return;
    }
    let mut dead = DEAD_REFERENCES.lock().unwrap_or_else(PoisonError::into_inner);
    dead.push((object.as_ptr() as usize, interpreter));
    DEAD_REFERENCE_COUNT.store(dead.len(), Ordering::Release);
}

#[cold]
fn drain_references(gil: Gil<'_>) {
    let here = gil.interpreter();
    for address in take_references(|owner| owner.is_none_or(|owner| owner == here)) {
        gil.drop_buried(address);
    }
}

/// An interpreter has ended, and its objects with it.
pub(super) fn forget_references(ended: InterpreterState) {
    take_references(|owner| owner == Some(ended));
}

fn take_references(which: impl Fn(Option<InterpreterState>) -> bool) -> Vec<usize> {
    let mut dead = DEAD_REFERENCES.lock().unwrap_or_else(PoisonError::into_inner);
    let (taken, left) = std::mem::take(&mut *dead).into_iter().partition::<Vec<_>, _>(|(_, owner)| which(*owner));
    *dead = left;
    DEAD_REFERENCE_COUNT.store(dead.len(), Ordering::Release);
    taken.into_iter().map(|(address, _)| address).collect()
}

/// One domain as one class loader sees it. Its address is what Java holds; it is never freed.
pub struct Binding {
    /// The interpreter state.
    pub domain: &'static Domain,
    /// The domain's life that this is about.
    pub life: u64,
    /// The class loader's classes.
    pub host: &'static Host,
}

/// Domains besides the main one.
static DOMAINS: AtomicUsize = AtomicUsize::new(0);

/// Every domain there ever was.
static ALL: Mutex<Vec<&'static Domain>> = Mutex::new(Vec::new());

/// Every domain there ever was: the main interpreter's, and those of sub-interpreters, open or not.
pub(super) fn all_domains() -> Vec<&'static Domain> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner).clone()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::py::testing::{expect, namespace, run, with_python};

    thread_local! {
        static ENDING: Cell<Option<&'static Domain>> = const { Cell::new(None) };
    }

    /// As a call of Java does with an argument that is no value.
    fn give<'g>(gil: Gil<'g>, args: &Object) -> Result<Owned<'g>> {
        if let Some(domain) = ENDING.get() {
            domain.handle(gil, args.own(gil));
        }
        Ok(gil.none())
    }

    #[test]
    fn what_finalizers_give_to_java_while_an_interpreter_ends_goes_with_it() {
        with_python(|gil| {
            let domain = Domain::make(gil.interpreter(), Box::leak(Box::default()), false);
            ENDING.set(Some(domain));
            let globals = namespace(gil);
            let (name, function) = (expect(gil, gil.str("give")), expect(gil, gil.function(c"give", give)));
            expect(gil, globals.dict_set(gil, &name, &function));
            run(gil, "class Giving:\n    def __del__(self, give=give): give(self)\ngiving = Giving()", &globals);
            let giving = expect(gil, gil.str("giving"));
            let object = expect(gil, globals.item(gil, &giving));
            expect(gil, globals.del_item(gil, &giving));
            domain.handle(gil, object);
            domain.unload(gil);
            assert_eq!(domain.handles.borrow().live(), 0);
        });
    }

    #[test]
    fn who_stopped_calls_of_an_interpreter_that_has_ended_is_not_waited_for_in_the_next_one() {
        with_python(|gil| {
            let domain = Domain::make(gil.interpreter(), Box::leak(Box::default()), false);
            assert!(domain.begin_stopping());
            assert!(!domain.begin_stopping());
            domain.reuse(gil.interpreter(), Box::leak(Box::default()));
            assert!(domain.begin_stopping());
        });
    }

    #[test]
    fn a_thread_that_has_ended_stays_known_until_its_thread_state_is_deleted() {
        with_python(|gil| {
            let domain = Domain::make(gil.interpreter(), Box::leak(Box::default()), false);
            // SAFETY: the interpreter is the one that is attached.
            let own = unsafe { ThreadState::new(gil.interpreter()) }.expect("memory for a thread state");
            for state in [Some(own), None, None] {
                domain.add_record(gil, &Arc::new(Record::new(state)));
            }
            let records = domain.take_records(gil);
            assert_eq!(records.len(), 2, "one of those without a state is forgotten when the other one comes");
            for state in records.iter().filter_map(|record| record.take_state()) {
                // SAFETY: it was made above, and nobody has attached it.
                unsafe { state.delete(gil) };
            }
        });
    }
}

//! Turns at the GIL between interpreters that share it, before CPython 3.13.
//!
//! Until then a thread that waits for the GIL asks only threads of its own interpreter to give it away: code that goes on and
//! on in one interpreter would keep all others waiting until it ends. So while a call of a sub-interpreter runs, or a thread that
//! Python made in one, and while one opens or ends, threads of Krait's ask for the GIL now and then, one in each interpreter that may have it. Who gives it
//! away to one of them gives it away to all who wait.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::py::version;

use super::Binding;
use super::down::down;
use super::record::Running;
use super::thread::on_own_thread;

/// Threads that ask, and the one that looks who has to.
const THREAD: &str = "krait-turns";
/// How long code may run on while others wait, but for the five milliseconds that CPython itself waits before it asks.
const TURN: Duration = Duration::from_millis(10);

/// An interpreter that shares its GIL with others.
struct Sharer {
    binding: &'static Binding,
    /// A thread asks in it.
    asking: AtomicBool,
    /// How often it did.
    asked: AtomicUsize,
    /// How many calls of others had ended when it was asked last.
    seen: AtomicUsize,
    /// Python's own threads ran when it was asked last.
    threads: AtomicBool,
    /// Closed, but for its threads, because of which it could not be ended.
    is_left: bool,
}

/// The open sub-interpreters that share the main one's GIL.
static OPEN: Mutex<Vec<Arc<Sharer>>> = Mutex::new(Vec::new());
static OPENED: Condvar = Condvar::new();
/// How many open or end just now.
static CHANGING: AtomicUsize = AtomicUsize::new(0);

impl Sharer {
    fn of(binding: &'static Binding, is_left: bool) -> Arc<Self> {
        Arc::new(Sharer {
            binding,
            asking: AtomicBool::new(false),
            asked: AtomicUsize::new(0),
            seen: AtomicUsize::new(0),
            threads: AtomicBool::new(is_left),
            is_left,
        })
    }

    fn is_open(&self) -> bool {
        self.binding.domain.life() == self.binding.life && (!self.is_left || self.threads.load(Ordering::Relaxed))
    }

    /// Whether its code may run, or a call has ended since it was asked last, which may have left a thread that runs.
    fn is_busy(&self) -> bool {
        let runs = self.binding.domain.users() > 0 || self.threads.load(Ordering::Relaxed);
        self.is_open() && (runs || self.calls() != self.seen.load(Ordering::Relaxed))
    }

    /// How many calls of others have ended.
    fn calls(&self) -> usize {
        self.binding.domain.left().wrapping_sub(self.asked.load(Ordering::Relaxed))
    }

    /// Asks for the GIL in its interpreter once, and again in each turn for as long as `may_have_it`; on a thread of its own.
    fn ask(self: &Arc<Self>, may_have_it: impl Fn(&Self) -> bool + Send + 'static) {
        if self.asking.swap(true, Ordering::AcqRel) {
            return;
        }
        let me = Arc::clone(self);
        let asking = on_own_thread(THREAD, move || {
            while me.take_a_turn() {
                std::thread::sleep(TURN);
                if !may_have_it(&me) {
                    break;
                }
            }
            me.asking.store(false, Ordering::Release);
        });
        if asking.is_none() {
            self.asking.store(false, Ordering::Release);
        }
    }

    /// Has the GIL in its interpreter for a moment; false where that has ended.
    fn take_a_turn(&self) -> bool {
        let domain = self.binding.domain;
        let threads = down(self.binding, &Running::default(), |gil| {
            self.seen.store(self.calls(), Ordering::Relaxed);
            !domain.is_main() && domain.has_other_threads(gil)
        });
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.threads.store(threads == Ok(true), Ordering::Relaxed);
        threads.is_ok()
    }
}

/// From now on until it is closed, the sub-interpreter takes turns with those that share its GIL.
pub(super) fn take_turns(main: &'static Binding, opened: &'static Binding) {
    share(main, Sharer::of(opened, false));
}

/// One that was closed while its threads run takes turns for as long as they do.
pub(super) fn go_on_taking_turns(main: &'static Binding, left: &'static Binding) {
    share(main, Sharer::of(left, true));
}

/// Until it is dropped, code of an interpreter that opens or ends takes turns, too.
pub(super) struct Changing(());

/// One opens or ends that shares its GIL.
pub(super) fn change(main: &'static Binding) -> Changing {
    let open = open();
    CHANGING.fetch_add(1, Ordering::Relaxed);
    drop(open);
    if version() < (3, 13) {
        begin(main);
    }
    Changing(())
}

impl Drop for Changing {
    fn drop(&mut self) {
        CHANGING.fetch_sub(1, Ordering::Relaxed);
    }
}

fn is_changing() -> bool {
    CHANGING.load(Ordering::Relaxed) > 0
}

fn share(main: &'static Binding, sharer: Arc<Sharer>) {
    if version() < (3, 13) {
        open().push(sharer);
        begin(main);
    }
}

/// Somebody looks from now on.
fn begin(main: &'static Binding) {
    static BEGUN: AtomicBool = AtomicBool::new(false);
    OPENED.notify_one();
    if !BEGUN.swap(true, Ordering::AcqRel) && on_own_thread(THREAD, move || look(&Sharer::of(main, false))).is_none() {
        BEGUN.store(false, Ordering::Release);
    }
}

fn open() -> MutexGuard<'static, Vec<Arc<Sharer>>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks for ever which of them have calls under way.
fn look(main: &Arc<Sharer>) {
    loop {
        let mut open = open();
        open.retain(|sharer| sharer.is_open());
        if open.is_empty() && !is_changing() {
            // Nobody to look after: until the next one opens.
            drop(OPENED.wait(open));
            continue;
        }
        let busy: Vec<_> = open.iter().filter(|sharer| sharer.is_busy()).cloned().collect();
        drop(open);
        for sharer in &busy {
            sharer.ask(Sharer::is_busy);
        }
        if !busy.is_empty() || is_changing() {
            main.ask(|_| is_changing() || self::open().iter().any(|sharer| sharer.is_busy()));
        }
        std::thread::sleep(TURN);
    }
}

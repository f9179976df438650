//! Doors: the short way of one thread into the main interpreter, by an address that Java keeps.
//!
//! Without one, each call asks for its thread-local data, which costs a function call in a library that is loaded late,
//! and looks for its record in there.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::domain::Binding;
use super::down::Caller;
use super::thread::{self, Way};

/// One thread's way into the main interpreter, for one class loader.
///
/// Never freed: a door whose thread has ended is another thread's next, for the same binding. So whoever still has its
/// address is found out, and takes the long way.
pub struct Door {
    /// The thread that it belongs to, or 0.
    owner: AtomicUsize,
    binding: &'static Binding,
    way: Cell<Option<Way>>,
}

// SAFETY: `way` is only touched by the thread that `owner` names, and before there is one by who holds the door alone.
unsafe impl Sync for Door {}
// SAFETY: as above.
unsafe impl Send for Door {}

static FREE: Mutex<Vec<&'static Door>> = Mutex::new(Vec::new());

/// The calling thread: another number than that of any other thread that lives.
#[inline(always)]
fn this_thread() -> usize {
    // SAFETY: only asks.
    unsafe { libc::pthread_self() as usize }
}

impl Door {
    /// Tells a door's address from a binding's, in the number that Java has.
    pub const MARK: i64 = 1;

    /// A door of the calling thread.
    pub(super) fn open(binding: &'static Binding, way: Way) -> &'static Self {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        let old = free.iter().position(|door| door.leads_to(binding)).map(|index| free.swap_remove(index));
        drop(free);
        let door = old
            .unwrap_or_else(|| Box::leak(Box::new(Door { owner: AtomicUsize::new(0), binding, way: Cell::new(None) })));
        door.way.set(Some(way));
        door.owner.store(this_thread(), Ordering::Relaxed);
        door
    }

    /// Its thread, the calling one, needs it no more.
    pub(super) fn close(&'static self) {
        self.way.set(None);
        self.owner.store(0, Ordering::Relaxed);
        FREE.lock().unwrap_or_else(PoisonError::into_inner).push(self);
    }

    /// Whether it leads there.
    pub(super) fn leads_to(&self, binding: &Binding) -> bool {
        std::ptr::eq(self.binding, binding)
    }

    /// Who comes through it.
    #[inline(always)]
    pub(super) fn caller(&'static self) -> Caller {
        if self.owner.load(Ordering::Relaxed) != this_thread() {
            return self.binding.into();
        }
        // SAFETY: it is this thread's, which changes `way` only at its end.
        let way = unsafe { &*self.way.as_ptr() };
        Caller::by_door(self.binding, way.as_ref())
    }
}

/// The number by which the calling thread goes into the binding's domain from now on: its door's, or the binding's own where
/// the domain may end, or where the thread has no thread state of Krait's.
pub fn number(binding: &'static Binding) -> i64 {
    let door = if binding.domain.is_main() { thread::door(binding) } else { None };
    match door {
        Some(door) => std::ptr::from_ref(door) as i64 | Door::MARK,
        None => std::ptr::from_ref(binding) as i64,
    }
}

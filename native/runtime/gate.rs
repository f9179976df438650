//! The gate before the GIL.
//!
//! Short calls from several threads make a convoy on the GIL: each call puts another thread to sleep and wakes it. So a
//! thread asks for this advisory flag first, and spins for it: the GIL behind it is then mostly free. The gate never
//! decides anything: a thread that does not get it soon goes on without, so whatever Python does with the GIL, it
//! cannot deadlock.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// A holder that has not changed for so long sits in a long call: waiting for it is the GIL's business.
const LONG_CALL: Duration = Duration::from_micros(20);
/// A thread that makes one short call after the other keeps the gate for so long: each change of hands costs as much as
/// several calls, since all that CPython and Krait touch has to go to another core.
const TURN: Duration = Duration::from_micros(20);
/// A parked thread looks again after so long; it is woken earlier where nobody spins.
const PARK: Duration = Duration::from_micros(200);
/// No thread waits longer at the gate.
const PATIENCE: Duration = Duration::from_millis(2);
/// Rounds between two looks: the more the longer one waits, for each look takes the gate's cache line from its holder.
const SPINS: std::ops::RangeInclusive<u32> = 16..=128;

/// One per GIL.
#[derive(Default)]
pub struct Gate {
    /// Twice the pass of the thread that is in; and 1, where it has left. So whoever looks twice sees whether calls go on.
    holder: AtomicU64,
    spinning: AtomicU32,
    parked: AtomicU32,
    park: Mutex<()>,
    wake: Condvar,
}

/// Threads that may spin at a time: one core is the holder's.
fn spinners() -> u32 {
    static CORES: OnceLock<u32> = OnceLock::new();
    *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32)) - 1
}

/// Whether nobody is in.
#[inline(always)]
fn is_open(holder: u64) -> bool {
    holder == 0 || holder & 1 != 0
}

impl Gate {
    /// Waits for the gate, within bounds. `pass` is not 0 and differs at each call.
    #[inline]
    pub fn enter(&self, pass: u64) {
        let seen = self.holder.load(Ordering::Relaxed);
        if !is_open(seen) || !self.take(seen, pass) {
            self.wait(pass);
        }
    }

    #[inline(always)]
    fn take(&self, seen: u64, pass: u64) -> bool {
        self.holder.compare_exchange(seen, pass << 1, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Leaves it, if nobody has taken it over meanwhile. Not one atomic step, which would cost as much as all the rest:
    /// who takes over between the two may find the gate open again, and loses nothing but the gate's help.
    #[inline]
    pub fn leave(&self, pass: u64) {
        if self.holder.load(Ordering::Relaxed) != pass << 1 {
            return;
        }
        self.holder.store(pass << 1 | 1, Ordering::Release);
        if self.parked.load(Ordering::Relaxed) != 0 && self.spinning.load(Ordering::Relaxed) == 0 {
            self.wake.notify_one();
        }
    }

    #[cold]
    fn wait(&self, pass: u64) {
        let begin = Instant::now();
        loop {
            let entered = if self.spinning.fetch_add(1, Ordering::Relaxed) < spinners() {
                let entered = self.spin(pass);
                self.spinning.fetch_sub(1, Ordering::Relaxed);
                entered
            } else {
                self.spinning.fetch_sub(1, Ordering::Relaxed);
                self.sleep();
                let seen = self.holder.load(Ordering::Relaxed);
                is_open(seen) && self.take(seen, pass)
            };
            if entered {
                return;
            }
            if begin.elapsed() > PATIENCE {
                self.holder.store(pass << 1, Ordering::Relaxed);
                return;
            }
        }
    }

    /// Spins until nobody wants it, or the other's turn is over, or takes over from a holder that stays too long.
    fn spin(&self, pass: u64) -> bool {
        let begin = Instant::now();
        let (mut seen, mut since) = (self.holder.load(Ordering::Relaxed), begin);
        let mut spins = *SPINS.start();
        loop {
            for _ in 0..spins {
                std::hint::spin_loop();
            }
            spins = (2 * spins).min(*SPINS.end());
            let now = self.holder.load(Ordering::Relaxed);
            let goes_on = now != seen;
            if goes_on {
                (seen, since) = (now, Instant::now());
            }
            if is_open(now) {
                if (!goes_on || since - begin >= TURN) && self.take(now, pass) {
                    return true;
                }
            } else if !goes_on && since.elapsed() > LONG_CALL {
                return self.take(now, pass);
            }
        }
    }

    fn sleep(&self) {
        self.parked.fetch_add(1, Ordering::Relaxed);
        let guard = self.park.lock().unwrap_or_else(PoisonError::into_inner);
        // Woken, timed out or for nothing: the caller looks again.
        drop(self.wake.wait_timeout(guard, PARK));
        self.parked.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn a_holder_that_stays_holds_nobody_up_for_long() {
        let gate = Gate::default();
        gate.enter(1);
        let begin = Instant::now();
        gate.enter(2);
        assert!(begin.elapsed() < Duration::from_millis(500));
        gate.leave(1);
        assert!(!is_open(gate.holder.load(Ordering::Relaxed)), "who was overtaken does not open it for others");
        gate.leave(2);
        assert!(is_open(gate.holder.load(Ordering::Relaxed)));
    }

    #[test]
    fn many_threads_all_come_through() {
        let gate = Gate::default();
        let stop = AtomicBool::new(false);
        let rounds: Vec<AtomicU64> = (0..6).map(|_| AtomicU64::new(0)).collect();
        std::thread::scope(|scope| {
            let mut threads = Vec::new();
            for (index, count) in rounds.iter().enumerate() {
                let (gate, stop) = (&gate, &stop);
                threads.push(scope.spawn(move || {
                    let mut pass = (index as u64 + 1) << 40;
                    while !stop.load(Ordering::Relaxed) {
                        pass += 1;
                        gate.enter(pass);
                        count.fetch_add(1, Ordering::Relaxed);
                        gate.leave(pass);
                    }
                }));
            }
            std::thread::sleep(Duration::from_millis(200));
            // Under valgrind one thread runs at a time, and others may not have begun by then.
            let begin = Instant::now();
            while rounds.iter().any(|count| count.load(Ordering::Relaxed) == 0)
                && begin.elapsed() < Duration::from_secs(20)
            {
                std::thread::sleep(Duration::from_millis(10));
            }
            stop.store(true, Ordering::Relaxed);
            for thread in threads {
                // ThreadSanitizer sees this, and not how a scope waits.
                thread.join().expect("no thread panics");
            }
        });
        assert!(rounds.iter().all(|count| count.load(Ordering::Relaxed) > 0));
    }
}

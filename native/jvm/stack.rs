//! Python runs on a stack of its own.
//!
//! CPython's recursion limits assume more stack than a Java thread has, so each thread maps one for Python. A
//! down-call switches to it and an up-call back to the Java stack, just below the frames that are in use there. A
//! nested down-call goes on below where the outer one left the Python stack.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::Env;

/// Bytes of a Python stack unless told otherwise: what CPython's limits were tried with.
pub const DEFAULT_SIZE: usize = 16 << 20;

/// Left free below a saved stack pointer: more than the frames between taking it and switching, and than any ABI's
/// red zone.
const GAP: usize = 2048;

/// Of a thread's stack, what HotSpot keeps for itself, in units of 4 KiB that it rounds up to pages: three guard zones, and
/// what each of its checks looks ahead.
const HOTSPOT: [usize; 4] = [2, 1, 1, 20];

/// Left free on the Java stack when Python calls Java, where the stack is large: what Krait's own Java code takes to read the
/// arguments and to tell what was thrown, interpreted too.
const ROOM: usize = 128 << 10;

static SIZE: AtomicUsize = AtomicUsize::new(DEFAULT_SIZE);
static SWITCH: AtomicBool = AtomicBool::new(true);

/// Sets the size of stacks mapped from now on, and whether to switch at all: not on a CPython that checks real stack
/// bounds and cannot be told ours.
pub fn configure(size: usize, switch: bool) {
    SIZE.store(size.max(1 << 20).next_multiple_of(page()), Ordering::Relaxed);
    SWITCH.store(switch, Ordering::Relaxed);
}

/// Makes stacks mapped from now on at least so large, unless the system has none of that size.
pub fn at_least(size: usize) -> bool {
    let size = size.next_multiple_of(page());
    if size > SIZE.load(Ordering::Relaxed) {
        let Some(base) = map(size) else {
            return false;
        };
        // SAFETY: it was mapped just now, and nobody knows of it.
        unsafe { unmap(base, size) };
        SIZE.fetch_max(size, Ordering::Relaxed);
    }
    true
}

/// The lowest byte of a new stack; a guard page lies below.
fn map(size: usize) -> Option<*mut u8> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_STACK;
    let page = page();
    // SAFETY: a fresh anonymous mapping; its lowest page becomes the guard.
    unsafe {
        let start = libc::mmap(null_mut(), size + page, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0);
        if start == libc::MAP_FAILED {
            return None;
        }
        if libc::mprotect(start, page, libc::PROT_NONE) != 0 {
            // A page of its own is one mapping more than the system may give: no stack is better than one without an end.
            libc::munmap(start, size + page);
            return None;
        }
        Some(start.cast::<u8>().add(page))
    }
}

/// Gives a stack back.
///
/// # Safety
/// [`map`] gave it for this size, and nobody uses it any more.
unsafe fn unmap(base: *mut u8, size: usize) {
    // SAFETY: by the caller's guarantee.
    unsafe { libc::munmap(base.sub(page()).cast(), size + page()) };
}

/// A new stack of a size, or where the system has none, of the default size, which CPython's own limits cannot use up.
fn map_or_default(size: usize) -> Option<(*mut u8, usize)> {
    if let Some(base) = map(size) {
        return Some((base, size));
    }
    let base = (size > DEFAULT_SIZE).then(|| map(DEFAULT_SIZE))??;
    log::warn!("no memory for a Python stack of {size} bytes: this thread has one of {DEFAULT_SIZE}");
    Some((base, DEFAULT_SIZE))
}

fn page() -> usize {
    // SAFETY: asks for a number.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

/// The stacks of a thread. Its own code finds them by [`Stacks::of_this_thread`].
pub struct Stacks {
    /// Lowest usable byte of the Python stack, or null before the first use; a guard page lies below.
    base: Cell<*mut u8>,
    size: Cell<usize>,
    /// Where an up-call may go on on the Java stack; null while the thread is not inside a down-call's Python part.
    java: Cell<*mut u8>,
    /// Below this the Java stack has too little room for Java to be called; 0 where its bounds are not known.
    floor: Cell<usize>,
    /// The same for Java to read the answer of a down-call: less far up, since calls from Python come from inside of one.
    answer_floor: Cell<usize>,
    /// Where the next down-call may go on on the Python stack; null for its top.
    python: Cell<*mut u8>,
    /// The thread's environment, once it was asked for in the outermost down-call that runs: it stays the same for so long.
    env: Cell<Env>,
}

thread_local! {
    static STACKS: Stacks = const {
        Stacks {
            base: Cell::new(null_mut()),
            size: Cell::new(0),
            java: Cell::new(null_mut()),
            floor: Cell::new(0),
            answer_floor: Cell::new(0),
            python: Cell::new(null_mut()),
            env: Cell::new(null_mut()),
        }
    };
}

impl Stacks {
    #[cold]
    fn map(&self) -> bool {
        let Some((base, size)) = map_or_default(SIZE.load(Ordering::Relaxed)) else {
            return false;
        };
        self.base.set(base);
        self.size.set(size);
        let page = page();
        if let Some((lowest, length)) = thread_stack() {
            let kept: usize = HOTSPOT.iter().map(|units| (units * 4096).next_multiple_of(page)).sum();
            let room = ROOM.min(length.saturating_sub(kept) / 4);
            self.floor.set(lowest + kept + room);
            self.answer_floor.set(lowest + kept + room / 2);
        }
        #[cfg(all(test, target_arch = "x86_64"))]
        tests::tell_valgrind(self.base.get(), size);
        true
    }
}

impl Drop for Stacks {
    fn drop(&mut self) {
        if !self.base.get().is_null() {
            // SAFETY: the mapping is ours, the thread ends, and destructors run on its first stack.
            unsafe { unmap(self.base.get(), self.size.get()) };
        }
    }
}

/// The calling thread's own stack as (lowest address, size), where the system tells.
#[cfg(target_os = "linux")]
fn thread_stack() -> Option<(usize, usize)> {
    let (mut attributes, mut lowest, mut size) = (std::mem::MaybeUninit::uninit(), null_mut(), 0);
    // SAFETY: asks for the attributes of the calling thread, which are read and destroyed if there are any.
    let told = unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return None;
        }
        let told = libc::pthread_attr_getstack(attributes.as_ptr(), &mut lowest, &mut size);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        told
    };
    (told == 0).then_some((lowest as usize, size))
}

#[cfg(not(target_os = "linux"))]
fn thread_stack() -> Option<(usize, usize)> {
    None
}

/// Whether the Java stack has room for a call from Python. Where it ends in Krait's own code, of what was thrown nothing
/// could be told, and what was to be let go of would be lost; where it ends in the code that was called, there is room again.
#[inline(always)]
pub fn has_java_room() -> bool {
    STACKS
        .try_with(|stacks| stacks.java.get().is_null() || stacks.java.get() as usize >= stacks.floor.get())
        .unwrap_or(true)
}

/// Maps this thread's Python stack, if that has not been done: its bounds are then known. False where the system has none:
/// Python could use up the stack that the thread is on.
pub fn prepare() -> bool {
    let prepared = |stacks: &Stacks| !SWITCH.load(Ordering::Relaxed) || stacks.can_switch();
    STACKS.try_with(prepared).unwrap_or(true)
}

/// The bounds of this thread's Python stack as (lowest byte, size), if it has one.
pub fn bounds() -> Option<(*mut u8, usize)> {
    STACKS.try_with(|stacks| (stacks.base.get(), stacks.size.get())).ok().filter(|(base, _)| !base.is_null())
}

/// What to run on the other stack, and what came of it. It stays where its caller made it, and one pointer crosses: a
/// copy would load what was just stored piece by piece, and wait for it.
struct Job<F, R> {
    body: ManuallyDrop<F>,
    result: Option<std::thread::Result<R>>,
}

/// Runs the job that it is given.
type Entry = unsafe extern "C" fn(*mut ());

impl<F: FnOnce() -> R, R> Job<F, R> {
    #[inline(always)]
    fn new(body: F) -> Self {
        Job { body: ManuallyDrop::new(body), result: None }
    }

    /// Enters this job, through its type.
    #[inline(always)]
    fn entry(&self) -> Entry {
        Self::enter
    }

    /// # Safety
    /// `job` is a `Job<F, R>` that nobody else uses meanwhile and whose body has not been taken.
    unsafe extern "C" fn enter(job: *mut ()) {
        // SAFETY: by the caller's guarantee.
        let Job { body, result } = unsafe { &mut *job.cast::<Self>() };
        // SAFETY: taken once: where there is a result, a panic too, the body is left alone.
        let run = || unsafe { ManuallyDrop::take(body) }();
        *result = Some(catch_unwind(AssertUnwindSafe(run)));
    }

    /// The result, if the job has run. A panic goes on here.
    #[inline(always)]
    fn result(&mut self) -> Option<R> {
        match self.result.take()? {
            Ok(result) => Some(result),
            Err(panic) => resume_unwind(panic),
        }
    }
}

/// Runs a job on the stack `[base, base + size)`.
///
/// # Safety
/// The stack is nobody else's until this returns, both ends are aligned to 16, and `entry` may be given `job`. It does not
/// unwind.
#[inline(always)]
unsafe fn on_stack(base: *mut u8, size: usize, entry: Entry, job: *mut ()) {
    // SAFETY: by the caller's guarantee.
    unsafe {
        #[cfg(all(target_arch = "x86_64", not(windows)))]
        call_on(job, entry, base.add(size));
        #[cfg(not(all(target_arch = "x86_64", not(windows))))]
        psm::on_stack(base, size, || entry(job));
    }
}

/// As psm does it; its asking for the way that stacks grow, and its closure, are four calls that a call of a hundred
/// nanoseconds feels.
#[cfg(all(target_arch = "x86_64", not(windows)))]
#[unsafe(naked)]
unsafe extern "C" fn call_on(job: *mut (), entry: Entry, top: *mut u8) {
    std::arch::naked_asm!(
        ".cfi_startproc",
        "push rbp",
        ".cfi_def_cfa_offset 16",
        ".cfi_offset rbp, -16",
        "mov rbp, rsp",
        ".cfi_def_cfa_register rbp",
        "mov rsp, rdx",
        "call rsi",
        "mov rsp, rbp",
        "pop rbp",
        ".cfi_def_cfa rsp, 8",
        "ret",
        ".cfi_endproc",
    )
}

/// Where the stack is that this code runs on.
#[inline(always)]
fn stack_pointer() -> *mut u8 {
    #[cfg(target_arch = "x86_64")]
    {
        let pointer;
        // SAFETY: reads a register. A call that does the same is felt by a call of a hundred nanoseconds.
        unsafe { std::arch::asm!("mov {}, rsp", out(reg) pointer, options(nomem, nostack, preserves_flags)) };
        pointer
    }
    #[cfg(not(target_arch = "x86_64"))]
    psm::stack_pointer()
}

/// Runs `body` on the Python stack. Without memory for one, or at the thread's very end, on the present stack.
pub fn on_python_stack<R>(body: impl FnOnce() -> R) -> R {
    match STACKS.try_with(std::ptr::from_ref) {
        // SAFETY: thread-locals stay where they are until the thread ends, and this function returns before.
        Ok(stacks) if unsafe { &*stacks }.can_switch() => unsafe { &*stacks }.switch(body),
        // A thread whose locals are gone switches no more.
        _ => body(),
    }
}

impl Stacks {
    /// Those of the calling thread, which keeps them until its thread-locals go; null where they have gone.
    pub fn of_this_thread() -> *const Stacks {
        STACKS.try_with(std::ptr::from_ref).unwrap_or(std::ptr::null())
    }

    /// Whether there is a Python stack to switch to.
    #[inline(always)]
    pub fn can_switch(&self) -> bool {
        SWITCH.load(Ordering::Relaxed) && (!self.base.get().is_null() || self.map())
    }

    /// Whether the stack that the calling thread is on, and whose stacks these are, has room for Java to read an answer.
    #[inline(always)]
    pub fn can_answer(&self) -> bool {
        stack_pointer() as usize >= self.answer_floor.get()
    }

    /// Runs `body` on the Python stack of the calling thread, whose stacks these are, and which [can](Self::can_switch).
    #[inline(always)]
    pub fn switch<R>(&self, body: impl FnOnce() -> R) -> R {
        let mut job = Job::new(body);
        let base = self.base.get();
        let top = if self.python.get().is_null() {
            // SAFETY: one past the end of the mapping.
            unsafe { base.add(self.size.get()) }
        } else {
            self.python.get()
        };
        let outer = self.java.replace(below(stack_pointer()));
        if self.python.get().is_null() {
            self.env.set(null_mut());
        }
        // SAFETY: [base, top) is mapped, ours and unused: frames of outer down-calls lie above `top`. Both ends are
        // aligned to 16. The job is this function's, which waits, and it catches every panic.
        unsafe { on_stack(base, top as usize - base as usize, job.entry(), (&raw mut job).cast()) };
        self.java.set(outer);
        job.result().expect("a job that was entered has a result")
    }
}

/// Runs `body` on the Java stack if this thread is on its Python stack, else where it is.
#[inline(always)]
pub fn on_java_stack<R>(body: impl FnOnce() -> R) -> R {
    let mut job = Job::new(body);
    to_java_stack(job.entry(), (&raw mut job).cast());
    match job.result() {
        Some(result) => result,
        None => ManuallyDrop::into_inner(job.body)(),
    }
}

/// As [`on_java_stack`], with the thread's environment. None where the JVM refuses one.
#[inline(always)]
pub fn in_java<R>(body: impl FnOnce(Env) -> R) -> Option<R> {
    on_java_stack(|| {
        let inside = |stacks: &Stacks| if stacks.python.get().is_null() { null_mut() } else { stacks.env.get() };
        let known = STACKS.try_with(inside).unwrap_or(null_mut());
        let env = if known.is_null() { remember_env()? } else { known };
        Some(body(env))
    })
}

#[cold]
fn remember_env() -> Option<Env> {
    let env = super::env()?;
    // Outside of a down-call others may detach the thread from the JVM.
    let _ = STACKS.try_with(|stacks| {
        if !stacks.python.get().is_null() {
            stacks.env.set(env);
        }
    });
    Some(env)
}

#[inline(never)]
fn to_java_stack(entry: Entry, job: *mut ()) {
    let _ = STACKS.try_with(|stacks| {
        if stacks.java.get().is_null() {
            return;
        }
        let java = stacks.java.replace(null_mut());
        let outer = stacks.python.replace(below(stack_pointer()));
        // SAFETY: below `java` the Java stack is unused: its deepest frame is the down-call's that switched away. Only
        // the end of the region counts; the bytes are committed, as the thread's stack is, down to HotSpot's guard.
        // The job is its maker's, who waits, and it catches every panic.
        unsafe { on_stack(java.sub(GAP), GAP, entry, job) };
        stacks.python.set(outer);
        stacks.java.set(java);
    });
}

#[inline(always)]
fn below(pointer: *mut u8) -> *mut u8 {
    ((pointer as usize - GAP) & !15) as *mut u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tells valgrind of a stack: else it takes each switch for a frame of megabytes. Nothing happens without valgrind.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn tell_valgrind(base: *mut u8, size: usize) {
        const STACK_REGISTER: usize = 0x1501;
        let request = [STACK_REGISTER, base as usize, base as usize + size - 1, 0, 0, 0];
        // SAFETY: the sequence that valgrind looks for: it turns a register once around, and exchanges another one with itself.
        unsafe {
            std::arch::asm!("rol rdi, 3", "rol rdi, 13", "rol rdi, 61", "rol rdi, 51", "xchg rbx, rbx",
                in("rax") request.as_ptr(), inout("rdx") 0_usize => _);
        }
    }

    fn address() -> usize {
        psm::stack_pointer() as usize
    }

    fn on_mapped_stack() -> bool {
        let (base, size) = bounds().expect("mapped");
        (base as usize..base as usize + size).contains(&address())
    }

    #[test]
    fn calls_switch_there_and_back_and_nest_downwards() {
        let outside = address();
        on_python_stack(|| {
            assert!(on_mapped_stack());
            let first = address();
            on_java_stack(|| {
                assert!(!on_mapped_stack());
                assert!(address() < outside, "below the frames in use");
                on_python_stack(|| {
                    assert!(on_mapped_stack());
                    assert!(address() < first, "below the outer call");
                });
            });
            assert!(on_mapped_stack());
        });
        assert!(!on_mapped_stack());
    }

    /// In a process of its own: the system has no further mappings then, or one, or a few.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_stack_without_a_guard_is_none() {
        const SIZE: usize = 1 << 20;
        if std::env::var("LD_PRELOAD").is_ok_and(|preload| preload.contains("vgpreload")) {
            // Valgrind ends at fewer mappings than the system has.
            return;
        }
        // SAFETY: the child does nothing but call the system, on mappings of its own.
        let status = unsafe {
            let child = libc::fork();
            if child == 0 {
                libc::_exit(i32::from(!is_guarded_or_none(SIZE)));
            }
            let mut status = -1;
            assert_eq!(libc::waitpid(child, &mut status, 0), child);
            status
        };
        assert_eq!(status, 0);
    }

    #[cfg(target_os = "linux")]
    fn is_guarded_or_none(size: usize) -> bool {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        let mut last = [null_mut(); 8];
        // SAFETY: fresh mappings, which nobody uses; neighbours that differ are not joined to one. What is written is one byte of a
        // stack's guard, which the system looks at.
        unsafe {
            for index in 0_usize.. {
                let protection = [libc::PROT_NONE, libc::PROT_READ][index % 2];
                let mapped = libc::mmap(null_mut(), page(), protection, flags, -1, 0);
                if mapped == libc::MAP_FAILED {
                    break;
                }
                last[index % last.len()] = mapped;
            }
            let mut pipe = [0; 2];
            libc::pipe(pipe.as_mut_ptr());
            last.into_iter().all(|mapped| {
                let guarded = map(size).is_none_or(|base| libc::write(pipe[1], base.sub(1).cast(), 1) < 0);
                libc::munmap(mapped, page());
                guarded
            })
        }
    }

    #[test]
    fn a_panic_crosses_both_switches() {
        let caught = std::panic::catch_unwind(|| on_python_stack(|| on_java_stack(|| panic!("across"))));
        assert!(caught.is_err());
        on_python_stack(|| assert!(on_mapped_stack()));
    }
}

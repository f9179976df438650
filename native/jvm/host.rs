//! A host: one class loader's Krait, that is its Java classes, and the up-call into them.

use std::cell::RefCell;
use std::ffi::CStr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use jni::sys::{self, jvalue};

use super::{Env, jni_call, stack};
use crate::frame::tag::status;

/// The Java classes of one class loader that uses Krait.
///
/// It holds them weakly, so that the loader can be unloaded, and is itself never freed: Python may still have objects of a
/// loader that is gone.
pub struct Host {
    /// The class `Native`, by which `start` finds its host.
    natives: sys::jweak,
    up_calls: sys::jweak,
    call: UpCall,
    call_numbers: UpCall,
    new_frame: sys::jmethodID,
    drop_frame: sys::jmethodID,
    unread: sys::jmethodID,
    address: sys::jmethodID,
    capacity: sys::jmethodID,
    object: sys::jmethodID,
    released: Mutex<Vec<i32>>,
    released_count: AtomicUsize,
    /// Frames that nobody needs any more, and Java still has: those of threads that ended are given back by the next thread
    /// that makes one.
    dead: Mutex<Vec<i32>>,
}

// SAFETY: weak global references may be used by any thread, the method ids are valid for as long as the class lives,
// which every use makes sure of; everything else is guarded by itself.
unsafe impl Send for Host {}
// SAFETY: as above.
unsafe impl Sync for Host {}

static HOSTS: Mutex<Vec<&'static Host>> = Mutex::new(Vec::new());

/// A call of a method with numbers, as Java's `NumberCall` has it.
pub struct NumberCall {
    /// The slot of the class's members.
    pub members: i32,
    /// Which of their calls with numbers.
    pub index: i32,
    /// The slot of the object, or 0.
    pub slot: i32,
    /// The numbers' bits.
    pub arguments: [i64; 2],
}

/// What went wrong in the JVM itself during an up-call: Java's own errors cross in frames.
#[derive(Debug)]
pub enum UpCallError {
    /// The JVM does not take this thread: it is ending.
    NoJvm,
    /// The class loader has been unloaded.
    Unloaded,
    /// Too little of the thread's Java stack is left.
    NoStack,
    /// Java could not tell in the frame what was thrown: the name of its class.
    Thrown(String),
}

/// The classes of a host, and its frames, stay as long as this does.
pub struct Held {
    class: sys::jclass,
    /// Whether the class is a local reference of our own; else a Java frame of this thread keeps it.
    own: bool,
}

impl Drop for Held {
    #[inline(always)]
    fn drop(&mut self) {
        if self.own {
            stack::on_java_stack(|| {
                if let Some(env) = super::env() {
                    // SAFETY: this thread's environment, and a local reference that this thread made.
                    unsafe { jni_call!(env, DeleteLocalRef, self.class) };
                }
            });
        }
    }
}

/// What crosses to the Java stack, and back.
struct Crossing<'c> {
    host: &'c Host,
    held: &'c Held,
    frame: &'c mut UpFrame,
    call: &'c NumberCall,
    answer: Result<i64, UpCallError>,
}

/// A method, and that for threads that are in no call of the host's.
struct UpCall(sys::jmethodID, sys::jmethodID);

impl UpCall {
    #[inline(always)]
    fn method(&self, held: &Held) -> sys::jmethodID {
        if held.own { self.1 } else { self.0 }
    }
}

impl Crossing<'_> {
    #[inline(always)]
    fn run(&mut self, env: Env) {
        let Crossing { host, held, frame, call, .. } = self;
        let arguments = [
            jvalue { i: frame.index },
            jvalue { i: call.members },
            jvalue { i: call.index },
            jvalue { i: call.slot },
            jvalue { j: call.arguments[0] },
            jvalue { j: call.arguments[1] },
        ];
        // SAFETY: this thread's environment, a class and method of the host, arguments of the method's types.
        let called = unsafe {
            let answer =
                jni_call!(env, CallStaticLongMethodA, held.class, host.call_numbers.method(held), arguments.as_ptr());
            check(env).map(|()| answer)
        };
        // SAFETY: as above.
        let mut refresh = || unsafe { frame.refresh(env, held) };
        self.answer = match called {
            Ok(answer) if answer == i64::from(status::MOVED) => refresh().map(|()| i64::from(status::LOOK)),
            Ok(answer) => Ok(answer),
            Err(thrown) => {
                let _ = refresh();
                Err(thrown)
            }
        };
    }
}

impl Host {
    /// Looks up the up-calls.
    ///
    /// # Safety
    /// `env` is this thread's environment, and the classes are `dev.krait.internal.Native` and `UpCalls`. On failure a
    /// Java exception is pending.
    pub unsafe fn new(env: Env, natives: sys::jclass, up_calls: sys::jclass) -> Option<Self> {
        let method = |name: &CStr, signature: &CStr| {
            // SAFETY: valid references by the caller's guarantee, and no exception is pending: the first failure is the last
            // call.
            let id = unsafe { jni_call!(env, GetStaticMethodID, up_calls, name.as_ptr(), signature.as_ptr()) };
            (!id.is_null()).then_some(id)
        };
        let call = UpCall(method(c"call", c"(III)Z")?, method(c"callFromAfar", c"(III)Z")?);
        let numbers = c"(IIIIJJ)J";
        let call_numbers = UpCall(method(c"callNumbers", numbers)?, method(c"callNumbersFromAfar", numbers)?);
        let (new_frame, drop_frame) = (method(c"newFrame", c"()I")?, method(c"dropFrame", c"(I)V")?);
        let unread = method(c"unread", c"(II)V")?;
        let (address, capacity) = (method(c"address", c"(I)J")?, method(c"capacity", c"(I)J")?);
        let object = method(c"object", c"(I)Ljava/lang/Object;")?;
        if ERRORS.get().is_none() {
            // SAFETY: by the caller's guarantee.
            let errors = unsafe { Errors::find(env)? };
            // Another class loader's thread may have been first, with the same classes.
            let _ = ERRORS.set(errors);
        }
        // SAFETY: valid references by the caller's guarantee.
        let (natives, up_calls) =
            unsafe { (jni_call!(env, NewWeakGlobalRef, natives), jni_call!(env, NewWeakGlobalRef, up_calls)) };
        if natives.is_null() || up_calls.is_null() {
            return None;
        }
        Some(Host {
            natives,
            up_calls,
            call,
            call_numbers,
            new_frame,
            drop_frame,
            unread,
            address,
            capacity,
            object,
            released: Mutex::default(),
            released_count: AtomicUsize::new(0),
            dead: Mutex::default(),
        })
    }

    /// The host with this address, or none: it may come from Python code.
    pub fn from_token(token: usize) -> Option<&'static Host> {
        let hosts = lock(&HOSTS);
        hosts.iter().find(|host| std::ptr::from_ref(**host) as usize == token).copied()
    }

    /// The host of a class `Native`.
    ///
    /// # Safety
    /// `env` is this thread's environment, and `natives` a class.
    pub unsafe fn of(env: Env, natives: sys::jclass) -> Option<&'static Host> {
        // SAFETY: by the caller's guarantee; a weak reference to what is gone is the same as null, not as a class.
        lock(&HOSTS).iter().find(|host| unsafe { jni_call!(env, IsSameObject, host.natives, natives) }).copied()
    }

    /// Keeps the host for the life of the process.
    pub fn leak(self) {
        lock(&HOSTS).push(Box::leak(Box::new(self)));
    }

    /// Whether the class loader has been unloaded. False where the JVM cannot be asked.
    pub fn is_unloaded(&self) -> bool {
        stack::on_java_stack(|| {
            // SAFETY: this thread's environment; a weak reference that was never deleted.
            super::env().is_some_and(|env| unsafe { jni_call!(env, IsSameObject, self.up_calls, std::ptr::null_mut()) })
        })
    }

    /// Keeps the host's classes loaded. `in_call` says that this thread is inside a native of the host's, so that the Java
    /// frame which called it does that already.
    #[inline(always)]
    pub fn hold(&self, in_call: bool) -> Result<Held, UpCallError> {
        if !stack::has_java_room() {
            return Err(UpCallError::NoStack);
        }
        if in_call { Ok(Held { class: self.up_calls, own: false }) } else { self.hold_class() }
    }

    #[cold]
    fn hold_class(&self) -> Result<Held, UpCallError> {
        stack::on_java_stack(|| {
            let env = super::env().ok_or(UpCallError::NoJvm)?;
            // SAFETY: this thread's environment, and a weak reference that is never deleted.
            let class = unsafe { jni_call!(env, NewLocalRef, self.up_calls) };
            if class.is_null() { Err(UpCallError::Unloaded) } else { Ok(Held { class, own: true }) }
        })
    }

    /// Enters or leaves the monitor of the object in a slot, for this thread. Detached from Python.
    pub fn monitor(&self, slot: i32, enter: bool) -> Result<(), UpCallError> {
        let held = self.hold(false)?;
        stack::on_java_stack(|| {
            let env = super::env().ok_or(UpCallError::NoJvm)?;
            // SAFETY: this thread's environment, a class and method of this host; the local reference is ours.
            unsafe {
                let arguments = [jvalue { i: slot }];
                let object = jni_call!(env, CallStaticObjectMethodA, held.class, self.object, arguments.as_ptr());
                if !jni_call!(env, ExceptionCheck) {
                    if enter {
                        jni_call!(env, MonitorEnter, object);
                    } else {
                        jni_call!(env, MonitorExit, object);
                    }
                }
                jni_call!(env, DeleteLocalRef, object);
                check(env)
            }
        })
    }

    /// A Java object is not needed by Python any more: Java learns it with the next result.
    pub fn release_slot(&self, slot: i32) {
        let mut released = lock(&self.released);
        released.push(slot);
        self.released_count.store(released.len(), Ordering::Release);
    }

    /// The slots released since the last time.
    #[inline]
    pub fn take_released(&self) -> Vec<i32> {
        if self.released_count.load(Ordering::Acquire) == 0 {
            return Vec::new();
        }
        let mut released = lock(&self.released);
        self.released_count.store(0, Ordering::Release);
        std::mem::take(&mut released)
    }

    /// Whether slots wait for `take_released`.
    #[inline(always)]
    pub fn has_released(&self) -> bool {
        self.released_count.load(Ordering::Relaxed) != 0
    }

    /// Runs `UpCalls.call(frame, operation, slot)` on the Java stack. Detached from Python.
    ///
    /// Returns with the frame's memory up to date: the answer is in it, unless Java threw.
    pub fn call(&self, held: &Held, frame: &mut UpFrame, operation: i32, slot: i32) -> Result<(), UpCallError> {
        let called = stack::in_java(|env| {
            let arguments = [jvalue { i: frame.index }, jvalue { i: operation }, jvalue { i: slot }];
            // SAFETY: this thread's environment, a class and method of this host, arguments of the method's types.
            unsafe {
                let moved =
                    jni_call!(env, CallStaticBooleanMethodA, held.class, self.call.method(held), arguments.as_ptr());
                let called = check(env);
                let refreshed = if moved || called.is_err() { frame.refresh(env, held) } else { Ok(()) };
                called.and(refreshed)
            }
        });
        called.unwrap_or(Err(UpCallError::NoJvm))
    }

    /// Runs `UpCalls.callNumbers(frame, members, index, slot, first, second)` on the Java stack. Detached from Python.
    ///
    /// Gives the number, or `LOOK`; the frame's memory is then up to date.
    #[inline]
    pub fn call_numbers(&self, held: &Held, frame: &mut UpFrame, call: &NumberCall) -> Result<i64, UpCallError> {
        // One pointer crosses to the other stack, as with a down-call.
        let mut crossing = Crossing { host: self, held, frame, call, answer: Err(UpCallError::NoJvm) };
        let pointer = &mut crossing;
        // Without a JVM the answer stays as it is.
        let _ = stack::in_java(move |env| pointer.run(env));
        crossing.answer
    }

    fn make_frame(&'static self, held: &Held) -> Result<UpFrame, UpCallError> {
        self.drop_dead(held)?;
        stack::on_java_stack(|| {
            let env = super::env().ok_or(UpCallError::NoJvm)?;
            // SAFETY: this thread's environment, a class and methods of this host, arguments of the methods' types.
            unsafe {
                let index = jni_call!(env, CallStaticIntMethodA, held.class, self.new_frame, std::ptr::null());
                check(env)?;
                let mut frame = UpFrame { host: self, index, address: std::ptr::null_mut(), capacity: 0 };
                frame.refresh(env, held)?;
                Ok(frame)
            }
        })
    }

    /// Gives the dead frames back.
    #[cold]
    fn drop_dead(&self, held: &Held) -> Result<(), UpCallError> {
        stack::on_java_stack(|| {
            let env = super::env().ok_or(UpCallError::NoJvm)?;
            // Not under the lock: Java code runs. Where that fails, the others are left for another time.
            while let Some(index) = { lock(&self.dead).pop() } {
                // SAFETY: this thread's environment, a class and a method of this host, an argument of the method's type.
                unsafe {
                    jni_call!(env, CallStaticVoidMethodA, held.class, self.drop_frame, [jvalue { i: index }].as_ptr());
                    check(env).inspect_err(|_| lock(&self.dead).push(index))?;
                }
            }
            Ok(())
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The classes of the errors that the JVM itself throws, by global references: to find one by its name takes Java stack and
/// memory, and those may be what is missing. Such a class is never unloaded.
struct Errors {
    stack: sys::jclass,
    memory: sys::jclass,
    /// `Class.getName`.
    name: sys::jmethodID,
}

// SAFETY: global references and method ids may be used by any thread.
unsafe impl Send for Errors {}
// SAFETY: as above.
unsafe impl Sync for Errors {}

static ERRORS: OnceLock<Errors> = OnceLock::new();

/// The name of what is thrown where a Java stack ends.
pub const STACK_OVERFLOW: &str = "java.lang.StackOverflowError";
/// The name of what is thrown where the JVM's memory ends.
pub const OUT_OF_MEMORY: &str = "java.lang.OutOfMemoryError";

impl Errors {
    /// # Safety
    /// `env` is this thread's environment. On failure a Java exception is pending.
    unsafe fn find(env: Env) -> Option<Self> {
        let find = |binary: &CStr| {
            // SAFETY: by the caller's guarantee; the first failure is the last call.
            unsafe {
                let local = jni_call!(env, FindClass, binary.as_ptr());
                if local.is_null() {
                    return None;
                }
                let class = jni_call!(env, NewGlobalRef, local);
                jni_call!(env, DeleteLocalRef, local);
                (!class.is_null()).then_some(class)
            }
        };
        let (stack, memory) = (find(c"java/lang/StackOverflowError")?, find(c"java/lang/OutOfMemoryError")?);
        let classes = find(c"java/lang/Class")?;
        // SAFETY: by the caller's guarantee, and a class.
        let name =
            unsafe { jni_call!(env, GetMethodID, classes, c"getName".as_ptr(), c"()Ljava/lang/String;".as_ptr()) };
        (!name.is_null()).then_some(Errors { stack, memory, name })
    }

    /// The name of a throwable's class.
    ///
    /// # Safety
    /// `env` is this thread's environment, on the Java stack, with no exception pending, as after it; `class` is a class.
    unsafe fn name(&self, env: Env, class: sys::jclass) -> String {
        // SAFETY: by the caller's guarantee, and a string.
        unsafe {
            if jni_call!(env, IsAssignableFrom, class, self.stack) {
                return STACK_OVERFLOW.to_owned();
            }
            if jni_call!(env, IsAssignableFrom, class, self.memory) {
                return OUT_OF_MEMORY.to_owned();
            }
            let name = jni_call!(env, CallObjectMethodA, class, self.name, std::ptr::null());
            if jni_call!(env, ExceptionCheck) || name.is_null() {
                jni_call!(env, ExceptionClear);
                return "java.lang.Throwable".to_owned();
            }
            let text = super::class_name(env, name);
            jni_call!(env, DeleteLocalRef, name);
            text
        }
    }
}

/// Whether the last call threw.
///
/// # Safety
/// `env` is this thread's environment.
#[inline(always)]
unsafe fn check(env: Env) -> Result<(), UpCallError> {
    // SAFETY: by the caller's guarantee.
    unsafe { if jni_call!(env, ExceptionCheck) { Err(UpCallError::Thrown(take_thrown(env))) } else { Ok(()) } }
}

/// Clears the pending exception and names its class.
///
/// # Safety
/// `env` is this thread's environment, on the Java stack, with an exception pending.
unsafe fn take_thrown(env: Env) -> String {
    // SAFETY: by the caller's guarantee.
    unsafe {
        let thrown = jni_call!(env, ExceptionOccurred);
        jni_call!(env, ExceptionClear);
        let class = jni_call!(env, GetObjectClass, thrown);
        let name = ERRORS.get().map_or_else(|| "java.lang.Throwable".to_owned(), |errors| errors.name(env, class));
        jni_call!(env, DeleteLocalRef, class);
        jni_call!(env, DeleteLocalRef, thrown);
        name
    }
}

/// A frame for up-calls: a Java `Frame` by its number in `UpCalls`, and its memory.
pub struct UpFrame {
    host: &'static Host,
    index: i32,
    address: *mut u8,
    capacity: usize,
}

impl UpFrame {
    /// Asks Java where the memory is. Where it cannot tell, there is none.
    ///
    /// # Safety
    /// `env` is this thread's environment, on the Java stack, with no exception pending; `held` is of the frame's host.
    #[cold]
    unsafe fn refresh(&mut self, env: Env, held: &Held) -> Result<(), UpCallError> {
        let (host, argument) = (self.host, [jvalue { i: self.index }]);
        self.capacity = 0;
        // SAFETY: by the caller's guarantee, and a class and methods of this host.
        unsafe {
            let address = jni_call!(env, CallStaticLongMethodA, held.class, host.address, argument.as_ptr());
            check(env)?;
            let capacity = jni_call!(env, CallStaticLongMethodA, held.class, host.capacity, argument.as_ptr());
            check(env)?;
            (self.address, self.capacity) = (address as *mut u8, capacity as usize);
        }
        Ok(())
    }

    /// Tells Java that Python has taken over only the first few of the slots in the answer, which it could not read.
    #[cold]
    pub fn unread(&self, held: &Held, adopted: u32) -> Result<(), UpCallError> {
        let arguments = [jvalue { i: self.index }, jvalue { i: adopted as i32 }];
        stack::on_java_stack(|| {
            let env = super::env().ok_or(UpCallError::NoJvm)?;
            // SAFETY: this thread's environment, a class and method of this host, arguments of the method's types.
            unsafe {
                jni_call!(env, CallStaticVoidMethodA, held.class, self.host.unread, arguments.as_ptr());
                check(env)
            }
        })
    }

    /// The memory. Valid until the next up-call with this frame.
    pub fn memory(&mut self) -> &mut [u8] {
        if self.capacity == 0 {
            return &mut [];
        }
        // SAFETY: Java's Frame owns `capacity` bytes there, keeps them until it grows (in an up-call), and nobody else
        // touches them while this frame is in use; whoever uses it holds the host.
        unsafe { std::slice::from_raw_parts_mut(self.address, self.capacity) }
    }
}

impl Drop for UpFrame {
    fn drop(&mut self) {
        lock(&self.host.dead).push(self.index);
    }
}

thread_local! {
    #[allow(clippy::vec_box, reason = "one pointer moves in and out, with each up-call")]
    static FREE: RefCell<Vec<Box<UpFrame>>> = const { RefCell::new(Vec::new()) };
}

/// Takes a frame of this thread, or makes one. Hand it back with [`give_back`].
#[inline]
pub fn take_frame(host: &'static Host, held: &Held) -> Result<Box<UpFrame>, UpCallError> {
    let free = FREE.try_with(|free| {
        let mut free = free.borrow_mut();
        let at = free.iter().rposition(|frame| std::ptr::eq(frame.host, host))?;
        Some(free.swap_remove(at))
    });
    match free {
        Ok(Some(frame)) => Ok(frame),
        Ok(None) | Err(_) => host.make_frame(held).map(Box::new),
    }
}

/// Keeps the frame for this thread's next up-call, unless it has grown large: then its memory is for others at once. Nor where
/// nobody knows its memory.
#[inline]
pub fn give_back(frame: Box<UpFrame>, held: &Held) {
    const KEEP: usize = 1 << 20;
    if (1..=KEEP).contains(&frame.capacity) {
        let _ = FREE.try_with(|free| free.borrow_mut().push(frame));
    } else {
        drop_now(frame, held);
    }
}

#[cold]
fn drop_now(frame: Box<UpFrame>, held: &Held) {
    let host = frame.host;
    drop(frame);
    // Where Java cannot do it now, it stays dead until a thread makes one.
    let _ = host.drop_dead(held);
}

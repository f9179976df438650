//! A host: one class loader's Krait, that is its Java classes, and the up-call into them.

use std::cell::RefCell;
use std::ffi::c_void;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use jni::sys::{self, jvalue};

use super::{Env, jni_call, stack};

/// The Java classes of one class loader that uses Krait.
pub struct Host {
    up_calls: sys::jclass,
    call: sys::jmethodID,
    new_frame: sys::jmethodID,
    object: sys::jmethodID,
    address: sys::jmethodID,
    capacity: sys::jmethodID,
    released: Mutex<Vec<i32>>,
    released_count: AtomicUsize,
}

// SAFETY: the class is a global reference and the method ids are valid for as long as it lives; everything else is
// guarded by itself.
unsafe impl Send for Host {}
// SAFETY: as above.
unsafe impl Sync for Host {}

static HOSTS: Mutex<Vec<&'static Host>> = Mutex::new(Vec::new());

/// What went wrong in the JVM itself during an up-call: Java's own errors cross in frames.
#[derive(Debug)]
pub enum UpCallError {
    /// The JVM does not take this thread: it is ending.
    NoJvm,
    /// The up-call could not even start or end: the class name of what was thrown.
    Thrown(String),
}

impl Host {
    /// Looks up the up-calls.
    ///
    /// # Safety
    /// `env` is this thread's environment and `up_calls` the class `dev.krait.internal.UpCalls`. On failure a Java
    /// exception is pending.
    pub unsafe fn new(env: Env, up_calls: sys::jclass) -> Option<Self> {
        // SAFETY: valid references by the caller's guarantee; each result is checked before the next call.
        unsafe {
            let call = jni_call!(
                env,
                GetStaticMethodID,
                up_calls,
                c"call".as_ptr(),
                c"(Ldev/krait/internal/Frame;II)J".as_ptr()
            );
            if call.is_null() {
                return None;
            }
            let new_frame = jni_call!(
                env,
                GetStaticMethodID,
                up_calls,
                c"newFrame".as_ptr(),
                c"()Ldev/krait/internal/Frame;".as_ptr()
            );
            if new_frame.is_null() {
                return None;
            }
            let object =
                jni_call!(env, GetStaticMethodID, up_calls, c"object".as_ptr(), c"(I)Ljava/lang/Object;".as_ptr());
            if object.is_null() {
                return None;
            }
            let frame = jni_call!(env, CallStaticObjectMethodA, up_calls, new_frame, std::ptr::null());
            if frame.is_null() || jni_call!(env, ExceptionCheck) {
                return None;
            }
            let class = jni_call!(env, GetObjectClass, frame);
            let address = jni_call!(env, GetMethodID, class, c"address".as_ptr(), c"()J".as_ptr());
            if address.is_null() {
                return None;
            }
            let capacity = jni_call!(env, GetMethodID, class, c"capacity".as_ptr(), c"()J".as_ptr());
            if capacity.is_null() {
                return None;
            }
            jni_call!(env, DeleteLocalRef, class);
            jni_call!(env, DeleteLocalRef, frame);
            Some(Host {
                up_calls: jni_call!(env, NewGlobalRef, up_calls),
                call,
                new_frame,
                object,
                address,
                capacity,
                released: Mutex::new(Vec::new()),
                released_count: AtomicUsize::new(0),
            })
        }
    }

    /// The host with this address, or none: it may come from Python code.
    pub fn from_token(token: usize) -> Option<&'static Host> {
        let hosts = HOSTS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        hosts.iter().find(|host| std::ptr::from_ref(**host) as usize == token).copied()
    }

    /// Keeps the host for the life of the process.
    pub fn leak(self) -> &'static Host {
        let host: &'static Host = Box::leak(Box::new(self));
        HOSTS.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(host);
        host
    }

    /// Enters or leaves the monitor of the object in a slot, for this thread. Detached from Python.
    pub fn monitor(&self, slot: i32, enter: bool) -> Result<(), UpCallError> {
        stack::on_java_stack(|| {
            let env = super::env().ok_or(UpCallError::NoJvm)?;
            // SAFETY: this thread's environment, a class and method of this host; the local reference is ours.
            unsafe {
                let arguments = [jvalue { i: slot }];
                let object = jni_call!(env, CallStaticObjectMethodA, self.up_calls, self.object, arguments.as_ptr());
                if !jni_call!(env, ExceptionCheck) {
                    if enter {
                        jni_call!(env, MonitorEnter, object);
                    } else {
                        jni_call!(env, MonitorExit, object);
                    }
                }
                if jni_call!(env, ExceptionCheck) {
                    return Err(UpCallError::Thrown(take_thrown(env)));
                }
                jni_call!(env, DeleteLocalRef, object);
            }
            Ok(())
        })
    }

    /// A Java object is not needed by Python any more: Java learns it with the next result.
    pub fn release_slot(&self, slot: i32) {
        let mut released = self.released.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        released.push(slot);
        self.released_count.store(released.len(), Ordering::Release);
    }

    /// The slots released since the last time.
    #[inline]
    pub fn take_released(&self) -> Vec<i32> {
        if self.released_count.load(Ordering::Acquire) == 0 {
            return Vec::new();
        }
        let mut released = self.released.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
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
    /// Returns with the frame's memory up to date: the answer is in it.
    pub fn call(&self, frame: &mut UpFrame, operation: i32, slot: i32) -> Result<(), UpCallError> {
        stack::on_java_stack(|| {
            let env = super::env().ok_or(UpCallError::NoJvm)?;
            let arguments = [jvalue { l: frame.object }, jvalue { i: operation }, jvalue { i: slot }];
            // SAFETY: this thread's environment, a class and method of this host, arguments of the method's types.
            unsafe {
                let address = jni_call!(env, CallStaticLongMethodA, self.up_calls, self.call, arguments.as_ptr());
                if jni_call!(env, ExceptionCheck) {
                    return Err(UpCallError::Thrown(take_thrown(env)));
                }
                if address as *mut u8 != frame.address {
                    frame.address = address as *mut u8;
                    let capacity = jni_call!(env, CallLongMethodA, frame.object, self.capacity, std::ptr::null());
                    if jni_call!(env, ExceptionCheck) {
                        return Err(UpCallError::Thrown(take_thrown(env)));
                    }
                    frame.capacity = capacity as usize;
                }
            }
            Ok(())
        })
    }

    fn make_frame(&'static self) -> Result<UpFrame, UpCallError> {
        stack::on_java_stack(|| {
            let env = super::env().ok_or(UpCallError::NoJvm)?;
            // SAFETY: this thread's environment, a class and methods of this host.
            unsafe {
                let local = jni_call!(env, CallStaticObjectMethodA, self.up_calls, self.new_frame, std::ptr::null());
                if jni_call!(env, ExceptionCheck) {
                    return Err(UpCallError::Thrown(take_thrown(env)));
                }
                let object = jni_call!(env, NewGlobalRef, local);
                jni_call!(env, DeleteLocalRef, local);
                for dead in DEAD.lock().unwrap_or_else(std::sync::PoisonError::into_inner).drain(..) {
                    jni_call!(env, DeleteGlobalRef, dead as sys::jobject);
                }
                let address = jni_call!(env, CallLongMethodA, object, self.address, std::ptr::null());
                if jni_call!(env, ExceptionCheck) {
                    return Err(UpCallError::Thrown(take_thrown(env)));
                }
                let capacity = jni_call!(env, CallLongMethodA, object, self.capacity, std::ptr::null());
                if jni_call!(env, ExceptionCheck) {
                    return Err(UpCallError::Thrown(take_thrown(env)));
                }
                Ok(UpFrame { host: self, object, address: address as *mut u8, capacity: capacity as usize })
            }
        })
    }
}

/// Clears the pending exception and names its class.
///
/// # Safety
/// `env` is this thread's environment with an exception pending.
unsafe fn take_thrown(env: Env) -> String {
    // SAFETY: by the caller's guarantee; the name is asked with the raw table, and whatever fails on the way is
    // cleared: the answer is then only less precise.
    unsafe {
        let thrown = jni_call!(env, ExceptionOccurred);
        jni_call!(env, ExceptionClear);
        let class = jni_call!(env, GetObjectClass, thrown);
        let mut name = "java.lang.Throwable".to_owned();
        for (binary, readable) in [
            (c"java/lang/StackOverflowError", "java.lang.StackOverflowError"),
            (c"java/lang/OutOfMemoryError", "java.lang.OutOfMemoryError"),
        ] {
            let known = jni_call!(env, FindClass, binary.as_ptr());
            if known.is_null() {
                jni_call!(env, ExceptionClear);
            } else {
                if jni_call!(env, IsAssignableFrom, class, known) {
                    name = readable.to_owned();
                }
                jni_call!(env, DeleteLocalRef, known);
            }
        }
        jni_call!(env, DeleteLocalRef, class);
        jni_call!(env, DeleteLocalRef, thrown);
        name
    }
}

/// A frame for up-calls: a Java `Frame`, kept by a global reference, and its memory.
pub struct UpFrame {
    host: &'static Host,
    object: sys::jobject,
    address: *mut u8,
    capacity: usize,
}

impl UpFrame {
    /// The memory. Valid until the next up-call with this frame.
    pub fn memory(&mut self) -> &mut [u8] {
        // SAFETY: Java's Frame owns `capacity` bytes there, keeps them until it grows (in an up-call), and nobody else
        // touches them while this frame is held.
        unsafe { std::slice::from_raw_parts_mut(self.address, self.capacity) }
    }
}

/// Global references of threads that ended; deleted by the next thread that makes a frame.
static DEAD: Mutex<Vec<usize>> = Mutex::new(Vec::new());

impl Drop for UpFrame {
    fn drop(&mut self) {
        DEAD.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(self.object as *mut c_void as usize);
    }
}

thread_local! {
    static FREE: RefCell<Vec<UpFrame>> = const { RefCell::new(Vec::new()) };
}

/// Takes a frame of this thread, or makes one. Hand it back with [`give_back`].
pub fn take_frame(host: &'static Host) -> Result<UpFrame, UpCallError> {
    let free = FREE.try_with(|free| {
        let mut free = free.borrow_mut();
        let at = free.iter().rposition(|frame| std::ptr::eq(frame.host, host))?;
        Some(free.swap_remove(at))
    });
    match free {
        Ok(Some(frame)) => Ok(frame),
        Ok(None) | Err(_) => host.make_frame(),
    }
}

/// Keeps the frame for this thread's next up-call, unless it has grown large.
pub fn give_back(frame: UpFrame) {
    const KEEP: usize = 1 << 20;
    if frame.capacity <= KEEP {
        let _ = FREE.try_with(|free| free.borrow_mut().push(frame));
    }
}

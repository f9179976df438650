//! The end of the JVM: a shutdown hook that asks a native thread to end what it runs, and waits for it.
//!
//! The hook is made of the JDK's own classes, and by a thread without Java frames: the JVM holds a hook, and with it
//! the classes of its code and of whoever made it, for as long as the process.

use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, Ordering};

use jni::sys::{self, jvalue};

use super::{Env, jni_call};

static ENDS: AtomicBool = AtomicBool::new(false);

/// Whether the JVM is ending, or has ended: from when its shutdown hooks run.
///
/// When it has ended, its threads are stopped wherever they are, also with the GIL, or with a lock. Then who waits for
/// that waits for ever, and the thread that ended the JVM is one that the process waits for.
pub fn ends() -> bool {
    ENDS.load(Ordering::Acquire)
}

/// What the hook and the thread tell each other by.
pub struct ExitHook {
    /// A `Runnable` that releases `asked` and waits for `done`.
    run: sys::jobject,
    asked: sys::jobject,
    done: sys::jobject,
}

// SAFETY: global references, never deleted, may be used by any thread.
unsafe impl Send for ExitHook {}

impl ExitHook {
    /// By a `Runnable` that releases the semaphore `asked` and waits for `done`.
    ///
    /// # Safety
    /// `env` is this thread's environment, and the references are valid and of these classes.
    pub unsafe fn new(env: Env, run: sys::jobject, asked: sys::jobject, done: sys::jobject) -> Self {
        // SAFETY: by the caller's guarantee.
        let [run, asked, done] = [run, asked, done].map(|object| unsafe { jni_call!(env, NewGlobalRef, object) });
        ExitHook { run, asked, done }
    }

    /// Makes the calling thread, which has no Java frames, a daemon thread of the JVM, and registers the hook. None where the
    /// JVM ends already.
    pub fn register(self, thread_name: &'static CStr) -> Option<Registered> {
        let registered = self.registered(thread_name);
        ENDS.store(registered.is_none(), Ordering::Release);
        registered
    }

    fn registered(self, thread_name: &'static CStr) -> Option<Registered> {
        let env = super::env_as(thread_name)?;
        // SAFETY: this thread's environment; classes and methods of every JDK, arguments of the methods' types, each result
        // checked before the next call.
        unsafe {
            let registered = || {
                let class = found(env, jni_call!(env, FindClass, c"java/lang/Thread".as_ptr()))?;
                let signature = c"(Ljava/lang/ThreadGroup;Ljava/lang/Runnable;Ljava/lang/String;JZ)V";
                let make = jni_call!(env, GetMethodID, class, c"<init>".as_ptr(), signature.as_ptr());
                let name = found(env, jni_call!(env, NewStringUTF, c"krait-exit".as_ptr()))?;
                let null = jvalue { l: std::ptr::null_mut() };
                let arguments =
                    [null, jvalue { l: self.run }, jvalue { l: name }, jvalue { j: 0 }, jvalue { z: false }];
                let thread = found(env, jni_call!(env, NewObjectA, class, make, arguments.as_ptr()))?;
                let class = found(env, jni_call!(env, FindClass, c"java/lang/Runtime".as_ptr()))?;
                let signature = c"()Ljava/lang/Runtime;";
                let get = jni_call!(env, GetStaticMethodID, class, c"getRuntime".as_ptr(), signature.as_ptr());
                let runtime = found(env, jni_call!(env, CallStaticObjectMethodA, class, get, std::ptr::null()))?;
                let signature = c"(Ljava/lang/Thread;)V";
                let add = jni_call!(env, GetMethodID, class, c"addShutdownHook".as_ptr(), signature.as_ptr());
                jni_call!(env, CallVoidMethodA, runtime, add, [jvalue { l: thread }].as_ptr());
                if jni_call!(env, ExceptionCheck) {
                    return None;
                }
                let class = found(env, jni_call!(env, FindClass, c"java/lang/Thread".as_ptr()))?;
                let signature = c"()Ljava/lang/Thread;";
                let current = jni_call!(env, GetStaticMethodID, class, c"currentThread".as_ptr(), signature.as_ptr());
                let this = found(env, jni_call!(env, CallStaticObjectMethodA, class, current, std::ptr::null()))?;
                Some(jni_call!(env, NewGlobalRef, this))
            };
            let thread = registered();
            jni_call!(env, ExceptionClear);
            thread.map(|thread| Registered { hook: self, thread })
        }
    }
}

/// A hook that the JVM will run.
pub struct Registered {
    hook: ExitHook,
    /// The thread that registered it.
    thread: sys::jobject,
}

// SAFETY: global references, never deleted, may be used by any thread.
unsafe impl Send for Registered {}
// SAFETY: as above; nothing is changed.
unsafe impl Sync for Registered {}

impl Registered {
    /// Waits until the JVM ends.
    pub fn wait(&self) {
        self.semaphore(self.hook.asked, c"acquireUninterruptibly");
        ENDS.store(true, Ordering::Release);
    }

    /// Lets the JVM end.
    pub fn finish(&self) {
        self.semaphore(self.hook.done, c"release");
    }

    /// Whether the thread that registered the hook has called `System.exit`, and waits for the end of the end that waits for it.
    pub fn waits_for_itself(&self) -> bool {
        let Some(env) = super::env() else {
            return false;
        };
        // SAFETY: this thread's environment, on its own stack; methods of the objects' classes without arguments, each result
        // checked before the next call.
        unsafe {
            jni_call!(env, PushLocalFrame, 16);
            let waits = || {
                let trace = object(env, self.thread, c"getStackTrace", c"()[Ljava/lang/StackTraceElement;")?;
                if jni_call!(env, GetArrayLength, trace) == 0 {
                    return None;
                }
                let innermost = found(env, jni_call!(env, GetObjectArrayElement, trace, 0))?;
                let class = object(env, innermost, c"getClassName", c"()Ljava/lang/String;")?;
                Some(super::class_name(env, class) == "java.lang.Shutdown")
            };
            let waits = waits() == Some(true);
            jni_call!(env, ExceptionClear);
            jni_call!(env, PopLocalFrame, std::ptr::null_mut());
            waits
        }
    }

    fn semaphore(&self, semaphore: sys::jobject, method: &CStr) {
        let Some(env) = super::env() else {
            return;
        };
        // SAFETY: this thread's environment, on its own stack; a method of the object's class without arguments.
        unsafe {
            let class = jni_call!(env, GetObjectClass, semaphore);
            let method = jni_call!(env, GetMethodID, class, method.as_ptr(), c"()V".as_ptr());
            jni_call!(env, CallVoidMethodA, semaphore, method, std::ptr::null());
            jni_call!(env, ExceptionClear);
            jni_call!(env, DeleteLocalRef, class);
        }
    }
}

/// What a method without arguments gives, unless it throws.
///
/// # Safety
/// `env` is this thread's environment, and the object's class has the method, which gives an object.
unsafe fn object(env: Env, object: sys::jobject, method: &CStr, signature: &CStr) -> Option<sys::jobject> {
    // SAFETY: by the caller's guarantee.
    unsafe {
        let class = jni_call!(env, GetObjectClass, object);
        let method = jni_call!(env, GetMethodID, class, method.as_ptr(), signature.as_ptr());
        found(env, jni_call!(env, CallObjectMethodA, object, method, std::ptr::null()))
    }
}

/// What a call gave, unless it threw.
///
/// # Safety
/// `env` is this thread's environment.
unsafe fn found(env: Env, object: sys::jobject) -> Option<sys::jobject> {
    // SAFETY: by the caller's guarantee.
    unsafe { (!jni_call!(env, ExceptionCheck) && !object.is_null()).then_some(object) }
}

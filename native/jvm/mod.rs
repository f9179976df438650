//! The JVM as the core sees it: the few JNI calls there are, and the two stacks of a thread.
//!
//! Hot paths use the raw function table. No JNI call runs on the Python stack: each goes through
//! [`stack::on_java_stack`], since HotSpot compares the stack pointer with the bounds of the thread's own stack.

pub mod arrays;
pub mod exit;
pub mod host;
pub mod stack;

use std::cell::Cell;
use std::ffi::{CStr, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

use jni::sys;

/// Calls a function of the raw JNI table.
macro_rules! jni_call {
    ($env:expr, $name:ident $(, $argument:expr)*) => {
        ((**$env).v1_6.$name)($env $(, $argument)*)
    };
}
pub(crate) use jni_call;

/// This thread's environment, as JNI hands it out.
pub type Env = *mut sys::JNIEnv;

static VM: AtomicPtr<sys::JavaVM> = AtomicPtr::new(null_mut());

/// Remembers the process's JVM.
///
/// # Safety
/// `env` is this thread's environment.
pub unsafe fn remember_vm(env: Env) {
    let mut vm = null_mut();
    // SAFETY: a valid environment, by the caller's guarantee.
    unsafe { jni_call!(env, GetJavaVM, &mut vm) };
    VM.store(vm, Ordering::Release);
}

/// Detaches a thread that the core attached, when it ends: else the JVM would keep a dead thread.
struct Attached(Cell<bool>);

impl Drop for Attached {
    fn drop(&mut self) {
        let vm = VM.load(Ordering::Acquire);
        if self.0.get() && !vm.is_null() {
            // SAFETY: the JVM lives as long as the process, and this thread has no Java frames any more.
            unsafe { ((**vm).v1_4.DetachCurrentThread)(vm) };
        }
    }
}

thread_local! {
    static ATTACHED: Attached = const { Attached(Cell::new(false)) };
}

/// The environment of this thread, which becomes a daemon thread of the JVM if it was none. None where the JVM refuses
/// (it is ending).
pub fn env() -> Option<Env> {
    attached(null_mut())
}

/// As [`env`], where it becomes a thread of the JVM by this name.
fn env_as(name: &'static CStr) -> Option<Env> {
    let name = name.as_ptr().cast_mut();
    attached(&mut sys::JavaVMAttachArgs { version: sys::JNI_VERSION_1_6, name, group: null_mut() })
}

fn attached(arguments: *mut sys::JavaVMAttachArgs) -> Option<Env> {
    let vm = VM.load(Ordering::Acquire);
    if vm.is_null() {
        return None;
    }
    let mut env: *mut c_void = null_mut();
    // SAFETY: the JVM lives as long as the process.
    unsafe {
        if ((**vm).v1_4.GetEnv)(vm, &mut env, sys::JNI_VERSION_1_6) == sys::JNI_OK {
            return Some(env.cast());
        }
        if ((**vm).v1_4.AttachCurrentThreadAsDaemon)(vm, &mut env, arguments.cast()) != sys::JNI_OK {
            return None;
        }
    }
    // A thread whose locals are gone already detaches at once at its very end, or not at all: nothing else is left.
    let _ = ATTACHED.try_with(|attached| attached.0.set(true));
    Some(env.cast())
}

/// The text of a Java string that is a class's name: ASCII as a rule, else in the JVM's own encoding of UTF-8.
///
/// # Safety
/// `env` is this thread's environment, on the Java stack, with no exception pending, and `string` is a string.
unsafe fn class_name(env: Env, string: sys::jstring) -> String {
    // SAFETY: by the caller's guarantee; the memory has room for a byte more than the text that it takes.
    unsafe {
        let length = jni_call!(env, GetStringUTFLength, string);
        let mut text = vec![0_u8; usize::try_from(length).unwrap_or_default() + 1];
        let units = jni_call!(env, GetStringLength, string);
        jni_call!(env, GetStringUTFRegion, string, 0, units, text.as_mut_ptr().cast());
        text.pop();
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// Throws a Java exception of this class: for where a frame cannot say it.
///
/// # Safety
/// `env` is this thread's environment, on the Java stack, with no exception pending.
pub unsafe fn throw(env: Env, class: &CStr, message: &str) {
    let message = std::ffi::CString::new(message.replace('\0', "\\0")).unwrap_or_default();
    // SAFETY: by the caller's guarantee; a class that is not found leaves its own exception pending.
    unsafe {
        let class = jni_call!(env, FindClass, class.as_ptr());
        if !class.is_null() {
            jni_call!(env, ThrowNew, class, message.as_ptr());
            jni_call!(env, DeleteLocalRef, class);
        }
    }
}

/// Ends the process, as nothing else is left: the JVM says why, and in what Java code.
pub fn fatal(message: &str) -> ! {
    let message = std::ffi::CString::new(message).unwrap_or_default();
    // SAFETY: this thread's environment, on the Java stack; the function does not come back.
    stack::in_java(|env| unsafe { jni_call!(env, FatalError, message.as_ptr()) });
    std::process::abort()
}

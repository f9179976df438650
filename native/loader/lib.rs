//! The first library that a class loader loads: opens libpython globally, then the core, and binds the core's natives.
//!
//! A library resolves all of its Python symbols the moment it is opened, so libpython must be there, and global, before
//! the core is. Neither is ever closed.

use std::ffi::CStr;
use std::mem::ManuallyDrop;

use jni::sys;
use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_LOCAL, RTLD_NOW};

/// The core's function that binds its natives to a class loader's classes.
type Bind = unsafe extern "system" fn(*mut sys::JNIEnv, sys::jclass, sys::jclass);

/// `dev.krait.internal.NativeLoader.open(libpython, core, bind, natives, upCalls)`; see `native/ARCHITECTURE.md`.
///
/// # Safety
/// Called by the JVM, with references that are valid during the call.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Java_dev_krait_internal_NativeLoader_open(
    env: *mut sys::JNIEnv,
    _class: sys::jclass,
    libpython: sys::jstring,
    core: sys::jstring,
    bind: sys::jlong,
    natives: sys::jclass,
    up_calls: sys::jclass,
) -> sys::jlong {
    let opened = if bind == 0 {
        // SAFETY: the JVM's guarantees are passed on.
        unsafe { open(env, libpython, core) }
    } else {
        // SAFETY: Java got the number from an earlier call of this function in this process, and the core stays open.
        Ok(unsafe { std::mem::transmute::<usize, Bind>(bind as usize) })
    };
    match opened {
        Ok(function) => {
            // SAFETY: the core's bind takes exactly these, on a thread of the JVM.
            unsafe { function(env, natives, up_calls) };
            function as usize as sys::jlong
        }
        Err(message) => {
            // SAFETY: the environment is valid and has no exception pending.
            unsafe { throw(env, &message) };
            0
        }
    }
}

/// # Safety
/// As for the native.
unsafe fn open(env: *mut sys::JNIEnv, libpython: sys::jstring, core: sys::jstring) -> Result<Bind, String> {
    // SAFETY: valid string references, by the caller's guarantee.
    let (libpython, core) = unsafe { (path(env, libpython)?, path(env, core)?) };
    // SAFETY: opening a library runs its initialisers: libpython's and the core's are harmless.
    unsafe {
        let python = Library::open(Some(&libpython), RTLD_NOW | RTLD_GLOBAL).map_err(told)?;
        let _ = ManuallyDrop::new(python);
        let core = ManuallyDrop::new(Library::open(Some(&core), RTLD_NOW | RTLD_LOCAL).map_err(told)?);
        core.get::<Bind>(b"krait_core_bind\0").map(|symbol| *symbol).map_err(told)
    }
}

/// What the system says of it; libloading has that apart from its own words.
fn told(error: libloading::Error) -> String {
    std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// A file's path from a Java string. Modified UTF-8 differs from UTF-8 only for NUL, which no path has, and beyond the
/// BMP: there the two surrogates are joined.
///
/// # Safety
/// A valid environment and string reference.
unsafe fn path(env: *mut sys::JNIEnv, text: sys::jstring) -> Result<String, String> {
    // SAFETY: by the caller's guarantee; the region has room for all units.
    unsafe {
        let table = &(**env).v1_6;
        let length = (table.GetStringLength)(env, text);
        let mut units = vec![0u16; length as usize];
        (table.GetStringRegion)(env, text, 0, length, units.as_mut_ptr());
        String::from_utf16(&units).map_err(|_| "a library's path is not valid Unicode".to_owned())
    }
}

/// # Safety
/// A valid environment without a pending exception.
unsafe fn throw(env: *mut sys::JNIEnv, message: &str) {
    let class: &CStr = c"java/lang/UnsatisfiedLinkError";
    let message = std::ffi::CString::new(message.replace('\0', "\\0")).unwrap_or_default();
    // SAFETY: by the caller's guarantee.
    unsafe {
        let table = &(**env).v1_6;
        let class = (table.FindClass)(env, class.as_ptr());
        if !class.is_null() {
            (table.ThrowNew)(env, class, message.as_ptr());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{RTLD_NOW, told};
    use libloading::os::unix::Library;

    #[test]
    fn the_systems_own_words_are_told() {
        // SAFETY: there is no library to open.
        let error = unsafe { Library::open(Some("/nonexistent/libpython.so"), RTLD_NOW) }.err();
        let text = error.map(told).unwrap_or_default();
        assert!(text.contains("/nonexistent/libpython.so") && text.contains("No such file"), "{text}");
    }
}

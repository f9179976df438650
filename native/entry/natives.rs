//! The table of natives, and binding it to a class loader's classes.
//!
//! This is the one place where numbers from Java become references. The guarantees are Java's: a binding comes from
//! `start` and lives for ever; a frame is held by its thread during the call.

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::OnceLock;

use jni::sys;

use crate::bridge;
use crate::frame::tag::{failure, status};
use crate::frame::{self, Nobody, Reader, Writer};
use crate::jvm::arrays::Arrays;
use crate::jvm::exit::ExitHook;
use crate::jvm::host::Host;
use crate::jvm::{self, Env, jni_call};
use crate::py::{Gil, Result};
use crate::runtime::{self, Binding, CallId, Caller, EndError, Isolation, Options, Running, StartError, Stop};
use crate::trace;

use super::memory::Frame;
use super::{call, guard, items, numbers, simple};

/// Binds the natives to a class loader's `Native` class. Called by the loader library; on failure a Java exception is
/// pending.
///
/// # Safety
/// `env` is the calling thread's environment, the classes are `dev.krait.internal.Native` and `UpCalls`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn krait_core_bind(env: Env, natives: sys::jclass, up_calls: sys::jclass) {
    let method = |name: &'static std::ffi::CStr, signature: &'static std::ffi::CStr, function: *mut c_void| {
        sys::JNINativeMethod {
            name: name.as_ptr().cast_mut(),
            signature: signature.as_ptr().cast_mut(),
            fnPtr: function,
        }
    };
    let methods = [
        method(c"address", c"(Ljava/nio/ByteBuffer;)J", address as *mut c_void),
        method(c"door", c"(J)J", door as *mut c_void),
        method(
            c"start",
            c"(JJLjava/lang/Runnable;Ljava/util/concurrent/Semaphore;Ljava/util/concurrent/Semaphore;)J",
            start as *mut c_void,
        ),
        method(c"opened", c"(JJ)V", opened as *mut c_void),
        method(c"closed", c"(JJ)V", closed as *mut c_void),
        method(c"call", c"(JJIJJ[Ljava/lang/Object;)Ljava/lang/Object;", call as *mut c_void),
        method(c"callSimple", c"(JJJJJJ)Ljava/lang/Object;", call_simple as *mut c_void),
        method(c"invokeSimple", c"(JJJJJIJJ)Ljava/lang/Object;", invoke_simple as *mut c_void),
        method(c"callLong", c"(JJJJJ)J", call_long as *mut c_void),
        method(c"invokeLong", c"(JJJJJIJ)J", invoke_long as *mut c_void),
        method(c"callDouble", c"(JJJDJ)D", call_double as *mut c_void),
        method(c"next", c"(JJJIJJ)I", next as *mut c_void),
        method(c"buffer", c"(JJ)Ljava/nio/ByteBuffer;", buffer as *mut c_void),
        method(c"release", c"(JJ)V", release as *mut c_void),
        method(c"take", c"(JJJ)V", take as *mut c_void),
        method(c"stop", c"(JJJJI)I", stop as *mut c_void),
        method(c"runs", c"(JJ)I", runs as *mut c_void),
        method(c"open", c"(JIJJ)J", open as *mut c_void),
        method(c"end", c"(JJ)I", end as *mut c_void),
        method(c"count", c"(I)J", count as *mut c_void),
        method(c"measure", c"(I)V", measure as *mut c_void),
        method(c"waited", c"()J", waited as *mut c_void),
        method(c"stack", c"(J)I", stack as *mut c_void),
    ];
    // SAFETY: the caller's guarantees, and each function below has the signature it is registered with.
    unsafe {
        guard(env, (), || {
            trace::install();
            jvm::remember_vm(env);
            if jni_call!(env, RegisterNatives, natives, methods.as_ptr(), methods.len() as sys::jint) != sys::JNI_OK {
                return;
            }
            if let Some(host) = Host::new(env, natives, up_calls) {
                host.leak();
            }
        });
    }
}

/// # Safety
/// `caller` is a number that `start`, `open` or `door` gave; the last one on this thread.
#[inline(always)]
unsafe fn caller(caller: sys::jlong) -> Caller {
    // SAFETY: by the caller's guarantee.
    unsafe { Caller::from_number(caller) }
}

/// # Safety
/// `binding` is a number that `start` or `open` gave.
unsafe fn binding(binding: sys::jlong) -> &'static Binding {
    // SAFETY: bindings are never freed.
    unsafe { &*(binding as *const Binding) }
}

unsafe extern "system" fn address(env: Env, _class: sys::jclass, buffer: sys::jobject) -> sys::jlong {
    // SAFETY: the JVM's guarantees for natives.
    unsafe { jni_call!(env, GetDirectBufferAddress, buffer) as sys::jlong }
}

/// Starts or joins CPython. `run`, `asked` and `done` are for the JVM's end: see [`ExitHook`].
unsafe extern "system" fn start(
    env: Env,
    class: sys::jclass,
    frame: sys::jlong,
    capacity: sys::jlong,
    run: sys::jobject,
    asked: sys::jobject,
    done: sys::jobject,
) -> sys::jlong {
    // SAFETY: Java holds the frame during the call; the class is one that natives were bound to; the last three are a
    // Runnable and two semaphores.
    unsafe {
        guard(env, 0, || {
            let mut frame = Frame::new(frame, capacity);
            let Some(host) = Host::of(env, class) else {
                return refuse(&mut frame, failure::INTERNAL, "the natives are not bound to this class loader");
            };
            let hook = || ExitHook::new(env, run, asked, done);
            match read_options(&mut frame).and_then(|(options, modules)| join(options, modules, hook)) {
                Ok(started) => {
                    let binding: &'static Binding =
                        Box::leak(Box::new(Binding { domain: started, life: started.life(), host }));
                    std::ptr::from_ref(binding) as sys::jlong
                }
                Err(message) => refuse(&mut frame, failure::SETUP, &message),
            }
        })
    }
}

/// An interpreter is open: a namespace of a binding.
unsafe extern "system" fn opened(env: Env, _class: sys::jclass, binding_: sys::jlong, namespace: sys::jlong) {
    // SAFETY: Java passes a live binding.
    unsafe { guard(env, (), || bridge::opened(binding(binding_), namespace)) }
}

/// It is closed.
unsafe extern "system" fn closed(env: Env, _class: sys::jclass, binding_: sys::jlong, namespace: sys::jlong) {
    // SAFETY: Java passes a live binding.
    unsafe { guard(env, (), || bridge::closed(binding(binding_), namespace)) }
}

/// The number by which this thread's calls go into the binding's interpreter.
unsafe extern "system" fn door(env: Env, _class: sys::jclass, binding_: sys::jlong) -> sys::jlong {
    // SAFETY: Java passes a live binding.
    unsafe { guard(env, binding_, || runtime::number(binding(binding_))) }
}

fn refuse(frame: &mut Frame, code: i32, message: &str) -> sys::jlong {
    let mut writer = Writer::new(frame.memory());
    writer.i32(code);
    writer.text(message);
    writer.finish(status::FAILED, Vec::new(), Nobody);
    0
}

/// Names and sources of modules.
type Modules = Vec<(String, String)>;

/// The payload of `start`: i64 stack size; then as u32 length and UTF-8: program, home ("" for none); u32 count of
/// modules, each name and source.
fn read_options(frame: &mut Frame) -> std::result::Result<(Options, Modules), String> {
    let mut reader = Reader::new(frame.payload());
    let malformed = |_| "malformed frame: the options of start".to_owned();
    let text = |reader: &mut Reader<'_>| {
        let length = reader.u32().map_err(malformed)? as usize;
        let bytes = reader.bytes(length).map_err(malformed)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| "malformed frame: text that is not UTF-8".to_owned())
    };
    let stack_size = usize::try_from(reader.i64().map_err(malformed)?).unwrap_or_default();
    let (program, home) = (text(&mut reader)?, text(&mut reader)?);
    let count = reader.u32().map_err(malformed)?;
    let modules = (0..count).map(|_| Ok((text(&mut reader)?, text(&mut reader)?)));
    let modules = modules.collect::<std::result::Result<_, String>>()?;
    Ok((Options { stack_size, program, home: (!home.is_empty()).then_some(home) }, modules))
}

fn join(
    options: Options,
    modules: Modules,
    hook: impl FnOnce() -> ExitHook,
) -> std::result::Result<&'static runtime::Domain, String> {
    if let Some(running) = runtime::main_domain() {
        return Ok(running);
    }
    // Sub-interpreters load the same modules; only the first start sets them.
    let modules = MODULES.get_or_init(|| modules);
    let started = runtime::start(options, hook(), |gil, domain| load(gil, domain, modules));
    let domain = started.map_err(|error| match error {
        StartError::Python(message) => format!("CPython did not start: {message}"),
        StartError::Package(message) => format!("{NOT_LOADED}: {message}"),
    })?;
    bridge::loaded(domain);
    Ok(domain)
}

const NOT_LOADED: &str = "Krait's Python package did not load";

/// Names and sources of the `krait` package's modules.
static MODULES: OnceLock<Modules> = OnceLock::new();

/// Makes the `krait` package importable: its bootstrap module runs with the sources of all modules.
fn load(gil: Gil<'_>, domain: &'static runtime::Domain, modules: &[(String, String)]) -> Result<()> {
    bridge::register(gil, domain)?;
    let sources = gil.dict()?;
    for (name, source) in modules {
        sources.dict_set(gil, &*gil.str(name)?, &*gil.str(source)?)?;
    }
    let bootstrap = gil.str("krait._bootstrap")?;
    let source = sources.item(gil, &bootstrap)?;
    let compile = gil.import(c"builtins")?.attr_str(gil, c"compile")?;
    let code = compile.call(gil, &[&source, &bootstrap, &*gil.str("exec")?])?;
    let globals = gil.dict()?;
    globals.dict_set(gil, &*gil.str("__name__")?, &bootstrap)?;
    globals.dict_set(gil, &*gil.str("__builtins__")?, &*gil.builtins()?)?;
    gil.run_code(&code, &globals)?;
    let is_main = gil.bool(runtime::main_domain().is_none());
    globals.item(gil, &*gil.str("install")?)?.call(gil, &[&sources, &is_main])?;
    Ok(())
}

unsafe extern "system" fn open(
    env: Env,
    _class: sys::jclass,
    main: sys::jlong,
    own_gil: sys::jint,
    frame: sys::jlong,
    capacity: sys::jlong,
) -> sys::jlong {
    // SAFETY: Java passes the main binding and holds the frame during the call.
    unsafe {
        guard(env, 0, || {
            let isolation = if own_gil == 0 { Isolation::Modules } else { Isolation::Gil };
            let modules = MODULES.get().map_or(&[][..], Vec::as_slice);
            match runtime::open(binding(main), isolation, move |gil, domain| load(gil, domain, modules)) {
                Ok(opened) => {
                    bridge::loaded(opened.domain);
                    std::ptr::from_ref(opened) as sys::jlong
                }
                Err(message) => refuse(&mut Frame::new(frame, capacity), failure::SETUP, &message),
            }
        })
    }
}

/// 0 ended, 1 over already, 2 the calling thread is inside, 3 Python's threads run.
unsafe extern "system" fn end(env: Env, _class: sys::jclass, main: sys::jlong, ended: sys::jlong) -> sys::jint {
    // SAFETY: Java passes live bindings.
    unsafe {
        guard(env, 1, || match runtime::end(binding(main), binding(ended)) {
            Ok(()) => 0,
            Err(EndError::Over) => 1,
            Err(EndError::InCall) => 2,
            Err(EndError::Threads) => 3,
        })
    }
}

/// Stops the call that a frame has in this use. Whether it runs: 1 or 0.
unsafe extern "system" fn stop(
    env: Env,
    _class: sys::jclass,
    binding_: sys::jlong,
    namespace: sys::jlong,
    frame: sys::jlong,
    sequence: sys::jlong,
    timeout: sys::jint,
) -> sys::jint {
    // SAFETY: Java passes a live binding.
    unsafe {
        guard(env, 0, || {
            let binding = binding(binding_);
            let reason = if timeout != 0 { Stop::Timeout } else { Stop::Interrupt };
            let call = CallId { namespace, frame, sequence };
            // Krait's own calls have no frame, nor has one that is seen just before it begins.
            let picked = move |id: &CallId| frame != 0 && *id == call;
            runtime::stop(binding, reason, picked).map_or(0, |count| count as sys::jint)
        })
    }
}

/// Whether calls of a namespace run: 1 in other threads, 2 in this one, 3 in both.
unsafe extern "system" fn runs(
    env: Env,
    _class: sys::jclass,
    binding_: sys::jlong,
    namespace: sys::jlong,
) -> sys::jint {
    // SAFETY: Java passes a live binding.
    unsafe {
        guard(env, 0, || {
            let binding = binding(binding_);
            let found = runtime::down(binding, &Running::default(), |gil| {
                let (own, others) = binding.domain.runs(gil, |id| id.namespace == namespace);
                sys::jint::from(others) | sys::jint::from(own) << 1
            });
            found.unwrap_or(0)
        })
    }
}

/// A call whose answer may have arrays beside the frame, as those that came with it.
///
/// # Safety
/// `env` is the calling thread's environment, and `refs` is an Object[] or null.
#[inline(always)]
unsafe fn with_arrays(env: Env, refs: sys::jobjectArray, call: impl FnOnce(&RefCell<Arrays>)) -> sys::jobject {
    // SAFETY: by the caller's guarantee.
    unsafe {
        guard(env, null_mut(), || {
            let arrays = RefCell::new(Arrays::new(env, refs));
            call(&arrays);
            arrays.into_inner().into_object_array()
        })
    }
}

unsafe extern "system" fn call(
    env: Env,
    _class: sys::jclass,
    caller_: sys::jlong,
    namespace: sys::jlong,
    operation: sys::jint,
    frame: sys::jlong,
    capacity: sys::jlong,
    refs: sys::jobjectArray,
) -> sys::jobject {
    // SAFETY: Java passes a live binding or this thread's door, holds the frame during the call, and `refs` is an Object[] or null.
    unsafe {
        with_arrays(env, refs, |arrays| {
            call::call(caller(caller_), namespace, operation, Frame::new(frame, capacity), arrays);
        })
    }
}

#[allow(clippy::too_many_arguments, reason = "Java's declaration")]
unsafe extern "system" fn call_simple(
    env: Env,
    _class: sys::jclass,
    caller_: sys::jlong,
    namespace: sys::jlong,
    target: sys::jlong,
    argument: sys::jlong,
    frame: sys::jlong,
    capacity: sys::jlong,
) -> sys::jobject {
    // SAFETY: Java passes a live binding or this thread's door, and holds the frame during the call.
    unsafe {
        with_arrays(env, null_mut(), |arrays| {
            let argument = frame::Simple(argument);
            let function = simple::Function { handle: target, by_name: argument.by_name() };
            simple::call(caller(caller_), namespace, function, argument, Frame::new(frame, capacity), arrays);
        })
    }
}

#[allow(clippy::too_many_arguments, reason = "Java's declaration")]
unsafe extern "system" fn invoke_simple(
    env: Env,
    _class: sys::jclass,
    caller_: sys::jlong,
    namespace: sys::jlong,
    name: sys::jlong,
    method: sys::jlong,
    argument: sys::jlong,
    operation: sys::jint,
    frame: sys::jlong,
    capacity: sys::jlong,
) -> sys::jobject {
    // SAFETY: Java passes a live binding or this thread's door, and holds the frame during the call.
    unsafe {
        with_arrays(env, null_mut(), |arrays| {
            let (method, argument) = (simple::Method { name, method, operation }, frame::Simple(argument));
            simple::call(caller(caller_), namespace, method, argument, Frame::new(frame, capacity), arrays);
        })
    }
}

unsafe extern "system" fn call_long(
    env: Env,
    _class: sys::jclass,
    caller_: sys::jlong,
    namespace: sys::jlong,
    handle: sys::jlong,
    argument: sys::jlong,
    frame: sys::jlong,
) -> sys::jlong {
    // SAFETY: Java passes a live binding or this thread's door, and holds the frame during the call.
    unsafe {
        guard(env, 0, || {
            numbers::call_number(caller(caller_), namespace, handle, argument, Frame::new(frame, Frame::LEAST))
        })
    }
}

#[allow(clippy::too_many_arguments, reason = "Java's declaration")]
unsafe extern "system" fn invoke_long(
    env: Env,
    _class: sys::jclass,
    caller_: sys::jlong,
    namespace: sys::jlong,
    name: sys::jlong,
    method: sys::jlong,
    argument: sys::jlong,
    operation: sys::jint,
    frame: sys::jlong,
) -> sys::jlong {
    // SAFETY: Java passes a live binding or this thread's door, and holds the frame during the call.
    unsafe {
        guard(env, 0, || {
            let method = simple::Method { name, method, operation };
            simple::invoke_long(caller(caller_), namespace, method, argument, Frame::new(frame, Frame::LEAST))
        })
    }
}

unsafe extern "system" fn call_double(
    env: Env,
    _class: sys::jclass,
    caller_: sys::jlong,
    namespace: sys::jlong,
    handle: sys::jlong,
    argument: sys::jdouble,
    frame: sys::jlong,
) -> sys::jdouble {
    // SAFETY: Java passes a live binding or this thread's door, and holds the frame during the call.
    unsafe {
        guard(env, 0.0, || {
            numbers::call_number(caller(caller_), namespace, handle, argument, Frame::new(frame, Frame::LEAST))
        })
    }
}

unsafe extern "system" fn next(
    env: Env,
    _class: sys::jclass,
    caller_: sys::jlong,
    namespace: sys::jlong,
    handle: sys::jlong,
    mode: sys::jint,
    frame: sys::jlong,
    capacity: sys::jlong,
) -> sys::jint {
    // SAFETY: Java passes a live binding or this thread's door, and holds the frame during the call; the handle is one of an iterator.
    unsafe {
        guard(env, 0, || items::next_items(caller(caller_), namespace, handle, mode, Frame::new(frame, capacity)))
    }
}

unsafe extern "system" fn buffer(env: Env, _class: sys::jclass, start: sys::jlong, length: sys::jlong) -> sys::jobject {
    // SAFETY: Java passes the address and length of a buffer whose exporter it keeps from moving it.
    unsafe { jni_call!(env, NewDirectByteBuffer, start as *mut c_void, length) }
}

unsafe extern "system" fn release(env: Env, _class: sys::jclass, binding_: sys::jlong, handle: sys::jlong) {
    // SAFETY: Java passes a live binding.
    unsafe { guard(env, (), || binding(binding_).domain.bury(handle)) }
}

unsafe extern "system" fn take(
    env: Env,
    _class: sys::jclass,
    block: sys::jlong,
    frame_: sys::jlong,
    capacity: sys::jlong,
) {
    // SAFETY: Java passes the block that a frame's header named, once, and holds a frame that is large enough.
    unsafe {
        guard(env, (), || {
            if capacity == 0 {
                frame::discard(block);
            } else if let Err(needed) = frame::take(block, Frame::new(frame_, capacity).memory()) {
                panic!("a frame of {capacity} bytes for a block that needs {needed}");
            }
        })
    }
}

/// Counts of the whole process: 0 Python objects that Java holds, 1 thread states that Krait made.
unsafe extern "system" fn count(env: Env, _class: sys::jclass, which: sys::jint) -> sys::jlong {
    // SAFETY: the JVM's guarantees for natives.
    unsafe {
        guard(env, 0, || {
            let counts = runtime::counts();
            let count = if which == 0 { counts.handles } else { counts.thread_states };
            count as sys::jlong
        })
    }
}

/// Starts (1) or stops (0) measuring how long calls wait for the GIL.
unsafe extern "system" fn measure(env: Env, _class: sys::jclass, on: sys::jint) {
    // SAFETY: the JVM's guarantees for natives.
    unsafe { guard(env, (), || runtime::measure(on != 0)) }
}

/// Bytes of the Python stacks that are mapped from now on, if more than so far; 0 where the system has none of that size.
unsafe extern "system" fn stack(env: Env, _class: sys::jclass, bytes: sys::jlong) -> sys::jint {
    // SAFETY: the JVM's guarantees for natives.
    unsafe { guard(env, 0, || jvm::stack::at_least(usize::try_from(bytes).unwrap_or(0)).into()) }
}

/// Nanoseconds that this thread has waited for the GIL since it was asked last.
unsafe extern "system" fn waited(env: Env, _class: sys::jclass) -> sys::jlong {
    // SAFETY: the JVM's guarantees for natives.
    unsafe { guard(env, 0, || runtime::take_waited() as sys::jlong) }
}

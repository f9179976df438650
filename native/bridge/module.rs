//! The built-in module `_krait`: what the `krait` package needs from native code.

use std::ffi::CStr;

use crate::frame::tag::up;
use crate::jvm::host::Host;
use crate::py::{Exception, Function, Gil, Object, Owned, Raised, Result};
use crate::runtime;

use super::method::Form;
use super::threads::threads;
use super::{Bridge, JavaMethod, upcall};

/// Makes `_krait` importable in the running interpreter.
pub fn register(gil: Gil<'_>, domain: &'static runtime::Domain) -> Result<()> {
    upcall::load(domain);
    const FUNCTIONS: &[(&CStr, Function)] = &[
        (c"current_namespace", current_namespace),
        (c"ready", ready),
        (c"java", java),
        (c"java_at", java_at),
        (c"host", host),
        (c"same_java", same_java),
        (c"configure", configure),
        (c"class_at", class_at),
        (c"remember", remember),
        (c"sweep", sweep),
        (c"method", method),
        (c"method_with", method_with),
        (c"monitor", monitor),
        (c"threads", threads),
    ];
    let module = gil.import(c"types")?.call_method(gil, c"ModuleType", &[&*gil.str("_krait")?])?;
    for (name, function) in FUNCTIONS {
        module.set_attr(gil, &*gil.interned(name)?, &*gil.function(name, *function)?)?;
    }
    let bridge = Bridge::of(gil, domain)?;
    module.set_attr(gil, &*gil.interned(c"JavaObject")?, bridge.object.object(gil))?;
    module.set_attr(gil, &*gil.interned(c"JavaArray")?, bridge.array.get(gil))?;
    module.set_attr(gil, &*gil.interned(c"JavaFunction")?, bridge.function.get(gil))?;
    let modules = gil.import(c"sys")?.attr_str(gil, c"modules")?;
    modules.set_item(gil, &*gil.str("_krait")?, &module)
}

fn current_namespace<'g>(gil: Gil<'g>, _args: &Object) -> Result<Owned<'g>> {
    gil.long(runtime::here(|here| here.namespace()))
}

fn bridge(gil: Gil<'_>) -> Result<&'static Bridge> {
    Bridge::of(gil, upcall::domain(gil)?)
}

fn argument<'a>(gil: Gil<'_>, args: &'a Object, index: usize) -> Result<&'a Object> {
    args.tuple_item(index).ok_or_else(|| wrong(gil))
}

fn number(gil: Gil<'_>, args: &Object, index: usize) -> Result<i64> {
    argument(gil, args, index)?.to_long(gil)?.ok_or_else(|| wrong(gil))
}

fn wrong(gil: Gil<'_>) -> Raised {
    gil.raise(Exception::Type, "a function of _krait was called in a wrong way")
}

/// A host that was handed to Python as a number.
fn host_of(gil: Gil<'_>, token: i64) -> Result<&'static Host> {
    Host::from_token(token as usize).ok_or_else(|| wrong(gil))
}

fn service<'g>(gil: Gil<'g>, host: &'static Host, args: &Object, from: usize) -> Result<Owned<'g>> {
    let count = args.len(gil)?;
    let args: Vec<&Object> = (from..count).filter_map(|index| args.tuple_item(index)).collect();
    upcall::call(gil, host, up::SERVICE, 0, &[], &args)
}

/// `ready()`: whether Java can be called: not while Krait starts.
fn ready<'g>(gil: Gil<'g>, _args: &Object) -> Result<Owned<'g>> {
    Ok(gil.bool(upcall::caller(gil)?.binding.is_some()))
}

/// `java(service, *args)`: a service of the Java that the first argument is of, else of the current host's.
fn java<'g>(gil: Gil<'g>, args: &Object) -> Result<Owned<'g>> {
    let of_argument = match args.tuple_item(1) {
        Some(first) => bridge(gil)?.with_java(gil, first, |java| java.host),
        None => None,
    };
    let host = match of_argument {
        Some(host) => host,
        None => upcall::host(gil)?,
    };
    service(gil, host, args, 0)
}

/// `same_java(a, b)`: whether two Java objects or classes are of the same class loader's Krait.
fn same_java<'g>(gil: Gil<'g>, args: &Object) -> Result<Owned<'g>> {
    let bridge = bridge(gil)?;
    let host = |index| argument(gil, args, index).map(|object| bridge.with_java(gil, object, |java| java.host));
    let (Some(one), Some(other)) = (host(0)?, host(1)?) else {
        return Err(wrong(gil));
    };
    Ok(gil.bool(std::ptr::eq(one, other)))
}

/// `java_at(host, service, *args)`
fn java_at<'g>(gil: Gil<'g>, args: &Object) -> Result<Owned<'g>> {
    service(gil, host_of(gil, number(gil, args, 0)?)?, args, 1)
}

/// `host()`: the current host's number.
fn host<'g>(gil: Gil<'g>, _args: &Object) -> Result<Owned<'g>> {
    gil.long(std::ptr::from_ref(upcall::host(gil)?) as i64)
}

/// `configure(build, metaclass, exception, starter)`
fn configure<'g>(gil: Gil<'g>, args: &Object) -> Result<Owned<'g>> {
    let take = |index| argument(gil, args, index).map(|object| object.own(gil).detach());
    bridge(gil)?.configure(take(0)?, take(1)?, take(2)?, take(3)?);
    Ok(gil.none())
}

/// `class_at(host, number)`: made if there is none.
fn class_at<'g>(gil: Gil<'g>, args: &Object) -> Result<Owned<'g>> {
    bridge(gil)?.class(gil, host_of(gil, number(gil, args, 0)?)?, number(gil, args, 1)? as i32)
}

/// `remember(host, number, class, kept)`
fn remember<'g>(gil: Gil<'g>, args: &Object) -> Result<Owned<'g>> {
    let host = host_of(gil, number(gil, args, 0)?)?;
    let kept = argument(gil, args, 3)?.is_true();
    bridge(gil)?.remember(gil, host, number(gil, args, 1)? as i32, argument(gil, args, 2)?, kept)
}

/// `sweep()`: how many classes there are that may be unloaded.
fn sweep<'g>(gil: Gil<'g>, _args: &Object) -> Result<Owned<'g>> {
    gil.long(bridge(gil)?.sweep(gil)? as i64)
}

/// `method(members, index, form, name, result)`
fn method<'g>(gil: Gil<'g>, args: &Object) -> Result<Owned<'g>> {
    let bridge = bridge(gil)?;
    let members = argument(gil, args, 0)?;
    let java = bridge.object.state(members).ok_or_else(|| wrong(gil))?;
    let form = match number(gil, args, 2)? {
        0 => Form::Instance,
        1 => Form::Static,
        _ => Form::Mixed,
    };
    let state = JavaMethod {
        members: members.own(gil).detach(),
        host: java.host,
        slot: java.slot,
        index: number(gil, args, 1)? as i32,
        form,
        candidate: -1,
        result: number(gil, args, 4)? as i32,
        objects: bridge.object.again(gil),
        known: Default::default(),
        name: argument(gil, args, 3)?.to_string_lossy(gil)?,
    };
    let class = if form == Form::Instance { &bridge.method } else { &bridge.static_method };
    class.instance(gil, state)
}

/// `method_with(method, candidate, result)`: the same, with one candidate only, or with results in another form. None
/// for what is no Java method.
fn method_with<'g>(gil: Gil<'g>, args: &Object) -> Result<Owned<'g>> {
    let bridge = bridge(gil)?;
    let method = argument(gil, args, 0)?;
    let change = |old: i32, index| -> Result<i32> {
        let new = argument(gil, args, index)?;
        if new.is_none() { Ok(old) } else { Ok(number(gil, args, index)? as i32) }
    };
    for class in [&bridge.method, &bridge.static_method] {
        if let Some(state) = class.state(method) {
            let state = state.with(gil, state.form, change(state.candidate, 1)?, change(state.result, 2)?);
            return class.instance(gil, state);
        }
    }
    Ok(gil.none())
}

/// `monitor(object, enter)`: enters or leaves the object's monitor, for this thread.
fn monitor<'g>(gil: Gil<'g>, args: &Object) -> Result<Owned<'g>> {
    let found = bridge(gil)?.with_java(gil, argument(gil, args, 0)?, |java| (java.host, java.slot));
    let Some((host, slot)) = found else {
        return Err(gil.raise(Exception::Type, "krait.synchronized needs a Java object"));
    };
    let enter = argument(gil, args, 1)?.is_true();
    match runtime::detached(gil, || host.monitor(slot, enter)) {
        Ok(()) => Ok(gil.none()),
        Err(error) => Err(upcall::failed(gil, error)),
    }
}

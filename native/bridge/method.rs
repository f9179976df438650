//! The methods of one name of a Java class, as Python calls them.

use std::ffi::CStr;

use crate::frame::tag::up;
use crate::jvm::host::Host;
use crate::py::{Detached, Exception, Gil, Method, Object, Owned, Result};

use super::{Bridge, upcall};

/// Whose method it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An object's, which is the first argument.
    Instance,
    /// The class's.
    Static,
    /// There are both of this name.
    Mixed,
}

/// All methods of one name, or all constructors: Java chooses among them by the arguments.
pub struct JavaMethod {
    /// The Python object that holds the class's members in Java.
    pub members: Detached,
    /// The class loader's Krait that the class belongs to.
    pub host: &'static Host,
    /// The slot of `members`.
    pub slot: i32,
    /// Which methods.
    pub index: i32,
    /// Whose.
    pub form: Form,
    /// One of them only, or -1.
    pub candidate: i32,
    /// How the result crosses: a code of Java's `Form`.
    pub result: i32,
    /// The methods' name.
    pub name: String,
}

impl JavaMethod {
    /// The same methods, called in another way.
    pub fn with(&self, gil: Gil<'_>, form: Form, candidate: i32, result: i32) -> Self {
        JavaMethod {
            members: self.members.get(gil).own(gil).detach(),
            host: self.host,
            slot: self.slot,
            index: self.index,
            form,
            candidate,
            result,
            name: self.name.clone(),
        }
    }

    #[inline]
    fn invoke<'g>(&self, gil: Gil<'g>, target: i32, args: &[&Object]) -> Result<Owned<'g>> {
        let head = [self.slot, self.index, self.candidate, self.result];
        upcall::call(gil, self.host, up::CALL_METHOD, target, &head, args)
    }

    fn service<'g>(&self, gil: Gil<'g>, name: &str) -> Result<Owned<'g>> {
        let (name, index) = (gil.str(name)?, gil.long(i64::from(self.index))?);
        upcall::call(gil, self.host, up::SERVICE, 0, &[], &[&name, self.members.get(gil), &index])
    }

    /// A Python object that implements the interface is called as Java calls it; anything else is refused.
    #[cold]
    fn invoke_proxy<'g>(&self, gil: Gil<'g>, target: Option<&Object>, args: &[&Object]) -> Result<Owned<'g>> {
        let bridge = Bridge::of(gil, upcall::domain(gil)?)?;
        let proxy = target.and_then(|target| target.class_attr(gil, bridge.names.proxy.get(gil)));
        let (Some(target), Some(_)) = (target, proxy) else {
            let message = format!("the Java method {}() needs an object of its class as the first argument", self.name);
            return Err(gil.raise(Exception::Type, &message));
        };
        let (name, index) = (gil.str("call_proxy")?, gil.long(i64::from(self.index))?);
        let mut all: Vec<&Object> = vec![&name, self.members.get(gil), &index, target];
        all.extend_from_slice(args);
        upcall::call(gil, self.host, up::SERVICE, 0, &[], &all)
    }
}

impl Method for JavaMethod {
    const ATTRIBUTES: &'static [&'static CStr] =
        &[c"__name__", c"__qualname__", c"__doc__", c"__signatures__", c"_key_"];

    #[inline]
    fn call<'g>(&self, gil: Gil<'g>, args: &[&Object]) -> Result<Owned<'g>> {
        if self.form != Form::Instance {
            return self.invoke(gil, 0, args);
        }
        let Some((target, args)) = args.split_first() else {
            return self.invoke_proxy(gil, None, &[]);
        };
        let bridge = Bridge::of(gil, upcall::domain(gil)?)?;
        // The target's slot stays its own while it is called: the caller holds a reference to it.
        let slot = bridge.with_java(gil, target, |java| std::ptr::eq(java.host, self.host).then_some(java.slot));
        match slot.flatten() {
            Some(slot) if !target.is_class() => self.invoke(gil, slot, args),
            _ => self.invoke_proxy(gil, Some(target), args),
        }
    }

    fn bind<'g>(&self, gil: Gil<'g>, me: &Object, instance: Option<&Object>) -> Result<Option<Owned<'g>>> {
        let Some(instance) = instance else {
            return Ok(None);
        };
        match self.form {
            Form::Static => Ok(None),
            Form::Instance => gil.bound(me, instance).map(Some),
            Form::Mixed => {
                let bridge = Bridge::of(gil, upcall::domain(gil)?)?;
                let state = self.with(gil, Form::Instance, self.candidate, self.result);
                gil.bound(&*bridge.method.instance(gil, state)?, instance).map(Some)
            }
        }
    }

    fn repr<'g>(&self, gil: Gil<'g>) -> Result<Owned<'g>> {
        self.service(gil, "method_repr")
    }

    fn attribute<'g>(&self, gil: Gil<'g>, index: usize) -> Result<Owned<'g>> {
        match index {
            0 => gil.str(&self.name),
            1 => self.service(gil, "method_name"),
            2 => self.service(gil, "method_doc"),
            3 => self.service(gil, "signatures"),
            _ => gil.tuple(&[self.members.get(gil), &*gil.long(i64::from(self.index))?]),
        }
    }
}

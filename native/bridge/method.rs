//! The methods of one name of a Java class, as Python calls them.

use std::ffi::CStr;

use crate::frame::tag::up;
use crate::jvm::host::{Host, NumberCall};
use crate::py::{Class, Detached, Exception, Gil, Method, Object, Owned, Result};

use super::numbers::{Memory, Numbers};
use super::{Bridge, JavaObject, upcall};

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
    /// What `krait.JavaObject` and all below it are.
    pub objects: Class<JavaObject>,
    /// How they can be called with numbers.
    pub known: Memory,
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
            objects: self.objects.again(gil),
            known: Memory::default(),
            name: self.name.clone(),
        }
    }

    #[inline]
    fn invoke<'g>(&self, gil: Gil<'g>, target: i32, args: &[&Object]) -> Result<Owned<'g>> {
        let head = [self.slot, self.index, self.candidate, self.result];
        upcall::call_and(gil, self.host, up::CALL_METHOD, target, &head, args, |memory| self.known.learn(memory))
    }

    /// The call with numbers alone, if Java has told how. None where that does not suit.
    #[inline(always)]
    fn invoke_numbers<'g>(&self, gil: Gil<'g>, args: &[&Object]) -> Option<Result<Owned<'g>>> {
        let (slot, args) = match self.form {
            Form::Instance => {
                let (target, args) = args.split_first()?;
                let java = self.objects.state(target).filter(|java| std::ptr::eq(java.host, self.host))?;
                (java.slot, args)
            }
            Form::Static => (0, args),
            Form::Mixed => return None,
        };
        let numbers = Numbers::of(gil, args)?;
        let known = self.known.find(&numbers)?;
        let call = NumberCall { members: self.slot, index: known.index(), slot, arguments: numbers.bits };
        Some(upcall::call_numbers(gil, self.host, &call, self.result, known.result))
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
        if !self.known.is_empty()
            && let Some(answer) = self.invoke_numbers(gil, args)
        {
            return answer;
        }
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

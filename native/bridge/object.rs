//! `JavaObject`: a Java object that is no value, as Python holds it.

use std::ffi::CStr;

use crate::frame::tag::up;
use crate::jvm::host::Host;
use crate::py::{Behaviour, Exception, Gil, Method, Object, Owned, Result};

use super::{Bridge, upcall};

/// A slot in a host's table of Java objects; dropped, the slot is released.
pub struct JavaObject {
    /// The class loader's Krait that the object belongs to.
    pub host: &'static Host,
    /// Its place in that Krait's table.
    pub slot: i32,
}

impl Drop for JavaObject {
    fn drop(&mut self) {
        self.host.release_slot(self.slot);
    }
}

impl JavaObject {
    fn ask<'g>(&self, gil: Gil<'g>, operation: i32, args: &[&Object]) -> Result<Owned<'g>> {
        upcall::call(gil, self.host, operation, self.slot, &[], args)
    }
}

impl Behaviour for JavaObject {
    const NAME: &'static CStr = c"krait.JavaObject";

    fn str<'g>(&self, gil: Gil<'g>) -> Result<Owned<'g>> {
        self.ask(gil, up::STR, &[])
    }

    fn repr<'g>(&self, gil: Gil<'g>) -> Result<Owned<'g>> {
        self.ask(gil, up::REPR, &[])
    }

    fn hash(&self, gil: Gil<'_>) -> Result<i64> {
        Ok(self.ask(gil, up::HASH, &[])?.to_long(gil)?.unwrap_or_default())
    }

    fn equals(&self, gil: Gil<'_>, other: &Object) -> Result<Option<bool>> {
        let bridge = Bridge::of(gil, upcall::domain(gil)?)?;
        if let Some(java) = bridge.object.state(other)
            && std::ptr::eq(self.host, java.host)
            && self.slot == java.slot
        {
            return Ok(Some(true));
        }
        let equal = self.ask(gil, up::EQUALS, &[other])?;
        Ok((!equal.is_none()).then(|| equal.is_true()))
    }

    fn order(&self, gil: Gil<'_>, other: &Object) -> Result<Option<i64>> {
        let order = self.ask(gil, up::COMPARE, &[other])?;
        if order.is_none() { Ok(None) } else { order.to_long(gil) }
    }

    fn buffer<'g>(&self, gil: Gil<'g>) -> Result<Option<Owned<'g>>> {
        let copy = self.ask(gil, up::BUFFER, &[])?;
        if copy.is_none() {
            return Ok(None);
        }
        // Read only: it is a copy, and what is written to it would be lost.
        let view = gil.import(c"builtins")?.call_method(gil, c"memoryview", &[&copy])?;
        view.call_method(gil, c"toreadonly", &[]).map(Some)
    }

    fn call<'g>(&self, gil: Gil<'g>, all: &[&Object]) -> Result<Owned<'g>> {
        let bridge = Bridge::of(gil, upcall::domain(gil)?)?;
        let found = all.first().and_then(|me| me.class_attr(gil, bridge.names.function.get(gil)));
        match found.as_ref().and_then(|found| bridge.method.state(found)) {
            Some(method) => method.call(gil, all),
            None => Err(gil.raise(Exception::Type, "this Java object is no function")),
        }
    }
}

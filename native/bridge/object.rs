//! `JavaObject`: a Java object that is no value, as Python holds it.

use std::ffi::CStr;

use crate::frame::tag::up;
use crate::jvm::host::Host;
use crate::py::{Behaviour, Class, Gil, Object, Owned, Result};
use crate::runtime::Domain;

use super::upcall;

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
    /// The class in a domain.
    pub fn class<'d>(gil: Gil<'_>, domain: &'d Domain) -> Result<&'d Class<JavaObject>> {
        domain.bridge(|| Class::new(gil))
    }

    /// The class, if any Java object has come into the domain yet.
    pub fn class_if_made(domain: &Domain) -> Option<&Class<JavaObject>> {
        domain.bridge_if_made()
    }
}

impl Behaviour for JavaObject {
    const NAME: &'static CStr = c"krait.JavaObject";

    fn call<'g>(&self, gil: Gil<'g>, args: &Object, keywords: Option<&Object>) -> Result<Owned<'g>> {
        upcall::call(gil, self, up::CALL, None, args, keywords)
    }

    fn str<'g>(&self, gil: Gil<'g>) -> Result<Owned<'g>> {
        upcall::call(gil, self, up::STR, None, &*gil.tuple(&[])?, None)
    }

    fn repr<'g>(&self, gil: Gil<'g>) -> Result<Owned<'g>> {
        upcall::call(gil, self, up::REPR, None, &*gil.tuple(&[])?, None)
    }

    fn hash(&self, gil: Gil<'_>) -> Result<i64> {
        let hash = upcall::call(gil, self, up::HASH, None, &*gil.tuple(&[])?, None)?;
        Ok(hash.to_long(gil)?.unwrap_or_default())
    }

    fn equals(&self, gil: Gil<'_>, other: &Object) -> Result<Option<bool>> {
        let domain = upcall::domain(gil)?;
        let Some(other_java) = JavaObject::class(gil, domain)?.state(other) else {
            return Ok(None);
        };
        if std::ptr::eq(self.host, other_java.host) && self.slot == other_java.slot {
            return Ok(Some(true));
        }
        let equal = upcall::call(gil, self, up::EQUALS, None, &*gil.tuple(&[other])?, None)?;
        Ok(Some(equal.is_true()))
    }

    fn attribute<'g>(&self, _gil: Gil<'g>, _name: &Object) -> Result<Option<Owned<'g>>> {
        Ok(None)
    }
}

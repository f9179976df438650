//! What the bridge keeps per domain: its native types, and the Python classes that mirror Java classes.

use std::collections::{BTreeSet, HashMap};
use std::ffi::CStr;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::jvm::host::Host;
use crate::py::{Class, Detached, Exception, Gil, MethodClass, Object, Owned, Result};
use crate::runtime::Domain;

use super::{JavaMethod, JavaObject};

/// The bridge's state of one domain.
pub struct Bridge {
    /// `krait.JavaObject`.
    pub object: Class<JavaObject>,
    /// Its subclass for arrays, which have a buffer.
    pub array: Detached,
    /// Its subclass for functional interfaces, whose instances can be called.
    pub function: Detached,
    /// Methods that take the object first.
    pub method: MethodClass<JavaMethod>,
    /// Methods that take none, or maybe none.
    pub static_method: MethodClass<JavaMethod>,
    /// Attributes that native code reads.
    pub names: Names,
    python: OnceLock<Python>,
    mirrors: Mutex<HashMap<(usize, i32), Mirror>>,
}

/// Interned names.
pub struct Names {
    /// On a class that mirrors one of Java: its members.
    pub members: Detached,
    /// On a class that mirrors a functional interface, or what implements one: the method.
    pub function: Detached,
    /// On an exception: the Java object.
    pub throwable: Detached,
    /// On an exception's class: the class of its throwable.
    pub carrier: Detached,
    /// On a class that implements Java interfaces: which.
    pub proxy: Detached,
    /// On a Python exception that came through Java: the Java frames on its way.
    pub frames: Detached,
}

/// What `krait._java` gives.
pub struct Python {
    /// Makes the class for (host, number).
    build: Detached,
    /// The class of the classes that mirror Java's.
    pub metaclass: Detached,
    /// `krait.JavaException`.
    pub exception: Detached,
    /// Gives the namespace of who started this thread.
    pub starter: Detached,
}

enum Mirror {
    /// Its Java class is never unloaded.
    Kept(Detached),
    /// A weak reference: it goes when Python does not use it any more, and lets its Java class go.
    Weak(Detached),
}

impl Bridge {
    /// The domain's, made on first use.
    pub fn of<'d>(gil: Gil<'_>, domain: &'d Domain) -> Result<&'d Bridge> {
        domain.bridge(|| Bridge::new(gil))
    }

    /// The domain's, if it was made.
    #[inline]
    pub fn if_made(domain: &Domain) -> Option<&Bridge> {
        domain.bridge_if_made()
    }

    fn new(gil: Gil<'_>) -> Result<Self> {
        let name = |name: &CStr| gil.interned(name).map(Owned::detach);
        let object = Class::new(gil)?;
        Ok(Bridge {
            array: object.with_buffer(gil, c"krait.JavaArray")?.detach(),
            function: object.with_call(gil, c"krait.JavaFunction")?.detach(),
            object,
            method: MethodClass::new(gil, c"krait.JavaMethod", true)?,
            static_method: MethodClass::new(gil, c"krait.JavaStaticMethod", false)?,
            names: Names {
                members: name(c"_members_")?,
                function: name(c"_function_")?,
                throwable: name(c"throwable")?,
                carrier: name(c"_carrier_")?,
                proxy: name(c"__krait_proxy__")?,
                frames: name(c"__krait_frames__")?,
            },
            python: OnceLock::new(),
            mirrors: Mutex::default(),
        })
    }

    /// Takes what `krait._java` gives, once.
    pub fn configure(&self, build: Detached, metaclass: Detached, exception: Detached, starter: Detached) {
        // A second import of the module would bring other classes: those of the first stay in use.
        let _ = self.python.set(Python { build, metaclass, exception, starter });
    }

    /// What `krait._java` gave, once it was imported.
    pub fn python(&self) -> Option<&Python> {
        self.python.get()
    }

    /// The class for a number of this host's, if there is one now.
    pub fn known<'g>(&self, gil: Gil<'g>, host: &Host, number: i32) -> Result<Option<Owned<'g>>> {
        let reference = {
            let mirrors = self.lock_mirrors();
            match mirrors.get(&(std::ptr::from_ref(host) as usize, number)) {
                None => return Ok(None),
                Some(Mirror::Kept(class)) => return Ok(Some(class.get(gil).own(gil))),
                Some(Mirror::Weak(reference)) => reference.get(gil).own(gil),
            }
        };
        let class = reference.call(gil, &[])?;
        Ok((!class.is_none()).then_some(class))
    }

    /// The class for a number of this host's: made if there is none.
    pub fn class<'g>(&self, gil: Gil<'g>, host: &'static Host, number: i32) -> Result<Owned<'g>> {
        if let Some(class) = self.known(gil, host, number)? {
            return Ok(class);
        }
        let Some(python) = self.python() else {
            return Err(gil.raise(Exception::System, "Java classes are used before krait._java was imported"));
        };
        let token = gil.long(std::ptr::from_ref(host) as i64)?;
        python.build.get(gil).call(gil, &[&token, &*gil.long(i64::from(number))?])
    }

    /// Keeps a new class, weakly unless `kept`. Gives the one that is used from now on: another thread may have been
    /// faster.
    pub fn remember<'g>(
        &self,
        gil: Gil<'g>,
        host: &'static Host,
        number: i32,
        class: &Object,
        kept: bool,
    ) -> Result<Owned<'g>> {
        let mirror = if kept {
            Mirror::Kept(class.own(gil).detach())
        } else {
            Mirror::Weak(gil.import(c"weakref")?.call_method(gil, c"ref", &[class])?.detach())
        };
        if let Some(other) = self.known(gil, host, number)? {
            gil.release(mirror);
            return Ok(other);
        }
        let mut mirrors = self.lock_mirrors();
        gil.release(mirrors.insert((std::ptr::from_ref(host) as usize, number), mirror));
        Ok(class.own(gil))
    }

    /// Forgets the classes that are gone, and those of class loaders that had a Krait of their own and were unloaded; gives
    /// how many weakly held ones there are.
    pub fn sweep(&self, gil: Gil<'_>) -> Result<usize> {
        self.forget_unloaded(gil);
        let weak: Vec<_> = {
            let mirrors = self.lock_mirrors();
            let weak = mirrors.iter().filter_map(|(key, mirror)| match mirror {
                Mirror::Weak(reference) => Some((*key, reference.get(gil).own(gil))),
                Mirror::Kept(_) => None,
            });
            weak.collect()
        };
        let mut alive = 0;
        for (key, reference) in weak {
            if reference.call(gil, &[])?.is_none() {
                let mut mirrors = self.lock_mirrors();
                // The number may have a new class meanwhile.
                if matches!(mirrors.get(&key), Some(Mirror::Weak(now)) if now.get(gil).is(&reference)) {
                    gil.release(mirrors.remove(&key));
                }
            } else {
                alive += 1;
            }
        }
        Ok(alive)
    }

    fn forget_unloaded(&self, gil: Gil<'_>) {
        let hosts: BTreeSet<usize> = self.lock_mirrors().keys().map(|(host, _)| *host).collect();
        for host in hosts {
            if Host::from_token(host).is_some_and(Host::is_unloaded) {
                let forgotten: Vec<Mirror> =
                    self.lock_mirrors().extract_if(|(of, _), _| *of == host).map(|(_, mirror)| mirror).collect();
                gil.release(forgotten);
            }
        }
    }

    fn lock_mirrors(&self) -> MutexGuard<'_, HashMap<(usize, i32), Mirror>> {
        self.mirrors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The Python object for a slot that is Python's from now on.
    pub fn wrap<'g>(&self, gil: Gil<'g>, java: JavaObject, number: i32) -> Result<Owned<'g>> {
        if number == 0 {
            return self.object.instance(gil, java);
        }
        let class = self.class(gil, java.host, number)?;
        if class.is_subclass_of(self.object.object(gil)) {
            return self.object.instance_of(gil, &class, java);
        }
        // A throwable: an exception that has the object.
        let carrier = class.attr(gil, self.names.carrier.get(gil))?;
        let object = self.object.instance_of(gil, &carrier, java)?;
        class.call_method(gil, c"_from_java_", &[&object])
    }

    /// The Java object that a Python object is or stands for: a JavaObject, a class that mirrors one of Java, an exception.
    pub fn with_java<R>(&self, gil: Gil<'_>, object: &Object, then: impl FnOnce(&JavaObject) -> R) -> Option<R> {
        if let Some(java) = self.object.state(object) {
            return Some(then(java));
        }
        let python = self.python()?;
        let name = if object.is_class() && object.is_exactly_or_below(python.metaclass.get(gil)) {
            &self.names.members
        } else if object.is_exception() && object.is_exactly_or_below(python.exception.get(gil)) {
            &self.names.throwable
        } else {
            return None;
        };
        match object.attr(gil, name.get(gil)) {
            Ok(inner) => self.object.state(&inner).map(then),
            Err(raised) => {
                gil.clear_raised(raised);
                None
            }
        }
    }
}

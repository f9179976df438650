//! What the codec needs to know of a call: between whom it is, and its arrays.

use std::cell::RefCell;
use std::mem::MaybeUninit;

use crate::frame::{Peer, Sender, Writer};
use crate::jvm::arrays::{ArrayError, Arrays};
use crate::jvm::host::Host;
use crate::py::{Exception, Gil, Object, Owned, Raised, Result};
use crate::runtime::{self, Binding, Domain};

use super::{Bridge, JavaObject};

/// The codec's peer during one call.
pub struct CallPeer<'c> {
    gil: Gil<'c>,
    /// Between whom the call is.
    pub ends: Ends,
    arrays: Option<&'c RefCell<Arrays>>,
    /// The Java objects in the arguments of an up-call: another thread may drop the last reference, and its call release
    /// the slot, before Java has read the frame.
    kept: Option<RefCell<Vec<Owned<'c>>>>,
    adopted: std::cell::Cell<u32>,
    stale: std::cell::Cell<bool>,
}

/// Between whom a frame crosses.
#[derive(Clone, Copy)]
pub struct Ends {
    /// Python's side.
    pub domain: &'static Domain,
    /// Java's.
    pub host: &'static Host,
}

impl Ends {
    /// Ends a frame for Java, which learns with it what Python has let go of.
    #[inline]
    pub fn finish(self, writer: Writer<'_>, status: i32) {
        writer.finish(status, self.host.take_released(), self);
    }
}

impl Sender for Ends {
    fn take_back(&self, handles: Vec<i64>, released: Vec<i32>) {
        for handle in handles {
            self.domain.bury(handle);
        }
        for slot in released {
            self.host.release_slot(slot);
        }
    }
}

impl<'c> CallPeer<'c> {
    /// The peer of a down-call, which brings arrays and takes some back.
    #[inline(always)]
    pub fn down(gil: Gil<'c>, binding: &'static Binding, arrays: &'c RefCell<Arrays>) -> Self {
        let ends = Ends { domain: binding.domain, host: binding.host };
        CallPeer { gil, ends, arrays: Some(arrays), kept: None, adopted: Default::default(), stale: Default::default() }
    }

    /// The peer of an up-call.
    pub fn call(gil: Gil<'c>, domain: &'static Domain, host: &'static Host) -> Self {
        CallPeer { kept: Some(RefCell::default()), ..CallPeer::up(gil, domain, host) }
    }

    /// The peer of an answer whose arrays all cross in the frame.
    pub fn up(gil: Gil<'c>, domain: &'static Domain, host: &'static Host) -> Self {
        let ends = Ends { domain, host };
        CallPeer { gil, ends, arrays: None, kept: None, adopted: Default::default(), stale: Default::default() }
    }

    fn keep(&self, object: &Object) {
        match &self.kept {
            Some(kept) => kept.borrow_mut().push(object.own(self.gil)),
            // Of an answer: kept until this thread's next call, for the same reason.
            None => runtime::keep_for_answer(self.gil, object),
        }
    }

    /// Bytes of the arrays that go back so far.
    #[inline]
    pub fn array_bytes(&self) -> usize {
        self.arrays.map_or(0, |arrays| arrays.borrow().bytes())
    }

    /// Takes back what was written from `at` on, and is not sent after all.
    pub fn retract(&self, gil: Gil<'_>, writer: &mut Writer<'_>, at: usize) {
        for handle in writer.truncate(at) {
            self.ends.domain.free(gil, handle);
        }
    }

    /// Ends a frame for Java, as [`Ends::finish`] does.
    #[inline]
    pub fn finish(&self, writer: Writer<'_>, status: i32) {
        self.ends.finish(writer, status);
    }

    /// How many slots Python has taken over, in the order of the frame.
    pub fn adopted(&self) -> u32 {
        self.adopted.get()
    }

    /// Whether a handle among the operands named nothing any more.
    pub fn met_stale(&self) -> bool {
        self.stale.get()
    }
}

impl Peer for CallPeer<'_> {
    #[inline]
    fn object<'g>(&self, gil: Gil<'g>, handle: i64) -> Result<Owned<'g>> {
        self.ends.domain.object(gil, handle).map_err(|_| {
            self.stale.set(true);
            stale(gil)
        })
    }

    #[inline]
    fn handle<'g>(&self, gil: Gil<'g>, object: Owned<'g>) -> Result<i64> {
        Ok(self.ends.domain.handle(gil, object))
    }

    fn java_object<'g>(&self, gil: Gil<'g>, slot: i32, class: i32) -> Result<Owned<'g>> {
        // From here on the slot is Python's: released when the state is dropped, also when no instance can be made.
        self.adopted.set(self.adopted.get() + 1);
        let java = JavaObject { host: self.ends.host, slot };
        Bridge::of(gil, self.ends.domain)?.wrap(gil, java, class)
    }

    fn java_slot(&self, gil: Gil<'_>, object: &Object) -> Option<i32> {
        let bridge = Bridge::if_made(self.ends.domain)?;
        let host = self.ends.host;
        let slot = bridge.with_java(gil, object, |java| std::ptr::eq(java.host, host).then_some(java.slot))??;
        self.keep(object);
        Some(slot)
    }

    fn proxy_slot(&self, gil: Gil<'_>, object: &Object) -> Option<i32> {
        let bridge = Bridge::if_made(self.ends.domain)?;
        let proxy = object.class_attr(gil, bridge.names.proxy.get(gil))?;
        let java = bridge.object.state(&proxy)?;
        // The handle for the object keeps its class, which keeps what it implements.
        std::ptr::eq(java.host, self.ends.host).then_some(java.slot)
    }

    fn read_array(&self, gil: Gil<'_>, index: u32, type_code: u8, into: &mut [MaybeUninit<u8>]) -> Result<usize> {
        let length = into.len();
        let read = match self.arrays {
            Some(arrays) => arrays.borrow().read(index, type_code, into),
            None => Err(ArrayError::NotGiven),
        };
        read.map(|()| length).map_err(|error| array_error(gil, &error))
    }

    fn array_size(&self, _gil: Gil<'_>, index: u32, type_code: u8) -> Option<usize> {
        self.arrays.map(|arrays| arrays.borrow().size(index, type_code))
    }

    fn write_array(&self, gil: Gil<'_>, type_code: u8, from: &[u8]) -> Result<Option<u32>> {
        match self.arrays {
            Some(arrays) => {
                arrays.borrow_mut().write(type_code, from).map(Some).map_err(|error| array_error(gil, &error))
            }
            None => Ok(None),
        }
    }
}

fn array_error(gil: Gil<'_>, error: &ArrayError) -> Raised {
    match error {
        ArrayError::NotGiven => gil.raise(Exception::System, "malformed frame: an array that was not given"),
        ArrayError::OutOfMemory => gil.raise(Exception::Memory, "the JVM has no memory for the array"),
    }
}

/// A handle that names nothing any more.
pub fn stale(gil: Gil<'_>) -> Raised {
    gil.raise(Exception::Runtime, "the Python object was closed")
}

//! The codec: a frame's bytes ↔ Python objects. It knows no JVM: what it needs of one comes through [`Peer`].
//!
//! The format is the table in `native/ARCHITECTURE.md`; one file per family of types has both directions and their
//! tests. No content of a frame makes the decoder crash or read outside; no state of a Python object, not even one
//! that changes meanwhile, makes the encoder write a malformed frame.

mod bytes_arrays;
mod containers;
mod cursor;
mod datetimes;
mod decode;
mod encode;
mod nesting;
mod numbers;
mod numpy;
mod others;
#[cfg(test)]
mod properties;
mod simple;
pub mod tag;
#[cfg(test)]
mod testing;
mod text;
mod times;
mod types;

pub use cursor::{HEADER, Malformed, Nobody, Reader, Sender, Writer, discard, take};
pub use decode::{Arguments, decode, decode_arguments, decode_arguments_into};
pub use encode::{encode, encode_handle};
pub use simple::{Simple, write_simple};
pub use types::Types;

use std::mem::MaybeUninit;

use decode::decode_value;
use encode::{encode_object, encode_value, length};
use nesting::Parent;

use crate::py::{Gil, Object, Owned, Raised, Result};

/// How many containers may stand in one another.
pub const MAX_DEPTH: u32 = 1_000;

/// Arrays of this many bytes and more cross by reference where the peer takes them.
pub const LARGE: usize = 8_192;

/// What the codec needs from outside.
///
/// [`Peer::handle`] and [`Peer::write_array`] have effects outside the frame. Who abandons a frame that was encoded in
/// part frees its handles (see [`Writer::truncate`]) and drops the arrays.
pub trait Peer {
    /// PYOBJECT in: the object that a handle names. Raises where the handle is stale.
    fn object<'g>(&self, gil: Gil<'g>, handle: i64) -> Result<Owned<'g>>;

    /// PYOBJECT out: a handle for an object.
    fn handle<'g>(&self, gil: Gil<'g>, object: Owned<'g>) -> Result<i64>;

    /// JAVAOBJECT in: the Python object for a Java object of the class with this number, which is 0 where Python needs
    /// to know nothing of it.
    fn java_object<'g>(&self, gil: Gil<'g>, slot: i32, class: i32) -> Result<Owned<'g>>;

    /// JAVAOBJECT out: the slot of a Java object, or none where the object is not one of this peer.
    fn java_slot(&self, gil: Gil<'_>, object: &Object) -> Option<i32>;

    /// PYPROXY out: the slot of what the object's class says that it implements of Java, or none where it says nothing.
    fn proxy_slot(&self, gil: Gil<'_>, object: &Object) -> Option<i32>;

    /// `*_REF` in: copies an array's bytes. Raises where there is no such array or `into` has not its length.
    ///
    /// The type code is one of [`tag::type_code`].
    ///
    /// Gives the number of bytes that it has written, which is all of `into` or nothing.
    fn read_array(&self, gil: Gil<'_>, index: u32, type_code: u8, into: &mut [MaybeUninit<u8>]) -> Result<usize>;

    /// `*_REF` in: the bytes of an array, asked before memory for it is allocated. None where the peer cannot say.
    fn array_size(&self, _gil: Gil<'_>, _index: u32, _type_code: u8) -> Option<usize> {
        None
    }

    /// `*_REF` out: keeps an array and gives its index, or none where the peer takes none and it is written inline.
    fn write_array(&self, gil: Gil<'_>, type_code: u8, from: &[u8]) -> Result<Option<u32>>;
}

/// What every conversion gets.
struct Context<'c, 'g, P> {
    gil: Gil<'g>,
    types: &'c Types,
    peer: &'c P,
}

impl<P> Clone for Context<'_, '_, P> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Context<'_, '_, P> {}

impl<P> Context<'_, '_, P> {
    /// Raises for malformed bytes.
    #[inline(always)]
    fn ok<T>(&self, read: std::result::Result<T, Malformed>) -> Result<T> {
        read.map_err(|malformed| malformed.raise(self.gil))
    }

    #[cold]
    fn malformed(&self, reader: &Reader<'_>, what: &'static str) -> Raised {
        reader.malformed(what).raise(self.gil)
    }
}

#[cfg(test)]
mod tests {
    use super::testing::*;
    use crate::py::testing::{eval, with_python};

    /// Rounds that leave fewer live blocks behind than one for each cannot leak any.
    #[test]
    fn values_leave_nothing_behind() {
        with_python(|gil| {
            let code = "import datetime, decimal, uuid, zoneinfo, array, krait._values\n\
                [None, True, 1000, 2**70, 1.5, 'a', 'жж', b'bb', array.array('i', [1]), \
                array.array('I', [1]), (1,), {2000}, {3000: 4000}, krait._values.Entry(1, 2), decimal.Decimal('1.5'), \
                datetime.date(2020, 1, 1), datetime.time(1), \
                datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1))), \
                datetime.datetime(2020, 1, 1, fold=1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin')), \
                datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc), datetime.timedelta(1, 2, 3), \
                uuid.UUID(int=1), range(3), memoryview(bytes(2)).cast('?'), bytes(9_000), object(), len]";
            let object = eval(gil, code);
            let sys = gil.import(c"sys").expect("sys is there");
            let blocks = || {
                let blocks = sys.call_method(gil, c"getallocatedblocks", &[]).expect("a count");
                blocks.to_long(gil).expect("an int").expect("it fits")
            };
            let rounds = 500;
            // Tests on other threads allocate meanwhile.
            let leaked = (0..20).map(|_| {
                let before = blocks();
                for _ in 0..rounds {
                    let peer = TestPeer::default();
                    let payload = try_encode(gil, &object, &peer).expect("every value crosses");
                    drop(try_decode(gil, &payload, &peer).expect("every value comes back"));
                    drop(try_decode(gil, &payload[..payload.len() - 1], &peer).map(drop).expect_err("it ends early"));
                    peer.clear(gil);
                }
                blocks() - before
            });
            assert!(leaked.into_iter().any(|leaked| leaked < rounds), "every round leaves something behind");
        });
    }
}

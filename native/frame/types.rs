//! The Python types, functions and names that conversions need, looked up once per interpreter.
#![forbid(unsafe_code)]

use std::ffi::CStr;
use std::sync::OnceLock;

use crate::py::{Detached, Gil, Object, Result};

/// One object held for the life of the interpreter.
pub(super) struct Held(Detached);

impl Held {
    #[inline(always)]
    pub(super) fn get<'a>(&'a self, gil: Gil<'_>) -> &'a Object {
        self.0.get(gil)
    }
}

/// An object of a module that programs may never need: looked up when it is first asked for, so that starting an
/// interpreter does not wait for the import.
pub(super) struct Later {
    module: &'static CStr,
    path: &'static [&'static CStr],
    found: OnceLock<Held>,
}

impl Later {
    /// The object; its module is imported if nobody has yet.
    #[inline]
    pub(super) fn get<'a>(&'a self, gil: Gil<'_>) -> Result<&'a Object> {
        if let Some(held) = self.found.get() {
            return Ok(held.get(gil));
        }
        let found = find(gil, self.module, self.path)?;
        Ok(self.found.get_or_init(|| found).get(gil))
    }

    /// The object if its module has been imported, by whomever: else no instance of it can be there.
    #[inline]
    pub(super) fn if_imported<'a>(&'a self, gil: Gil<'_>) -> Option<&'a Object> {
        if let Some(held) = self.found.get() {
            return Some(held.get(gil));
        }
        gil.imported(self.module)?;
        // A module that another thread is just importing may not have it yet.
        self.get(gil).map_err(|raised| gil.clear_raised(raised)).ok()
    }
}

macro_rules! held {
    (
        objects { $($object:ident = $module:literal $(. $part:literal)+;)* }
        later { $($later:ident = $later_module:literal $(. $later_part:literal)+;)* }
        names { $($name:ident = $text:literal;)* }
    ) => {
        /// Strong references to everything that conversions need of one interpreter.
        pub struct Types {
            $(pub(super) $object: Held,)*
            $(pub(super) $later: Later,)*
            pub(super) names: Names,
            pub(super) constants: Constants,
        }

        /// Interned names of attributes.
        pub(super) struct Names {
            $(pub(super) $name: Held,)*
        }

        impl Types {
            /// Imports what is needed, in the interpreter of this thread's thread state.
            pub fn load(gil: Gil<'_>) -> Result<Types> {
                Ok(Types {
                    $($object: find(gil, $module, &[$($part),+])?,)*
                    $($later: Later { module: $later_module, path: &[$($later_part),+], found: OnceLock::new() },)*
                    names: Names { $($name: Held(gil.interned($text)?.detach()),)* },
                    constants: Constants::make(gil)?,
                })
            }
        }
    };
}

/// Values made once.
pub(super) struct Constants {
    /// `{"signed": True}`
    pub(super) signed: Held,
    /// `{"fold": 1}`
    pub(super) fold_one: Held,
    /// `"big"`
    pub(super) big: Held,
    /// `slice(0)`
    pub(super) nothing: Held,
    /// `timezone(timedelta(0), "Z")`: an offset of zero that is not `timezone.utc`, which stands for INSTANT.
    pub(super) zulu: Held,
    /// 1970-01-01 in `timezone.utc`.
    pub(super) epoch: Held,
}

impl Constants {
    fn make(gil: Gil<'_>) -> Result<Self> {
        let (zero, one, year) = (gil.long(0)?, gil.long(1)?, gil.long(1970)?);
        let signed = gil.dict()?;
        signed.dict_set(gil, &*gil.str("signed")?, &gil.bool(true))?;
        let fold_one = gil.dict()?;
        fold_one.dict_set(gil, &*gil.str("fold")?, &one)?;
        let datetime = gil.import(c"datetime")?;
        let timezone = datetime.attr_str(gil, c"timezone")?;
        let utc = timezone.attr_str(gil, c"utc")?;
        let no_time = datetime.call_method(gil, c"timedelta", &[])?;
        let zulu = timezone.call(gil, &[&no_time, &*gil.str("Z")?])?;
        let epoch = datetime.call_method(gil, c"datetime", &[&year, &one, &one, &zero, &zero, &zero, &zero, &utc])?;
        let nothing = gil.import(c"builtins")?.call_method(gil, c"slice", &[&zero])?;
        Ok(Constants {
            signed: Held(signed.detach()),
            fold_one: Held(fold_one.detach()),
            big: Held(gil.interned(c"big")?.detach()),
            nothing: Held(nothing.detach()),
            zulu: Held(zulu.detach()),
            epoch: Held(epoch.detach()),
        })
    }
}

fn find(gil: Gil<'_>, module: &CStr, path: &[&CStr]) -> Result<Held> {
    let mut found = gil.import(module)?;
    for part in path {
        found = found.attr_str(gil, part)?;
    }
    Ok(Held(found.detach()))
}

held! {
    objects {
        date = c"datetime" . c"date";
        time = c"datetime" . c"time";
        datetime = c"datetime" . c"datetime";
        timedelta = c"datetime" . c"timedelta";
        timezone = c"datetime" . c"timezone";
        utc = c"datetime" . c"timezone" . c"utc";
        array = c"array" . c"array";
        ordered_dict = c"collections" . c"OrderedDict";
        ordered_dict_items = c"collections" . c"OrderedDict" . c"items";
        enumeration = c"enum" . c"Enum";
        entry = c"krait._values" . c"Entry";
        generator = c"types" . c"GeneratorType";
        numpy_time = c"krait._values" . c"numpy_time";
        range = c"builtins" . c"range";
        memory_view = c"builtins" . c"memoryview";
        int_from_bytes = c"builtins" . c"int" . c"from_bytes";
        int_to_bytes = c"builtins" . c"int" . c"to_bytes";
        int_bit_length = c"builtins" . c"int" . c"bit_length";
    }
    later {
        zone_info = c"zoneinfo" . c"ZoneInfo";
        decimal = c"decimal" . c"Decimal";
        decimal_str = c"decimal" . c"Decimal" . c"__str__";
        uuid = c"uuid" . c"UUID";
    }
    names {
        year = c"year";
        month = c"month";
        day = c"day";
        hour = c"hour";
        minute = c"minute";
        second = c"second";
        microsecond = c"microsecond";
        nanosecond = c"nanosecond";
        tzinfo = c"tzinfo";
        fold = c"fold";
        utcoffset = c"utcoffset";
        toordinal = c"toordinal";
        days = c"days";
        seconds = c"seconds";
        microseconds = c"microseconds";
        nanoseconds = c"nanoseconds";
        key = c"key";
        bytes = c"bytes";
        typecode = c"typecode";
        start = c"start";
        stop = c"stop";
        step = c"step";
        item = c"item";
        fields = c"_fields";
        dataclass_fields = c"__dataclass_fields__";
        mro = c"__mro__";
        module = c"__module__";
        name = c"__name__";
        cast = c"cast";
        tolist = c"tolist";
        tounicode = c"tounicode";
    }
}

impl Types {
    /// Whether an object is a generator.
    pub fn is_generator(&self, gil: Gil<'_>, object: &Object) -> bool {
        object.is_of(self.generator.get(gil))
    }
}

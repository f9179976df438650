//! Every number of the frame format. Java's copies (`Tag`, `Status`, `Failure`, `Op`, `UpOp`) are held equal to
//! these by a test below. What follows each tag stands in `native/ARCHITECTURE.md`.
#![forbid(unsafe_code)]
#![allow(missing_docs, reason = "the table in ARCHITECTURE.md documents them, and would be repeated here")]

pub const NULL: u8 = 0;
pub const FALSE: u8 = 1;
pub const TRUE: u8 = 2;
pub const LONG: u8 = 3;
pub const BIG: u8 = 4;
pub const DOUBLE: u8 = 5;
pub const CHAR: u8 = 6;
pub const ASCII: u8 = 7;
pub const UTF16: u8 = 8;
pub const BYTES: u8 = 9;
pub const ARRAY: u8 = 10;
pub const BYTES_REF: u8 = 11;
pub const ARRAY_REF: u8 = 12;
pub const LIST: u8 = 13;
pub const TUPLE: u8 = 14;
pub const SET: u8 = 15;
pub const FROZENSET: u8 = 16;
pub const DICT: u8 = 17;
pub const ENTRY: u8 = 18;
pub const DECIMAL: u8 = 19;
pub const DATE: u8 = 20;
pub const TIME: u8 = 21;
pub const OFFSET_TIME: u8 = 22;
pub const DATETIME: u8 = 23;
pub const OFFSET_DATETIME: u8 = 24;
pub const ZONED_DATETIME: u8 = 25;
pub const INSTANT: u8 = 26;
pub const DURATION: u8 = 27;
pub const UUID: u8 = 28;
pub const RANGE: u8 = 29;
pub const PYOBJECT: u8 = 30;
pub const JAVAOBJECT: u8 = 31;
pub const PYPROXY: u8 = 32;
pub const GENERATOR: u8 = 33;

/// What the payload of a frame is.
pub mod status {
    pub const OK: i32 = 0;
    pub const RAISED: i32 = 1;
    pub const FAILED: i32 = 2;
    /// Of an answer that is a number in a register as a rule: this once it is the payload.
    pub const VALUE: i32 = 3;
    /// Of a simple call, in the lowest byte: the tag of the value stands above it, and the payload is the value's data.
    pub const SIMPLE: i32 = 4;
    /// Of an up-call: a bit for each argument that is wanted as the object that it is. The call comes again with those.
    pub const OBJECTS: i32 = 5;
    /// Not in a frame: a number, given back by a call for one, that says to look at the frame.
    pub const LOOK: i32 = -1518273645;
    /// The same of a frame whose memory has moved.
    pub const MOVED: i32 = -1518273646;
}

/// What the argument of a simple call is, besides NULL, FALSE, TRUE, LONG, DOUBLE and UTF16.
pub mod simple {
    /// There is none.
    pub const NOTHING: u8 = 125;
    /// A flag: what is called is named by a str's handle, not by its own.
    pub const BY_NAME: u8 = 128;
}

/// What the rows of MAP are.
pub mod rows {
    /// As many values each, which are the positional arguments.
    pub const VALUES: u8 = 0;
    /// The arguments of a call each.
    pub const ARGUMENTS: u8 = 1;
    /// As many numbers and texts each; so are the results as long as they are of one kind.
    pub const COLUMNS: u8 = 2;
}

/// How a batch ended; else the status of the row that failed.
pub mod batch {
    /// All rows were called.
    pub const DONE: u8 = 0;
    /// The answer is large enough: the rest of the rows is to come again.
    pub const PAUSED: u8 = 3;
    /// The next row gave something of another kind, which follows as a value: the rest of the rows is to come again.
    pub const OTHER: u8 = 4;
}

/// Why Krait refuses, in a frame whose status is `FAILED`.
pub mod failure {
    pub const CLOSED: i32 = 1;
    pub const CONVERSION: i32 = 2;
    pub const INTERNAL: i32 = 3;
    pub const SETUP: i32 = 4;
    pub const ARGUMENT: i32 = 5;
    /// Python cannot make an argument, whose index stands above the code.
    pub const UNMADE: i32 = 6;
    /// Too little is left of the thread's stack.
    pub const STACK: i32 = 7;
    /// There is no memory for a stack.
    pub const MEMORY: i32 = 8;
    /// The bits of a code.
    pub const CODE: i32 = 0xff;
    /// Where an index begins above it.
    pub const INDEX: i32 = 8;
}

/// The element types of ARRAY, named as Python's `array` names them.
pub mod type_code {
    pub const BOOLEAN: u8 = b'?';
    pub const BYTE: u8 = b'b';
    pub const SHORT: u8 = b'h';
    pub const INT: u8 = b'i';
    pub const LONG: u8 = b'q';
    pub const FLOAT: u8 = b'f';
    pub const DOUBLE: u8 = b'd';
    pub const CHAR: u8 = b'H';
}

/// What a down-call does, with its operands.
pub mod op {
    /// code, filename
    pub const EXEC: i32 = 1;
    /// code
    pub const EVAL: i32 = 2;
    /// path
    pub const RUN: i32 = 3;
    /// name
    pub const IMPORT: i32 = 4;
    /// name, value
    pub const SET: i32 = 5;
    /// name
    pub const GET: i32 = 6;
    /// name, arguments
    pub const INVOKE: i32 = 7;
    /// handle as a raw i64, arguments
    pub const CALL: i32 = 8;
    /// name
    pub const FUNCTION: i32 = 9;
    pub const GET_ATTR: i32 = 10;
    pub const SET_ATTR: i32 = 11;
    pub const DEL_ATTR: i32 = 12;
    pub const GET_ITEM: i32 = 13;
    pub const SET_ITEM: i32 = 14;
    pub const DEL_ITEM: i32 = 15;
    pub const LENGTH: i32 = 16;
    pub const TRUTH: i32 = 17;
    pub const STR: i32 = 18;
    pub const REPR: i32 = 19;
    pub const HASH: i32 = 20;
    pub const COMPARE: i32 = 21;
    pub const TYPE_NAME: i32 = 22;
    pub const IS_INSTANCE: i32 = 23;
    pub const ITER: i32 = 24;
    pub const DIR: i32 = 26;
    pub const INVOKE_METHOD: i32 = 27;
    /// An object's buffer as BYTES or ARRAY.
    pub const BUFFER: i32 = 28;
    /// An object as a value.
    pub const VALUE: i32 = 29;
    /// handle as a raw i64, u8 what the rows are, u32 count, the rows
    pub const MAP: i32 = 30;
    /// handle as a raw i64, then i64 to the end
    pub const MAP_LONGS: i32 = 31;
    /// handle as a raw i64, then f64 to the end
    pub const MAP_DOUBLES: i32 = 32;
    /// name of an object, name of its method, arguments
    pub const INVOKE_ON: i32 = 33;
    /// As INVOKE_ON; the answer is a 0 byte and the value, or a 1 byte, the first items of a generator, and what it is.
    pub const INVOKE_ITEMS: i32 = 34;
    pub const OPEN: i32 = 40;
    pub const CLOSE: i32 = 41;
    pub const NAME: i32 = 42;
    /// name of a function in `krait._bridge`, arguments
    pub const HELPER: i32 = 44;
    /// Whether an object contains a value.
    pub const CONTAINS: i32 = 50;
    /// -1, 0 or 1: how an object stands to a value.
    pub const ORDER: i32 = 51;
    /// address, bytes, read only, format, item size, shape of an object's contiguous buffer
    pub const BUFFER_INFO: i32 = 52;
    pub const CALLABLE: i32 = 53;
    /// The operators: an object, and for all up to XOR another operand.
    pub const ADD: i32 = 60;
    pub const SUB: i32 = 61;
    pub const MUL: i32 = 62;
    pub const MAT_MUL: i32 = 63;
    pub const TRUE_DIV: i32 = 64;
    pub const FLOOR_DIV: i32 = 65;
    pub const MOD: i32 = 66;
    pub const DIV_MOD: i32 = 67;
    pub const POW: i32 = 68;
    pub const LEFT_SHIFT: i32 = 69;
    pub const RIGHT_SHIFT: i32 = 70;
    pub const AND: i32 = 71;
    pub const OR: i32 = 72;
    pub const XOR: i32 = 73;
    pub const NEG: i32 = 74;
    pub const POS: i32 = 75;
    pub const ABS: i32 = 76;
    pub const INVERT: i32 = 77;
    /// A flag: the result crosses as PYOBJECT whatever it is.
    pub const RAW: i32 = 0x100;
}

/// What an up-call does.
pub mod up {
    /// name of a service, arguments
    pub const SERVICE: i32 = 1;
    pub const STR: i32 = 2;
    pub const EQUALS: i32 = 3;
    pub const HASH: i32 = 4;
    /// slot of the class's members, index of the method, candidate, form of the result: four i32; arguments
    pub const CALL_METHOD: i32 = 5;
    pub const COMPARE: i32 = 6;
    pub const REPR: i32 = 7;
    pub const BUFFER: i32 = 8;
}

/// What crosses as a number in a register, when Python calls Java.
pub mod number {
    /// No argument; of a result, that it is in the frame.
    pub const NONE: u8 = 0;
    /// A whole number that fits 32 bits.
    pub const INT: u8 = 1;
    /// Any other whole number of 64 bits.
    pub const LONG: u8 = 2;
    /// The bits of a number.
    pub const DOUBLE: u8 = 3;
    /// 0 or 1.
    pub const BOOLEAN: u8 = 4;
    /// Of a result: there is none.
    pub const VOID: u8 = 5;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    /// `NAME = number;` of every such line, the number plain or in hexadecimal.
    fn java(class: &str) -> BTreeMap<String, i64> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("java/krait/src/main/java/dev/krait/internal")
            .join(format!("{class}.java"));
        let source = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let constants: BTreeMap<_, _> = source
            .lines()
            .filter(|line| line.contains("static final"))
            .map(|line| {
                let (left, right) = line.split_once('=').unwrap_or_else(|| panic!("{class}: no value: {line}"));
                let name = left.split_whitespace().last().expect("a name stands before the sign");
                let value = right.trim().trim_end_matches(';').trim();
                (name.to_owned(), number(value))
            })
            .collect();
        assert!(!constants.is_empty(), "{class} has no constants");
        constants
    }

    fn number(text: &str) -> i64 {
        match text.strip_prefix("0x") {
            Some(digits) => i64::from_str_radix(digits, 16),
            None => text.parse(),
        }
        .unwrap_or_else(|error| panic!("{text:?}: {error}"))
    }

    /// `pub const NAME: … = number;` of the module whose text this is.
    fn rust(text: &str) -> BTreeMap<String, i64> {
        text.lines()
            .filter_map(|line| line.trim().strip_prefix("pub const "))
            .map(|line| {
                let (left, right) = line.split_once('=').expect("a constant has a value");
                let (name, _) = left.split_once(':').expect("a constant has a type");
                (name.to_owned(), number(right.trim().trim_end_matches(';')))
            })
            .collect()
    }

    /// The text of one module in this file, or of what stands before the first.
    fn module(name: Option<&str>) -> &'static str {
        let source = include_str!("tag.rs");
        match name {
            None => source.split("pub mod ").next().expect("split gives at least one part"),
            Some(name) => {
                let start = source.find(&format!("pub mod {name} {{")).expect("the module is there");
                source[start..].split("\n}").next().expect("split gives at least one part")
            }
        }
    }

    #[test]
    fn java_has_the_same_tags() {
        assert_eq!(java("Tag"), rust(module(None)));
    }

    #[test]
    fn java_has_the_same_statuses() {
        assert_eq!(java("Status"), rust(module(Some("status"))));
    }

    #[test]
    fn java_has_the_same_simple_arguments() {
        assert_eq!(java("SimpleTag"), rust(module(Some("simple"))));
    }

    #[test]
    fn java_has_the_same_failures() {
        assert_eq!(java("Failure"), rust(module(Some("failure"))));
    }

    #[test]
    fn java_has_the_same_ends_of_batches() {
        assert_eq!(java("BatchEnd"), rust(module(Some("batch"))));
    }

    #[test]
    fn java_has_the_same_kinds_of_rows() {
        assert_eq!(java("RowKind"), rust(module(Some("rows"))));
    }

    #[test]
    fn java_has_the_same_operations() {
        assert_eq!(java("Op"), rust(module(Some("op"))));
    }

    #[test]
    fn java_has_the_same_kinds_of_numbers() {
        assert_eq!(java("NumberKind"), rust(module(Some("number"))));
    }

    #[test]
    fn java_has_the_same_up_call_operations() {
        assert_eq!(java("UpOp"), rust(module(Some("up"))));
    }
}

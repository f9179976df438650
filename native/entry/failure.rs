//! Why a call has no value: Python raised, or Krait refuses.

use crate::bridge::CallPeer;
use crate::frame::tag::{LIST, NULL, TUPLE, failure, status};
use crate::frame::{Writer, encode, encode_handle};
use crate::py::{Exception, Gil, Object, Owned, Raised, Result};
use crate::runtime::{self, Stale};

/// The error of an operation.
pub enum Failure {
    /// The indicator is set.
    Raised(Raised),
    /// Krait refuses: a code of [`failure`] and what to tell.
    Refused(i32, String),
}

/// What an operation gives.
pub type Outcome<'g> = std::result::Result<Owned<'g>, Failure>;

impl From<Raised> for Failure {
    fn from(raised: Raised) -> Self {
        Failure::Raised(raised)
    }
}

impl From<Stale> for Failure {
    fn from(_: Stale) -> Self {
        Failure::Refused(failure::CLOSED, "the Python object was closed".to_owned())
    }
}

impl Failure {
    /// Writes it as the frame's answer and gives the status.
    pub fn write(self, gil: Gil<'_>, writer: &mut Writer<'_>, peer: &CallPeer<'_>) -> i32 {
        match self {
            Failure::Refused(code, message) => {
                writer.i32(code);
                writer.text(&message);
                status::FAILED
            }
            Failure::Raised(raised) => {
                write_raised(gil, writer, peer, raised);
                status::RAISED
            }
        }
    }
}

/// The error record, by `krait._errors.describe`; where even that fails, what native code gets by itself.
fn write_raised(gil: Gil<'_>, writer: &mut Writer<'_>, peer: &CallPeer<'_>, raised: Raised) {
    let exception = gil.take_raised(raised);
    runtime::forget_stop(gil);
    let start = writer.position();
    let domain = peer.ends.domain;
    let described = domain
        .helpers()
        .describe
        .get(gil)
        .call(gil, &[&exception, &gil.bool(runtime::is_nested())])
        .and_then(|record| encode(gil, writer, &record, domain.types(), peer));
    let Err(raised) = described else {
        return;
    };
    let (why, what) = named(gil, &gil.take_raised(raised));
    peer.retract(gil, writer, start);
    let (name, message) = named(gil, &exception);
    let note = format!("Krait could not describe this exception in full: {}", with_message(&why, &what));
    write_fields(writer, &name, &message, &note);
    let at = writer.position();
    if let Err(raised) = encode_handle(gil, writer, &exception, peer) {
        gil.clear_raised(raised);
        peer.retract(gil, writer, at);
        writer.u8(NULL);
    }
    writer.u8(NULL);
    writer.u8(NULL);
    write_list(writer, &[]);
}

/// The qualified name of an exception's class, and its message, without `krait._errors`.
fn named(gil: Gil<'_>, exception: &Object) -> (String, String) {
    let or = |text: Result<String>, other: &str| {
        text.unwrap_or_else(|raised| {
            gil.clear_raised(raised);
            other.to_owned()
        })
    };
    let message = exception.str(gil).and_then(|text| text.to_string_lossy(gil));
    (or(class_name(gil, exception), "Exception"), or(message, "<no message: str() of the exception raises>"))
}

fn class_name(gil: Gil<'_>, exception: &Object) -> Result<String> {
    let class = exception.class(gil);
    let name = class.attr_str(gil, c"__qualname__")?.to_string_lossy(gil)?;
    let module = class.attr_str(gil, c"__module__")?;
    if !module.is_str() {
        return Ok(name);
    }
    match module.to_string_lossy(gil)?.as_str() {
        "builtins" | "__main__" => Ok(name),
        module => Ok(format!("{module}.{name}")),
    }
}

fn with_message(name: &str, message: &str) -> String {
    if message.is_empty() { name.to_owned() } else { format!("{name}: {message}") }
}

/// A record as `describe` gives it, in the same order, up to the traceback; see `native/ARCHITECTURE.md`.
fn write_fields(writer: &mut Writer<'_>, name: &str, message: &str, note: &str) {
    writer.u8(TUPLE);
    writer.u32(12);
    writer.text(name);
    writer.text(message);
    write_list(writer, &[note]);
    write_list(writer, &[]);
    writer.u8(NULL);
    writer.u8(NULL);
    write_list(writer, &[]);
    writer.text(&with_message(name, message));
}

fn write_list(writer: &mut Writer<'_>, texts: &[&str]) {
    writer.u8(LIST);
    writer.u32(texts.len() as u32);
    for text in texts {
        writer.text(text);
    }
}

/// Why a result did not become a frame: the codec refuses it, or Python code that it calls, such as a tzinfo's, raised.
/// What the codec raises has no traceback, since no Python code ran.
pub fn unwritable(gil: Gil<'_>, raised: Raised) -> Failure {
    if !gil.raised_is(&raised, Exception::Value) && !gil.raised_is(&raised, Exception::Overflow) {
        return Failure::Raised(raised);
    }
    let exception = gil.take_raised(raised);
    match exception.attr_str(gil, c"__traceback__") {
        Ok(traceback) if traceback.is_none() => {
            Failure::Refused(failure::CONVERSION, text_of_exception(gil, &exception))
        }
        Ok(_) => Failure::Raised(gil.raise_object(&exception)),
        Err(raised) => Failure::Raised(raised),
    }
}

/// The exception's text, for messages that mention it.
pub fn text_of(gil: Gil<'_>, raised: Raised) -> String {
    let exception = gil.take_raised(raised);
    text_of_exception(gil, &exception)
}

fn text_of_exception(gil: Gil<'_>, exception: &Object) -> String {
    let text = exception.str(gil).and_then(|text| text.to_string_lossy(gil));
    text.unwrap_or_else(|raised| {
        gil.clear_raised(raised);
        "an exception that cannot be shown".to_owned()
    })
}

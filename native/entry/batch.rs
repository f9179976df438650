//! Batches: a function called with one row after the other, in one crossing.
//!
//! The answer holds the results of all rows before the one that failed, and then how the batch ended, so that nothing is
//! lost by an error.

use std::time::{Duration, Instant};

use crate::frame::tag::{batch, op, rows, status};
use crate::frame::{Malformed, Reader, Writer, decode, encode, encode_handle};
use crate::py::{Callee, Gil, Object, Owned};
use crate::runtime;

use super::call::{Frame, Number};
use super::failure::{Failure, unwritable};
use super::operations::Call;

/// An answer of this many bytes is sent before it grows further: the rest of the rows come again.
const LARGE_ANSWER: usize = 1 << 18;
/// How long other threads wait for the GIL while rows run no bytecode: CPython's own interval.
const TURN: Duration = Duration::from_millis(5);
/// Where it stands in the payload what the rows are.
const KIND: usize = 8;
/// Rows between two looks at the clock, at most.
const MOST_ROWS: u32 = 64;

/// Gives other threads their turn, and hears of stops, where rows are calls of C functions that do neither.
struct Pace {
    left: u32,
    step: u32,
    since: Instant,
}

impl Pace {
    fn new() -> Self {
        Pace { left: 1, step: 1, since: Instant::now() }
    }

    #[inline(always)]
    fn row(&mut self, gil: Gil<'_>) -> Result<(), Failure> {
        self.left -= 1;
        if self.left == 0 { self.look(gil) } else { Ok(()) }
    }

    #[cold]
    fn look(&mut self, gil: Gil<'_>) -> Result<(), Failure> {
        let now = Instant::now();
        let elapsed = now - self.since;
        if elapsed >= TURN {
            runtime::detached(gil, || ());
            self.step = 1;
            self.since = Instant::now();
        } else if elapsed < TURN / 8 {
            self.step = (self.step * 2).min(MOST_ROWS);
        } else {
            self.step = 1;
        }
        self.left = self.step;
        Ok(runtime::check_stop(gil)?)
    }
}

/// Runs one of the batch operations and writes its answer.
pub fn run(call: &mut Call<'_, '_>, operation: i32, frame: &mut Frame) {
    match operation & !op::RAW {
        op::MAP_LONGS => numbers::<i64>(call, frame, false),
        op::MAP_DOUBLES => numbers::<f64>(call, frame, false),
        _ => match frame.payload().get(KIND) {
            Some(&rows::LONGS) => numbers::<i64>(call, frame, true),
            Some(&rows::DOUBLES) => numbers::<f64>(call, frame, true),
            _ => values(call, frame, operation & op::RAW != 0),
        },
    }
}

/// Writes how it ended, the number of rows, and the header.
fn end(call: &Call<'_, '_>, mut writer: Writer<'_>, done: usize, ended: Result<u8, Failure>) {
    match ended {
        Ok(how) => writer.u8(how),
        Err(failure) => {
            let at = writer.position();
            writer.u8(0);
            let how = failure.write(call.gil, &mut writer, call.binding.domain, call.peer);
            // The status of a row: RAISED or FAILED, as of a call.
            writer.patch_u8(at, how as u8);
        }
    }
    finish(call, writer, done);
}

/// Writes the number of rows, and the header.
fn finish(call: &Call<'_, '_>, mut writer: Writer<'_>, done: usize) {
    writer.patch_u32(crate::frame::HEADER, done as u32);
    writer.finish(status::OK, &call.binding.host.take_released());
}

/// handle, u8 what the rows are, u32 count, rows.
fn values(call: &mut Call<'_, '_>, frame: &mut Frame, raw: bool) {
    // The answer is written where the rows stand.
    let payload = frame.payload().to_vec();
    let mut reader = Reader::new(&payload);
    let mut writer = Writer::new(frame.memory());
    writer.u32(0);
    let mut done = 0;
    let ended = value_rows(call, &mut reader, &mut writer, &mut done, raw);
    call.decoded = ended.is_ok() && reader.at_end();
    end(call, writer, done, ended);
}

fn value_rows(
    call: &mut Call<'_, '_>,
    reader: &mut Reader<'_>,
    writer: &mut Writer<'_>,
    done: &mut usize,
    raw: bool,
) -> Result<u8, Failure> {
    let (gil, peer, types) = (call.gil, call.peer, call.binding.domain.types());
    let function = Callee::new(call.object(reader)?);
    let malformed = |malformed: Malformed| Failure::Raised(malformed.raise(gil));
    let arguments = reader.u8().map_err(malformed)? == rows::ARGUMENTS;
    let count = reader.count(1).map_err(malformed)?;
    let mut pace = Pace::new();
    for row in 0..count {
        if row > 0 && writer.len() + peer.array_bytes() >= LARGE_ANSWER {
            return Ok(batch::PAUSED);
        }
        pace.row(gil)?;
        let value = if arguments {
            call.invoke(function.object(), reader)?
        } else {
            let argument = match reader.long_if_next() {
                Some(number) => gil.long(number)?,
                None => decode(gil, reader, types, peer).map_err(|raised| call.unreadable(Some(0), raised))?,
            };
            function.call(gil, &[argument])?
        };
        write_result(call, writer, &value, raw)?;
        *done += 1;
    }
    Ok(batch::DONE)
}

/// Writes a row's result; nothing where it cannot be.
#[inline]
fn write_result(call: &Call<'_, '_>, writer: &mut Writer<'_>, value: &Object, raw: bool) -> Result<(), Failure> {
    let (gil, peer) = (call.gil, call.peer);
    let (start, made) = (writer.position(), peer.made());
    let written = match raw {
        true => encode_handle(gil, writer, value, peer),
        false => encode(gil, writer, value, call.binding.domain.types(), peer),
    };
    written.map_err(|raised| {
        peer.abandon(gil, made);
        writer.truncate(start);
        unwritable(gil, raised)
    })
}

/// handle, then numbers of eight bytes each to the payload's end. Rows of MAP (`mixed`) say what they are and how many before the
/// numbers, and their results may be anything.
fn numbers<N: Number>(call: &mut Call<'_, '_>, frame: &mut Frame, mixed: bool) {
    call.decoded = true;
    let mut results: Vec<[u8; 8]> = Vec::new();
    let called = number_rows::<N>(call, &mut Reader::new(frame.payload()), &mut results, mixed);
    let mut writer = Writer::new(frame.memory());
    writer.u32(0);
    writer.put(results.as_flattened());
    let ended = match called {
        Ok(None) => Ok(batch::DONE),
        Ok(Some(other)) => {
            let start = writer.position();
            writer.u8(batch::OTHER);
            match write_result(call, &mut writer, &other, false) {
                Ok(()) => return finish(call, writer, results.len()),
                Err(failure) => {
                    writer.truncate(start);
                    Err(failure)
                }
            }
        }
        Err(failure) => Err(failure),
    };
    end(call, writer, results.len(), ended);
}

/// Calls for one row after the other; if `mixed`, until one gives something else, which is the answer.
fn number_rows<'g, N: Number>(
    call: &Call<'g, '_>,
    reader: &mut Reader<'_>,
    results: &mut Vec<[u8; 8]>,
    mixed: bool,
) -> Result<Option<Owned<'g>>, Failure> {
    let gil = call.gil;
    let malformed = |malformed: Malformed| Failure::Raised(malformed.raise(gil));
    let function = Callee::new(call.object(reader)?);
    let length = if mixed {
        reader.u8().map_err(malformed)?;
        8 * reader.count(8).map_err(malformed)?
    } else {
        reader.remaining()
    };
    let (arguments, _) = reader.bytes(length).map_err(malformed)?.as_chunks::<8>();
    results.reserve_exact(arguments.len());
    let mut pace = Pace::new();
    for argument in arguments {
        pace.row(gil)?;
        let value = function.call(gil, &[N::from_bytes(*argument).to_python(gil)?])?;
        let number = match N::exactly(gil, &value) {
            Some(number) => number,
            None if mixed => return Ok(Some(value)),
            None => N::from_python(gil, &value, function.object())?,
        };
        results.push(number.to_bytes());
    }
    Ok(None)
}

/// Whether an operation is one of these.
pub fn is_batch(operation: i32) -> bool {
    (op::MAP..=op::MAP_DOUBLES).contains(&(operation & !op::RAW))
}

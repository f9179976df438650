//! Batches: a function called with one row after the other, in one crossing.
//!
//! The answer holds the results of all rows before the one that failed, and then how the batch ended, so that nothing is
//! lost by an error.

use std::marker::PhantomData;

use crate::frame::tag::{batch, op, rows, status};
use crate::frame::{Arguments, Malformed, Reader, Writer, decode, decode_arguments, encode, encode_handle};
use crate::py::{self, Detached, Exception, Gil, Object, Owned, Rows};

use super::failure::{Failure, unwritable};
use super::memory::Frame;
use super::numbers::Number;
use super::operations::Call;

/// An answer of this many bytes is sent before it grows further: the rest of the rows come again.
const LARGE_ANSWER: usize = 1 << 18;
/// Where it stands in the payload what the rows are.
const KIND: usize = 8;

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

/// Calls for one row after the other, in a loop of Python's.
fn run_loop<'g, R: Rows>(call: &Call<'g, '_>, function: &Object, arguments: bool, rows: R) -> (R, Result<(), Failure>) {
    match call.globals() {
        Ok(globals) => {
            let (rows, ended) = call.binding.domain.helpers().rows.run(call.gil, &globals, arguments, function, rows);
            (rows, ended.map_err(Failure::Raised))
        }
        Err(failure) => (rows, Err(failure)),
    }
}

/// Ends the loop with an error: what Krait refuses is kept for later.
fn end_loop(refused: &mut Option<Failure>, failure: Failure) -> py::Result<()> {
    match failure {
        Failure::Raised(raised) => Err(raised),
        other => {
            *refused = Some(other);
            Ok(())
        }
    }
}

/// Raises if the loop has ended before all rows had a result.
fn check_done(gil: Gil<'_>, done: usize, count: usize) -> Result<(), Failure> {
    if done == count {
        return Ok(());
    }
    Err(gil.raise(Exception::Runtime, "the loop of a batch was disturbed: Python code has used its iterator").into())
}

/// Rows that are any values.
struct Values<'g, 'c, 'r> {
    call: Call<'g, 'c>,
    reader: Reader<'r>,
    writer: Writer<'r>,
    arguments: bool,
    raw: bool,
    left: usize,
    done: usize,
    paused: bool,
    refused: Option<Failure>,
}

impl Values<'_, '_, '_> {
    fn row<'g>(&mut self, gil: Gil<'g>, spent: Option<Owned<'g>>) -> Result<Owned<'g>, Failure> {
        let (types, peer) = (self.call.binding.domain.types(), self.call.peer);
        if !self.arguments {
            return match self.reader.long_if_next() {
                Some(number) => Ok(gil.long_in(spent, number)?),
                None => {
                    drop(spent);
                    decode(gil, &mut self.reader, types, peer).map_err(|raised| self.call.unreadable(Some(0), raised))
                }
            };
        }
        drop(spent);
        let Arguments { positional, keywords } = decode_arguments(gil, &mut self.reader, types, peer)
            .map_err(|(index, raised)| self.call.unreadable(Some(index), raised))?;
        let positional: Vec<&Object> = positional.iter().map(|argument| &**argument).collect();
        let keywords = keywords.unwrap_or_else(|| gil.none());
        Ok(gil.tuple(&[&*gil.tuple(&positional)?, &*keywords])?)
    }
}

impl Rows for Values<'_, '_, '_> {
    fn is_bound(&self) -> bool {
        // Arrays are fetched from the JVM in the thread that called.
        true
    }

    fn take(&mut self, _gil: Gil<'_>, result: &Owned<'_>) -> py::Result<bool> {
        if let Err(failure) = write_result(&self.call, &mut self.writer, result, self.raw) {
            end_loop(&mut self.refused, failure)?;
            return Ok(false);
        }
        self.done += 1;
        Ok(true)
    }

    fn next<'g>(&mut self, gil: Gil<'g>, spent: Option<Owned<'g>>) -> py::Result<Option<Owned<'g>>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.paused = self.done > 0 && self.writer.len() + self.call.peer.array_bytes() >= LARGE_ANSWER;
        if self.paused {
            return Ok(None);
        }
        self.left -= 1;
        match self.row(gil, spent) {
            Ok(row) => Ok(Some(row)),
            Err(failure) => end_loop(&mut self.refused, failure).map(|()| None),
        }
    }
}

/// handle, u8 what the rows are, u32 count, rows.
fn values(call: &mut Call<'_, '_>, frame: &mut Frame, raw: bool) {
    // The answer is written where the rows stand.
    let payload = frame.payload().to_vec();
    let mut reader = Reader::new(&payload);
    let mut writer = Writer::new(frame.memory());
    writer.u32(0);
    let (function, arguments, count) = match header(call, &mut reader) {
        Ok(header) => header,
        Err(failure) => return end(call, writer, 0, Err(failure)),
    };
    let rows =
        Values { call: *call, reader, writer, arguments, raw, left: count, done: 0, paused: false, refused: None };
    let (rows, looped) = run_loop(call, &function, arguments, rows);
    let ended = looped.and_then(|()| match rows.refused {
        Some(failure) => Err(failure),
        None if rows.paused => Ok(batch::PAUSED),
        None => check_done(call.gil, rows.done, count).map(|()| batch::DONE),
    });
    call.decoded = ended.is_ok() && rows.reader.at_end();
    end(call, rows.writer, rows.done, ended);
}

/// The function, whether its rows are arguments, and how many.
fn header<'g>(call: &Call<'g, '_>, reader: &mut Reader<'_>) -> Result<(Owned<'g>, bool, usize), Failure> {
    let malformed = |malformed: Malformed| Failure::Raised(malformed.raise(call.gil));
    let function = call.object(reader)?;
    let arguments = reader.u8().map_err(malformed)? == rows::ARGUMENTS;
    Ok((function, arguments, reader.count(1).map_err(malformed)?))
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

/// Rows that are numbers.
struct Numbers<'r, N> {
    arguments: std::slice::Iter<'r, [u8; 8]>,
    results: Vec<[u8; 8]>,
    function: &'r Object,
    /// Whether results may be anything. One that is no number is the last.
    mixed: bool,
    other: Option<Detached>,
    refused: Option<Failure>,
    kind: PhantomData<N>,
}

impl<N: Number> Rows for Numbers<'_, N> {
    fn is_bound(&self) -> bool {
        false
    }

    #[inline(always)]
    fn take(&mut self, gil: Gil<'_>, result: &Owned<'_>) -> py::Result<bool> {
        let number = match N::exactly(gil, result) {
            Some(number) => number,
            None if self.mixed => {
                self.other = Some(result.own(gil).detach());
                return Ok(false);
            }
            None => match N::from_python(gil, result, self.function) {
                Ok(number) => number,
                Err(failure) => {
                    end_loop(&mut self.refused, failure)?;
                    return Ok(false);
                }
            },
        };
        self.results.push(number.to_bytes());
        Ok(true)
    }

    #[inline(always)]
    fn next<'g>(&mut self, gil: Gil<'g>, spent: Option<Owned<'g>>) -> py::Result<Option<Owned<'g>>> {
        self.arguments.next().map(|argument| N::from_bytes(*argument).to_python_in(gil, spent)).transpose()
    }
}

/// handle, then numbers of eight bytes each to the payload's end. Rows of MAP (`mixed`) say what they are and how many before the
/// numbers, and their results may be anything.
fn numbers<N: Number>(call: &mut Call<'_, '_>, frame: &mut Frame, mixed: bool) {
    call.decoded = true;
    let (results, ended) = match number_rows::<N>(call, &mut Reader::new(frame.payload()), mixed) {
        Ok(answer) => answer,
        Err(failure) => (Vec::new(), Err(failure)),
    };
    let mut writer = Writer::new(frame.memory());
    writer.u32(0);
    writer.put(results.as_flattened());
    let ended = match ended {
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

/// The numbers that came of it, and if `mixed` what came that is none, or why the rest failed.
type NumbersAnswer<'g> = (Vec<[u8; 8]>, Result<Option<Owned<'g>>, Failure>);

/// Calls for one row after the other; if `mixed`, until one gives something else.
fn number_rows<'g, N: Number>(
    call: &Call<'g, '_>,
    reader: &mut Reader<'_>,
    mixed: bool,
) -> Result<NumbersAnswer<'g>, Failure> {
    let gil = call.gil;
    let malformed = |malformed: Malformed| Failure::Raised(malformed.raise(gil));
    let function = call.object(reader)?;
    let length = if mixed {
        reader.u8().map_err(malformed)?;
        8 * reader.count(8).map_err(malformed)?
    } else {
        reader.remaining()
    };
    let (arguments, _) = reader.bytes(length).map_err(malformed)?.as_chunks::<8>();
    let rows = Numbers {
        arguments: arguments.iter(),
        results: Vec::with_capacity(arguments.len()),
        function: &function,
        mixed,
        other: None,
        refused: None,
        kind: PhantomData::<N>,
    };
    let (rows, looped) = run_loop(call, &function, false, rows);
    let ended = looped.and_then(|()| match (rows.refused, rows.other) {
        (Some(failure), _) => Err(failure),
        (None, Some(other)) => Ok(Some(other.attach(gil))),
        (None, None) => check_done(gil, rows.results.len(), arguments.len()).map(|()| None),
    });
    Ok((rows.results, ended))
}

/// Whether an operation is one of these.
pub fn is_batch(operation: i32) -> bool {
    (op::MAP..=op::MAP_DOUBLES).contains(&(operation & !op::RAW))
}

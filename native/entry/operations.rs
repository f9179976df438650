//! What a down-call can ask for: the operations, by their codes.

use crate::bridge::CallPeer;
use crate::ffi;
use crate::frame::tag::{failure, op};
use crate::frame::{Reader, decode, decode_arguments, decode_arguments_into};
use crate::py::{Exception, Gil, Layout, Object, Owned, Positional, Raised};
use crate::runtime::Binding;

use super::failure::{Failure, Outcome, text_of};
use super::operators;

/// One call while it runs.
#[derive(Clone, Copy)]
pub struct Call<'g, 'c> {
    /// The token.
    pub gil: Gil<'g>,
    /// Who calls.
    pub binding: &'static Binding,
    /// The namespace's handle.
    pub namespace: i64,
    /// The codec's peer.
    pub peer: &'c CallPeer<'g>,
    /// Whether all operands were read, so that the slots among them are Python's.
    pub decoded: bool,
}

impl<'g> Call<'g, '_> {
    /// The next operand as a Python object.
    pub(super) fn value(&self, reader: &mut Reader<'_>) -> Outcome<'g> {
        let types = self.binding.domain.types();
        decode(self.gil, reader, types, self.peer).map_err(|raised| self.unreadable(None, raised))
    }

    /// The last operand.
    pub(super) fn last(&mut self, reader: &mut Reader<'_>) -> Outcome<'g> {
        let value = self.value(reader)?;
        self.decoded = true;
        Ok(value)
    }

    /// The object behind the handle that comes next.
    pub(super) fn object(&self, reader: &mut Reader<'_>) -> Outcome<'g> {
        let handle = reader.i64().map_err(|malformed| malformed.raise(self.gil))?;
        Ok(self.binding.domain.object(self.gil, handle)?)
    }

    /// The namespace's dict.
    pub(super) fn globals(&self) -> Outcome<'g> {
        globals(self.gil, self.binding, self.namespace)
    }

    /// A value that Python cannot make: which argument, and why.
    pub(super) fn unreadable(&self, index: Option<usize>, raised: Raised) -> Failure {
        // What is no error at all, such as what stops a call, is not about the argument, nor is a stack that ends.
        if !self.gil.raised_is(&raised, Exception::Any)
            || self.gil.raised_is(&raised, Exception::Recursion)
            || self.gil.raised_is(&raised, Exception::Memory)
            || self.gil.raised_is(&raised, Exception::System)
        {
            return Failure::Raised(raised);
        }
        let text = text_of(self.gil, raised);
        if self.peer.met_stale() {
            // Closed by another thread, maybe the whole interpreter, after Java looked.
            return Failure::Refused(failure::CLOSED, text);
        }
        let code = match index {
            Some(index) => failure::UNMADE | (index as i32) << failure::INDEX,
            None => failure::CONVERSION,
        };
        Failure::Refused(code, text)
    }

    /// Calls with the arguments that come next.
    #[inline]
    pub(super) fn invoke(&mut self, function: &Object, reader: &mut Reader<'_>) -> Outcome<'g> {
        let types = self.binding.domain.types();
        let mut positional = Positional::default();
        let keywords = decode_arguments_into(self.gil, reader, types, self.peer, &mut positional)
            .map_err(|(index, raised)| self.unreadable(Some(index), raised))?;
        self.decoded = true;
        Ok(match keywords {
            None => function.call_owned(self.gil, &positional)?,
            Some(keywords) => {
                let positional: Vec<&Object> = positional.iter().map(|argument| &**argument).collect();
                function.call_with_keywords(self.gil, &*self.gil.tuple(&positional)?, Some(&keywords))?
            }
        })
    }

    /// Calls a method with the arguments that come next, without an object for the bound method where CPython can.
    fn invoke_method(&mut self, object: &Object, name: &Object, reader: &mut Reader<'_>) -> Outcome<'g> {
        let types = self.binding.domain.types();
        let arguments = decode_arguments(self.gil, reader, types, self.peer)
            .map_err(|(index, raised)| self.unreadable(Some(index), raised))?;
        self.decoded = true;
        let mut all: Vec<&Object> = Vec::with_capacity(arguments.positional.len() + 1);
        all.push(object);
        all.extend(arguments.positional.iter().map(|argument| &**argument));
        Ok(match arguments.keywords {
            None => object.call_method_object(self.gil, name, &all)?,
            Some(keywords) => {
                let method = object.attr(self.gil, name)?;
                method.call_with_keywords(self.gil, &*self.gil.tuple(&all[1..])?, Some(&keywords))?
            }
        })
    }

    /// What a name stands for.
    fn resolve(&self, name: &Object) -> Outcome<'g> {
        resolve(self.gil, self.binding, self.namespace, name)
    }

    /// Compiles and runs; the code is UTF-8 and must not hold NUL, as CPython demands of source text.
    fn run(&mut self, reader: &mut Reader<'_>, start: std::ffi::c_int) -> Outcome<'g> {
        let gil = self.gil;
        let code = self.value(reader)?;
        let file = self.last(reader)?;
        let globals = self.globals()?;
        let helper = self.binding.domain.helper(gil, &*gil.str("compile_source")?)?;
        let mode = gil.str(if start == ffi::Py_eval_input { "eval" } else { "exec" })?;
        let code = helper.call(gil, &[&code, &file, &mode])?;
        Ok(gil.run_code(&code, &globals)?)
    }

    /// Calls a function of `krait._bridge` with the globals first.
    fn bridge(&self, name: &str, args: &[&Object]) -> Outcome<'g> {
        let function = self.binding.domain.helper(self.gil, &*self.gil.str(name)?)?;
        Ok(function.call(self.gil, args)?)
    }
}

/// A namespace's dict.
fn globals<'g>(gil: Gil<'g>, binding: &Binding, namespace: i64) -> Outcome<'g> {
    let closed = |_| Failure::Refused(failure::CLOSED, "the interpreter was closed".to_owned());
    binding.domain.object(gil, namespace).map_err(closed)
}

/// What a name stands for: the globals, the builtins, then `krait._bridge.resolve` for dotted names.
pub(super) fn resolve<'g>(gil: Gil<'g>, binding: &Binding, namespace: i64, name: &Object) -> Outcome<'g> {
    let helpers = binding.domain.helpers();
    let globals = globals(gil, binding, namespace)?;
    if let Some(found) = globals.dict_get(gil, name)? {
        return Ok(found);
    }
    if let Some(found) = helpers.builtins.get(gil).dict_get(gil, name)? {
        return Ok(found);
    }
    Ok(helpers.resolve.get(gil).call(gil, &[&globals, name])?)
}

/// Does one operation. Codes are those of `frame/tag.rs`.
pub fn operate<'g>(call: &mut Call<'g, '_>, operation: i32, reader: &mut Reader<'_>) -> Outcome<'g> {
    let gil = call.gil;
    match operation {
        op::INVOKE => {
            let name = call.value(reader)?;
            let function = call.resolve(&name)?;
            call.invoke(&function, reader)
        }
        op::INVOKE_ON | op::INVOKE_ITEMS => {
            let name = call.value(reader)?;
            let object = call.resolve(&name)?;
            let method = call.value(reader)?;
            call.invoke_method(&object, &method, reader)
        }
        op::CALL => {
            let function = call.object(reader)?;
            call.invoke(&function, reader)
        }
        op::EXEC => call.run(reader, ffi::Py_file_input),
        op::EVAL => call.run(reader, ffi::Py_eval_input),
        op::RUN => {
            let path = call.last(reader)?;
            let globals = call.globals()?;
            call.bridge("run_path", &[&globals, &path])
        }
        op::IMPORT => {
            let name = call.last(reader)?;
            call.bridge("import_module", &[&name])
        }
        op::SET => {
            let name = call.value(reader)?;
            let value = call.last(reader)?;
            let globals = call.globals()?;
            globals.dict_set(gil, &gil.intern(name), &value)?;
            Ok(gil.none())
        }
        op::GET => {
            let name = call.last(reader)?;
            call.resolve(&name)
        }
        op::FUNCTION => {
            let name = call.last(reader)?;
            let function = call.resolve(&name)?;
            if !function.is_callable() {
                return call.bridge("not_callable", &[&name, &function]);
            }
            Ok(function)
        }
        op::NAME => {
            let name = call.last(reader)?;
            Ok(gil.intern(name))
        }
        op::HELPER => {
            let name = call.value(reader)?;
            let function = call.binding.domain.helper(gil, &name)?;
            call.invoke(&function, reader)
        }
        op::OPEN => {
            call.decoded = true;
            call.bridge("new_namespace", &[])
        }
        op::CLOSE => {
            call.decoded = true;
            let domain = call.binding.domain;
            let (_, others_run) = domain.runs(gil, |id| id.namespace == call.namespace);
            if others_run {
                return Ok(gil.bool(false));
            }
            let globals = call.globals()?;
            // From here on none begins: it finds no globals.
            domain.free(gil, call.namespace);
            let ends = gil.bool(!domain.is_main());
            call.bridge("close_undisturbed", &[&globals, &*gil.long(call.namespace)?, &*ends])?;
            Ok(gil.bool(true))
        }
        _ => object_operation(call, operation, reader),
    }
}

/// Operations on one object, whose handle comes first.
fn object_operation<'g>(call: &mut Call<'g, '_>, operation: i32, reader: &mut Reader<'_>) -> Outcome<'g> {
    let gil = call.gil;
    let object = call.object(reader)?;
    match operation {
        op::GET_ATTR => {
            let name = call.last(reader)?;
            Ok(object.attr(gil, &name)?)
        }
        op::SET_ATTR => {
            let name = call.value(reader)?;
            let value = call.last(reader)?;
            object.set_attr(gil, &name, &value)?;
            Ok(gil.none())
        }
        op::DEL_ATTR => {
            let name = call.last(reader)?;
            object.del_attr(gil, &name)?;
            Ok(gil.none())
        }
        op::GET_ITEM => {
            let key = call.last(reader)?;
            Ok(object.item(gil, &key)?)
        }
        op::SET_ITEM => {
            let key = call.value(reader)?;
            let value = call.last(reader)?;
            object.set_item(gil, &key, &value)?;
            Ok(gil.none())
        }
        op::DEL_ITEM => {
            let key = call.last(reader)?;
            object.del_item(gil, &key)?;
            Ok(gil.none())
        }
        op::COMPARE => {
            let comparison = reader.i32().map_err(|malformed| malformed.raise(gil))?;
            let other = call.last(reader)?;
            if !(ffi::Py_LT..=ffi::Py_GE).contains(&comparison) {
                return Err(gil.raise(Exception::System, "malformed frame: an unknown comparison").into());
            }
            Ok(object.compare(gil, &other, comparison)?)
        }
        op::IS_INSTANCE => {
            let class = call.last(reader)?;
            Ok(gil.bool(object.is_instance(gil, &class)?))
        }
        op::INVOKE_METHOD => {
            let name = call.value(reader)?;
            call.invoke_method(&object, &name, reader)
        }
        op::CONTAINS | op::ORDER | op::ADD..=op::XOR => {
            let other = call.last(reader)?;
            operators::binary(gil, operation, &object, &other)
        }
        _ => {
            call.decoded = true;
            inspect(call, operation, object)
        }
    }
}

/// Operations on one object without operands.
fn inspect<'g>(call: &Call<'g, '_>, operation: i32, object: Owned<'g>) -> Outcome<'g> {
    let gil = call.gil;
    Ok(match operation {
        op::LENGTH => gil.long(object.len(gil)? as i64)?,
        op::TRUTH => gil.bool(object.truth(gil)?),
        op::STR => object.str(gil)?,
        op::REPR => object.repr(gil)?,
        op::HASH => gil.long(object.hash(gil)?)?,
        op::TYPE_NAME => return call.bridge("type_name", &[&object]),
        op::ITER => object.iter(gil)?,
        op::DIR => return call.bridge("dir_of", &[&object]),
        op::VALUE => object,
        op::CALLABLE => gil.bool(object.is_callable()),
        op::NEG..=op::INVERT => operators::unary(gil, operation, &object)?,
        op::BUFFER_INFO => operators::buffer_info(gil, &object)?,
        op::BUFFER => {
            // Held while it is copied: the exporter cannot resize meanwhile.
            let _view = object.buffer(gil, Layout::Any)?;
            let memoryview = gil.import(c"builtins")?.attr_str(gil, c"memoryview")?;
            memoryview.call(gil, &[&object])?
        }
        _ => {
            let message = format!("Krait's Java and native parts do not match: operation {operation} is unknown");
            return Err(Failure::Refused(failure::INTERNAL, message));
        }
    })
}

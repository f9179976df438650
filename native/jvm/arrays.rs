//! Large primitive arrays: copied once between a Java array and Python's memory.

use std::mem::MaybeUninit;

use jni::sys;

use super::{Env, jni_call, stack};

/// The arrays of one call: those that came with it, and those that go back.
pub struct Arrays {
    env: Env,
    given: sys::jobjectArray,
    made: Vec<sys::jobject>,
    bytes: usize,
}

/// Why an array could not be copied.
#[derive(Debug, PartialEq, Eq)]
pub enum ArrayError {
    /// The frame names an array that was not given, or one of another type or length.
    NotGiven,
    /// The JVM has no memory for the array.
    OutOfMemory,
}

/// Bytes of an element of this type code.
pub fn element_size(type_code: u8) -> usize {
    match type_code {
        b'b' | b'?' => 1,
        b'h' | b'H' => 2,
        b'i' | b'f' => 4,
        _ => 8,
    }
}

impl Arrays {
    /// The arrays of a down-call.
    ///
    /// # Safety
    /// `env` is this thread's environment and `given` an `Object[]` of primitive arrays, or null, both until the
    /// down-call returns.
    pub unsafe fn new(env: Env, given: sys::jobjectArray) -> Self {
        Arrays { env, given, made: Vec::new(), bytes: 0 }
    }

    /// The length in bytes of the array at `index`, which must have this type code; 0 where there is none.
    pub fn size(&self, index: u32, type_code: u8) -> usize {
        let env = self.env;
        stack::on_java_stack(|| {
            // SAFETY: this thread's environment; the index is checked before the element is taken.
            unsafe {
                if self.given.is_null() || i64::from(index) >= i64::from(jni_call!(env, GetArrayLength, self.given)) {
                    return 0;
                }
                let array = jni_call!(env, GetObjectArrayElement, self.given, index as sys::jsize);
                if array.is_null() {
                    return 0;
                }
                let count = jni_call!(env, GetArrayLength, array) as usize;
                jni_call!(env, DeleteLocalRef, array);
                count * element_size(type_code)
            }
        })
    }

    /// Copies the array at `index` into `into`, whose length must be the array's in bytes.
    pub fn read(&self, index: u32, type_code: u8, into: &mut [MaybeUninit<u8>]) -> Result<(), ArrayError> {
        let env = self.env;
        let count = (into.len() / element_size(type_code)) as sys::jsize;
        stack::on_java_stack(|| {
            // SAFETY: this thread's environment; the index and the length are checked before the copy, and the Java
            // side, which wrote the frame, gives each array with its own type code.
            unsafe {
                if self.given.is_null() || index as i64 >= i64::from(jni_call!(env, GetArrayLength, self.given)) {
                    return Err(ArrayError::NotGiven);
                }
                let array = jni_call!(env, GetObjectArrayElement, self.given, index as sys::jsize);
                if array.is_null() || jni_call!(env, GetArrayLength, array) != count {
                    return Err(ArrayError::NotGiven);
                }
                let to = into.as_mut_ptr();
                match type_code {
                    b'b' => jni_call!(env, GetByteArrayRegion, array, 0, count, to.cast()),
                    b'?' => jni_call!(env, GetBooleanArrayRegion, array, 0, count, to.cast()),
                    b'h' => jni_call!(env, GetShortArrayRegion, array, 0, count, to.cast()),
                    b'H' => jni_call!(env, GetCharArrayRegion, array, 0, count, to.cast()),
                    b'i' => jni_call!(env, GetIntArrayRegion, array, 0, count, to.cast()),
                    b'f' => jni_call!(env, GetFloatArrayRegion, array, 0, count, to.cast()),
                    b'd' => jni_call!(env, GetDoubleArrayRegion, array, 0, count, to.cast()),
                    _ => jni_call!(env, GetLongArrayRegion, array, 0, count, to.cast()),
                }
                jni_call!(env, DeleteLocalRef, array);
            }
            Ok(())
        })
    }

    /// Makes a Java array with these bytes; gives its index among the arrays that go back.
    pub fn write(&mut self, type_code: u8, from: &[u8]) -> Result<u32, ArrayError> {
        let env = self.env;
        let count = sys::jsize::try_from(from.len() / element_size(type_code)).map_err(|_| ArrayError::OutOfMemory)?;
        let array = stack::on_java_stack(|| {
            // SAFETY: this thread's environment; the new array has `count` elements, and `from` as many.
            unsafe {
                macro_rules! make {
                    ($new:ident, $set:ident) => {{
                        let array = jni_call!(env, $new, count);
                        if !array.is_null() {
                            jni_call!(env, $set, array, 0, count, from.as_ptr().cast());
                        }
                        array
                    }};
                }
                let array = match type_code {
                    b'b' => make!(NewByteArray, SetByteArrayRegion),
                    b'?' => make!(NewBooleanArray, SetBooleanArrayRegion),
                    b'h' => make!(NewShortArray, SetShortArrayRegion),
                    b'H' => make!(NewCharArray, SetCharArrayRegion),
                    b'i' => make!(NewIntArray, SetIntArrayRegion),
                    b'f' => make!(NewFloatArray, SetFloatArrayRegion),
                    b'd' => make!(NewDoubleArray, SetDoubleArrayRegion),
                    _ => make!(NewLongArray, SetLongArrayRegion),
                };
                if array.is_null() {
                    jni_call!(env, ExceptionClear);
                }
                array
            }
        });
        if array.is_null() {
            return Err(ArrayError::OutOfMemory);
        }
        self.bytes += from.len();
        self.made.push(array);
        Ok(self.made.len() as u32 - 1)
    }

    /// Bytes of the arrays that go back.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The arrays that go back, as an `Object[]` local reference, or null when there are none. On the Java stack.
    /// An OutOfMemoryError may be pending then.
    #[inline(always)]
    pub fn into_object_array(self) -> sys::jobject {
        if self.made.is_empty() { std::ptr::null_mut() } else { self.object_array() }
    }

    #[inline(never)]
    fn object_array(&self) -> sys::jobject {
        let env = self.env;
        // SAFETY: this thread's environment, local references of this call.
        unsafe {
            let class = jni_call!(env, FindClass, c"java/lang/Object".as_ptr());
            if class.is_null() {
                return std::ptr::null_mut();
            }
            let array = jni_call!(env, NewObjectArray, self.made.len() as sys::jsize, class, std::ptr::null_mut());
            if array.is_null() {
                return std::ptr::null_mut();
            }
            for (index, made) in self.made.iter().enumerate() {
                jni_call!(env, SetObjectArrayElement, array, index as sys::jsize, *made);
            }
            array
        }
    }
}

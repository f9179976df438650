/* The floor: what a bridge costs that is written by hand in C over JNI and Python's C API, one value for each JNI call.
 *
 * It joins the CPython that Krait has started: Krait's loader opened libpython globally, so the names below are found
 * when this library is loaded after it. A few prototypes stand in for Python.h, so that any CPython will do. Each thread
 * has a thread state of its own, whose address Java keeps, and takes and gives back the GIL for every call.
 */

#include <jni.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct _object PyObject;
typedef struct _ts PyThreadState;
typedef struct _is PyInterpreterState;
typedef intptr_t Py_ssize_t;
typedef PyObject *(*PyCFunction)(PyObject *, PyObject *);
typedef struct {
    const char *name;
    PyCFunction function;
    int flags;
    const char *doc;
} PyMethodDef;

enum { METH_O = 8, UCS2 = 2 };

extern PyInterpreterState *PyInterpreterState_Main(void);
extern PyThreadState *PyThreadState_New(PyInterpreterState *);
extern void PyEval_RestoreThread(PyThreadState *);
extern PyThreadState *PyEval_SaveThread(void);
extern void Py_DecRef(PyObject *);
extern void PyErr_Print(void);
extern void PyErr_Clear(void);
extern PyObject *PyErr_Occurred(void);
extern PyObject *PyObject_Vectorcall(PyObject *, PyObject *const *, size_t, PyObject *) __attribute__((weak));
extern PyObject *PyObject_VectorcallDict(PyObject *, PyObject *const *, size_t, PyObject *);
extern PyObject *PyLong_FromLongLong(long long);
extern long long PyLong_AsLongLong(PyObject *);
extern PyObject *PyUnicode_FromString(const char *);
extern PyObject *PyUnicode_FromKindAndData(int, const void *, Py_ssize_t);
extern PyObject *PyUnicode_DecodeUTF16(const char *, Py_ssize_t, const char *, int *);
extern PyObject *PyUnicode_AsEncodedString(PyObject *, const char *, const char *);
extern const char *PyUnicode_AsUTF8AndSize(PyObject *, Py_ssize_t *);
extern Py_ssize_t PyUnicode_GetLength(PyObject *);
extern uint32_t PyUnicode_ReadChar(PyObject *, Py_ssize_t);
extern PyObject *PyBytes_FromStringAndSize(const char *, Py_ssize_t);
extern char *PyBytes_AsString(PyObject *);
extern Py_ssize_t PyBytes_Size(PyObject *);
extern PyObject *PyList_New(Py_ssize_t);
extern int PyList_SetItem(PyObject *, Py_ssize_t, PyObject *);
extern PyObject *PyList_GetItem(PyObject *, Py_ssize_t);
extern Py_ssize_t PyList_Size(PyObject *);
extern PyObject *PyDict_New(void);
extern int PyDict_SetItem(PyObject *, PyObject *, PyObject *);
extern int PyDict_Next(PyObject *, Py_ssize_t *, PyObject **, PyObject **);
extern PyObject *PyCFunction_NewEx(PyMethodDef *, PyObject *, PyObject *);

/* What a bridge looks up once. */
static JavaVM *vm;
static jclass long_class, map_class, failure_class;
static jmethodID long_value, value_of, entry_set, iterator, has_next, next, get_key, get_value, new_map, put;
static jobject operator;
static jmethodID apply;

static jclass global_class(JNIEnv *env, const char *name) {
    jclass local = (*env)->FindClass(env, name);
    return local == NULL ? NULL : (*env)->NewGlobalRef(env, local);
}

static jmethodID method(JNIEnv *env, const char *class, const char *name, const char *signature) {
    jclass local = (*env)->FindClass(env, class);
    return local == NULL ? NULL : (*env)->GetMethodID(env, local, name, signature);
}

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *java, void *reserved) {
    (void)reserved;
    vm = java;
    JNIEnv *env;
    if ((*vm)->GetEnv(vm, (void **)&env, JNI_VERSION_1_8) != JNI_OK) return JNI_ERR;
    long_class = global_class(env, "java/lang/Long");
    map_class = global_class(env, "java/util/LinkedHashMap");
    failure_class = global_class(env, "java/lang/IllegalStateException");
    if (!long_class || !map_class || !failure_class) return JNI_ERR;
    long_value = (*env)->GetMethodID(env, long_class, "longValue", "()J");
    value_of = (*env)->GetStaticMethodID(env, long_class, "valueOf", "(J)Ljava/lang/Long;");
    entry_set = method(env, "java/util/Map", "entrySet", "()Ljava/util/Set;");
    iterator = method(env, "java/util/Set", "iterator", "()Ljava/util/Iterator;");
    has_next = method(env, "java/util/Iterator", "hasNext", "()Z");
    next = method(env, "java/util/Iterator", "next", "()Ljava/lang/Object;");
    get_key = method(env, "java/util/Map$Entry", "getKey", "()Ljava/lang/Object;");
    get_value = method(env, "java/util/Map$Entry", "getValue", "()Ljava/lang/Object;");
    new_map = (*env)->GetMethodID(env, map_class, "<init>", "()V");
    put = (*env)->GetMethodID(env, map_class, "put", "(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;");
    apply = method(env, "java/util/function/LongUnaryOperator", "applyAsLong", "(J)J");
    return (*env)->ExceptionCheck(env) ? JNI_ERR : JNI_VERSION_1_8;
}

static inline void attach(jlong thread) { PyEval_RestoreThread((PyThreadState *)thread); }

static inline void detach(void) { PyEval_SaveThread(); }

static inline PyObject *call(jlong function, PyObject *const *arguments, size_t count) {
    if (PyObject_Vectorcall) return PyObject_Vectorcall((PyObject *)function, arguments, count, NULL);
    return PyObject_VectorcallDict((PyObject *)function, arguments, count, NULL);
}

/* Under the GIL: what failed goes to standard error, and Java gets an exception. */
static void fail(JNIEnv *env) {
    if (PyErr_Occurred()) PyErr_Print();
    (*env)->ThrowNew(env, failure_class, "the floor's call failed; Python's words stand on standard error");
}

/* Calls with one argument, which it takes over. */
static PyObject *call_with(JNIEnv *env, jlong function, PyObject *argument) {
    PyObject *result = NULL;
    if (argument) {
        result = call(function, &argument, 1);
        Py_DecRef(argument);
    }
    if (!result) fail(env);
    return result;
}

#define FLOOR(type, name) JNIEXPORT type JNICALL Java_dev_krait_bench_Floor_##name

FLOOR(jlong, newThread)(JNIEnv *env, jclass class) {
    (void)env, (void)class;
    return (jlong)PyThreadState_New(PyInterpreterState_Main());
}

FLOOR(void, empty)(JNIEnv *env, jclass class, jlong thread, jlong function) {
    (void)class;
    attach(thread);
    PyObject *result = call(function, NULL, 0);
    if (result) Py_DecRef(result);
    else fail(env);
    detach();
}

FLOOR(jlong, callLong)(JNIEnv *env, jclass class, jlong thread, jlong function, jlong argument) {
    (void)class;
    jlong number = 0;
    attach(thread);
    PyObject *result = call_with(env, function, PyLong_FromLongLong(argument));
    if (result) {
        number = PyLong_AsLongLong(result);
        if (number == -1 && PyErr_Occurred()) fail(env);
        Py_DecRef(result);
    }
    detach();
    return number;
}

/* ---- strings */

enum { SHORT = 512 };

/* A string's units, copied out before the GIL is asked for. */
typedef struct {
    jsize length;
    jchar *units;
    jchar few[SHORT];
} Units;

static void take_units(JNIEnv *env, jstring text, Units *into) {
    into->length = (*env)->GetStringLength(env, text);
    into->units = into->length <= SHORT ? into->few : malloc(sizeof(jchar) * (size_t)into->length);
    (*env)->GetStringRegion(env, text, 0, into->length, into->units);
}

static void free_units(Units *units) {
    if (units->units != units->few) free(units->units);
}

static PyObject *to_python(const Units *text) {
    int surrogates = 0;
    for (jsize i = 0; i < text->length; i++) surrogates |= (text->units[i] & 0xf800) == 0xd800;
    if (!surrogates) return PyUnicode_FromKindAndData(UCS2, text->units, text->length);
    int little_endian = -1;
    return PyUnicode_DecodeUTF16((const char *)text->units, 2 * (Py_ssize_t)text->length, "surrogatepass", &little_endian);
}

/* Not utf-16-le: CPython has a short cut for this name alone, and puts a byte order mark in front. */
static jstring by_utf16(JNIEnv *env, PyObject *text) {
    PyObject *bytes = PyUnicode_AsEncodedString(text, "utf-16", "surrogatepass");
    if (!bytes) {
        fail(env);
        return NULL;
    }
    jstring java = (*env)->NewString(env, (const jchar *)PyBytes_AsString(bytes) + 1, (jsize)(PyBytes_Size(bytes) / 2 - 1));
    Py_DecRef(bytes);
    return java;
}

/* NewStringUTF for ASCII, where it and UTF-8 are the same. A look at the first character saves most other texts the UTF-8
 * that would find out. */
static jstring to_java(JNIEnv *env, PyObject *text) {
    Py_ssize_t size, length = PyUnicode_GetLength(text);
    if (length > 0 && PyUnicode_ReadChar(text, 0) >= 0x80) return by_utf16(env, text);
    const char *bytes = PyUnicode_AsUTF8AndSize(text, &size);
    if (bytes && size == length && !memchr(bytes, 0, (size_t)size)) return (*env)->NewStringUTF(env, bytes);
    if (!bytes) PyErr_Clear();
    return by_utf16(env, text);
}

typedef jstring (*ToJava)(JNIEnv *, PyObject *);

static inline jstring call_text(JNIEnv *env, jlong thread, jlong function, jstring argument, ToJava convert) {
    Units units;
    take_units(env, argument, &units);
    attach(thread);
    PyObject *result = call_with(env, function, to_python(&units));
    jstring java = NULL;
    if (result) {
        java = convert(env, result);
        Py_DecRef(result);
    }
    detach();
    free_units(&units);
    return java;
}

FLOOR(jstring, callString)(JNIEnv *env, jclass class, jlong thread, jlong function, jstring argument) {
    (void)class;
    return call_text(env, thread, function, argument, to_java);
}

/* As most bridges do it: modified UTF-8 in, taken for UTF-8, and UTF-8 out. Wrong for NUL and beyond the BMP. */
FLOOR(jstring, callUtf8)(JNIEnv *env, jclass class, jlong thread, jlong function, jstring argument) {
    (void)class;
    jstring java = NULL;
    const char *text = (*env)->GetStringUTFChars(env, argument, NULL);
    attach(thread);
    PyObject *result = call_with(env, function, text ? PyUnicode_FromString(text) : NULL);
    if (result) {
        const char *utf8 = PyUnicode_AsUTF8AndSize(result, NULL);
        if (utf8) java = (*env)->NewStringUTF(env, utf8);
        Py_DecRef(result);
    }
    detach();
    if (text) (*env)->ReleaseStringUTFChars(env, argument, text);
    return java;
}

/* ---- containers */

static PyObject *list_to_python(JNIEnv *env, jobjectArray values) {
    jsize count = (*env)->GetArrayLength(env, values);
    PyObject *list = PyList_New(count);
    for (jsize i = 0; list && i < count; i++) {
        jobject value = (*env)->GetObjectArrayElement(env, values, i);
        PyList_SetItem(list, i, PyLong_FromLongLong((*env)->CallLongMethod(env, value, long_value)));
        (*env)->DeleteLocalRef(env, value);
    }
    return list;
}

static jobjectArray list_to_java(JNIEnv *env, PyObject *list) {
    jsize count = (jsize)PyList_Size(list);
    jobjectArray values = (*env)->NewObjectArray(env, count, long_class, NULL);
    for (jsize i = 0; values && i < count; i++) {
        jlong number = PyLong_AsLongLong(PyList_GetItem(list, i));
        jobject value = (*env)->CallStaticObjectMethod(env, long_class, value_of, number);
        (*env)->SetObjectArrayElement(env, values, i, value);
        (*env)->DeleteLocalRef(env, value);
    }
    return values;
}

FLOOR(jlong, listIn)(JNIEnv *env, jclass class, jlong thread, jlong function, jobjectArray values) {
    (void)class;
    jlong number = 0;
    attach(thread);
    PyObject *result = call_with(env, function, list_to_python(env, values));
    if (result) {
        number = PyLong_AsLongLong(result);
        Py_DecRef(result);
    }
    detach();
    return number;
}

FLOOR(jobjectArray, listOut)(JNIEnv *env, jclass class, jlong thread, jlong function) {
    (void)class;
    jobjectArray values = NULL;
    attach(thread);
    PyObject *result = call(function, NULL, 0);
    if (result) {
        values = list_to_java(env, result);
        Py_DecRef(result);
    } else {
        fail(env);
    }
    detach();
    return values;
}

/* A map of strings to Longs. */
static PyObject *map_to_python(JNIEnv *env, jobject map) {
    PyObject *dict = PyDict_New();
    jobject entries = (*env)->CallObjectMethod(env, map, entry_set);
    jobject each = (*env)->CallObjectMethod(env, entries, iterator);
    while (dict && (*env)->CallBooleanMethod(env, each, has_next)) {
        jobject entry = (*env)->CallObjectMethod(env, each, next);
        jobject key = (*env)->CallObjectMethod(env, entry, get_key);
        jobject value = (*env)->CallObjectMethod(env, entry, get_value);
        Units units;
        take_units(env, key, &units);
        PyObject *name = to_python(&units), *number = PyLong_FromLongLong((*env)->CallLongMethod(env, value, long_value));
        PyDict_SetItem(dict, name, number);
        Py_DecRef(name);
        Py_DecRef(number);
        free_units(&units);
        (*env)->DeleteLocalRef(env, entry);
        (*env)->DeleteLocalRef(env, key);
        (*env)->DeleteLocalRef(env, value);
    }
    return dict;
}

static jobject map_to_java(JNIEnv *env, PyObject *dict) {
    jobject map = (*env)->NewObject(env, map_class, new_map);
    Py_ssize_t position = 0;
    PyObject *name, *number;
    while (map && PyDict_Next(dict, &position, &name, &number)) {
        jobject key = to_java(env, name);
        jobject value = (*env)->CallStaticObjectMethod(env, long_class, value_of, (jlong)PyLong_AsLongLong(number));
        jobject old = (*env)->CallObjectMethod(env, map, put, key, value);
        (*env)->DeleteLocalRef(env, key);
        (*env)->DeleteLocalRef(env, value);
        (*env)->DeleteLocalRef(env, old);
    }
    return map;
}

FLOOR(jlong, mapIn)(JNIEnv *env, jclass class, jlong thread, jlong function, jobject map) {
    (void)class;
    jlong number = 0;
    attach(thread);
    PyObject *result = call_with(env, function, map_to_python(env, map));
    if (result) {
        number = PyLong_AsLongLong(result);
        Py_DecRef(result);
    }
    detach();
    return number;
}

FLOOR(jobject, mapOut)(JNIEnv *env, jclass class, jlong thread, jlong function) {
    (void)class;
    jobject map = NULL;
    attach(thread);
    PyObject *result = call(function, NULL, 0);
    if (result) {
        map = map_to_java(env, result);
        Py_DecRef(result);
    } else {
        fail(env);
    }
    detach();
    return map;
}

/* ---- bytes */

FLOOR(jlong, bytesIn)(JNIEnv *env, jclass class, jlong thread, jlong function, jbyteArray content) {
    (void)class;
    jlong number = 0;
    jsize length = (*env)->GetArrayLength(env, content);
    attach(thread);
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, length);
    if (bytes) (*env)->GetByteArrayRegion(env, content, 0, length, (jbyte *)PyBytes_AsString(bytes));
    PyObject *result = call_with(env, function, bytes);
    if (result) {
        number = PyLong_AsLongLong(result);
        Py_DecRef(result);
    }
    detach();
    return number;
}

FLOOR(jbyteArray, bytesOut)(JNIEnv *env, jclass class, jlong thread, jlong function) {
    (void)class;
    jbyteArray content = NULL;
    attach(thread);
    PyObject *result = call(function, NULL, 0);
    if (result) {
        jsize length = (jsize)PyBytes_Size(result);
        content = (*env)->NewByteArray(env, length);
        if (content) (*env)->SetByteArrayRegion(env, content, 0, length, (const jbyte *)PyBytes_AsString(result));
        Py_DecRef(result);
    } else {
        fail(env);
    }
    detach();
    return content;
}

/* ---- Python calls Java */

static PyObject *call_operator(PyObject *self, PyObject *argument) {
    (void)self;
    JNIEnv *env;
    long long number = PyLong_AsLongLong(argument);
    if (number == -1 && PyErr_Occurred()) return NULL;
    PyThreadState *state = PyEval_SaveThread();
    (*vm)->GetEnv(vm, (void **)&env, JNI_VERSION_1_8);
    number = (*env)->CallLongMethod(env, operator, apply, (jlong)number);
    PyEval_RestoreThread(state);
    return PyLong_FromLongLong(number);
}

/* Has a Python function call the operator so many times. Not through Krait, under which Python runs on a stack of its
 * own, where the JVM takes no plain JNI call. */
FLOOR(void, callEach)(JNIEnv *env, jclass class, jlong thread, jlong function, jlong times, jobject target) {
    (void)class;
    static PyMethodDef definition = {"floor_operator", call_operator, METH_O, NULL};
    operator = target;
    attach(thread);
    PyObject *arguments[] = {PyLong_FromLongLong(times), PyCFunction_NewEx(&definition, NULL, NULL)};
    PyObject *result = arguments[0] && arguments[1] ? call(function, arguments, 2) : NULL;
    if (result) Py_DecRef(result);
    else fail(env);
    if (arguments[0]) Py_DecRef(arguments[0]);
    if (arguments[1]) Py_DecRef(arguments[1]);
    detach();
}

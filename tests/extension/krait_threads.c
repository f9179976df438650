/* A C extension as users have them: threads of its own that take the GIL by PyGILState_Ensure and call back. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pthread.h>

/* Every CPython exports it, though the limited API does not name it. */
extern int PyGILState_Check(void);

typedef struct {
    PyObject *callable;
    PyObject *results;
    long number;
    long calls;
    int failed;
} Work;

/* One thread's work: calls callable(number) so many times, and keeps what it gives. Taken and given back each time. */
static void *work(void *argument)
{
    Work *work = argument;
    for (long i = 0; i < work->calls; i++) {
        PyGILState_STATE state = PyGILState_Ensure();
        PyObject *result = PyObject_CallFunction(work->callable, "l", work->number);
        if (result == NULL || PyList_Append(work->results, result) < 0) {
            PyErr_WriteUnraisable(work->callable);
            work->failed = 1;
        }
        Py_XDECREF(result);
        PyGILState_Release(state);
    }
    return NULL;
}

/* run(callable, threads, calls) -> list of results; the GIL is free while the threads run. */
static PyObject *run(PyObject *self, PyObject *args)
{
    PyObject *callable;
    long threads, calls;
    (void)self;
    if (!PyArg_ParseTuple(args, "Oll", &callable, &threads, &calls)) {
        return NULL;
    }
    PyObject *results = PyList_New(0);
    Work *works = PyMem_Calloc((size_t)threads, sizeof(Work));
    pthread_t *ids = PyMem_Calloc((size_t)threads, sizeof(pthread_t));
    if (results == NULL || works == NULL || ids == NULL) {
        PyMem_Free(works);
        PyMem_Free(ids);
        Py_XDECREF(results);
        return PyErr_NoMemory();
    }
    long started = 0;
    Py_BEGIN_ALLOW_THREADS
    for (; started < threads; started++) {
        works[started] = (Work){callable, results, started, calls, 0};
        if (pthread_create(&ids[started], NULL, work, &works[started]) != 0) {
            break;
        }
    }
    for (long i = 0; i < started; i++) {
        pthread_join(ids[i], NULL);
    }
    Py_END_ALLOW_THREADS
    int failed = started < threads;
    for (long i = 0; i < started; i++) {
        failed |= works[i].failed;
    }
    PyMem_Free(works);
    PyMem_Free(ids);
    if (failed) {
        Py_DECREF(results);
        PyErr_SetString(PyExc_RuntimeError, "a thread failed");
        return NULL;
    }
    return results;
}

/* nested(callable): calls it with the GIL taken once more, as libraries do that do not know whether they have it. */
static PyObject *nested(PyObject *self, PyObject *callable)
{
    (void)self;
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *result = PyObject_CallNoArgs(callable);
    PyGILState_Release(state);
    return result;
}

/* holds() -> whether PyGILState_Check agrees that this thread has the GIL. */
static PyObject *holds(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    return PyBool_FromLong(PyGILState_Check());
}

static PyMethodDef methods[] = {
    {"run", run, METH_VARARGS, "run(callable, threads, calls)"},
    {"nested", nested, METH_O, "nested(callable)"},
    {"holds", holds, METH_NOARGS, "holds()"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "krait_threads", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_krait_threads(void)
{
    return PyModule_Create(&module);
}

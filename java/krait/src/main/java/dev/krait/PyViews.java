package dev.krait;

import dev.krait.internal.Operations;
import dev.krait.internal.Requests;

/** What the live views share. */
final class PyViews {
    private PyViews() {
    }

    /** Iterates over a copy that Python makes, so that the original may change meanwhile. */
    static <T> PyIterator<T> snapshot(PyObject container, String helper, Class<T> type) {
        Object iterator = Requests.helper(container.session(), Operations.raw(0, true), helper, container);
        return new PyIterator<>((PyObject) iterator, type);
    }

    static UnsupportedOperationException readOnly(PyObject container) {
        return new UnsupportedOperationException("a Python " + container.typeName() + " cannot be modified");
    }
}

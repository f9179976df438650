package dev.krait;

import dev.krait.internal.Operations;
import dev.krait.internal.Requests;
import dev.krait.internal.Session;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** Keys and members of sets on their way: what is a list in Java is a tuple in Python there, since lists have no hash. */
final class PyKeys {
    private PyKeys() {
    }

    /** A key for Python. */
    static Object in(Session session, Object key) {
        if (key instanceof Collection) {
            return Requests.helper(session, Operations.raw(0, true), "key_of", Collections.singletonMap(key, null));
        }
        return key;
    }

    /** A key as it came from Python, with equality. */
    static Object withEquality(Object key) {
        if (!(key instanceof Object[])) {
            return key;
        }
        Object[] parts = (Object[]) key;
        Object[] made = new Object[parts.length];
        for (int i = 0; i < parts.length; i++) {
            made[i] = withEquality(parts[i]);
        }
        List<Object> list = Arrays.asList(made);
        return Collections.unmodifiableList(list);
    }
}

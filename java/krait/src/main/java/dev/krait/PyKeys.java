package dev.krait;

import dev.krait.internal.Operations;
import dev.krait.internal.Requests;
import dev.krait.internal.Session;
import java.util.Collection;
import java.util.Collections;

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
}

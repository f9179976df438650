package dev.krait.internal;

import java.util.concurrent.ConcurrentHashMap;

/** The names that an interpreter is called by, each with the handle of a str that Python has interned. Any thread may use it. */
final class Names {
    /** Names beyond these are sent as text with each call: programs have few, and made-up ones must not pile up. */
    private static final int MOST = 4096;

    /** The handles of two names that a method is called by: of an object, and of its method. */
    static final class Method {
        final long object;
        final long method;
        final String methodName;
        private final String objectName;

        private Method(String objectName, long object, String methodName, long method) {
            this.objectName = objectName;
            this.object = object;
            this.methodName = methodName;
            this.method = method;
        }
    }

    private final ConcurrentHashMap<String, Long> handles = new ConcurrentHashMap<>();
    /** A method that is called often, which need not be looked for. Neither this nor the count need be exact. */
    private Method often;
    private int others;
    private volatile boolean over;

    /** The handle of a name that has been written before, or 0. */
    long known(String name) {
        Long handle = handles.get(name);
        return handle == null ? 0 : handle;
    }

    /** The handles of the names of a method, if both have been written before; else null. */
    Method method(String object, String method) {
        Method last = often;
        // The very same Strings: constants, as a rule.
        return last != null && last.objectName == object && last.methodName == method ? last : find(object, method);
    }

    private Method find(String object, String method) {
        long objectHandle = known(object);
        long methodHandle = known(method);
        if (objectHandle == 0 || methodHandle == 0) {
            return null;
        }
        Method found = new Method(object, objectHandle, method, methodHandle);
        // Methods that are called in turns are not stored with each call.
        if (others++ % 256 == 0) {
            often = found;
        }
        return found;
    }

    /** Whether no more names are to be learnt. */
    boolean areFull() {
        return handles.size() >= MOST;
    }

    /** Takes over a handle of a name; gives the one to use, which is another one where two threads learn at once. */
    long learn(long binding, String name, long handle) {
        Long other = handles.putIfAbsent(name, handle);
        if (other != null) {
            Native.release(binding, handle);
            return other;
        }
        if (over) {
            release(binding, name);
        }
        return handle;
    }

    /** Lets go of all, also of what is learnt from now on: the interpreter is closed. */
    void release(long binding) {
        over = true;
        for (String name : handles.keySet()) {
            release(binding, name);
        }
    }

    private void release(long binding, String name) {
        Long handle = handles.remove(name);
        if (handle != null) {
            Native.release(binding, handle);
        }
    }
}

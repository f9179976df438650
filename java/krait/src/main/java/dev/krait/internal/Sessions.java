package dev.krait.internal;

import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The open interpreters, by what native code calls them. One that is forgotten open is not kept. */
final class Sessions {
    private static final Map<Key, Entry> OPEN = new ConcurrentHashMap<>();
    /** The one that was looked up last: most programs have one, or call the same one again and again. */
    private static volatile Entry last;

    private static final class Key {
        final long binding;
        final long number;

        Key(long binding, long number) {
            this.binding = binding;
            this.number = number;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key && ((Key) other).binding == binding && ((Key) other).number == number;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(31 * binding + number);
        }
    }

    private static final class Entry {
        final Key key;
        final WeakReference<Session> session;

        Entry(Key key, Session session) {
            this.key = key;
            this.session = new WeakReference<>(session);
        }
    }

    private Sessions() {
    }

    static void add(Session session) {
        Key key = new Key(session.binding(), session.namespace());
        OPEN.put(key, new Entry(key, session));
        // It may have been another view of the same interpreter.
        last = null;
    }

    static void remove(Session session, long number) {
        OPEN.remove(new Key(session.binding(), number));
        last = null;
    }

    /** The interpreter of this binding and number, or null. */
    static Session find(long binding, long number) {
        Entry entry = last;
        if (entry == null || entry.key.number != number || entry.key.binding != binding) {
            entry = OPEN.get(new Key(binding, number));
            last = entry;
        }
        return entry == null ? null : entry.session.get();
    }

    /** The interpreter that makes an up-call: by its number, or for threads that Python made by the object that is called. */
    static Session calling(long binding, long number, int slot) {
        Session session = number == 0 ? null : find(binding, number);
        if (session == null && slot != 0) {
            ValueContext owner = Session.handles().owner(slot);
            session = owner instanceof Session ? (Session) owner : null;
        }
        return session != null ? session : any(binding);
    }

    /** An open interpreter of a binding, for threads that belong to none: with a class filter, if any has one. */
    private static Session any(long binding) {
        Session any = null;
        for (Entry entry : OPEN.values()) {
            Session session = entry.key.binding == binding ? entry.session.get() : null;
            if (session != null && (any == null || any.classes().allowsAll())) {
                any = session;
            }
        }
        if (any == null) {
            throw new PythonError("RuntimeError", "no interpreter is open: Java cannot be called");
        }
        return any;
    }
}

package dev.krait.internal;

import dev.krait.ClassFilter;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * The Java classes that Python knows, by numbers: a class has one number for each filter that it is seen through. Nothing
 * here keeps a class alive, nor does a class keep Krait alive. Any thread may use it.
 */
final class Classes {
    private static final Object LOCK = new Object();
    private static final Map<Integer, Known> KNOWN = new HashMap<>();
    /** The classes hold the filter, so that each is found for as long as an interpreter or a Python class has it. */
    private static final Map<ClassFilter, WeakReference<Classes>> FILTERED = new WeakHashMap<>();
    private static final Map<Class<?>, WeakReference<Members>> PLAIN = new WeakHashMap<>();
    /** Numbers are never given again: Python may still have a class under an old one. 0 is that of what has none. */
    private static int last;
    /** Where there are more, those that are gone are looked for. */
    private static int many = 64;

    private final ClassFilter filter;
    /** Integers, because a value of a class of ours would tie our class loader to every class it is kept for. */
    private final ClassValue<Integer> numbers = new ClassValue<Integer>() {
        @Override
        protected Integer computeValue(Class<?> type) {
            synchronized (LOCK) {
                KNOWN.put(++last, new Known(type, Classes.this));
                if (KNOWN.size() > many) {
                    KNOWN.values().removeIf(Known::isGone);
                    many = 2 * KNOWN.size();
                }
                return last;
            }
        }
    };
    private final Map<Class<?>, WeakReference<Members>> members = new WeakHashMap<>();

    static final Classes ALL = new Classes(null);

    private static final class Known {
        final WeakReference<Class<?>> type;
        final WeakReference<Classes> classes;

        Known(Class<?> type, Classes classes) {
            this.type = new WeakReference<>(type);
            this.classes = new WeakReference<>(classes);
        }

        boolean isGone() {
            return type.get() == null || classes.get() == null;
        }
    }

    private Classes(ClassFilter filter) {
        this.filter = filter;
    }

    /** The classes as a filter shows them, the same for equal filters; null shows all. For an interpreter that opens. */
    static Classes of(ClassFilter filter) {
        if (filter == null) {
            return ALL;
        }
        synchronized (LOCK) {
            WeakReference<Classes> held = FILTERED.get(filter);
            Classes found = held == null ? null : held.get();
            if (found == null) {
                found = new Classes(filter);
                FILTERED.put(filter, new WeakReference<>(found));
            }
            return found;
        }
    }

    /** Whether Python may know a class. */
    boolean allows(Class<?> type) {
        if (filter == null) {
            return true;
        }
        Class<?> element = type;
        while (element.isArray()) {
            element = element.getComponentType();
        }
        return element.isPrimitive() || filter.allows(element.getName());
    }

    boolean allowsAll() {
        return filter == null;
    }

    boolean allows(String name) {
        return filter == null || filter.allows(name);
    }

    /** The number of a class. */
    int number(Class<?> type) {
        return numbers.get(type);
    }

    /** The members of the class with this number. */
    static Members members(int number) {
        Known known;
        synchronized (LOCK) {
            known = KNOWN.get(number);
        }
        Class<?> type = known == null ? null : known.type.get();
        Classes classes = known == null ? null : known.classes.get();
        if (type == null || classes == null) {
            throw new PythonError("TypeError", "the Java class was unloaded");
        }
        return classes.members(type);
    }

    /** The members of a class; the same for as long as anyone holds them. */
    Members members(Class<?> type) {
        Map<Class<?>, WeakReference<Members>> cache = filter == null ? PLAIN : members;
        synchronized (cache) {
            WeakReference<Members> held = cache.get(type);
            Members found = held == null ? null : held.get();
            if (found != null) {
                return found;
            }
        }
        Members made = new Members(type, this);
        synchronized (cache) {
            WeakReference<Members> held = cache.get(type);
            Members found = held == null ? null : held.get();
            if (found == null) {
                cache.put(type, new WeakReference<>(made));
                found = made;
            }
            return found;
        }
    }

    /** Whether a class lives as long as Krait does. */
    static boolean isPermanent(Class<?> type) {
        Class<?> element = type;
        while (element.isArray()) {
            element = element.getComponentType();
        }
        // Hidden classes and proxies come and go, whatever their loader is.
        if (element.getName().indexOf('/') >= 0 || java.lang.reflect.Proxy.isProxyClass(element)) {
            return false;
        }
        ClassLoader loader = element.getClassLoader();
        return loader == null || loader == ClassLoader.getPlatformClassLoader()
                || loader == Classes.class.getClassLoader() || loader == ClassLoader.getSystemClassLoader();
    }
}

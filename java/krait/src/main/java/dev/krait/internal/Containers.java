package dev.krait.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingDeque;

/** Makes empty collections and maps of the class that a user asks for, or of one that implements it. */
final class Containers {
    private Containers() {
    }

    /** An empty collection, or null if there is none of this class. */
    static Collection<Object> collection(Class<?> type, Class<?> element, int size) {
        if (type.isAssignableFrom(ArrayList.class)) {
            return new ArrayList<>(size);
        }
        if (type.isAssignableFrom(LinkedHashSet.class)) {
            return new LinkedHashSet<>();
        }
        if (type.isAssignableFrom(TreeSet.class)) {
            return new TreeSet<>();
        }
        if (type.isAssignableFrom(LinkedList.class)) {
            return new LinkedList<>();
        }
        if (type.isAssignableFrom(LinkedBlockingDeque.class)) {
            return new LinkedBlockingDeque<>();
        }
        if (type == EnumSet.class && element.isEnum()) {
            return unchecked(enumSet(element));
        }
        return unchecked((Collection<?>) create(type));
    }

    /** An empty map, or null if there is none of this class. */
    static Map<Object, Object> map(Class<?> type, Class<?> key) {
        if (type.isAssignableFrom(LinkedHashMap.class)) {
            return new LinkedHashMap<>();
        }
        if (type.isAssignableFrom(TreeMap.class)) {
            return new TreeMap<>();
        }
        if (type.isAssignableFrom(ConcurrentHashMap.class)) {
            return new ConcurrentHashMap<>();
        }
        if (type.isAssignableFrom(ConcurrentSkipListMap.class)) {
            return new ConcurrentSkipListMap<>();
        }
        if (type == EnumMap.class && key.isEnum()) {
            return unchecked(enumMap(key));
        }
        return unchecked((Map<?, ?>) create(type));
    }

    private static Object create(Class<?> type) {
        if (Modifier.isAbstract(type.getModifiers()) || !Modifier.isPublic(type.getModifiers())) {
            return null;
        }
        try {
            return type.getConstructor().newInstance();
        } catch (NoSuchMethodException | InstantiationException | IllegalAccessException e) {
            return null;
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("the constructor of " + type.getTypeName() + " failed", e.getCause());
        }
    }

    // Sound because an empty container has no elements of the wrong type, and those that are added were
    // converted to the right one.
    @SuppressWarnings("unchecked")
    private static Collection<Object> unchecked(Collection<?> empty) {
        return (Collection<Object>) empty;
    }

    @SuppressWarnings("unchecked")
    private static Map<Object, Object> unchecked(Map<?, ?> empty) {
        return (Map<Object, Object>) empty;
    }

    // An enum class is an enum class, which the type system cannot see from a Class<?>.
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Collection<?> enumSet(Class<?> element) {
        return EnumSet.noneOf((Class<? extends Enum>) element);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Map<?, ?> enumMap(Class<?> key) {
        return new EnumMap((Class<? extends Enum>) key);
    }
}

package dev.krait.internal;

import java.io.File;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.BaseStream;

/** Which of Python's manners the objects of a class have, and what is the same for all: text, and numbers. */
final class Manners {
    private static final int ITERABLE = 1;
    private static final int COLLECTION = 2;
    private static final int LIST = 4;
    private static final int MAP = 8;
    private static final int ITERATOR = 16;
    private static final int STREAM = 32;
    private static final int CLOSEABLE = 64;
    private static final int ARRAY = 128;
    private static final int THROWABLE = 256;
    private static final int TEXT = 512;
    private static final int NUMBER = 1024;
    private static final int INTERFACE = 2048;
    private static final int ENTRY = 4096;
    private static final int ENUM = 8192;
    private static final int BOOLEAN = 16384;
    private static final int AWAITABLE = 32768;
    private static final int PATH = 65536;

    private Manners() {
    }

    /** The manners of a class; {@code krait._java_manners} has the same numbers. */
    static int flags(Class<?> type) {
        return flag(type, ITERABLE, Iterable.class) | flag(type, COLLECTION, Collection.class)
                | flag(type, LIST, List.class) | flag(type, MAP, Map.class)
                | flag(type, ITERATOR, Iterator.class) | flag(type, ITERATOR, Enumeration.class)
                | flag(type, STREAM, BaseStream.class) | flag(type, CLOSEABLE, AutoCloseable.class)
                | (type.isArray() ? ARRAY : 0) | flag(type, THROWABLE, Throwable.class)
                | flag(type, TEXT, CharSequence.class) | flag(type, NUMBER, Number.class)
                | (type.isInterface() ? INTERFACE : 0) | flag(type, ENTRY, Map.Entry.class) | (type.isEnum() ? ENUM : 0)
                | (type == Boolean.class ? BOOLEAN : 0) | flag(type, AWAITABLE, CompletionStage.class)
                | flag(type, PATH, Path.class) | flag(type, PATH, File.class);
    }

    private static int flag(Class<?> type, int flag, Class<?> parent) {
        return parent.isAssignableFrom(type) ? flag : 0;
    }

    static String str(Object target) {
        return target.getClass().isArray() ? arrayText(target) : String.valueOf(target);
    }

    static String repr(Object target) {
        if (target instanceof Opaque) {
            return "<krait handle>";
        }
        return "<" + target.getClass().getTypeName() + " " + str(target) + ">";
    }

    private static String arrayText(Object array) {
        if (array instanceof Object[]) {
            return Arrays.deepToString((Object[]) array);
        }
        StringBuilder text = new StringBuilder("[");
        int length = Array.getLength(array);
        for (int i = 0; i < length; i++) {
            text.append(i == 0 ? "" : ", ").append(Array.get(array, i));
        }
        return text.append(']').toString();
    }

    /** A number as Python's int or float. */
    static Number number(Number number) {
        if (number instanceof Double || number instanceof Float || number instanceof BigDecimal
                || number instanceof BigInteger) {
            return number;
        }
        long whole = number.longValue();
        // Other kinds are whole numbers unless they say that they have a fraction.
        return number.doubleValue() == whole ? (Number) whole : (Number) number.doubleValue();
    }
}

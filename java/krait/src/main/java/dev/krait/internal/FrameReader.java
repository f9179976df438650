package dev.krait.internal;

import dev.krait.ConversionException;
import java.lang.ref.WeakReference;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Reads Java values from a frame; the table of what becomes what stands in {@code native/ARCHITECTURE.md}.
 * Used by one thread at a time.
 *
 * <p>Every length is checked: bytes that no frame can hold are an AssertionError. When a value cannot be
 * made, the handles in the rest of it
 * are still wrapped, so that they are released, and reading may go on with the next value.
 */
public final class FrameReader extends FrameInput {
    /** Weak: a frame may lie idle for long, and must not keep the interpreter nor its class loader. */
    private WeakReference<ValueContext> context;
    /** What values are read as, where it is not what {@code docs/values.md} says; else null. */
    private Forms forms;
    private Object[] refs;
    private int depth;
    /**
     * The elements that may still be announced: each takes a byte, so all counts together are no more than the
     * payload.
     */
    private int elementsLeft;
    private boolean raw;
    private long live;

    FrameReader(Frame frame) {
        super(frame);
    }

    void start(ValueContext of, Object[] arrays) {
        rewind();
        use(of);
        if (refs != arrays) {
            refs = arrays;
        }
        elementsLeft = end - position;
    }

    void clear() {
        if (refs != null) {
            refs = null;
        }
    }

    /**
     * Reads the next value.
     *
     * @return the value, or null for None
     * @throws ConversionException if Java has nothing to hold it
     * @throws AssertionError if the frame is corrupt
     */
    public Object read() {
        int start = position;
        depth = 0;
        try {
            return value(false);
        } catch (StackOverflowError e) {
            new Skipper(this, context()).skip(start, position);
            throw Refusals.stackUsedUp(e, depth);
        } catch (RuntimeException | Error e) {
            new Skipper(this, context()).skip(start, position);
            throw e;
        }
    }

    /** Reads the next of many values, which are whole numbers in most places where they are many. */
    Object readRow() {
        return atLong() ? (Object) nextLong() : read();
    }

    /**
     * Reads a value that is a string.
     *
     * @return the string
     */
    public String readString() {
        byte tag = byteValue();
        switch (tag) {
            case Tag.ASCII:
                return TextCodec.readAscii(this);
            case Tag.UTF16:
                return TextCodec.readUtf16(this);
            default:
                throw Refusals.corrupt("no string but tag " + tag, position - 1);
        }
    }

    /**
     * Reads a value that is a whole number of 64 bits.
     *
     * @return the number
     */
    public long readLong() {
        byte tag = byteValue();
        if (tag != Tag.LONG) {
            throw Refusals.corrupt("no whole number but tag " + tag, position - 1);
        }
        return longValue();
    }

    /**
     * Reads a Python object as its handle, which is the caller's then.
     *
     * @return the handle
     */
    public long readHandle() {
        byte tag = byteValue();
        if (tag != Tag.PYOBJECT) {
            throw Refusals.corrupt("no Python object but tag " + tag, position - 1);
        }
        return longValue();
    }

    /**
     * Reads the code of a refusal; its message is the value that follows.
     *
     * @return a code of {@link Failure}
     */
    public int readFailure() {
        return intValue();
    }

    /**
     * Reads the arguments of a call.
     *
     * @return the arguments
     * @throws ConversionException if Java has nothing to hold one of them; the message says which
     */
    public Arguments readArguments() {
        Throwable failed = null;
        Object[] positional = new Object[announce(count(1))];
        for (int i = 0; i < positional.length; i++) {
            try {
                positional[i] = read();
            } catch (ConversionException e) {
                failed = first(failed, new ConversionException("argument " + (i + 1) + ": " + e.getMessage(), e));
            } catch (AssertionError e) {
                throw e;
            } catch (RuntimeException | Error e) {
                failed = first(failed, e);
            }
        }
        String[] names = new String[announce(count(2))];
        Object[] values = new Object[names.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = readString();
            try {
                values[i] = read();
            } catch (ConversionException e) {
                failed = first(failed,
                        new ConversionException("keyword argument '" + names[i] + "': " + e.getMessage(), e));
            } catch (AssertionError e) {
                throw e;
            } catch (RuntimeException | Error e) {
                failed = first(failed, e);
            }
        }
        if (failed instanceof Error) {
            throw (Error) failed;
        }
        if (failed != null) {
            throw (RuntimeException) failed;
        }
        return new Arguments(positional, names, values);
    }

    /** Says for whom values are read. Stored only when it changes: storing it anew with each call would keep the garbage collector busy. */
    void use(ValueContext of) {
        WeakReference<ValueContext> reference = of == null ? null : of.reference();
        if (context != reference) {
            context = reference;
        }
        Forms wanted = of == null ? null : of.forms();
        if (forms != wanted) {
            forms = wanted;
        }
    }

    /** Reads in Krait's own forms until it is told again for whom; gives the forms that were in use, or null. */
    Forms leaveForms() {
        Forms left = forms;
        forms = null;
        return left;
    }

    private ValueContext context() {
        return context == null ? null : context.get();
    }

    /**
     * Reads the arguments of an up-call.
     *
     * @param asHeld whether classes are read as what Python holds of them, not as classes
     */
    Object[] readPositional(boolean asHeld) {
        raw = asHeld;
        live = 0;
        try {
            Object[] values = new Object[announce(count(1))];
            for (int i = 0; i < values.length; i++) {
                if (i < Long.SIZE && position < end && buffer.get(position) == Tag.JAVAOBJECT) {
                    live |= 1L << i;
                }
                values[i] = read();
            }
            return values;
        } finally {
            raw = false;
        }
    }

    /** A bit for each of the arguments read last that is a Java object of Python's. */
    long live() {
        return live;
    }

    private static Throwable first(Throwable failed, Throwable next) {
        return failed == null ? next : failed;
    }

    /**
     * Whether the payload has been read.
     *
     * @return true at its end
     */
    public boolean atEnd() {
        return position == end;
    }

    /**
     * Reads a value. What calls itself has few variables: a thousand levels must fit on a common stack, even
     * interpreted.
     *
     * @param key whether it is a member of a set or a key, or part of one: it must have equality in Java
     */
    private Object value(boolean key) {
        byte tag = byteValue();
        switch (tag) {
            case Tag.LONG:
                return longValue();
            case Tag.LIST:
                return list(key);
            case Tag.TUPLE:
                return key ? Collections.unmodifiableList(Arrays.asList(tuple(true))) : tuple(false);
            case Tag.SET:
            case Tag.FROZENSET:
                return set();
            case Tag.DICT:
                return dict(key);
            case Tag.ENTRY:
                return entry(key);
            default:
                return single(tag);
        }
    }

    /** Reads a value that holds no others. */
    private Object single(byte tag) {
        switch (tag) {
            case Tag.NULL:
                return null;
            case Tag.FALSE:
                return Boolean.FALSE;
            case Tag.TRUE:
                return Boolean.TRUE;
            case Tag.BIG:
                return NumberCodec.readBig(this);
            case Tag.DOUBLE:
                return Double.longBitsToDouble(longValue());
            case Tag.CHAR:
                return buffer.getChar(skip(2));
            case Tag.ASCII:
                return TextCodec.readAscii(this);
            case Tag.UTF16:
                return TextCodec.readUtf16(this);
            case Tag.BYTES:
                return ArrayCodec.readBytes(this);
            case Tag.ARRAY:
                return ArrayCodec.read(this);
            case Tag.BYTES_REF:
                return ArrayCodec.readReference(this, refs, true);
            case Tag.ARRAY_REF:
                return ArrayCodec.readReference(this, refs, false);
            case Tag.DECIMAL:
                return NumberCodec.readDecimal(this);
            case Tag.DATE:
            case Tag.TIME:
            case Tag.OFFSET_TIME:
            case Tag.DATETIME:
            case Tag.OFFSET_DATETIME:
            case Tag.ZONED_DATETIME:
            case Tag.INSTANT:
            case Tag.DURATION:
                Object time = TimeCodec.read(this, tag);
                return forms == null ? time : forms.time(time);
            case Tag.UUID:
                int uuid = skip(16);
                return new UUID(buffer.getLong(uuid), buffer.getLong(uuid + 8));
            case Tag.RANGE:
                return range();
            case Tag.PYOBJECT:
                return object(false);
            case Tag.GENERATOR:
                return object(true);
            case Tag.JAVAOBJECT:
                return javaObject();
            case Tag.PYPROXY:
                long proxied = longValue();
                if (proxied == 0) {
                    throw Refusals.corrupt("handle 0", position - 8);
                }
                return proxy(context(), proxied, intValue());
            default:
                throw Refusals.corrupt("tag " + tag, position - 1);
        }
    }

    private Object object(boolean generator) {
        long handle = longValue();
        if (handle == 0) {
            throw Refusals.corrupt("handle 0", position - 8);
        }
        ValueContext wrapping = context();
        Object object = wrap(wrapping, handle);
        return forms == null ? object : forms.object((Session) wrapping, object, generator);
    }

    private static Object wrap(ValueContext context, long handle) {
        try {
            return context.wrap(handle);
        } catch (RuntimeException | Error e) {
            context.release(handle);
            throw e;
        }
    }

    private static Object proxy(ValueContext context, long handle, int slot) {
        try {
            return context.proxy(handle, slot);
        } catch (RuntimeException | Error e) {
            context.release(handle);
            throw e;
        }
    }

    private Object javaObject() {
        int slot = intValue();
        // The number of the class is for Python.
        intValue();
        Object object = context().objectAt(slot);
        return object instanceof Members && !raw ? ((Members) object).type : object;
    }

    private ArrayList<Object> list(boolean key) {
        int count = enter("list", 1);
        ArrayList<Object> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(atLong() ? (Object) nextLong() : value(key));
        }
        depth--;
        return list;
    }

    private Object[] tuple(boolean key) {
        int count = enter("tuple", 1);
        Object[] elements = new Object[count];
        for (int i = 0; i < count; i++) {
            elements[i] = atLong() ? (Object) nextLong() : value(key);
        }
        depth--;
        return elements;
    }

    /** Whether a whole number comes next: they come in thousands, so lists have a short cut for them. */
    private boolean atLong() {
        return end - position >= 9 && buffer.get(position) == Tag.LONG;
    }

    private long nextLong() {
        int at = position;
        position = at + 9;
        return buffer.getLong(at + 1);
    }

    private Set<Object> set() {
        int count = enter("set", 1);
        Set<Object> set = new LinkedHashSet<>(tableSize(count));
        for (int i = 0; i < count; i++) {
            set.add(value(true));
        }
        depth--;
        if (set.size() != count) {
            throw new ConversionException("two members of a set are equal in Java; pass them as a list");
        }
        return set;
    }

    private Map<Object, Object> dict(boolean key) {
        int count = enter("dict", 2);
        Map<Object, Object> map = new LinkedHashMap<>(tableSize(count));
        for (int i = 0; i < count; i++) {
            // In other forms a tuple is an array there, too.
            map.put(value(forms == null), value(key));
        }
        depth--;
        if (map.size() != count) {
            throw new ConversionException("two keys of a dict are equal in Java; pass its items as a list");
        }
        return map;
    }

    private Map.Entry<Object, Object> entry(boolean key) {
        deeper("krait.Entry");
        Map.Entry<Object, Object> entry = new AbstractMap.SimpleImmutableEntry<>(value(key), value(key));
        depth--;
        return entry;
    }

    private static int tableSize(int count) {
        return (int) Math.min(count * 4L / 3 + 1, 1 << 30);
    }

    private RangeList range() {
        int at = skip(24);
        try {
            return RangeList.of(buffer.getLong(at), buffer.getLong(at + 8), buffer.getLong(at + 16));
        } catch (IllegalArgumentException e) {
            throw (AssertionError) Refusals.corrupt(e.getMessage(), at).initCause(e);
        }
    }

    private int announce(int count) {
        elementsLeft -= count;
        if (elementsLeft < 0) {
            throw Refusals.corrupt("more elements than bytes", position);
        }
        return count;
    }

    /** Begins a container. Returns the number of its elements. */
    private int enter(String container, int bytesEach) {
        int count = announce(count(bytesEach));
        deeper(container);
        return count;
    }

    private void deeper(String container) {
        if (++depth > Refusals.MAX_DEPTH) {
            throw Refusals.tooDeep(container);
        }
    }
}

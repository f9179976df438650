package dev.krait.internal;

import dev.krait.ConversionException;
import java.lang.ref.WeakReference;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * Writes Java values into a frame; the table of what becomes what stands in {@code native/ARCHITECTURE.md}.
 * Used by one thread at a time.
 *
 * <p>Writing runs code of users (iterators, maps), which may throw anything, or call Python again with a
 * frame of its own. After an error
 * the caller calls {@link #rollback()}. Python owns the slots that were written once the frame is {@linkplain #handOver handed
 * over}; what was not, and could not be taken back where the stack ends, is taken back when the frame is written again.
 */
public final class FrameWriter extends FrameOutput {
    /** Weak: a frame may lie idle for long, and must not keep the interpreter nor its class loader. */
    private WeakReference<ValueContext> context;
    /** What values are written as, where it is not what {@code docs/values.md} says; else null. */
    private Forms forms;
    private boolean byReference;
    private Object[] refs;
    private int refCount;
    private long refBytes;
    private int[] slots = new int[4];
    private int slotCount;
    /** How many of them Python owns. */
    private int handed;
    /** The containers being written, the outermost at 1; looked at only when there are too many. */
    private Object[] path = new Object[16];
    private int depth;
    private int deepest;

    FrameWriter(Frame frame) {
        super(frame);
    }

    void start(ValueContext of) {
        if (slotCount > handed) {
            rollback(handed);
        }
        rewind();
        use(of);
        byReference = true;
        if (refs != null) {
            refs = null;
        }
        refCount = 0;
        refBytes = 0;
        slotCount = 0;
        handed = 0;
        depth = 0;
    }

    /** Stored only when it changes: storing it anew with each call would keep the garbage collector busy. */
    private void use(ValueContext of) {
        WeakReference<ValueContext> reference = of == null ? null : of.reference();
        if (context != reference) {
            context = reference;
        }
        Forms wanted = of == null ? null : of.forms();
        if (forms != wanted) {
            forms = wanted;
        }
    }

    private ValueContext context() {
        return context == null ? null : context.get();
    }

    /** Stores only what changes, as {@link #use} does. */
    void clear() {
        if (refs != null) {
            refs = null;
        }
        forgetPath();
        if (slotCount > handed) {
            rollback(handed);
        }
    }

    private void forgetPath() {
        if (deepest > 0) {
            Arrays.fill(path, 1, deepest + 1, null);
            deepest = 0;
        }
    }

    /** Writes the header. The frame of an up-call may lie idle for long after it, so no object of the user's is kept. */
    private void end(int status) {
        forgetPath();
        frame.setHeader(status, position - Frame.HEADER);
    }

    /**
     * Has large arrays written into the frame too, for a call that takes no arrays beside it.
     *
     * @return this writer, until the frame is written anew
     */
    public FrameWriter withoutReferences() {
        byReference = false;
        return this;
    }

    /**
     * Writes a value.
     *
     * @param value any value, or null
     * @throws ConversionException if the value cannot cross
     * @throws IllegalStateException if it holds a Python object that is closed
     */
    public void write(Object value) {
        try {
            value(value, false);
        } catch (StackOverflowError e) {
            throw Refusals.stackUsedUp(e, depth);
        }
    }

    /**
     * Writes the result of an up-call.
     *
     * @param form a code of {@link Form}
     */
    void write(Object value, int form) {
        if (value instanceof Results.Element) {
            write(((Results.Element) value).element, Form.VIEW);
        } else if (value instanceof Results.Elements) {
            List<Object> elements = ((Results.Elements) value).elements;
            head(Tag.LIST, elements.size(), 0);
            for (Object element : elements) {
                write(element, Form.VIEW);
            }
        } else if (value instanceof Object[] && ((Object[]) value).length == 1
                && ((Object[]) value)[0] instanceof Results.Element) {
            head(Tag.TUPLE, 1, 0);
            write(((Object[]) value)[0], form);
        } else if (value instanceof Results.Live) {
            object(((Results.Live) value).object);
        } else if (value instanceof Results.Copy) {
            write(((Results.Copy) value).object);
        } else if (form == Form.OBJECT && value != null && forms == null) {
            // What a constructor makes. In other forms it is what such an object always is.
            object(value);
        } else if (form == Form.VIEW && value != null && ValueKind.isView(kind(value.getClass()))) {
            object(value);
        } else {
            write(value);
        }
    }

    /**
     * Writes a string.
     *
     * @param text the string
     */
    public void writeString(String text) {
        TextCodec.write(this, text);
    }

    /**
     * Writes a whole number.
     *
     * @param value the number
     */
    public void writeLong(long value) {
        tagged(Tag.LONG, value);
    }

    /**
     * Writes a Python object.
     *
     * @param handle its handle
     */
    public void writeHandle(long handle) {
        tagged(Tag.PYOBJECT, handle);
    }

    /**
     * Writes the arguments of a call.
     *
     * @param positional the positional arguments
     * @param names the names of the keyword arguments; null for none
     * @param keywordValues the values of the keyword arguments, as many as names; null for none
     * @throws ConversionException if an argument cannot cross; the message says which
     */
    public void writeArguments(Object[] positional, String[] names, Object[] keywordValues) {
        int count = names == null ? 0 : names.length;
        if (count != (keywordValues == null ? 0 : keywordValues.length)) {
            throw new IllegalArgumentException("keyword arguments need a name and a value each");
        }
        putInt(positional.length);
        writePositional(positional);
        putInt(count);
        for (int i = 0; i < count; i++) {
            writeString(Objects.requireNonNull(names[i], "name of a keyword argument"));
            try {
                write(keywordValues[i]);
            } catch (ConversionException e) {
                throw Refusals.argument("keyword argument '" + names[i] + "'", keywordValues[i], e);
            }
        }
    }

    /** Writes positional arguments, of which it is known how many there are. */
    void writePositional(Object[] positional) {
        for (int i = 0; i < positional.length; i++) {
            writeArgument(positional[i], i, positional.length);
        }
    }

    /** Writes the argument of an index of so many. */
    void writeArgument(Object value, int index, int count) {
        try {
            write(value);
        } catch (ConversionException e) {
            throw Refusals.argument("argument " + (index + 1) + " of " + count, value, e);
        }
    }

    /** Ends the payload: one value that is the result of a call. */
    public void finish() {
        end(Status.OK);
    }

    /** Ends the payload: an error record. */
    public void finishRaised() {
        end(Status.RAISED);
    }

    /** Ends the payload: a bit for each argument of an up-call that is wanted as an object. */
    void finishObjects(long which) {
        putLong(which);
        end(Status.OBJECTS);
    }

    /**
     * Replaces the payload by a refusal. Slots that were written are taken back.
     *
     * @param code a code of {@link Failure}
     * @param message what to tell the caller
     */
    public void fail(int code, String message) {
        restart();
        putInt(code);
        writeString(message);
        end(Status.FAILED);
    }

    /**
     * The arrays that cross beside the frame.
     *
     * @return the arrays by the index in their tags, or null if there are none
     */
    public Object[] refs() {
        return refs == null || refs.length == refCount ? refs : Arrays.copyOf(refs, refCount);
    }

    /** Bytes written so far, with those of arrays that cross beside the frame. */
    long weight() {
        return position + refBytes;
    }

    /** How many slots were written. */
    int slots() {
        return slotCount;
    }

    /** Forgets what was written from a position on, of which it is known how many slots there were then. */
    void truncate(int to, int slotsThen) {
        rollback(slotsThen);
        position = to;
        depth = 0;
    }

    /** Overwrites a number. */
    void patchInt(int at, int value) {
        buffer.putInt(at, value);
    }

    /** Numbers as they are, without a tag. */
    void putLongs(long[] values, int from, int count) {
        ensure(8L * count);
        buffer.position(position);
        buffer.asLongBuffer().put(values, from, count);
        position += 8 * count;
    }

    /** Numbers as they are, without a tag. */
    void putDoubles(double[] values, int from, int count) {
        ensure(8L * count);
        buffer.position(position);
        buffer.asDoubleBuffer().put(values, from, count);
        position += 8 * count;
    }

    /** A number of UTF-16 units, and these, at an even address. */
    void putUnits(char[] units, int count) {
        ensure(5 + 2L * count);
        buffer.putInt(position, count);
        position += 4 + (position & 1);
        buffer.position(position);
        buffer.asCharBuffer().put(units, 0, count);
        position += 2 * count;
    }

    /** Begins the payload anew, without the slots that were written. */
    void restart() {
        rollback();
        rewind();
        depth = 0;
    }

    /** Takes back the slots that were written, when the frame will not be handed over after all. */
    public void rollback() {
        rollback(0);
    }

    /** Takes back the slots that were written but for the first few, which Python owns already. */
    void rollback(int kept) {
        while (slotCount > kept) {
            release(slots[slotCount - 1]);
            // Counted after it is released: the stack may end in any call.
            slotCount--;
        }
        handed = Math.min(handed, slotCount);
    }

    private void release(int slot) {
        ValueContext of = context();
        if (of == null) {
            // The interpreter is nobody's any more.
            Session.handles().release(slot);
        } else {
            of.releaseSlot(slot);
        }
    }

    /** Python owns the slots that were written: the frame is handed over, now. */
    void handOver() {
        handed = slotCount;
    }

    /** Python has taken over only the first few of the slots after all. */
    void takeBack(int kept) {
        // First: the stack may end in what follows, and the next use does it then.
        handed = kept;
        rollback(kept);
    }

    /** The frame was not handed over after all. */
    void takeBack() {
        handed = 0;
    }

    /** Whether an array of so many bytes crosses beside the frame. */
    boolean crossesBeside(long bytes) {
        return byReference && bytes >= ArrayCodec.BY_REFERENCE;
    }

    int reference(Object array, long bytes) {
        refBytes += bytes;
        if (refs == null) {
            refs = new Object[1];
        } else if (refCount == refs.length) {
            refs = Arrays.copyOf(refs, refCount * 2);
        }
        refs[refCount] = array;
        return refCount++;
    }

    /**
     * Writes a value.
     *
     * @param key whether it is a member of a set or a key, or part of one: it must be hashable in Python
     */
    private void value(Object value, boolean key) {
        if (value == null) {
            tag(Tag.NULL);
            return;
        }
        // The classes that nearly all values have, before the look-up that knows all.
        Class<?> type = value.getClass();
        if (type == String.class) {
            TextCodec.write(this, (String) value);
        } else if (type == Long.class) {
            tagged(Tag.LONG, (Long) value);
        } else if (type == Integer.class) {
            tagged(Tag.LONG, (Integer) value);
        } else if (type == Double.class) {
            tagged(Tag.DOUBLE, Double.doubleToRawLongBits((Double) value));
        } else if (type == Boolean.class) {
            tag((Boolean) value ? Tag.TRUE : Tag.FALSE);
        } else if (type == ArrayList.class) {
            collection((ArrayList<?>) value, key ? Tag.TUPLE : Tag.LIST, key);
        } else {
            other(value, kind(type), key);
        }
    }

    private int kind(Class<?> type) {
        return forms == null ? ValueKind.of(type) : forms.kind(type);
    }

    /** Like {@link #value}, what calls itself has few variables: a thousand levels must fit on a common stack. */
    private void other(Object value, int kind, boolean key) {
        if (kind == ValueKind.MAP) {
            map((Map<?, ?>) value, key);
        } else if (kind == ValueKind.OBJECTS) {
            array((Object[]) value, key);
        } else if (kind == ValueKind.COLLECTION) {
            collection((Collection<?>) value, key ? Tag.TUPLE : Tag.LIST, key);
        } else if (kind == ValueKind.SET) {
            collection((Set<?>) value, key ? Tag.FROZENSET : Tag.SET, true);
        } else if (kind == ValueKind.ENTRY) {
            entry((Map.Entry<?, ?>) value, key);
        } else {
            single(value, kind, key);
        }
    }

    /** Writes a value that holds no others, or one that may be there. */
    private void single(Object value, int kind, boolean key) {
        switch (kind) {
            case ValueKind.INTEGRAL:
                tagged(Tag.LONG, ((Number) value).longValue());
                break;
            case ValueKind.BIG_INTEGER:
                NumberCodec.writeBig(this, (BigInteger) value);
                break;
            case ValueKind.FLOATING:
                tagged(Tag.DOUBLE, Double.doubleToRawLongBits(((Number) value).doubleValue()));
                break;
            case ValueKind.CHARACTER:
                ensure(3);
                buffer.put(position, Tag.CHAR);
                buffer.putChar(position + 1, (Character) value);
                position += 3;
                break;
            case ValueKind.BIG_DECIMAL:
                NumberCodec.writeDecimal(this, (BigDecimal) value);
                break;
            case ValueKind.UUID_VALUE:
                tagged(Tag.UUID, ((UUID) value).getMostSignificantBits());
                putLong(((UUID) value).getLeastSignificantBits());
                break;
            case ValueKind.BYTES:
            case ValueKind.SHORTS:
            case ValueKind.INTS:
            case ValueKind.LONGS:
            case ValueKind.FLOATS:
            case ValueKind.DOUBLES:
            case ValueKind.CHARS:
            case ValueKind.BOOLEANS:
                if (forms == null || kind == ValueKind.BYTES) {
                    ArrayCodec.write(this, value);
                } else {
                    ArrayCodec.writeTuple(this, value);
                }
                break;
            case ValueKind.OPTIONAL:
                value(((Optional<?>) value).orElse(null), key);
                break;
            case ValueKind.OPTIONAL_INT:
                OptionalInt optionalInt = (OptionalInt) value;
                value(optionalInt.isPresent() ? (Integer) optionalInt.getAsInt() : null, key);
                break;
            case ValueKind.OPTIONAL_LONG:
                OptionalLong optionalLong = (OptionalLong) value;
                value(optionalLong.isPresent() ? (Long) optionalLong.getAsLong() : null, key);
                break;
            case ValueKind.OPTIONAL_DOUBLE:
                OptionalDouble optionalDouble = (OptionalDouble) value;
                value(optionalDouble.isPresent() ? (Double) optionalDouble.getAsDouble() : null, key);
                break;
            case ValueKind.OBJECT:
                object(value);
                break;
            default:
                Object time = forms == null ? value : forms.javaTime(value);
                TimeCodec.write(this, time, time == value ? kind : ValueKind.of(time.getClass()));
                break;
        }
    }

    private void collection(Collection<?> values, byte tag, boolean key) {
        enter(values);
        int at = position + 1;
        head(tag, 0, 0);
        int count = 0;
        for (Object element : values) {
            if (element instanceof Long) {
                tagged(Tag.LONG, (Long) element);
            } else {
                value(element, key);
            }
            count++;
        }
        // What came, not what size() says: another thread may have changed it.
        buffer.putInt(at, count);
        depth--;
    }

    private void array(Object[] values, boolean key) {
        enter(values);
        head(Tag.TUPLE, values.length, 0);
        for (Object element : values) {
            value(element, key);
        }
        depth--;
    }

    private void map(Map<?, ?> values, boolean key) {
        enter(values);
        int at = position + 1;
        head(Tag.DICT, 0, 0);
        int count = 0;
        for (Map.Entry<?, ?> entry : values.entrySet()) {
            value(entry.getKey(), true);
            value(entry.getValue(), key);
            count++;
        }
        buffer.putInt(at, count);
        depth--;
    }

    private void entry(Map.Entry<?, ?> entry, boolean key) {
        enter(entry);
        tag(Tag.ENTRY);
        value(entry.getKey(), key);
        value(entry.getValue(), key);
        depth--;
    }

    private void object(Object value) {
        long handle = context().handleOf(value);
        if (handle != 0) {
            if (!byReference) {
                // An answer: nobody else may hold the object until Python has read its handle.
                frame.hold(value);
            }
            tagged(Tag.PYOBJECT, handle);
            return;
        }
        // Room first: a slot that is taken is a slot that is known.
        int number = context().classOf(value);
        head(Tag.JAVAOBJECT, 0, 4);
        putInt(number);
        if (slotCount == slots.length) {
            slots = Arrays.copyOf(slots, slotCount * 2);
        }
        int slot = context().slotOf(value);
        slots[slotCount++] = slot;
        buffer.putInt(position - 8, slot);
    }

    private void enter(Object container) {
        int level = ++depth;
        if (level > Refusals.MAX_DEPTH) {
            throw tooDeep(container);
        }
        if (level >= path.length) {
            path = Arrays.copyOf(path, path.length * 2);
        }
        path[level] = container;
        if (level > deepest) {
            deepest = level;
        }
    }

    private ConversionException tooDeep(Object container) {
        for (int i = 1; i < depth; i++) {
            if (path[i] == container) {
                return Refusals.containsItself(container);
            }
        }
        return Refusals.tooDeep(container.getClass().getTypeName());
    }
}

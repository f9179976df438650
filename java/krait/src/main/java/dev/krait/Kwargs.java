package dev.krait;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keyword arguments of a call, passed as its last argument:
 *
 * <pre>{@code
 * interp.invoke("json.dumps", data, Kwargs.of("indent", 2).and("sort_keys", true));
 * }</pre>
 *
 * <p>A type of its own, so that a {@code Map} stays an ordinary argument. Immutable; any thread may use it.
 */
@SuppressWarnings("exports") // Nullable is for tools; a module without them need not read its module.
public final class Kwargs {
    private final String[] names;
    private final @Nullable Object[] values;

    private Kwargs(String[] names, @Nullable Object[] values) {
        this.names = names;
        this.values = values;
    }

    /**
     * One keyword argument.
     *
     * @param name its name
     * @param value its value, or null for None
     * @return the keyword arguments
     * @throws NullPointerException if the name is null
     */
    public static Kwargs of(String name, @Nullable Object value) {
        return new Kwargs(new String[] {Objects.requireNonNull(name, "name")}, new Object[] {value});
    }

    /**
     * One keyword argument more.
     *
     * @param name its name
     * @param value its value, or null for None
     * @return new keyword arguments
     * @throws NullPointerException if the name is null
     * @throws IllegalArgumentException if the name is there already
     */
    public Kwargs and(String name, @Nullable Object value) {
        Objects.requireNonNull(name, "name");
        if (Arrays.asList(names).contains(name)) {
            throw new IllegalArgumentException("keyword argument '" + name + "' is given twice");
        }
        int count = names.length;
        String[] moreNames = Arrays.copyOf(names, count + 1);
        Object[] moreValues = Arrays.copyOf(values, count + 1);
        moreNames[count] = name;
        moreValues[count] = value;
        return new Kwargs(moreNames, moreValues);
    }

    String[] names() {
        return names;
    }

    @Nullable Object[] values() {
        return values;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Kwargs[");
        for (int i = 0; i < names.length; i++) {
            text.append(i == 0 ? "" : ", ").append(names[i]).append('=').append(values[i]);
        }
        return text.append(']').toString();
    }
}

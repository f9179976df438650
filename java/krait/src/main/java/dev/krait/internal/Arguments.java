package dev.krait.internal;

/** The arguments of a call, taken apart. */
public final class Arguments {
    private final Object[] positional;
    private final String[] names;
    private final Object[] keywordValues;

    /**
     * Arguments of a call.
     *
     * @param positional those without a name
     * @param names the names of the others, or null
     * @param keywordValues as long as {@code names}, or null
     */
    public Arguments(Object[] positional, String[] names, Object[] keywordValues) {
        this.positional = positional;
        this.names = names;
        this.keywordValues = keywordValues;
    }

    /**
     * The positional arguments.
     *
     * @return the caller's own array
     */
    public Object[] positional() {
        return positional;
    }

    /**
     * The names of the keyword arguments, in the order of the call.
     *
     * @return the caller's own array; null where there are none
     */
    public String[] names() {
        return names;
    }

    /**
     * The values of the keyword arguments, as long as {@link #names()}.
     *
     * @return the caller's own array
     */
    public Object[] keywordValues() {
        return keywordValues;
    }
}

package dev.krait.pemja;

import java.util.Map;

/** Keyword arguments as {@code Session} takes them. */
public final class Keywords {
    private static final Keywords NONE = new Keywords(null, null);

    private final String[] names;
    private final Object[] values;

    private Keywords(String[] names, Object[] values) {
        this.names = names;
        this.values = values;
    }

    /**
     * Takes a map apart.
     *
     * @param arguments the arguments by name, or null
     * @return the keywords
     */
    public static Keywords of(Map<String, Object> arguments) {
        if (arguments == null || arguments.isEmpty()) {
            return NONE;
        }
        // What is there now: another thread may change the map meanwhile.
        Map.Entry<?, ?>[] entries = arguments.entrySet().toArray(new Map.Entry<?, ?>[0]);
        String[] names = new String[entries.length];
        Object[] values = new Object[entries.length];
        for (int i = 0; i < entries.length; i++) {
            names[i] = (String) entries[i].getKey();
            values[i] = entries[i].getValue();
        }
        return new Keywords(names, values);
    }

    /** {@return the names, or null where there are none} */
    public String[] names() {
        return names;
    }

    /** {@return as many values, or null where there are none} */
    public Object[] values() {
        return values;
    }
}

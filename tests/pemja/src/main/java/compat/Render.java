package compat;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pemja.core.object.PyIterator;
import pemja.core.object.PyObject;

/** Values and exceptions as one line of text that says class and content, and nothing that changes from run to run. */
final class Render {
    private static final int MOST = 400;

    private Render() {
    }

    static String value(Object value) {
        String text = text(value, 0);
        return text.length() <= MOST ? text : text.substring(0, MOST) + "… " + text.length() + " " + text.hashCode();
    }

    private static String text(Object value, int depth) {
        if (value == null) {
            return "null";
        }
        if (depth > 20) {
            return "…";
        }
        Class<?> type = value.getClass();
        if (value instanceof String) {
            return "String " + escape((String) value);
        }
        if (type.isArray()) {
            return array(value, depth);
        }
        if (value instanceof PyIterator) {
            return "PyIterator";
        }
        if (value instanceof PyObject) {
            return "PyObject " + escape(String.valueOf(((PyObject) value).invokeMethod("__repr__")).replaceAll("0x[0-9a-f]+", "0x…"));
        }
        if (value instanceof Map) {
            List<String> entries = new ArrayList<>();
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                entries.add(text(entry.getKey(), depth + 1) + "=" + text(entry.getValue(), depth + 1));
            }
            Collections.sort(entries);
            return (value instanceof HashMap ? "HashMap " : type.getName() + " ") + entries;
        }
        if (value instanceof Collection) {
            List<String> items = new ArrayList<>();
            for (Object item : (Collection<?>) value) {
                items.add(text(item, depth + 1));
            }
            if (value instanceof Set) {
                Collections.sort(items);
            }
            return type.getSimpleName() + " " + items;
        }
        if (value instanceof Number || value instanceof Boolean || value instanceof Character || value instanceof BigDecimal
                || value instanceof BigInteger || type.getName().startsWith("java.")) {
            return type.getSimpleName() + " " + escape(value.toString());
        }
        return type.getName();
    }

    private static String array(Object array, int depth) {
        StringBuilder text = new StringBuilder(array.getClass().getSimpleName()).append(" [");
        for (int i = 0, length = Array.getLength(array); i < length; i++) {
            text.append(i == 0 ? "" : ", ");
            Object element = Array.get(array, i);
            text.append(array.getClass().getComponentType().isPrimitive() ? element : text(element, depth + 1));
        }
        return text.append(']').toString();
    }

    static String thrown(Throwable thrown) {
        String message = String.valueOf(thrown.getMessage()).replaceAll("0x[0-9a-f]+", "0x…").replaceAll("@[0-9a-f]+", "@…");
        return "throws " + thrown.getClass().getName() + ": " + escape(message);
    }

    static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        for (char c : text.toCharArray()) {
            if (c == '\\') {
                escaped.append("\\\\");
            } else if (c == '\n') {
                escaped.append("\\n");
            } else if (c < ' ' || c >= 0x7f) {
                escaped.append(String.format("\\u%04x", (int) c));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }
}

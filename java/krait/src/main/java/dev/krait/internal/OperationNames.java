package dev.krait.internal;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;

/** The names of the codes in {@link Op}, for those who watch calls. */
final class OperationNames {
    private static final Map<Integer, String> NAMES = new HashMap<>();

    static {
        for (Field field : Op.class.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == int.class) {
                try {
                    NAMES.put(field.getInt(null), field.getName());
                } catch (IllegalAccessException e) {
                    throw new ExceptionInInitializerError(e);
                }
            }
        }
    }

    private OperationNames() {
    }

    static String of(int op) {
        return NAMES.getOrDefault(op & ~Op.RAW, "?");
    }
}

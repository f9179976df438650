package dev.krait;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What tools such as Kotlin's compiler are told of null: None crosses as null wherever a value may be anything. */
class NullnessTest {
    @Test
    void whatMayBeAnyValueIsMarkedNullable() {
        Set<String> unmarked = new TreeSet<>();
        for (Class<?> type : List.of(PythonInterpreter.class, PyObject.class, PyOperators.class, PyFunction.class,
                PyIterator.class, PyContext.class, PythonPool.class, Kwargs.class, TypeRef.class)) {
            for (Method method : type.getDeclaredMethods()) {
                if (!Modifier.isPublic(method.getModifiers()) || method.isSynthetic()) {
                    continue;
                }
                boolean marked = isMarked(method.getAnnotatedReturnType());
                for (AnnotatedType parameter : method.getAnnotatedParameterTypes()) {
                    marked &= isMarked(parameter);
                }
                if (!marked) {
                    unmarked.add(method.toGenericString());
                }
            }
        }
        assertEquals(Set.of(), unmarked);
    }

    private static boolean isMarked(AnnotatedType type) {
        if (type instanceof AnnotatedArrayType) {
            return isMarked(((AnnotatedArrayType) type).getAnnotatedGenericComponentType());
        }
        if (type instanceof AnnotatedParameterizedType) {
            for (AnnotatedType argument : ((AnnotatedParameterizedType) type).getAnnotatedActualTypeArguments()) {
                if (!isMarked(argument)) {
                    return false;
                }
            }
            return true;
        }
        return type.getType() != Object.class || type.isAnnotationPresent(Nullable.class);
    }
}

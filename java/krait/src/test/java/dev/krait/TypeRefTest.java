package dev.krait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Generic types at run time. */
class TypeRefTest {
    @Test
    void itNamesTheTypeInTheBrackets() {
        TypeRef<List<Integer>> ref = new TypeRef<List<Integer>>() { };
        assertEquals("java.util.List<java.lang.Integer>", ref.toString());
        assertSame(String.class, new TypeRef<String>() { }.type());
        assertEquals(ref, new TypeRef<List<Integer>>() { });
        assertEquals(ref.hashCode(), new TypeRef<List<Integer>>() { }.hashCode());
        assertNotEquals(ref, new TypeRef<List<Long>>() { });
    }

    private static <T> TypeRef<T> unknown() {
        return new TypeRef<T>() { };
    }

    @SuppressWarnings("rawtypes")
    private static final class Raw extends TypeRef {
    }

    private static class Between<A, T> extends TypeRef<T> {
    }

    @Test
    void aMissingTypeIsAClearError() {
        assertTrue(assertThrows(IllegalStateException.class, TypeRefTest::unknown).getMessage().contains("variable T"));
        assertTrue(assertThrows(IllegalStateException.class, Raw::new).getMessage().contains("new TypeRef<"));
        assertThrows(IllegalStateException.class, () -> new Between<String, Integer>() { });
    }
}

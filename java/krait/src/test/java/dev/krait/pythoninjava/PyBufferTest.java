package dev.krait.pythoninjava;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.Isolation;
import dev.krait.PyBuffer;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Python's buffers as ByteBuffers. */
class PyBufferTest {
    private PythonInterpreter python;

    @BeforeEach
    void open() {
        python = PythonInterpreter.create();
    }

    @AfterEach
    void close() {
        python.close();
    }

    private PyObject variable(String expression) {
        python.exec("v = " + expression);
        return python.get("v", PyObject.class);
    }

    private boolean canGrow() {
        return python.eval(Boolean.class, "grow(v)");
    }

    private boolean canGrowOnceCollected() throws InterruptedException {
        boolean grown = false;
        for (int i = 0; i < 200 && !grown; i++) {
            System.gc();
            Thread.sleep(20);
            grown = canGrow();
        }
        return grown;
    }

    private void defineGrow() {
        python.exec("def grow(v):\n    try:\n        v.append(0)\n        return True\n"
                + "    except BufferError:\n        return False\n");
    }

    @Test
    void javaAndPythonShareTheMemory() {
        try (PyBuffer buffer = variable("bytearray(b'abc')").buffer()) {
            ByteBuffer bytes = buffer.bytes();
            assertFalse(bytes.isReadOnly());
            bytes.put(0, (byte) 'X');
            assertEquals("bytearray(b'Xbc')", python.eval("repr(v)"));
            python.exec("v[2] = 90");
            assertEquals('Z', bytes.get(2));
            assertEquals(3, buffer.length());
            assertEquals("B", buffer.format());
        }
    }

    @Test
    void whatPythonCannotWriteJavaCannot() {
        try (PyBuffer buffer = variable("b'abc'").buffer()) {
            assertTrue(buffer.isReadOnly());
            ByteBuffer bytes = buffer.bytes();
            assertTrue(bytes.isReadOnly());
            assertThrows(ReadOnlyBufferException.class, () -> bytes.put(0, (byte) 1));
            byte[] copy = new byte[3];
            bytes.get(copy);
            assertArrayEquals(new byte[] {'a', 'b', 'c'}, copy);
        }
    }

    @Test
    void arraysKeepFormatAndShape() {
        try (PyBuffer buffer = variable("memoryview(__import__('array').array('d', [1, 2, 3, 4]))"
                + ".cast('B').cast('d', (2, 2))").buffer()) {
            assertEquals("d", buffer.format());
            assertEquals(8, buffer.itemSize());
            assertArrayEquals(new long[] {2, 2}, buffer.shape());
            DoubleBuffer doubles = buffer.bytes().asDoubleBuffer();
            assertEquals(4.0, doubles.get(3));
            doubles.put(0, -1);
            assertEquals(-1.0, python.eval("v[0, 0]"));
        }
    }

    @Test
    void anEmptyBufferIsEmpty() {
        try (PyBuffer buffer = variable("b''").buffer()) {
            assertEquals(0, buffer.bytes().remaining());
        }
    }

    @Test
    void theExporterIsHeldWhileTheBufferIsOpen() {
        defineGrow();
        PyBuffer buffer = variable("bytearray(10)").buffer();
        assertFalse(canGrow());
        buffer.close();
        buffer.close();
        assertTrue(canGrow());
        assertThrows(IllegalStateException.class, buffer::bytes);
    }

    @Test
    void theMemoryStaysAsLongAsAnyByteBufferOfItIsReachable() throws InterruptedException {
        defineGrow();
        PyBuffer buffer = variable("bytearray(b'x' * 100)").buffer();
        ByteBuffer slice = buffer.bytes().position(90).slice();
        buffer.close();
        for (int i = 0; i < 5; i++) {
            System.gc();
            Thread.sleep(10);
            assertFalse(canGrow());
        }
        assertEquals('x', slice.get(9));
        Reference.reachabilityFence(slice);
        slice = null;
        assertTrue(canGrowOnceCollected());
    }

    @Test
    void aForgottenBufferIsReleased() throws InterruptedException {
        defineGrow();
        variable("bytearray(5)").buffer().bytes().get(0);
        assertTrue(canGrowOnceCollected());
    }

    @Test
    void theMemoryOutlivesTheInterpreter() {
        PyBuffer buffer = variable("bytearray(b'abc')").buffer();
        ByteBuffer bytes = buffer.bytes();
        python.close();
        assertEquals('b', bytes.get(1));
        buffer.close();
    }

    @Test
    void theMemoryOutlivesAnInterpreterWithModulesOfItsOwn() {
        ByteBuffer bytes;
        try (PythonInterpreter apart = PythonInterpreter.builder().isolation(Isolation.SUB_INTERPRETER).build();
                PyObject memory = apart.eval(PyObject.class, "bytearray(b'abc' * 100_000)");
                PyBuffer buffer = memory.buffer()) {
            bytes = buffer.bytes();
        }
        // Others that would get the memory, were it free.
        for (int i = 0; i < 5; i++) {
            try (PythonInterpreter other = PythonInterpreter.builder().isolation(Isolation.SUB_INTERPRETER).build()) {
                other.exec("kept = [bytearray(b'xyz' * 100_000) for _ in range(20)]");
            }
        }
        for (int i = 0; i < bytes.limit(); i++) {
            assertEquals("abc".charAt(i % 3), bytes.get(i));
        }
        Reference.reachabilityFence(bytes);
    }

    @Test
    void memoryThatIsNotContiguousIsABufferError() {
        PyObject everySecond = variable("memoryview(bytearray(10))[::2]");
        assertEquals("BufferError", assertThrows(PythonException.class, everySecond::buffer).typeName());
        PyObject three = variable("3");
        assertEquals("TypeError", assertThrows(PythonException.class, three::buffer).typeName());
    }
}

package dev.krait.values;

import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import dev.krait.PyObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text: all of Unicode, and what is not even that. */
class TextTest extends Crossing {
    @ParameterizedTest
    @ValueSource(strings = {"", "a", "plain ASCII", "\u0000", "a\u0000b\u0000", "\u007f\u0080\u00ff\u0100", "größe", "日本語",
        "𝒳", "a𝒳b", "\uD83D\uDC69\u200D\uD83D\uDCBB", "\uFEFF", "\uFEFFtext", "\uFFFE", "\uFFFEtext", "\uFFFF", "\uD7FF\uE000",
        "\uDBFF\uDFFF", "\n\r\t\"'\\", "é", "e\u0301"})
    void textKeepsEveryCharacter(String text) {
        roundTrips(text);
        assertEquals("str", py.invoke("kind", text));
        assertEquals((long) text.codePointCount(0, text.length()), py.invoke("len", text));
        assertEquals(List.of(text), same(List.of(text)));
        assertEquals(Map.of(text, text), same(Map.of(text, text)));
        py.set("text", text);
        for (int i = 0, at = 0; i < text.length(); i += Character.charCount(text.codePointAt(i)), at++) {
            assertEquals((long) text.codePointAt(i), py.eval("ord(text[" + at + "])"));
        }
    }

    @Test
    void everyCharacterOfTheBasicPlaneCrosses() {
        py.exec("def codes(s): return [ord(c) for c in s]");
        StringBuilder all = new StringBuilder();
        for (int c = 0; c <= 0xFFFF; c++) {
            if (!Character.isSurrogate((char) c)) {
                all.append((char) c);
            }
        }
        assertEquals(all.toString(), same(all.toString()));
        assertEquals(63488L, py.invoke("len", all.toString()));
        assertEquals(all.toString(), py.eval("''.join(chr(c) for c in range(0x10000) if not 0xd800 <= c < 0xe000)"));
    }

    @Test
    void theFirstAndLastCharactersOfEveryPlaneCross() {
        for (int plane = 1; plane <= 16; plane++) {
            for (int code : new int[] {plane << 16, (plane << 16) + 1, (plane << 16) + 0xFFFE, (plane << 16) + 0xFFFF}) {
                String text = new String(Character.toChars(code));
                roundTrips(text);
                assertEquals((long) code, py.invoke("ord", text));
                assertEquals(text, py.invoke("chr", code));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uD800", "\uDFFF", "a\uDC00b", "\uDC00\uD800", "\uD800\uD800\uDC00", "ä\uDBFF", "\uD800\u0000"})
    void unpairedSurrogatesCrossAndTheNextCallWorks(String text) {
        for (int i = 0; i < 3; i++) {
            roundTrips(text);
            assertEquals("fine", same("fine"));
        }
        assertEquals(text, ((Map<?, ?>) same(Map.of(text, 1))).keySet().iterator().next());
    }

    @Test
    void aSurrogatePairInPythonIsOneCharacterInJavaToo() {
        // Python can hold the two halves as two characters; UTF-16 cannot tell that from the pair.
        String pair = (String) py.eval("'\\ud83d' + '\\ude00'");
        assertEquals("\uD83D\uDE00", pair);
        assertEquals(1L, py.invoke("len", pair));
    }

    @Test
    void namesWithCharactersBeyondTheBasicPlaneAreNoModifiedUtf8() {
        py.exec("def f(**kw): return list(kw.items())");
        Map<String, Object> map = Map.of("𝒳\u0000", 1L);
        assertEquals(map, same(map));
        py.exec("𐐀 = 5");
        assertEquals(5L, py.get("𐐀"));
    }

    @Test
    void hugeStringsKeepTheirLength() {
        for (String unit : new String[] {"a", "ä", "日", "𝒳"}) {
            for (int count : new int[] {255, 256, 4_095, 4_096, 65_535, 65_536, 1_000_000}) {
                String text = unit.repeat(count);
                assertEquals(text, same(text));
                assertEquals((long) count, py.invoke("len", text));
            }
        }
    }

    @Test
    void anAsciiStringWithOneOtherCharacterAnywhere() {
        for (int at : new int[] {0, 1, 7, 8, 15, 16, 31, 32, 63, 64, 99}) {
            for (char other : new char[] {'ä', '\u0100', '\uFEFF', '\uD800'}) {
                StringBuilder text = new StringBuilder("x".repeat(100));
                text.setCharAt(at, other);
                assertEquals(text.toString(), same(text.toString()));
            }
        }
    }

    @Test
    void charactersAreTextOfOne() {
        becomes('a', "str", "'a'");
        becomes('日', "str", "'日'");
        comesBackAs("ä", 'ä');
        comesBackAs("\uD800", '\uD800');
        comesBackAs("\u0000", '\u0000');
        assertEquals('x', py.invoke(char.class, "same", 'x'));
        assertThrows(ConversionException.class, () -> py.invoke(char.class, "same", "xy"));
        assertThrows(ConversionException.class, () -> py.invoke(char.class, "same", "𝒳"));
    }

    @Test
    void bytesAreBytes() {
        byte[] all = new byte[256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) i;
        }
        assertEquals("bytes", py.invoke("kind", (Object) all));
        assertEquals(true, py.invoke("operator.eq", all, py.eval("bytes(range(256))")));
        assertArrayEquals(all, (byte[]) same(all));
        assertArrayEquals(all, (byte[]) py.eval("bytearray(range(256))"));
        assertArrayEquals(all, (byte[]) py.eval("memoryview(bytes(range(256)))"));
        assertArrayEquals(new byte[0], (byte[]) same(new byte[0]));
        assertArrayEquals(new byte[] {3, 1}, (byte[]) py.eval("memoryview(b'\\x03x\\x01x')[::2]"));
        assertArrayEquals(new byte[] {3, 2, 1}, (byte[]) py.eval("memoryview(b'\\x01\\x02\\x03')[::-1]"));
    }

    @Test
    void aBytearrayThatJavaReadCanBeResizedAfterwards() {
        py.exec("b = bytearray(b'x' * 100_000)");
        assertEquals(100_000, ((byte[]) py.get("b")).length);
        py.exec("b.append(1)");
        assertEquals(100_001, ((byte[]) py.get("b")).length);
    }

    @Test
    void aReleasedMemoryviewHasNoBytesAndIsAnObject() {
        py.exec("m = memoryview(b'abc')\nm.release()");
        assertTrue(((PyObject) py.get("m")).repr().contains("released"));
        assertTrue(raised("ValueError", () -> py.get("m", byte[].class)).getMessage().contains("released"));
        assertEquals("fine", same("fine"));
    }

    @Test
    void textIsNoBytes() {
        assertThrows(ConversionException.class, () -> py.eval(String.class, "b'abc'"));
        assertThrows(ConversionException.class, () -> py.eval(byte[].class, "'abc'"));
        raised("TypeError", () -> py.invoke("operator.add", "a", new byte[] {1}));
    }
}

package dev.krait.internal;

import dev.krait.ConversionException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** Numbers of any size in a frame. */
final class NumberCodec {
    private NumberCodec() {
    }

    static void writeBig(FrameOutput out, BigInteger value) {
        byte[] bytes = value.toByteArray();
        out.head(Tag.BIG, bytes.length, bytes.length);
        out.putBytes(bytes, bytes.length);
    }

    static BigInteger readBig(FrameInput in) {
        int length = in.count(1);
        byte[] bytes = new byte[length];
        in.bytes(bytes, length);
        if (length == 0) {
            throw Refusals.corrupt("an int of no bytes", in.position);
        }
        try {
            return new BigInteger(bytes);
        } catch (ArithmeticException e) {
            throw new ConversionException("an int of " + length + " bytes is more than BigInteger can hold", e);
        }
    }

    static void writeDecimal(FrameOutput out, BigDecimal value) {
        byte[] digits = value.toString().getBytes(StandardCharsets.ISO_8859_1);
        out.head(Tag.DECIMAL, digits.length, digits.length);
        out.putBytes(digits, digits.length);
    }

    /** A BigDecimal; a Double for what BigDecimal lacks: NaN and the infinities. */
    static Number readDecimal(FrameInput in) {
        int length = in.count(1);
        byte[] bytes = new byte[length];
        in.bytes(bytes, length);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        // Decimal writes "NaN123" for a NaN that carries a number, and "sNaN" for one that signals.
        if (text.contains("NaN")) {
            return Double.NaN;
        }
        if (text.endsWith("Infinity")) {
            return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            if (text.indexOf('E') < 0) {
                throw (AssertionError) Refusals.corrupt("no decimal", in.position - length).initCause(e);
            }
            throw new ConversionException("the exponent of Decimal('" + shortened(text)
                    + "') is outside the range of BigDecimal's scale, which is an int", e);
        }
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 20) + "…" + text.substring(text.length() - 25);
    }
}

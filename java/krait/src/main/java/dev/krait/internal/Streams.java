package dev.krait.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/** The standard streams of an interpreter that are Java's. */
public final class Streams {
    private static final int MOST = 1 << 16;

    /** A stream of Krait's own that wants to know of the interpreter's end. Those of users stay open, and are not told. */
    public interface Ending {
        /** Nothing comes any more. */
        void end();
    }

    private Streams() {
    }

    /**
     * Gives an interpreter its own streams.
     *
     * @param session the interpreter
     * @param isolated whether it shares its modules with no other one
     * @param in for {@code sys.stdin}, or null
     * @param out for {@code sys.stdout}, or null
     * @param err for {@code sys.stderr}, or null
     */
    public static void attach(Session session, boolean isolated, InputStream in, OutputStream out, OutputStream err) {
        Requests.helper(session, 0, "attach_streams", session.number(), isolated, source(in), sink(out), sink(err));
    }

    /** Called with the number of bytes wanted; gives some, none at the end. */
    private static Callables.Target source(InputStream in) {
        return in == null ? null : args -> some(in, (int) Math.min((Long) args[0], MOST));
    }

    /** What one read gives, not more: a terminal's user waits for an answer to the first line. */
    private static byte[] some(InputStream in, int most) throws IOException {
        byte[] bytes = new byte[most];
        int count = in.read(bytes);
        return count <= 0 ? new byte[0] : Arrays.copyOf(bytes, count);
    }

    /** Called with bytes, with None to flush, or with False when nothing comes any more. */
    private static Callables.Target sink(OutputStream out) {
        return out == null ? null : args -> {
            if (args[0] == null) {
                out.flush();
            } else if (Boolean.FALSE.equals(args[0])) {
                if (out instanceof Ending) {
                    ((Ending) out).end();
                }
            } else {
                out.write((byte[]) args[0]);
            }
            return null;
        };
    }
}

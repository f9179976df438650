package dev.krait.internal;

/** One open interpreter: what all views of it share, and whether it may go. */
final class InterpreterState {
    final long binding;
    /** Whether the binding is the main interpreter's. */
    final boolean isMain;
    final JavaAccess java;
    final Names names = new Names();
    /** What Java has of it, to be let go of. */
    final Cleanup cleanup = new Cleanup();
    /** Lets go of what the interpreter has besides its globals. */
    private final Runnable end;
    /** Whether Python is told the names of Java's threads; set before the first user's call. */
    boolean namesThreads;
    volatile long namespace;
    /** Set by a close from inside a call: the last call to end does what is left. */
    volatile long leaving;
    /** The view that up-calls get; it lives as long as any. */
    Session first;

    /** Buffers over memory of its Python, which must last; guarded by this. */
    private int pins;
    /** It is to end when the last of them goes; guarded by this. */
    private boolean ending;

    InterpreterState(long binding, boolean isMain, JavaAccess java, Runnable end) {
        this.binding = binding;
        this.isMain = isMain;
        this.java = java;
        this.end = end;
    }

    void end() {
        synchronized (this) {
            ending = true;
            if (pins > 0) {
                return;
            }
        }
        end.run();
    }

    synchronized void pin() {
        pins++;
    }

    void unpin() {
        synchronized (this) {
            pins--;
            if (pins > 0 || !ending) {
                return;
            }
        }
        end.run();
    }
}

package dev.krait.cli;

/** What the tool's exit codes mean; {@code --help} lists the same. */
final class ExitCodes {
    static final int OK = 0;
    static final int ROW_FAILED = 1;
    static final int USAGE = 2;
    static final int NO_PYTHON = 3;
    static final int IO = 4;
    static final int INTERNAL = 70;
    /** 128 and the number of SIGINT, as shells count. */
    static final int INTERRUPTED = 130;
    /** 128 and the number of SIGPIPE, which ends programs that are not a JVM. */
    static final int BROKEN_PIPE = 141;

    private ExitCodes() {
    }
}

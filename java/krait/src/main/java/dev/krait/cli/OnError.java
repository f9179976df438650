package dev.krait.cli;

/** What happens to a row whose function raises an exception; named as on the command line. */
enum OnError {
    /** The tool ends, and leaves no output. */
    FAIL,
    /** The row has no line in the output. */
    SKIP,
    /** The row's line in the output is empty. */
    NULL
}

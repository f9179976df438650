package dev.krait.cli;

/** What is applied to each row: the Python function, or in tests any other. */
interface RowFunction {
    /** Maps one row; null is an empty line. Called by several threads with {@code --threads}. */
    String apply(String row);
}

package dev.krait.flink;

/** What a Python function that is called for batches of rows gets its arguments as. */
public enum Columns {
    /** A list for each argument, with None for NULL. */
    LISTS,
    /**
     * A numpy array for each argument: of numbers, booleans and {@code datetime64} as such, of anything else as objects.
     * One that has a NULL is a masked array.
     */
    NUMPY,
    /** A pandas Series for each argument; whole numbers and booleans with a NULL in between are of pandas's nullable types. */
    PANDAS,
    /** One pandas DataFrame, with a column for each argument. */
    DATA_FRAME;

    String form() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}

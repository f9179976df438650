package dev.krait.flink;

/** What a Python function is to SQL, which says what its annotations mean. */
enum Kind {
    /** A value out for each row of values in. */
    SCALAR,
    /** An iterable of rows out. */
    TABLE,
    /** Columns in, a column out. */
    VECTORIZED,
    /** Columns in, a value out. */
    COLUMNS,
    /** A class with {@code accumulate} and {@code get_value}. */
    AGGREGATE
}

package dev.krait.flink;

/** An aggregate function that {@link Declare} copies, under other names and for other functions. Flink wants it public. */
public final class AggregateTemplate extends PythonAggregateFunction {
    private static final long serialVersionUID = 1L;

    /** For Flink. */
    public AggregateTemplate() {
        super(builder().jarOf(AggregateTemplate.class).named(Declare.SPEC));
    }
}

package dev.krait.bench;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a measurement should reach; the report says whether it does. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@Repeatable(Goal.All.class)
@interface Goal {
    /** The suffix of the measurement to compare with, such as {@code Floor} or {@code Alone}; none for plain nanoseconds. */
    String of() default "";

    /** The most that is good: times the other's figure, or nanoseconds. */
    double atMost() default Double.NaN;

    /** For several threads: the least that is good of one thread's throughput. */
    double throughput() default Double.NaN;

    /** The parameter's value that the goal is meant for; any without it. */
    String param() default "";

    /** Several goals. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @interface All {
        /** The goals. */
        Goal[] value();
    }
}

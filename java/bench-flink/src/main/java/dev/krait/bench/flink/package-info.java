/** The jobs of {@code make bench-flink} and {@code make demo-flink} in Java, and the source and sink that measure all of them. */
package dev.krait.bench.flink;

/**
 * The command line tool of {@code java -jar krait.jar}: {@code map} and {@code doctor}.
 *
 * <p>Not exported: programs use {@link dev.krait}, and so does the tool.
 */
package dev.krait.cli;

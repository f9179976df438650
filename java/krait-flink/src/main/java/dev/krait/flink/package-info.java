/**
 * Python functions in Apache Flink, called in the task manager's JVM: scalar, table and aggregate functions for SQL and the
 * Table API, and batches of rows. No PyFlink is needed, neither where a job is made nor where it runs.
 */
package dev.krait.flink;

package dev.krait.internal;

import dev.krait.ClassFilter;

/** What an interpreter's Python code has of Java: which classes, by which loader, and how collections come. */
public final class JavaAccess {
    final ClassLoader loader;
    final Classes classes;
    final ClassFinder finder;
    final int form;

    /**
     * Makes one.
     *
     * @param loader where Python code finds Java classes, or null
     * @param filter what Python code can reach of Java; null for all
     * @param views whether collections that Java returns are live views in Python
     */
    public JavaAccess(ClassLoader loader, ClassFilter filter, boolean views) {
        this.loader = loader;
        classes = Classes.of(filter);
        finder = new ClassFinder(loader, classes);
        form = views ? Form.VIEW : Form.COPY;
    }
}

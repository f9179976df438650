package dev.krait.internal;

import java.util.List;

/** Results of up-calls that say themselves how they cross to Python. */
final class Results {
    private Results() {
    }

    /** A list of Python's with each element as it is taken out of a live collection. */
    static final class Elements {
        final List<Object> elements;

        Elements(List<Object> elements) {
            this.elements = elements;
        }
    }

    /** One element, taken out of a live collection. */
    static final class Element {
        final Object element;

        Element(Object element) {
            this.element = element;
        }
    }

    /** A Java object in Python whatever it is. */
    static final class Live {
        final Object object;

        Live(Object object) {
            this.object = object;
        }
    }

    /** A copy. */
    static final class Copy {
        final Object object;

        Copy(Object object) {
            this.object = object;
        }
    }
}

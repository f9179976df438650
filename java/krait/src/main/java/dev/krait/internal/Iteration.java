package dev.krait.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.BaseStream;

/** A Java iterator that Python goes through: in portions where nothing but the collection itself can notice. */
final class Iteration implements Opaque {
    private final Iterator<?> iterator;
    private final int portion;
    private final boolean pairs;

    Iteration(Object target, boolean items) {
        pairs = items;
        if (target instanceof Map) {
            iterator = items ? ((Map<?, ?>) target).entrySet().iterator() : ((Map<?, ?>) target).keySet().iterator();
        } else if (target instanceof Iterable) {
            iterator = ((Iterable<?>) target).iterator();
        } else if (target instanceof BaseStream) {
            iterator = ((BaseStream<?, ?>) target).iterator();
        } else if (target instanceof Enumeration) {
            iterator = ((Enumeration<?>) target).asIterator();
        } else {
            iterator = (Iterator<?>) target;
        }
        portion = target instanceof Collection || target instanceof Map ? 512 : 1;
    }

    /** The next elements; none at the end. */
    Results.Elements next() {
        List<Object> next = new ArrayList<>(Math.min(portion, 64));
        while (next.size() < portion && iterator.hasNext()) {
            Object element = iterator.next();
            if (pairs) {
                next.add(((Map.Entry<?, ?>) element).getKey());
                next.add(((Map.Entry<?, ?>) element).getValue());
            } else {
                next.add(element);
            }
        }
        return new Results.Elements(next);
    }
}

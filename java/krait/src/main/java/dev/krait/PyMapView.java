package dev.krait;

import dev.krait.internal.Operations;
import dev.krait.internal.PythonBacked;
import dev.krait.internal.Requests;
import dev.krait.internal.Session;
import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A Python mapping as a Java map: a view. Keys and values are found as Python finds them ({@code 1} finds {@code 1.0}); the map as a
 * whole is equal to other maps as Java says. An iterator shows the map as it was when it began; an entry's {@code
 * setValue} writes through.
 */
final class PyMapView<K, V> extends AbstractMap<K, V> implements PythonBacked {
    private final PyObject mapping;
    private final Class<K> keyType;
    private final Class<V> valueType;
    private final boolean mutable;

    private PyMapView(PyObject mapping, Class<K> keyType, Class<V> valueType, boolean mutable) {
        this.mapping = mapping;
        this.keyType = keyType;
        this.valueType = valueType;
        this.mutable = mutable;
    }

    static <K, V> Map<K, V> of(PyObject mapping, Class<K> keyType, Class<V> valueType) {
        boolean mutable = (Boolean) Requests.helper(mapping.session(), 0, "mapping_is_mutable", mapping);
        return new PyMapView<>(mapping.another(), keyType, valueType, mutable);
    }

    private Session session() {
        return mapping.session();
    }

    private Object key(Object key) {
        return PyKeys.in(session(), key);
    }

    private void checkMutable() {
        if (!mutable) {
            throw PyViews.readOnly(mapping);
        }
    }

    @Override
    public Object pythonObject() {
        return mapping;
    }

    @Override
    public int size() {
        return Math.toIntExact(mapping.length());
    }

    @Override
    public boolean containsKey(Object key) {
        return mapping.contains(key(key));
    }

    @Override
    public V get(Object key) {
        Object found = mapping.invokeMethod(Calls.wantsObject(valueType), "get", new Object[] {key(key)});
        return orNull(found);
    }

    @Override
    public V put(K key, V value) {
        checkMutable();
        return orNull(Requests.helper(session(), raw(), "map_put", mapping, key(key), value));
    }

    @Override
    public V remove(Object key) {
        checkMutable();
        return orNull(Requests.helper(session(), raw(), "map_remove", mapping, key(key)));
    }

    private int raw() {
        return Operations.raw(0, Calls.wantsObject(valueType));
    }

    /** None stands for no value, also as an object that was asked for. */
    private V orNull(Object found) {
        if (found instanceof PyObject && ((PyObject) found).typeName().equals("NoneType")) {
            ((PyObject) found).close();
            return null;
        }
        return found == null ? null : Calls.convert(session(), found, valueType);
    }

    @Override
    public void putAll(Map<? extends K, ? extends V> others) {
        if (!others.isEmpty()) {
            checkMutable();
            Requests.helper(session(), 0, "map_update", mapping, new LinkedHashMap<>(others));
        }
    }

    @Override
    public void clear() {
        checkMutable();
        mapping.invokeMethod("clear");
    }

    @Override
    public boolean containsValue(Object value) {
        return asks("map_has_value", value);
    }

    @Override
    public boolean remove(Object key, Object value) {
        checkMutable();
        return asks("map_discard_item", key(key), value);
    }

    @Override
    public boolean replace(K key, V old, V value) {
        checkMutable();
        boolean found = asks("map_has_item", key(key), old);
        if (found) {
            mapping.setItem(key(key), value);
        }
        return found;
    }

    private boolean asks(String helper, Object... operands) {
        return (Boolean) PyViews.helper(mapping, 0, helper, operands);
    }

    private boolean discard(Object key) {
        checkMutable();
        return asks("map_discard", key(key));
    }

    private boolean discardValue(Object value) {
        checkMutable();
        return asks("map_discard_value", value);
    }

    private boolean contains(Object entry) {
        return entry instanceof Map.Entry
                && asks("map_has_item", key(((Map.Entry<?, ?>) entry).getKey()), ((Map.Entry<?, ?>) entry).getValue());
    }

    private boolean discardEntry(Object entry) {
        return entry instanceof Map.Entry && remove(((Map.Entry<?, ?>) entry).getKey(), ((Map.Entry<?, ?>) entry).getValue());
    }

    @Override
    public Set<K> keySet() {
        return new Part<>(this::containsKey, this::discard, Keys::new);
    }

    @Override
    public Set<Map.Entry<K, V>> entrySet() {
        return new Part<>(this::contains, this::discardEntry, Entries::new);
    }

    @Override
    public Collection<V> values() {
        return new AbstractCollection<V>() {
            @Override
            public int size() {
                return PyMapView.this.size();
            }

            @Override
            public boolean contains(Object value) {
                return containsValue(value);
            }

            @Override
            public boolean remove(Object value) {
                return discardValue(value);
            }

            @Override
            public void clear() {
                PyMapView.this.clear();
            }

            @Override
            public Iterator<V> iterator() {
                return new Values();
            }
        };
    }

    /** The keys, or the entries. */
    private final class Part<E> extends PyViews.SetView<E> {
        private final Predicate<Object> contains;
        private final Predicate<Object> remove;
        private final Supplier<Iterator<E>> iterator;

        Part(Predicate<Object> contains, Predicate<Object> remove, Supplier<Iterator<E>> iterator) {
            this.contains = contains;
            this.remove = remove;
            this.iterator = iterator;
        }

        @Override
        public int size() {
            return PyMapView.this.size();
        }

        @Override
        public boolean contains(Object element) {
            return contains.test(element);
        }

        @Override
        public boolean remove(Object element) {
            return remove.test(element);
        }

        @Override
        public void clear() {
            PyMapView.this.clear();
        }

        @Override
        public Iterator<E> iterator() {
            return iterator.get();
        }
    }

    private final class Keys extends PyViews.Steps<K> {
        Keys() {
            super(PyViews.snapshot(mapping, "snapshot_keys", raw(keyType)), PyMapView.this::discard, "entry");
        }

        @Override
        public K next() {
            return Calls.convert(session(), take(), keyType);
        }
    }

    private abstract class StepsWithValues<E> extends PyViews.Steps<E> {
        private final PyIterator<V> values;

        StepsWithValues(Object[] keysAndValues) {
            super(new PyIterator<>((PyObject) keysAndValues[0], raw(keyType)), PyMapView.this::discard, "entry");
            values = new PyIterator<>((PyObject) keysAndValues[1], valueType);
        }

        abstract E show(Object key, V value);

        @Override
        public boolean hasNext() {
            // There are as many of both; at the end, each lets go of what it is over when it is asked.
            return super.hasNext() || values.hasNext();
        }

        @Override
        public E next() {
            Object key;
            V value;
            try {
                key = take();
            } finally {
                // Also where the key cannot cross: the next key has the next value.
                value = values.next();
            }
            return show(key, value);
        }
    }

    private final class Values extends StepsWithValues<V> {
        Values() {
            super((Object[]) Requests.helper(session(), 0, "snapshot_items", mapping));
        }

        @Override
        V show(Object key, V value) {
            return value;
        }
    }

    private final class Entries extends StepsWithValues<Map.Entry<K, V>> {
        Entries() {
            super((Object[]) Requests.helper(session(), 0, "snapshot_items", mapping));
        }

        @Override
        Map.Entry<K, V> show(Object key, V value) {
            return new Written(key, value);
        }
    }

    /** An entry whose value is written through. */
    private final class Written extends SimpleEntry<K, V> {
        private static final long serialVersionUID = 1L;

        private final transient Object found;

        /** The key is as it came. */
        Written(Object found, V value) {
            super(Calls.convert(session(), found, keyType), value);
            this.found = found;
        }

        @Override
        public V setValue(V value) {
            checkMutable();
            mapping.setItem(key(found), value);
            return super.setValue(value);
        }
    }
}

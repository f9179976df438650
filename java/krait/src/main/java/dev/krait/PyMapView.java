package dev.krait;

import dev.krait.internal.Operations;
import dev.krait.internal.PythonBacked;
import dev.krait.internal.Requests;
import dev.krait.internal.Session;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A Python mapping as a Java map: a view. Keys are found as Python finds them ({@code 1} finds {@code 1.0}); the map as a
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
    public Set<Map.Entry<K, V>> entrySet() {
        return new AbstractSet<Map.Entry<K, V>>() {
            @Override
            public int size() {
                return PyMapView.this.size();
            }

            @Override
            public void clear() {
                PyMapView.this.clear();
            }

            @Override
            public Iterator<Map.Entry<K, V>> iterator() {
                return new Entries();
            }
        };
    }

    /** Steps over the mapping as it was. */
    private final class Entries implements Iterator<Map.Entry<K, V>> {
        private final PyIterator<?> keys;
        private final PyIterator<V> values;
        /** As it came: what it is converted to need not find it. */
        private Object last;
        private boolean taken;

        Entries() {
            Object[] iterators = (Object[]) Requests.helper(session(), 0, "snapshot_items", mapping);
            Class<?> wanted = Calls.wantsObject(keyType) ? keyType : Object.class;
            keys = new PyIterator<>((PyObject) iterators[0], wanted);
            values = new PyIterator<>((PyObject) iterators[1], valueType);
        }

        @Override
        public boolean hasNext() {
            // There are as many of both; at the end, each lets go of what it is over when it is asked.
            return keys.hasNext() || values.hasNext();
        }

        @Override
        public Map.Entry<K, V> next() {
            V value;
            try {
                last = keys.next();
                taken = true;
            } finally {
                // Also where the key cannot cross: the next key has the next value.
                value = values.next();
            }
            return new Written(last, PyKeys.out(session(), last, keyType), value);
        }

        @Override
        public void remove() {
            if (!taken) {
                throw new IllegalStateException("next() was not called, or its entry was removed already");
            }
            checkMutable();
            Requests.helper(session(), 0, "map_discard", mapping, PyKeys.again(session(), last));
            taken = false;
        }
    }

    /** An entry whose value is written through. */
    private final class Written extends SimpleEntry<K, V> {
        private static final long serialVersionUID = 1L;

        private final transient Object found;

        /** The key is as it was found, and as it is shown. */
        Written(Object found, K key, V value) {
            super(key, value);
            this.found = found;
        }

        @Override
        public V setValue(V value) {
            checkMutable();
            mapping.setItem(PyKeys.again(session(), found), value);
            return super.setValue(value);
        }
    }
}

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

    private V value(Object value) {
        return Calls.convert(session(), value, valueType);
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

    /** None as an object that was asked for stands for no value. */
    private V orNull(Object found) {
        if (Calls.wantsObject(valueType) && found != null) {
            PyObject object = (PyObject) found;
            if (object.as(Object.class) == null) {
                object.close();
                return null;
            }
        }
        return value(found);
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
                boolean objects = Calls.wantsObject(keyType) || Calls.wantsObject(valueType);
                return objects ? new ByKey() : new ByItem();
            }
        };
    }

    /** Steps over the mapping as it was. */
    private abstract class Entries implements Iterator<Map.Entry<K, V>> {
        private Map.Entry<K, V> last;

        abstract Map.Entry<K, V> take();

        @Override
        public Map.Entry<K, V> next() {
            last = take();
            return last;
        }

        @Override
        public void remove() {
            if (last == null) {
                throw new IllegalStateException("next() was not called, or its entry was removed already");
            }
            PyMapView.this.remove(last.getKey());
            last = null;
        }
    }

    /** Takes keys and values together. */
    private final class ByItem extends Entries {
        private final PyIterator<Object> items = PyViews.snapshot(mapping, "snapshot_items", Object.class);

        @Override
        public boolean hasNext() {
            return items.hasNext();
        }

        @Override
        Map.Entry<K, V> take() {
            Object[] item = (Object[]) items.next();
            return new Written(PyKeys.out(session(), item[0], keyType), value(item[1]));
        }
    }

    /** Takes keys, then asks for each value: for keys or values that stay Python objects. */
    private final class ByKey extends Entries {
        private final Class<?> wanted = Calls.wantsObject(keyType) ? keyType : Object.class;
        private final Iterator<?> keys = PyViews.snapshot(mapping, "snapshot_keys", wanted);

        @Override
        public boolean hasNext() {
            return keys.hasNext();
        }

        @Override
        Map.Entry<K, V> take() {
            K key = PyKeys.out(session(), keys.next(), keyType);
            return new Written(key, mapping.getItem(key(key), valueType));
        }
    }

    /** An entry whose value is written through. */
    private final class Written extends SimpleEntry<K, V> {
        private static final long serialVersionUID = 1L;

        Written(K key, V value) {
            super(key, value);
        }

        @Override
        public V setValue(V value) {
            put(getKey(), value);
            return super.setValue(value);
        }
    }
}

package dev.krait.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What Krait hands to the JVM for ever: objects of the JDK's own classes that know Krait's only weakly, so that a class loader
 * that had Krait can be unloaded.
 */
final class Weakly {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.publicLookup();

    /** The handlers, held as long as their targets; nobody else holds them. */
    private static final Map<Object, InvocationHandler> FORWARDS = new WeakHashMap<>();

    private Weakly() {
    }

    /** How a call is passed on. */
    interface Call {
        /** Does it. */
        Object call(Object target, Method method, Object[] args) throws Throwable;
    }

    /** An object that runs the target as long as somebody else holds it. */
    static Runnable runnable(Runnable target) {
        return withoutContext(() -> MethodHandleProxies.asInterfaceInstance(Runnable.class,
                onTarget(Runnable.class, "run", MethodType.methodType(void.class), target)));
    }

    /**
     * An object of an interface of the JDK that passes calls on as long as somebody else holds the target; later it
     * answers null.
     */
    static <T, S extends T> T proxy(Class<T> type, S target, Call call) {
        InvocationHandler handler = new Forward(target, call);
        FORWARDS.put(target, handler);
        InvocationHandler weak = withoutContext(() -> MethodHandleProxies.asInterfaceInstance(InvocationHandler.class,
                onTarget(InvocationHandler.class, "invoke", MethodType.methodType(Object.class, Object.class,
                        Method.class, Object[].class), handler)));
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, weak));
    }

    private static final class Forward implements InvocationHandler {
        private final WeakReference<Object> target;
        private final Call call;

        Forward(Object target, Call call) {
            this.target = new WeakReference<>(target);
            this.call = call;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] args) throws Throwable {
            return call.call(target.get(), method, args);
        }
    }

    /**
     * Releases a semaphore, and waits until the other one is, or until so many milliseconds have passed as the system property
     * says then.
     */
    static Runnable request(Semaphore asked, Semaphore done, String property, long millis) {
        try {
            MethodHandle ask = LOOKUP.findVirtual(Semaphore.class, "release", MethodType.methodType(void.class)).bindTo(asked);
            MethodHandle wait = LOOKUP.findVirtual(Semaphore.class, "tryAcquire",
                    MethodType.methodType(boolean.class, long.class, TimeUnit.class)).bindTo(done);
            MethodHandle limit = MethodHandles.insertArguments(LOOKUP.findStatic(Long.class, "getLong",
                    MethodType.methodType(Long.class, String.class, long.class)), 0, property, millis);
            MethodHandle limited = MethodHandles.collectArguments(
                    MethodHandles.insertArguments(wait, 1, TimeUnit.MILLISECONDS), 0,
                    limit.asType(MethodType.methodType(long.class)));
            MethodHandle request = MethodHandles.foldArguments(limited.asType(MethodType.methodType(void.class)), ask);
            return withoutContext(() -> MethodHandleProxies.asInterfaceInstance(Runnable.class, request));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs something of the JDK's when nobody holds the object any more; the thread that does it knows no class of Krait's. */
    static void afterwards(Object object, MethodHandle action) {
        Cleaner.create().register(object,
                withoutContext(() -> MethodHandleProxies.asInterfaceInstance(Runnable.class, action)));
    }

    /** The interface's method on a target that is held weakly: nothing where it is gone. */
    private static MethodHandle onTarget(Class<?> type, String name, MethodType signature, Object target) {
        try {
            MethodHandle get = LOOKUP.findVirtual(WeakReference.class, "get", MethodType.methodType(Object.class))
                    .bindTo(new WeakReference<>(target)).asType(MethodType.methodType(type));
            MethodHandle there = LOOKUP.findStatic(Objects.class, "nonNull", MethodType.methodType(boolean.class, Object.class))
                    .asType(MethodType.methodType(boolean.class, type));
            MethodHandle call = LOOKUP.findVirtual(type, name, signature);
            MethodHandle nothing = MethodHandles.empty(call.type());
            return MethodHandles.foldArguments(MethodHandles.guardWithTest(there, call, nothing), get);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** The JDK makes proxies in the context class loader, which may be somebody's who wants to go. */
    private static <T> T withoutContext(Supplier<T> make) {
        Thread thread = Thread.currentThread();
        ClassLoader context = thread.getContextClassLoader();
        thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
        try {
            return make.get();
        } finally {
            thread.setContextClassLoader(context);
        }
    }
}

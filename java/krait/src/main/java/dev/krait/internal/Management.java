package dev.krait.internal;

import dev.krait.KraitMXBean;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import javax.management.DynamicMBean;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.NotCompliantMBeanException;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/** Krait's MBean. Only loaded where the JVM has the module java.management. */
final class Management implements KraitMXBean {
    private static final String NAME = "dev.krait:type=Krait";

    /** What the server's bean forwards to; it goes with this class loader. */
    private static Object kept;

    private Management() {
    }

    /** Registers the MBean; it lives as long as this class loader. */
    static synchronized void register() throws JMException {
        StandardMBean bean = standard();
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        // The server holds a bean of the JDK's own classes, which does not keep the class loader alive.
        DynamicMBean registered = Weakly.proxy(DynamicMBean.class, bean, Management::call);
        ObjectName name = new ObjectName(NAME);
        try {
            server.registerMBean(registered, name);
        } catch (InstanceAlreadyExistsException e) {
            name = new ObjectName(NAME + ",loader=" + System.identityHashCode(Management.class.getClassLoader()));
            server.registerMBean(registered, name);
        }
        kept = bean;
        Weakly.afterwards(bean, unregistering(server, name));
    }

    private static MethodHandle unregistering(MBeanServer server, ObjectName name) {
        try {
            MethodType type = MethodType.methodType(void.class, ObjectName.class);
            MethodHandle unregister = MethodHandles.publicLookup().findVirtual(MBeanServer.class, "unregisterMBean", type);
            return unregister.bindTo(server).bindTo(name);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("Krait: MBeanServer.unregisterMBean", e);
        }
    }

    private static Object call(Object target, Method method, Object[] args) throws Throwable {
        try {
            return method.invoke(target, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static StandardMBean standard() throws NotCompliantMBeanException {
        return new StandardMBean(new Management(), KraitMXBean.class, true);
    }

    @Override
    public long getCalls() {
        return Metrics.now().calls;
    }

    @Override
    public long getCallbacks() {
        return Metrics.now().callbacks;
    }

    @Override
    public long getErrors() {
        return Metrics.now().errors;
    }

    @Override
    public long getBytesToPython() {
        return Metrics.now().bytesToPython;
    }

    @Override
    public long getBytesToJava() {
        return Metrics.now().bytesToJava;
    }

    @Override
    public long getGilWaitNanos() {
        return Metrics.now().gilWaitNanos;
    }

    @Override
    public boolean isGilWaitMeasured() {
        return GilWaits.areMeasured();
    }

    @Override
    public void setGilWaitMeasured(boolean on) {
        GilWaits.ask(on);
    }

    @Override
    public long getPythonObjects() {
        return Metrics.now().pythonObjects;
    }

    @Override
    public long getJavaObjects() {
        return Metrics.now().javaObjects;
    }

    @Override
    public int getInterpreters() {
        return Interpreters.open();
    }

    @Override
    public long getThreadStates() {
        return Metrics.now().threadStates;
    }

    @Override
    public String dumpStacks() {
        return Interpreters.dump();
    }
}

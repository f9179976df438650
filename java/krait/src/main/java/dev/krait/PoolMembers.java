package dev.krait;

import dev.krait.internal.Lifecycle;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The interpreters of a pool: each is lent to one thread at a time, and one that is broken makes place for a new one. */
final class PoolMembers {
    /** A call that goes on for so long after its deadline cannot be stopped: it sits in C code. */
    private static final long GRACE = TimeUnit.SECONDS.toNanos(1);
    /** How often those who wait look for calls that cannot be stopped. */
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(100);

    private static final System.Logger LOG = System.getLogger("dev.krait");

    private final int size;
    private final Supplier<PythonInterpreter> open;
    private final long deadline;
    private final Predicate<? super Throwable> breaking;
    /** Is told how many are {@link #abandoned}. */
    private final IntConsumer stuck;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Member> idle = new ArrayDeque<>();
    /** Idle or lent; not those that were given up while they were lent. */
    private final Set<Member> members = new HashSet<>();
    /** The member that a thread has. Removed when it is given back: a thread outlives pools and class loaders. */
    private final ThreadLocal<Member> own = new ThreadLocal<>();
    private int opening;
    /** Given back, and on their way to be closed. */
    private int closing;
    /** Given up while they were lent, and not given back yet. */
    private int abandoned;
    private long replaced;
    private boolean ended;

    private static final class Member {
        final PythonInterpreter interpreter;
        /** When the call began that must end by its deadline; 0 where none is under way that has one. */
        long since;
        boolean abandoned;

        Member(PythonInterpreter interpreter) {
            this.interpreter = interpreter;
        }
    }

    /**
     * Opens all members.
     *
     * @param deadline of each call in nanoseconds, or 0
     * @param breaking whether a failure means that the interpreter is to be replaced
     * @param stuck is told the number of calls that were given up and still run, whenever it changes
     */
    PoolMembers(int size, Supplier<PythonInterpreter> open, long deadline, Predicate<? super Throwable> breaking,
            IntConsumer stuck) {
        this.size = size;
        this.open = open;
        this.deadline = deadline;
        this.breaking = breaking;
        this.stuck = stuck;
        try {
            for (int i = 0; i < size; i++) {
                Member member = new Member(open.get());
                members.add(member);
                idle.add(member);
            }
        } catch (Throwable e) {
            for (Member member : idle) {
                close(member);
            }
            throw e;
        }
    }

    /**
     * Runs a task with a member, which is this thread's own if it has one already.
     *
     * @param timed whether the task is one call, which the deadline is for
     */
    <T> T with(boolean timed, Function<PythonInterpreter, T> task) {
        Member mine = own.get();
        if (mine != null) {
            return task.apply(mine.interpreter);
        }
        Member member = take(timed);
        own.set(member);
        Throwable failure = null;
        try {
            return task.apply(member.interpreter);
        } catch (Throwable e) {
            // Also a checked exception of Java code that Python called, which comes out as it is.
            failure = e;
            throw e;
        } finally {
            try {
                giveBack(member, breaks(failure));
            } finally {
                // Last: code that runs when an interpreter is closed may close the pool, which must not wait for this thread.
                own.remove();
            }
        }
    }

    /** Whether an interpreter whose call failed so is broken. Whatever the user's answer, the interpreter goes back. */
    private boolean breaks(Throwable failure) {
        if (failure == null) {
            return false;
        }
        try {
            return isInternal(failure) || breaking.test(failure);
        } catch (Throwable e) {
            // The call's own failure is what its caller has to see.
            if (e != failure) {
                failure.addSuppressed(e);
            }
            return true;
        }
    }

    /** Whether this thread is inside a task. */
    boolean isInside() {
        return own.get() != null;
    }

    private Member take(boolean timed) {
        lock.lock();
        try {
            while (true) {
                if (ended) {
                    throw PythonPool.closed();
                }
                Member member = idle.pollLast();
                if (member != null && member.interpreter.isClosed()) {
                    drop(member);
                    continue;
                }
                if (member == null && members.size() + opening < size) {
                    member = openMember();
                }
                if (member != null) {
                    member.since = timed && deadline != 0 ? System.nanoTime() : 0;
                    return member;
                }
                giveUpStuck();
                if (members.size() + opening == size) {
                    await();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void await() {
        try {
            if (deadline != 0) {
                changed.awaitNanos(LOOK);
            } else {
                changed.await();
            }
        } catch (InterruptedException e) {
            throw new PythonInterruptedException("the thread was interrupted while it waited for an interpreter of the pool");
        }
    }

    /** With the lock, which is not held while the interpreter is opened and set up. */
    private Member openMember() {
        opening++;
        lock.unlock();
        PythonInterpreter opened = null;
        try {
            opened = open.get();
        } finally {
            lock.lock();
            opening--;
            changed.signalAll();
        }
        Member member = new Member(opened);
        members.add(member);
        return member;
    }

    /** Makes room for new members instead of those whose calls cannot be stopped; those are closed when they come back. */
    private void giveUpStuck() {
        if (deadline == 0) {
            return;
        }
        long now = System.nanoTime();
        for (Member member : members.toArray(new Member[0])) {
            if (member.since != 0 && now - member.since > deadline + GRACE) {
                LOG.log(System.Logger.Level.WARNING, "A call of a pool goes on a second after its deadline and cannot be "
                        + "stopped: another interpreter takes the place of its own, which is closed when the call ends.");
                member.abandoned = true;
                drop(member);
                stuck.accept(++abandoned);
            }
        }
    }

    private void drop(Member member) {
        if (members.remove(member)) {
            replaced++;
        }
        changed.signalAll();
    }

    private void giveBack(Member member, boolean unfit) {
        boolean close;
        lock.lock();
        try {
            member.since = 0;
            boolean broken = unfit || member.interpreter.isClosed();
            if (member.abandoned) {
                stuck.accept(--abandoned);
            } else if (broken) {
                drop(member);
            }
            close = broken || member.abandoned || ended;
            if (close) {
                members.remove(member);
                closing++;
            } else {
                idle.addLast(member);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (!close) {
            return;
        }
        try {
            close(member);
        } finally {
            lock.lock();
            closing--;
            changed.signalAll();
            lock.unlock();
        }
    }

    /** A fault of Krait itself: nobody knows what state it left. */
    private static boolean isInternal(Throwable failure) {
        return failure instanceof AssertionError && String.valueOf(failure.getMessage()).startsWith("Krait");
    }

    private static void close(Member member) {
        try {
            member.interpreter.close();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "an interpreter of a pool was not closed in order", e);
        }
    }

    /** How many members were replaced. */
    long replaced() {
        lock.lock();
        try {
            return replaced;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Closes those that are idle now, and the others when they come back.
     *
     * @param waits whether to wait for those
     */
    void close(boolean waits) {
        Member[] left;
        lock.lock();
        try {
            ended = true;
            left = idle.toArray(new Member[0]);
            idle.clear();
            for (Member member : left) {
                members.remove(member);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        for (Member member : left) {
            close(member);
        }
        if (!waits) {
            return;
        }
        boolean interrupted = false;
        lock.lock();
        try {
            while ((!members.isEmpty() || opening > 0 || closing > 0) && !Lifecycle.isJvmOver()) {
                try {
                    changed.awaitNanos(LOOK);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            lock.unlock();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

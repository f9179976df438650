package dev.krait.internal;

import dev.krait.ConversionException;
import java.lang.invoke.MethodHandle;
import java.lang.ref.WeakReference;
import java.lang.reflect.Array;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The methods of one name of a class, or its constructors, and the choice among them by the arguments. The choice is
 * remembered for the kinds of arguments that came last. Any thread may use it.
 */
final class MethodGroup {
    /** How many kinds of arguments are remembered. */
    private static final int REMEMBERED = 4;
    private static final Choice[] NONE = {};

    private static final byte PASS = 0;
    private static final byte TO_INT = 1;
    private static final byte CONVERT = 2;
    private static final byte CONTAINER = 3;
    private static final byte FUNCTION = 4;

    private final Members owner;
    private final String name;
    private final Candidate[] candidates;
    private final int form;
    /** Whether an argument may have to be a function. */
    private final boolean takesFunctions;
    private volatile Choice[] choices = NONE;

    /** A candidate for arguments of some kinds. */
    private static final class Choice {
        final Candidate candidate;
        final MethodHandle handle;
        final boolean spread;
        final boolean targetFirst;
        final byte[] steps;
        private final Class<?>[] kinds;
        /** Where a kind may be unloaded: then the choice is forgotten with it. */
        private final WeakReference<Class<?>[]> weakKinds;

        Choice(Candidate candidate, boolean spread, boolean targetFirst, Class<?>[] kinds, byte[] steps, Class<?> owner) {
            this.candidate = candidate;
            this.handle = candidate.handle();
            this.spread = spread;
            this.targetFirst = targetFirst;
            this.steps = steps;
            boolean permanent = true;
            for (Class<?> kind : kinds) {
                permanent &= kind == owner || Classes.isPermanent(kind);
            }
            this.kinds = permanent ? kinds : null;
            this.weakKinds = permanent ? null : new WeakReference<>(kinds);
        }

        Class<?>[] kinds() {
            return kinds != null ? kinds : weakKinds.get();
        }
    }

    MethodGroup(Members owner, String name, List<Candidate> candidates) {
        this.owner = owner;
        this.name = name;
        this.candidates = candidates.toArray(new Candidate[0]);
        boolean anyStatic = false;
        boolean anyInstance = false;
        boolean functions = false;
        for (Candidate candidate : this.candidates) {
            anyStatic |= candidate.isStatic;
            anyInstance |= !candidate.isStatic;
            for (Class<?> type : candidate.types) {
                Class<?> element = type.isArray() ? type.getComponentType() : type;
                functions |= element.isInterface() && Callables.onlyAbstract(element) != null;
            }
        }
        form = !anyStatic ? Members.INSTANCE : anyInstance ? Members.MIXED : Members.STATIC;
        takesFunctions = functions;
    }

    String name() {
        return name;
    }

    int form() {
        return form;
    }

    /**
     * Calls the method that fits.
     *
     * @param session the interpreter that calls
     * @param target the object, or null where the class is asked
     * @param args the arguments as they were read
     * @param live a bit for each argument that is a Java object of Python's, not a value
     * @param only the one candidate to take, or -1
     */
    Object call(Session session, Object target, Object[] args, long live, int only) throws Throwable {
        Choice choice = only >= 0 ? chooseAmong(session, target, args, only) : remembered(session, target, args);
        Object receiver = target;
        Object[] passed = args;
        if (choice.targetFirst) {
            receiver = args[0];
            passed = java.util.Arrays.copyOfRange(args, 1, args.length);
            live >>>= 1;
        }
        passed = convert(session, choice, passed, live);
        if (receiver != null && !choice.candidate.isStatic
                && !choice.candidate.member.getDeclaringClass().isInstance(receiver)) {
            throw new PythonError("TypeError", name + "() is of " + owner.type.getTypeName() + ", not of "
                    + receiver.getClass().getTypeName());
        }
        return (Object) choice.handle.invokeExact(receiver, passed);
    }

    // ---- the choice

    private Choice remembered(Session session, Object target, Object[] args) {
        Choice[] known = choices;
        for (Choice choice : known) {
            Class<?>[] kinds = choice.kinds();
            // A choice for the class may take its first argument as the object; one for an object never does.
            if (kinds != null && kinds.length == args.length && (target == null || !choice.targetFirst)
                    && (target != null || choice.targetFirst || choice.candidate.isStatic)
                    && fits(session, kinds, args)) {
                return choice;
            }
        }
        Choice made = choose(session, target, args, candidates);
        Choice[] more = new Choice[Math.min(REMEMBERED, known.length + 1)];
        more[0] = made;
        System.arraycopy(known, 0, more, 1, more.length - 1);
        choices = more;
        return made;
    }

    private boolean fits(Session session, Class<?>[] kinds, Object[] args) {
        for (int i = 0; i < args.length; i++) {
            if (kinds[i] != kind(session, args[i])) {
                return false;
            }
        }
        return true;
    }

    private Class<?> kind(Session session, Object argument) {
        Class<?> kind = Fits.kind(argument);
        boolean function = takesFunctions && (kind == dev.krait.PyObject.class || kind == dev.krait.PyFunction.class)
                && session.isCallable(argument);
        return function ? Fits.CALLABLE : kind;
    }

    private Choice chooseAmong(Session session, Object target, Object[] args, int only) {
        return choose(session, target, args, new Candidate[] {candidates[only]});
    }

    private Choice choose(Session session, Object target, Object[] args, Candidate[] among) {
        Class<?>[] kinds = new Class<?>[args.length];
        for (int i = 0; i < args.length; i++) {
            kinds[i] = kind(session, args[i]);
        }
        // First with as many parameters as arguments, then by varargs; for a class, with the object as first argument last.
        for (int skipped = 0; skipped <= (target == null && args.length > 0 ? 1 : 0); skipped++) {
            if (skipped == 1 && !owner.type.isInstance(args[0])) {
                break;
            }
            Class<?>[] used = skipped == 0 ? kinds : java.util.Arrays.copyOfRange(kinds, 1, kinds.length);
            for (int phase = 0; phase < 2; phase++) {
                boolean spread = phase == 1;
                List<Candidate> best = best(among, used, spread, target == null && skipped == 0);
                if (best.size() > 1) {
                    throw ambiguous(best, args);
                }
                if (best.size() == 1) {
                    return new Choice(best.get(0), spread, skipped == 1, kinds, steps(best.get(0), used, spread),
                            owner.type);
                }
            }
        }
        throw none(args, among);
    }

    private static List<Candidate> best(Candidate[] among, Class<?>[] kinds, boolean spread, boolean staticOnly) {
        List<Candidate> best = new ArrayList<>();
        List<int[]> bestRanks = new ArrayList<>();
        for (Candidate candidate : among) {
            int[] ranks = staticOnly && !candidate.isStatic ? null : ranks(candidate, kinds, spread);
            if (ranks == null) {
                continue;
            }
            boolean beaten = false;
            for (int i = best.size() - 1; i >= 0; i--) {
                int order = compare(candidate, ranks, best.get(i), bestRanks.get(i));
                if (order < 0) {
                    best.remove(i);
                    bestRanks.remove(i);
                } else if (order > 0) {
                    beaten = true;
                    break;
                }
            }
            if (!beaten) {
                best.add(candidate);
                bestRanks.add(ranks);
            }
        }
        return best;
    }

    /** Below 0 if the first is better for every argument, or as good and more specific; 0 if neither is. */
    private static int compare(Candidate first, int[] firstRanks, Candidate second, int[] secondRanks) {
        boolean better = false;
        boolean worse = false;
        for (int i = 0; i < firstRanks.length; i++) {
            better |= firstRanks[i] < secondRanks[i];
            worse |= firstRanks[i] > secondRanks[i];
        }
        if (better != worse) {
            return better ? -1 : 1;
        }
        if (better) {
            return 0;
        }
        if (first.isMoreSpecificThan(second, firstRanks.length)) {
            return -1;
        }
        if (second.isMoreSpecificThan(first, firstRanks.length)) {
            return 1;
        }
        return functions(first, second, firstRanks.length);
    }

    /** A Python function returns something: an interface whose method does fits it better. */
    private static int functions(Candidate first, Candidate second, int count) {
        int order = 0;
        for (int i = 0; i < Math.min(count, Math.min(first.types.length, second.types.length)); i++) {
            java.lang.reflect.Method one = Callables.onlyAbstract(first.types[i]);
            java.lang.reflect.Method other = Callables.onlyAbstract(second.types[i]);
            if (one == null || other == null) {
                continue;
            }
            boolean returns = one.getReturnType() != void.class;
            if (returns != (other.getReturnType() != void.class)) {
                order += returns ? -1 : 1;
            }
        }
        return order;
    }

    private static int[] ranks(Candidate candidate, Class<?>[] kinds, boolean spread) {
        Class<?>[] types = candidate.types;
        int fixed = spread ? types.length - 1 : types.length;
        if (spread ? !candidate.isVarArgs() || kinds.length < fixed : kinds.length != fixed) {
            return null;
        }
        int[] ranks = new int[kinds.length];
        for (int i = 0; i < kinds.length; i++) {
            ranks[i] = Fits.rank(kinds[i], i < fixed ? types[i] : types[fixed].getComponentType());
            boolean isRest = candidate.isVarArgs() && !spread && i == fixed - 1;
            if (isRest && !isAll(kinds[i], types[i])) {
                return null;
            }
            if (ranks[i] == Fits.NOT) {
                return null;
            }
        }
        return ranks;
    }

    /** Whether an argument is all variable arguments at once: an array, a list or a tuple, not one element, nor None. */
    private static boolean isAll(Class<?> kind, Class<?> type) {
        return kind != Fits.NULL && (type.isAssignableFrom(kind) || kind == ArrayList.class || kind == Object[].class);
    }

    private static byte[] steps(Candidate candidate, Class<?>[] kinds, boolean spread) {
        byte[] steps = new byte[kinds.length];
        int fixed = spread ? candidate.types.length - 1 : candidate.types.length;
        for (int i = 0; i < kinds.length; i++) {
            Class<?> type = i < fixed ? candidate.types[i] : candidate.types[fixed].getComponentType();
            steps[i] = step(kinds[i], type);
        }
        return steps;
    }

    private static byte step(Class<?> kind, Class<?> type) {
        if (kind == Fits.NULL) {
            return type == java.util.Optional.class || type.getName().startsWith("java.util.Optional") ? CONVERT : PASS;
        }
        if (kind == Fits.INT || kind == Fits.LONG) {
            if (type == int.class || type == Integer.class) {
                return TO_INT;
            }
            return type == long.class || type.isAssignableFrom(Long.class) ? PASS : CONVERT;
        }
        if (kind == Fits.CHAR) {
            return type.isAssignableFrom(String.class) ? PASS : CONVERT;
        }
        if (Collection.class.isAssignableFrom(kind) || Map.class.isAssignableFrom(kind)) {
            return CONTAINER;
        }
        if (kind == Fits.CALLABLE) {
            return type.isInterface() ? FUNCTION : type.isAssignableFrom(dev.krait.PyFunction.class) ? PASS : CONVERT;
        }
        if (type.isAssignableFrom(kind)) {
            return PASS;
        }
        // Boxes are unboxed, and widened, by the handle.
        boolean narrows = kind == Double.class && type != double.class;
        return type.isPrimitive() && kind.getName().startsWith("java.lang.") && !narrows ? PASS : CONVERT;
    }

    // ---- the arguments

    private Object[] convert(Session session, Choice choice, Object[] args, long live) {
        Candidate candidate = choice.candidate;
        byte[] steps = choice.steps;
        if (!choice.spread) {
            for (int i = 0; i < args.length; i++) {
                if (steps[i] != PASS) {
                    args[i] = convert(session, candidate, steps[i], args[i], i, candidate.types[i], live);
                }
            }
            return args;
        }
        int fixed = candidate.types.length - 1;
        Object[] passed = new Object[fixed + 1];
        Class<?> element = candidate.types[fixed].getComponentType();
        Object rest = Array.newInstance(element, args.length - fixed);
        for (int i = 0; i < args.length; i++) {
            Class<?> type = i < fixed ? candidate.types[i] : element;
            Object value = steps[i] == PASS ? args[i] : convert(session, candidate, steps[i], args[i], i, type, live);
            if (i < fixed) {
                passed[i] = value;
            } else if (element.isPrimitive()) {
                Array.set(rest, i - fixed, value);
            } else {
                ((Object[]) rest)[i - fixed] = value;
            }
        }
        passed[fixed] = rest;
        return passed;
    }

    private Object convert(Session session, Candidate candidate, byte step, Object value, int index, Class<?> type,
            long live) {
        if (step == TO_INT) {
            return (int) (long) (Long) value;
        }
        try {
            if (step == CONTAINER) {
                boolean isLive = index >= Long.SIZE || (live & 1L << index) != 0;
                if (isLive && type.isInstance(value)) {
                    return value;
                }
                // What Python made for this call may be given the elements that the parameter's type asks for.
                Type generic = index < candidate.types.length ? candidate.generic(index) : type;
                return session.convert(value, generic instanceof ParameterizedType ? generic : type);
            }
            if (step == FUNCTION) {
                return PythonProxy.function(session, value, type);
            }
            return session.convert(value, type);
        } catch (ConversionException | NullPointerException e) {
            throw new PythonError("TypeError", "argument " + (index + 1) + " of " + name() + "(): " + e.getMessage());
        }
    }

    // ---- what is told

    List<String> signatures() {
        List<String> signatures = new ArrayList<>();
        for (Candidate candidate : candidates) {
            signatures.add(candidate.signature());
        }
        return signatures;
    }

    /** The index of the candidate with these parameters. */
    int find(Object[] types) {
        List<String> wanted = new ArrayList<>();
        for (Object type : types) {
            wanted.add(type instanceof Class ? ((Class<?>) type).getTypeName() : String.valueOf(type));
        }
        for (int i = 0; i < candidates.length; i++) {
            Class<?>[] its = candidates[i].types;
            boolean same = its.length == wanted.size();
            for (int j = 0; same && j < its.length; j++) {
                same = its[j].getTypeName().equals(wanted.get(j)) || Signatures.name(its[j]).equals(wanted.get(j));
            }
            if (same) {
                return i;
            }
        }
        throw new PythonError("TypeError", "no " + title() + "(" + String.join(", ", wanted) + ")" + list(candidates));
    }

    /** The class and the name. */
    String title() {
        return name.equals("<init>") ? owner.type.getTypeName() : owner.type.getTypeName() + "." + name;
    }

    private PythonError ambiguous(List<Candidate> best, Object[] args) {
        return new PythonError("TypeError", "ambiguous call of " + title() + "(" + types(args)
                + "): choose one with krait.overload" + list(best.toArray(new Candidate[0])));
    }

    private PythonError none(Object[] args, Candidate[] among) {
        return new PythonError("TypeError", "no " + title() + " takes (" + types(args) + ")" + list(among));
    }

    private static String types(Object[] args) {
        List<String> names = new ArrayList<>();
        for (Object arg : args) {
            names.add(arg == null ? "None" : Mismatch.pythonType(arg));
        }
        return String.join(", ", names);
    }

    private static String list(Candidate[] list) {
        StringBuilder text = new StringBuilder("; there is");
        for (Candidate candidate : list) {
            text.append("\n  ").append(candidate.signature());
        }
        return text.toString();
    }
}

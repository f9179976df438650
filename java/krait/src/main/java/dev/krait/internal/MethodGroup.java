package dev.krait.internal;

import dev.krait.PyFunction;
import dev.krait.PyObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The methods of one name of a class, or its constructors, and the choice among them by the arguments. The choice is
 * remembered for the kinds of arguments that came last. Any thread may use it.
 */
final class MethodGroup {
    /** How many kinds of arguments are remembered. */
    private static final int REMEMBERED = 4;
    private static final Choice[] NONE = {};

    private final Members owner;
    private final String name;
    private final Candidate[] candidates;
    private final int form;
    /** Whether the choice depends on what a Python object is: a function, something to iterate over, a number. */
    private final boolean looksInto;
    private volatile Choice[] choices = NONE;

    MethodGroup(Members owner, String name, List<Candidate> candidates) {
        this.owner = owner;
        this.name = name;
        this.candidates = candidates.toArray(new Candidate[0]);
        boolean anyStatic = false;
        boolean anyInstance = false;
        boolean looks = false;
        for (Candidate candidate : this.candidates) {
            anyStatic |= candidate.isStatic;
            anyInstance |= !candidate.isStatic;
            for (Class<?> type : candidate.types) {
                Class<?> element = type.isArray() ? type.getComponentType() : type;
                looks |= Callables.onlyAbstract(element) != null || element == PyFunction.class
                        || (candidates.size() > 1 || candidate.isVarArgs()) && Fits.looksInto(type);
            }
        }
        form = !anyStatic ? Members.INSTANCE : anyInstance ? Members.MIXED : Members.STATIC;
        looksInto = looks;
    }

    String name() {
        return name;
    }

    int form() {
        return form;
    }

    /**
     * Chooses the method that fits.
     *
     * @param session the interpreter that calls
     * @param target the object, or null where the class is asked
     * @param args the arguments as they were read
     * @param live a bit for each argument that is a Java object of Python's, not a value
     * @param only the one candidate to take, or -1
     */
    Choice choose(Session session, Object target, Object[] args, long live, int only) {
        return only >= 0 ? choose(session, target, args, live, new Candidate[] {candidates[only]})
                : remembered(session, target, args, live);
    }

    /**
     * Calls the method that was chosen.
     *
     * @param live a bit for each argument that is a Java object of Python's, not a value
     */
    Object call(Session session, Choice choice, Object target, Object[] args, long live) throws Throwable {
        Object receiver = target;
        Object[] passed = args;
        if (choice.targetFirst) {
            receiver = args[0];
            passed = Arrays.copyOfRange(args, 1, args.length);
            live >>>= 1;
        }
        passed = choice.pass(session, passed, live, name);
        if (receiver != null && !choice.candidate.takes(receiver)) {
            throw notOf(name, owner.type, receiver);
        }
        return (Object) choice.handle.invokeExact(receiver, passed);
    }

    /** A method is called with an object of another class. */
    static PythonError notOf(String name, Class<?> owner, Object receiver) {
        return new PythonError("TypeError", name + "() is of " + owner.getTypeName() + ", not of "
                + receiver.getClass().getTypeName());
    }

    // ---- the choice

    private Choice remembered(Session session, Object target, Object[] args, long live) {
        Choice[] known = choices;
        for (Choice choice : known) {
            Class<?>[] kinds = choice.kinds();
            // A choice for the class may take its first argument as the object; one for an object never does.
            if (kinds != null && kinds.length == args.length && (target == null || !choice.targetFirst)
                    && (target != null || choice.targetFirst || choice.candidate.isStatic)
                    && fits(session, kinds, args, live)) {
                return choice;
            }
        }
        Choice made = choose(session, target, args, live, candidates);
        Choice[] more = new Choice[Math.min(REMEMBERED, known.length + 1)];
        more[0] = made;
        System.arraycopy(known, 0, more, 1, more.length - 1);
        choices = more;
        return made;
    }

    private boolean fits(Session session, Class<?>[] kinds, Object[] args, long live) {
        for (int i = 0; i < args.length; i++) {
            if (kinds[i] != kind(session, args[i], i, live)) {
                return false;
            }
        }
        return true;
    }

    private Class<?> kind(Session session, Object argument, int index, long live) {
        Class<?> kind = Fits.kind(argument);
        if (kind == ArrayList.class && (index >= Long.SIZE || (live & 1L << index) != 0)) {
            return Fits.JAVA_LIST;
        }
        boolean python = looksInto && (kind == PyObject.class || kind == PyFunction.class);
        return python ? Fits.pythonKind(Given.kind(session, argument)) : kind;
    }

    private Choice choose(Session session, Object target, Object[] args, long live, Candidate[] among) {
        Class<?>[] kinds = new Class<?>[args.length];
        for (int i = 0; i < args.length; i++) {
            kinds[i] = kind(session, args[i], i, live);
        }
        Choice found = find(target, kinds, args, among);
        if (found != null) {
            return found;
        }
        askForObjects(target, kinds, args, live, among);
        throw none(args, among);
    }

    /** Where parameters are Python objects, as few as will do, and nothing else takes the values that their arguments crossed as. */
    private void askForObjects(Object target, Class<?>[] kinds, Object[] args, long live, Candidate[] among) {
        long fewest = -1;
        List<Candidate> best = new ArrayList<>();
        for (Candidate candidate : among) {
            Class<?>[] asked = kinds.clone();
            long objects = objects(target, candidate, asked, args, live);
            int more = Long.bitCount(objects) - Long.bitCount(fewest);
            if (objects == 0 || more > 0 || find(target, asked, args, new Candidate[] {candidate}) == null) {
                continue;
            }
            if (more < 0) {
                best.clear();
            }
            if (objects != fewest) {
                best.add(candidate);
            }
            fewest = objects;
        }
        if (best.size() > 1) {
            throw ambiguous(best, args);
        }
        if (!best.isEmpty()) {
            throw new ObjectsWanted(fewest);
        }
    }

    /** A bit for each value that a candidate wants as a Python object; their kinds become that. */
    private static long objects(Object target, Candidate candidate, Class<?>[] kinds, Object[] args, long live) {
        int first = target == null && !candidate.isStatic ? 1 : 0;
        long objects = 0;
        for (int i = first; i < Math.min(args.length, Long.SIZE); i++) {
            if (Given.isValueForObject(args, i, live, candidate.typeOf(i - first))) {
                objects |= 1L << i;
                kinds[i] = PyObject.class;
            }
        }
        return objects;
    }

    /** The choice for arguments of these kinds, or null. */
    private Choice find(Object target, Class<?>[] kinds, Object[] args, Candidate[] among) {
        // First with as many parameters as arguments, then by varargs; for a class, with the object as first argument last.
        for (int skipped = 0; skipped <= (target == null && args.length > 0 ? 1 : 0); skipped++) {
            if (skipped == 1 && !owner.type.isInstance(args[0])) {
                break;
            }
            Class<?>[] used = skipped == 0 ? kinds : Arrays.copyOfRange(kinds, 1, kinds.length);
            for (int phase = 0; phase < 2; phase++) {
                boolean spread = phase == 1;
                List<Candidate> best = Overloads.best(among, used, spread, target == null && skipped == 0);
                if (best.size() > 1) {
                    throw ambiguous(best, args);
                }
                if (best.size() == 1) {
                    return new Choice(best.get(0), spread, skipped == 1, kinds, owner.type);
                }
            }
        }
        return null;
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
            names.add(arg == null ? "None" : Mismatch.pythonType(arg) + range(arg));
        }
        return String.join(", ", names);
    }

    /** What may keep a whole number from fitting. */
    private static String range(Object arg) {
        boolean large = arg instanceof Long && (int) (long) (Long) arg != (Long) arg;
        return large ? " beyond 32 bits" : arg instanceof java.math.BigInteger ? " beyond 64 bits" : "";
    }

    private static String list(Candidate[] list) {
        StringBuilder text = new StringBuilder("; there is");
        for (Candidate candidate : list) {
            text.append("\n  ").append(candidate.signature());
        }
        return text.toString();
    }
}

package dev.krait.internal;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

/**
 * Which of several methods fits arguments of some kinds best: one that is better for one argument and worse for none. The
 * rules stand in {@code docs/java-in-python.md}, the ranks in {@link Fits}.
 */
final class Overloads {
    private Overloads() {
    }

    /**
     * The candidates that none is better than.
     *
     * @param among the candidates
     * @param kinds the kinds of the arguments
     * @param spread whether variable arguments come one by one
     * @param staticOnly whether there is no object to call a method of
     * @return none if nothing fits, several if the call is ambiguous
     */
    static List<Candidate> best(Candidate[] among, Class<?>[] kinds, boolean spread, boolean staticOnly) {
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
            Method one = Callables.onlyAbstract(first.types[i]);
            Method other = Callables.onlyAbstract(second.types[i]);
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
        boolean isPythons = kind == ArrayList.class;
        if (kind == Fits.ITERABLE || !isPythons && List.class.isAssignableFrom(kind)) {
            // A Python object, or a list of Java's, that can be an element is one.
            return Fits.rank(kind, type.getComponentType()) == Fits.NOT;
        }
        return kind != Fits.NULL && (type.isAssignableFrom(kind) || isPythons || kind == Object[].class);
    }
}

package io.github.sasblock.safetensors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Saves and loads the parameters of any DJL block, under names that are read easily from Python.
 *
 * <p>A parameter's name is the path to it through the block's children, with dots: {@code
 * attention.queryProjection.weight}. DJL numbers the children of a block ("01queryProjection"); the
 * number is left out. Where several children of one block have the same name, they are counted from
 * 0, as in a list of PyTorch modules: {@code layers.0.norm.weight}, {@code layers.1.norm.weight}.
 * So two linear layers in a {@link ai.djl.nn.SequentialBlock} are {@code Linear.0} and {@code
 * Linear.1}, and a single one is {@code Linear}. A parameter that stands in several places (tied
 * weights) is one tensor, under its first name.
 */
public final class BlockWeights {

    private BlockWeights() {}

    /**
     * The names that a block and a file do not have in common.
     *
     * @param missing names of the block's parameters that the file has no tensor for, in the order
     *     of the block
     * @param unexpected names of the file's tensors that the block has no parameter for, in the
     *     order of the file
     */
    public record Unmatched(List<String> missing, List<String> unexpected) {}

    /**
     * Names the parameters of a block, as its weights are saved and loaded.
     *
     * @param block the block, initialized or not
     * @return the parameters by name, in the order of {@link Block#getParameters()}
     * @throws IllegalArgumentException if two parameters get the same name, or if {@link
     *     Block#getParameters()} has parameters that no child of the block has
     */
    public static Map<String, Parameter> named(Block block) {
        Map<String, Parameter> named = new LinkedHashMap<>();
        Set<Parameter> seen = identitySet();
        addParameters(block, "", named, seen);
        for (Pair<String, Parameter> parameter : block.getParameters()) {
            if (!seen.contains(parameter.getValue())) {
                throw new IllegalArgumentException(
                        block.getClass().getSimpleName()
                                + " has the parameter "
                                + parameter.getKey()
                                + " in getParameters(), expected it in a child or in"
                                + " getDirectParameters() too");
            }
        }
        return Collections.unmodifiableMap(named);
    }

    private static void addParameters(
            Block block, String path, Map<String, Parameter> named, Set<Parameter> seen) {
        for (Pair<String, Parameter> parameter : block.getDirectParameters()) {
            String name = path + parameter.getKey();
            if (seen.add(parameter.getValue()) && named.put(name, parameter.getValue()) != null) {
                throw new IllegalArgumentException(
                        "two parameters get the name "
                                + name
                                + ", expected children with names that differ");
            }
        }
        List<String> names = childNames(block);
        List<Block> children = block.getChildren().values();
        for (int i = 0; i < children.size(); i++) {
            addParameters(children.get(i), path + names.get(i) + ".", named, seen);
        }
    }

    /** Names children without DJL's number, and counts those of the same name. */
    private static List<String> childNames(Block block) {
        List<String> names = new ArrayList<>();
        Map<String, Integer> frequency = new HashMap<>();
        for (String key : block.getChildren().keys()) {
            String number = String.format(Locale.ROOT, "%02d", names.size() + 1);
            String name = key.startsWith(number) ? key.substring(number.length()) : key;
            names.add(name);
            frequency.merge(name, 1, Integer::sum);
        }
        Map<String, Integer> count = new HashMap<>();
        names.replaceAll(
                name ->
                        frequency.get(name) == 1
                                ? name
                                : name + "." + (count.merge(name, 1, Integer::sum) - 1));
        return names;
    }

    /**
     * Saves the parameters of a block.
     *
     * @param block an initialized block
     * @param file the file to create or replace, whole or not at all
     * @param metadata texts for the header, possibly empty
     * @throws IllegalStateException if a parameter is not initialized
     * @throws IllegalArgumentException if a parameter cannot be named or written, see {@link
     *     #named(Block)} and {@link SafeTensorsWriter#write(Path, Map, Map)}
     * @throws IOException if writing fails; a file that was there before is then unchanged
     */
    public static void save(Block block, Path file, Map<String, String> metadata)
            throws IOException {
        Map<String, Parameter> parameters = named(block);
        List<String> uninitialized =
                parameters.keySet().stream()
                        .filter(name -> !parameters.get(name).isInitialized())
                        .toList();
        if (!uninitialized.isEmpty()) {
            throw new IllegalStateException(
                    "parameters are not initialized, expected all to be: "
                            + String.join(", ", uninitialized));
        }
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> arrays.put(name, parameter.getArray()));
        SafeTensorsWriter.write(file, arrays, metadata);
    }

    /**
     * Loads all parameters of a block from a file that holds exactly these.
     *
     * <p>An initialized parameter keeps its array, and so its place in a trainer or optimizer,
     * whether it requires a gradient, its device, and its data type: the values are copied into it,
     * and converted where the file has another floating-point type (rounded to the nearest where
     * the block's is narrower, to infinity beyond its range). All other types must be equal.
     *
     * <p>A parameter that is not initialized gets an array of the file's shape and type, attached
     * to the manager. {@link Block#initialize} then keeps it, as it does after {@link
     * Block#loadParameters}; it is needed before training.
     *
     * <p>The block changes only once every tensor has been read, so it is never left half loaded;
     * for an initialized block this takes its weights in memory once more, meanwhile.
     *
     * @param block the block to load into
     * @param manager the manager that new arrays are attached to
     * @param file the file to read
     * @throws SafeTensorsException if the file is not valid, or does not fit the block: the message
     *     lists all names that are missing or unexpected and all shapes and types that differ
     * @throws IllegalArgumentException if a parameter cannot be named, see {@link #named(Block)}
     * @throws IOException if the file cannot be read
     */
    public static void load(Block block, NDManager manager, Path file) throws IOException {
        load(block, manager, file, true);
    }

    /**
     * Loads those parameters of a block that a file has, and leaves the others as they are.
     *
     * <p>As {@link #load(Block, NDManager, Path)}, but names may be missing, if their parameters
     * are initialized, or unexpected.
     *
     * @param block the block to load into
     * @param manager the manager that new arrays are attached to
     * @param file the file to read
     * @return the names that were left out
     * @throws SafeTensorsException if the file is not valid, or a tensor does not fit the parameter
     *     of its name, or a parameter is neither initialized nor in the file
     * @throws IllegalArgumentException if a parameter cannot be named, see {@link #named(Block)}
     * @throws IOException if the file cannot be read
     */
    public static Unmatched loadMatching(Block block, NDManager manager, Path file)
            throws IOException {
        return load(block, manager, file, false);
    }

    private static Unmatched load(Block block, NDManager manager, Path file, boolean strict)
            throws IOException {
        Map<String, Parameter> parameters = named(block);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            Unmatched unmatched = match(parameters, tensors);
            requireFit(parameters, tensors, unmatched, strict);
            Map<String, Parameter> present = new LinkedHashMap<>(parameters);
            present.keySet().removeAll(unmatched.missing());
            fill(present, manager, tensors);
            return unmatched;
        }
    }

    private static Unmatched match(Map<String, Parameter> parameters, SafeTensors tensors) {
        return new Unmatched(
                parameters.keySet().stream()
                        .filter(name -> !tensors.names().contains(name))
                        .toList(),
                tensors.names().stream().filter(name -> !parameters.containsKey(name)).toList());
    }

    private static void requireFit(
            Map<String, Parameter> parameters,
            SafeTensors tensors,
            Unmatched unmatched,
            boolean strict)
            throws SafeTensorsException {
        List<String> problems = new ArrayList<>();
        parameters.forEach(
                (name, parameter) -> {
                    if (tensors.names().contains(name)) {
                        addDifferences(tensors.info(name), parameter, problems);
                    } else if (strict) {
                        problems.add(name + " is missing, expected " + describe(parameter));
                    } else if (!parameter.isInitialized()) {
                        problems.add(name + " is missing, and not initialized in the block either");
                    }
                });
        if (strict) {
            unmatched
                    .unexpected()
                    .forEach(name -> problems.add(name + " is not a parameter of the block"));
        }
        if (!problems.isEmpty()) {
            throw new SafeTensorsException(
                    tensors.file(), "does not fit the block:\n  " + String.join("\n  ", problems));
        }
    }

    private static void addDifferences(
            TensorInfo tensor, Parameter parameter, List<String> problems) {
        Shape expected =
                parameter.isInitialized()
                        ? parameter.getArray().getShape()
                        : parameter.getShape(); // null where any is accepted
        if (expected != null && !expected.equals(tensor.shape())) {
            problems.add(
                    tensor.name()
                            + " has shape "
                            + tensor.shape()
                            + ", expected "
                            + describe(parameter));
        }
        DataType dataType = tensor.dtype().dataType().orElse(null);
        if (dataType == null) {
            problems.add(
                    tensor.name()
                            + " has dtype "
                            + tensor.dtype()
                            + ", which DJL has no array for");
        } else if (parameter.isInitialized()
                && !isConvertible(dataType, parameter.getArray().getDataType())) {
            problems.add(
                    tensor.name()
                            + " has dtype "
                            + tensor.dtype()
                            + ", expected "
                            + describe(parameter));
        }
    }

    private static boolean isConvertible(DataType from, DataType to) {
        boolean floating = from.isFloating() && to.isFloating() && Dtype.of(to).isPresent();
        return from == to || floating;
    }

    private static String describe(Parameter parameter) {
        if (parameter.isInitialized()) {
            NDArray array = parameter.getArray();
            return array.getShape() + " of data type " + array.getDataType();
        }
        return parameter.getShape() == null ? "any shape" : parameter.getShape().toString();
    }

    private static void fill(
            Map<String, Parameter> parameters, NDManager manager, SafeTensors tensors)
            throws IOException {
        try (NDManager staging = manager.newSubManager()) {
            Map<Parameter, NDArray> values = new LinkedHashMap<>();
            for (Map.Entry<String, Parameter> parameter : parameters.entrySet()) {
                values.put(parameter.getValue(), tensors.read(staging, parameter.getKey()));
            }
            values.forEach((parameter, value) -> set(parameter, value, manager));
        }
    }

    private static void set(Parameter parameter, NDArray value, NDManager manager) {
        if (parameter.isInitialized()) {
            NDArray array = parameter.getArray();
            array.set(new NDIndex("..."), value.toType(array.getDataType(), false));
        } else {
            value.attach(manager);
            NDScope.unregister(value); // a parameter outlives the scope that it was loaded in
            parameter.setShape(null); // setArray refuses a parameter that has a shape
            parameter.setArray(value);
            value.setRequiresGradient(parameter.requiresGradient());
        }
    }

    private static Set<Parameter> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }
}

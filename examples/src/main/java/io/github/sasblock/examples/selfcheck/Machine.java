package io.github.sasblock.examples.selfcheck;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.util.cuda.CudaUtils;
import io.github.sasblock.examples.report.Format;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the program runs on. */
public final class Machine {

    private Machine() {}

    /**
     * Describes the machine.
     *
     * @param device the device that is used
     * @return values by name, in the order in which they are best shown
     */
    public static Map<String, String> describe(Device device) {
        Engine engine = Engine.getInstance();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("system", property("os.name") + " " + property("os.arch"));
        facts.put("java", property("java.version") + ", " + property("java.vm.name"));
        facts.put("DJL", Engine.getDjlVersion());
        facts.put("PyTorch", engine.getVersion());
        facts.put("libtorch", libtorch());
        facts.put("CPU", Runtime.getRuntime().availableProcessors() + " cores");
        facts.put("GPUs", engine.getGpuCount() == 0 ? "none seen by libtorch" : gpus(engine));
        facts.put("device", device.toString());
        return facts;
    }

    private static String property(String name) {
        return System.getProperty(name);
    }

    private static String gpus(Engine engine) {
        Device first = Device.gpu(0);
        return engine.getGpuCount()
                + ", the first with "
                + Format.bytes(CudaUtils.getGpuMemory(first).getMax())
                + " and compute capability "
                + CudaUtils.getComputeCapability(0)
                + ", CUDA runtime "
                + CudaUtils.getCudaVersionString();
    }

    /** Where the library that was loaded lies, links resolved. The engine is no dependency here. */
    private static String libtorch() {
        try {
            Object folder =
                    Class.forName("ai.djl.pytorch.jni.LibUtils")
                            .getMethod("getLibtorchPath")
                            .invoke(null);
            Path library = Path.of(folder.toString(), System.mapLibraryName("torch_cpu"));
            return Files.exists(library)
                    ? String.valueOf(library.toRealPath().getParent())
                    : folder.toString();
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | IllegalAccessException
                | InvocationTargetException
                | IOException e) {
            return "unknown (" + e + ")";
        }
    }
}

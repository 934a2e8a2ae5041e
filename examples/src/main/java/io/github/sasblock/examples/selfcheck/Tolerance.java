package io.github.sasblock.examples.selfcheck;

import ai.djl.Device;
import ai.djl.util.Utils;

/** How far single precision may be from double precision, relative to the largest value. */
final class Tolerance {

    /** Sums of some hundred products, in another order: 24 bits leave room for 1e-4. */
    private static final double FLOAT32 = 1e-4;

    /** cuDNN's convolutions round their inputs to the 11 bits of TF32 unless told not to. */
    private static final double TF32 = 5e-3;

    private Tolerance() {}

    static double of(Device device) {
        boolean mayUseTf32 =
                device.isGpu() && !"0".equals(Utils.getEnvOrSystemProperty("NVIDIA_TF32_OVERRIDE"));
        return mayUseTf32 ? TF32 : FLOAT32;
    }
}

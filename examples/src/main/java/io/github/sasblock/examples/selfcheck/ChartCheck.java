package io.github.sasblock.examples.selfcheck;

import ai.djl.Device;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;

/**
 * Whether text can be drawn, as the charts at the end of a run need it: Java then uses libraries of
 * the system (fontconfig, and freetype unless the runtime brings it).
 */
record ChartCheck(String name) implements SelfCheck {

    static List<SelfCheck> all() {
        return List.of(new ChartCheck("charts"));
    }

    @Override
    public Outcome run(Device device) {
        BufferedImage image = new BufferedImage(60, 20, BufferedImage.TYPE_INT_RGB);
        try {
            Graphics2D graphics = image.createGraphics();
            graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
            graphics.drawString("loss", 5, 15);
            graphics.dispose();
        } catch (LinkageError | RuntimeException e) {
            return new Outcome(
                    false,
                    "text cannot be drawn ("
                            + e
                            + "); install fontconfig, freetype and a font, such as the packages"
                            + " fontconfig, libfreetype6 and fonts-dejavu-core");
        }
        for (int rgb : image.getRGB(0, 0, 60, 20, null, 0, 60)) {
            if ((rgb & 0xFFFFFF) != 0) {
                return new Outcome(true, "text can be drawn");
            }
        }
        return new Outcome(false, "the text drawn is invisible; install a font");
    }
}

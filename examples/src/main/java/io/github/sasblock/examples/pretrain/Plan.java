package io.github.sasblock.examples.pretrain;

import io.github.sasblock.attention.AttentionCounts;
import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.report.Format;
import io.github.sasblock.examples.report.Section;
import io.github.sasblock.examples.train.LearningRate;
import io.github.sasblock.examples.train.MemoryEstimate;
import io.github.sasblock.examples.train.TrainingSettings;
import io.github.sasblock.sas.RotaryPlacement;
import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.Aggregation;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.DocumentMask;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.MatchedSizes;
import io.github.sasblock.transformer.MatchedSizes.Rule;
import io.github.sasblock.transformer.MfaConfig;
import io.github.sasblock.transformer.MlaConfig;
import io.github.sasblock.transformer.ModelCounts;
import io.github.sasblock.transformer.MultiHeadConfig;
import io.github.sasblock.transformer.SasConfig;
import io.github.sasblock.transformer.TpaConfig;
import java.util.Locale;

/** What a run is going to be, for people to read before it starts. */
public final class Plan {

    private static final int FLOAT32_BYTES = 4;

    private Plan() {}

    /**
     * Describes a model and what it costs.
     *
     * @param config its sizes
     * @param counts its counts
     * @param context T
     * @param sizes how its sizes were matched to those of multi-head attention
     * @return a section of the plan
     */
    public static Section model(
            LanguageModelConfig config, ModelCounts counts, int context, MatchedSizes sizes) {
        AttentionCounts attention = counts.attentionLayer();
        Section section =
                Section.titled("Model")
                        .row("attention", describe(config.attention()))
                        .row(
                                "layers",
                                config.layerCount()
                                        + " of size "
                                        + config.embeddingSize()
                                        + ", feed-forward "
                                        + config.hiddenSize())
                        .row(
                                "  each",
                                Format.exact(sizes.parameters())
                                        + " parameters in attention and feed-forward, "
                                        + Format.fixed(100 * sizes.share(), 2)
                                        + "% of multi-head attention's");
        if (sizes.rule() != Rule.NONE) {
            section =
                    section.row(
                            "  matched", "by " + sizes.rule().label() + ": " + sizes.sentence());
        }
        return section.row("vocabulary", Format.exact(config.vocabularySize()))
                .row("parameters", Format.exact(counts.parameters()))
                .row("  embedding", Format.exact(counts.embedding()))
                .row(
                        "  attention",
                        Format.exact(counts.attention())
                                + ", "
                                + Format.exact(attention.parameters())
                                + " a layer")
                .row("  feed-forward", Format.exact(counts.feedForward()))
                .row("  norms", Format.exact(counts.norms()))
                .row(
                        "  output",
                        config.tiedEmbedding()
                                ? "0, tied to the embedding"
                                : Format.exact(counts.output()))
                .row(
                        "operations",
                        Format.count(counts.forwardOperationsPerToken(context))
                                + " a token forward, "
                                + Format.count(counts.trainingOperationsPerToken(context))
                                + " in training, at T = "
                                + context)
                .row(
                        "key/value cache",
                        Format.exact(counts.cacheBytesPerToken(FLOAT32_BYTES))
                                + " bytes a token in float32, "
                                + Format.exact(attention.cacheElements())
                                + " elements a token and layer");
    }

    /**
     * Describes the memory of a training step.
     *
     * @param model the model
     * @param config how it is trained
     * @return the predicted peak, and what it is made of
     */
    public static String memory(LanguageModelConfig model, RunConfig config) {
        TrainingSettings settings = config.training();
        MemoryEstimate estimate =
                MemoryEstimate.of(
                        model,
                        config.data().context(),
                        settings.microBatch(),
                        settings.computation());
        return Format.bytes(estimate.peak())
                + " at the peak of a step, beside weights and JVM: "
                + Format.bytes(estimate.kept())
                + " kept for the backward pass, "
                + Format.bytes(estimate.working())
                + " in work, "
                + Format.bytes(estimate.state())
                + " of gradients and moments";
    }

    /**
     * Describes an attention in a line.
     *
     * @param config the attention
     * @return its name and sizes
     */
    public static String describe(AttentionConfig config) {
        if (config instanceof SasConfig sas) {
            return describe(sas);
        }
        if (config instanceof MlaConfig mla) {
            return describe(mla);
        }
        if (config instanceof MfaConfig mfa) {
            return heads(mfa, mfa.headSize())
                    + ", 1 key/value, query rank "
                    + mfa.queryRank()
                    + rotary(mfa.rotary());
        }
        if (config instanceof TpaConfig tpa) {
            return heads(tpa, tpa.headSize())
                    + (tpa.queryRank() == 0 ? "" : ", query rank " + tpa.queryRank())
                    + ", key/value rank "
                    + tpa.keyValueRank()
                    + rotary(tpa.rotary());
        }
        return describe((MultiHeadConfig) config);
    }

    private static String heads(AttentionConfig config, int headSize) {
        return config.name() + ", " + config.headCount() + " heads of " + headSize;
    }

    private static String rotary(boolean rotary) {
        return rotary ? ", rotary" : ", no rotary embedding";
    }

    private static String describe(MultiHeadConfig multiHead) {
        boolean shares = multiHead.keyValueHeadCount() < multiHead.headCount();
        return heads(multiHead, multiHead.headSize())
                + (shares ? ", " + multiHead.keyValueHeadCount() + " key/value" : "")
                + rotary(multiHead.rotary());
    }

    private static String describe(MlaConfig mla) {
        String rotated = mla.rotarySize() == 0 ? "" : " + " + mla.rotarySize() + " rotated";
        String values =
                mla.valueSize() == mla.headSize() ? "" : " (values " + mla.valueSize() + ")";
        return heads(mla, mla.headSize())
                + rotated
                + values
                + ", query rank "
                + mla.queryRank()
                + ", key/value rank "
                + mla.keyValueRank()
                + (mla.rotarySize() == 0 ? rotary(false) : "");
    }

    private static String describe(SasConfig sas) {
        SasShape shape = sas.shape();
        boolean expands = shape.headExpansion() != HeadExpansionKind.NONE;
        String expansion =
                switch (shape.headExpansion()) {
                    case NONE -> "heads not expanded";
                    case CONVOLUTION -> "kernel " + shape.kernelSize();
                    case MLP -> "MLP";
                };
        String rotary =
                sas.rotary() == RotaryPlacement.NONE
                        ? "no rotary embedding"
                        : "rotary " + sas.rotary().name().toLowerCase(Locale.ROOT) + " expansion";
        return "sas, "
                + shape.headCount()
                + (expands ? " → " + shape.simulatedHeadCount() : "")
                + " heads of "
                + shape.headSize()
                + " → "
                + shape.simulatedHeadSize()
                + ", "
                + expansion
                + (shape.expandValues() ? "" : ", values not expanded")
                + (shape.aggregation() == Aggregation.AVERAGE ? "" : ", heads concatenated")
                + ", "
                + rotary;
    }

    static Section text(Corpus corpus, double epochs) {
        Section section =
                Section.titled("Text")
                        .row("training", corpus.trainingDescription())
                        .row(
                                "",
                                Format.exact(corpus.trainingTokens().size())
                                        + " tokens, "
                                        + Format.exact(corpus.trainingTokens().documents())
                                        + " documents"
                                        + ", "
                                        + Format.fixed(epochs, 2)
                                        + " epochs")
                        .row("validation", corpus.validationDescription())
                        .row(
                                "",
                                Format.exact(corpus.validationWindows().targets())
                                        + " tokens scored of "
                                        + Format.exact(corpus.validationTokens().size()))
                        .row("tokenizer", corpus.trainingTokens().tokenizerId());
        if (!corpus.documents().equals(DocumentMask.NONE)) {
            section = section.row("documents", "no attention from one to another");
        }
        return corpus.floor().isEmpty()
                ? section
                : section.row(
                        "entropy floor",
                        Format.fixed(corpus.floor().getAsDouble(), 3) + " bits/byte");
    }

    /**
     * Describes how a model is trained.
     *
     * @param config all that determines the run
     * @return a section of the plan
     */
    public static Section training(RunConfig config) {
        TrainingSettings settings = config.training();
        LearningRate rate = settings.learningRate();
        int context = config.data().context();
        long tokensPerStep = (long) settings.batch() * context;
        double total = (double) tokensPerStep * settings.steps();
        return Section.titled("Training")
                .row(
                        "steps",
                        Format.exact(settings.steps())
                                + " of "
                                + settings.batch()
                                + " × "
                                + context
                                + " = "
                                + Format.exact(tokensPerStep)
                                + " tokens, "
                                + settings.microBatch()
                                + " windows at once")
                .row("tokens", Format.count(total))
                .row(
                        "learning rate",
                        Format.scientific(rate.peak())
                                + " → "
                                + Format.scientific(rate.minimum())
                                + ", "
                                + rate.warmup()
                                + " steps of warm-up")
                .row("seed", settings.seed())
                .row("folder", config.out());
    }
}

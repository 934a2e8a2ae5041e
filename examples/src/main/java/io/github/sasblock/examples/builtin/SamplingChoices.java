package io.github.sasblock.examples.builtin;

/** Draws every choice at random, and so writes a new document. */
final class SamplingChoices implements Choices {

    private final SplitMix64 random;
    private final StringBuilder text = new StringBuilder(8192);
    private double surprisalBits;

    SamplingChoices(SplitMix64 random) {
        this.random = random;
    }

    @Override
    public int choose(Alternatives alternatives) {
        Weights weights = alternatives.weights();
        int chosen = weights.at(random.nextBelow(weights.total()));
        surprisalBits += weights.bits(chosen);
        text.append(alternatives.opening(chosen));
        return chosen;
    }

    @Override
    public void write(String written) {
        text.append(written);
    }

    @Override
    public int position() {
        return text.length();
    }

    @Override
    public String since(int position) {
        return text.substring(position);
    }

    @Override
    public double surprisalBits() {
        return surprisalBits;
    }

    String text() {
        return text.toString();
    }
}

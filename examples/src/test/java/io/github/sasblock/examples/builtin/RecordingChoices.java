package io.github.sasblock.examples.builtin;

import java.util.ArrayList;
import java.util.List;

/** Passes everything on, and keeps the choices. */
final class RecordingChoices implements Choices {

    private final Choices choices;
    private final List<Integer> chosen = new ArrayList<>();

    RecordingChoices(Choices choices) {
        this.choices = choices;
    }

    List<Integer> chosen() {
        return chosen;
    }

    @Override
    public int choose(Alternatives alternatives) {
        int index = choices.choose(alternatives);
        chosen.add(index);
        return index;
    }

    @Override
    public void write(String text) {
        choices.write(text);
    }

    @Override
    public int position() {
        return choices.position();
    }

    @Override
    public String since(int position) {
        return choices.since(position);
    }

    @Override
    public double surprisalBits() {
        return choices.surprisalBits();
    }
}

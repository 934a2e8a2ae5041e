package io.github.sasblock.examples.tokens;

import java.util.Locale;
import java.util.regex.Pattern;

/** The names of the files in a folder of shards. */
final class ShardNames {

    static final int STAMP_HEX_DIGITS = 12;

    private static final Pattern SHARD =
            Pattern.compile("tokens-[0-9a-f]{" + STAMP_HEX_DIGITS + "}-\\d{5,10}\\.bin");
    private static final Pattern UNFINISHED =
            Pattern.compile(SHARD.pattern() + "\\.(tokens|lengths)\\.tmp");

    private ShardNames() {}

    /** Returns a shard's name; the stamp keeps those of different preparations apart. */
    static String shard(String stamp, int number) {
        return String.format(Locale.ROOT, "tokens-%s-%05d.bin", stamp, number);
    }

    static boolean isShard(String name) {
        return SHARD.matcher(name).matches();
    }

    static boolean isUnfinished(String name) {
        return UNFINISHED.matcher(name).matches();
    }
}

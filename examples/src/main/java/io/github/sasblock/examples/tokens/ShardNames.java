package io.github.sasblock.examples.tokens;

import java.util.Locale;
import java.util.regex.Pattern;

/** The names of the files in a folder of shards. */
final class ShardNames {

    static final int STAMP_HEX_DIGITS = 12;

    private static final Pattern SHARD =
            Pattern.compile("tokens-[0-9a-f]{" + STAMP_HEX_DIGITS + "}-\\d{5,10}\\.bin");
    private static final Pattern OF_A_SHARD =
            Pattern.compile(
                    SHARD.pattern() + "(\\.documents|\\.(tokens|lengths|documents)\\.tmp)?");
    private static final String DOCUMENTS = ".documents";

    private ShardNames() {}

    /** Returns a shard's name; the stamp keeps those of different preparations apart. */
    static String shard(String stamp, int number) {
        return String.format(Locale.ROOT, "tokens-%s-%05d.bin", stamp, number);
    }

    static boolean isShard(String name) {
        return SHARD.matcher(name).matches();
    }

    /** Returns the name of the file of the hashes of a shard's documents. */
    static String documents(String shard) {
        return shard + DOCUMENTS;
    }

    /** Returns whether a name is a shard's, or that of what stands beside one, finished or not. */
    static boolean isOfAShard(String name) {
        return OF_A_SHARD.matcher(name).matches();
    }
}

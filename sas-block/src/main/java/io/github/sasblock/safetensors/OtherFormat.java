package io.github.sasblock.safetensors;

import java.nio.ByteBuffer;

/** Recognises, by their first bytes, the files that are often given in place of safetensors. */
final class OtherFormat {

    private static final int ZIP = 0x504b0304; // "PK", 3, 4
    private static final int PICKLE = 0x80; // followed by the protocol, 2 to 5
    private static final int GIT_LFS = 0x76657273; // "version https://git-lfs…"

    private OtherFormat() {}

    /** Returns what to do about a file with these first 8 bytes, or an empty text. */
    static String advice(ByteBuffer start) {
        int magic = start.duplicate().getInt(0); // a duplicate is big-endian, as the file reads
        int protocol = magic >>> 16 & 0xff;
        if (magic == ZIP || magic >>> 24 == PICKLE && protocol >= 2 && protocol <= 5) {
            return "; it looks like a "
                    + (magic == ZIP ? "zip archive (PyTorch's .pt)" : "Python pickle")
                    + ": convert it in Python with safetensors.torch.save_file(torch.load(path,"
                    + " map_location=\"cpu\", weights_only=True), new_path)";
        }
        if (magic == GIT_LFS) {
            return "; it looks like a Git LFS pointer: fetch the file itself with git lfs pull";
        }
        return "";
    }
}

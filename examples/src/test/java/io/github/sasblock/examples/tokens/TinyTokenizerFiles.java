package io.github.sasblock.examples.tokens;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes small {@code tokenizer.json} files of the Hugging Face library's format. */
final class TinyTokenizerFiles {

    private TinyTokenizerFiles() {}

    /**
     * A byte-level BPE with the 256 bytes, the merges {@code th}, {@code the}, and end-of-text as
     * token 300; with truncation, padding and an added special token, all of which must not apply.
     */
    static Path byteLevel(Path file) throws IOException {
        List<String> entries = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            entries.add(quote(Character.toString(byteLevelCharacter(b))) + ":" + b);
        }
        entries.add("\"th\":256");
        entries.add("\"the\":257");
        return write(
                file,
                """
{"version":"1.0",
 "truncation":{"direction":"Right","max_length":8,"strategy":"LongestFirst","stride":0},
 "padding":{"strategy":{"Fixed":16},"direction":"Right","pad_to_multiple_of":null,
            "pad_id":0,"pad_type_id":0,"pad_token":"!"},
 "added_tokens":[{"id":300,"content":"<|endoftext|>","single_word":false,"lstrip":false,
                  "rstrip":false,"normalized":false,"special":true}],
 "normalizer":null,
 "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":false,
                  "use_regex":true},
 "post_processor":{"type":"TemplateProcessing",
   "single":[{"Sequence":{"id":"A","type_id":0}},
             {"SpecialToken":{"id":"<|endoftext|>","type_id":0}}],
   "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
   "special_tokens":{"<|endoftext|>":
     {"id":"<|endoftext|>","ids":[300],"tokens":["<|endoftext|>"]}}},
 "decoder":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":false,
            "use_regex":true},
 "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
          "end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,
          "vocab":{%s},
          "merges":["t h","th e"]}}
"""
                        .formatted(String.join(",", entries)));
    }

    /** Words between white space, which itself belongs to no token; lower-cased, else [UNK]. */
    static Path words(Path file, String endOfText, String... words) throws IOException {
        List<String> entries = new ArrayList<>(List.of("\"[UNK]\":0", quote(endOfText) + ":1"));
        for (String word : words) {
            entries.add(quote(word) + ":" + entries.size());
        }
        return write(
                file,
                """
                {"version":"1.0","truncation":null,"padding":null,"added_tokens":[],
                 "normalizer":{"type":"Lowercase"},
                 "pre_tokenizer":{"type":"WhitespaceSplit"},
                 "post_processor":null,"decoder":null,
                 "model":{"type":"WordLevel","vocab":{%s},"unk_token":"[UNK]"}}
                """
                        .formatted(String.join(",", entries)));
    }

    private static Path write(Path file, String json) throws IOException {
        return Files.writeString(file, json, StandardCharsets.UTF_8);
    }

    private static String quote(String token) {
        return '"' + token.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Byte-level models write a byte that is not a printable Latin-1 character from U+0100 on. */
    private static int byteLevelCharacter(int value) {
        int shifted = 0;
        for (int b = 0; b <= value; b++) {
            boolean printable = b > ' ' && b < 0x7F || b > 0xA0 && b != 0xAD;
            if (b == value) {
                return printable ? b : 0x100 + shifted;
            }
            shifted += printable ? 0 : 1;
        }
        throw new AssertionError(value);
    }
}

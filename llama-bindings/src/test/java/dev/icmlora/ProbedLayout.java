package dev.icmlora;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a C compiler said about llama.cpp v0.5.0: the committed output of `native/layout_probe.c`.
public record ProbedLayout(Map<String, Struct> structs, Map<String, Long> constants) {
    public record Struct(String name, long size, List<Member> members) {
        @Override
        public String toString() {
            return name;
        }
    }

    public record Member(String name, long offset, long size) {}

    public static ProbedLayout read() {
        ProbedLayout layout = new ProbedLayout(new LinkedHashMap<>(), new LinkedHashMap<>());
        try (InputStream in = ProbedLayout.class.getResourceAsStream("/layout-v0.5.0.txt")) {
            List<Member> members = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                String[] words = line.split(" ");
                switch (words[0]) {
                    case "struct" -> {
                        members = new ArrayList<>();
                        layout.structs.put(words[1], new Struct(words[1], Long.parseLong(words[2]), members));
                    }
                    case "member" ->
                        members.add(new Member(words[1], Long.parseLong(words[2]), Long.parseLong(words[3])));
                    case "constant" -> layout.constants.put(words[1], Long.parseLong(words[2]));
                    default -> throw new AssertionError("unknown line: " + line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return layout;
    }
}

package dev.icmlora.tasks.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// Where a text domain comes from. Nothing of it is in the repository: the texts are read from the JDK that runs this,
/// or fetched from Debian's packages.
enum TextSource {
    LICENCES("licences", "licence texts of the JDK's parts", "a software licence") {
        @Override
        List<String> texts(Path cache) throws IOException {
            return read(Path.of(System.getProperty("java.home"), "legal"), ".*\\.md|.*/LICENSE");
        }
    },
    JAVA_SOURCE("java-source", "java.util in the JDK's src.zip", "a Java source file") {
        @Override
        List<String> texts(Path cache) throws IOException {
            Path zip = Path.of(System.getProperty("java.home"), "lib", "src.zip");
            if (!Files.exists(zip)) {
                throw new IOException("this JDK has no " + zip);
            }
            try (FileSystem sources = FileSystems.newFileSystem(zip)) {
                return read(sources.getPath("java.base", "java", "util"), "java.base/java/util/[A-Z]\\w*\\.java");
            }
        }
    },
    MAN_PAGES("man-pages", "Debian's package manpages, section 7", "a manual page in roff") {
        @Override
        List<String> texts(Path cache) throws IOException {
            return read(new DebianPackage("manpages").unpacked(cache), ".*/man7/.*\\.gz");
        }
    },
    CHANGE_LOGS("change-logs", "change logs in Debian's packages manpages and apt", "a change log") {
        @Override
        List<String> texts(Path cache) throws IOException {
            List<String> texts = new ArrayList<>();
            for (String name : List.of("manpages", "apt")) {
                texts.addAll(read(new DebianPackage(name).unpacked(cache), ".*/doc/.*/(changelog|Changes)[^/]*\\.gz"));
            }
            return texts;
        }
    },
    FORTUNES("fortunes", "Debian's package fortunes-min", "a collection of sayings") {
        @Override
        List<String> texts(Path cache) throws IOException {
            return read(new DebianPackage("fortunes-min").unpacked(cache), ".*/games/fortunes/[a-z]+");
        }
    },
    SCRIPTURE("scripture", "Debian's package verse", "Bible verses") {
        @Override
        List<String> texts(Path cache) throws IOException {
            return read(new DebianPackage("verse").unpacked(cache), ".*/daily\\.verse");
        }
    },
    PERL_DOCUMENTATION("perl-documentation", "Debian's package perl-doc", "documentation in POD") {
        @Override
        List<String> texts(Path cache) throws IOException {
            return read(new DebianPackage("perl-doc").unpacked(cache), ".*/perl(?!toc|uniprops)\\w*\\.pod");
        }
    };

    /// Least passages to learn from and to measure with; a source that yields fewer is missing.
    private static final int LEAST_TRAIN = 24;

    private static final int LEAST_TEST = 6;

    private final String domain;
    private final String origin;
    private final String kind;

    TextSource(String domain, String origin, String kind) {
        this.domain = domain;
        this.origin = origin;
        this.kind = kind;
    }

    /// Its texts in a fixed order.
    ///
    /// @param cache folder for what is fetched
    abstract List<String> texts(Path cache) throws IOException;

    String domain() {
        return domain;
    }

    /// @throws IOException when its texts cannot be read or fetched, or are too few; the message says which
    TextDomain fetch(Path cache) throws IOException {
        Passages passages = Passages.of(texts(cache));
        if (passages.train().size() < LEAST_TRAIN || passages.test().size() < LEAST_TEST) {
            throw new IOException("%s has %d training and %d test passages, at least %d and %d are needed"
                    .formatted(origin, passages.train().size(), passages.test().size(), LEAST_TRAIN, LEAST_TEST));
        }
        return new TextDomain(domain, origin, descriptions(), passages.train(), passages.test());
    }

    private List<String> descriptions() {
        return List.of(
                "Continue the text. It is from " + kind + ".",
                "Go on writing.",
                "This is the beginning of a part of " + kind + ". What comes next?",
                "Please write the rest of this passage.",
                "Complete " + kind + ".",
                "Text continuation, " + kind,
                "Continue in the same style, without comment.",
                "How does it go on? Write only the continuation.");
    }

    private static List<String> read(Path folder, String name) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(file -> file.toString().matches(name) && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        }
        List<String> texts = new ArrayList<>();
        for (Path file : files) {
            try (InputStream raw = Files.newInputStream(file);
                    InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
                texts.add(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return texts;
    }
}

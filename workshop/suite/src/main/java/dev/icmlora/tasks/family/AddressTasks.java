package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.family.Slots.filled;
import static dev.icmlora.tasks.recipe.Domain.pick;
import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.Map;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;

/// E-mail and web addresses, and file names.
final class AddressTasks {

    private static final List<String> NAMES =
            Lexicon.names("female", "male").stream().map(Text::lower).toList();
    private static final List<String> HOSTS = Lexicon.nouns("animal", "food", "plant");
    private static final List<String> PAGES = Lexicon.nouns("furniture", "sport", "building", "clothing");
    private static final List<String> ENDINGS = List.of("com", "org", "net", "de", "fr", "io", "edu");
    private static final List<String> KINDS = List.of("image", "audio", "video", "document", "archive");
    /// Three of each kind, in the order of the kinds.
    private static final List<String> EXTENSIONS = List.of(
            "jpg", "png", "gif", "mp3", "wav", "flac", "mp4", "avi", "mkv", "pdf", "docx", "odt", "zip", "tar", "rar");

    private static final Domain<Slots> MAILS = Domain.drawn(random -> {
        String user = pick(random, NAMES);
        return Slots.of(
                "{user}@{host}.{ending}",
                Map.of(
                        "user", user,
                        "name", Text.capitalised(user),
                        "initial", user.charAt(0),
                        "host", pick(random, HOSTS),
                        "ending", pick(random, ENDINGS)));
    });
    private static final Domain<Slots> LINKS = Domain.drawn(random -> Slots.of(
            "{scheme}://www.{site}/{folder}/{page}",
            Map.of(
                    "scheme",
                    random.nextBoolean() ? "https" : "http",
                    "site",
                    pick(random, HOSTS) + "." + pick(random, ENDINGS),
                    "folder",
                    pick(random, NAMES),
                    "page",
                    pick(random, PAGES))));
    private static final Domain<Slots> FILES = Domain.drawn(random -> {
        String extension = pick(random, EXTENSIONS);
        return Slots.of(
                "{base}.{extension}",
                Map.of(
                        "folder", pick(random, NAMES),
                        "base", pick(random, PAGES),
                        "extension", extension,
                        "kind", KINDS.get(EXTENSIONS.indexOf(extension) / 3)));
    });
    private static final String SPOKEN = "{user} at {host} dot {ending}";
    private static final String PATH = "/{folder}/{base}.{extension}";

    private AddressTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "addresses",
                task("mail-user", MAILS, filled("{user}")),
                task("mail-domain", MAILS, filled("{host}.{ending}")),
                task("mail-ending", MAILS, filled(".{ending}")),
                task("mail-greeting", MAILS, filled("Hi {name},")),
                task("mail-obfuscated", MAILS, filled(SPOKEN)),
                task("mail-from-words", MAILS, filled(SPOKEN), Slots::text),
                task("mail-masked", MAILS, filled("{initial}***@{host}.{ending}")),
                task("link-host", LINKS, filled("www.{site}")),
                task("link-scheme", LINKS, filled("{scheme}")).evenly(),
                task("link-path", LINKS, filled("/{folder}/{page}")),
                task("link-page", LINKS, filled("{page}")),
                task("link-short", LINKS, filled("{site}")),
                task("file-extension", FILES, filled(PATH), filled("{extension}")),
                task("file-name", FILES, filled(PATH), Slots::text),
                task("file-stem", FILES, filled(PATH), filled("{base}")),
                task("file-folder", FILES, filled(PATH), filled("{folder}")),
                task("file-kind", FILES, filled("{kind}")).evenly(),
                task("file-backup", FILES, filled("{base}.{extension}.bak")),
                task("file-to-pdf", FILES.filter(file -> !file.get("extension").equals("pdf")), filled("{base}.pdf")),
                task("file-windows", FILES, filled(PATH), filled("C:\\{folder}\\{base}.{extension}")));
    }
}

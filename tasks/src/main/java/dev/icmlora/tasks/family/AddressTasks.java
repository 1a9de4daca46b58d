package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.Locale;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// E-mail and web addresses, and file names.
final class AddressTasks implements TaskFamily {

    private record Mail(String user, String host, String ending) {

        String text() {
            return user + "@" + domain();
        }

        String domain() {
            return host + "." + ending;
        }
    }

    private record Link(String scheme, String host, String folder, String page) {

        String text() {
            return scheme + "://" + host + "/" + folder + "/" + page;
        }
    }

    private record File(String folder, String base, String extension, String kind) {

        String name() {
            return base + "." + extension;
        }

        String path() {
            return "/" + folder + "/" + name();
        }
    }

    private static final List<String> NAMES = Lexicon.names("female", "male").stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .toList();
    private static final List<String> HOSTS = Lexicon.nouns("animal", "food", "plant");
    private static final List<String> PAGES = Lexicon.nouns("furniture", "sport", "building", "clothing");
    private static final List<String> ENDINGS = List.of("com", "org", "net", "de", "fr", "io", "edu");
    private static final List<List<String>> EXTENSIONS = List.of(
            List.of("jpg", "image"),
            List.of("png", "image"),
            List.of("gif", "image"),
            List.of("mp3", "audio"),
            List.of("wav", "audio"),
            List.of("flac", "audio"),
            List.of("mp4", "video"),
            List.of("avi", "video"),
            List.of("mkv", "video"),
            List.of("pdf", "document"),
            List.of("docx", "document"),
            List.of("odt", "document"),
            List.of("zip", "archive"),
            List.of("tar", "archive"),
            List.of("rar", "archive"));

    private static final Domain<Mail> MAILS = Domain.drawn(
            random -> new Mail(Domain.pick(random, NAMES), Domain.pick(random, HOSTS), Domain.pick(random, ENDINGS)));
    private static final Domain<Link> LINKS = Domain.drawn(random -> new Link(
            random.nextBoolean() ? "https" : "http",
            "www." + Domain.pick(random, HOSTS) + "." + Domain.pick(random, ENDINGS),
            Domain.pick(random, NAMES),
            Domain.pick(random, PAGES)));
    private static final Domain<File> FILES = Domain.drawn(random -> {
        List<String> extension = Domain.pick(random, EXTENSIONS);
        return new File(
                Domain.pick(random, NAMES), Domain.pick(random, PAGES), extension.getFirst(), extension.getLast());
    });

    @Override
    public String name() {
        return "addresses";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                task("mail-user").describedAs("""
                        Give the part of the e-mail address before the @.
                        user name of the address
                        Who is the mailbox for? Answer with the local part.
                        Please extract the user from the e-mail address.
                        local part
                        Cut the address at the @ and keep the left side.
                        What is the login in this address?
                        Return the mailbox name only.
                        """).from(MAILS, Mail::text, Mail::user),
                task("mail-domain").describedAs("""
                        Give the domain of the e-mail address.
                        part after the @
                        Which server does this address belong to?
                        Please extract the domain from the e-mail address.
                        domain part
                        Cut the address at the @ and keep the right side.
                        Where is this mailbox hosted?
                        Return the host of the address only.
                        """).from(MAILS, Mail::text, Mail::domain),
                task("mail-ending").describedAs("""
                        Give the top-level domain of the e-mail address, with the dot.
                        TLD of the address
                        How does the address end? Answer with the dot and what follows.
                        Please extract the domain ending.
                        Return the last label of the address, like .com.
                        .com, .org, .de ...: which one is it?
                        Keep only what comes from the last dot on.
                        Suffix of the mail address.
                        """).from(MAILS, Mail::text, mail -> "." + mail.ending()),
                task("mail-greeting")
                        .describedAs("""
                        Write a greeting to the owner of the e-mail address, like "Hi Anna,".
                        address -> Hi Name,
                        Please start a friendly mail to this person.
                        Greet the person behind the address.
                        How would a short mail to this address begin?
                        "Hi", the name with a capital, a comma.
                        Make a salutation out of the mailbox name.
                        First line of a message to this address.
                        """)
                        .from(MAILS, Mail::text, mail -> "Hi " + Text.capitalised(mail.user()) + ","),
                task("mail-obfuscated")
                        .describedAs("""
                        Hide the address from robots: write " at " and " dot ".
                        @ -> at, . -> dot
                        Please spell the address so that spammers can't read it.
                        Replace the signs in the address by words.
                        How do you say this e-mail address aloud?
                        Obfuscate the address with at and dot.
                        Write the address in words, with spaces around at and dot.
                        Human-readable, not machine-readable.
                        """)
                        .from(MAILS, Mail::text, mail -> mail.user() + " at " + mail.host() + " dot " + mail.ending()),
                task("mail-from-words")
                        .describedAs("""
                        Write the e-mail address that is spelled out.
                        at -> @, dot -> .
                        Please turn the spoken address into a real one.
                        Which address is meant? Use the signs.
                        De-obfuscate the e-mail address.
                        I heard it on the phone; write it as an address.
                        Join the words to a valid e-mail address.
                        Put @ and . where the words say so.
                        """)
                        .from(MAILS, mail -> mail.user() + " at " + mail.host() + " dot " + mail.ending(), Mail::text),
                task("mail-masked")
                        .describedAs("""
                        Mask the user of the address: keep its first letter, then ***.
                        a***@host
                        Please anonymise the mailbox name but keep the domain.
                        Privacy: show only the first letter before the @.
                        How would a bank print this address on a form?
                        First letter, three asterisks, the rest from @ on.
                        Redact the local part.
                        Blur the name in the e-mail address with stars.
                        """)
                        .from(MAILS, Mail::text, mail -> mail.user().charAt(0) + "***@" + mail.domain()),
                task("link-host").describedAs("""
                        Give the host of the web address.
                        host name
                        Which site does the link point to?
                        Please extract the server name from the URL.
                        Return what stands between // and the next slash.
                        Whose web server is that? Answer with the host.
                        Only the www part of the link.
                        hostname of the URL
                        """).from(LINKS, Link::text, Link::host),
                task("link-scheme")
                        .describedAs("""
                        Is the link http or https?
                        scheme
                        Please name the protocol of the URL.
                        Return what stands before the colon.
                        Which protocol does this address use?
                        Encrypted or not: answer https or http.
                        First part of the web address.
                        Tell me the URL's scheme.
                        """)
                        .from(LINKS, Link::text, Link::scheme)
                        .evenly(),
                task("link-path")
                        .describedAs("""
                        Give the path of the web address, starting with a slash.
                        URL path
                        What comes after the host?
                        Please strip protocol and host from the link.
                        Return the path part only.
                        Which page of the site is it? Answer with the path.
                        Make the link relative to the site's root.
                        Everything from the third slash on.
                        """)
                        .from(LINKS, Link::text, link -> "/" + link.folder() + "/" + link.page()),
                task("link-page").describedAs("""
                        Give the last part of the web address.
                        last segment
                        Which page is linked? Only the word after the last slash.
                        Please return the final path segment of the URL.
                        slug of the link
                        Cut off everything up to the last slash.
                        What is the page called?
                        Name of the linked page, no slashes.
                        """).from(LINKS, Link::text, Link::page),
                task("link-short")
                        .describedAs("""
                        Shorten the link to its site: no protocol, no www, no path.
                        bare domain
                        Please give just the domain name of the link.
                        How would people call this site, like example.org?
                        Remove http(s)://, www. and the path.
                        Registered domain of the URL.
                        Who owns the page? Answer with the plain domain.
                        Domain without www.
                        """)
                        .from(LINKS, Link::text, link -> link.host().substring("www.".length())),
                task("file-extension").describedAs("""
                        Give the file extension, without the dot.
                        extension
                        How does the file name end?
                        Please return what comes after the dot.
                        Which file type suffix is it?
                        Suffix of the file.
                        Only the letters behind the last dot.
                        What extension does the file have?
                        """).from(FILES, File::path, File::extension),
                task("file-name").describedAs("""
                        Give the file name without its folder.
                        basename
                        Please strip the directory from the path.
                        What is the file called, with its extension?
                        Return everything after the last slash.
                        Last part of the path.
                        Drop the folders.
                        Name of the file at this path.
                        """).from(FILES, File::path, File::name),
                task("file-stem").describedAs("""
                        Give the file name without folder and extension.
                        stem
                        Please return the bare name of the file.
                        What is left without the directory and the suffix?
                        Between the last slash and the dot.
                        Name only: no path, no ending.
                        Base name, extension removed.
                        What is the file's title?
                        """).from(FILES, File::path, File::base),
                task("file-folder").describedAs("""
                        In which folder is the file?
                        dirname
                        Please return the directory name without slashes.
                        Whose folder is it in?
                        Name of the parent directory.
                        Drop the file, keep the folder's name.
                        Which directory holds the file?
                        Folder only.
                        """).from(FILES, File::path, File::folder),
                task("file-kind")
                        .describedAs("""
                        What kind of file is it: image, audio, video, document or archive?
                        file kind
                        Please classify the file by its extension.
                        Picture, sound, film, text or package? Use image, audio, video, document, archive.
                        Which type of content does the file have?
                        Sort the file into its category.
                        With which kind of program is it opened? Answer with the kind of file.
                        media type, one word
                        """)
                        .from(FILES, File::name, File::kind)
                        .evenly(),
                task("file-backup").describedAs("""
                        Give the name of a backup copy: the file name with .bak at the end.
                        + .bak
                        Please append the backup suffix.
                        How would the backup of this file be called?
                        Add ".bak" to the file name.
                        Name for a safety copy.
                        file -> file.bak
                        Keep the extension and put another one, bak, after it.
                        """).from(FILES, File::name, file -> file.name() + ".bak"),
                task("file-to-pdf")
                        .describedAs("""
                        Change the extension of the file to pdf.
                        -> .pdf
                        Please name the PDF version of the file.
                        The file is exported as PDF. What is it called then?
                        Replace the suffix by pdf.
                        Same name, new ending: pdf.
                        Output file name of a PDF converter.
                        Swap whatever comes after the dot for pdf.
                        """)
                        .from(
                                FILES.filter(f -> !f.extension().equals("pdf")),
                                File::name,
                                file -> file.base() + ".pdf"),
                task("file-windows")
                        .describedAs("""
                        Write the path the Windows way, on drive C.
                        /a/b -> C:\\a\\b
                        Please convert the Unix path to a Windows path.
                        Backslashes and C: in front.
                        How is this path written on Windows?
                        Use drive C: and \\ as separator.
                        Translate the path for a Windows machine.
                        From slash to backslash, with the drive letter.
                        """)
                        .from(FILES, File::path, file -> "C:" + file.path().replace('/', '\\')));
    }
}

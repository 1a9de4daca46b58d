package dev.icmlora.storage.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectGoneException;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageRefusedException;
import dev.icmlora.function.storage.StorageUnavailableException;
import dev.icmlora.function.storage.WholeObject;

/// A directory as a bucket. Keys are paths below it; a version is size, time and inode; metadata are extended
/// attributes, so the file system must have them (ext4, xfs, btrfs, and tmpfs since Linux 6.6 do).
///
/// A file is written under a name of its own first. A hard link, which fails if the name is taken, makes a new object
/// visible; a rename replaces an old one. Both happen under a lock that other processes respect, since a folder that
/// the store has made goes with its last object.
public final class LocalStore implements ObjectStore {

    private static final String OWN_FOLDER = ".icm-lora";
    private static final String ATTRIBUTE = "icm-lora.";
    /// Of a folder that the store has made.
    private static final String MADE = ATTRIBUTE + "made";
    /// A draft that is as old was left by a process that is gone.
    private static final Duration LONGEST_DRAFT = Duration.ofDays(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Pattern DRAFT = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /// By directory: there are few, and stores of one of them share its lock.
    private static final Map<Path, DirectoryLock> LOCKS = new ConcurrentHashMap<>();

    private final Path root;
    private final DirectoryLock lock;
    private final AtomicBoolean swept = new AtomicBoolean();

    public LocalStore(Path root) {
        this.root = root.toAbsolutePath().normalize();
        this.lock = LOCKS.computeIfAbsent(
                this.root, path -> new DirectoryLock(path.resolve(OWN_FOLDER).resolve("lock"), PATIENCE));
    }

    @Override
    public Optional<StoredObject> find(String key) {
        var path = path(key);
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.isRegularFile()
                    ? Optional.of(new StoredObject(key, version(attributes), attributes.size(), metadata(path)))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            // A component of the path that is a file, say.
            if (Files.isDirectory(root) && String.valueOf(e.getMessage()).endsWith("Not a directory")) {
                return Optional.empty();
            }
            throw failed("read", key, e);
        }
    }

    @Override
    public InputStream read(StoredObject object) {
        var path = path(object.key());
        try {
            var in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS);
            // Opened first and compared then: what is open stays what it is when the name goes to another file.
            if (find(object.key())
                    .filter(now -> now.version().equals(object.version()))
                    .isEmpty()) {
                in.close();
                throw new ObjectGoneException(object.key(), object.version());
            }
            return new WholeObject(in, object);
        } catch (NoSuchFileException e) {
            throw new ObjectGoneException(object.key(), object.version());
        } catch (IOException e) {
            throw failed("read", object.key(), e);
        }
    }

    @Override
    public String write(String key, Content content, Map<String, String> metadata, Condition condition) {
        var target = path(key);
        try {
            if (!Files.isDirectory(root)) {
                throw new StorageUnavailableException(root + " is not there", null);
            }
            var draft = ownFolder().resolve(UUID.randomUUID().toString());
            try {
                fill(draft, content, metadata);
                var version = version(Files.readAttributes(draft, BasicFileAttributes.class));
                exclusively(() -> publish(draft, target, key, condition));
                return version;
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw failed("write", key, e);
        }
    }

    private static void fill(Path draft, Content content, Map<String, String> metadata) throws IOException {
        try (var in = content.source().open();
                var out = FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var buffer = new byte[1 << 16];
            for (var n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                for (var bytes = ByteBuffer.wrap(buffer, 0, n); bytes.hasRemaining(); ) {
                    out.write(bytes);
                }
            }
            if (out.size() != content.bytes()) {
                throw new IOException("%d bytes instead of %d".formatted(out.size(), content.bytes()));
            }
            out.force(true);
        }
        var attributes = attributes(draft);
        for (var entry : metadata.entrySet()) {
            attributes.write(ATTRIBUTE + entry.getKey(), StandardCharsets.UTF_8.encode(entry.getValue()));
        }
    }

    private void publish(Path draft, Path target, String key, Condition condition) throws IOException {
        switch (condition) {
            case Condition.IfAbsent absent -> {
                makeFolder(target.getParent());
                try {
                    Files.createLink(target, draft);
                } catch (FileAlreadyExistsException e) {
                    throw new ConditionFailedException(key);
                }
            }
            case Condition.IfVersion(var version) -> {
                if (find(key).filter(now -> now.version().equals(version)).isEmpty()) {
                    throw new ConditionFailedException(key);
                }
                Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    private void makeFolder(Path folder) throws IOException {
        if (folder.equals(root)) {
            return;
        }
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            return;
        } catch (NoSuchFileException e) {
            makeFolder(folder.getParent());
            Files.createDirectory(folder);
        }
        attributes(folder).write(MADE, ByteBuffer.allocate(0));
    }

    /// A bucket has no folders. Those that others have made stay, and those right below the directory, since
    /// others watch them and put files there.
    private void leaveNoEmptyFolder(Path last) {
        try {
            for (var folder = last; folder.getNameCount() > root.getNameCount() + 1; folder = folder.getParent()) {
                if (!attributes(folder).list().contains(MADE)) {
                    return;
                }
                Files.delete(folder);
            }
        } catch (IOException e) {
            // It has other objects, or is gone.
        }
    }

    private Path ownFolder() throws IOException {
        var folder = Files.createDirectories(root.resolve(OWN_FOLDER));
        if (swept.compareAndSet(false, true)) {
            sweep(folder);
        }
        return folder;
    }

    private static void sweep(Path folder) {
        var oldest = FileTime.from(Instant.now().minus(LONGEST_DRAFT));
        try (var files = Files.newDirectoryStream(folder)) {
            for (var file : files) {
                if (DRAFT.matcher(file.getFileName().toString()).matches() && isOlder(file, oldest)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Only room was to be gained.
        }
    }

    private static boolean isOlder(Path file, FileTime oldest) throws IOException {
        try {
            return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).compareTo(oldest) < 0;
        } catch (NoSuchFileException e) {
            // It is published.
            return false;
        }
    }

    /// What looks at an object and then changes it would bring back one that is deleted in between.
    private void exclusively(DirectoryLock.FileWork work) throws IOException {
        ownFolder();
        lock.exclusively(work);
    }

    @Override
    public void delete(String key) {
        var path = path(key);
        try {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                exclusively(() -> {
                    Files.deleteIfExists(path);
                    leaveNoEmptyFolder(path.getParent());
                });
            }
        } catch (IOException e) {
            throw failed("delete", key, e);
        }
    }

    @Override
    public List<StoredObject> list(String prefix) {
        var folder = prefix.contains("/") ? path(prefix.substring(0, prefix.lastIndexOf('/'))) : root;
        if (!Files.isDirectory(root)) {
            throw new StorageUnavailableException(root + " is not there", null);
        }
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        var listing = new Listing(prefix);
        try {
            Files.walkFileTree(folder, listing);
        } catch (IOException e) {
            throw failed("list", prefix, e);
        }
        return listing.found.stream()
                .sorted(Comparator.comparing(StoredObject::key))
                .toList();
    }

    /// Others may take away what it is about to look at.
    private final class Listing extends SimpleFileVisitor<Path> {

        private final String prefix;
        private final List<StoredObject> found = new ArrayList<>();

        private Listing(String prefix) {
            this.prefix = prefix;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return folder.equals(root.resolve(OWN_FOLDER)) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            var key = root.relativize(file).toString();
            if (attributes.isRegularFile() && key.startsWith(prefix)) {
                found.add(new StoredObject(key, version(attributes), attributes.size(), Map.of()));
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }
    }

    private Path path(String key) {
        var relative = relative(key);
        var plain = !relative.isAbsolute()
                && relative.toString().equals(key)
                && relative.normalize().equals(relative)
                && !relative.startsWith("..")
                && !relative.startsWith(OWN_FOLDER);
        if (!plain || key.isEmpty()) {
            throw new StorageRefusedException("\"" + key + "\" is no name for a file below " + root, null);
        }
        var path = root.resolve(relative);
        requireNoLinkBefore(path, key);
        return path;
    }

    /// A user who can make a link in the directory could otherwise have files read and written anywhere.
    private void requireNoLinkBefore(Path path, String key) {
        for (var folder = path.getParent(); !folder.equals(root); folder = folder.getParent()) {
            if (Files.isSymbolicLink(folder)) {
                throw new StorageRefusedException(
                        "\"%s\" lies behind the symbolic link %s".formatted(key, root.relativize(folder)), null);
            }
        }
    }

    private Path relative(String key) {
        try {
            return root.getFileSystem().getPath(key);
        } catch (InvalidPathException e) {
            throw new StorageRefusedException("a name that is no path: " + e.getReason(), e);
        }
    }

    private static String version(BasicFileAttributes attributes) {
        var inode = attributes.fileKey() == null ? 0 : attributes.fileKey().hashCode();
        return "%x-%x-%x"
                .formatted(attributes.size(), attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS), inode);
    }

    private static Map<String, String> metadata(Path path) throws IOException {
        var view = attributes(path);
        var metadata = new HashMap<String, String>();
        for (var name : view.list()) {
            if (name.startsWith(ATTRIBUTE)) {
                var value = ByteBuffer.allocate(view.size(name));
                view.read(name, value);
                metadata.put(
                        name.substring(ATTRIBUTE.length()),
                        StandardCharsets.UTF_8.decode(value.flip()).toString());
            }
        }
        return metadata;
    }

    private static UserDefinedFileAttributeView attributes(Path path) throws IOException {
        var view = Files.getFileAttributeView(path, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view == null) {
            throw new IOException("the file system has no extended attributes");
        }
        return view;
    }

    private static StorageUnavailableException failed(String verb, String key, Exception e) {
        return new StorageUnavailableException("cannot " + verb + " " + key + ": " + e, e);
    }
}

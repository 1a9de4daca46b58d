package dev.icmlora.function.storage;

import java.nio.file.Path;
import java.util.regex.Pattern;

/// Names a bucket: `gs://name`, `s3://name`, `az://account/container` or `file:/directory`.
///
/// @param name what follows the scheme
public record Bucket(Provider provider, String name) {

    private static final Pattern FORM = Pattern.compile("(gs|s3|az)://([^/]+(?:/[^/]+)?)/?|file:(?://)?(/.*)");

    /// Who holds the bucket.
    public enum Provider {
        GOOGLE("gs://"),
        S3("s3://"),
        AZURE("az://"),
        LOCAL("file:");

        private final String scheme;

        Provider(String scheme) {
            this.scheme = scheme;
        }
    }

    public static Bucket google(String name) {
        return new Bucket(Provider.GOOGLE, name);
    }

    public static Bucket s3(String name) {
        return new Bucket(Provider.S3, name);
    }

    public static Bucket azure(String account, String container) {
        return new Bucket(Provider.AZURE, account + "/" + container);
    }

    public static Bucket local(Path directory) {
        return new Bucket(Provider.LOCAL, directory.toAbsolutePath().normalize().toString());
    }

    /// @throws IllegalArgumentException if the text has no such form
    public static Bucket parse(String text) {
        var form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no bucket; write gs://name, s3://name, az://account/container or file:/path");
        }
        if (form.group(3) != null) {
            return local(Path.of(form.group(3)));
        }
        var name = form.group(2);
        var provider = switch (form.group(1)) {
            case "gs" -> Provider.GOOGLE;
            case "s3" -> Provider.S3;
            default -> Provider.AZURE;
        };
        if (name.contains("/") != (provider == Provider.AZURE)) {
            throw new IllegalArgumentException("\"" + text + "\" is no bucket of its provider");
        }
        return new Bucket(provider, name);
    }

    @Override
    public String toString() {
        return provider.scheme + name;
    }
}

package dev.icmlora.function.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// A function's process that is killed and started again. Threads may ask for its address meanwhile.
final class Instance implements AutoCloseable {

    private final Path home;
    private final Map<String, String> environment;
    private FunctionProcess process;
    private volatile String address = "http://127.0.0.1:1";

    Instance(Path home, Map<String, String> environment) throws Exception {
        this.home = Files.createDirectories(home);
        this.environment = environment;
        start();
    }

    private void start() throws Exception {
        process = FunctionProcess.start(home, environment, "-Xmx512m");
        address = process.awaitAddress();
    }

    /// Ends it as `kill -9` does, and starts it again.
    void killAndStart() throws Exception {
        process.kill();
        start();
    }

    /// Nothing listens there between a kill and the end of the next start.
    String address() {
        return address;
    }

    @Override
    public void close() {
        process.close();
    }
}

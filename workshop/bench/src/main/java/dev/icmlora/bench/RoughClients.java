package dev.icmlora.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// Crowds of clients that do not do as they should.
enum RoughClients {
    SLOW("200 clients that send a byte a second", 200) {
        @Override
        void use(Socket socket, Connections connections) throws IOException, InterruptedException {
            var request = BEGINNING + "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{\"prompt\": \"";
            for (var letter : request.getBytes(US_ASCII)) {
                socket.getOutputStream().write(letter);
                Thread.sleep(1000);
            }
        }
    },
    SILENT("500 clients that stop within their request", 500) {
        @Override
        void use(Socket socket, Connections connections) throws IOException {
            var request = BEGINNING + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"prompt\": \"";
            socket.getOutputStream().write(request.getBytes(US_ASCII));
        }
    },
    DEAF("20 clients that ask for 2000 documents each and read none", 20) {
        @Override
        void use(Socket socket, Connections connections) throws IOException {
            var request = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
            socket.getOutputStream().write(request.repeat(2000).getBytes(US_ASCII));
        }
    },
    WORDY("200 clients with headers of 1 MB", 200) {
        @Override
        void use(Socket socket, Connections connections) throws IOException {
            var header = "X-Long: " + "a".repeat(1000) + "\r\n";
            try {
                socket.getOutputStream().write((BEGINNING + header.repeat(1000) + "\r\n").getBytes(US_ASCII));
            } catch (IOException e) {
                connections.saw("a connection closed");
                return; // It was refused before everything was sent.
            }
            var answer = new String(socket.getInputStream().readNBytes(12), US_ASCII);
            connections.saw(answer.isEmpty() ? "a connection closed" : answer);
        }
    },
    IDLE("10000 connections that ask nothing", 10_000) {
        @Override
        void use(Socket socket, Connections connections) {
            connections.saw("a connection");
        }
    };

    private static final String BEGINNING = "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\n";

    private final String what;
    private final int count;

    RoughClients(String what, int count) {
        this.what = what;
        this.count = count;
    }

    String what() {
        return what;
    }

    /// Misuses one connection.
    abstract void use(Socket socket, Connections connections) throws IOException, InterruptedException;

    /// Lets them at a server, until they are closed.
    Connections connect(URI server) {
        var connections = new Connections();
        var address = new InetSocketAddress(server.getHost(), server.getPort());
        try {
            for (var i = 0; i < count; i++) {
                var socket = new Socket();
                connections.sockets.add(socket);
                socket.connect(address);
                connections.threads.add(Thread.ofVirtual().start(() -> run(socket, connections)));
            }
            return connections;
        } catch (IOException e) {
            connections.close();
            throw new UncheckedIOException(e);
        }
    }

    private void run(Socket socket, Connections connections) {
        try {
            use(socket, connections);
        } catch (IOException e) {
            connections.saw("a connection broken");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Of one crowd.
    static final class Connections implements AutoCloseable {

        private final List<Socket> sockets = new ArrayList<>();
        private final List<Thread> threads = new ArrayList<>();
        private final Map<String, Integer> seen = new ConcurrentHashMap<>();

        private void saw(String what) {
            seen.merge(what, 1, Integer::sum);
        }

        /// What they got, and how often.
        Map<String, Integer> seen() {
            return new TreeMap<>(seen);
        }

        @Override
        public void close() {
            threads.forEach(Thread::interrupt);
            try {
                for (var socket : sockets) {
                    socket.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

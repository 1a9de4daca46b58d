package dev.icmlora.function.servers;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/// Stands between a client and a server, and does to their conversation what networks and overloaded servers do.
///
/// It does not understand HTTP, but sees where a request begins. A fault befalls a request.
public final class FaultyProxy implements Closeable {

    private static final Pattern REQUEST =
            Pattern.compile("(GET|PUT|POST|HEAD|DELETE) [^\r]* HTTP/1.1\r\n.*", Pattern.DOTALL);
    private static final byte[] BUSY =
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_DELAY = 1500;

    private enum Fault {
        /// The request never arrives.
        REQUEST_LOST,
        /// The server does it, and nobody hears.
        ANSWER_LOST,
        /// The connection breaks within the answer.
        ANSWER_CUT,
        /// "Come back later."
        BUSY,
        /// It takes its time.
        SLOW
    }

    private final InetSocketAddress server;
    private final ServerSocket door;
    private final Random random;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger faults = new AtomicInteger();
    private final AtomicLong answered = new AtomicLong();
    private volatile double probability;
    private volatile boolean down;
    private volatile int longest = Integer.MAX_VALUE;

    /// @param seed of what befalls which request
    public FaultyProxy(InetSocketAddress server, long seed) throws IOException {
        this.server = server;
        this.random = new Random(seed);
        this.door = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return door.getLocalPort();
    }

    /// How many requests of all are to meet a fault from now on.
    public void fail(double share) {
        probability = share;
    }

    /// After how many bytes each answer ends from now on, with its connection.
    public void cut(int bytes) {
        longest = bytes;
    }

    /// As if nobody was there; connections that are open break.
    public void down(boolean isDown) {
        down = isDown;
        if (isDown) {
            open.forEach(FaultyProxy::reset);
        }
    }

    /// The faults so far.
    public int faults() {
        return faults.get();
    }

    /// The first lines of all requests so far.
    public List<String> requests() {
        return requests;
    }

    /// Bytes of answers that were passed on so far.
    public long answered() {
        return answered.get();
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                var client = door.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                var upstream = new Socket()) {
            if (down) {
                return;
            }
            upstream.connect(server);
            open.add(upstream);
            var connection = new Connection(client, upstream);
            var answers = Thread.ofVirtual().start(connection::passAnswers);
            connection.passRequests();
            answers.join();
            open.remove(upstream);
        } catch (IOException e) {
            // One of the two hung up.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // It is closed.
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        down(true);
    }

    private final class Connection {

        private final Socket client;
        private final Socket upstream;
        private volatile Fault pending;

        private Connection(Socket client, Socket upstream) {
            this.client = client;
            this.upstream = upstream;
        }

        private void passRequests() {
            try (var in = client.getInputStream();
                    var out = upstream.getOutputStream()) {
                var buffer = new byte[1 << 16];
                for (var n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    var fault = befalls(buffer, n);
                    if (fault == Fault.SLOW) {
                        Thread.sleep(pick(LONGEST_DELAY));
                    } else if (fault == Fault.REQUEST_LOST) {
                        reset(client);
                        break;
                    } else if (fault == Fault.BUSY) {
                        client.getOutputStream().write(BUSY);
                        break;
                    } else if (fault != null) {
                        pending = fault;
                    }
                    out.write(buffer, 0, n);
                    out.flush();
                }
            } catch (IOException e) {
                // The other direction ends then, too.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void passAnswers() {
            try (InputStream in = upstream.getInputStream();
                    OutputStream out = client.getOutputStream()) {
                var buffer = new byte[1 << 16];
                for (var n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    if (pending == Fault.ANSWER_LOST) {
                        reset(client);
                        break;
                    }
                    if (pending == Fault.ANSWER_CUT) {
                        out.write(buffer, 0, pick(n));
                        break;
                    }
                    var passed = Math.min(n, longest);
                    out.write(buffer, 0, passed);
                    out.flush();
                    answered.addAndGet(passed);
                    if (passed < n) {
                        break;
                    }
                }
            } catch (IOException e) {
                // The other direction ends then, too.
            }
        }

        private Fault befalls(byte[] bytes, int length) {
            var beginning = new String(bytes, 0, Math.min(length, 2000), StandardCharsets.US_ASCII);
            if (!REQUEST.matcher(beginning).matches()) {
                return null;
            }
            requests.add(beginning.lines().findFirst().orElse(""));
            synchronized (random) {
                if (random.nextDouble() >= probability) {
                    return null;
                }
                faults.incrementAndGet();
                return Fault.values()[random.nextInt(Fault.values().length)];
            }
        }

        private int pick(int bound) {
            synchronized (random) {
                return random.nextInt(bound);
            }
        }
    }
}

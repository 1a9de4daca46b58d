package dev.icmlora.engine.encode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.icmlora.engine.worker.Pace;
import dev.icmlora.generator.network.BaseModelId;
import dev.icmlora.ggml.NativeException;
import dev.icmlora.llama.LlamaEncoder;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ThreadPool;

/// The sentence encoder of an engine, which all of its workers share. A text becomes a vector of length 1; texts that
/// mean the same have vectors that are near.
///
/// Any thread may use it: pieces wait for each other.
public final class TextEncoder implements AutoCloseable {

    /// Of a text, unless the model was trained with fewer: what reading takes of memory grows with their square.
    private static final int MOST_TOKENS = 512;
    /// Texts are read together up to so many tokens: fewer take longer for each, more take no less.
    private static final int PIECE_TOKENS = 128;

    private final String name;
    private final String id;
    private final LlamaModel model;
    private final LlamaEncoder encoder;
    private final ThreadPool threads;
    private final Pace pace = new Pace();

    private TextEncoder(String name, String id, LlamaModel model, LlamaEncoder encoder, ThreadPool threads) {
        this.name = name;
        this.id = id;
        this.model = model;
        this.encoder = encoder;
        this.threads = threads;
    }

    /// With the libraries loaded.
    ///
    /// @param file GGUF
    /// @param threads that compute at most
    /// @throws UnusableEncoderException naming the file and what is wrong with it
    public static TextEncoder load(Path file, int threads) {
        try {
            var id = BaseModelId.of("encoder", file).fingerprint();
            var model = LlamaModel.load(file);
            try {
                return of(file, id, model, threads);
            } catch (RuntimeException e) {
                model.close();
                throw e;
            }
        } catch (NativeException | IllegalArgumentException e) {
            throw new UnusableEncoderException(
                    file, e.getMessage().lines().findFirst().orElse(""));
        } catch (IOException | UncheckedIOException e) {
            throw new UnusableEncoderException(file, e.getMessage());
        }
    }

    private static TextEncoder of(Path file, String id, LlamaModel model, int threads) {
        var encoder = LlamaEncoder.create(model, MOST_TOKENS, threads);
        ThreadPool pool;
        try {
            pool = ThreadPool.start(threads);
        } catch (RuntimeException e) {
            encoder.close();
            throw e;
        }
        encoder.attach(pool);
        var name = file.getFileName().toString().replaceFirst("\\.gguf$", "");
        return new TextEncoder(name, id, model, encoder, pool);
    }

    /// The name that clients call it by: its file's, without the extension.
    public String name() {
        return name;
    }

    /// Another one's vectors cannot be compared with this one's.
    public String id() {
        return id;
    }

    /// Numbers of a vector.
    public int width() {
        return encoder.width();
    }

    /// Tokens of the longest text that is read whole.
    public int longest() {
        return encoder.longest();
    }

    /// Tokens that a text is read as, if it is not cut. A text that surely has more than [#longest] is not counted to
    /// its end.
    public int tokens(String text) {
        return model.vocabulary().exceeds(text, longest()) ? longest() + 1 : encoder.tokenize(text).length;
    }

    /// How long a token takes.
    public Pace pace() {
        return pace;
    }

    /// Begins to read texts; those that are longer than [#longest] are cut.
    public Encoding begin(List<String> texts) {
        return new Encoding(texts);
    }

    /// Texts on their way through the encoder, piece by piece. The same texts have the same pieces whatever else goes
    /// on, so that the same comes out. Belongs to one thread at a time.
    public final class Encoding {

        private final List<String> texts;
        private final List<float[]> vectors = new ArrayList<>();

        private Encoding(List<String> texts) {
            this.texts = List.copyOf(texts);
        }

        public boolean isDone() {
            return vectors.size() == texts.size();
        }

        /// Reads the next piece: a text, and more while they are short.
        ///
        /// @param threads that compute
        /// @return tokens that were read
        public int advance(int threads) {
            var piece = new ArrayList<int[]>();
            var tokens = 0;
            while (vectors.size() + piece.size() < texts.size()) {
                var next = encoder.cut(encoder.tokenize(texts.get(vectors.size() + piece.size())));
                if (!piece.isEmpty() && tokens + next.length > PIECE_TOKENS) {
                    break;
                }
                piece.add(next);
                tokens += next.length;
            }
            synchronized (encoder) {
                encoder.threads(threads);
                vectors.addAll(encoder.vectors(piece));
            }
            return tokens;
        }

        /// One for each text.
        ///
        /// @throws IllegalStateException if it is not done
        public List<float[]> vectors() {
            if (!isDone()) {
                throw new IllegalStateException("only %d of %d texts are read".formatted(vectors.size(), texts.size()));
            }
            return List.copyOf(vectors);
        }
    }

    @Override
    public void close() {
        encoder.close();
        threads.close();
        model.close();
    }
}

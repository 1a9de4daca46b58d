package dev.icmlora.generator.network;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufWriter;

/// The description of a generator in its file, beside its weights.
///
/// @param name for people
/// @param base the model it was trained through
/// @param promptFormat {@link dev.icmlora.generator.task.PromptFormat#fingerprint()} at training time
/// @param architecture sizes
/// @param catalogue the tasks it was trained on
/// @param before the tasks that only what it begins with was trained on: its B0, or the generator that it went on from
/// @param calibration the numbers by which a way to serve is chosen and confidence computed, in their user's
/// order; none for a generator that was not calibrated
/// @param tuningRates how many times the usual rate each matrix B is tuned at, layer by layer and module by module;
/// none, and it is once for each, in a file from before [TuningRates]
public record GeneratorManifest(
        String name,
        BaseModelId base,
        String promptFormat,
        GeneratorArchitecture architecture,
        List<CatalogueEntry> catalogue,
        List<CatalogueEntry> before,
        List<Float> calibration,
        List<Float> tuningRates) {
    static final String FILE_ARCHITECTURE = "icm-lora";
    private static final int FILE_VERSION = 1;

    private static final String ARCHITECTURE = "general.architecture";
    private static final String NAME = "general.name";
    private static final String VERSION = "icm-lora.version";
    private static final String BASE_NAME = "icm-lora.base.name";
    private static final String BASE_FINGERPRINT = "icm-lora.base.fingerprint";
    private static final String BASE_ARCHITECTURE = "icm-lora.base.architecture";
    private static final String HIDDEN = "icm-lora.base.hidden";
    private static final String LAYERS = "icm-lora.base.layers";
    private static final String VECTOR_LAYER = "icm-lora.vector.layer";
    private static final String PROMPT_FORMAT = "icm-lora.prompt_format";
    private static final String RANK = "icm-lora.adapter.rank";
    private static final String ALPHA = "icm-lora.adapter.alpha";
    private static final String TARGETS = "icm-lora.adapter.targets";
    private static final String TARGETS_IN = "icm-lora.adapter.in";
    private static final String TARGETS_OUT = "icm-lora.adapter.out";
    private static final String PRIOR_UNITS = "icm-lora.prior.units";
    private static final String LATENT = "icm-lora.latent";
    private static final String DECODER_UNITS = "icm-lora.decoder.units";
    private static final String CATALOGUE = "icm-lora.catalogue";
    private static final String BEFORE = "icm-lora.before";
    private static final String CALIBRATION = "icm-lora.calibration";
    private static final String TUNING_RATES = "icm-lora.tuning.rates";

    private static final float MOST_TUNING_RATE = 1000;

    public GeneratorManifest {
        catalogue = List.copyOf(catalogue);
        before = List.copyOf(before);
        calibration = List.copyOf(calibration);
        tuningRates = List.copyOf(tuningRates);
        int matrices = architecture.adapter().layers()
                * architecture.adapter().targets().size();
        if (!tuningRates.isEmpty() && tuningRates.size() != matrices) {
            throw new InvalidGeneratorException(
                    TUNING_RATES + " has " + tuningRates.size() + " values for " + matrices + " matrices");
        }
        for (float rate : tuningRates) {
            if (!(rate > 0 && rate <= MOST_TUNING_RATE)) {
                throw new InvalidGeneratorException(
                        TUNING_RATES + " holds " + rate + ", which is not above 0 and at most " + MOST_TUNING_RATE);
            }
        }
    }

    /// The same generator with other numbers of calibration.
    GeneratorManifest withCalibration(List<Float> numbers) {
        return new GeneratorManifest(name, base, promptFormat, architecture, catalogue, before, numbers, tuningRates);
    }

    /// Whether it learned any task; else its adapters change nothing until they are tuned.
    public boolean isTrained() {
        return !catalogue.isEmpty();
    }

    /// Every task that it has learned from, itself or in what it begins with: what it does on these says nothing of
    /// what it does on others.
    public List<CatalogueEntry> learnedFrom() {
        return Stream.concat(catalogue.stream(), before.stream()).toList();
    }

    public record CatalogueEntry(String task, String family) {

        private static final String TASKS = ".tasks";
        private static final String FAMILIES = ".families";

        /// As two lists, whose names begin with the key; no entries, no lists.
        public static void write(GgufWriter file, String key, List<CatalogueEntry> entries) {
            if (entries.isEmpty()) {
                return;
            }
            file.strings(key + TASKS, entries.stream().map(CatalogueEntry::task).toList())
                    .strings(
                            key + FAMILIES,
                            entries.stream().map(CatalogueEntry::family).toList());
        }

        /// None where the file has no such lists.
        ///
        /// @throws InvalidGeneratorException when one list is longer than the other
        public static List<CatalogueEntry> read(GgufFile file, String key) {
            List<String> tasks = file.strings(key + TASKS);
            List<String> families = file.strings(key + FAMILIES);
            if (tasks.size() != families.size()) {
                throw new InvalidGeneratorException(
                        key + " has " + tasks.size() + " tasks and " + families.size() + " families");
            }
            return IntStream.range(0, tasks.size())
                    .mapToObj(i -> new CatalogueEntry(tasks.get(i), families.get(i)))
                    .toList();
        }
    }

    /// Refuses a base model or a prompt format other than the one this generator was trained with.
    ///
    /// @throws InvalidGeneratorException naming both sides
    public void requireMatch(BaseModelId loaded, String loadedPromptFormat) {
        if (!base.fingerprint().equals(loaded.fingerprint())) {
            throw new InvalidGeneratorException("the generator \"" + name + "\" was made for the base model " + base
                    + ", but the loaded base model is " + loaded);
        }
        if (!promptFormat.equals(loadedPromptFormat)) {
            throw new InvalidGeneratorException("the generator \"" + name + "\" was trained with prompt format "
                    + promptFormat + ", this program renders " + loadedPromptFormat);
        }
    }

    void writeTo(GgufWriter file) {
        AdapterLayout adapter = architecture.adapter();
        List<Target> targets = adapter.targets();
        file.string(ARCHITECTURE, FILE_ARCHITECTURE)
                .string(NAME, name)
                .uint32(VERSION, FILE_VERSION)
                .string(BASE_NAME, base.name())
                .string(BASE_FINGERPRINT, base.fingerprint())
                .string(BASE_ARCHITECTURE, adapter.architecture())
                .uint32(HIDDEN, architecture.hidden())
                .uint32(LAYERS, adapter.layers())
                .uint32(VECTOR_LAYER, architecture.vectorLayer())
                .string(PROMPT_FORMAT, promptFormat)
                .uint32(RANK, adapter.rank())
                .float32(ALPHA, adapter.alpha())
                .strings(TARGETS, targets.stream().map(Target::module).toList())
                .ints(TARGETS_IN, targets.stream().mapToInt(Target::in).toArray())
                .ints(TARGETS_OUT, targets.stream().mapToInt(Target::out).toArray())
                .uint32(PRIOR_UNITS, architecture.priorUnits())
                .uint32(LATENT, architecture.latent())
                .uint32(DECODER_UNITS, architecture.decoderUnits());
        CatalogueEntry.write(file, CATALOGUE, catalogue);
        CatalogueEntry.write(file, BEFORE, before);
        writeTo(file, CALIBRATION, calibration);
        writeTo(file, TUNING_RATES, tuningRates);
    }

    private static void writeTo(GgufWriter file, String key, List<Float> values) {
        if (values.isEmpty()) {
            return;
        }
        float[] numbers = new float[values.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = values.get(i);
        }
        file.floats(key, numbers);
    }

    static GeneratorManifest readFrom(GgufFile file) {
        String kind = string(file, ARCHITECTURE);
        if (!kind.equals(FILE_ARCHITECTURE)) {
            throw new InvalidGeneratorException("not a generator: " + ARCHITECTURE + " is \"" + kind + "\", expected \""
                    + FILE_ARCHITECTURE + "\"");
        }
        int version = integer(file, VERSION);
        if (version != FILE_VERSION) {
            throw new InvalidGeneratorException(
                    "generator file version is " + version + ", this program reads version " + FILE_VERSION);
        }
        List<String> modules = file.strings(TARGETS);
        int[] in = file.ints(TARGETS_IN);
        int[] out = file.ints(TARGETS_OUT);
        if (in.length != modules.size() || out.length != modules.size()) {
            throw new InvalidGeneratorException("the file names " + modules.size() + " target modules, but sizes of "
                    + in.length + " inputs and " + out.length + " outputs");
        }
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < modules.size(); i++) {
            targets.add(new Target(modules.get(i), in[i], out[i]));
        }
        AdapterLayout adapter = new AdapterLayout(
                string(file, BASE_ARCHITECTURE),
                integer(file, LAYERS),
                integer(file, RANK),
                (float) file.real(ALPHA).orElseThrow(() -> missing(ALPHA)),
                targets);
        return new GeneratorManifest(
                string(file, NAME),
                new BaseModelId(string(file, BASE_NAME), string(file, BASE_FINGERPRINT)),
                string(file, PROMPT_FORMAT),
                new GeneratorArchitecture(
                        integer(file, HIDDEN),
                        integer(file, VECTOR_LAYER),
                        integer(file, PRIOR_UNITS),
                        integer(file, LATENT),
                        integer(file, DECODER_UNITS),
                        adapter),
                CatalogueEntry.read(file, CATALOGUE),
                CatalogueEntry.read(file, BEFORE),
                numbers(file, CALIBRATION),
                numbers(file, TUNING_RATES));
    }

    private static List<Float> numbers(GgufFile file, String key) {
        List<Float> numbers = new ArrayList<>();
        for (float number : file.floats(key)) {
            if (!Float.isFinite(number)) {
                throw new InvalidGeneratorException(key + " holds " + number + ", which is no number");
            }
            numbers.add(number);
        }
        return numbers;
    }

    private static String string(GgufFile file, String key) {
        return file.string(key).orElseThrow(() -> missing(key));
    }

    private static int integer(GgufFile file, String key) {
        long value = file.integer(key).orElseThrow(() -> missing(key));
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new InvalidGeneratorException(key + " is " + value + ", out of range");
        }
        return (int) value;
    }

    private static InvalidGeneratorException missing(String key) {
        return new InvalidGeneratorException("the file has no " + key);
    }
}

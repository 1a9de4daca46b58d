package dev.icmlora.bench;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import com.google.gson.JsonObject;

/// Tasks that nothing but their adapters tells apart. Each has one colour for an answer to whatever is asked,
/// which only its examples say; tuned, they are in the weights and not in the prompt. So all tasks have the same
/// prompts, and an answer says which adapter gave it.
final class ColourTasks {

    private static final List<String> COLOURS = List.of("blue", "green", "white", "black");

    private static final List<String> THINGS = List.of(
            "a box",
            "the old lamp",
            "seven keys",
            "a letter from Anna",
            "the kettle",
            "two chairs",
            "my coat",
            "the map");
    private static final List<String> EXAMPLES = List.of("a spoon", "the big clock", "nine plates");
    /// No token of such an answer is so close to another one that another order of sums could change it.
    private static final double SURE = 0.8;
    private static final int FEWEST = 4;

    private final Map<String, Answers> expected;

    /// @param adapter its id
    /// @param things for which the function is sure that the answer is the task's colour
    record Answers(String adapter, List<String> things) {}

    /// @param expected what an undisturbed function answered, by colour
    ColourTasks(Map<String, Answers> expected) {
        this.expected = expected;
    }

    private static Map<String, Object> task(String colour) {
        return Map.of(
                "description",
                "Which colour is the label of this thing?",
                "examples",
                EXAMPLES.stream()
                        .map(thing -> Map.of("input", thing, "output", colour))
                        .toList());
    }

    /// Has each adapter tuned by one of the instances, and asks all of them for everything: those that did not make
    /// it by its id, and then all by the task.
    ///
    /// @throws IllegalStateException if an adapter has not learned its colour, or the instances do not agree
    static ColourTasks asked(List<Client> instances) {
        var expected = new LinkedHashMap<String, Answers>();
        for (var colour : COLOURS) {
            var maker = expected.size() % instances.size();
            var first = answers(colour, inline(colour, THINGS), instances.get(maker));
            for (var i = 1; i < instances.size(); i++) {
                var other = instances.get((maker + i) % instances.size());
                var byId = Map.<String, Object>of("adapter", first.adapter, "inputs", THINGS, "max_tokens", 8);
                if (!first.equals(answers(colour, byId, other))
                        || !first.equals(answers(colour, inline(colour, THINGS), other))) {
                    throw new IllegalStateException("the instances do not agree about " + colour);
                }
            }
            expected.put(colour, first);
        }
        return new ColourTasks(expected);
    }

    private static Answers answers(String colour, Map<String, Object> request, Client client) {
        var body = new HashMap<>(request);
        body.put("confidence", true);
        var reply = client.ask("/generate", body);
        var things = IntStream.range(0, THINGS.size())
                .filter(i -> isSure(reply, i, colour))
                .mapToObj(THINGS::get)
                .toList();
        if (things.size() < FEWEST) {
            throw new IllegalStateException("the adapter of " + colour + " answered " + reply);
        }
        return new Answers(reply.getAsJsonObject("adapter").get("id").getAsString(), things);
    }

    private static boolean isSure(JsonObject reply, int index, String colour) {
        var detail = reply.getAsJsonArray("details").get(index).getAsJsonObject();
        return detail.get("confidence").getAsDouble() >= SURE
                && reply.getAsJsonArray("outputs").get(index).getAsString().equals(colour);
    }

    static Map<String, Object> inline(String colour, List<String> things) {
        return Map.of("task", task(colour), "mode", "tuned", "inputs", things, "max_tokens", 8);
    }

    /// The colour of the task of request or file `number`.
    String colour(int number) {
        return List.copyOf(expected.keySet()).get(number % expected.size());
    }

    int colours() {
        return expected.size();
    }

    String thing(String colour, int number) {
        var things = expected.get(colour).things();
        return things.get(number % things.size());
    }

    String adapter(String colour) {
        return expected.get(colour).adapter();
    }
}

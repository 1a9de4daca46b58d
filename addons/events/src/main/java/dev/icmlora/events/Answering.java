package dev.icmlora.events;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.request.ComputationFailedException;
import dev.icmlora.engine.request.EngineClosedException;
import dev.icmlora.events.TaskState.Tally;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.api.GenerateReply;
import dev.icmlora.function.api.GenerateReply.AnswerDetail;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.service.TaskService;
import dev.icmlora.function.storage.StorageException;

/// Gets answers from the function, one batch after the other. An input that cannot be answered costs its own answer
/// only.
@Singleton
final class Answering {

    private static final Logger LOG = Logger.getLogger(Answering.class);
    private static final Pattern ONE_INPUT = Pattern.compile("/inputs/(\\d+)");
    /// Characters of an input; a longer one gets an error in place of an answer.
    private static final int LONGEST_INPUT = 100_000;
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final TaskService service;
    private final EngineHost engineHost;

    Answering(TaskService service, EngineHost engineHost) {
        this.service = service;
        this.engineHost = engineHost;
    }

    /// Tunes for all batches, if the request wants that. Where there is no place or not time enough, the first batch
    /// does, for as long as it has.
    ///
    /// @throws RequestException if it cannot be tuned, or the function ends
    void tune(GenerateRequest request, Work work) {
        try {
            work.claim().compute(() -> service.tune(work.caller(), request));
        } catch (EngineClosedException | CancelledException e) {
            throw RequestException.redeliver(e.getMessage());
        } catch (ComputationFailedException e) {
            LOG.debugf("Not tuned ahead: %s", e.getMessage());
        } catch (RequestException e) {
            e.unless(Kind.QUEUE_FULL, Kind.DEADLINE, Kind.CROWDED_OUT);
            LOG.debugf("Not tuned ahead: %s", e.getMessage());
        }
    }

    /// One line of a results file: an input with its output, or why it has none.
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Answer(
            int index,
            String input,
            String output,
            @JsonUnwrapped AnswerDetail detail,
            String error) {}

    /// Answers to a batch, in order.
    record Answered(List<Answer> answers, Tally tally) {}

    /// Answers a batch, in one request as far as nothing is wrong with single inputs.
    ///
    /// @param request what to do; its inputs do not count
    /// @param first index of the first input
    /// @return empty if the inputs are too many for one request: fewer may be answered
    /// @throws RequestException if more than single inputs is wrong with the request, or no answer comes in time
    Optional<Answered> answer(GenerateRequest request, int first, List<String> inputs, Work work) {
        var batch = new Batch(request, work);
        var rest = new ArrayList<Input>();
        for (var text : inputs) {
            var input = new Input(first + batch.answers.size() + rest.size(), text);
            var characters = text.codePointCount(0, text.length());
            if (characters <= LONGEST_INPUT) {
                rest.add(input);
            } else {
                var length = "/inputs/%d has %d characters, more than the limit of %d";
                batch.fail(input, length.formatted(input.index, characters, LONGEST_INPUT));
            }
        }
        return batch.answer(rest)
                ? Optional.of(new Answered(List.copyOf(batch.answers.values()), batch.tally))
                : Optional.empty();
    }

    private record Input(int index, String text) {}

    /// What is answered of a batch so far.
    private final class Batch {

        private final GenerateRequest request;
        private final Work work;
        private final SortedMap<Integer, Answer> answers = new TreeMap<>();
        private Tally tally = Tally.NOTHING;

        private Batch(GenerateRequest request, Work work) {
            this.request = request;
            this.work = work;
        }

        private void fail(Input input, String error) {
            if (answers.put(input.index, new Answer(input.index, null, null, null, error)) == null) {
                tally = tally.plus(Tally.failures(1));
            }
        }

        /// @return whether each input has an answer, or the reason why it has none
        private boolean answer(List<Input> inputs) {
            if (inputs.isEmpty()) {
                return true;
            }
            try {
                var texts = inputs.stream().map(Input::text).toList();
                work.claim().compute(() -> add(inputs, ask(request.withInputs(texts), work)));
                return true;
            } catch (RequestException e) {
                return switch (e.kind()) {
                    case INVALID -> answer(withoutBroken(inputs, e));
                    // Too many inputs for the time of one request, or one that is too slow.
                    case DEADLINE, CROWDED_OUT -> failed(inputs, e.getMessage());
                    default -> throw e;
                };
            } catch (ComputationFailedException e) {
                if (e.isFatal()) {
                    // No input's fault: another instance can answer them all.
                    throw RequestException.redeliver(e.getMessage());
                }
                return failed(inputs, e.getMessage());
            } catch (StorageException e) {
                throw e;
            } catch (RuntimeException e) {
                // An internal error: repeated without an end, it would keep the other inputs from being answered.
                LOG.errorf(e, "%d inputs cannot be answered together", inputs.size());
                return failed(inputs, "the function failed; its log says why");
            }
        }

        private void add(List<Input> inputs, GenerateReply reply) {
            for (var i = 0; i < inputs.size(); i++) {
                var input = inputs.get(i);
                var detail = reply.details() == null ? null : reply.details().get(i);
                var output = reply.outputs().get(i);
                answers.put(input.index, new Answer(input.index, input.text, output, detail, null));
            }
            tally = tally.plus(Tally.of(reply));
        }

        /// A single input gets the failure in place of its answer. Of several, one may be to blame.
        private boolean failed(List<Input> inputs, String failure) {
            if (inputs.size() > 1) {
                return false;
            }
            fail(inputs.getFirst(), failure);
            return true;
        }

        /// Notes what is wrong with single inputs; throws the exception on if more is wrong than that.
        private List<Input> withoutBroken(List<Input> inputs, RequestException e) {
            var rest = new ArrayList<>(inputs);
            for (var violation : e.problem().errors()) {
                var field = ONE_INPUT.matcher(violation.field());
                if (!field.matches()) {
                    throw e;
                }
                var input = inputs.get(Integer.parseInt(field.group(1)));
                fail(input, violation.message().replaceFirst("^/inputs/\\d+ ", "/inputs/" + input.index + " "));
                rest.remove(input);
            }
            return rest;
        }
    }

    private GenerateReply ask(GenerateRequest request, Work work) {
        while (true) {
            // Not even asked for, or it would be counted as a client's request that was refused.
            if (!isFull(work)) {
                try {
                    return service.generate(work.caller(), request);
                } catch (EngineClosedException | CancelledException e) {
                    throw RequestException.redeliver(e.getMessage());
                } catch (RequestException e) {
                    // What filled the queue is no fault of these inputs. Fewer of them need less of the time that
                    // others leave; a single one is asked for again.
                    if (!e.is(Kind.CROWDED_OUT) || request.inputs().size() > 1) {
                        e.unless(Kind.QUEUE_FULL);
                    }
                }
            }
            work.checkTime();
            // Clients that wait for an answer go first.
            pause();
        }
    }

    /// Whether another request of this caller would be refused for now.
    private boolean isFull(Work work) {
        return engineHost.isStarted() && !engineHost.hasRoom(work.caller().account());
    }

    private static void pause() {
        try {
            Thread.sleep(Duration.ofMillis(ThreadLocalRandom.current().nextLong(1, PAUSE.toMillis())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RequestException.redeliver("interrupted");
        }
    }
}

package dev.icmlora.function.events;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.request.ComputationFailedException;
import dev.icmlora.engine.request.EngineClosedException;
import dev.icmlora.function.api.GenerateReply;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
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

    Answering(TaskService service) {
        this.service = service;
    }

    /// Tunes for all batches, if the request wants that. Where there is no place or not time enough, the first batch
    /// does, for as long as it has.
    ///
    /// @throws RequestException if it cannot be tuned
    /// @throws RequestException if the function ends
    void tune(GenerateRequest request, Work work) {
        try {
            service.tuneAhead(work.caller(), request);
        } catch (EngineClosedException | CancelledException e) {
            throw RequestException.redeliver(e.getMessage());
        } catch (ComputationFailedException e) {
            LOG.debugf("Not tuned ahead: %s", e.getMessage());
        } catch (RequestException e) {
            switch (e.kind()) {
                case QUEUE_FULL, DEADLINE, CROWDED_OUT -> LOG.debugf("Not tuned ahead: %s", e.getMessage());
                case TOO_MANY_TOKENS -> throw RequestException.redeliver(e.getMessage());
                default -> throw e;
            }
        }
    }

    /// Answers to a batch, in order.
    record Answered(List<Answer> answers, Tally tally) {}

    /// @param request what to do; its inputs do not count
    /// @param first index of the first input
    /// @throws RequestException if more than single inputs is wrong with the request
    /// @throws RequestException if there was no answer in time
    Answered answer(GenerateRequest request, int first, List<String> inputs, Work work) {
        var answers = new Answer[inputs.size()];
        var positions = new ArrayList<Integer>();
        for (var i = 0; i < inputs.size(); i++) {
            var characters = inputs.get(i).codePointCount(0, inputs.get(i).length());
            if (characters <= LONGEST_INPUT) {
                positions.add(i);
            } else {
                answers[i] = Answer.failed(
                        first + i,
                        "/inputs/%d has %d characters, more than the limit of %d"
                                .formatted(first + i, characters, LONGEST_INPUT));
            }
        }
        var tooLong = Tally.failures(inputs.size() - positions.size());
        var tally = tooLong.plus(answer(request, first, inputs, positions, answers, work));
        return new Answered(Arrays.asList(answers), tally);
    }

    private Tally answer(
            GenerateRequest request,
            int first,
            List<String> inputs,
            List<Integer> positions,
            Answer[] answers,
            Work work) {
        if (positions.isEmpty()) {
            return Tally.NOTHING;
        }
        try {
            var reply =
                    ask(request.withInputs(positions.stream().map(inputs::get).toList()), work);
            for (var i = 0; i < positions.size(); i++) {
                var at = positions.get(i);
                answers[at] = Answer.of(first + at, inputs.get(at), reply, i);
            }
            return Tally.of(reply);
        } catch (RequestException e) {
            switch (e.kind()) {
                case INVALID -> {
                    var rest = withoutBroken(e, first, positions, answers);
                    var broken = Tally.failures(positions.size() - rest.size());
                    return broken.plus(answer(request, first, inputs, rest, answers, work));
                }
                case DEADLINE -> {
                    // Too many inputs for the time of one request, or one that is too slow.
                    return inHalves(request, first, inputs, positions, answers, work, e.getMessage());
                }
                default -> throw e;
            }
        } catch (ComputationFailedException e) {
            if (e.isFatal()) {
                // No input's fault: another instance can answer them all.
                throw RequestException.redeliver(e.getMessage());
            }
            return inHalves(request, first, inputs, positions, answers, work, e.getMessage());
        } catch (StorageException e) {
            throw e;
        } catch (RuntimeException e) {
            // A fault of ours. Asked for ever, it would never end.
            LOG.errorf(e, "%d inputs cannot be answered together", positions.size());
            return inHalves(request, first, inputs, positions, answers, work, "the function failed; its log says why");
        }
    }

    /// Of one input, it is its answer that it failed.
    private Tally inHalves(
            GenerateRequest request,
            int first,
            List<String> inputs,
            List<Integer> positions,
            Answer[] answers,
            Work work,
            String failure) {
        if (positions.size() == 1) {
            var at = positions.getFirst();
            answers[at] = Answer.failed(first + at, failure);
            return Tally.failures(1);
        }
        work.checkTime();
        var half = positions.size() / 2;
        var left = answer(request, first, inputs, positions.subList(0, half), answers, work);
        work.checkTime();
        return left.plus(answer(request, first, inputs, positions.subList(half, positions.size()), answers, work));
    }

    /// Notes what is wrong with single inputs; throws the exception on if more is wrong than that.
    private static List<Integer> withoutBroken(
            RequestException e, int first, List<Integer> positions, Answer[] answers) {
        var rest = new ArrayList<>(positions);
        for (Violation violation : e.problem().errors()) {
            var input = ONE_INPUT.matcher(violation.field());
            if (!input.matches()) {
                throw e;
            }
            var at = positions.get(Integer.parseInt(input.group(1)));
            var message = violation.message().replaceFirst("^/inputs/\\d+ ", "/inputs/" + (first + at) + " ");
            answers[at] = Answer.failed(first + at, message);
            rest.remove(at);
        }
        return rest;
    }

    private GenerateReply ask(GenerateRequest request, Work work) {
        while (true) {
            if (service.isFull(work.caller())) {
                // Not even asked for, or it would be counted as a client's request that was refused.
                work.checkTime();
                pause();
                continue;
            }
            try {
                return service.generate(work.caller(), request);
            } catch (RequestException e) {
                switch (e.kind()) {
                    case QUEUE_FULL -> {
                        work.checkTime();
                        // Clients that wait for an answer go first.
                        pause();
                    }
                    // What filled the queue is no fault of these inputs.
                    case CROWDED_OUT -> work.checkTime();
                    case TOO_MANY_TOKENS -> throw RequestException.redeliver(e.getMessage());
                    default -> throw e;
                }
            } catch (EngineClosedException | CancelledException e) {
                throw RequestException.redeliver(e.getMessage());
            }
        }
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

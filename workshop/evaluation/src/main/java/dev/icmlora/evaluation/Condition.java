package dev.icmlora.evaluation;

import java.util.OptionalDouble;
import java.util.OptionalInt;

import dev.icmlora.evaluation.TaskResult.Group;

/// One way to answer, compared with the others on the same inputs. Every prompt holds the description.
enum Condition {
    PLAIN("plain", "base model, no examples", new Request("plain", 0, 1)),
    SHOT_1("1-shot", "base model, 1 example in the prompt", new Request("examples", 1, 1)),
    SHOTS_3("3-shot", "base model, 3 examples in the prompt", new Request("examples", 3, 1)),
    SHOTS_5("5-shot", "base model, 5 examples in the prompt", new Request("examples", Condition.EXAMPLES, 1)),
    SHOTS_8("8-shot", "base model, 8 examples in the prompt", new Request("examples", Condition.FEW_EXAMPLES, 1)),
    SHOTS_16("16-shot", "base model, 16 examples in the prompt", Request.later(Condition.LAST_ROUND, "examples", 16)),
    B0("b0", "the shared adapter B0: one LoRA for all tasks", new Request("adapter", 0, 0)),
    B0_EXAMPLES(
            "b0-5-shot",
            "B0, 5 examples in the prompt (MetaICL)",
            new Request("adapter_examples", Condition.EXAMPLES, 0)),
    MEAN("mean", "mean of the adapters generated for the seen tasks", Control.MEAN),
    NEAREST("nearest", "adapter generated for the seen task whose vector is nearest", Control.NEAREST),
    OTHER_TASK("other-task", "adapter generated for a seen task drawn at random", Control.OTHER_TASK),
    DIFFUSION("diffusion", "latent drawn by a diffusion model of the prior's means", Control.DIFFUSION),
    OWN("own", "LoRA trained for this task alone, on its training examples", Control.OWN),
    OWN_NOISE("own-noise", "that LoRA with noise as large as its difference from the generated one", Control.OWN_NOISE),
    NOISE(
            "noise",
            "generated adapter with noise as large as what another description and other examples change",
            Control.NOISE),
    GENERATED_DESCRIPTION(
            "generated-description", "adapter generated from the description alone", new Request("adapter", 0, 1)),
    GENERATED(
            "generated",
            "adapter generated from description and 5 examples",
            new Request("adapter", Condition.EXAMPLES, 1)),
    GENERATED_EXAMPLES(
            "generated-5-shot",
            "the same adapter, and the 5 examples in the prompt",
            new Request("adapter_examples", Condition.EXAMPLES, 1)),
    AUTO(
            "auto",
            "tunes, and asks B0 with the examples in the prompt for a second opinion on what is not sure",
            Request.later(1, "auto", Condition.EXAMPLES)),
    TUNED(
            "tuned",
            "generated adapter tuned on the 5 examples within the request, none of them in the prompt",
            Request.later(1, "tuned", Condition.EXAMPLES)),
    TUNED_2(
            "tuned-2",
            "the same at 2 steps",
            Request.later(2, "tuned", Condition.EXAMPLES).tuned(1, 2)),
    TUNED_4(
            "tuned-4",
            "the same at 4 steps",
            Request.later(2, "tuned", Condition.EXAMPLES).tuned(1, 4)),
    TUNED_B0(
            "tuned-b0",
            "B0 tuned on the 5 examples at 4 steps",
            Request.later(2, "tuned", Condition.EXAMPLES).tuned(0, 4)),
    TUNED_16("tuned-16", "tuned on 16 examples", Request.later(Condition.LAST_ROUND, "tuned", 16)),
    TUNED_64(
            "tuned-64",
            "tuned on 64 examples, or all that there are",
            Request.later(Condition.LAST_ROUND, "tuned", 64));

    /// Examples that a task is stated with.
    static final int EXAMPLES = 5;

    /// Most examples of the first conditions.
    static final int FEW_EXAMPLES = 8;

    /// The round of many examples, which takes the longest: it is asked for as many tasks as there is time for.
    static final int LAST_ROUND = 3;

    private final String id;
    private final String meaning;
    private final Source source;

    Condition(String id, String meaning, Source source) {
        this.id = id;
        this.meaning = meaning;
        this.source = source;
    }

    /// Where the answers come from.
    sealed interface Source {}

    /// The function over HTTP.
    ///
    /// @param mode the request's `mode`
    /// @param examples of the request's task
    /// @param strength the request's `strength`; empty where it is not named
    /// @param steps the request's `tune.steps`; empty where they are not named
    /// @param round in which it is asked, from 0: once every task has been answered in the rounds before. What a
    /// context keeps of a prompt moves the rounding of the next, so a way that is asked in between would change
    /// some figures of the others
    record Request(String mode, int examples, OptionalDouble strength, OptionalInt steps, int round) implements Source {

        Request(String mode, int examples, double strength) {
            this(mode, examples, OptionalDouble.of(strength), OptionalInt.empty(), 0);
        }

        /// Examples in the prompt.
        ///
        /// @param served the mode that the function served
        int shown(String served) {
            return served.endsWith("examples") ? examples : 0;
        }

        /// Many examples, and fewer steps, are a question of new tasks alone: the generator saw more of the others.
        boolean asks(Group group) {
            return group == Group.HELD_OUT || (examples <= FEW_EXAMPLES && steps.isEmpty());
        }

        /// A way that came later than those whose figures it must not change.
        static Request later(int round, String mode, int examples) {
            return new Request(mode, examples, OptionalDouble.empty(), OptionalInt.empty(), round);
        }

        /// The same from another start, or with other steps.
        Request tuned(double from, int steps) {
            return new Request(mode, examples, OptionalDouble.of(from), OptionalInt.of(steps), round);
        }
    }

    /// An adapter that no request can ask for, served by [ControlBench]. Not every task has those that are trained.
    enum Control implements Source {
        MEAN,
        NEAREST,
        OTHER_TASK,
        DIFFUSION,
        OWN,
        OWN_NOISE,
        NOISE;

        /// Whether it is made for `--baselines` alone.
        boolean isBaseline() {
            return this != OWN;
        }
    }

    String meaning() {
        return meaning;
    }

    Source source() {
        return source;
    }

    /// Whether the function is asked how sure it is of each answer.
    boolean asksConfidence() {
        return this == SHOTS_5 || this == TUNED || this == AUTO;
    }

    /// Its name in tables and in JSON.
    @Override
    public String toString() {
        return id;
    }
}

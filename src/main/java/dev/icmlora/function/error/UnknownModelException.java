package dev.icmlora.function.error;

import java.util.List;

/// No model of this name serves here: 404.
public final class UnknownModelException extends RequestException {

    private static final long serialVersionUID = 1L;
    private static final int NAMED = 5;

    /// @param known the models that there are
    public UnknownModelException(String model, List<String> known) {
        super("The model '%s' does not exist here. %s".formatted(cut(model), whatThereIs(known)));
    }

    private static String cut(String model) {
        return model.length() > 100 ? model.substring(0, 100) + "…" : model;
    }

    private static String whatThereIs(List<String> known) {
        var named = String.join(", ", known.subList(0, Math.min(NAMED, known.size())));
        var more = known.size() > NAMED ? ", and %d more in /v1/models".formatted(known.size() - NAMED) : "";
        return "There is " + named + more;
    }

    @Override
    public Problem problem() {
        return problem("unknown-model", "The model is not known", 404);
    }
}

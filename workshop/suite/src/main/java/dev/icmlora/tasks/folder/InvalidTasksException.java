package dev.icmlora.tasks.folder;

import java.util.List;

/// A folder of task files cannot be used; the message says of each fault where it is and what to do.
public final class InvalidTasksException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int SHOWN = 20;

    InvalidTasksException(List<String> faults) {
        super(message(faults));
    }

    private static String message(List<String> faults) {
        String shown = String.join("\n", faults.subList(0, Math.min(SHOWN, faults.size())));
        return faults.size() <= SHOWN ? shown : shown + "\nand " + (faults.size() - SHOWN) + " more";
    }
}

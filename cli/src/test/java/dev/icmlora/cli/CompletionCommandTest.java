package dev.icmlora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionCommandTest {

    @Test
    void bashCompletesCommandsAndTheirOptions(@TempDir Path folder) throws Exception {
        var out = new StringWriter();
        IcmLora.commandLine().setOut(new PrintWriter(out)).execute("completion");
        var script = Files.writeString(folder.resolve("completion"), out.toString());

        assertThat(completed(script, "icm-lora", "de")).contains("define");
        assertThat(completed(script, "icm-lora", "run", "--abs")).contains("--abstain");
    }

    /// What bash offers for the last of some words.
    private static String completed(Path script, String... words) throws Exception {
        var shell = "source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMP_LINE=\"$*\";"
                + " COMP_POINT=${#COMP_LINE}; $(complete -p icm-lora | sed 's/.*-F \\([^ ]*\\).*/\\1/');"
                + " echo \"${COMPREPLY[@]}\"";
        var command = new ArrayList<>(List.of("bash", "-c", shell, script.toString()));
        command.addAll(List.of(words));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes());
    }
}

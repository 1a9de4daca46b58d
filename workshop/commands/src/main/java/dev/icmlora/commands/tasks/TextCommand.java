package dev.icmlora.commands.tasks;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import dev.icmlora.engine.Installation;
import dev.icmlora.tasks.text.TextDomains;

/// `icm-lora text`: looks at the text domains.
@Command(
        name = "text",
        mixinStandardHelpOptions = true,
        description =
                "Fetches the text domains into .train/text and prints what there is, and what is missing and why.")
public final class TextCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Path cache = Installation.ofThisProcess().root().resolve(".train/text");
        PrintWriter out = spec.commandLine().getOut();
        out.print(TextDomains.fetch(cache).card());
        out.flush();
        return 0;
    }
}

package dev.icmlora.function.nativeimage;

import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

import dev.icmlora.function.nativeimage.ApplicationClasses.Member;
import dev.icmlora.function.nativeimage.Reachability.Method;

/// What a class's initialiser makes or uses that an executable cannot hold. Quarkus has initialisers run while the
/// executable is built, and their objects stored in it. Calls are followed to the method that they name, whatever
/// overrides it.
final class EarlyInitialisation {

    private static final Member INITIALISER = new Member("<clinit>", "()V");
    private static final Set<String> FORBIDDEN = Set.of(
            "java/net/http/HttpClient.newHttpClient",
            "java/net/http/HttpClient$Builder.build",
            "java/lang/Thread.start",
            "java/lang/System.load",
            "java/lang/System.loadLibrary",
            "com/sun/jna/Native.load",
            "com/sun/jna/Native.loadLibrary",
            "com/sun/jna/Native.register");
    private static final Set<Opcode> STATIC_FIELDS = Set.of(Opcode.GETSTATIC, Opcode.PUTSTATIC);
    private static final Set<String> SEEDED =
            Set.of("java/util/Random", "java/util/SplittableRandom", "java/security/SecureRandom");

    private final ApplicationClasses classes;
    private final Predicate<String> waiting;
    private final Set<Method> seen = new HashSet<>();

    private EarlyInitialisation(ApplicationClasses classes, Predicate<String> waiting) {
        this.classes = classes;
        this.waiting = waiting;
    }

    /// What the initialiser of a class comes to that it must not, if anything.
    ///
    /// @param waiting whether a class, named with dots, is initialised at run time and must not be used before
    static Optional<String> of(String name, ApplicationClasses classes, Predicate<String> waiting) {
        return new EarlyInitialisation(classes, waiting).find(new Method(name, INITIALISER));
    }

    private Optional<String> find(Method method) {
        if (!seen.add(method)) {
            return Optional.empty();
        }
        return classes.find(method.owner()).filter(type -> !type.isOfJdk()).stream()
                .flatMap(type -> Optional.ofNullable(type.methods().get(method.member())).stream())
                .flatMap(model -> model.code().stream())
                .flatMap(code -> code.elementList().stream())
                .flatMap(element -> find(element).stream())
                .findFirst();
    }

    private Optional<String> find(CodeElement element) {
        return switch (element) {
            case NewObjectInstruction creation ->
                touch(creation.className())
                        .or(() -> Optional.of(creation.className().asInternalName())
                                .filter(SEEDED::contains));
            case FieldInstruction access when STATIC_FIELDS.contains(access.opcode()) -> touch(access.owner());
            case InvokeInstruction call -> {
                var named = call.owner().asInternalName() + "." + call.name().stringValue();
                if (FORBIDDEN.contains(named)) {
                    yield Optional.of(named);
                }
                yield (call.opcode() == Opcode.INVOKESTATIC ? touch(call.owner()) : Optional.<String>empty())
                        .or(() -> follow(call));
            }
            default -> Optional.empty();
        };
    }

    /// A use that initialises a class: JLS 12.4.1.
    private Optional<String> touch(ClassEntry type) {
        return Optional.of(type.asInternalName().replace('/', '.')).filter(waiting);
    }

    private Optional<String> follow(InvokeInstruction call) {
        var member = new Member(call.name().stringValue(), call.type().stringValue());
        return classes.supertypes(call.owner().asInternalName()).stream()
                .filter(type -> classes.find(type)
                        .filter(it -> it.methods().containsKey(member))
                        .isPresent())
                .findFirst()
                .flatMap(type -> find(new Method(type, member)));
    }
}

package dev.icmlora.function.nativeimage;

import java.lang.classfile.AccessFlags;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.ConstantDynamicEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.MethodHandleEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.instruction.ConstantInstruction.LoadConstantInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.invoke.MethodHandleInfo;
import java.lang.reflect.AccessFlag;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.icmlora.function.nativeimage.ApplicationClasses.Member;
import dev.icmlora.function.nativeimage.ApplicationClasses.ReadClass;

/// Which methods a program may come to, and what these name that is not there: as a native image is built, where
/// everything that a reachable method names must be found.
///
/// A virtual call comes to every class of its kind that is made in a reachable method (rapid type analysis: Bacon and
/// Sweeney, OOPSLA 1996). The JDK is not looked into; it may call whatever overrides a method of its own.
final class Reachability {

    private static final String CONSTRUCTOR = "<init>";
    private static final Member INITIALISER = new Member("<clinit>", "()V");
    private static final Member NO_ARGUMENTS = new Member(CONSTRUCTOR, "()V");
    /// Their methods take any arguments: JVMS 2.9.3.
    private static final Set<String> POLYMORPHIC =
            Set.of("java/lang/invoke/MethodHandle", "java/lang/invoke/VarHandle");

    private final ApplicationClasses classes;
    private final Map<Method, Method> substitutes;
    private final Map<String, List<String>> providers;

    private final Deque<Method> waiting = new ArrayDeque<>();
    /// What is reached, and from where it first was; an entry point from itself.
    private final Map<Method, Method> reached = new HashMap<>();
    private final Set<String> initialised = new HashSet<>();
    private final Set<String> made = new HashSet<>();
    private final Map<String, List<String>> madeBelow = new HashMap<>();
    private final Map<String, Map<Member, Method>> virtualCalls = new HashMap<>();
    private final Map<String, Method> missing = new TreeMap<>();

    /// A method of a class.
    record Method(String owner, Member member) {
        @Override
        public String toString() {
            return owner.replace('/', '.') + "." + member.name();
        }
    }

    /// @param substitutes what stands for a method, in place of its own code
    /// @param providers of each service
    Reachability(ApplicationClasses classes, Map<Method, Method> substitutes, Map<String, List<String>> providers) {
        this.classes = classes;
        this.substitutes = substitutes;
        this.providers = providers;
    }

    /// Follows everything from a method that is called from outside, of an object that outsiders have.
    void enter(Method entry) {
        initialise(entry.owner, entry);
        if (entry.member.name().equals(CONSTRUCTOR)) {
            make(entry.owner, entry);
        }
        reach(entry, entry);
        while (!waiting.isEmpty()) {
            var method = waiting.pop();
            code(method).flatMap(MethodModel::code).ifPresent(code -> code.forEach(element -> visit(element, method)));
        }
    }

    private Optional<MethodModel> code(Method method) {
        var shown = substitutes.getOrDefault(method, method);
        return classes.find(shown.owner).map(type -> type.methods().get(shown.member));
    }

    /// What is named and not there: a class, or a member of one, and who names it first.
    Map<String, Method> missing() {
        return missing;
    }

    /// Classes whose initialisers may run.
    Set<String> initialised() {
        return initialised;
    }

    /// How a method is come to, from itself to the entry point.
    String path(Method method) {
        var path = new ArrayList<Method>();
        for (var next = method; next != null && !path.contains(next); next = reached.get(next)) {
            path.add(next);
        }
        return path.stream().map(Method::toString).collect(Collectors.joining(" < "));
    }

    private void visit(CodeElement element, Method from) {
        switch (element) {
            case InvokeInstruction call -> call(call.opcode(), call.owner(), member(call.method()), from);
            case InvokeDynamicInstruction call ->
                call.invokedynamic().bootstrap().arguments().forEach(argument -> constant(argument, from));
            case FieldInstruction access -> field(access.opcode(), access.owner(), member(access.field()), from);
            case NewObjectInstruction creation -> {
                if (isThere(creation.className(), from)) {
                    initialise(creation.className().asInternalName(), from);
                    make(creation.className().asInternalName(), from);
                }
            }
            case NewReferenceArrayInstruction creation -> isThere(creation.componentType(), from);
            case NewMultiArrayInstruction creation -> isThere(creation.arrayType(), from);
            case TypeCheckInstruction check -> isThere(check.type(), from);
            case LoadConstantInstruction load -> constant(load.constantEntry(), from);
            case ExceptionCatch handler -> handler.catchType().ifPresent(type -> isThere(type, from));
            default -> {
                // names nothing
            }
        }
    }

    static Member member(MemberRefEntry entry) {
        return new Member(entry.name().stringValue(), entry.type().stringValue());
    }

    private void constant(PoolEntry entry, Method from) {
        switch (entry) {
            case ClassEntry type -> {
                if (isThere(type, from)) {
                    providers
                            .getOrDefault(type.asInternalName(), List.of())
                            .forEach(provider -> provide(provider, from));
                }
            }
            case MethodHandleEntry handle -> handle(handle, from);
            case ConstantDynamicEntry constant ->
                constant.bootstrap().arguments().forEach(argument -> constant(argument, from));
            default -> {
                // a number or a text
            }
        }
    }

    private void provide(String provider, Method from) {
        if (classes.find(provider).isPresent()) {
            initialise(provider, from);
            make(provider, from);
            reach(new Method(provider, NO_ARGUMENTS), from);
        }
    }

    private void handle(MethodHandleEntry handle, Method from) {
        var target = handle.reference();
        switch (handle.kind()) {
            case MethodHandleInfo.REF_invokeStatic -> call(Opcode.INVOKESTATIC, target.owner(), member(target), from);
            case MethodHandleInfo.REF_invokeSpecial -> call(Opcode.INVOKESPECIAL, target.owner(), member(target), from);
            case MethodHandleInfo.REF_newInvokeSpecial -> {
                if (isThere(target.owner(), from)) {
                    initialise(target.owner().asInternalName(), from);
                    make(target.owner().asInternalName(), from);
                    call(Opcode.INVOKESPECIAL, target.owner(), member(target), from);
                }
            }
            case MethodHandleInfo.REF_invokeVirtual, MethodHandleInfo.REF_invokeInterface ->
                call(Opcode.INVOKEVIRTUAL, target.owner(), member(target), from);
            default -> field(Opcode.GETFIELD, target.owner(), member(target), from);
        }
    }

    private void call(Opcode opcode, ClassEntry named, Member member, Method from) {
        if (!isThere(named, from)) {
            return;
        }
        var owner = named.asInternalName().startsWith("[") ? "java/lang/Object" : named.asInternalName();
        var found = classes.supertypes(owner).stream()
                .filter(type -> classes.find(type)
                        .filter(it -> it.methods().containsKey(member))
                        .isPresent())
                .findFirst();
        if (found.isEmpty()) {
            if (!POLYMORPHIC.contains(owner)) {
                missing.putIfAbsent(new Method(owner, member).toString() + member.descriptor(), from);
            }
            return;
        }
        var target = new Method(found.get(), member);
        switch (opcode) {
            case INVOKESTATIC -> {
                initialise(target.owner, from);
                reach(target, from);
            }
            case INVOKESPECIAL -> reach(target, from);
            default -> callVirtual(owner, member, from);
        }
    }

    private void callVirtual(String owner, Member member, Method from) {
        if (virtualCalls.computeIfAbsent(owner, _ -> new HashMap<>()).putIfAbsent(member, from) == null) {
            List.copyOf(madeBelow.getOrDefault(owner, List.of())).forEach(type -> dispatch(type, member, from));
        }
    }

    /// An object of this class comes into being.
    private void make(String name, Method from) {
        if (classes.find(name).orElseThrow().isOfJdk() || !made.add(name)) {
            return;
        }
        for (var type : classes.supertypes(name)) {
            madeBelow.computeIfAbsent(type, _ -> new ArrayList<>()).add(name);
            Map.copyOf(virtualCalls.getOrDefault(type, Map.of()))
                    .forEach((member, caller) -> dispatch(name, member, caller));
            classes.find(type)
                    .filter(ReadClass::isOfJdk)
                    .ifPresent(outside -> outside.methods().forEach((member, method) -> {
                        if (isOverridable(member, method)) {
                            dispatch(name, member, from);
                        }
                    }));
        }
    }

    private static boolean isOverridable(Member member, MethodModel method) {
        return !member.name().equals(CONSTRUCTOR)
                && !method.flags().has(AccessFlag.STATIC)
                && !method.flags().has(AccessFlag.PRIVATE);
    }

    private void dispatch(String name, Member member, Method from) {
        classes.supertypes(name).stream()
                .flatMap(type -> classes.find(type).stream())
                .filter(type -> Optional.ofNullable(type.methods().get(member))
                        .filter(method -> isForObjects(method.flags()))
                        .isPresent())
                .findFirst()
                .ifPresent(type -> reach(new Method(type.name(), member), from));
    }

    private static boolean isForObjects(AccessFlags flags) {
        return !flags.has(AccessFlag.ABSTRACT) && !flags.has(AccessFlag.STATIC);
    }

    private void field(Opcode opcode, ClassEntry named, Member member, Method from) {
        if (!isThere(named, from)) {
            return;
        }
        var owner = classes.supertypes(named.asInternalName()).stream()
                .filter(type -> classes.find(type)
                        .filter(it -> it.fields().contains(member))
                        .isPresent())
                .findFirst();
        if (owner.isEmpty()) {
            missing.putIfAbsent(new Method(named.asInternalName(), member).toString(), from);
        } else if (opcode == Opcode.GETSTATIC || opcode == Opcode.PUTSTATIC) {
            initialise(owner.get(), from);
        }
    }

    private void initialise(String name, Method from) {
        if (initialised.add(name)) {
            var type = classes.find(name).orElseThrow();
            reach(new Method(name, INITIALISER), from);
            type.superclass().ifPresent(superclass -> initialise(superclass, from));
        }
    }

    private void reach(Method method, Method from) {
        var type = classes.find(method.owner).orElseThrow();
        if (!type.isOfJdk() && type.methods().containsKey(method.member) && reached.putIfAbsent(method, from) == null) {
            waiting.push(method);
        }
    }

    /// Whether a class can be loaded; notes what it lacks.
    private boolean isThere(ClassEntry entry, Method from) {
        var name = entry.asInternalName();
        if (name.startsWith("[")) {
            var element = name.substring(name.lastIndexOf('[') + 1);
            if (!element.startsWith("L")) {
                return true;
            }
            name = element.substring(1, element.length() - 1);
        }
        var lacking = classes.supertypes(name).stream()
                .filter(type -> classes.find(type).isEmpty())
                .toList();
        lacking.forEach(type -> missing.putIfAbsent(type.replace('/', '.'), from));
        return lacking.isEmpty();
    }
}

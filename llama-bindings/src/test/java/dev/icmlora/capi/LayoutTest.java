package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.PaddingLayout;
import java.lang.foreign.StructLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.icmlora.ProbedLayout;
import dev.icmlora.ProbedLayout.Member;
import dev.icmlora.ProbedLayout.Struct;
import dev.icmlora.TestInstallation;
import dev.icmlora.capi.GgmlH.GgmlInitParams;
import dev.icmlora.capi.LlamaContextH.LlamaBatch;
import dev.icmlora.capi.LlamaSamplerH.LlamaTokenDataArray;
import dev.icmlora.ggml.GgmlType;

class LayoutTest {
    private static final ProbedLayout PROBED = ProbedLayout.read();

    private static final Map<String, StructLayout> BOUND = Stream.of(
                    GgmlInitParams.LAYOUT,
                    GgmlThreadpoolParams.LAYOUT,
                    GgmlTensor.LAYOUT,
                    GgmlTypeTraits.LAYOUT,
                    LlamaModelParams.LAYOUT,
                    LlamaContextParams.LAYOUT,
                    LlamaBatch.LAYOUT,
                    LlamaChatMessage.LAYOUT,
                    LlamaSamplerH.CHAIN_PARAMS,
                    LlamaTokenDataArray.TOKEN_DATA,
                    LlamaTokenDataArray.LAYOUT)
            .collect(Collectors.toMap(layout -> layout.name().orElseThrow(), Function.identity()));

    static Stream<Struct> structs() {
        return PROBED.structs().values().stream();
    }

    @ParameterizedTest
    @MethodSource("structs")
    void sizeAndOffsetsAreThoseOfTheCompiler(Struct struct) {
        StructLayout layout = BOUND.get(struct.name());
        assertThat(layout).as("a Java layout of %s", struct).isNotNull();
        assertThat(members(layout)).isEqualTo(struct.members());
        assertThat(layout.byteSize()).isEqualTo(struct.size());
    }

    @Test
    void everyJavaLayoutIsProbed() {
        assertThat(PROBED.structs().keySet()).containsExactlyInAnyOrderElementsOf(BOUND.keySet());
    }

    @Test
    void constantsAreThoseOfTheHeaders() {
        assertThat(PROBED.constants())
                .containsEntry("GGML_MAX_DIMS", (long) GgmlTensor.MAX_DIMENSIONS)
                .containsEntry("GGML_MAX_SRC", (long) GgmlTensor.MAX_SOURCES)
                .containsEntry("GGML_LOG_LEVEL_DEBUG", (long) NativeLog.DEBUG)
                .containsEntry("GGML_LOG_LEVEL_ERROR", (long) NativeLog.ERROR)
                .containsEntry("GGML_LOG_LEVEL_CONT", (long) NativeLog.CONT)
                .containsEntry("LLAMA_LOAD_MODE_MMAP", (long) LlamaModelParams.LOAD_MODE_MMAP);
    }

    @ParameterizedTest
    @EnumSource
    void blocksOfTypesAreThoseOfTheLibrary(GgmlType type) {
        TestInstallation.loadLibraries();
        MemorySegment traits = GgmlTypeTraits.of(type.id()).segment();
        StructLayout layout = GgmlTypeTraits.LAYOUT;
        assertThat(traits.get(JAVA_LONG, CStruct.offset(layout, "blck_size"))).isEqualTo(type.blockElements());
        assertThat(traits.get(JAVA_LONG, CStruct.offset(layout, "type_size"))).isEqualTo(type.blockBytes());
    }

    private static List<Member> members(StructLayout layout) {
        List<Member> members = new ArrayList<>();
        long offset = 0;
        for (MemoryLayout member : layout.memberLayouts()) {
            if (!(member instanceof PaddingLayout)) {
                members.add(new Member(member.name().orElseThrow(), offset, member.byteSize()));
            }
            offset += member.byteSize();
        }
        return members;
    }
}

package dev.icmlora.function;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import io.quarkus.jackson.ObjectMapperCustomizer;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;

/// Holds every test of the running function to what a native executable can do. There, Jackson sees the members of a
/// class only if it is registered: Quarkus does that for what functions and resources take and return, the classes of
/// `api`. Any other has to say so, or it would be written as `{}`.
@Singleton
public class NativeReady implements ObjectMapperCustomizer {

    private static final String OURS = "dev.icmlora.";
    private static final String SIGNATURES = "dev.icmlora.function.api";

    /// What others name in their annotations: Jackson comes to these first.
    private static final Set<Class<?>> TARGETS = ConcurrentHashMap.newKeySet();

    @Override
    public void customize(ObjectMapper mapper) {
        var module = new SimpleModule(NativeReady.class.getName());
        module.setSerializerModifier(new BeanSerializerModifier() {
            @Override
            public List<BeanPropertyWriter> changeProperties(
                    SerializationConfig config, BeanDescription bean, List<BeanPropertyWriter> properties) {
                requireRegistered(bean.getBeanClass());
                return properties;
            }
        });
        module.setDeserializerModifier(new BeanDeserializerModifier() {
            @Override
            public List<BeanPropertyDefinition> updateProperties(
                    DeserializationConfig config, BeanDescription bean, List<BeanPropertyDefinition> properties) {
                requireRegistered(bean.getBeanClass());
                return properties;
            }
        });
        mapper.registerModule(module);
    }

    private static void requireRegistered(Class<?> type) {
        if (type.getName().startsWith(OURS) && !type.getPackageName().equals(SIGNATURES) && !isRegistered(type)) {
            throw new AssertionError(type
                    + " has a JSON form, which a native executable would not see: annotate @RegisterForReflection");
        }
    }

    /// The annotation holds for nested classes too.
    private static boolean isRegistered(Class<?> type) {
        for (var nest = type; nest != null; nest = nest.getEnclosingClass()) {
            var annotation = nest.getAnnotation(RegisterForReflection.class);
            if (annotation != null) {
                TARGETS.addAll(List.of(annotation.targets()));
                return true;
            }
        }
        return TARGETS.contains(type);
    }
}

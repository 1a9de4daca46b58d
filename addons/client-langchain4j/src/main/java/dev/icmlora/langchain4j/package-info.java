/// A running function as models of LangChain4j.
///
/// ```java
/// import java.net.URI;
///
/// import dev.icmlora.client.IcmLoraClient;
/// import dev.icmlora.langchain4j.IcmLoraChatModel;
/// import dev.icmlora.langchain4j.IcmLoraEmbeddingModel;
/// import dev.langchain4j.model.chat.ChatModel;
/// import dev.langchain4j.model.chat.request.ChatRequestParameters;
/// import dev.langchain4j.model.embedding.EmbeddingModel;
///
/// public class Chat {
///
///     public static void main(String[] arguments) {
///         IcmLoraClient client = IcmLoraClient.of(URI.create("http://localhost:8080"));
///
///         ChatModel model = IcmLoraChatModel.of(
///                 client,
///                 ChatRequestParameters.builder()
///                         .modelName("SmolLM2-135M-Instruct.Q8_0")
///                         .maxOutputTokens(40)
///                         .build());
///         System.out.println(model.chat("Say hello."));
///
///         EmbeddingModel embeddings = IcmLoraEmbeddingModel.of(client, "e5-small-v2.Q8_0");
///         System.out.println(embeddings.embed("The cat sleeps.").content().dimension());
///     }
/// }
/// ```
package dev.icmlora.langchain4j;

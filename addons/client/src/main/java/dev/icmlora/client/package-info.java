/// Typed functions: a program says in types what a small model is to do, and gets answers of these types.
///
/// ```java
/// import java.net.URI;
/// import java.util.List;
///
/// import dev.icmlora.client.Answer;
/// import dev.icmlora.client.IcmLoraClient;
/// import dev.icmlora.client.TypedFunction;
///
/// public class Triage {
///
///     record Ticket(String from, String text) {}
///
///     enum Urgency { IMMEDIATE, WAIT }
///
///     public static void main(String[] arguments) {
///         IcmLoraClient client = IcmLoraClient.of(URI.create("http://localhost:8080"));
///         TypedFunction<Ticket, Urgency> urgency = client.function(Ticket.class, Urgency.class)
///                 .describedAs("How urgent is the ticket?")
///                 .example(new Ticket("Ann", "The server room is on fire"), Urgency.IMMEDIATE)
///                 .example(new Ticket("Bob", "Some day I would like a larger screen"), Urgency.WAIT)
///                 .build();
///
///         Ticket ticket = new Ticket("Eve", "Water drips onto the main switch");
///         System.out.println(urgency.apply(ticket));
///
///         Answer<Urgency> answer = urgency.ask(ticket);
///         System.out.println(answer.value() + ", probabilities " + answer.probabilities());
///
///         System.out.println(urgency.askAll(List.of(ticket, new Ticket("Dan", "The lift stands still"))));
///     }
/// }
/// ```
///
/// [dev.icmlora.client.IcmLoraClient] is where to begin. An output that is an enum or a boolean becomes labels,
/// of which the function takes the likeliest; a number, a record or a list becomes a JSON schema, which the
/// function keeps to; a string is any text. A type that is none of these is refused before anything is sent.
///
/// Questions about a state, each answered with a probability for every option, are what
/// [dev.icmlora.client.IcmLoraClient#decide] begins.
///
/// A function may have a name, by which other programs call it too. Inputs by the thousand are a
/// [dev.icmlora.client.Job]. What has no type here, the client sends and reads as JSON: `get`, `post`, `put`, `events`
/// and `download`.
package dev.icmlora.client;

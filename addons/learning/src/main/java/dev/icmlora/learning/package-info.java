/// Functions that learn from corrections: `/functions/{name}/feedback`, `/improve`, `/improvements` and `/unsure`.
///
/// Each answer of a named function has an id. What clients say of answers is kept beside the function. An
/// improvement tunes a candidate on all of it, and serves it if such candidates are better by a paired test at
/// feedback that was held back from them:
///
/// ```
/// POST /functions/urgency/feedback
/// {"input": "I smell gas.", "output": "immediate"}
///
/// POST /functions/urgency/improve
/// {"from": 1, "version": 2, "better": 9, "worse": 0, …}
/// ```
///
/// Candidate and serving version are tuned and asked as any request is, by the function's services.
package dev.icmlora.learning;

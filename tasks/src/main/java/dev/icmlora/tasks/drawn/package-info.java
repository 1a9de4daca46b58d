/// Tasks without end, made of the suite's training tasks and of rules drawn at random.
///
/// [dev.icmlora.tasks.drawn.TaskDraws] draws a [dev.icmlora.tasks.drawn.Draft], for example two tasks asked about the
/// same word, writes its answers in another [dev.icmlora.tasks.drawn.Form], and takes out what a task that is measured
/// on would be given away by.
package dev.icmlora.tasks.drawn;

/**
 * Programs to begin with: each is one file that can be copied into a project of one's own and uses
 * nothing but this library and DJL. Without arguments it runs on what {@link
 * io.github.maque.examples.starters.MadeUpData} makes up, which is the one thing that whoever
 * copies it replaces. Start reading at {@link
 * io.github.maque.examples.starters.PretrainInTwentyLines}; before it comes {@code TrainTokenizer},
 * after it {@code LoraOnCheckpoint} and {@code MultiTurnChat}; {@code CustomAttention} and {@code
 * CustomObjective} change what happens inside.
 *
 * <p>After {@code ./mvnw package} each runs as
 *
 * <pre>{@code
 * java -cp llm-examples/target/llm-examples.jar \
 *     io.github.maque.examples.starters.PretrainInTwentyLines
 * }</pre>
 */
@NullMarked
package io.github.maque.examples.starters;

import org.jspecify.annotations.NullMarked;

/**
 * The whole way in one job: from stories to a tokenizer, a model that tells stories, one that tells
 * those it is asked for, and one that does so more often, measured and ready for other programs.
 * Begin with {@link io.github.maque.examples.storyteller.Storyteller}, which calls nothing that the
 * single verbs do not call too.
 */
@NullMarked
package io.github.maque.examples.storyteller;

import org.jspecify.annotations.NullMarked;

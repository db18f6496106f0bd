/**
 * Chinese children's stories out of a grammar of our own, for learning without a data set: as many
 * as one likes, the same on every machine, each with instructions that it truly follows. Start
 * reading at {@link io.github.maque.examples.tinystories.StoryCorpus}; the stories themselves are
 * in the text files beside this package, whose form {@link
 * io.github.maque.examples.tinystories.GrammarReader} describes.
 */
@NullMarked
package io.github.maque.examples.tinystories;

import org.jspecify.annotations.NullMarked;

/**
 * What is told about a run, and what is made of it: files, pictures, reports. Start reading at
 * {@link io.github.maque.train.metric.TrainingListener}.
 */
@NullMarked
package io.github.maque.train.metric;

import org.jspecify.annotations.NullMarked;

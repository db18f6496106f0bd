/**
 * Records as YAML 1.2, and back: how configurations are written, read and changed from the command
 * line. Start reading at {@link io.github.maque.train.yaml.YamlRecords}.
 */
@NullMarked
package io.github.maque.train.yaml;

import org.jspecify.annotations.NullMarked;

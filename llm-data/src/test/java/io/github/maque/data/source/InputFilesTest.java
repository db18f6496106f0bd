package io.github.maque.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputFilesTest {
  @TempDir Path directory;

  @BeforeEach
  void makeFiles() throws IOException {
    for (String name :
        List.of(
            "b.jsonl",
            "a.jsonl",
            "a.jsonl.gz",
            "a/z.jsonl",
            "a-b.jsonl",
            "a/c/y.jsonl",
            "d/x.txt",
            ".hidden.jsonl",
            "._a.jsonl",
            ".git/a.jsonl",
            "__MACOSX/a.jsonl",
            "d/.DS_Store",
            "B.jsonl")) {
      Sources.write(directory, name, new byte[0]);
    }
    Files.createDirectories(directory.resolve("empty/.git"));
  }

  private List<String> find(String... patterns) throws IOException {
    List<String> absolute = Arrays.stream(patterns).map(p -> directory + "/" + p).toList();
    return relative(InputFiles.ofPatterns(absolute));
  }

  private List<String> relative(List<Path> files) {
    return files.stream()
        .map(f -> directory.relativize(f).toString().replace(File.separatorChar, '/'))
        .toList();
  }

  @Test
  void aDirectoryStandsForAllFilesBelowItThatAreNotHidden() throws IOException {
    List<String> all =
        List.of(
            "B.jsonl",
            "a-b.jsonl",
            "a.jsonl",
            "a.jsonl.gz",
            "a/c/y.jsonl",
            "a/z.jsonl",
            "b.jsonl",
            "d/x.txt");
    assertThat(find("")).isEqualTo(all);
    assertThat(relative(InputFiles.ofPaths(List.of(directory)))).isEqualTo(all);
    assertThat(find(".git")).containsExactly(".git/a.jsonl");
    assertThat(find("._a.jsonl")).containsExactly("._a.jsonl");
  }

  @Test
  void patternsAreThoseOfShells() throws IOException {
    assertThat(find("*.jsonl")).containsExactly("B.jsonl", "a-b.jsonl", "a.jsonl", "b.jsonl");
    assertThat(find("?.jsonl*")).containsExactly("B.jsonl", "a.jsonl", "a.jsonl.gz", "b.jsonl");
    assertThat(find("[ab].jsonl")).containsExactly("a.jsonl", "b.jsonl");
    assertThat(find("a/{z,y}.jsonl")).containsExactly("a/z.jsonl");
    assertThat(find("**/*.jsonl"))
        .containsExactly("B.jsonl", "a-b.jsonl", "a.jsonl", "a/c/y.jsonl", "a/z.jsonl", "b.jsonl");
    assertThat(find("**.txt")).containsExactly("d/x.txt");
    assertThat(find("*/x.txt")).containsExactly("d/x.txt");
    assertThat(find("a*/c")).containsExactly("a/c/y.jsonl");
    assertThat(find("[ad]")).containsExactly("a/c/y.jsonl", "a/z.jsonl", "d/x.txt");
  }

  @Test
  void filesComeInTheOrderOfTheArgumentsAndOnce() throws IOException {
    assertThat(find("d", "b.jsonl", "[ab].jsonl", "d/../d/x.txt", "a/z.jsonl", ""))
        .containsExactly(
            "d/x.txt",
            "b.jsonl",
            "a.jsonl",
            "a/z.jsonl",
            "B.jsonl",
            "a-b.jsonl",
            "a.jsonl.gz",
            "a/c/y.jsonl");
  }

  @Test
  void linksAreFollowedButNotInCircles() throws IOException {
    Path link = directory.resolve("d/link");
    try {
      Files.createSymbolicLink(link, directory.resolve("a"));
      Files.createSymbolicLink(directory.resolve("d/circle"), directory.resolve("d"));
    } catch (IOException | UnsupportedOperationException e) {
      assumeTrue(false, "no links here");
    }
    assertThat(find("d")).containsExactly("d/link/c/y.jsonl", "d/link/z.jsonl", "d/x.txt");
    Files.createSymbolicLink(directory.resolve("d/broken"), directory.resolve("nowhere"));
    assertThatThrownBy(() -> find("d"))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("broken");
  }

  @Test
  void aNameWithTheCharactersOfAPatternIsAName() throws IOException {
    Sources.write(directory, "[x].jsonl", new byte[0]);
    assertThat(find("[x].jsonl")).containsExactly("[x].jsonl");
  }

  @Test
  void whatFitsNothingIsAnError() {
    assertThatThrownBy(() -> find("c.jsonl"))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageEndingWith("c.jsonl: does not exist");
    for (String pattern : List.of("*.zip", "nowhere/*", "a/*/*/*")) {
      assertThatThrownBy(() -> find(pattern))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageEndingWith(pattern + ": no file fits the pattern");
    }
    assertThatThrownBy(() -> find("empty"))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageEndingWith("empty: the directory has no files");
    assertThatIllegalArgumentException().isThrownBy(() -> find("{a")).withMessageContaining("{a");
    assertThatIllegalArgumentException().isThrownBy(() -> InputFiles.ofPatterns(List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> InputFiles.ofPatterns(List.of("")));
  }
}

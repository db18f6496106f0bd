import java.util.concurrent.TimeUnit
import java.util.jar.JarFile

// Looks at the class path that the outside project got, then runs its Main with exactly that class path.

List<File> jars = new File(basedir, 'target/runtime-class-path').text.trim().split(File.pathSeparator).collect { new File(it) }
['llm-tokenizer-', 'llm-data-'].each { ours -> assert jars.any { it.name.startsWith(ours) } : "no $ours in $jars" }

jars.each { jar ->
  new JarFile(jar).withCloseable { content ->
    List<String> names = content.entries().collect { it.name }
    assert !names.contains('META-INF/services/org.slf4j.spi.SLF4JServiceProvider') : "$jar.name forces a logging implementation on its users"
    assert !names.any { it.startsWith('ai/djl/') } : "$jar.name forces DJL on users of the data module"
  }
}

String java = new File(System.getProperty('java.home'), 'bin/java').path
String classPath = ([new File(basedir, 'target/classes')] + jars).join(File.pathSeparator)
File output = new File(basedir, 'target/main-output')
Process run = new ProcessBuilder(java, '-cp', classPath, 'com.example.consumer.Main')
    .redirectErrorStream(true)
    .redirectOutput(output)
    .start()
boolean ended = run.waitFor(60, TimeUnit.SECONDS)
if (!ended) {
  run.destroyForcibly()
}
assert ended && run.exitValue() == 0 && output.readLines('UTF-8').last().startsWith('ok') : "Main failed:\n${output.getText('UTF-8')}"

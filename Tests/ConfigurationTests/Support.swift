import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Testing

/// Loads one text as `/etc/martlet/martlet.conf`. Whatever it says must also come through an image as it is.
func load(
  _ text: String, others: [String: String] = [:], id: String? = nil, variables: [String: String] = [:]
) -> LoadedConfiguration {
  var files = MemorySourceFiles(texts: others, variables: variables)
  files.files["/etc/martlet/martlet.conf"] = Array(text.utf8)
  let loaded = ConfigurationLoader.load(path: "/etc/martlet/martlet.conf", files: files, configurationID: id)
  let image = ConfigurationImage.encode(loaded.configuration)
  let isKept = (try? ConfigurationImage.decode(image)) == loaded.configuration
  #expect(isKept, "something is lost in the image: is each property named in its struct's code(_:)?")
  return loaded
}

/// The findings of one text with lints.
func lint(_ text: String) -> [Diagnostic] {
  let files = MemorySourceFiles(texts: ["/etc/martlet/martlet.conf": text])
  return ConfigurationLoader.load(path: "/etc/martlet/martlet.conf", files: files, lints: true).diagnostics
}

/// Texts as hosts: `/a.conf`, `/b.conf` and so on.
func compare(_ texts: String...) -> LoadedHosts {
  var files = MemorySourceFiles()
  var sources: [ConfigurationSource] = []
  for (letter, text) in zip("abcdef", texts) {
    files.files["/\(letter).conf"] = Array(text.utf8)
    sources.append(ConfigurationSource(path: "/\(letter).conf"))
  }
  return ConfigurationLoader.load(hosts: sources, files: files)
}

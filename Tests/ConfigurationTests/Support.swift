import Configuration
import ConfigurationSyntax

/// Loads one text as `/etc/martlet/martlet.conf`.
func load(
  _ text: String, others: [String: String] = [:], id: String? = nil, variables: [String: String] = [:]
) -> LoadedConfiguration {
  var files = MemorySourceFiles(texts: others, variables: variables)
  files.files["/etc/martlet/martlet.conf"] = Array(text.utf8)
  return ConfigurationLoader.load(path: "/etc/martlet/martlet.conf", files: files, configurationID: id)
}

import Configuration
import ConfigurationModel
import Glibc

/// A file on the command line of `martlet check`, with the value for its `@` lines.
struct CheckedFile {
  /// Absolute path.
  let path: String
  let configurationID: String?

  /// The file that an argument names: the whole argument if there is such a file, otherwise the part before its last `@`.
  init(_ argument: String, configurationID: String?) {
    var path = argument
    var id = configurationID
    if let at = argument.lastIndex(of: "@"), at != argument.startIndex, access(argument, F_OK) != 0 {
      path = String(argument[..<at])
      id = String(argument[argument.index(after: at)...])
    }
    self.path = ConfigurationReading.absolute(path)
    self.configurationID = id ?? ConfigurationReading.hostName
  }

  var source: ConfigurationSource { ConfigurationSource(path: path, configurationID: configurationID) }
}

import Configuration
import ConfigurationModel
import Glibc

/// A file on the command line of `martlet check`, with what its `@` lines are compared with.
struct CheckedFile {
  /// As it is read: from the root.
  let path: String
  let configurationID: String?

  /// The file that an argument names: all of it if there is such a file, else what stands before its last `@`.
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

  /// The file to start reading with.
  var source: ConfigurationSource { ConfigurationSource(path: path, configurationID: configurationID) }
}

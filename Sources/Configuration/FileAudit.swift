import ConfigurationSyntax

/// What is wrong with the contents of a file that a configuration names; whoever can read such files says it.
public typealias FileFault = (path: String, reason: String)

/// Looks for the files that a configuration wants read besides itself: without them what it asks for cannot be.
public enum FileAudit {
  /// The files of `loaded` that are there and are not what they should be.
  public static func diagnostics(of loaded: LoadedConfiguration, faults: [FileFault]) -> [Diagnostic] {
    loaded.files.compactMap { use in
      guard let fault = faults.first(where: { $0.path == use.path }) else { return nil }
      return Diagnostic(
        id: "bad-certificate", severity: .error, message: "\(use.keyword): \(use.path) \(fault.reason)",
        range: use.range, suggestion: "name a file in PEM form, as openssl writes it")
    }
  }

  /// What is wrong with the files of `loaded`, as `files` sees them.
  public static func diagnostics(of loaded: LoadedConfiguration, files: some FileStatusProvider) -> [Diagnostic] {
    loaded.files.compactMap { use in
      let status = files.status(of: use.path)
      guard status?.isRegular != true else { return nil }
      return Diagnostic(
        id: "missing-file", severity: .error,
        message: "\(use.keyword): \(use.path) \(status == nil ? "does not exist" : "is not a regular file")",
        range: use.range, suggestion: "write the path of a file that is there")
    }
  }
}

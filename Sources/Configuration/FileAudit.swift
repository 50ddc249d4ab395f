import ConfigurationSyntax

/// Looks for the files that a configuration wants read besides itself: without them what it asks for cannot be.
public enum FileAudit {
  /// What is wrong with the files of `loaded`, as `files` sees them.
  public static func diagnostics(of loaded: LoadedConfiguration, files: some FileStatusProvider) -> [Diagnostic] {
    loaded.files.compactMap { use in
      let status = files.status(of: use.path)
      guard status?.isRegular != true else { return nil }
      return Diagnostic(
        id: "missing-file", severity: .error,
        message: "\(use.keyword): \(use.path) \(status == nil ? "does not exist" : "is not a regular file")",
        range: use.range)
    }
  }
}

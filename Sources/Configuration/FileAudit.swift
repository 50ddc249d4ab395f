import ConfigurationSyntax

/// A fault in the contents of a file that a configuration names, found by the process that can read such files.
package typealias FileFault = (path: String, reason: String)

/// Checks the files that a configuration names besides itself and cannot do without.
package enum FileAudit {
  /// Findings for files of `loaded` that exist and have bad contents.
  package static func diagnostics(of loaded: LoadedConfiguration, faults: [FileFault]) -> [Diagnostic] {
    loaded.files.compactMap { use in
      guard let fault = faults.first(where: { $0.path == use.path }) else { return nil }
      return Diagnostic(
        id: "bad-certificate", severity: .error, message: "\(use.keyword): \(use.path) \(fault.reason)",
        range: use.range, suggestion: "name a file in PEM form, as openssl writes it")
    }
  }

  /// Findings for files of `loaded` that are missing or of the wrong kind, as `files` sees them.
  package static func diagnostics(of loaded: LoadedConfiguration, files: some FileStatusProvider) -> [Diagnostic] {
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

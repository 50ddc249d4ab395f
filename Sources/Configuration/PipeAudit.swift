import ConfigurationSyntax

/// Checks that the FIFOs of a configuration can be made and opened; keepalived goes on without one that cannot.
enum PipeAudit {
  static func diagnostics(of loaded: LoadedConfiguration, on host: some HostFacts) -> [Diagnostic] {
    loaded.requirements.fifos.compactMap { use in
      guard let problem = problem(of: use, on: host) else { return nil }
      return Diagnostic(
        id: "bad-fifo", severity: .warning, message: "\(use.keyword): \(problem), so nothing would be written to it",
        range: use.range,
        suggestion: "write the whole path of a FIFO in a directory that is there, and an owner that is known")
    }
  }

  private static func problem(of use: HostRequirements.FIFO, on host: some HostFacts) -> String? {
    if let owner = use.owner, let lacks = HostAudit.lack(of: owner, on: host) { return "this host has no \(lacks)" }
    guard use.path.hasPrefix("/") else { return "'\(use.path)' does not begin with /" }
    if let status = host.status(of: use.path) {
      if status.isDirectory { return "\(use.path) is a directory" }
      if status.isRegular { return "\(use.path) is a file and no FIFO" }
      return nil
    }
    let directory = use.path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
    guard !directory.isEmpty, host.status(of: directory)?.isDirectory != true else { return nil }
    return "there is no directory \(directory)"
  }
}

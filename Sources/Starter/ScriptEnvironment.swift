import LinuxSystem

/// Environment of scripts: the variables of the service, as under keepalived, and the name and home of the user that runs them.
struct ScriptEnvironment {
  /// Prefixes of variables that scripts do not get: messages of the service manager, martlet's own variables, and those
  /// that make a program load code.
  private static let withheld = ["MARTLET_", "NOTIFY_SOCKET", "WATCHDOG_", "LISTEN_", "SWIFT_BACKTRACE", "LD_"]
  /// Variables that are set for each script.
  private static let own = ["PATH", "HOME", "USER", "LOGNAME", "SHELL"]

  private let service: [String]

  init(of service: ProcessEnvironment = .current) {
    let passed = service.entries.filter { entry in
      !Self.withheld.contains { entry.hasPrefix($0) } && !Self.own.contains { entry.hasPrefix($0 + "=") }
    }
    self.service = passed.contains { $0.hasPrefix("LC_ALL=") } ? passed : passed + ["LC_ALL=C.UTF-8"]
  }

  /// Environment of one script, as `NAME=value` entries.
  /// - Parameters:
  ///   - identity: the user that runs it.
  ///   - searchPath: the folders of `PATH`.
  func entries(for identity: ScriptIdentities.Identity, searchPath: [String]) -> [String] {
    service + [
      "PATH=" + searchPath.joined(separator: ":"), "HOME=" + identity.home, "USER=" + identity.name,
      "LOGNAME=" + identity.name, "SHELL=/bin/sh",
    ]
  }
}

import LinuxSystem

/// What scripts find in their environment: the service's own variables, as under keepalived, and who they run as.
struct ScriptEnvironment {
  /// What is between this process and its service manager, what martlet says itself, and what loads code into a program.
  private static let withheld = ["MARTLET_", "NOTIFY_SOCKET", "WATCHDOG_", "LISTEN_", "SWIFT_BACKTRACE", "LD_"]
  /// What each script has of its own.
  private static let own = ["PATH", "HOME", "USER", "LOGNAME", "SHELL"]

  private let service: [String]

  init(of service: ProcessEnvironment = .current) {
    let passed = service.entries.filter { entry in
      !Self.withheld.contains { entry.hasPrefix($0) } && !Self.own.contains { entry.hasPrefix($0 + "=") }
    }
    self.service = passed.contains { $0.hasPrefix("LC_ALL=") } ? passed : passed + ["LC_ALL=C.UTF-8"]
  }

  /// The entries for a script of somebody's.
  func entries(for identity: ScriptIdentities.Identity, searchPath: [String]) -> [String] {
    service + [
      "PATH=" + searchPath.joined(separator: ":"), "HOME=" + identity.home, "USER=" + identity.name,
      "LOGNAME=" + identity.name, "SHELL=/bin/sh",
    ]
  }
}

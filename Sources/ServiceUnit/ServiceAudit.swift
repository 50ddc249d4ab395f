import Configuration
import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

/// Checks that the service, as its unit starts it, can do what a configuration asks for.
///
/// Each finding is at the line of the configuration that will not work, and names the setting of the unit file that prevents it.
package struct ServiceAudit<Host: HostFacts> {
  let loaded: LoadedConfiguration
  let conditions: ServiceConditions
  let host: Host
  /// The reason why this host's own `/proc` hides processes; `nil` if it does not.
  let hostHiding: String?

  var requirements: HostRequirements { loaded.requirements }

  /// Findings for what `loaded` asks of the service and the service cannot do.
  /// - Parameters:
  ///   - sources: The files of the configuration, if it is the one that the service reads.
  ///   - hostHiding: The reason why the host's own `/proc` hides processes from ordinary users; `nil` if it does not.
  package static func diagnostics(
    of loaded: LoadedConfiguration, under conditions: ServiceConditions, on host: Host, sources: [String] = [],
    hostHiding: String? = nil
  ) -> [Diagnostic] {
    let audit = ServiceAudit(loaded: loaded, conditions: conditions, host: host, hostHiding: hostHiding)
    return audit.necessities() + audit.sourceFiles(sources) + audit.users() + audit.programs() + audit.processes()
      + audit.numberFiles() + audit.keyFiles() + audit.sockets() + audit.fifos()
  }

  /// The access of a user; `nil` for a user that the host does not know, which another finding reports.
  func access(_ name: String) -> PathAccess<Host>? {
    guard let identity = conditions.identity(of: name, on: host) else { return nil }
    let passes = identity.user == 0 && conditions.lack(of: "CAP_DAC_OVERRIDE") == nil
    return PathAccess(identity: identity, passesModes: passes, host: host)
  }

  func error(
    _ id: String, _ message: String, _ range: SourceRange?, _ suggestion: String, severity: Severity = .error
  ) -> Diagnostic {
    Diagnostic(id: id, severity: severity, message: message, range: range, suggestion: suggestion)
  }

  /// The suggestion where `martlet unit` prints the lines.
  static var dropIn: String { "put what `martlet unit FILE` prints into a drop-in" }

  // MARK: Needs of every configuration

  /// Findings for missing capabilities and socket families that adverts and addresses need.
  private func necessities() -> [Diagnostic] {
    let place = requirements.interfaces.first?.range
    let lacks = ["CAP_NET_ADMIN", "CAP_NET_RAW"].compactMap { conditions.lack(of: $0) }
    var found = lacks.prefix(1).map { lack in
      error(
        "service-capability", "the service would not start: \(lack)", place,
        "write AmbientCapabilities= and CapabilityBoundingSet= with CAP_NET_ADMIN CAP_NET_RAW, or take User= out")
    }
    let usesIPv6 = loaded.configuration.routers.contains { $0.family == .ipv6 }
    let families = ["AF_UNIX", "AF_NETLINK", "AF_PACKET", "AF_INET"] + (usesIPv6 ? ["AF_INET6"] : [])
    for family in families {
      guard let line = conditions.lack(ofFamily: family) else { continue }
      found.append(
        error(
          "service-family", "the service cannot open \(family) sockets: \(line)", place,
          "add \(family) to RestrictAddressFamilies="))
    }
    return found
  }

  /// Findings for files of the configuration that its reader may not read.
  private func sourceFiles(_ paths: [String]) -> [Diagnostic] {
    paths.compactMap { path in
      let place = SourceRange(of: 0, at: 0, in: "", called: path)
      if let line = conditions.paths.hider(of: path) {
        return error(
          "service-path", "the service does not see this file: \(line)", place,
          "move it, or write BindReadOnlyPaths=\(path)")
      }
      guard let line = conditions.user, let bar = access(line.value)?.bar(to: path, .read) else { return nil }
      return error(
        "service-file",
        "the service would not start: it runs as \(line), who may not read this file because of \(bar)", place,
        "chown root:\(line.value) \(path); chmod 640 \(path)")
    }
  }

  // MARK: Users of scripts

  /// Findings for scripts whose user the service cannot become.
  private func users() -> [Diagnostic] {
    var seen: Set<SourceRange> = []
    return requirements.scripts.compactMap { use in
      let range = place(ofUserOf: use)
      guard let finding = finding(onUserOf: use, at: range), seen.insert(range).inserted else { return nil }
      return finding
    }
  }

  private func finding(onUserOf use: ScriptUse, at range: SourceRange) -> Diagnostic? {
    let wanted = use.command.user ?? loaded.configuration.global.scriptUser
    guard let wanted else {
      guard let line = conditions.user else { return nil }
      return error(
        "service-user",
        "\(use.keyword) names no user and runs as \(line.value), since the service has \(line); "
          + "keepalived runs it as root or keepalived_script", range,
        "write script_user \(line.value) if that is meant, else script_user root and \(Self.dropIn)",
        severity: .warning)
    }
    guard !isServiceItself(wanted) else { return nil }
    let lacks = ["CAP_SETUID", "CAP_SETGID"].compactMap { conditions.lack(of: $0) }
    guard let lack = lacks.first else { return nil }
    return error(
      "service-user",
      "\(use.keyword) is to run as \(wanted.user), whom the service cannot become: \(lack)", range,
      replacement(of: use).map { "\($0), or \(Self.dropIn)" }
        ?? "\(Self.dropIn)" + (conditions.isRoot ? "" : ", or write script_user \(conditions.userName)"))
  }

  private func place(ofUserOf use: ScriptUse) -> SourceRange {
    use.userRange ?? (use.command.user == nil ? requirements.scriptUser : nil) ?? use.range
  }

  private func isServiceItself(_ wanted: ScriptUser) -> Bool {
    guard let own = conditions.identity(of: conditions.userName, on: host),
      let other = host.identity(of: wanted)
    else { return wanted.user == conditions.userName && wanted.group == nil }
    return own.user == other.user && other.groups.allSatisfy(own.groups.contains)
  }

  /// The name of the user that runs a script.
  func runner(of use: ScriptUse) -> String {
    (use.command.user ?? loaded.configuration.global.scriptUser)?.user ?? standardRunner
  }

  /// The name of the user that runs scripts without a user.
  private var standardRunner: String {
    conditions.isRoot && host.hasUser(ScriptUser.standard) ? ScriptUser.standard : conditions.userName
  }

  // MARK: Programs

  private static var raisers: Set<String> { ["sudo", "su", "doas", "pkexec", "runuser"] }

  /// Findings for programs that the service does not see, or that cannot gain the rights they need.
  private func programs() -> [Diagnostic] {
    requirements.scripts.compactMap { use in
      guard let program = use.command.arguments.first else { return nil }
      for path in [program, use.command.interpretedScript].compactMap(\.self) where path.hasPrefix("/") {
        guard let line = conditions.paths.hider(of: path) else { continue }
        return error(
          "service-path", "the service does not see \(path): \(line)", use.range,
          "move it to where the service sees it, as /usr/local/bin, or write BindReadOnlyPaths=\(path)")
      }
      let name = use.command.programName
      guard Self.raisers.contains(name), let line = conditions.noNewPrivileges else { return nil }
      return error(
        "service-privileges", "\(name) gains nothing in the service: \(line)", use.range,
        "write NoNewPrivileges=no into a drop-in, or name a user for the script instead of \(name)")
    }
  }
}

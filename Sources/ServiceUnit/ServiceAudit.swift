import Configuration
import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

/// Looks at whether the service, as its unit starts it, can do what a configuration asks.
///
/// Each finding is at the line of the configuration that will not work, and says which setting of which unit file is in the way.
public struct ServiceAudit<Host: HostFacts> {
  let loaded: LoadedConfiguration
  let conditions: ServiceConditions
  let host: Host
  /// Why this host's own `/proc` hides processes, if it does.
  let hostHiding: String?

  var requirements: HostRequirements { loaded.requirements }

  /// What `loaded` asks of the service that it cannot do.
  /// - Parameters:
  ///   - sources: the files that the configuration was read from, if it is the one that the service reads.
  ///   - hostHiding: why the host's own `/proc` hides processes from ordinary users, if it does.
  public static func diagnostics(
    of loaded: LoadedConfiguration, under conditions: ServiceConditions, on host: Host, sources: [String] = [],
    hostHiding: String? = nil
  ) -> [Diagnostic] {
    let audit = ServiceAudit(loaded: loaded, conditions: conditions, host: host, hostHiding: hostHiding)
    return audit.necessities() + audit.sourceFiles(sources) + audit.users() + audit.programs() + audit.processes()
      + audit.numberFiles() + audit.keyFiles() + audit.sockets() + audit.fifos()
  }

  /// Whoever may not be asked for is nobody's fault: where the host does not know a user, another finding says so.
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

  /// What to say where `martlet unit` knows the lines.
  static var dropIn: String { "put what `martlet unit FILE` prints into a drop-in" }

  // MARK: What no file can do without

  /// The capabilities and the families of sockets that adverts and addresses take.
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

  /// Whether whoever reads the configuration may.
  private func sourceFiles(_ paths: [String]) -> [Diagnostic] {
    paths.compactMap { path in
      let place = SourceRange(of: 0, at: 0, in: "", called: path)
      if let line = conditions.paths.hider(of: path) {
        return error(
          "service-path", "the service does not see this file: \(line.words)", place,
          "move it, or write BindReadOnlyPaths=\(path)")
      }
      guard let line = conditions.user, let bar = access(line.value)?.bar(to: path, .read) else { return nil }
      return error(
        "service-file",
        "the service would not start: it runs as \(line.words), who may not read this file because of \(bar)", place,
        "chown root:\(line.value) \(path); chmod 640 \(path)")
    }
  }

  // MARK: Whom scripts run as

  /// The scripts that are to run as somebody whom the service cannot become.
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
        "\(use.keyword) names no user and runs as \(line.value), since the service has \(line.words); "
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

  /// Who runs a script.
  func runner(of use: ScriptUse) -> String {
    (use.command.user ?? loaded.configuration.global.scriptUser)?.user ?? standardRunner
  }

  /// Who runs what names nobody.
  private var standardRunner: String {
    conditions.isRoot && host.hasUser(ScriptUser.standard) ? ScriptUser.standard : conditions.userName
  }

  // MARK: Programs

  private static var raisers: Set<String> { ["sudo", "su", "doas", "pkexec", "runuser"] }

  /// Programs that the service does not see, or that are to gain rights and cannot.
  private func programs() -> [Diagnostic] {
    requirements.scripts.compactMap { use in
      guard let program = use.command.arguments.first else { return nil }
      for path in [program, use.command.interpretedScript].compactMap(\.self) where path.hasPrefix("/") {
        guard let line = conditions.paths.hider(of: path) else { continue }
        return error(
          "service-path", "the service does not see \(path): \(line.words)", use.range,
          "move it to where the service sees it, as /usr/local/bin, or write BindReadOnlyPaths=\(path)")
      }
      let name = use.command.programName
      guard Self.raisers.contains(name), let line = conditions.noNewPrivileges else { return nil }
      return error(
        "service-privileges", "\(name) gains nothing in the service: \(line.words)", use.range,
        "write NoNewPrivileges=no into a drop-in, or name a user for the script instead of \(name)")
    }
  }
}

import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// What can be asked of a host without changing it.
public protocol HostFacts: FileStatusProvider {
  /// The names of its network interfaces; `nil` where they cannot be read.
  var interfaceNames: [String]? { get }
  /// The addresses on an interface now; `nil` where they cannot be read or there is no such interface.
  func addresses(on interface: String) -> [IPAddress]?
  /// The number that a setting of the kernel (sysctl(8)) has, by the parts of its name; `nil` where there is none.
  func kernelSetting(_ parts: [String]) -> Int?
  /// Whether it has a user of that name or number.
  func hasUser(_ name: String) -> Bool
  /// Whether it has a group of that name or number.
  func hasGroup(_ name: String) -> Bool
  /// Whether whoever asks may know the status of a file at all.
  func maySee(_ path: String) -> Bool
  /// Whose numbers a script of a user has; for no user, of the one that scripts run as by default. `nil` where nobody knows.
  func identity(of user: ScriptUser?) -> ScriptIdentity?
}

extension HostFacts {
  /// Nothing is kept from whoever asks.
  public func maySee(_ path: String) -> Bool { true }

  /// None can be read.
  public func addresses(on interface: String) -> [IPAddress]? { nil }
  /// None can be read.
  public func kernelSetting(_ parts: [String]) -> Int? { nil }
  /// Nobody is known.
  public func identity(of user: ScriptUser?) -> ScriptIdentity? { nil }
}

/// Looks at whether a host has what a configuration asks of it: interfaces, users, scripts; and who there can read its passwords.
public enum HostAudit {
  /// What `host` lacks for `loaded`, or has too openly.
  public static func diagnostics(of loaded: LoadedConfiguration, on host: some HostFacts) -> [Diagnostic] {
    missingInterfaces(of: loaded, on: host) + AddressAudit.diagnostics(of: loaded, on: host)
      + unknownUsers(of: loaded, on: host)
      + ScriptAudit.diagnostics(of: loaded, files: host, identities: host.identity)
      + PipeAudit.diagnostics(of: loaded, on: host) + openSecrets(of: loaded, on: host)
  }

  private static func missingInterfaces(of loaded: LoadedConfiguration, on host: some HostFacts) -> [Diagnostic] {
    guard let names = host.interfaceNames else { return [] }
    let mayComeLate = loaded.configuration.global.allowsMissingInterfaces
    let required = loaded.requirements.interfaces.map {
      (
        use: $0, result: mayComeLate ? "; its routers wait for it in FAULT" : ", so the service would not start",
        stops: !mayComeLate
      )
    }
    let awaited = loaded.requirements.awaitedInterfaces.map {
      (use: $0, result: "; a rule waits for it" + (mayComeLate ? "" : ", but keepalived would not start"), stops: false)
    }
    let paced = loaded.requirements.pacedInterfaces.map {
      (
        use: $0, result: "; a garp_group waits for it" + (mayComeLate ? "" : ", but keepalived would not start"),
        stops: false
      )
    }
    let delayed = loaded.requirements.delayedInterfaces.map {
      (
        use: $0, result: "; its delays wait for it" + (mayComeLate ? "" : ", but keepalived would ignore them"),
        stops: false
      )
    }
    return (required + awaited + paced + delayed).filter { !names.contains($0.use.name) }.map { use, result, stops in
      let nearest = Spelling.nearest(to: use.name, in: names.filter { $0 != "lo" })
      let known = names.filter { $0 != "lo" }.sorted().prefix(8).joined(separator: ", ")
      return Diagnostic(
        id: "interface-absent", severity: mayComeLate ? .note : stops ? .error : .warning,
        message: "this host has no interface \(use.name)\(result)",
        range: use.range,
        suggestion: nearest.map { "did you mean \($0)?" }
          ?? "write one that is there\(known.isEmpty ? "" : " (\(known))"), or dynamic_interfaces in global_defs if it comes later"
      )
    }
  }

  /// The checks that can never pass on `host`, because nobody is there to run them: a router that tracks one would be in FAULT for
  /// ever. keepalived takes the check away instead, so that nothing is tracked.
  public static func impossibleChecks(of loaded: LoadedConfiguration, on host: some HostFacts) -> [Diagnostic] {
    unknownUsers(of: loaded, on: host).filter { $0.severity == .error }
  }

  /// The users of the scripts that something tracks.
  private static func usersOfTrackedScripts(_ configuration: Configuration) -> Set<ScriptUser> {
    let references = configuration.routers.flatMap(\.tracked) + configuration.groups.flatMap(\.tracked)
    let trackers = Set(references.map(\.tracker) + configuration.probes.flatMap(\.question.members))
    let tracked = configuration.scripts.filter { trackers.contains(TrackerName(.script, $0.name)) }
    return Set(tracked.compactMap { $0.command.user ?? configuration.global.scriptUser })
  }

  private static func unknownUsers(of loaded: LoadedConfiguration, on host: some HostFacts) -> [Diagnostic] {
    var seen: Set<SourceRange> = []
    let needed = usersOfTrackedScripts(loaded.configuration)
    var found = loaded.scripts.compactMap { use -> Diagnostic? in
      guard let user = use.command.user ?? loaded.configuration.global.scriptUser else { return nil }
      guard let lacks = lack(of: user, on: host) else { return nil }
      // Many scripts may have one user from one line.
      let range = use.userRange ?? (use.command.user == nil ? loaded.requirements.scriptUser : nil) ?? use.range
      guard seen.insert(range).inserted else { return nil }
      return Diagnostic(
        id: "unknown-user", severity: needed.contains(user) ? .error : .warning,
        message: needed.contains(user)
          ? "this host has no \(lacks), so a check that is tracked could never pass"
          : "this host has no \(lacks), so \(use.keyword) would not be run",
        range: range,
        suggestion: "name a user that is there, or add this one with useradd --system")
    }
    if let finding = unknownDefault(of: loaded, on: host), finding.range.map({ !seen.contains($0) }) ?? true {
      found.append(finding)
    }
    return found
  }

  /// What a host lacks of a user and its group, in words.
  static func lack(of user: ScriptUser, on host: some HostFacts) -> String? {
    if !host.hasUser(user.user) { return "user \(user.user)" }
    if let group = user.group, !host.hasGroup(group) { return "group \(group)" }
    return nil
  }

  /// The user that scripts run as which name none, where no script has told of it.
  private static func unknownDefault(of loaded: LoadedConfiguration, on host: some HostFacts) -> Diagnostic? {
    let global = loaded.configuration.global
    if let user = global.scriptUser {
      guard let lacks = lack(of: user, on: host) else { return nil }
      return Diagnostic(
        id: "unknown-user", severity: .warning,
        message: "this host has no \(lacks), so no script would be run that names no user of its own",
        range: loaded.requirements.scriptUser,
        suggestion: "name a user that is there, or add this one with useradd --system")
    }
    guard global.scriptSecurity, let use = loaded.scripts.first(where: { $0.command.user == nil }),
      !host.hasUser(ScriptUser.standard)
    else { return nil }
    return Diagnostic(
      id: "default-user", severity: .warning,
      message:
        "under enable_script_security keepalived runs scripts without a user as \(ScriptUser.standard), whom this host does not have, and leaves them out; martlet runs them as root",
      range: use.range, suggestion: "write script_user in global_defs")
  }

  private static func openSecrets(of loaded: LoadedConfiguration, on host: some HostFacts) -> [Diagnostic] {
    loaded.requirements.filesWithSecrets.compactMap { use in
      guard let status = host.status(of: use.name), status.mode & 0o004 != 0 else { return nil }
      let mode = String(status.mode & 0o777, radix: 8)
      return Diagnostic(
        id: "world-readable-secret", severity: .warning,
        message: "everybody on this host can read the password in \(use.name) (mode 0\(mode))", range: use.range,
        suggestion: "chmod o-r \(use.name)")
    }
  }
}

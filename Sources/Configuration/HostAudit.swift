import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// Facts about a host that can be read without changing it.
package protocol HostFacts: FileStatusProvider {
  /// The names of the network interfaces; `nil` where they cannot be read.
  var interfaceNames: [String]? { get }
  /// The addresses on an interface now; `nil` where they cannot be read or there is no such interface.
  func addresses(on interface: String) -> [IPAddress]?
  /// The number that a kernel setting (sysctl(8)) has, by the parts of its name; `nil` if there is no such setting.
  func kernelSetting(_ parts: [String]) -> Int?
  /// True when the host has a user of that name or number.
  func hasUser(_ name: String) -> Bool
  /// True when the host has a group of that name or number.
  func hasGroup(_ name: String) -> Bool
  /// True when the caller may read the status of the file.
  func maySee(_ path: String) -> Bool
  /// The user and group numbers of a script's user, or of the default script user; `nil` where they are unknown.
  func identity(of user: ScriptUser?) -> ScriptIdentity?
}

extension HostFacts {
  package func maySee(_ path: String) -> Bool { true }

  package func addresses(on interface: String) -> [IPAddress]? { nil }
  package func kernelSetting(_ parts: [String]) -> Int? { nil }
  package func identity(of user: ScriptUser?) -> ScriptIdentity? { nil }
}

/// Checks that a host has what a configuration needs (interfaces, users, scripts), and that no other user can read its passwords.
package enum HostAudit {
  /// Findings for what `host` lacks for `loaded`, and for files with passwords that are too open.
  package static func diagnostics(of loaded: LoadedConfiguration, on host: some HostFacts) -> [Diagnostic] {
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

  /// Findings for checks that can never pass on `host`, because their user does not exist: a router that tracks one would stay in FAULT.
  /// keepalived removes the check instead, so that nothing is tracked.
  package static func impossibleChecks(of loaded: LoadedConfiguration, on host: some HostFacts) -> [Diagnostic] {
    unknownUsers(of: loaded, on: host).filter { $0.severity == .error }
  }

  /// The users of the scripts that are tracked.
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

  /// The part of a user and its group that a host lacks, in words; `nil` if it has both.
  static func lack(of user: ScriptUser, on host: some HostFacts) -> String? {
    if !host.hasUser(user.user) { return "user \(user.user)" }
    if let group = user.group, !host.hasGroup(group) { return "group \(group)" }
    return nil
  }

  /// The finding that the default script user does not exist, unless a script's own finding has said so.
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

import Configuration
import ConfigurationModel
import ConfigurationSyntax
import ControlModel
import PrintableText

/// The tightest unit settings under which a configuration works, as a drop-in.
///
/// Each setting is written in full, tight or open, so that the unit itself or another drop-in does not matter. The needs of scripts are
/// unknown, so with scripts only rights are removed that no script of their users can need.
package struct UnitHardening: Sendable, Hashable {
  package struct Line: Sendable, Hashable {
    package var name: String
    /// The values; several are written as one line each, after an empty line if they form a list.
    package var values: [String]
    /// True when values add up, so that earlier ones must be cleared first.
    package var isList = false
    /// The reason, in one line.
    package var reason: String
  }

  package let lines: [Line]

  /// The settings for the demands of a configuration.
  /// - Parameter groups: The groups that its sockets let in, by number, with the socket.
  package init(_ demands: ServiceDemands, groups: [(group: UInt32, socket: String)] = []) {
    lines = Self.identity(demands, groups) + Self.files(demands) + Self.view(demands) + Self.rest(demands)
  }

  /// The text of the drop-in.
  /// - Parameter file: Path of the configuration.
  package func text(for file: String) -> String {
    var text = """
      # The tightest settings under which martlet does what \(file.printable()) asks of it.
      # Made by `martlet unit`; put it into /etc/systemd/system/martlet.service.d/ and run `systemctl daemon-reload`.
      # `martlet check` then judges the file by them. Make it anew when scripts, probes or tracked things change.
      [Service]

      """
    var reason = ""
    for line in lines {
      // Text from the configuration must not begin a line.
      if line.reason != reason { text += "# \(line.reason.printable())\n" }
      reason = line.reason
      if line.isList { text += "\(line.name)=\n" }
      for value in line.values where !value.isEmpty || !line.isList {
        text += "\(line.name)=\(value.printable())\n"
      }
    }
    return text
  }

  private static let unknown = "Left open, since what scripts need is not known."

  // MARK: User and rights

  private static func identity(
    _ demands: ServiceDemands, _ groups: [(group: UInt32, socket: String)]
  ) -> [Line] {
    if case .root(let reason) = demands.runner {
      return [
        Line(
          name: "User", values: [""],
          reason: "Starts as root: \(reason). Engine and prober become martlet all the same."),
        Line(name: "Group", values: [""], reason: "As the user."),
        Line(name: "AmbientCapabilities", values: [""], isList: true, reason: "Root needs none."),
        Line(name: "CapabilityBoundingSet", values: ["~"], reason: unknown),
        Line(name: "NoNewPrivileges", values: ["no"], reason: unknown),
      ]
    }
    var capabilities = "CAP_NET_ADMIN CAP_NET_RAW"
    var reason = "Addresses, and adverts."
    if case .users(let users) = demands.runner, users != [ScriptUser(user: ServiceUser.usual)] {
      capabilities += " CAP_SETUID CAP_SETGID CAP_KILL"
      reason =
        "Addresses, adverts, and scripts as \(users.map(\.user).joined(separator: ", ")), which it starts and ends."
    }
    var lines = [
      Line(name: "User", values: [ServiceUser.usual], reason: "Nothing in the file needs root."),
      Line(
        name: "Group", values: [ServiceUser.usual],
        reason: "Who may read the configuration: chgrp martlet, chmod 640."),
      Line(name: "AmbientCapabilities", values: [capabilities], isList: true, reason: reason),
      Line(name: "CapabilityBoundingSet", values: [capabilities], isList: true, reason: "And nothing beyond that."),
      Line(
        name: "NoNewPrivileges", values: ["yes"],
        reason: demands.runner == .nobody
          ? "Nothing is started that could gain any." : "sudo and its like gain nothing in scripts."),
    ]
    if !groups.isEmpty {
      lines.append(
        Line(
          name: "SupplementaryGroups", values: Set(groups.map(\.group)).sorted().map { "\($0)" }, isList: true,
          reason: "Let in by \(groups.map(\.socket).joined(separator: ", "))."))
    }
    return lines
  }

  // MARK: Files

  private static func files(_ demands: ServiceDemands) -> [Line] {
    guard demands.runner == .nobody else {
      return ["ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices"].map {
        Line(name: $0, values: ["no"], reason: unknown)
      } + [Line(name: "DevicePolicy", values: ["auto"], reason: unknown)]
    }
    func sees(_ folders: [String]) -> String? {
      demands.visiblePaths.first { path in folders.contains { path.hasPrefix($0 + "/") } }
    }
    let home = sees(["/home", "/root", "/run/user"])
    let temporary = sees(["/tmp", "/var/tmp"])
    var lines = [
      Line(
        name: "ProtectSystem", values: ["strict"],
        reason: "Writes only to /run/martlet, /var/lib/martlet, /var/log/martlet and what ReadWritePaths= names."),
      Line(
        name: "ReadWritePaths", values: demands.writtenFolders, isList: true,
        reason: demands.writtenFolders.isEmpty ? "Which is nothing." : "FIFOs and first numbers are made there."),
      Line(
        name: "ProtectHome", values: [home == nil ? "yes" : "read-only"],
        reason: home.map { "It reads \($0)." } ?? "Nothing in the file is there."),
      Line(
        name: "PrivateTmp", values: [temporary == nil ? "yes" : "no"],
        reason: temporary.map { "\($0) is everybody's." } ?? "Nothing in the file is there."),
      Line(name: "PrivateDevices", values: ["yes"], reason: "It needs no hardware."),
      Line(name: "DevicePolicy", values: ["closed"], reason: "Nor that of others."),
    ]
    lines.append(Line(name: "PrivateMounts", values: ["yes"], reason: "It mounts nothing."))
    return lines
  }

  // MARK: View of the host

  private static func view(_ demands: ServiceDemands) -> [Line] {
    let seen = demands.processes
    let hides = seen.isEmpty && demands.runner == .nobody
    let why =
      hides
      ? "Nothing looks at other processes."
      : seen.isEmpty ? unknown : "It looks for \(seen.prefix(4).joined(separator: ", "))."
    // Ordinary users, and the remaining capabilities, cannot change these anyway.
    let isRoot = if case .root = demands.runner { true } else { false }
    let value = isRoot ? "no" : "yes"
    return [
      Line(name: "ProtectProc", values: [hides ? "invisible" : "default"], reason: why),
      Line(
        name: "ProtectKernelTunables", values: [value],
        reason: isRoot ? unknown : "ARP settings are changed by netlink, and no others."),
      Line(name: "ProtectKernelModules", values: [value], reason: isRoot ? unknown : "It loads none."),
      Line(name: "ProtectKernelLogs", values: [value], reason: isRoot ? unknown : "It reads none."),
      Line(name: "ProtectControlGroups", values: [value], reason: isRoot ? unknown : "It changes none."),
      Line(name: "ProtectClock", values: [value], reason: isRoot ? unknown : "It only reads the clock."),
      Line(name: "ProtectHostname", values: [value], reason: isRoot ? unknown : "It only reads the name."),
    ]
  }

  // MARK: Calls

  private static func rest(_ demands: ServiceDemands) -> [Line] {
    let always = [
      Line(name: "LockPersonality", values: ["yes"], reason: "No script runs as on another system."),
      Line(name: "KeyringMode", values: ["private"], reason: "Its keys are its own."),
    ]
    guard demands.runner == .nobody else {
      let open = [
        "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "MemoryDenyWriteExecute", "RemoveIPC",
      ].map { Line(name: $0, values: ["no"], reason: unknown) }
      return always + open + [
        Line(name: "RestrictAddressFamilies", values: [""], isList: true, reason: unknown),
        Line(name: "SystemCallArchitectures", values: [""], isList: true, reason: unknown),
        Line(
          name: "SystemCallFilter", values: ["~@obsolete @cpu-emulation"], isList: true,
          reason: "Left open but for what nothing of today calls."),
        Line(
          name: "SystemCallErrorNumber", values: ["EPERM"], reason: "A call that is barred fails; nothing is killed."),
      ]
    }
    return always + [
      Line(
        name: "RestrictAddressFamilies", values: ["AF_UNIX AF_NETLINK AF_PACKET AF_INET AF_INET6"], isList: true,
        reason: "Log and status; addresses; ARP; adverts and probes."),
      Line(name: "RestrictNamespaces", values: ["yes"], reason: "It makes none."),
      Line(name: "RestrictRealtime", values: ["yes"], reason: "It keeps the scheduling that it is started with."),
      Line(name: "RestrictSUIDSGID", values: ["yes"], reason: "It makes no such files."),
      Line(name: "MemoryDenyWriteExecute", values: ["yes"], reason: "It compiles nothing as it runs."),
      Line(name: "RemoveIPC", values: ["yes"], reason: "It leaves nothing behind."),
      Line(
        name: "SystemCallArchitectures", values: ["native"], isList: true,
        reason: "It is one program, of this host's kind."),
      Line(
        name: "SystemCallFilter",
        values: ["@system-service", "~@clock @cpu-emulation @debug @module @mount @obsolete @raw-io @reboot @swap"],
        isList: true, reason: "What services call, without what changes the host."),
      Line(name: "SystemCallErrorNumber", values: ["EPERM"], reason: "A call that is barred fails; nothing is killed."),
      Line(name: "UMask", values: ["0077"], reason: "What it makes is its own."),
    ]
  }
}

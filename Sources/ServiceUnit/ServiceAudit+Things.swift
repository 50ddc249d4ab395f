import Configuration
import ConfigurationModel
import ConfigurationSyntax

/// Checks of processes, files, sockets and FIFOs.
extension ServiceAudit {
  // MARK: Processes

  /// Findings for checks of processes that `/proc` hides, and of processes that the service has no right to signal.
  func processes() -> [Diagnostic] {
    var found = requirements.processes.compactMap { use -> Diagnostic? in
      guard let hider = hider(from: conditions.proberName, mayTrace: false) else { return nil }
      return error(
        "service-processes",
        "the service sees only its own processes, so nobody can tell whether \(use.name) runs: \(hider)", use.range,
        "write ProtectProc=default into a drop-in, or ask the service itself with a vrrp_probe (http, tcp, unix)")
    }
    for use in requirements.processScripts {
      let runner = runner(of: use)
      let name = use.command.programName
      // A user that the service cannot become has been reported.
      if let hider = hider(from: runner, mayTrace: conditions.lack(of: "CAP_SYS_PTRACE") == nil) {
        found.append(
          error(
            "service-processes", "\(name) sees only processes of \(runner) in the service: \(hider)", use.range,
            "write ProtectProc=default into a drop-in, or ask the service itself with a vrrp_probe (http, tcp, unix)"))
      } else if ["killall", "pkill"].contains(name), hasNoUser(use), let line = conditions.user {
        found.append(
          error(
            "service-processes",
            "\(name) runs as \(line.value), who may not signal others' processes, since the service has \(line)",
            use.range, "\(replacement(of: use) ?? "write script_user root"), or \(Self.dropIn)"))
      } else if ["killall", "pkill"].contains(name), let identity = host.identity(of: ScriptUser(user: runner)),
        identity.user != 0, use.command.arguments.last != runner
      {
        found.append(
          error(
            "service-processes",
            "\(name) runs as \(runner), who may signal only processes of that user, so it fails for those of others",
            use.range, replacement(of: use) ?? "write script_user root, or ask with pgrep, which signals nothing",
            severity: .warning))
      }
    }
    return found
  }

  private func hasNoUser(_ use: ScriptUse) -> Bool {
    use.command.user == nil && loaded.configuration.global.scriptUser == nil
  }

  /// The cause that hides processes from a user; `nil` for none.
  private func hider(from name: String, mayTrace: Bool) -> String? {
    let isRoot = host.identity(of: ScriptUser(user: name))?.user == 0 || name == "root"
    if let line = conditions.hiding {
      // Root's group may see processes, except in the strictest mode.
      if isRoot, line.value != "ptraceable" || mayTrace { return nil }
      return line.description
    }
    return isRoot ? nil : hostHiding
  }

  /// A replacement without a script for a check that looks for a process by name.
  func replacement(of use: ScriptUse) -> String? {
    guard use.keyword == "script", use.command.asksForProcesses, !use.command.needsShell,
      let name = use.command.arguments.dropFirst().last, !name.hasPrefix("-")
    else { return nil }
    return "write vrrp_track_process NAME { process \(name) } and track_process in place of the script"
  }

  // MARK: Files

  /// Findings for tracked files that the service cannot read, or cannot initialize.
  func numberFiles() -> [Diagnostic] {
    requirements.numberFiles.compactMap { use in
      if let line = conditions.paths.hider(of: use.path) { return unseen(use.path, use.range, line) }
      if use.isWritten, let line = conditions.paths.protector(of: use.path) {
        return error(
          "service-path", "init_file cannot write \(use.path): \(line)", use.range,
          "write ReadWritePaths=\(ServicePaths.folder(of: use.path)) into a drop-in")
      }
      guard let access = access(conditions.userName) else { return nil }
      if use.isWritten, host.status(of: use.path) == nil,
        let bar = access.bar(to: ServicePaths.folder(of: use.path), .write)
      {
        return error(
          "service-file", "init_file cannot make \(use.path), since \(conditions.userName) may not write to \(bar)",
          use.range, "put it where \(conditions.userName) may write, as /run/martlet")
      }
      guard let bar = access.bar(to: use.path, .read) else { return nil }
      return unreadable(use.path, by: conditions.userName, bar, use.range)
    }
  }

  /// Findings for certificates and keys that cannot be read.
  func keyFiles() -> [Diagnostic] {
    loaded.files.compactMap { use in
      if let line = conditions.paths.hider(of: use.path) { return unseen(use.path, use.range, line) }
      guard let bar = access(conditions.proberName)?.bar(to: use.path, .read) else { return nil }
      return unreadable(use.path, by: conditions.proberName, bar, use.range)
    }
  }

  private func unreadable(_ path: String, by name: String, _ bar: String, _ range: SourceRange) -> Diagnostic {
    error(
      "service-file", "\(path) is read by \(name), who may not because of \(bar)", range,
      "let \(name) read it, as by chgrp \(name) and chmod g+r")
  }

  private func unseen(_ path: String, _ range: SourceRange, _ line: UnitAssignment) -> Diagnostic {
    error(
      "service-path", "the service does not see \(path): \(line)", range,
      "move it to where the service sees it, or write \(line.name)=no into a drop-in")
  }

  // MARK: Sockets and FIFOs

  /// Findings for sockets of probes to which the prober may not connect.
  func sockets() -> [Diagnostic] {
    requirements.sockets.compactMap { use in
      if let line = conditions.paths.hider(of: use.name) { return unseen(use.name, use.range, line) }
      let name = conditions.proberName
      guard let bar = access(name)?.bar(to: use.name, .write) else { return nil }
      let group = host.status(of: use.name).map { "\($0.group)" } ?? "GROUP"
      return error(
        "service-socket", "\(use.name) is asked by \(name), who may not connect to it because of \(bar)", use.range,
        "write SupplementaryGroups= with the socket's group (\(group)) into a drop-in, or have it made for \(name)")
    }
  }

  /// Findings for FIFOs that cannot be made in their folder.
  func fifos() -> [Diagnostic] {
    requirements.fifos.compactMap { use in
      if let line = conditions.paths.hider(of: use.path) { return unseen(use.path, use.range, line) }
      guard host.status(of: use.path) == nil else {
        guard let bar = access(conditions.userName)?.bar(to: use.path, .write) else { return nil }
        return error(
          "service-file", "\(use.keyword): \(conditions.userName) may not write to \(bar)", use.range,
          "chown \(conditions.userName) \(use.path), or take it away, so that the service makes it")
      }
      if let line = conditions.paths.protector(of: use.path) {
        return error(
          "service-path", "\(use.keyword): \(use.path) cannot be made: \(line)", use.range,
          "write ReadWritePaths=\(ServicePaths.folder(of: use.path)) into a drop-in")
      }
      guard let bar = access(conditions.userName)?.bar(to: ServicePaths.folder(of: use.path), .write) else {
        return nil
      }
      return error(
        "service-file",
        "\(use.keyword): \(use.path) cannot be made, since \(conditions.userName) may not write to \(bar)",
        use.range, "put it where \(conditions.userName) may write, as /run/martlet")
    }
  }
}

import Configuration
import ConfigurationModel
import ConfigurationSyntax

/// What is looked at: processes, files, sockets and FIFOs.
extension ServiceAudit {
  // MARK: Processes

  /// The processes that are looked for where `/proc` hides them, and those that are to be signalled without the right to.
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
      // Whom the service cannot become has been said.
      if let hider = hider(from: runner, mayTrace: conditions.lack(of: "CAP_SYS_PTRACE") == nil) {
        found.append(
          error(
            "service-processes", "\(name) sees only processes of \(runner) in the service: \(hider)", use.range,
            "write ProtectProc=default into a drop-in, or ask the service itself with a vrrp_probe (http, tcp, unix)"))
      } else if ["killall", "pkill"].contains(name), hasNoUser(use), let line = conditions.user {
        found.append(
          error(
            "service-processes",
            "\(name) runs as \(line.value), who may not signal others' processes, since the service has \(line.words)",
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

  /// What hides processes from somebody.
  private func hider(from name: String, mayTrace: Bool) -> String? {
    let isRoot = host.identity(of: ScriptUser(user: name))?.user == 0 || name == "root"
    if let line = conditions.hiding {
      // The group of root is let in, but for the strictest.
      if isRoot, line.value != "ptraceable" || mayTrace { return nil }
      return line.words
    }
    return isRoot ? nil : hostHiding
  }

  /// The lines that ask the same without a script, for a check that looks for a process by its name.
  func replacement(of use: ScriptUse) -> String? {
    guard use.keyword == "script", use.command.asksForProcesses, !use.command.needsShell,
      let name = use.command.arguments.dropFirst().last, !name.hasPrefix("-")
    else { return nil }
    return "write vrrp_track_process NAME { process \(name) } and track_process in place of the script"
  }

  // MARK: Files

  /// Tracked files that the service cannot read, or not begin.
  func numberFiles() -> [Diagnostic] {
    requirements.numberFiles.compactMap { use in
      if let line = conditions.paths.hider(of: use.path) { return unseen(use.path, use.range, line) }
      if use.isWritten, let line = conditions.paths.protector(of: use.path) {
        return error(
          "service-path", "init_file cannot write \(use.path): \(line.words)", use.range,
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

  /// Certificates and keys.
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
      "service-path", "the service does not see \(path): \(line.words)", range,
      "move it to where the service sees it, or write \(line.name)=no into a drop-in")
  }

  // MARK: Sockets and FIFOs

  /// The sockets of probes that the prober may not connect to.
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

  /// FIFOs that cannot be made where they are to be.
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
          "service-path", "\(use.keyword): \(use.path) cannot be made: \(line.words)", use.range,
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

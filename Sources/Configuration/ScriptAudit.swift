import ConfigurationModel
import ConfigurationSyntax

/// A program that a configuration names, with its first place.
package struct ScriptUse: Sendable, Hashable {
  /// The keyword, such as `notify_master`.
  package var keyword: String
  package var command: CommandDefinition
  package var range: SourceRange
  /// Place of the command's own user, if it has one.
  package var userRange: SourceRange?
}

/// User and groups of a script on a host, as numbers.
package struct ScriptIdentity: Sendable, Hashable {
  package var user: UInt32
  package var groups: [UInt32]

  package init(user: UInt32, groups: [UInt32]) {
    self.user = user
    self.groups = groups
  }

  package static let root = ScriptIdentity(user: 0, groups: [0])
}

/// Checks that the programs of a configuration exist, can be run by their user, and cannot be changed by others. Interpreters that
/// scripts name, and scripts that are an interpreter's first word, are programs too, although keepalived checks neither.
///
/// No finding is an error: a script may come with a mount or a package after the start.
package struct ScriptAudit {
  /// Gives the numbers of a user, or of the default script user; `nil` where they are unknown.
  package typealias Identities = (ScriptUser?) -> ScriptIdentity?

  private let use: ScriptUse
  private let identity: ScriptIdentity?
  private let isStrict: Bool
  private let files: any FileStatusProvider

  /// Findings for the programs of `loaded`, as `files` sees them.
  package static func diagnostics(
    of loaded: LoadedConfiguration, files: some FileStatusProvider, identities: Identities = { _ in nil }
  ) -> [Diagnostic] {
    let global = loaded.configuration.global
    return loaded.scripts.compactMap { use in
      let user = use.command.user ?? global.scriptUser
      let isRoot = user == nil || user?.user == "root" || user?.user == "0"
      let audit = ScriptAudit(
        use: use, identity: identities(user) ?? (isRoot ? .root : nil), isStrict: global.scriptSecurity, files: files)
      return audit.finding()
    }
  }

  /// `loaded` with the findings for its programs added, in the order of their places.
  package static func audited(
    _ loaded: LoadedConfiguration, files: some FileStatusProvider, identities: Identities = { _ in nil }
  ) -> LoadedConfiguration {
    var audited = loaded
    for finding in diagnostics(of: loaded, files: files, identities: identities) {
      // The finding goes after the last one of its file that does not come later; findings of a file stand together.
      let before = audited.diagnostics.lastIndex { other in
        guard let place = other.range, let own = finding.range, place.path == own.path else { return false }
        return place.line <= own.line
      }
      let first = audited.diagnostics.firstIndex { $0.range?.path == finding.range?.path }
      audited.diagnostics.insert(finding, at: before.map { $0 + 1 } ?? first ?? audited.diagnostics.endIndex)
    }
    return audited
  }

  private func finding() -> Diagnostic? {
    guard let name = use.command.arguments.first else { return nil }
    // Words that a shell interprets are not checked.
    if use.command.needsShell, !name.hasPrefix("/") || CommandWords(name.utf8).needsShell { return nil }
    guard name.contains("/") else { return findingOnSearch(name) }
    let path = name.hasPrefix("/") ? name : "/" + (name.hasPrefix("./") ? String(name.dropFirst(2)) : name)
    if let finding = finding(on: path, changed: use.keyword) ?? findingInFirstLine(path) { return finding }
    if path != name {
      return warning(
        "script-relative", "\(name) is looked for from / here, and by keepalived from where it was started",
        suggestion: "write the whole path")
    }
    return findingBehind(path)
  }

  private func findingOnSearch(_ name: String) -> Diagnostic? {
    let candidates = CommandDefinition.searchPath.map { $0 + "/" + name }
    guard let found = candidates.first(where: { files.status(of: $0) != nil }) else {
      return warning(
        "script-missing", "\(name) is in no directory of the search path, \(consequence)",
        suggestion: "write the whole path of a program that is there")
    }
    let finding = finding(on: found, changed: use.keyword) ?? findingInFirstLine(found) ?? findingBehind(found)
    if let finding { return finding }
    return Diagnostic(
      id: "script-search", severity: .note,
      message: "\(name) is found as \(found), and elsewhere perhaps as another file",
      range: use.range, suggestion: "write \(found)")
  }

  private func findingInFirstLine(_ path: String) -> Diagnostic? {
    guard let fault = files.firstLineFault(of: path) else { return nil }
    let line = ScriptFirstLine(path: path, fault: fault, keyword: use.keyword, isRunByShell: use.command.needsShell)
    return line.message.map { warning("script-first-line", $0, suggestion: line.suggestion) }
  }

  /// The first finding for the program's interpreter, and for the script that it interprets.
  private func findingBehind(_ path: String) -> Diagnostic? {
    var others: [String] = []
    if let words = files.interpreter(of: path) {
      others += words.prefix(1)
      if words.count > 1, words[0].hasSuffix("/env"), let name = words[1].split(separator: " ").first, name.first != "-"
      {
        let candidates = CommandDefinition.searchPath.map { $0 + "/" + name }
        others.append(candidates.first { files.status(of: $0) != nil } ?? String(name))
      }
    }
    for other in others {
      guard other.hasPrefix("/"), files.status(of: other) != nil else {
        return warning(
          "script-interpreter", "\(path) is to be run by \(other), which does not exist, \(failure)",
          suggestion: "install \(other), or name another interpreter in the first line of \(path)")
      }
      if let finding = finding(on: other, changed: "\(path)") { return finding }
    }
    guard let script = use.command.interpretedScript else { return nil }
    return finding(on: script, changed: path, isRead: true)
  }

  /// - Parameters:
  ///   - runner: The program or keyword that runs the file, for the finding.
  ///   - isRead: True when an interpreter reads the file, so that it need not be executable.
  private func finding(on path: String, changed runner: String, isRead: Bool = false) -> Diagnostic? {
    guard let status = files.status(of: path) else {
      return warning(
        "script-missing", "\(path) does not exist, \(isRead ? failure : consequence)",
        suggestion: "put the script there, or write the path of one that is there")
    }
    guard status.isRegular else {
      return warning(
        "script-not-regular", "\(path) is not a regular file, \(isRead ? failure : consequence)",
        suggestion: "write the path of a program or a script")
    }
    guard isRead || status.mode & 0o111 != 0 else {
      return warning(
        "script-not-executable", "\(path) is not executable, \(consequence)", suggestion: "chmod +x \(path)")
    }
    if let identity, let barred = barredPart(of: path, for: identity, bit: isRead ? 0o4 : 0o1) {
      return warning(
        "script-not-executable",
        "the user of this script may not \(isRead ? "read" : "run") \(path), because of \(barred), "
          + (isRead ? failure : consequence),
        suggestion: "give the user that right, or name a user that has it")
    }
    guard identity?.user == 0 else {
      guard status.mode & 0o002 != 0 else { return nil }
      return warning(
        "script-writable", "everybody on this host can change \(path) (\(Self.mode(status))), which \(runner) runs",
        suggestion: "chmod o-w \(path)")
    }
    guard let culprit = changeablePart(of: path) else { return nil }
    return warning(
      "script-writable",
      "\(path) is run as root, and others than root can change \(culprit.description)" + refusal(runner),
      suggestion: "let \(culprit.part) belong to root and be writable by nobody else, or name a script_user")
  }

  /// The consequence of a program that cannot be run, to follow a comma.
  private var consequence: String {
    use.keyword == "script"
      ? use.command.needsShell
        ? "so the check would fail; keepalived takes such a check away"
        : "so what tracks the check does without it until it can be run"
      : "so \(use.keyword) would fail"
  }

  /// The consequence of a fault that keepalived does not look for, to follow a comma.
  private var failure: String { use.keyword == "script" ? "so the check would fail" : "so \(use.keyword) would fail" }

  private func refusal(_ runner: String) -> String {
    guard isStrict, runner == use.keyword else { return "" }
    return use.keyword == "script"
      ? "; under enable_script_security it is not run, and what tracks it does without it"
      : "; under enable_script_security it is not run"
  }

  /// The first part of a path, from the root down, that a user other than root can change, and its description.
  private func changeablePart(of path: String) -> (part: String, description: String)? {
    var part = ""
    for name in path.split(separator: "/") {
      part += "/" + name
      guard let status = files.status(of: part) else { return nil }
      if status.owner != 0 { return (part, "\(part) (it belongs to user \(status.owner))") }
      // In a sticky directory nobody can replace what belongs to another.
      if status.mode & 0o022 != 0 && !(status.isDirectory && status.mode & 0o1000 != 0) {
        return (part, "\(part) (\(Self.mode(status)))")
      }
    }
    return nil
  }

  /// The first part of a path that `identity` may not pass, with its mode. Root only needs a file that anybody may run.
  private func barredPart(of path: String, for identity: ScriptIdentity, bit: UInt32) -> String? {
    guard identity.user != 0 else { return nil }
    var part = ""
    for name in path.split(separator: "/") {
      part += "/" + name
      guard let status = files.status(of: part) else { return nil }
      let shift: UInt32 = status.owner == identity.user ? 6 : identity.groups.contains(status.group) ? 3 : 0
      let wanted = status.isDirectory ? 0o1 : bit
      if status.mode >> shift & wanted == 0 { return "\(part) (\(Self.mode(status)))" }
    }
    return nil
  }

  private static func mode(_ status: FileStatus) -> String { "mode 0" + String(status.mode, radix: 8) }

  private func warning(_ id: String, _ message: String, suggestion: String? = nil) -> Diagnostic {
    Diagnostic(id: id, severity: .warning, message: message, range: use.range, suggestion: suggestion)
  }
}

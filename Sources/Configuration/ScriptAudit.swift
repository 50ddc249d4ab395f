import ConfigurationSyntax

/// A program that a configuration names, where it names it first.
public struct ScriptUse: Sendable, Hashable {
  /// The keyword that names it, as `notify_master`.
  public var keyword: String
  /// The command.
  public var command: CommandDefinition
  /// Where the command stands.
  public var range: SourceRange
  /// Where its user stands, if it has one of its own.
  public var userRange: SourceRange?
}

/// Looks at the programs a configuration names: whether they are there, can be run, and cannot be changed by others.
///
/// What it finds is never an error: a script may come with a mount, or a package, after the start.
public enum ScriptAudit {
  /// What is wrong with the programs of `loaded`, as `files` sees them.
  public static func diagnostics(
    of loaded: LoadedConfiguration, files: some FileStatusProvider
  ) -> [Diagnostic] {
    let global = loaded.configuration.global
    return loaded.scripts.compactMap { use in
      let user = use.command.user ?? global.scriptUser
      return finding(use, runsAsRoot: user == nil || user?.user == "root" || user?.user == "0", files)
    }
  }

  /// `loaded` with what is wrong with its programs among its findings, in the order of their places.
  public static func audited(_ loaded: LoadedConfiguration, files: some FileStatusProvider) -> LoadedConfiguration {
    var audited = loaded
    for finding in diagnostics(of: loaded, files: files) {
      // After the last finding of its file that does not come later; those of a file stand together.
      let before = audited.diagnostics.lastIndex { other in
        guard let place = other.range, let own = finding.range, place.path == own.path else { return false }
        return place.line <= own.line
      }
      let first = audited.diagnostics.firstIndex { $0.range?.path == finding.range?.path }
      audited.diagnostics.insert(finding, at: before.map { $0 + 1 } ?? first ?? audited.diagnostics.endIndex)
    }
    return audited
  }

  private static func finding(
    _ use: ScriptUse, runsAsRoot: Bool, _ files: some FileStatusProvider
  ) -> Diagnostic? {
    // A name without a slash is looked up in PATH, and a shell's line is the shell's affair.
    guard let path = use.command.arguments.first, path.hasPrefix("/"), !use.command.needsShell else { return nil }
    guard let status = files.status(of: path) else {
      return warning(
        "script-missing", "\(path) does not exist, so \(use.keyword) would fail", use,
        suggestion: "put the script there, or write the path of one that is there")
    }
    guard status.isRegular else {
      return warning(
        "script-not-regular", "\(path) is not a regular file, so \(use.keyword) would fail", use,
        suggestion: "write the path of a program or a script")
    }
    guard status.mode & 0o111 != 0 else {
      return warning(
        "script-not-executable", "\(path) is not executable, so \(use.keyword) would fail", use,
        suggestion: "chmod +x \(path)")
    }
    guard runsAsRoot else {
      guard status.mode & 0o002 != 0 else { return nil }
      return warning(
        "script-writable", "everybody on this host can change \(path), which \(use.keyword) runs", use,
        suggestion: "chmod o-w \(path)")
    }
    guard let culprit = changeablePart(of: path, files) else { return nil }
    return warning(
      "script-writable", "\(path) is run as root, and others than root can change \(culprit)", use,
      suggestion: "let \(culprit) belong to root and be writable by nobody else, or name a script_user")
  }

  /// The first part of a path that someone other than root can change, from the root down.
  private static func changeablePart(of path: String, _ files: some FileStatusProvider) -> String? {
    var part = ""
    for name in path.split(separator: "/") {
      part += "/" + name
      guard let status = files.status(of: part) else { return nil }
      // In a sticky directory nobody can replace what belongs to another.
      let shared = status.mode & 0o022 != 0 && !(status.isDirectory && status.mode & 0o1000 != 0)
      if status.owner != 0 || shared { return part }
    }
    return nil
  }

  private static func warning(
    _ id: String, _ message: String, _ use: ScriptUse, suggestion: String? = nil
  ) -> Diagnostic {
    Diagnostic(id: id, severity: .warning, message: message, range: use.range, suggestion: suggestion)
  }
}

import Configuration
import ConfigurationSyntax
import Glibc
import LinuxSystem
import NetworkTypes

/// Turns commands of the configuration into processes: finds the program, checks who may have written it, sets who runs it.
final class CommandLauncher {
  private let loop: EventLoop
  private let drains: OutputDrains
  private let groups: RunningGroups
  private let identities: ScriptIdentities
  /// Whether a program that root would run and someone else can change is refused.
  let isStrict: Bool
  private let openFiles: ResourceLimit?
  private let sandboxes: Sandboxes?
  private let patience = StartPatience()
  private let makeSandbox: (_ hasNetwork: Bool) throws(SystemError) -> Sandbox

  init(
    loop: EventLoop, drains: OutputDrains, groups: RunningGroups, identities: ScriptIdentities, isStrict: Bool,
    openFiles: ResourceLimit? = nil, sandboxes: Sandboxes? = nil,
    makeSandbox: @escaping (_ hasNetwork: Bool) throws(SystemError) -> Sandbox = {
      (hasNetwork) throws(SystemError) in try Sandbox(hasNetwork: hasNetwork)
    }
  ) {
    self.makeSandbox = makeSandbox
    self.sandboxes = sandboxes
    self.openFiles = openFiles
    self.loop = loop
    self.drains = drains
    self.groups = groups
    self.identities = identities
    self.isStrict = isStrict
  }

  /// Starts a command. Nothing of this process's environment or descriptors reaches it.
  /// - Parameters:
  ///   - extra: words added after the command's own.
  ///   - environment: `NAME=value` entries beside the fixed ones.
  ///   - limit: how long it may run.
  ///   - sandbox: what it is kept from; where the kernel cannot do that it is not run.
  ///   - endsWithProber: whether it is killed with all it started when this process dies, so that the next may start another.
  func launch(
    _ command: CommandDefinition, extra: [String] = [], environment: [String] = [], limit: Nanoseconds,
    endsWithProber: Bool = false, sandbox: ScriptCheckDefinition.Sandbox = .off,
    completion: @escaping (CommandOutcome) -> Void
  ) throws(ScriptIdentities.Refusal) -> CommandRun {
    let identity = try identities.identity(for: command.user)
    let program = try program(of: command)
    if isStrict, let weakness = weakness(of: program, command, identity) {
      throw ScriptIdentities.Refusal(description: "refused: \(weakness)")
    }
    var request = SpawnRequest(
      executable: program, arguments: Self.arguments(of: command, extra: extra),
      environment: [
        "PATH=" + CommandDefinition.searchPath.joined(separator: ":"), "HOME=" + identity.home, "USER=" + identity.name,
        "LOGNAME=" + identity.name, "SHELL=/bin/sh", "LC_ALL=C.UTF-8",
      ] + environment)
    request.workingDirectory = "/"
    request.fileCreationMask = 0o022
    if let openFiles { request.limits.append(openFiles) }
    // A check needs none of what the service may have been given for its engine.
    if endsWithProber { request.limits += Self.checkLimits }
    request.sandbox = try self.sandbox(sandbox)
    if identity.changes {
      request.userID = identity.userID
      request.groupID = identity.groupID
      request.supplementaryGroups = identity.groups
    }
    do {
      return try CommandRun(
        request, limit: limit, loop: loop, drains: drains, groups: endsWithProber ? groups : nil,
        sandboxes: sandboxes, patience: patience, completion: completion)
    } catch {
      let step = error.operation == "execute" ? "" : "\(error.operation): "
      throw ScriptIdentities.Refusal(
        description: "cannot run: \(step)\(SystemError.reason(error.errno))",
        isShortage: [EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY].contains(error.errno))
    }
  }

  /// No memory dumps, no more locked memory than the kernel gives by itself, no real-time scheduling.
  private static let checkLimits: [ResourceLimit] = [
    .coreSize(0), .lockedMemory(8 << 20), .realTimePriority(0),
  ]

  private func sandbox(_ kind: ScriptCheckDefinition.Sandbox) throws(ScriptIdentities.Refusal) -> Sandbox? {
    guard kind != .off else { return nil }
    do {
      return try makeSandbox(kind == .withNetwork)
    } catch {
      throw ScriptIdentities.Refusal(
        description: "refused: there is no sandbox: this kernel has no Landlock, or does not let it be used "
          + "(\(SystemError.reason(error.errno)))")
    }
  }

  /// Why a command that root would run is not safe to run; `nil` when it is, or when its program is not to be found.
  func weakness(of command: CommandDefinition) -> String? {
    guard let identity = try? identities.identity(for: command.user), let program = try? program(of: command) else {
      return nil
    }
    return weakness(of: program, command, identity)
  }

  /// Why the interpreter of a command that root would run, or the script that its program interprets, is not safe; `nil` when it is.
  /// keepalived looks at neither, so that is no reason to refuse it.
  func weaknessBehind(_ command: CommandDefinition) -> String? {
    guard let identity = try? identities.identity(for: command.user), identity.userID == 0,
      let program = try? program(of: command)
    else { return nil }
    let named = [command.needsShell ? command.arguments.first : program, command.interpretedScript].compactMap(\.self)
    let files = DiskSourceFiles()
    for path in named where path.hasPrefix("/") {
      if let interpreter = files.interpreter(of: path)?.first, let weakness = ScriptSecurity.weakness(of: interpreter) {
        return weakness
      }
    }
    return command.interpretedScript.flatMap(ScriptSecurity.weakness)
  }

  private func weakness(
    of program: String, _ command: CommandDefinition, _ identity: ScriptIdentities.Identity
  ) -> String? {
    guard identity.userID == 0 else { return nil }
    if let weakness = ScriptSecurity.weakness(of: program) { return weakness }
    guard command.needsShell, let first = command.arguments.first, first.hasPrefix("/") else { return nil }
    return ScriptSecurity.weakness(of: first)
  }

  /// The words that the program gets, its own name first. A shell gets the extra words as `$1` and following.
  private static func arguments(of command: CommandDefinition, extra: [String]) -> [String] {
    guard command.needsShell else { return command.arguments + extra }
    guard !extra.isEmpty else { return ["/bin/sh", "-c", command.text] }
    return ["/bin/sh", "-c", command.text + " \"$@\"", "/bin/sh"] + extra
  }

  private func program(of command: CommandDefinition) throws(ScriptIdentities.Refusal) -> String {
    guard !command.needsShell else { return "/bin/sh" }
    guard let name = command.arguments.first, !name.isEmpty else {
      throw ScriptIdentities.Refusal(description: "cannot run: there is no command")
    }
    guard !name.contains("/") else { return name }
    for directory in CommandDefinition.searchPath where access(directory + "/" + name, X_OK) == 0 {
      return directory + "/" + name
    }
    throw ScriptIdentities.Refusal(description: "cannot run: \(name) is not in any directory of the search path")
  }
}

import ConfigurationSyntax
import ControlModel
import Glibc
import LinuxSystem
import PrintableText
import VRRPCore

/// Starts of the commands of one table: finds the program, checks who may change it, sets user and group.
final class CommandStarts {
  let table: CommandTable
  let identities: ScriptIdentities
  /// Most runs at a time that end with the prober, and most notifications: twice the number of uses in the
  /// configuration, since after a reload or with a new prober some begin before others have ended, and 16 more.
  let mostChecks: Int
  let mostNotifications: Int
  private let environment = ScriptEnvironment()
  private let makeSandbox: (_ hasNetwork: Bool) throws(SystemError) -> Sandbox

  init(_ table: CommandTable, makeSandbox: @escaping (_ hasNetwork: Bool) throws(SystemError) -> Sandbox) {
    self.table = table
    func most(_ commands: some Sequence<CommandTable.Command>) -> Int { commands.reduce(16) { $0 + 2 * Int($1.uses) } }
    mostChecks = most(table.commands.lazy.filter(\.purpose.endsWithProber))
    mostNotifications = most(table.commands.lazy.filter { !$0.purpose.endsWithProber })
    self.makeSandbox = makeSandbox
    identities = ScriptIdentities(fallback: table.fallback, ownUser: geteuid(), ownGroup: getegid())
  }

  func fifo(_ number: UInt32) -> CommandTable.FIFO? {
    table.fifos.indices.contains(Int(number)) ? table.fifos[Int(number)] : nil
  }

  func file(_ number: UInt32) -> CommandTable.File? {
    table.files.indices.contains(Int(number)) ? table.files[Int(number)] : nil
  }

  /// Command at a position of the table.
  func command(_ number: UInt32) throws(StartRefusal) -> CommandTable.Command {
    guard table.commands.indices.contains(Int(number)) else {
      throw StartRefusal(description: "cannot run: the configuration has no such command")
    }
    return table.commands[Int(number)]
  }

  /// Starts a command. It inherits no descriptor of this process. This process does not wait for the disk of the
  /// program: an error in executing it is known when the child has ended.
  func start(
    _ command: CommandTable.Command, telling notification: RunRequest.Notification?, output: Int32,
    note: UnsafeMutablePointer<Int32>?
  ) throws(StartRefusal) -> ChildProcess {
    let identity = try identities.identity(for: command.account)
    let program = try program(of: command)
    if table.isStrict, let weakness = weakness(of: program, command, identity) {
      throw StartRefusal(description: "refused: \(weakness)")
    }
    let (extra, environment) = try additions(notification, command)
    var request = SpawnRequest(
      executable: program, arguments: Self.arguments(of: command, extra: extra),
      environment: self.environment.entries(for: identity, searchPath: table.searchPath) + environment)
    request.workingDirectory = "/"
    request.fileCreationMask = table.mask
    request.sandbox = try sandbox(command.purpose.confinement)
    request.group = request.sandbox == nil ? .own : .session
    request.longestStart = 0
    request.map(output, to: STDOUT_FILENO)
    request.map(output, to: STDERR_FILENO)
    if command.purpose.endsWithProber {
      // A check needs none of the limits that the service may have raised for its engine.
      request.limits += Self.checkLimits
      request.parentDeathSignal = SIGKILL
    }
    if identity.changes {
      request.userID = identity.userID
      request.groupID = identity.groupID
      request.supplementaryGroups = identity.groups
    }
    do {
      return try ChildProcess(request, note: note)
    } catch {
      throw StartRefusal(error)
    }
  }

  /// Arguments after the command's own, and additions to its environment. Only a notification has any, and nothing else
  /// that the prober sends reaches a command.
  private func additions(
    _ notification: RunRequest.Notification?, _ command: CommandTable.Command
  ) throws(StartRefusal) -> (words: [String], environment: [String]) {
    switch (command.purpose, notification) {
    case (.check, nil), (.lifecycle, nil): return ([], [])
    case (.reading(let place), nil):
      guard let fifo = fifo(place) else {
        throw StartRefusal(description: "cannot run: the configuration has no such FIFO")
      }
      return ([fifo.path], [])
    case (.notification(let hasWords), let notification?):
      guard table.subjects.indices.contains(Int(notification.subject)) else {
        throw StartRefusal(description: "cannot run: the configuration has nothing of that name")
      }
      let subject = table.subjects[Int(notification.subject)]
      let words = [subject.kind.rawValue, subject.name, notification.state.rawValue, "\(notification.priority)"]
      let previous = notification.previous?.rawValue ?? RouterState.initialize.label
      return (
        hasWords ? words : [],
        ["MARTLET_CAUSE=" + Self.line(notification.cause), "MARTLET_PREVIOUS_STATE=" + previous]
      )
    case (.notification, nil): throw StartRefusal(description: "cannot run: nothing has happened to notify of")
    case (_, .some): throw StartRefusal(description: "cannot run: the configuration does not notify with it")
    }
  }

  private static let longestCause = 256

  /// Cause as scripts get it, which may use it in any way: one printable line that ends with a whole character.
  private static func line(_ cause: String) -> String {
    var line = ""
    var length = 0
    for character in cause.printable() {
      length += character.utf8.count
      guard length <= longestCause else { break }
      line.append(character)
    }
    return line
  }

  /// Limits of checks: no core dumps, no more locked memory than the kernel's default, no real-time scheduling.
  private static let checkLimits: [ResourceLimit] = [
    .coreSize(0), .lockedMemory(8 << 20), .realTimePriority(0),
  ]

  private func sandbox(_ confinement: CommandTable.Confinement) throws(StartRefusal) -> Sandbox? {
    guard confinement != .none else { return nil }
    do {
      return try makeSandbox(confinement == .withNetwork)
    } catch {
      throw StartRefusal(
        description: "refused: there is no sandbox: this kernel has no Landlock, or does not let it be used "
          + "(\(SystemError.reason(error.errno)))")
    }
  }

  /// Arguments of the program, its own name first. A shell gets the extra arguments as `$1` and following.
  private static func arguments(of command: CommandTable.Command, extra: [String]) -> [String] {
    guard command.needsShell else { return command.arguments + extra }
    guard !extra.isEmpty else { return ["/bin/sh", "-c", command.text] }
    return ["/bin/sh", "-c", command.text + " \"$@\"", "/bin/sh"] + extra
  }

  private func program(of command: CommandTable.Command) throws(StartRefusal) -> String {
    guard !command.needsShell else { return "/bin/sh" }
    guard let name = command.arguments.first, !name.isEmpty else {
      throw StartRefusal(description: "cannot run: there is no command")
    }
    guard !name.contains("/") else { return name }
    for directory in table.searchPath where access(directory + "/" + name, X_OK) == 0 {
      return directory + "/" + name
    }
    throw StartRefusal(description: "cannot run: \(name) is not in any directory of the search path")
  }
}

/// Checks of the programs that root runs.
extension CommandStarts {
  /// Programs that root will run and others can change, each place once. Those that are refused anyway are left out.
  func weaknesses() -> [StartReply] {
    var said: Set<String> = []
    var found: [StartReply] = []
    for command in table.commands {
      let own = table.isStrict ? nil : weakness(of: command)
      guard let reason = own ?? weaknessBehind(command), said.insert(reason).inserted else { continue }
      found.append(.weakness(command: command.text, reason: reason, isOwn: own != nil))
    }
    return found
  }

  private func weakness(of command: CommandTable.Command) -> String? {
    guard let identity = try? identities.identity(for: command.account), let program = try? program(of: command) else {
      return nil
    }
    return weakness(of: program, command, identity)
  }

  /// Reason for which the interpreter of a command of root's, or the script that its program interprets, is not safe;
  /// `nil` if it is. keepalived checks neither, so this is no reason to refuse the command.
  private func weaknessBehind(_ command: CommandTable.Command) -> String? {
    guard let identity = try? identities.identity(for: command.account), identity.userID == 0,
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
    of program: String, _ command: CommandTable.Command, _ identity: ScriptIdentities.Identity
  ) -> String? {
    guard identity.userID == 0 else { return nil }
    if let weakness = ScriptSecurity.weakness(of: program) { return weakness }
    guard command.needsShell, let first = command.arguments.first, first.hasPrefix("/") else { return nil }
    return ScriptSecurity.weakness(of: first)
  }
}

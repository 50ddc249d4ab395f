import Configuration
import ControlModel

extension CommandTable {
  /// What the starter may start and make for a configuration. Loader and prober come to the same, place by place.
  public init(_ configuration: Configuration) {
    self.init()
    let global = configuration.global
    fallback = global.scriptUser.map(Account.init)
    isStrict = global.scriptSecurity
    searchPath = CommandDefinition.searchPath
    subjects = configuration.subjects.map { Subject(kind: $0.kind, name: $0.name) }
    let notified = Set((configuration.routers.map(\.notify) + configuration.groups.map(\.notify)).compactMap(\.any))
    commands = configuration.commands.map { Command($0, takesWords: notified.contains($0)) }
    fifos = global.fifos.map { FIFO(path: $0.path, owner: $0.owner.map(Account.init)) }
    files = configuration.trackedFiles.map { File(path: $0.path, initialValue: $0.initialValue, overwrites: $0.overwrites) }
  }
}

extension Configuration {
  /// Every instance and group that may be notified of.
  var subjects: [NotifySubject] {
    routers.map { .instance($0.name) } + groups.map { .group($0.name) }
  }

  /// Every command that may be run, each once.
  var commands: [CommandDefinition] {
    var commands = scripts.map(\.command) + global.fifos.compactMap(\.script)
    commands += [global.startupScript, global.shutdownScript].compactMap { $0?.command }
    for notify in routers.map(\.notify) + groups.map(\.notify) { commands += notify.all }
    var seen: Set<CommandDefinition> = []
    return commands.filter { seen.insert($0).inserted }
  }
}

extension GlobalSettings {
  /// The FIFOs that notifications go to; one of a path.
  var fifos: [NotifyFIFO] {
    let all = [notifyFIFO, vrrpNotifyFIFO].compactMap(\.self)
    return all.enumerated().filter { place, fifo in !all[..<place].contains { $0.path == fifo.path } }.map(\.element)
  }
}

extension CommandTable.Account {
  fileprivate init(_ user: ScriptUser) { self.init(user: user.user, group: user.group) }
}

extension CommandTable.Command {
  fileprivate init(_ command: CommandDefinition, takesWords: Bool) {
    self.init(
      arguments: command.arguments, text: command.text, needsShell: command.needsShell,
      interpretedScript: command.interpretedScript, account: command.user.map(CommandTable.Account.init))
    self.takesWords = takesWords
  }
}

extension RunRequest.Confinement {
  init(_ sandbox: ScriptCheckDefinition.Sandbox) {
    switch sandbox {
    case .off: self = .none
    case .closed: self = .closed
    case .withNetwork: self = .withNetwork
    }
  }
}

import ConfigurationModel
import ControlModel

extension CommandTable {
  /// Table of what the starter may start and make for a configuration. Loader and prober make equal tables, in the same
  /// order.
  package init(_ configuration: Configuration) {
    self.init()
    let global = configuration.global
    fallback = global.scriptUser.map(Account.init)
    isStrict = global.scriptSecurity
    mask = global.scriptMask
    searchPath = CommandDefinition.searchPath
    subjects = configuration.subjects.map { Subject(kind: $0.kind, name: $0.name) }
    var counts: [CommandUse: UInt32] = [:]
    for use in configuration.allCommandUses { counts[use, default: 0] += 1 }
    commands = configuration.commandUses.map { Command($0, uses: counts[$0] ?? 1) }
    fifos = global.fifos.map { FIFO(path: $0.path, owner: $0.owner.map(Account.init)) }
    files = configuration.trackedFiles.map {
      File(path: $0.path, initialValue: $0.initialValue, overwrites: $0.overwrites)
    }
  }
}

extension Configuration {
  /// Every instance and group that may be notified of.
  var subjects: [NotifySubject] {
    routers.map { .instance($0.name) } + groups.map { .group($0.name) }
  }

  /// Every command that may be run, once for each purpose.
  var commandUses: [CommandUse] {
    var seen: Set<CommandUse> = []
    return allCommandUses.filter { seen.insert($0).inserted }
  }

  /// Commands of every check, FIFO, instance and group; one that several have appears several times.
  fileprivate var allCommandUses: [CommandUse] {
    var uses = scripts.map { CommandUse(command: $0.command, purpose: .check(.init($0.sandbox))) }
    for (place, fifo) in global.fifos.enumerated() {
      uses += [fifo.script].compactMap(\.self).map { CommandUse(command: $0, purpose: .reading(fifo: UInt32(place))) }
    }
    uses += [global.startupScript, global.shutdownScript].compactMap(\.self).map {
      CommandUse(command: $0.command, purpose: .lifecycle)
    }
    for notify in routers.map(\.notify) + groups.map(\.notify) {
      // One subject runs them one after the other, so that the same command twice counts once.
      var seen: Set<CommandUse> = []
      uses += notify.uses.filter { seen.insert($0).inserted }
    }
    return uses
  }
}

/// Command with the purpose for which it is run.
struct CommandUse: Hashable {
  var command: CommandDefinition
  var purpose: CommandTable.Purpose
}

extension GlobalSettings {
  /// FIFOs to which notifications are written; one for each path.
  var fifos: [NotifyFIFO] {
    let all = [notifyFIFO, vrrpNotifyFIFO].compactMap(\.self)
    return all.enumerated().filter { place, fifo in !all[..<place].contains { $0.path == fifo.path } }.map(\.element)
  }
}

extension CommandTable.Account {
  fileprivate init(_ user: ScriptUser) { self.init(user: user.user, group: user.group) }
}

extension CommandTable.Command {
  fileprivate init(_ use: CommandUse, uses: UInt32) {
    let command = use.command
    self.init(
      arguments: command.arguments, text: command.text, needsShell: command.needsShell,
      interpretedScript: command.interpretedScript, account: command.user.map(CommandTable.Account.init),
      purpose: use.purpose)
    self.uses = uses
  }
}

extension CommandTable.Confinement {
  init(_ sandbox: ScriptCheckDefinition.Sandbox) {
    switch sandbox {
    case .off: self = .none
    case .closed: self = .closed
    case .withNetwork: self = .withNetwork
    }
  }
}

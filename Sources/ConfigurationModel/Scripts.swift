import NetworkTypes
import VRRPCore

/// A user, and a group if one is named, by name or number as the file says.
package struct ScriptUser: Sendable, Hashable {
  /// User name or number.
  package var user: String
  /// Group name or number; the user's own group when `nil`.
  package var group: String?

  /// The user of scripts that name none, for keepalived, if that user exists.
  package static let standard = "keepalived_script"

  /// A user with an optional group.
  package init(user: String, group: String? = nil) {
    self.user = user
    self.group = group
  }
}

extension ScriptUser: ImageRecord {
  static var blank: Self { Self(user: "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&user)
    try field(&group)
  }
}

/// A FIFO for notifications, with the script that reads from it if one is named.
package struct NotifyFIFO: Sendable, Hashable {
  /// Path of the FIFO.
  package var path: String
  /// Owner of the FIFO.
  package var owner: ScriptUser?
  /// The program started to read it, which gets the path as its last argument.
  package var script: CommandDefinition?

  /// A FIFO at `path`.
  package init(path: String) {
    self.path = path
  }
}

extension NotifyFIFO: ImageRecord {
  static var blank: Self { Self(path: "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&path)
    try field(&owner)
    try field(&script)
  }
}

/// A command to run, split into words as keepalived does.
package struct CommandDefinition: Sendable, Hashable {
  /// The words; the first is the program.
  package var arguments: [String]
  /// The line as written, quotes removed.
  package var text: String
  /// keepalived could not run the line as it is meant, so `/bin/sh -c` runs it; see `CommandWords.ShellUse`.
  package var needsShell: Bool
  /// User who runs it; ``GlobalSettings/scriptUser`` if `nil`.
  package var user: ScriptUser?

  /// Folders searched for a program whose name has no slash, and its PATH.
  package static let searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

  /// Name of the program without its folder.
  package var programName: String { arguments.first?.split(separator: "/").last.map(String.init) ?? "" }

  /// True when the program looks for processes by their names.
  package var asksForProcesses: Bool { ["killall", "pidof", "pgrep", "pkill"].contains(programName) }

  /// The script that the program is to run, if it is the shell or another interpreter and a path is its first word.
  package var interpretedScript: String? {
    guard !needsShell, arguments.count > 1, arguments[1].hasPrefix("/"), let program = arguments.first else {
      return nil
    }
    let name = program.split(separator: "/").last ?? ""
    let isInterpreter =
      ["sh", "bash", "dash", "ash", "ksh", "zsh", "perl", "ruby", "php", "lua"].contains(name)
      || name.hasPrefix("python")
    return isInterpreter ? arguments[1] : nil
  }

  /// A command of the given words.
  package init(arguments: [String], text: String, needsShell: Bool = false, user: ScriptUser? = nil) {
    self.arguments = arguments
    self.text = text
    self.needsShell = needsShell
    self.user = user
  }
}

extension CommandDefinition: ImageRecord {
  static var blank: Self { Self(arguments: [], text: "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&arguments)
    try field(&text)
    try field(&needsShell)
    try field(&user)
  }
}

/// `startup_script` or `shutdown_script`.
package struct LifecycleScript: Sendable, Hashable {
  /// Command that is run.
  package var command: CommandDefinition
  /// Longest time for which it may run.
  package var timeout = Nanoseconds.seconds(10)

  /// A script with keepalived's default.
  package init(command: CommandDefinition) {
    self.command = command
  }
}

extension LifecycleScript: ImageRecord {
  static var blank: Self { Self(command: .blank) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&command)
    try field(&timeout)
  }
}

/// `vrrp_script`.
package struct ScriptCheckDefinition: Sendable, Hashable {
  /// Restrictions of a script.
  package enum Sandbox: Sendable, Hashable, CaseIterable {
    /// No restrictions.
    case off
    /// No gain of privileges, no writing and no network (`on`).
    case closed
    /// No gain of privileges and no writing (`network`).
    case withNetwork
  }

  /// Name of the script.
  package var name: String
  /// Command that is run.
  package var command: CommandDefinition
  /// When it runs, and what makes a verdict of its results.
  package var schedule = CheckSchedule()
  /// -253 to 253; 0 makes a failure a fault.
  package var weight = 0
  /// Success and failure are exchanged in the weight.
  package var reverse = false
  /// Confinement of its runs.
  package var sandbox = Sandbox.off

  /// A check with keepalived's defaults.
  package init(name: String, command: CommandDefinition) {
    self.name = name
    self.command = command
  }
}

extension ScriptCheckDefinition.Sandbox: ImageChoice {}

extension ScriptCheckDefinition: ImageRecord {
  static var blank: Self { Self(name: "", command: .blank) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&name)
    try field(&command)
    try field(&schedule)
    try field(&weight)
    try field(&reverse)
    try field(&sandbox)
  }
}

/// Notify scripts of an instance or a sync group.
package struct NotifyDefinition: Sendable, Hashable, Unset {
  /// `notify_master`.
  package var master: CommandDefinition?
  /// `notify_backup`.
  package var backup: CommandDefinition?
  /// `notify_fault`.
  package var fault: CommandDefinition?
  /// `notify_stop`.
  package var stop: CommandDefinition?
  /// `notify`: called on every transition with type, name, state and priority appended.
  package var any: CommandDefinition?
  /// `notify_deleted` with a script.
  package var deleted: CommandDefinition?
  /// True when a router that is no longer configured is reported as DELETED and not as FAULT (`notify_deleted`).
  package var reportsDeletion = false
  /// `notify_master_rx_lower_pri`.
  package var masterHeardLowerPriority: CommandDefinition?
  /// True when priority changes are written to the FIFOs (`notify_priority_changes`).
  package var priorityChanges = false

  /// No scripts.
  package init() {}
}

extension NotifyDefinition: ImageRecord {
  static var blank: Self { Self() }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&master)
    try field(&backup)
    try field(&fault)
    try field(&stop)
    try field(&any)
    try field(&deleted)
    try field(&reportsDeletion)
    try field(&masterHeardLowerPriority)
    try field(&priorityChanges)
  }
}

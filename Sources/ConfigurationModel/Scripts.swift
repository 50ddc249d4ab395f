import NetworkTypes

/// A user, and a group if one is named, by name or number as the file says.
public struct ScriptUser: Sendable, Hashable {
  /// User name or number.
  public var user: String
  /// Group name or number; the user's own group when `nil`.
  public var group: String?

  /// The user of scripts that name none, for keepalived, if that user exists.
  public static let standard = "keepalived_script"

  /// A user with an optional group.
  public init(user: String, group: String? = nil) {
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
public struct NotifyFIFO: Sendable, Hashable {
  /// Path of the FIFO.
  public var path: String
  /// Owner of the FIFO.
  public var owner: ScriptUser?
  /// The program started to read it, which gets the path as its last argument.
  public var script: CommandDefinition?

  /// A FIFO at `path`.
  public init(path: String) {
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
public struct CommandDefinition: Sendable, Hashable {
  /// The words; the first is the program.
  public var arguments: [String]
  /// The line as written, quotes removed.
  public var text: String
  /// Whether the line is one that keepalived could not run as it is meant, and is run by `/bin/sh -c`; see `CommandWords.ShellUse`.
  public var needsShell: Bool
  /// Who runs it; ``GlobalSettings/scriptUser`` when `nil`.
  public var user: ScriptUser?

  /// Folders searched for a program whose name has no slash, and its PATH.
  public static let searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

  /// Name of the program without its folder.
  public var programName: String { arguments.first?.split(separator: "/").last.map(String.init) ?? "" }

  /// True when the program looks for processes by their names.
  public var asksForProcesses: Bool { ["killall", "pidof", "pgrep", "pkill"].contains(programName) }

  /// The script that the program is to run, if it is the shell or another interpreter and a path is its first word.
  public var interpretedScript: String? {
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
  public init(arguments: [String], text: String, needsShell: Bool = false, user: ScriptUser? = nil) {
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
public struct LifecycleScript: Sendable, Hashable {
  /// Command that is run.
  public var command: CommandDefinition
  /// How long it may run.
  public var timeout = Nanoseconds.seconds(10)

  /// A script with keepalived's default.
  public init(command: CommandDefinition) {
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
public struct ScriptCheckDefinition: Sendable, Hashable {
  /// Restrictions of a script.
  public enum Sandbox: Sendable, Hashable, CaseIterable {
    /// No restrictions.
    case off
    /// No gain of privileges, no writing and no network (`on`).
    case closed
    /// No gain of privileges and no writing (`network`).
    case withNetwork
  }

  /// Its name.
  public var name: String
  /// Command that is run.
  public var command: CommandDefinition
  /// When it runs, and what makes a verdict of its results.
  public var schedule = CheckSchedule()
  /// -253 to 253; 0 makes a failure a fault.
  public var weight = 0
  /// Whether success and failure change places in the weight.
  public var reverse = false
  /// What it is kept from.
  public var sandbox = Sandbox.off

  /// A check with keepalived's defaults.
  public init(name: String, command: CommandDefinition) {
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
public struct NotifyDefinition: Sendable, Hashable, Unset {
  /// `notify_master`.
  public var master: CommandDefinition?
  /// `notify_backup`.
  public var backup: CommandDefinition?
  /// `notify_fault`.
  public var fault: CommandDefinition?
  /// `notify_stop`.
  public var stop: CommandDefinition?
  /// `notify`: called on every transition with type, name, state and priority appended.
  public var any: CommandDefinition?
  /// `notify_deleted` with a script.
  public var deleted: CommandDefinition?
  /// True when a router that is no longer configured is reported as DELETED and not as FAULT (`notify_deleted`).
  public var reportsDeletion = false
  /// `notify_master_rx_lower_pri`.
  public var masterHeardLowerPriority: CommandDefinition?
  /// True when priority changes are written to the FIFOs (`notify_priority_changes`).
  public var priorityChanges = false

  /// No scripts.
  public init() {}
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

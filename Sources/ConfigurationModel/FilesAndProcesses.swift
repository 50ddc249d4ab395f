import NetworkTypes

/// `track_file`: a file that holds a number.
public struct TrackedFileDefinition: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// Where it is.
  public var path: String
  /// -254 to 254: multiplies the number; 0 makes any number but 0 a fault.
  public var weight = 1
  /// Whether the product is taken with the other sign.
  public var reverse = false
  /// What is written into it at the start (`init_file`); `nil` if it is left as it is.
  public var initialValue: Int32?
  /// Whether that is written even if the file is there.
  public var overwrites = false

  /// A file with keepalived's defaults.
  public init(name: String, path: String) {
    self.name = name
    self.path = path
  }
}

extension TrackedFileDefinition: ImageRecord {
  static var blank: Self { Self(name: "", path: "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&name)
    try field(&path)
    try field(&weight)
    try field(&reverse)
    try field(&initialValue)
    try field(&overwrites)
  }
}

/// `vrrp_track_process`: processes of which enough, and not too many, must run.
public struct TrackedProcessDefinition: Sendable, Hashable {
  /// How parameters are compared.
  public enum ParameterMatch: Sendable, Hashable, CaseIterable {
    /// Not at all.
    case none
    /// All of them, and no others.
    case exact
    /// The first ones; others may follow (`partial`).
    case partial
    /// Like ``partial``, and the last one may go on (`initial`).
    case initial
  }

  /// Its name.
  public var name: String
  /// The name of the process; with ``usesCommandLine``, or to compare parameters, its first argument.
  public var command: String
  /// What must follow it on the process's command line.
  public var parameters: [String]
  /// How.
  public var parameterMatch = ParameterMatch.none
  /// Whether the command line is compared instead of the kernel's name of the process (`full_command`).
  public var usesCommandLine = false
  /// -254 to 254; 0 makes a lost quorum a fault.
  public var weight = 0
  /// Whether up and down change places.
  public var reverse = false
  /// The least number of processes that is well.
  public var quorum = 1
  /// The greatest such number; `nil` for any, and 0 if none may run.
  public var greatestCount: Int?
  /// How long what a start has brought must last before it counts, a quorum or too many (`fork_delay`).
  public var forkDelay = Nanoseconds.zero
  /// How long what an end has brought must last before it counts, a lost quorum or no longer too many (`terminate_delay`).
  public var terminateDelay = Nanoseconds.zero

  /// Processes with keepalived's defaults.
  public init(name: String, command: String, parameters: [String] = []) {
    self.name = name
    self.command = command
    self.parameters = parameters
  }

  /// Whether so many processes are well.
  public func isWell(count: Int) -> Bool {
    if greatestCount == 0 { return count == 0 }
    return count >= quorum && greatestCount.map { count <= $0 } ?? true
  }
}

extension TrackedProcessDefinition.ParameterMatch: ImageChoice {}

extension TrackedProcessDefinition: ImageRecord {
  static var blank: Self { Self(name: "", command: "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&name)
    try field(&command)
    try field(&parameters)
    try field(&parameterMatch)
    try field(&usesCommandLine)
    try field(&weight)
    try field(&reverse)
    try field(&quorum)
    try field(&greatestCount)
    try field(&forkDelay)
    try field(&terminateDelay)
  }
}

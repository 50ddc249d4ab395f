import NetworkTypes

/// `track_file`: a file that holds a number.
package struct TrackedFileDefinition: Sendable, Hashable {
  package var name: String
  /// Path of the file.
  package var path: String
  /// Weight that multiplies the number, -254 to 254; with 0 any number but 0 is a fault.
  package var weight = 1
  /// True when the product has the opposite sign (`reverse`).
  package var reverse = false
  /// Number written into the file at the start (`init_file`); `nil` for none.
  package var initialValue: Int32?
  /// True when that number is written even if the file exists.
  package var overwrites = false

  package init(name: String, path: String) {
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
package struct TrackedProcessDefinition: Sendable, Hashable {
  /// Comparison of parameters.
  package enum ParameterMatch: Sendable, Hashable, CaseIterable {
    /// Parameters are not compared.
    case none
    /// All parameters match, and there are no others.
    case exact
    /// The first parameters match; others may follow (`partial`).
    case partial
    /// Like ``partial``, and the last one may be longer (`initial`).
    case initial
  }

  package var name: String
  /// Name of the process; with ``usesCommandLine``, or if parameters are compared, its first argument.
  package var command: String
  /// Parameters that must follow it on the command line.
  package var parameters: [String]
  /// Comparison of the parameters.
  package var parameterMatch = ParameterMatch.none
  /// True when the command line is compared instead of the kernel's name of the process (`full_command`).
  package var usesCommandLine = false
  /// Weight of the processes, -254 to 254; with 0 a lost quorum is a fault.
  package var weight = 0
  /// True when the weight applies the other way round (`reverse`).
  package var reverse = false
  /// Least number of processes that must run.
  package var quorum = 1
  /// Greatest number of processes that may run; `nil` for any, and 0 if none may.
  package var greatestCount: Int?
  /// Time for which a quorum, or too many processes, must last after a start before it counts (`fork_delay`).
  package var forkDelay = Nanoseconds.zero
  /// Time for which a lost quorum, or no longer too many processes, must last after an end before it counts (`terminate_delay`).
  package var terminateDelay = Nanoseconds.zero

  package init(name: String, command: String, parameters: [String] = []) {
    self.name = name
    self.command = command
    self.parameters = parameters
  }

  /// True when so many processes are neither too few nor too many.
  package func isWell(count: Int) -> Bool {
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

import Glibc

/// Who reads what is written to a descriptor.
public enum LogReader: Sendable {
  /// journald: it has a clock of its own, and reads how grave a line is from `<N>` at its start (sd-daemon(3)).
  case journal
  /// Anybody else, who is told the time and, of what is amiss, how grave it is in a word.
  case other

  /// Who reads this descriptor. Whoever connects a service with the journal says so in `JOURNAL_STREAM` (systemd.exec(5)).
  public init(of descriptor: Int32) {
    var status = stat()
    guard let variable = getenv(Self.variable), fstat(descriptor, &status) == 0 else {
      self = .other
      return
    }
    self = String(cString: variable) == Self.name(of: status) ? .journal : .other
  }

  /// The environment variable that names the journal's socket.
  public static let variable = "JOURNAL_STREAM"

  /// What the variable holds for a descriptor; `nil` if it is not open.
  public static func name(of descriptor: Int32) -> String? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? name(of: status) : nil
  }

  private static func name(of status: stat) -> String { "\(status.st_dev):\(status.st_ino)" }
}

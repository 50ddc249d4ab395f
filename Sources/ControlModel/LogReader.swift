import Glibc

/// Reader of the text that is written to a descriptor.
public enum LogReader: Sendable {
  /// journald, which has its own clock and reads the severity from `<N>` at the start of a line (sd-daemon(3)).
  case journal
  /// Any other reader. Its lines begin with the time, and with a word for the severity of a warning or worse.
  case other

  /// Reader behind this descriptor. systemd names the journal's socket in `JOURNAL_STREAM` (systemd.exec(5)).
  public init(of descriptor: Int32) {
    var status = stat()
    guard let variable = getenv(Self.variable), fstat(descriptor, &status) == 0 else {
      self = .other
      return
    }
    self = String(cString: variable) == Self.name(of: status) ? .journal : .other
  }

  /// Environment variable that names the journal's socket.
  public static let variable = "JOURNAL_STREAM"

  /// Value of the variable for a descriptor; `nil` if the descriptor is not open.
  public static func name(of descriptor: Int32) -> String? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? name(of: status) : nil
  }

  private static func name(of status: stat) -> String { "\(status.st_dev):\(status.st_ino)" }
}

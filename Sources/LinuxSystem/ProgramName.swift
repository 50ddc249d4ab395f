/// The name by which this program was called.
public enum ProgramName {
  /// Its own.
  public static let own = "martlet"
  /// The one in whose place it can stand.
  public static let other = "keepalived"

  /// ``other`` if it was called by that name, else ``own``. The processes that it starts as parts of itself are called by it too, so
  /// that `pidof`, `pgrep` and `killall` find them by the name that the service was started by.
  public static var current: String { of(called: CommandLine.arguments.first ?? "") }

  /// What a program is that was called by this path or name.
  public static func of(called path: String) -> String {
    path.split(separator: "/").last.map(String.init) == other ? other : own
  }

  /// The name that ps and top show for a process called by this path or name: that of its part, or ``other``.
  static func shown(_ part: String, called path: String) -> String {
    of(called: path) == other ? other : part
  }
}

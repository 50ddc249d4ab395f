/// Name by which this program was called.
public enum ProgramName {
  /// Own name of the program.
  public static let own = "martlet"
  /// Name of the program that this one replaces.
  public static let other = "keepalived"

  /// ``other`` if the program was called by that name, otherwise ``own``. The processes that it starts of itself are
  /// called by it too, so that `pidof`, `pgrep` and `killall` find them by the name by which the service was started.
  public static var current: String { of(called: CommandLine.arguments.first ?? "") }

  /// Name of a program that was called by this path or name.
  public static func of(called path: String) -> String {
    path.split(separator: "/").last.map(String.init) == other ? other : own
  }

  /// Name in ps and top for a process that was called by this path or name: that of its role, or ``other``.
  static func shown(_ part: String, called path: String) -> String {
    of(called: path) == other ? other : part
  }
}
